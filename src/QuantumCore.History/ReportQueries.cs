using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Reads accounting reports over all accounts, and what their reconciliation compares.</summary>
public sealed class ReportQueries(HistoryDatabase database)
{
    /// <summary>Returns the trial balance: each asset by holder. Over all holders an asset sums to zero.</summary>
    public Task<ImmutableArray<TrialBalanceRow>> TrialBalanceAsync(CancellationToken cancellationToken) =>
    database.ListAsync(
        """
        SELECT asset, decimals, holder, accounts, total_hi, total_lo, held_hi, held_lo FROM trial_balance ORDER BY asset, holder
        """,
        [],
        static row => new TrialBalanceRow(
            row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetInt64(3), SumColumns.Read(row, 4),
            SumColumns.Read(row, 6)),
        cancellationToken);

    /// <summary>Returns fees by day and symbol. It reads all trades, so use it for reports, not every second.</summary>
    public Task<ImmutableArray<FeeRevenueRow>> FeeRevenueAsync(
        long fromNanos, long toNanos, CancellationToken cancellationToken) => database.ListAsync(
            """
            SELECT day, symbol, asset, decimals, trades, maker_hi, maker_lo, taker_hi, taker_lo FROM fee_revenue
            WHERE day >= @from AND day < @to ORDER BY day, symbol
            """,
            [("@from", UtcDay.Of(fromNanos)), ("@to", UtcDay.Of(toNanos + UtcDay.Nanos - 1))],
            static row => new FeeRevenueRow(
                UtcDay.StartOf(row.GetInt64(0)), row.GetString(1), row.GetString(2), row.GetInt32(3),
                row.GetInt64(4),
                SumColumns.Read(row, 5), SumColumns.Read(row, 7)),
            cancellationToken);

    // Amount that changed trades took from a balance, in halves, or SQLite would overflow.
    private const string TakenBack =
        """
        COALESCE((SELECT SUM(t.amount / 1000000000) * 1000000000 + SUM(t.amount % 1000000000) FROM taken_back t
            WHERE t.account = b.account AND t.asset = b.asset), 0)
        """;

    /// <summary>
    /// Returns contradictions between the ledger's own tables. It reads small tables only, so it can run every minute.
    /// </summary>
    public Task<ImmutableArray<ReconciliationFinding>> HouseFindingsAsync(CancellationToken cancellationToken) =>
        database.ListAsync(
        $"""
        SELECT 'over all holders an asset is nothing' AS rule, 0 AS account, asset, SUM(total_hi), SUM(total_lo), 0, 0
        FROM balance_sum GROUP BY asset HAVING SUM(total_hi) * 1000000000 + SUM(total_lo) <> 0
        UNION ALL
        SELECT 'over all holders nothing of an asset is pending', 0, asset, SUM(pending_hi), SUM(pending_lo), 0, 0
        FROM balance_sum GROUP BY asset HAVING SUM(pending_hi) * 1000000000 + SUM(pending_lo) <> 0
        UNION ALL
        SELECT 'clearing has nothing', account, asset, total_hi, total_lo, 0, 0 FROM balance_sum WHERE account = 2 AND (total_hi <> 0 OR total_lo <> 0)
        UNION ALL
        SELECT 'clearing keeps the cash of fails and nothing else', b.account, b.asset, b.total_hi - b.pending_hi, b.total_lo - b.pending_lo,
          COALESCE(f.hi, 0), COALESCE(f.lo, 0)
        FROM balance_sum b LEFT JOIN (SELECT f.quote AS asset, SUM(f.cash_left / 1000000000) AS hi, SUM(f.cash_left % 1000000000) AS lo
          FROM settlement_fail f WHERE f.seq = (SELECT MAX(n.seq) FROM settlement_fail n WHERE n.stream = f.stream) GROUP BY f.quote) f ON f.asset = b.asset
        WHERE b.account = 2
          AND CAST(b.total_hi - b.pending_hi - COALESCE(f.hi, 0) AS NUMERIC) * 1000000000 + (b.total_lo - b.pending_lo - COALESCE(f.lo, 0)) <> 0
        UNION ALL
        SELECT 'a cash account has given nothing that was not settled', account, asset, total_hi - pending_hi, total_lo - pending_lo, 0, 0
        FROM balance_sum b WHERE account >= 1000 AND CAST(total_hi - pending_hi AS NUMERIC) * 1000000000 + (total_lo - pending_lo) < 0
          AND NOT EXISTS (SELECT 1 FROM margin_account m WHERE m.account = b.account AND m.asset <> '')
          -- A changed trade takes back what may be gone: the account is frozen until that has come in again.
          AND CAST(total_hi - pending_hi AS NUMERIC) * 1000000000 + (total_lo - pending_lo) < {TakenBack}
        UNION ALL
        SELECT 'over all accounts a position is nothing', 0, symbol, SUM(qty_hi), SUM(qty_lo), 0, 0
        FROM position_sum GROUP BY symbol HAVING SUM(qty_hi) * 1000000000 + SUM(qty_lo) <> 0
        UNION ALL
        SELECT 'no cash account, no fee pot and no insurance fund owes', account, asset, total_hi, total_lo, 0, 0
        FROM balance_sum b WHERE account >= 1 AND account NOT IN (4, 8) AND (total_hi < 0 OR total_lo < 0)
          AND NOT EXISTS (SELECT 1 FROM margin_account m WHERE m.account = b.account AND m.asset <> '')
          AND CAST(total_hi AS NUMERIC) * 1000000000 + total_lo < {TakenBack}
        UNION ALL
        SELECT 'what is held is the sum of open holds', b.account, b.asset, b.reserved_hi, b.reserved_lo, COALESCE(h.hi, 0), COALESCE(h.lo, 0)
        FROM balance_sum b LEFT JOIN (SELECT account, asset, SUM(open_amount / 1000000000) AS hi, SUM(open_amount % 1000000000) AS lo
          FROM hold GROUP BY account, asset) h ON h.account = b.account AND h.asset = b.asset
        WHERE CAST(b.reserved_hi - COALESCE(h.hi, 0) AS NUMERIC) * 1000000000 + (b.reserved_lo - COALESCE(h.lo, 0)) <> 0
        ORDER BY 1, 2, 3 LIMIT 100
        """,
        [],
        static row => new ReconciliationFinding(
            row.GetString(0), row.GetInt64(1), row.GetString(2), SumColumns.Read(row, 3), SumColumns.Read(row, 5)),
        cancellationToken);

