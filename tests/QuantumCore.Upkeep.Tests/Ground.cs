using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.Bench.Recovery;
using QuantumCore.Journal;
using QuantumCore.TestKit;

namespace QuantumCore.Upkeep.Tests;

/// <summary>A place of its own for journals, in files or in a database, and rough hands for what is in it.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quantumcore-upkeep-");
    private readonly string? _database;

    static Ground() => SQLitePCL.Batteries_V2.Init();

    private Ground(string? database) => _database = database;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty place.</summary>
    public JournalPlace Place => new(_database ?? _folder.FullName);

    public static async Task<Ground> OpenAsync(string kind, PostgresServer? server = null)
    {
        if (kind == "sqlite")
        {
            return new Ground(null);
        }

        var connectionString = await server!.StartedAsync();
        var name = "upkeep_" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        await ExecuteAsync(new NpgsqlConnection(connectionString), $"CREATE DATABASE {name}");
        return new Ground(new NpgsqlConnectionStringBuilder(connectionString) { Database = name }.ConnectionString);
    }

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public IJournalStore Store() => _database is null
        ? new SqliteJournalStore(Place.JournalFile)
        : new PostgresJournalStore(_database);

    /// <summary>An exchange's journal; with snapshots on the way, and records after them.</summary>
    public async Task<IReadOnlyDictionary<string, string>> TradeAsync(
        int commands = 3_000, int seed = 1, bool snapshots = true, string group = "", int settlementDays = 0)
    {
        await using var store = Store();
        await store.InitializeAsync(Cancellation);
        await using var maker = await JournalMaker.OpenAsync(store, new JournalPlan(commands, 3, 6, seed, group, settlementDays));
        await maker.TradeAsync(commands / 2);
        if (snapshots)
        {
            await maker.SnapshotAsync();
        }

        await maker.TradeAsync(commands / 3);
        if (settlementDays > 0)
        {
            await maker.SettleAsync();
        }

        if (snapshots)
        {
            await maker.SnapshotAsync();
        }

        await maker.TradeAsync(commands - maker.Commands);
        if (settlementDays > 0)
        {
            await maker.SettleAsync();
        }

        return maker.StateHashes;
    }

    /// <summary>Changes rows behind everybody's back; gives how many.</summary>
    public Task<int> ChangeAsync(string sql) => _database is null
        ? ExecuteAsync(new SqliteConnection($"Data Source={Place.JournalFile};Pooling=False"), sql)
        : ExecuteAsync(new NpgsqlConnection(_database + ";Search Path=journal;Pooling=False"), sql);

    public Task<VerifyReport> VerifyAsync(JournalPlace? place = null) => Verification.RunAsync(place ?? Place, null, Cancellation);

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<int> ExecuteAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using (connection)
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own texts.
            command.CommandText = sql;
#pragma warning restore CA2100
            return await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}
