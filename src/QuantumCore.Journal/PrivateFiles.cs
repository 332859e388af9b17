namespace QuantumCore.Journal;

/// <summary>Files and directories that the user of this process alone can read: the journal has hashes of passwords.</summary>
public static class PrivateFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a directory that is not there yet. One that is there keeps its mode.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>Makes an empty file that is not there yet. SQLite gives the files beside a database the mode of the database.</summary>
    public static void MakeFile(string path)
    {
        if (!File.Exists(path))
            Open(path, FileMode.OpenOrCreate).Dispose();
    }

    /// <summary>Opens a file to write, which is private if it is made now.</summary>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new FileStream(path, options);
    }
}
