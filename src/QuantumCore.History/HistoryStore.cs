namespace QuantumCore.History;

/// <summary>
/// History of everything as SQL rows, derived from the journal alone: it can be deleted and rebuilt. Several processes
/// may project into one history. Each batch is one transaction with the cursors of its streams.
/// </summary>
public sealed class HistoryStore(HistoryDatabase database) : IAsyncDisposable
{
    private readonly WorkingRows _rows = new();
    private readonly RowBuffers _buffers = new();
    private readonly OrderTables _tables = new();

    // Number of the last batch in the cached rows. A batch of another writer invalidates them.
    private long _batch = -1;

    /// <summary>Orders of accounts.</summary>
    public OrderQueries Orders { get; } = new(database, new PreventedMatchQueries(database));

    /// <summary>Fills of accounts.</summary>
    public FillQueries Fills { get; } = new(database);

    /// <summary>Matches that self-trade prevention stopped.</summary>
    public PreventedMatchQueries PreventedMatches { get; } = new(database);

    /// <summary>Trades, and their changes.</summary>
    public TradeQueries Trades { get; } = new(database);

    /// <summary>Candles.</summary>
    public CandleQueries Candles { get; } = new(database);

    /// <summary>Prices from before the first trade.</summary>
    public MarketBackfill Backfill { get; } = new(database);

    /// <summary>Statements of accounts.</summary>
    public StatementQueries AccountStatements { get; } = new(database);

    /// <summary>Accounting reports.</summary>
    public ReportQueries Reports { get; } = new(database);

    /// <summary>Transfers between accounts.</summary>
    public TransferQueries Transfers { get; } = new(database);

    /// <summary>Withdrawals.</summary>
    public WithdrawalQueries Withdrawals { get; } = new(database);

    /// <summary>Margin accounts.</summary>
    public MarginQueries Margin { get; } = new(database, new TradeQueries(database));

    /// <summary>Corporate actions.</summary>
    public CorporateActionQueries CorporateActions { get; } = new(database);

    /// <summary>Work to complete after a crash.</summary>
    public RecoveryQueries Recovery { get; } = new(database);

    /// <summary>Most concurrent queries. More would only slow each other down.</summary>
    public int ReadingsAtATime => database.ReadingsAtATime;

    internal HistoryDatabase Database => database;

    /// <summary>Rows cached from batch to batch.</summary>
    internal WorkingRows Rows => _rows;

    /// <summary>Creates missing tables and views. Call it before everything else.</summary>
    public Task InitializeAsync(CancellationToken cancellationToken) => database.InitializeAsync(cancellationToken);

    /// <inheritdoc cref="HistoryDatabase.IsOfThisReleaseAsync"/>
    public Task<bool> IsOfThisReleaseAsync(CancellationToken cancellationToken) =>
        database.IsOfThisReleaseAsync(cancellationToken);

    /// <summary>Returns the last projected sequence of every stream with one.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CursorsAsync(CancellationToken cancellationToken) =>
        (await database.ListAsync(
            "SELECT stream, seq FROM projector_cursor", [],
            static row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)), cancellationToken))
        .ToDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Projects chunks, at most one per stream, in one transaction. Returns false if a cursor is not just before its
    /// chunk: another process projected it, so read the cursors again. An exception means nothing was written or, for a
    /// commit of unknown outcome, everything: check the cursors.
    /// </summary>
    /// <exception cref="HistoryStreamException">A record does not fit; the other records are sound.</exception>
    /// <exception cref="HistoryConflictException">A record of several does not fit: apply them in parts.</exception>
    public Task<bool> ApplyAsync(IReadOnlyList<HistoryChunk> chunks, CancellationToken cancellationToken) =>
        database.WriteInTurnAsync(
            async () =>
            {
                var isWritten = false;
                try
                {
                    return isWritten = await ProjectAsync(chunks, cancellationToken);
                }
                catch (Exception fault) when (IsOfRecord(fault) || database.IsRefused(fault))
                {
                    throw chunks is [{ Count: 1 }]
                        ? new HistoryStreamException(chunks[0].Stream, chunks[0].FirstSequence, fault.Message, fault)
                        : new HistoryConflictException(fault);
                }
                finally
                {
                    _tables.Clear();

                    // The cached rows are those of the last batch that was written.
                    if (!isWritten)
                    {
                        _rows.Clear();
                        _batch = -1;
                    }
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <summary>Returns true if a record cannot be converted to rows, whatever the database.</summary>
    private static bool IsOfRecord(Exception fault) =>
        fault is ArithmeticException or InvalidDataException or ArgumentException or KeyNotFoundException;

    private async Task<bool> ProjectAsync(
        IReadOnlyList<HistoryChunk> chunks, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(cancellationToken);

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

        await _rows.LoadAsync(chunks, transaction, _buffers, _tables, cancellationToken);
        var projection = new Projection(_rows, _buffers, _tables, batch);

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
}
