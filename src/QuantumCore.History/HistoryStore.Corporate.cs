using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Corporate actions: who had what at a cut, and what is on record of each.</summary>
public abstract partial class HistoryStore
{
    /// <summary>
    /// Customers' accounts that had units of an asset just before a moment, or owed some, and have no part of an action on record, after an account, by account; on
    /// request those too that had none and may have a position by trades: who traded it, and moved units of it otherwise.
    /// </summary>
    /// <param name="action">The action's id.</param>
    /// <param name="asset">The asset.</param>
    /// <param name="cutNanos">The moment, Unix nanoseconds.</param>
    /// <param name="withTrades">Whether trades are told apart by their time; else all of them are of before.</param>
    /// <param name="withPositions">Whether who has a position is named without units.</param>
    /// <param name="after">Accounts after this one.</param>
    /// <param name="limit">Most of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<ImmutableArray<EntitledAccount>> EntitledAsync(
        string action, string asset, long cutNanos, bool withTrades, bool withPositions, long after, int limit, CancellationToken cancellationToken) => ReadAsync(
            s_entitledQuery,
            [
                ("@action", action), ("@asset", asset), ("@cut", cutNanos), ("@trades", withTrades ? 1L : 0L), ("@positions", withPositions ? 1L : 0L),
                ("@after", after), ("@limit", limit),
            ],
            static (reader, token) => ListAsync(reader, static row => new EntitledAccount(row.GetInt64(0), (long)Whole(row, 1)), token),
            cancellationToken);

    /// <summary>What the parts on record of an action come to; what rounding leaves is for others to say.</summary>
    public async Task<CorporateSums> CorporateSumsAsync(string action, CancellationToken cancellationToken)
    {
        var rows = await ReadAsync(
            """
            SELECT CASE WHEN units > 0 THEN 1 ELSE 0 END AS is_long, COUNT(*),
              CAST(SUM(units / 1000000000) AS BIGINT), CAST(SUM(units % 1000000000) AS BIGINT),
              CAST(SUM(amount / 1000000000) AS BIGINT), CAST(SUM(amount % 1000000000) AS BIGINT)
            FROM corporate_part WHERE action = @action AND account >= 1000 GROUP BY CASE WHEN units > 0 THEN 1 ELSE 0 END
            """,
            [("@action", action)],
            static (reader, token) => ListAsync(
                reader,
                static row => (IsLong: Convert.ToInt64(row.GetValue(0)) == 1, Accounts: (int)row.GetInt64(1), Units: Whole(row, 2), Amount: Whole(row, 4)),
                token),
            cancellationToken);
        var sums = default(CorporateSums);
        foreach (var (isLong, accounts, units, amount) in rows)
        {
            sums = sums with { Accounts = sums.Accounts + accounts };
            sums = isLong ? sums with { LongUnits = units, Received = amount } : sums with { ShortUnits = -units, Owed = -amount };
        }

        return sums;
    }

    /// <summary>Parts on record of an action after an account, by account: all, or those that are not paid.</summary>
    public Task<ImmutableArray<CorporatePart>> CorporatePartsAsync(
        string action, bool unpaid, long after, int limit, CancellationToken cancellationToken) => ReadAsync(
            """
            SELECT account, units, amount, paid_at, unit_change FROM corporate_part
            WHERE action = @action AND account > @after AND (@unpaid = 0 OR paid_at IS NULL) ORDER BY account LIMIT @limit
            """,
            [("@action", action), ("@unpaid", unpaid ? 1L : 0L), ("@after", after), ("@limit", limit)],
            static (reader, token) => ListAsync(
                reader, static row => new CorporatePart(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), !row.IsDBNull(3), row.GetInt64(4)), token),
            cancellationToken);

    /// <summary>Whether units of an asset have left an account and not arrived: a transfer, or a withdrawal that may be refused.</summary>
    public async Task<bool> IsMovingAsync(string asset, CancellationToken cancellationToken) => !(await ReadAsync(
        """
        SELECT 1 FROM transfer WHERE ended_at IS NULL AND asset = @asset
        UNION ALL SELECT 1 FROM withdrawal WHERE is_open = 1 AND asset = @asset LIMIT 1
        """,
        [("@asset", asset)],
        static (reader, token) => ListAsync(reader, static row => row.GetInt32(0), token),
        cancellationToken)).IsEmpty;

    /// <summary>
    /// What symbols are called since they were changed, by the old one. Who had traded before, and had no units then, goes on under the new name, too; others may trade
    /// the new units later: the change listed the first.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, string>> NewSymbolsAsync(CancellationToken cancellationToken) => (await ReadAsync(
        FirstParts +
        """
        SELECT DISTINCT o.symbol, n.symbol FROM first_part f JOIN instrument o ON o.base = f.unit_asset JOIN instrument n ON n.base = f.asset
          AND n.time = (SELECT MIN(v.time) FROM instrument v WHERE v.base = f.asset)
        WHERE f.numerator = 0 AND f.unit_change <> 0
        """,
        [],
        static (reader, token) => ListAsync(reader, static row => (Old: row.GetString(0), New: row.GetString(1)), token),
        cancellationToken)).ToDictionary(change => change.Old, change => change.New, StringComparer.Ordinal);

    /// <summary>The splits of what a symbol trades, oldest first: as they are on record in an account, or, where it had no units then, in the first that had.</summary>
    public Task<ImmutableArray<AccountSplit>> SplitsAsync(long account, string symbol, CancellationToken cancellationToken) => ReadAsync(
        FirstParts +
        """
        SELECT COALESCE(c.time, f.time), f.numerator, f.denominator, f.rate, i.base_decimals FROM first_part f
        JOIN instrument i ON i.symbol = @symbol AND i.base = f.unit_asset AND i.seq = (SELECT MIN(v.seq) FROM instrument v WHERE v.symbol = @symbol)
        LEFT JOIN corporate_part c ON c.action = f.action AND c.account = @account
        WHERE f.numerator > 0 ORDER BY f.time, f.action
        """,
        [("@account", account), ("@symbol", symbol)],
        static (reader, token) => ListAsync(
            reader,
            static row => new AccountSplit(row.GetInt64(0), new SplitShare(row.GetInt64(1), row.GetInt64(2), row.GetInt32(4), row.GetInt64(3))),
            token),
        cancellationToken);

    // Of each action the part of one customer, from one action to the next by the key: they say the same of the action, and there may be a million.
    private const string FirstParts =
        """
        WITH RECURSIVE known(action) AS (
          SELECT MIN(action) FROM corporate_part
          UNION ALL SELECT (SELECT MIN(p.action) FROM corporate_part p WHERE p.action > known.action) FROM known WHERE known.action IS NOT NULL),
        first_part AS (
          SELECT p.* FROM known JOIN corporate_part p ON p.action = known.action
            AND p.account = (SELECT MIN(q.account) FROM corporate_part q WHERE q.action = known.action AND q.account >= 1000))

        """;

    // The balance less all that moved since: the indexes of an account's lines and of its trades lead to that. In halves, since what moved may add up
    // to more than an account ever had.
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
          AND EXISTS (SELECT 1 FROM posting p WHERE p.account = had.account AND p.cause <> 'trade' AND p.cause <> 'fee'
            AND p.asset = @asset AND p.cause NOT LIKE 'split %'))
        ORDER BY had.account LIMIT @limit
        """;

    /// <summary>The sum of half of each line since the cut, by an operator that takes it off; the lines of trades only where they are told apart by their time.</summary>
    private static string MovedSince(string half)
    {
        var sum = $"SUM(p.amount {half} 1000000000)";
        return $"""
            COALESCE((SELECT {sum} FROM posting p
                WHERE p.account = b.account AND p.time >= @cut AND p.cause <> 'trade' AND p.cause <> 'fee' AND p.asset = b.asset
                  AND (@trades = 1 OR (p.cause NOT LIKE 'bust %' AND p.cause NOT LIKE 'correction %'))), 0)
            - COALESCE((SELECT {sum} FROM trade t {OfAccount}
                WHERE t.buyer = b.account AND t.time >= @cut AND @trades = 1), 0)
            - COALESCE((SELECT {sum} FROM trade t {OfAccount}
                WHERE t.seller = b.account AND t.buyer <> b.account AND t.time >= @cut AND @trades = 1), 0)
            """;
    }

    private const string OfAccount =
        "JOIN posting p ON p.stream = 'book/' || t.symbol AND p.seq = t.seq AND p.idx = t.idx AND p.account = b.account AND p.asset = b.asset";
}

/// <summary>A split of what an account has traded.</summary>
/// <param name="TimeNanos">When it was on record, Unix nanoseconds.</param>
/// <param name="Share">The ratio, and what a new unit is worth.</param>
public readonly record struct AccountSplit(long TimeNanos, SplitShare Share);
