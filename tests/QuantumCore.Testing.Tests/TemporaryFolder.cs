namespace QuantumCore.Testing.Tests;

/// <summary>Folder of all temporary files of this process, so that a test can tell who left one.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quantumcore-tests-");

    public TemporaryFolder()
    {
        foreach (var name in (string[])["TMPDIR", "TMP", "TEMP"])
            Environment.SetEnvironmentVariable(name, _folder.FullName);
    }

    /// <summary>Names of the files and folders in it.</summary>
    public IEnumerable<string> Entries => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name);

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A folder of one test.</summary>
    internal sealed class Part : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

        public string Path => _folder.FullName;

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
