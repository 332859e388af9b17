using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace QuantumCore.History.Tests;

public sealed class SqliteHistoryTests : HistoryContract, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("history-");

    public void Dispose() => _directory.Delete(recursive: true);

    protected override HistoryStore Create(string name) => new SqliteHistory(PathOf(name));

    protected override async Task<DbConnection> ConnectAsync(string name)
    {
        var connection = new SqliteConnection($"Data Source={PathOf(name)};Pooling=False");
        await connection.OpenAsync(Token);
        return connection;
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name + ".db");
}
