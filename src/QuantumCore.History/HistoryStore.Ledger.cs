using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Accounting reports: statements, trial balance, fee revenue.</summary>
public abstract partial class HistoryStore
{
    /// <summary>Most lines in one response.</summary>
    public const int LinesLimit = 1_000;

    // Sums of more than 63 bits: (high, low) means high times this plus low.
    internal const long Billion = 1_000_000_000;

    // A single statement, so that it sees one moment: the balances, and the sums of the days since the start of the
    // period.
    private const string StatementQuery =
        """
        SELECT b.asset, a.decimals, '' AS cause, 0 AS lines, b.total_hi, b.total_lo, b.pending_hi, b.pending_lo, b.reserved_hi, b.reserved_lo, 0 AS place
        FROM balance_sum b JOIN asset a ON a.asset = b.asset WHERE b.account = @account
        UNION ALL
        SELECT asset, 0, cause, CAST(SUM(CASE WHEN day < @to THEN lines ELSE 0 END) AS BIGINT),
          CAST(SUM(CASE WHEN day < @to THEN in_hi ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN day < @to THEN in_lo ELSE 0 END) AS BIGINT),
          CAST(SUM(CASE WHEN day < @to THEN out_hi ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN day < @to THEN out_lo ELSE 0 END) AS BIGINT),
          CAST(SUM(in_hi + out_hi) AS BIGINT), CAST(SUM(in_lo + out_lo) AS BIGINT), CASE kind WHEN 'P' THEN 2 ELSE 1 END
        FROM day_total WHERE account = @account AND day >= @from GROUP BY asset, cause, kind ORDER BY 1, 11, 3
        """;

    // Lines of trades are found by the trade's time, other lines by an index of their own. Each page starts at its
    // place and reads no line before or after it.
    internal static readonly string LinesQuery =
        $"""
        SELECT l.time, l.stream, l.seq, l.idx, l.leg, l.cause, l.asset, a.decimals, l.amount, l.kind FROM (
          SELECT * FROM ({Page("FROM other_posting p", "p.stream", "p.time", "p.account = @account")}) others
          UNION ALL SELECT * FROM ({Page(OfTrades, OfBook, "t.time", "t.buyer = @account")}) buyers
          UNION ALL SELECT * FROM ({Page(OfTrades, OfBook, "t.time", "t.seller = @account AND t.buyer <> @account")}) sellers) l
        JOIN asset a ON a.asset = l.asset ORDER BY l.time, l.stream, l.seq, l.idx, l.leg LIMIT @limit
        """;

    private const string OfTrades =
        "FROM trade t JOIN trade_line p ON p.symbol = t.symbol AND p.seq = t.seq AND p.idx = t.idx AND p.account = @account";

    private const string OfBook = "'book/' || t.symbol";

    /// <summary>Returns SQL for a page of the lines of one source, from a place on.</summary>
    private static string Page(string source, string stream, string time, string own) =>
        $"""
        SELECT p.time, {stream} AS stream, p.seq, p.idx, p.leg, p.cause, p.asset, p.amount, p.kind {source}
        WHERE {own} AND {time} >= @start AND {time} < @to AND ({time} > @time OR {stream} > @stream OR ({stream} = @stream
          AND (p.seq > @seq OR (p.seq = @seq AND (p.idx > @idx OR (p.idx = @idx AND p.leg > @leg))))))
        ORDER BY {time}, {stream}, p.seq, p.idx, p.leg LIMIT @limit
        """;

