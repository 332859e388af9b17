using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Storage of an exchange's records, with plain SQL access to its tables that shares nothing with the product.
/// </summary>
internal sealed class Storage : IDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly Func<string, DbConnection> _open;

    static Storage() => SQLitePCL.Batteries_V2.Init();

    private Storage(string? postgres, DirectoryInfo? folder = null)
    {
        _folder = folder ?? Directory.CreateTempSubdirectory("quantumcore-system-");
        IsPostgres = postgres is not null;
        Place = postgres ?? _folder.FullName;
        Arguments = postgres is null
            ? ["--data", _folder.FullName]
            : ["--data", _folder.FullName, "--storage", "postgres", "--postgres", postgres];
        _open = postgres is null
            ? name => new SqliteConnection(
                $"Data Source={Path.Combine(_folder.FullName, name)}.db;Mode=ReadOnly;Pooling=False")
            : name => new NpgsqlConnection($"{postgres};Search Path={name};Pooling=False");
    }

    /// <summary>Storage options for the exchange.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Name of the storage for the operator's commands.</summary>
    public string Place { get; }

    /// <summary>True for PostgreSQL, false for two files.</summary>
    public bool IsPostgres { get; }

    /// <summary>Folder of its own.</summary>
    public string Folder => _folder.FullName;

    /// <summary>File with the number of days by which the clock of an exchange with this storage is ahead.</summary>
    public string ClockFile => Path.Combine(Folder, "clock");

    /// <summary>Number of days by which the clock is ahead.</summary>
    public int DaysAhead { get; private set; }

    /// <summary>The clock's day: UTC days since 1970.</summary>
    public long Today => (TimeProvider.System.GetUtcNow().AddDays(DaysAhead) - DateTimeOffset.UnixEpoch).Days;

    /// <summary>Lets days pass, for a running exchange, too.</summary>
    public void PassDays(int days)
    {
        DaysAhead += days;
        File.WriteAllText(ClockFile + ".draft", DaysAhead.ToString(CultureInfo.InvariantCulture));
        File.Move(ClockFile + ".draft", ClockFile, overwrite: true);
    }

    /// <summary>Creates new, empty storage.</summary>
    public static async Task<Storage> CreateAsync(string kind, PostgresServer server) =>
        kind == "sqlite" ? new Storage(null) : new Storage(await DatabaseAsync(server));

    /// <summary>Creates storage in two files of a new folder.</summary>
    public static Storage InFiles() => new(null);

    /// <summary>Creates storage in two files of this folder, which is deleted with them.</summary>
    public static Storage InFiles(DirectoryInfo folder) => new(null, folder);

    /// <summary>Returns rows of the history.</summary>
    public Task<List<object[]>> HistoryAsync(string query) => ReadAsync("history", query);

    /// <summary>Returns rows of the journal.</summary>
    public Task<List<object[]>> JournalAsync(string query) => ReadAsync("journal", query);

    /// <summary>Returns every stream of the journal and its head.</summary>
    public async Task<Dictionary<string, long>> HeadsAsync() =>
        (await ReadAsync("journal", "SELECT name, head FROM stream_head")).ToDictionary(
            row => (string)row[0], row => Whole(row[1]), StringComparer.Ordinal);

    /// <summary>Returns the heads as text, in the order of their names.</summary>
    public async Task<string> HeadsTextAsync() =>
        string.Join(", ", (await HeadsAsync()).OrderBy(head => head.Key, StringComparer.Ordinal));

    /// <summary>Returns the heads once everything accepted is processed: agents may write once more.</summary>
    public async Task<string> SettledAsync()
    {
        var heads = await HeadsTextAsync();
        for (var same = 0; same < 5;)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            var now = await HeadsTextAsync();
            same = now == heads ? same + 1 : 0;
            heads = now;
        }

        return heads;
    }

    /// <summary>Changes the journal of an exchange that is not running.</summary>
    public async Task ExecuteOnJournalAsync(string sql)
    {
        await using var connection =
            new SqliteConnection($"Data Source={Path.Combine(Folder, "journal.db")};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are this assembly's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the history has every record of the journal; nobody may be trading.</summary>
    public async Task CaughtUpAsync()
    {
        var behind = "";
        await Wait.UntilAsync(IsCaughtUpAsync, () => $"the history to catch up: {behind}");

        async Task<bool> IsCaughtUpAsync()
        {
            var heads = await HeadsAsync();
            var cursors = (await HistoryAsync("SELECT stream, seq FROM projector_cursor")).ToDictionary(
                row => (string)row[0], row => Whole(row[1]), StringComparer.Ordinal);
            behind = string.Join(", ", heads
                .Where(head => head.Value > 0 && head.Key.Split('/')[0] is "acct" or "book" or "pay" or "settle")
                .Where(head => cursors.GetValueOrDefault(head.Key) != head.Value)
                .Select(head => $"{head.Key} {cursors.GetValueOrDefault(head.Key)} of {head.Value}"));
            return behind.Length == 0;
        }
    }

    /// <summary>Returns a column of either database as a whole number.</summary>
    public static long Whole(object value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<string> DatabaseAsync(PostgresServer server)
    {
        var connectionString = await server.StartedAsync();
        var name = "system_" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var create = connection.CreateCommand();
#pragma warning disable CA2100 // The name is made two lines above.
        create.CommandText = $"CREATE DATABASE {name}";
#pragma warning restore CA2100
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(connectionString) { Database = name }.ConnectionString;
    }

    private async Task<List<object[]>> ReadAsync(string name, string query)
    {
        await using var connection = _open(name);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The queries are this assembly's own text.
        command.CommandText = query;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<object[]>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }
}
