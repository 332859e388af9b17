namespace QuantumCore.History.Tests;

public sealed class SqliteHistoryTests : HistoryContract, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("history-");

    public void Dispose() => _directory.Delete(recursive: true);

    protected override HistoryStore Open(string name) => new SqliteHistory(Path.Combine(_directory.FullName, name + ".db"));
}
