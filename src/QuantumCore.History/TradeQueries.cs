using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Reads trades: those of the market, those of one account, and changed ones.</summary>
public sealed class TradeQueries(HistoryDatabase database)
{
    /// <summary>Returns public trades of a symbol, oldest first, as they were made, with their later changes.</summary>
    public async Task<ImmutableArray<PublicTrade>> FindAsync(
        TradeQuery query, CancellationToken cancellationToken)
    {
        var from = query.From;
        if (from is null && query.FromNanos is { } time)
        {
            // Begins at the minute's first trade: trades are found by their sequence, which never goes back in time.
            var first = await database.NumberAsync(
                """
                SELECT MIN(seq) FROM (
                  SELECT * FROM (SELECT first_seq AS seq FROM candle WHERE symbol = @symbol AND minute >= @minute ORDER BY minute, split LIMIT 1) c
                  UNION ALL
                  SELECT * FROM (SELECT 0 AS seq FROM backfilled_candle WHERE symbol = @symbol AND minute >= @minute LIMIT 1) b) a
                """,
                [("@symbol", query.Symbol), ("@minute", time / CandleBuckets.MinuteNanos)],
                cancellationToken);
            if (first is not { } sequence)
            {
                return [];
            }

            from = new TradePlace(sequence, 0);
        }

        var order = from is null ? "DESC" : "ASC";
        var trades = await database.ListAsync(
            $"""
            SELECT seq, idx, time, traded, qty, taker_side, px,
              CASE WHEN EXISTS (SELECT 1 FROM ord o WHERE o.symbol = @symbol AND o.order_id IN (maker_order, taker_order) AND o.type = 'leg') THEN 1 ELSE 0 END
            FROM (SELECT * FROM ({TradesOf("trade_now", "traded_px", "maker_order, taker_order", order)}
              UNION ALL {TradesOf("backfilled_trade", "px", "0 AS maker_order, 0 AS taker_order", order)}) a
            ORDER BY seq {order}, idx {order} LIMIT @limit) t ORDER BY seq {order}, idx {order}
            """,
            [
                ("@symbol", query.Symbol),
                ("@seq", from?.Sequence ?? 0),
                ("@idx", from?.Index ?? 0),
                ("@from", query.FromNanos ?? 0),
                ("@through", query.ThroughNanos ?? long.MaxValue),
                ("@limit", Math.Clamp(query.Limit, 1, FillQueries.FillsLimit + 1)),
            ],
            static row => new PublicTrade(
                row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
                HistoryWords.SideOf(row.GetString(5)),
                row.GetInt64(6) is var now && now != row.GetInt64(3) ? now : null,
                row.GetInt64(7) == 1,
                row.GetString(5) == HistoryWords.NoTaker),
            cancellationToken);
        return from is null ? [.. trades.Reverse()] : trades;
    }

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
    public Task<TradeTime> OfAccountAsync(
        long account, string symbol, TradeTime after, Action<AccountTrade> take, CancellationToken cancellationToken) =>
            database.ReadAsync(
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

    /// <summary>Returns the symbols that an account has traded.</summary>
    public Task<ImmutableArray<string>> SymbolsOfAsync(long account, CancellationToken cancellationToken) =>
        database.ListAsync(
        "SELECT symbol FROM position WHERE account = @account ORDER BY symbol",
        [("@account", account)],
        static row => row.GetString(0),
        cancellationToken);

    /// <summary>Returns the sequence of the last record that changed a trade of a symbol; 0 if none did.</summary>
    public async Task<long> LastChangeAsync(string symbol, CancellationToken cancellationToken) =>
        await database.NumberAsync(
            "SELECT MAX(seq) FROM trade_change WHERE symbol = @symbol", [("@symbol", symbol)], cancellationToken) ?? 0;

    /// <summary>Returns changes of trades since a time, oldest first, each with the accounts of both sides.</summary>
    public Task<ImmutableArray<(string Symbol, long Sequence, long Buyer, long Seller,
        long TimeNanos)>> ChangesAsync(
        long fromNanos, int limit, CancellationToken cancellationToken) => database.ListAsync(
            """
            SELECT c.symbol, c.seq, t.buyer, t.seller, c.time FROM trade_change c
            JOIN trade t ON t.symbol = c.symbol AND t.seq = c.trade_seq AND t.idx = c.trade_idx
            WHERE c.time >= @from ORDER BY c.time, c.symbol, c.seq LIMIT @limit
            """,
            [("@from", fromNanos), ("@limit", limit)],
            static row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)),
            cancellationToken);

    /// <summary>Returns SQL for a table's trades that reads no more rows than requested.</summary>
    private static string TradesOf(string table, string traded, string orders, string order) =>
        $"""
        SELECT * FROM (SELECT seq, idx, time, {traded} AS traded, qty, taker_side, px, {orders} FROM {table}
        WHERE symbol = @symbol AND (seq > @seq OR (seq = @seq AND idx >= @idx)) AND time >= @from AND time <= @through
        ORDER BY seq {order}, idx {order} LIMIT @limit) {table}s
        """;

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
}

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
