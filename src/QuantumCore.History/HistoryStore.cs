using System.Collections.Immutable;
using System.Data.Common;
using System.Reflection;
using System.Text;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>
/// History of everything as SQL rows, derived from the journal alone: it can be deleted and rebuilt. Several processes
/// may project into one history. Each batch is one transaction with the cursors of its streams.
/// </summary>
public abstract partial class HistoryStore : IAsyncDisposable
{
    /// <summary>Most fills in one response.</summary>
    public const int FillsLimit = 1_000;

    private readonly WorkingRows _rows = new();
    private readonly RowBuffers _buffers = new();
    private readonly SemaphoreSlim _writing = new(1, 1);

    // Number of the last batch in the cached rows. A batch of another writer invalidates them.
    private long _batch = -1;
    private bool _closed;

    /// <summary>Creates missing tables and views. Call it before everything else.</summary>
    public abstract Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Returns true if every table and view of this release exists. A history of an older release lacks some until an
    /// exchange of this release starts, and cannot be read before.
    /// </summary>
    public async Task<bool> IsOfThisReleaseAsync(CancellationToken cancellationToken)
    {
        var there = await ReadAsync(
            RelationsQuery, [], static (reader, token) => ListAsync(reader, static row => row.GetString(0), token),
            cancellationToken);
        return Tables().Concat(Views("").Select(static view => view.Name)).Append(BatchColumn).All(there.Contains);
    }

    /// <summary>Returns the last projected sequence of every stream with one.</summary>
    public Task<IReadOnlyDictionary<string, long>> CursorsAsync(CancellationToken cancellationToken) => ReadAsync(
        "SELECT stream, seq FROM projector_cursor",
        [],
        static async (reader, token) =>
        {
            var cursors = new Dictionary<string, long>(StringComparer.Ordinal);
            while (await reader.ReadAsync(token))
            {
                cursors.Add(reader.GetString(0), reader.GetInt64(1));
            }

            return (IReadOnlyDictionary<string, long>)cursors;
        },
        cancellationToken);

    /// <summary>
    /// Projects chunks, at most one per stream, in one transaction. Returns false if a cursor is not just before its
    /// chunk: another process projected it, so read the cursors again. An exception means nothing was written or, for a
    /// commit of unknown outcome, everything: check the cursors.
    /// </summary>
    /// <exception cref="HistoryStreamException">A record does not fit; the other records are sound.</exception>
    /// <exception cref="HistoryConflictException">A record of several does not fit: apply them in parts.</exception>
    public async Task<bool> ApplyAsync(IReadOnlyList<HistoryChunk> chunks, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);

            // Off the caller's scheduler, because SQLite works on the calling thread.
            var applied = await RunAsync(() => ApplyInTurnAsync(chunks, cancellationToken), cancellationToken);
            if (!applied)
            {
                Forget();
            }

