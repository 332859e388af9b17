using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Reads the entitled accounts of corporate actions, and recorded parts.</summary>
public sealed class CorporateActionQueries(HistoryDatabase database)
{
    /// <summary>
    /// Returns customer accounts entitled to an action, by account, after a given account. They had or owed units of an
    /// asset just before a moment, and have no recorded part. On request it includes accounts without units that may
    /// have a position: they traded the asset and moved units otherwise.
    /// </summary>
    /// <param name="action">Id of the action.</param>
    /// <param name="asset">The asset.</param>
    /// <param name="cutNanos">Record time, in Unix nanoseconds.</param>
    /// <param name="withTrades">True to compare trades with the record time; false if all trades are from before
    /// it.</param>
    /// <param name="withPositions">True to include accounts with a position but without units.</param>
    /// <param name="after">Account after which to continue.</param>
    /// <param name="limit">Most accounts.</param>
    /// <param name="cancellationToken">Token that cancels the call.</param>
    public Task<ImmutableArray<EntitledAccount>> EntitledAsync(
        string action, string asset, long cutNanos, bool withTrades, bool withPositions, long after, int limit,
        CancellationToken cancellationToken) => database.ListAsync(
            s_entitledQuery,
            [
                ("@action", action), ("@asset", asset), ("@cut", cutNanos), ("@trades", withTrades ? 1L : 0L),
                ("@positions", withPositions ? 1L : 0L),
                ("@after", after), ("@limit", limit),
            ],
            static row => new EntitledAccount(row.GetInt64(0), (long)SumColumns.Read(row, 1)),
            cancellationToken);

    /// <summary>Returns the sums of an action's recorded parts, without the rounding difference.</summary>
    public async Task<CorporateSums> SumsAsync(string action, CancellationToken cancellationToken)
    {
        var rows = await database.ListAsync(
            """
            SELECT CASE WHEN units > 0 THEN 1 ELSE 0 END AS is_long, COUNT(*),
              CAST(SUM(units / 1000000000) AS BIGINT), CAST(SUM(units % 1000000000) AS BIGINT),
              CAST(SUM(amount / 1000000000) AS BIGINT), CAST(SUM(amount % 1000000000) AS BIGINT)
            FROM corporate_part WHERE action = @action AND account >= 1000 GROUP BY CASE WHEN units > 0 THEN 1 ELSE 0 END
            """,
            [("@action", action)],
            static row => (IsLong: Convert.ToInt64(row.GetValue(0)) == 1, Accounts: (int)row.GetInt64(1),
                Units: SumColumns.Read(row, 2), Amount: SumColumns.Read(row, 4)),
            cancellationToken);
        var sums = default(CorporateSums);
        foreach (var (isLong, accounts, units, amount) in rows)
        {
            sums = sums with { Accounts = sums.Accounts + accounts };
            sums = isLong
                ? sums with { LongUnits = units, Received = amount }
                : sums with { ShortUnits = -units, Owed = -amount };
        }

        return sums;
    }

