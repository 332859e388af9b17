using System.Collections.Immutable;

namespace QuantumCore.History;

/// <summary>Reads what accounts and the recovery agent have to complete after a crash.</summary>
public sealed class RecoveryQueries(HistoryDatabase database)
{
    /// <summary>
    /// Returns the sequences of a book's records that touch an account, after a sequence. They are complete through the
    /// returned sequence; read later records from the journal itself.
    /// </summary>
    public async Task<(long Through, ImmutableArray<long> Sequences)> AccountEventsAsync(
        string stream, long account, long afterSequence, CancellationToken cancellationToken)
    {
        // Read the cursor first: rows up to it are complete, and newer ones are left out.
        var through = await database.NumberAsync(
            "SELECT seq FROM projector_cursor WHERE stream = @stream",
            [("@stream", stream)],
            cancellationToken) ?? 0;
        var blocks = await database.ListAsync(
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
            static row => row.GetString(0),
            cancellationToken);
        return (through, blocks.IsEmpty
            ? []
            : [.. blocks.SelectMany(EventBlock.Sequences).Where(seq => seq > afterSequence && seq <= through).Order()]);
    }

    /// <summary>
    /// Returns holds placed between two times, both exclusive, whose order reached no book, oldest first: work for the
    /// sweeper.
    /// </summary>
    public Task<ImmutableArray<OrphanHold>> OrphanHoldsAsync(
        long afterNanos, long beforeNanos, int limit, int skip, CancellationToken cancellationToken) =>
        database.ListAsync(
            """
            SELECT account, number, symbol FROM hold WHERE in_book = 0 AND created_at > @after AND created_at < @before
            ORDER BY created_at, account, number LIMIT @limit OFFSET @skip
            """,
            [("@after", afterNanos), ("@before", beforeNanos), ("@limit", limit), ("@skip", skip)],
            static row => new OrphanHold(row.GetInt64(0), row.GetInt64(1), row.GetString(2)),
            cancellationToken);

    /// <summary>Returns accounts with open holds, which must be kept active.</summary>
    public Task<ImmutableArray<long>> OpenWorkAccountsAsync(CancellationToken cancellationToken) => database.ListAsync(
        "SELECT DISTINCT account FROM hold ORDER BY account",
        [],
        static row => row.GetInt64(0),
        cancellationToken);

    /// <summary>
    /// Returns open orders of killed accounts, one entry for each book of an account: work for the recovery agent.
    /// </summary>
    public Task<ImmutableArray<KilledOrders>> KilledOrdersAsync(int limit, CancellationToken cancellationToken) =>
        database.ListAsync(
        """
        SELECT DISTINCT s.account, h.symbol, s.floor FROM account_state s
        JOIN hold h ON h.account = s.account AND h.number <= s.floor WHERE s.state = 'killed'
        ORDER BY s.account, h.symbol LIMIT @limit
        """,
        [("@limit", limit)],
        static row => new KilledOrders(row.GetInt64(0), row.GetString(1), row.GetInt64(2)),
        cancellationToken);
}

/// <summary>A hold whose order reached no book.</summary>
public readonly record struct OrphanHold(long Account, long Number, string Symbol);

/// <summary>Open orders in one book of an account whose kill switch was triggered.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">Symbol of the book.</param>
/// <param name="Floor">Highest order number affected.</param>
public readonly record struct KilledOrders(long Account, string Symbol, long Floor);