    /// <summary>Returns customer accounts after an account, in sequence.</summary>
    public Task<ImmutableArray<long>> AccountsAsync(long after, int limit, CancellationToken cancellationToken) =>
        database.ListAsync(
        "SELECT DISTINCT account FROM balance WHERE account > @after AND account >= 1000 ORDER BY account LIMIT @limit",
        [("@after", after), ("@limit", limit)],
        static row => row.GetInt64(0),
        cancellationToken);

    /// <summary>
    /// Returns an account's balances and the projected sequence of each stream that touches it, at one moment.
    /// </summary>
    public Task<AccountInLedger> AccountAsync(long account, CancellationToken cancellationToken) => database.ReadAsync(
        """
        SELECT 'A' AS row, asset AS name, total, total_high, reserved, reserved_high, pending, pending_high FROM balance WHERE account = @account
        UNION ALL
        SELECT 'S', stream, seq, seq, 0, 0, 0, 0 FROM projector_cursor WHERE stream = @own
        UNION ALL
        SELECT 'S', c.stream, c.seq, COALESCE(l.seq, 0), 0, 0, 0, 0
        FROM event_stream s JOIN projector_cursor c ON c.stream = s.stream LEFT JOIN event_last l ON l.account = @account AND l.stream_id = s.id
        WHERE s.stream LIKE 'settle/%' OR s.stream LIKE 'pay/%' OR l.account IS NOT NULL
        """,
        [("@account", account), ("@own", HistoryChunk.StreamOf(account))],
        static async (reader, token) =>
        {
            var (assets, streams) = (new Dictionary<string, (Int128, Int128, Int128)>(),
                new Dictionary<string, (long, long)>());
            while (await reader.ReadAsync(token))
            {
                if (reader.GetString(0) == "A")
                {
                    assets.Add(
                        reader.GetString(1),
                        (WideColumns.Read(reader, 2), WideColumns.Read(reader, 4), WideColumns.Read(reader, 6)));
                }
                else
                {
                    streams.Add(reader.GetString(1), (reader.GetInt64(2), reader.GetInt64(3)));
                }
            }

            return new AccountInLedger(assets, streams);
        },
        cancellationToken);
}

/// <summary>An account in the ledger.</summary>
/// <param name="Assets">Total, held and pending by asset, in minor units.</param>
/// <param name="Streams">
/// By stream: its projected sequence, and its last record that touches the account; 0 if no record of a settlement or
/// payout does.
/// </param>
public sealed record AccountInLedger(
    IReadOnlyDictionary<string, (Int128 Total, Int128 Held, Int128 Pending)> Assets,
    IReadOnlyDictionary<string, (long Cursor, long Last)> Streams);
