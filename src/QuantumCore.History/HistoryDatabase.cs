using System.Collections.Immutable;
using System.Data.Common;

namespace QuantumCore.History;

/// <summary>Database of a history: its connections, queries and transactions.</summary>
public abstract class HistoryDatabase : IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _closed;

    /// <summary>Creates missing tables and views. Call it before everything else.</summary>
    public abstract Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Returns true if every table and view of this release exists. A history of an older release lacks some until an
    /// exchange of this release starts, and cannot be read before.
    /// </summary>
    public async Task<bool> IsOfThisReleaseAsync(CancellationToken cancellationToken)
    {
        var there = await ListAsync(RelationsQuery, [], static row => row.GetString(0), cancellationToken);
        return HistorySchema.Tables().Concat(HistorySchema.Views("").Select(static view => view.Name))
            .Append(HistorySchema.BatchColumn).All(there.Contains);
    }

    /// <summary>Scheduler of database work: the thread pool, or that of a simulation.</summary>
    internal TaskScheduler Pool { get; init; } = TaskScheduler.Default;

    /// <summary>Most concurrent queries. More would only slow each other down.</summary>
    public abstract int ReadingsAtATime { get; }

    /// <summary>Scheduler of queries.</summary>
    internal virtual TaskScheduler Readers => Pool;

    /// <summary>
    /// Query for the names of the history's tables and views, and of the columns of <c>projection</c>.
    /// </summary>
    internal abstract string RelationsQuery { get; }

    /// <summary>Closes the database, while no batch is being written.</summary>
    internal abstract ValueTask CloseAsync();

    /// <summary>Opens a connection for reading, which sees committed data.</summary>
    internal abstract Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    internal abstract Task<HistoryTransaction> BeginAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Returns true if the database rejected a row for its values or a duplicate: it would again, and accepts others.
    /// </summary>
    internal abstract bool IsRefused(Exception fault);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A batch that is being written ends first. A later one finds the database closed.
        await _writing.WaitAsync();
        try
        {
            if (!_closed)
            {
                _closed = true;
                await CloseAsync();
            }
        }
        finally
        {
            _writing.Release();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a fixed query; parameters are numbers or texts.</summary>
    internal Task<T> ReadAsync<T>(
        string query,
        IReadOnlyList<(string Name, object Value)> parameters,
        Func<DbDataReader, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) => RunAsync(
            async () =>
            {
                await using var connection = await OpenAsync(cancellationToken);
                await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Fixed texts of this assembly.
                command.CommandText = query;
#pragma warning restore CA2100
                foreach (var (name, value) in parameters)
                {
                    var parameter = command.CreateParameter();
                    (parameter.ParameterName, parameter.Value) = (name, value);
                    command.Parameters.Add(parameter);
                }

                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                return await read(reader, cancellationToken);
            },
            Readers,
            cancellationToken);

    /// <summary>Runs a fixed query and returns all of its rows.</summary>
    internal Task<ImmutableArray<T>> ListAsync<T>(
        string query, IReadOnlyList<(string Name, object Value)> parameters, Func<DbDataReader, T> read,
        CancellationToken cancellationToken) => ReadAsync(
            query,
            parameters,
            async (reader, token) =>
            {
                var list = ImmutableArray.CreateBuilder<T>();
                while (await reader.ReadAsync(token))
                {
                    list.Add(read(reader));
                }

                return list.ToImmutable();
            },
            cancellationToken);

    /// <summary>Runs a fixed query for one number; null if there is no row or it is NULL.</summary>
    internal Task<long?> NumberAsync(
        string query, IReadOnlyList<(string Name, object Value)> parameters, CancellationToken cancellationToken) =>
        ReadAsync(
            query,
            parameters,
            static async (reader, token) => await reader.ReadAsync(token) && !await reader.IsDBNullAsync(0, token)
                ? reader.GetInt64(0)
                : default(long?),
            cancellationToken);

    /// <summary>Writes rows that are no projection, in one transaction between two batches of this process.</summary>
    internal Task<T> WriteAsync<T>(Func<HistoryTransaction, Task<T>> write, CancellationToken cancellationToken) =>
        WriteInTurnAsync(
            async () =>
            {
                await using var transaction = await BeginAsync(cancellationToken);
                var written = await write(transaction);
                await transaction.CommitAsync(cancellationToken);
                return written;
            },
            cancellationToken);

    /// <summary>
    /// Runs work that writes, after the one before it. It runs off the caller's scheduler, because SQLite works on the
    /// calling thread.
    /// </summary>
    internal async Task<T> WriteInTurnAsync<T>(Func<Task<T>> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return await RunAsync(write, Pool, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private static Task<T> RunAsync<T>(
        Func<Task<T>> work, TaskScheduler scheduler, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
}