    /// <summary>Returns recorded parts of an action by account, after an account: all, or only unpaid ones.</summary>
    public Task<ImmutableArray<CorporatePart>> PartsAsync(
        string action, bool unpaid, long after, int limit, CancellationToken cancellationToken) => database.ListAsync(
            """
            SELECT account, units, amount, paid_at, unit_change FROM corporate_part
            WHERE action = @action AND account > @after AND (@unpaid = 0 OR paid_at IS NULL) ORDER BY account LIMIT @limit
            """,
            [("@action", action), ("@unpaid", unpaid ? 1L : 0L), ("@after", after), ("@limit", limit)],
            static row => new CorporatePart(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), !row.IsDBNull(3), row.GetInt64(4)),
            cancellationToken);

    /// <summary>
    /// Returns true if units of an asset are in flight: an open transfer, or a withdrawal that may be rejected.
    /// </summary>
    public async Task<bool> IsMovingAsync(string asset, CancellationToken cancellationToken) =>
        await database.NumberAsync(
            """
            SELECT 1 FROM transfer WHERE ended_at IS NULL AND asset = @asset
            UNION ALL SELECT 1 FROM withdrawal WHERE is_open = 1 AND asset = @asset LIMIT 1
            """,
            [("@asset", asset)],
            cancellationToken) is not null;

    /// <summary>
    /// Returns the new symbol of each changed symbol. An account that traded the old symbol and held no units at the
    /// change continues under the new name too. Other instruments may trade the new units later; the first of them is
    /// the one that the change listed.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, string>> NewSymbolsAsync(CancellationToken cancellationToken) =>
        (await database.ListAsync(
        FirstParts +
        """
        SELECT DISTINCT o.symbol, n.symbol FROM first_part f JOIN instrument o ON o.base = f.unit_asset JOIN instrument n ON n.base = f.asset
          AND n.time = (SELECT MIN(v.time) FROM instrument v WHERE v.base = f.asset)
        WHERE f.numerator = 0 AND f.unit_change <> 0
        """,
        [],
        static row => (Old: row.GetString(0), New: row.GetString(1)),
        cancellationToken)).ToDictionary(change => change.Old, change => change.New, StringComparer.Ordinal);

    /// <summary>
    /// Returns the splits of a symbol's units, oldest first. They come from the account's own records or, where it had
    /// no units then, from the first account that had.
    /// </summary>
    public Task<ImmutableArray<AccountSplit>> SplitsAsync(
        long account, string symbol, CancellationToken cancellationToken) => database.ListAsync(
        FirstParts +
        """
        SELECT COALESCE(c.time, f.time), f.numerator, f.denominator, f.rate, i.base_decimals FROM first_part f
        JOIN instrument i ON i.symbol = @symbol AND i.base = f.unit_asset AND i.seq = (SELECT MIN(v.seq) FROM instrument v WHERE v.symbol = @symbol)
        LEFT JOIN corporate_part c ON c.action = f.action AND c.account = @account
        WHERE f.numerator > 0 ORDER BY f.time, f.action
        """,
        [("@account", account), ("@symbol", symbol)],
        static row => new AccountSplit(
            row.GetInt64(0), new SplitShare(row.GetInt64(1), row.GetInt64(2), row.GetInt32(4), row.GetInt64(3))),
        cancellationToken);

    // Reads one customer's part of each action, stepping from action to action by the key. All parts agree about the
    // action, and there may be a million of them.
    private const string FirstParts =
        """
        WITH RECURSIVE known(action) AS (
          SELECT MIN(action) FROM corporate_part
          UNION ALL SELECT (SELECT MIN(p.action) FROM corporate_part p WHERE p.action > known.action) FROM known WHERE known.action IS NOT NULL),
        first_part AS (
          SELECT p.* FROM known JOIN corporate_part p ON p.action = known.action
            AND p.account = (SELECT MIN(q.account) FROM corporate_part q WHERE q.action = known.action AND q.account >= 1000))

        """;

    // Balance less all movements since: the indexes of an account's lines and trades cover both. Summed in two halves,
    // because movements may add up to more than an account ever had.
    private static readonly string s_entitledQuery =
        $"""
        SELECT had.account, had.hi, had.lo FROM (
          SELECT b.account, CAST(b.total_hi - {MovedSince("/")} AS BIGINT) AS hi,
            CAST(b.total_lo - {MovedSince("%")} AS BIGINT) AS lo
          FROM balance_sum b
          WHERE b.asset = @asset AND b.account >= 1000 AND b.account > @after
            AND NOT EXISTS (SELECT 1 FROM corporate_part c WHERE c.action = @action AND c.account = b.account)) had
        WHERE CAST(had.hi AS NUMERIC) * 1000000000 + had.lo <> 0 OR (@positions = 1
          AND EXISTS (SELECT 1 FROM position q JOIN instrument i ON i.symbol = q.symbol WHERE q.account = had.account AND i.base = @asset)
          AND EXISTS (SELECT 1 FROM other_posting p WHERE p.account = had.account
            AND p.asset = @asset AND p.cause NOT LIKE 'split %'))
        ORDER BY had.account LIMIT @limit
        """;

    /// <summary>
    /// Returns SQL for the sum of a part of each line's amount since the cut: the high part for <c>/</c>, the low part
    /// for <c>%</c>. Lines of trades are included only if they are compared by time.
    /// </summary>
    private static string MovedSince(string half)
    {
        var sum = $"SUM(p.amount {half} 1000000000)";
        return $"""
            COALESCE((SELECT {sum} FROM other_posting p
                WHERE p.account = b.account AND p.time >= @cut AND p.asset = b.asset
                  AND (@trades = 1 OR (p.cause NOT LIKE 'bust %' AND p.cause NOT LIKE 'correction %'))), 0)
            - COALESCE((SELECT {sum} FROM trade t {OfAccount}
                WHERE t.buyer = b.account AND t.time >= @cut AND @trades = 1), 0)
            - COALESCE((SELECT {sum} FROM trade t {OfAccount}
                WHERE t.seller = b.account AND t.buyer <> b.account AND t.time >= @cut AND @trades = 1), 0)
            """;
    }

    private const string OfAccount =
        "JOIN trade_line p ON p.symbol = t.symbol AND p.seq = t.seq AND p.idx = t.idx AND p.account = b.account AND p.asset = b.asset";
}

/// <summary>A split of units that an account has traded.</summary>
/// <param name="TimeNanos">Time at which it was recorded, in Unix nanoseconds.</param>
/// <param name="Share">Split ratio, and value of a new unit.</param>
public readonly record struct AccountSplit(long TimeNanos, SplitShare Share);