    /// <summary>Returns an account's statement over a period, with its lines after a place.</summary>
    /// <param name="account">Account number.</param>
    /// <param name="fromNanos">Start in Unix nanoseconds, inclusive; the start of a UTC day.</param>
    /// <param name="toNanos">End in Unix nanoseconds, exclusive; the start of a UTC day, or the largest number for
    /// none.</param>
    /// <param name="after">Last known line; null to begin with the first.</param>
    /// <param name="limit">Most lines, at most <see cref="LinesLimit"/>.</param>
    /// <param name="cancellationToken">Token that cancels the call.</param>
    public async Task<AccountStatement> StatementAsync(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit, CancellationToken cancellationToken)
    {
        if (fromNanos % UtcDay.Nanos != 0 || (toNanos != long.MaxValue && toNanos % UtcDay.Nanos != 0))
        {
            throw new ArgumentException("A statement is of whole days.", nameof(fromNanos));
        }

        var assets = await ReadAsync(
            StatementQuery,
            [("@account", account), ("@from", UtcDay.Of(fromNanos)), ("@to", UtcDay.Of(toNanos))],
            ReadAssetsAsync,
            cancellationToken);
        var place = after ?? new LinePlace(fromNanos - 1, "", 0, 0, 0);
        limit = Math.Clamp(limit, 0, LinesLimit);
        var lines = await ReadAsync(
            LinesQuery,
            [
                ("@account", account),
                ("@to", toNanos),
                ("@start", Math.Max(fromNanos, place.TimeNanos)),
                ("@time", place.TimeNanos),
                ("@stream", place.Stream),
                ("@seq", place.Sequence),
                ("@idx", place.Index),
                ("@leg", place.Leg),
                ("@limit", limit + 1),
            ],
            static (reader, token) => ListAsync(reader, ReadLine, token),
            cancellationToken);
        return new AccountStatement(
            account, fromNanos, toNanos, assets, lines.Length > limit ? lines[..limit] : lines, lines.Length > limit);
    }

    /// <summary>Returns the symbols that an account has traded.</summary>
    public Task<ImmutableArray<string>> TradedSymbolsAsync(long account, CancellationToken cancellationToken) =>
        ReadAsync(
        "SELECT symbol FROM position WHERE account = @account ORDER BY symbol",
        [("@account", account)],
        static (reader, token) => ListAsync(reader, static row => row.GetString(0), token),
        cancellationToken);

