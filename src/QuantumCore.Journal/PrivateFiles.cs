namespace QuantumCore.Journal;

/// <summary>
/// Makes files and directories that only this process's user can read, because the journal has password hashes.
/// </summary>
public static class PrivateFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a directory if it does not exist. An existing one keeps its mode.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Makes an empty file if it does not exist. SQLite gives the files beside a database the mode of the database.
    /// </summary>
    public static void MakeFile(string path)
    {
        if (!File.Exists(path))
            Open(path, FileMode.OpenOrCreate).Dispose();
    }

    /// <summary>Opens a file for writing. A new file is private.</summary>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new FileStream(path, options);
    }
}