            return applied;
        }
        catch (Exception fault) when (IsOfRecord(fault) || IsRefused(fault))
        {
            Forget();
            throw chunks is [{ Count: 1 }]
                ? new HistoryStreamException(chunks[0].Stream, chunks[0].FirstSequence, fault.Message, fault)
                : new HistoryConflictException(fault);
        }
        catch
        {
            Forget();
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// Returns the sequences of a book's records that touch an account, after a sequence. They are complete through the
    /// returned sequence; read later records from the journal itself.
    /// </summary>
    public async Task<(long Through, ImmutableArray<long> Sequences)> AccountEventsAsync(
        string stream, long account, long afterSequence, CancellationToken cancellationToken)
    {
        // Read the cursor first: rows up to it are complete, and newer ones are left out.
        var through = await ReadAsync(
            "SELECT seq FROM projector_cursor WHERE stream = @stream",
            [("@stream", stream)],
            static async (reader, token) => await reader.ReadAsync(token) ? reader.GetInt64(0) : 0,
            cancellationToken);
        var blocks = await ReadAsync(
            """
            WITH RECURSIVE block(stream_id, batch) AS (
              SELECT l.stream_id, l.batch FROM event_stream s JOIN event_last l ON l.stream_id = s.id AND l.account = @account
              WHERE s.stream = @stream AND l.seq > @after
              UNION ALL
              SELECT b.stream_id, b.batch_before FROM block k
              JOIN event_block b ON b.account = @account AND b.batch = k.batch AND b.stream_id = k.stream_id
              WHERE b.first_seq > @after AND b.batch_before > 0)
            SELECT b.seqs FROM block k JOIN event_block b ON b.account = @account AND b.batch = k.batch AND b.stream_id = k.stream_id
            """,
            [("@stream", stream), ("@account", account), ("@after", afterSequence)],
            static (reader, token) => ListAsync(reader, static row => row.GetString(0), token),
            cancellationToken);
        return (through, blocks.IsEmpty
            ? []
            : [.. blocks.SelectMany(EventBlock.Sequences).Where(seq => seq > afterSequence && seq <= through).Order()]);
    }

    /// <summary>Returns an account's newest fills, newest first, of one symbol or of all.</summary>
    public Task<ImmutableArray<AccountFill>> FillsAsync(
        long account, string? symbol, int limit, CancellationToken cancellationToken) => ReadAsync(
            FillsQuery(symbol is not null),
            [
                ("@account", account),
                ("@limit", Math.Clamp(limit, 0, FillsLimit)),
                .. symbol is null ? Array.Empty<(string, object)>() : [("@symbol", symbol)],
            ],
            static (reader, token) => ListAsync(reader, ReadFill, token),
            cancellationToken);

    /// <summary>Returns an account's fills of one symbol after a trade, oldest first.</summary>
    public Task<ImmutableArray<AccountFill>> FillsAfterAsync(
        long account, string symbol, TradePlace after, int limit, CancellationToken cancellationToken) => ReadAsync(
            s_fillsAfter,
            [
                ("@account", account),
                ("@symbol", symbol),
                ("@seq", after.Sequence),
                ("@idx", after.Index),
                ("@limit", Math.Clamp(limit, 0, FillsLimit + 1)),
            ],
            static (reader, token) => ListAsync(reader, ReadFill, token),
            cancellationToken);

    /// <summary>
    /// Returns holds placed between two times, both exclusive, whose order reached no book, oldest first: work for the
    /// sweeper.
    /// </summary>
    public Task<ImmutableArray<OrphanHold>> OrphanHoldsAsync(
        long afterNanos, long beforeNanos, int limit, int skip, CancellationToken cancellationToken) => ReadAsync(
            """
            SELECT account, number, symbol FROM hold WHERE in_book = 0 AND created_at > @after AND created_at < @before
            ORDER BY created_at, account, number LIMIT @limit OFFSET @skip
            """,
            [("@after", afterNanos), ("@before", beforeNanos), ("@limit", limit), ("@skip", skip)],
            static (reader, token) => ListAsync(
                reader, static row => new OrphanHold(row.GetInt64(0), row.GetInt64(1), row.GetString(2)), token),
            cancellationToken);

    /// <summary>Returns accounts with open holds, which must be kept active.</summary>
    public Task<ImmutableArray<long>> OpenWorkAccountsAsync(CancellationToken cancellationToken) => ReadAsync(
        "SELECT DISTINCT account FROM hold ORDER BY account",
        [],
        static (reader, token) => ListAsync(reader, static row => row.GetInt64(0), token),
        cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A batch that is being written ends first. A later one finds the store closed.
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

    /// <summary>
    /// Returns true if the database rejected a row for its values or a duplicate: it would again, and accepts others.
    /// </summary>
    internal abstract bool IsRefused(Exception fault);

    /// <summary>Returns true if a record cannot be converted to rows, whatever the database.</summary>
    private static bool IsOfRecord(Exception fault) =>
        fault is ArithmeticException or InvalidDataException or ArgumentException or KeyNotFoundException;

    /// <summary>
    /// Column of <c>projection</c> that every batch writes first. Its name changes with each release that changes a
    /// table's columns. A history without it is rebuilt from the journal, and a silo of an older release fails on it.
    /// </summary>
    private protected const string BatchColumn = "batch_number";

    /// <summary>
    /// Returns the names of all tables. A history that lacks one is of an older release, and is rebuilt from the
    /// journal.
    /// </summary>
    private protected static IEnumerable<string> Tables() =>
        Schema("", "", "").Split('\n').Where(line => line.StartsWith(CreateTable, StringComparison.Ordinal))
            .Select(line => line[CreateTable.Length..].Split(' ')[0]);

    /// <summary>
    /// Returns the tables that a history of an older release may have: those of this one, and former ones.
    /// </summary>
    private protected static IEnumerable<string> TablesOfOlder() => Tables().Concat(["posting", "account_event"]);

    /// <summary>Returns every view's name, with the statement that creates it if it is missing.</summary>
    /// <param name="sequences">Rows of the sequences of a block, with a column <c>value</c>.</param>
    private protected static IEnumerable<(string Name, string Statement)> Views(string sequences) =>
        from statement in Schema("", CreateView, sequences).Split(';')
        let at = statement.IndexOf(CreateView, StringComparison.Ordinal)
        where at >= 0
        select (statement[(at + CreateView.Length + 1)..].Split(' ')[0], statement[at..]);

    /// <summary>Returns the table definitions for this database.</summary>
    /// <param name="byKey">Clause that stores a table in key order, or empty.</param>
    /// <param name="view">Clause that creates a view, existing or not.</param>
    /// <param name="sequences">Rows of the sequences of a block, with a column <c>value</c>.</param>
    private protected static string Schema(string byKey, string view, string sequences) =>
        Resource("Schema.sql").Replace("{BY_KEY}", byKey).Replace("{VIEW}", view).Replace("{SEQS}", sequences);

    private const string CreateTable = "CREATE TABLE IF NOT EXISTS ";
    private const string CreateView = "CREATE VIEW";

    internal static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    internal abstract Task<HistoryTransaction> BeginAsync(CancellationToken cancellationToken);

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

    /// <summary>Writes rows that are no projection, in one transaction between two batches of this process.</summary>
    internal async Task<T> WriteAsync<T>(Func<HistoryTransaction, Task<T>> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return await RunAsync(
                async () =>
                {
                    await using var transaction = await BeginAsync(cancellationToken);
                    var written = await write(transaction);
                    await transaction.CommitAsync(cancellationToken);
                    return written;
                },
                cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(work, Pool, cancellationToken);

    private static Task<T> RunAsync<T>(
        Func<Task<T>> work, TaskScheduler scheduler, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();

    private static async Task<ImmutableArray<T>> ListAsync<T>(
        DbDataReader reader, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var list = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(read(reader));
        }

        return list.ToImmutable();
    }

    private async Task<bool> ApplyInTurnAsync(
        IReadOnlyList<HistoryChunk> chunks, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(cancellationToken);

        // Updates the batch row first: its lock makes this the only writer until the commit.
        await transaction.WriteAsync(new RowBuffer(Statements.NextBatch).Add(1), cancellationToken);
        var batch = 0L;
        await transaction.ReadAsync(
            new RowBuffer(Statements.CurrentBatch).Add(1), row => batch = row.Number(0), cancellationToken);
        if (batch != _batch + 1)
        {
            _rows.Clear();
        }

        if (!await MoveCursorsAsync(transaction, chunks, cancellationToken))
        {
            return false;
        }

        await _rows.LoadAsync(chunks, transaction, _buffers, cancellationToken);
        var projection = new Projection(_rows, _buffers, batch);

        // Books first: the account's hold of an order that its book has recorded changes nothing.
        foreach (var chunk in chunks.OrderBy(static chunk => chunk is not BookChunk))
        {
            projection.Apply(chunk);
        }

        foreach (var changes in projection.Rows())
        {
            await transaction.WriteAsync(changes, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        _rows.EndBatch(projection.TouchedHolds);
        _batch = batch;
        return true;
    }

    private static async Task<bool> MoveCursorsAsync(
        HistoryTransaction transaction, IReadOnlyList<HistoryChunk> chunks, CancellationToken cancellationToken)
    {
        var added = new RowBuffer(Statements.AddCursor);
        var moved = new RowBuffer(Statements.MoveCursor);
        foreach (var chunk in chunks)
        {
            if (chunk.FirstSequence == 1)
            {
                added.Add(chunk.Stream);
            }

            moved.Add(chunk.Stream).Add(chunk.FirstSequence - 1).Add(chunk.LastSequence);
        }

        await transaction.WriteAsync(added, cancellationToken);
        return await transaction.WriteAsync(moved, cancellationToken) == chunks.Count;
    }

    private void Forget()
    {
        _rows.Clear();
        _batch = -1;
    }

    private static readonly string s_fillsAfter = FillsQuery(
        "AND t.symbol = @symbol AND (t.seq > @seq OR (t.seq = @seq AND t.idx > @idx))", "{0}.seq, {0}.idx");

    private static string FillsQuery(bool ofOneSymbol) => FillsQuery(
        ofOneSymbol ? "AND t.symbol = @symbol" : "", "{0}.time DESC, {0}.symbol, {0}.seq DESC, {0}.idx DESC");

    private static string FillsQuery(string condition, string order)
    {
        string Order(string table) => order.Replace("{0}", table, StringComparison.Ordinal);

        // Each side has its own index by time, so only the requested rows are read. An auction has no taker: the buyer
        // is in the taker's columns.
        string Side(string column, string side, string takers) =>
            $"""
            SELECT * FROM (SELECT t.symbol, t.seq, t.idx, t.px, t.qty, t.time, t.taker_side, '{side}' AS side,
              CASE WHEN t.taker_side IN ({takers}) THEN t.taker_order ELSE t.maker_order END AS order_id,
              CASE WHEN t.taker_side IN ({takers}) THEN t.taker_fee ELSE t.maker_fee END AS fee, t.traded_px
            FROM trade_now t WHERE t.{column} = @account {condition}
            ORDER BY {Order("t")} LIMIT @limit) {column}s
            """;
        return $"""
            SELECT f.symbol, f.order_id, o.client_order_id, f.side, f.time, f.seq, f.idx, f.px, f.qty, f.fee, f.taker_side, f.traded_px
            FROM ({Side("buyer", "B", "'B', 'A'")} UNION ALL {Side("seller", "S", "'S'")}) f
            JOIN ord o ON o.symbol = f.symbol AND o.order_id = f.order_id
            ORDER BY {Order("f")}, f.side LIMIT @limit
            """;
    }

    private static AccountFill ReadFill(DbDataReader row)
    {
        var (side, now, traded) = (row.GetString(3), row.GetInt64(7), row.GetInt64(11));
        return new(
            row.GetString(0),
            row.GetInt64(1),
            row.GetString(2),
            HistoryWords.SideOf(side),
            row.GetInt64(4),
            new OrderFill(
                row.GetInt64(5),
                row.GetInt32(6),
                now == 0 ? traded : now,
                row.GetInt64(8),
                row.GetInt64(9),
                IsMaker: side != row.GetString(10)),
            now == traded ? TradeState.AsMade : now == 0 ? TradeState.Void : TradeState.Corrected,
            now == traded ? 0 : traded);
    }
}

/// <summary>A hold whose order reached no book.</summary>
public readonly record struct OrphanHold(long Account, long Number, string Symbol);
