using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using QuantumCore.Grains.Storage;
using QuantumCore.History;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Storage of a journal and its history.</summary>
internal enum DiskKind
{
    /// <summary>
    /// A journal in memory and a history in a file; both in PostgreSQL if QUANTUMCORE_TEST_POSTGRES is set.
    /// </summary>
    Any = 0,

    /// <summary>A journal in memory with fault injection, whatever the environment.</summary>
    Faulty = 1,

    /// <summary>SQLite files, whatever the environment.</summary>
    Files = 2,
}

/// <summary>Everything that survives a crash: a journal, a history, and grain state.</summary>
internal sealed class Disk(DiskKind kind = DiskKind.Any) : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("quantumcore-");
    private readonly string _schema = "disk_" + Path.GetRandomFileName().Replace('.', '_');
    private readonly VolatileJournalStore _volatile = new();
    private string? _postgres;
    private IJournalStore? _journal;
    private HistoryStore? _history;
    private SqliteGrainStorage? _state;
    private int _histories;

    /// <summary>Journal with fault injection.</summary>
    public VolatileJournalStore Volatile => kind == DiskKind.Faulty
        ? _volatile
        : throw new InvalidOperationException($"Faults can be planted on a disk that is {nameof(DiskKind.Faulty)}.");

    /// <summary>Receiver of payouts.</summary>
    public TestBank Bank { get; } = new();

    /// <summary>Receiver of settlement batches.</summary>
    public TestDepository Depository { get; } = new();

    /// <summary>Wraps the journal that the exchange uses.</summary>
    public Func<IJournalStore, IJournalStore>? Around { get; init; }

    public IJournalStore Journal => _journal ?? throw NotThere();

    public HistoryStore History => _history ?? throw NotThere();

    /// <summary>Grain state, in a file.</summary>
    public SqliteGrainStorage State => _state ?? throw NotThere();

    private string StateFile => Path.Combine(_directory.FullName, "state.db");

    private string HistoryFile => Path.Combine(_directory.FullName, $"history-{_histories}.db");

    private string HistorySchema => $"{_schema}_history_{_histories}";

    public async Task InitializeAsync()
    {
        if (_journal is not null)
        {
            return;
        }

        _postgres = kind == DiskKind.Any ? await PostgresServer.WantedAsync() : null;
        _journal = kind == DiskKind.Files ? new SqliteJournalStore(Path.Combine(_directory.FullName, "journal.db"))
            : _postgres is null ? _volatile
            : new PostgresJournalStore(_postgres, _schema);
        _journal = Around?.Invoke(_journal) ?? _journal;
        await _journal.InitializeAsync(CancellationToken.None);
        await StartHistoryAsync();
        await StartStateAsync();
    }

    /// <summary>Copies grain state; no exchange may be running.</summary>
    public async Task<string> CopyStateAsync()
    {
        State.Dispose();
        var copy = StateFile + ".copy";
        File.Copy(StateFile, copy, overwrite: true);
        await StartStateAsync();
        return copy;
    }

    /// <summary>Restores a copy of grain state; no exchange may be running.</summary>
    public async Task SetStateBackAsync(string copy)
    {
        State.Dispose();
        File.Copy(copy, StateFile, overwrite: true);
        await StartStateAsync();
    }

    /// <summary>Deletes the history, which can be rebuilt from the journal.</summary>
    public async Task LoseHistoryAsync()
    {
        await History.DisposeAsync();
        await StartHistoryAsync();
    }

    /// <summary>Opens a direct connection to the history's rows.</summary>
    public async Task<DbConnection> ConnectToHistoryAsync()
    {
        DbConnection connection = _postgres is null
            ? new SqliteConnection($"Data Source={HistoryFile};Pooling=False")
            : new NpgsqlConnection($"{_postgres};Search Path={HistorySchema};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_journal is not null)
        {
            await _journal.DisposeAsync();
        }

        if (_history is not null)
        {
            await _history.DisposeAsync();
        }

        _state?.Dispose();
        try
        {
            _directory.Delete(recursive: true);
        }
        catch (IOException)
        {
            // Leftovers of a crash may be closing their files right now.
        }
    }

    private async Task StartHistoryAsync()
    {
        _histories++;
        _history = new HistoryStore(
            _postgres is null ? new SqliteHistory(HistoryFile) : new PostgresHistory(_postgres, HistorySchema));
        await _history.InitializeAsync(CancellationToken.None);
    }

    private async Task StartStateAsync()
    {
        _state = new SqliteGrainStorage(StateFile);
        await _state.InitializeAsync(CancellationToken.None);
    }

    private static InvalidOperationException NotThere() =>
        new("The disk is there when an exchange has been started on it.");
}