    /// <summary>
    /// Reads an account's trades of a symbol after a place, oldest first, one by one. Busted trades are left out;
    /// others have their current prices and fees. A trade of the account with itself is read once.
    /// </summary>
    /// <param name="account">Account number.</param>
    /// <param name="symbol">The symbol.</param>
    /// <param name="after">Last known trade; default for none.</param>
    /// <param name="take">Called with each trade.</param>
    /// <param name="cancellationToken">Token that cancels the call.</param>
    /// <returns>The place of the last trade.</returns>
    public Task<TradeTime> TradesAfterAsync(
        long account, string symbol, TradeTime after, Action<AccountTrade> take, CancellationToken cancellationToken) =>
            ReadAsync(
            TradesQuery,
            [
                ("@account", account), ("@symbol", symbol), ("@time", after.TimeNanos), ("@seq", after.Sequence),
                ("@idx", after.Index),
            ],
            async (reader, token) =>
            {
                var last = after;
                while (await reader.ReadAsync(token))
                {
                    last = new TradeTime(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
                    var (isBuyer, isSeller) = (reader.GetInt64(6) == account, reader.GetInt64(7) == account);
                    // An auction has no taker: the buyer is in the taker's columns.
                    var buyerTakes = reader.GetString(8) != "S";
                    var (buyerFee, sellerFee) = buyerTakes
                        ? (reader.GetInt64(10), reader.GetInt64(9))
                        : (reader.GetInt64(9), reader.GetInt64(10));
                    var value = reader.GetInt64(3) * reader.GetInt64(5);
                    if (isBuyer)
                    {
                        take(new AccountTrade(last.TimeNanos, reader.GetInt64(4), value, buyerFee));
                    }

                    if (isSeller)
                    {
                        take(new AccountTrade(last.TimeNanos, -reader.GetInt64(4), value, sellerFee));
                    }
                }

                return last;
            },
            cancellationToken);

    /// <summary>Returns the sequence of the last record that changed a trade of a symbol; 0 if none did.</summary>
    public async Task<long> LastTradeChangeAsync(string symbol, CancellationToken cancellationToken)
    {
        var last = await ReadAsync(
            "SELECT COALESCE(MAX(seq), 0) FROM trade_change WHERE symbol = @symbol",
            [("@symbol", symbol)],
            static (reader, token) => ListAsync(reader, static row => row.GetInt64(0), token),
            cancellationToken);
        return last[0];
    }

    /// <summary>Returns changes of trades since a time, oldest first, each with the accounts of both sides.</summary>
    public Task<ImmutableArray<(string Symbol, long Sequence, long Buyer, long Seller,
        long TimeNanos)>> TradeChangesAsync(
        long fromNanos, int limit, CancellationToken cancellationToken) => ReadAsync(
            """
            SELECT c.symbol, c.seq, t.buyer, t.seller, c.time FROM trade_change c
            JOIN trade t ON t.symbol = c.symbol AND t.seq = c.trade_seq AND t.idx = c.trade_idx
            WHERE c.time >= @from ORDER BY c.time, c.symbol, c.seq LIMIT @limit
            """,
            [("@from", fromNanos), ("@limit", limit)],
            static (reader, token) => ListAsync(
                reader,
                static row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
                token),
            cancellationToken);

    // Sorted by time, like a book's trades: each side's index returns them in that order, so no page is sorted.
    private const string TradesQuery =
        """
        SELECT * FROM (
          SELECT t.time, t.seq, t.idx, t.px, t.qty, i.tick_lot_value, t.buyer, t.seller, t.taker_side, t.maker_fee, t.taker_fee
          FROM trade_now t JOIN instrument i ON i.symbol = t.symbol AND i.seq = (SELECT MIN(v.seq) FROM instrument v WHERE v.symbol = t.symbol)
          WHERE t.buyer = @account AND t.symbol = @symbol AND t.px > 0 AND t.time >= @time
            AND (t.time > @time OR t.seq > @seq OR (t.seq = @seq AND t.idx > @idx))
          UNION
          SELECT t.time, t.seq, t.idx, t.px, t.qty, i.tick_lot_value, t.buyer, t.seller, t.taker_side, t.maker_fee, t.taker_fee
          FROM trade_now t JOIN instrument i ON i.symbol = t.symbol AND i.seq = (SELECT MIN(v.seq) FROM instrument v WHERE v.symbol = t.symbol)
          WHERE t.seller = @account AND t.symbol = @symbol AND t.px > 0 AND t.time >= @time
            AND (t.time > @time OR t.seq > @seq OR (t.seq = @seq AND t.idx > @idx))
        ) both_sides ORDER BY 1, 2, 3
        """;

    /// <summary>Returns the trial balance: each asset by holder. Over all holders an asset sums to zero.</summary>
    public Task<ImmutableArray<TrialBalanceRow>> TrialBalanceAsync(CancellationToken cancellationToken) => ReadAsync(
        """
        SELECT asset, decimals, holder, accounts, total_hi, total_lo, held_hi, held_lo FROM trial_balance ORDER BY asset, holder
        """,
        [],
        static (reader, token) => ListAsync(
            reader,
            static row => new TrialBalanceRow(
                row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetInt64(3), Whole(row, 4), Whole(row, 6)),
            token),
        cancellationToken);

    /// <summary>Returns fees by day and symbol. It reads all trades, so use it for reports, not every second.</summary>
    public Task<ImmutableArray<FeeRevenueRow>> FeeRevenueAsync(
        long fromNanos, long toNanos, CancellationToken cancellationToken) => ReadAsync(
            """
            SELECT day, symbol, asset, decimals, trades, maker_hi, maker_lo, taker_hi, taker_lo FROM fee_revenue
            WHERE day >= @from AND day < @to ORDER BY day, symbol
            """,
            [("@from", UtcDay.Of(fromNanos)), ("@to", UtcDay.Of(toNanos + UtcDay.Nanos - 1))],
            static (reader, token) => ListAsync(
                reader,
                static row => new FeeRevenueRow(
                    UtcDay.StartOf(row.GetInt64(0)), row.GetString(1), row.GetString(2), row.GetInt32(3),
                    row.GetInt64(4),
                    Whole(row, 5), Whole(row, 7)),
                token),
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
        ReadAsync(
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
        static (reader, token) => ListAsync(
            reader,
            static row => new ReconciliationFinding(
                row.GetString(0), row.GetInt64(1), row.GetString(2), Whole(row, 3), Whole(row, 5)),
            token),
        cancellationToken);

    /// <summary>Returns customer accounts after an account, in sequence.</summary>
    public Task<ImmutableArray<long>> AccountsAsync(long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
        "SELECT DISTINCT account FROM balance WHERE account > @after AND account >= 1000 ORDER BY account LIMIT @limit",
        [("@after", after), ("@limit", limit)],
        static (reader, token) => ListAsync(reader, static row => row.GetInt64(0), token),
        cancellationToken);

    /// <summary>
    /// Returns an account's balances and the projected sequence of each stream that touches it, at one moment.
    /// </summary>
    public Task<AccountInLedger> AccountAsync(long account, CancellationToken cancellationToken) => ReadAsync(
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

    private static async Task<ImmutableArray<AssetStatement>> ReadAssetsAsync(
        DbDataReader reader, CancellationToken token)
    {
        var assets = ImmutableArray.CreateBuilder<AssetStatement>();
        var causes = ImmutableArray.CreateBuilder<CauseTotal>();
        var (name, decimals, now, pending, held) = ("", 0, (Int128)0, (Int128)0, (Int128)0);
        var (since, pendingSince) = ((Int128)0, (Int128)0);
        while (await reader.ReadAsync(token))
        {
            // The first row of an asset is its balance. Rows of its causes follow, settled ones first.
            if (reader.GetString(2).Length == 0)
            {
                End();
                (name, decimals, now, pending, held) = (
                    reader.GetString(0), reader.GetInt32(1), Whole(reader, 4), Whole(reader, 6), Whole(reader, 8));
                (since, pendingSince) = (0, 0);
                continue;
            }

            var isPending = reader.GetInt32(10) == 2;
            since += Whole(reader, 8);
            pendingSince += isPending ? Whole(reader, 8) : 0;
            if (reader.GetInt64(3) > 0)
            {
                causes.Add(
                    new CauseTotal(
                        reader.GetString(2), reader.GetInt64(3), Whole(reader, 4), -Whole(reader, 6), isPending));
            }
        }

        End();
        return assets.ToImmutable();

        void End()
        {
            if (name.Length > 0)
            {
                var (opening, openingPending) = (now - since, pending - pendingSince);
                var closing = causes.Aggregate(opening, static (sum, cause) => sum + cause.In - cause.Out);
                var closingPending = causes.Where(cause => cause.IsPending)
                    .Aggregate(openingPending, static (sum, cause) => sum + cause.In - cause.Out);
                assets.Add(new AssetStatement(
                    name, decimals, opening, closing, held, causes.DrainToImmutable(), openingPending, closingPending));
            }
        }
    }

    private static LedgerLine ReadLine(DbDataReader row)
    {
        var (cause, key) = DayTotals.Parts(row.GetString(5));
        return new(
            new LinePlace(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            cause,
            key,
            row.GetString(6),
            row.GetInt32(7),
            row.GetInt64(8),
            row.GetString(9) == HistoryWords.Pending);
    }

    private static Int128 Whole(DbDataReader row, int column) =>
        ((Int128)Convert.ToInt64(row.GetValue(column)) * Billion) + Convert.ToInt64(row.GetValue(column + 1));
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

/// <summary>Place of a trade in its book, sorted by time first.</summary>
/// <param name="TimeNanos">Time, in Unix nanoseconds.</param>
/// <param name="Sequence">Sequence of its record.</param>
/// <param name="Index">Index of the trade within the record.</param>
public readonly record struct TradeTime(long TimeNanos, long Sequence, long Index);

/// <summary>A trade from the view of one account.</summary>
/// <param name="TimeNanos">Time, in Unix nanoseconds.</param>
/// <param name="Lots">Lots bought; negative if sold.</param>
/// <param name="LotValue">Value of one lot at its price, in quote minor units.</param>
/// <param name="Fee">Fee of the account, in quote minor units.</param>
public readonly record struct AccountTrade(long TimeNanos, long Lots, long LotValue, long Fee);
