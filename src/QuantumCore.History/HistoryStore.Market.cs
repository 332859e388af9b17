using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

// Public market history: trades and candles.
public abstract partial class HistoryStore
{
    /// <summary>
    /// Returns candles, oldest first. A period without trades repeats the last price; before the first trade there are
    /// no candles. Candles are adjusted for splits unless they are requested as traded.
    /// </summary>
    public async Task<ImmutableArray<Candle>> CandlesAsync(CandleQuery query, CancellationToken cancellationToken)
    {
        var last = query.ThroughNanos / CandleBuckets.MinuteNanos;
        var from = ((query.FromNanos ?? 0) + CandleBuckets.MinuteNanos - 1) / CandleBuckets.MinuteNanos;
        if (query.Period is not { } period)
        {
            return await WholeAsync(query.Symbol, from, Math.Max(last + 1, from), query.IsAsTraded, cancellationToken);
        }

        var units = query.IsAsTraded ? new UnitsOfNow([]) : await UnitsOfNowAsync(query.Symbol, cancellationToken);
        var fold = new CandleFold(period, from, last, query.FromNanos is null, Math.Max(query.Limit, 1), units);
        var before = await ReadAsync(
            """
            SELECT close, seq FROM (
              SELECT * FROM (
                SELECT minute, close, first_seq AS seq FROM candle WHERE symbol = @symbol AND minute < @first ORDER BY minute DESC, split DESC LIMIT 1) c
              UNION ALL
              SELECT * FROM (
                SELECT minute, close, 0 AS seq FROM backfilled_candle WHERE symbol = @symbol AND minute < @first ORDER BY minute DESC LIMIT 1) b) a
            ORDER BY minute DESC LIMIT 1
            """,
            [("@symbol", query.Symbol), ("@first", fold.FirstMinute)],
            async (reader, token) => await reader.ReadAsync(token)
                ? units.PriceOf(reader.GetInt64(0), reader.GetInt64(1))
                : 0,
            cancellationToken);
        if (before == 0 && query.FromNanos is not null
            && await FirstCandleAsync(query.Symbol, cancellationToken) is { } first && first > fold.FirstMinute)
        {
            fold = new CandleFold(
                period, CandleBuckets.Start(period, first), last, isNewest: false, Math.Max(query.Limit, 1), units);
        }

        fold.StartFrom(before);
        return await ReadAsync(
            """
            SELECT minute, open, high, low, close, lots, lots_high, value, value_high, trades, bought_lots, bought_lots_high,
              bought_value, bought_value_high, first_seq, first_idx, last_seq, last_idx
            FROM candle WHERE symbol = @symbol AND minute >= @first AND minute < @end
            UNION ALL
            SELECT minute, open, high, low, close, lots, 0, value, 0, trades, bought_lots, 0, bought_value, 0, 0, 0, 0, 0
            FROM backfilled_candle WHERE symbol = @symbol AND minute >= @first AND minute < @end
            ORDER BY minute, first_seq
            """,
            [("@symbol", query.Symbol), ("@first", fold.FirstMinute), ("@end", fold.EndMinute)],
            async (reader, token) =>
            {
                while (await reader.ReadAsync(token))
                {
                    fold.Add(reader.GetInt64(0), ReadCandle(reader));
                }

                return fold.Candles();
            },
            cancellationToken);
    }

    private async Task<UnitsOfNow> UnitsOfNowAsync(string symbol, CancellationToken cancellationToken) =>
        new(await ReadAsync(
        "SELECT seq, new_units, old_units FROM book_split WHERE symbol = @symbol ORDER BY seq",
        [("@symbol", symbol)],
        static (reader, token) => ListAsync(
            reader, static row => (row.GetInt64(0), OrderAdjustment.Split(row.GetInt64(1), row.GetInt64(2))), token),
        cancellationToken));

    /// <summary>Returns the first minute in which a symbol traded; null if it never did.</summary>
    private Task<long?> FirstCandleAsync(string symbol, CancellationToken cancellationToken) => ReadAsync(
        """
        SELECT MIN(minute) FROM (
          SELECT MIN(minute) AS minute FROM candle WHERE symbol = @symbol
          UNION ALL
          SELECT MIN(minute) AS minute FROM backfilled_candle WHERE symbol = @symbol) a
        """,
        [("@symbol", symbol)],
        static async (reader, token) => await reader.ReadAsync(token) && !await reader.IsDBNullAsync(0, token)
            ? reader.GetInt64(0)
            : default(long?),
        cancellationToken);

    /// <summary>Returns public trades of a symbol, oldest first, as they were made, with their later changes.</summary>
    public async Task<ImmutableArray<PublicTrade>> PublicTradesAsync(
        TradeQuery query, CancellationToken cancellationToken)
    {
        var from = query.From;
        if (from is null && query.FromNanos is { } time)
        {
            // Begins at the minute's first trade: trades are found by their sequence, which never goes back in time.
            from = await ReadAsync(
                """
                SELECT MIN(seq) FROM (
                  SELECT * FROM (SELECT first_seq AS seq FROM candle WHERE symbol = @symbol AND minute >= @minute ORDER BY minute, split LIMIT 1) c
                  UNION ALL
                  SELECT * FROM (SELECT 0 AS seq FROM backfilled_candle WHERE symbol = @symbol AND minute >= @minute LIMIT 1) b) a
                """,
                [("@symbol", query.Symbol), ("@minute", time / CandleBuckets.MinuteNanos)],
                static async (reader, token) => await reader.ReadAsync(token) && !await reader.IsDBNullAsync(0, token)
                    ? new TradePlace(reader.GetInt64(0), 0)
                    : default(TradePlace?),
                cancellationToken);
            if (from is null)
            {
                return [];
            }
        }

        var order = from is null ? "DESC" : "ASC";
        var trades = await ReadAsync(
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
                ("@limit", Math.Clamp(query.Limit, 1, FillsLimit + 1)),
            ],
            static (reader, token) => ListAsync(
                reader,
                static row => new PublicTrade(
                    row.GetInt64(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
                    HistoryWords.SideOf(row.GetString(5)),
                    row.GetInt64(6) is var now && now != row.GetInt64(3) ? now : null,
                    row.GetInt64(7) == 1,
                    row.GetString(5) == HistoryWords.NoTaker),
                token),
            cancellationToken);
        return from is null ? [.. trades.Reverse()] : trades;
    }

    /// <summary>Returns SQL for a table's trades that reads no more rows than requested.</summary>
    private static string TradesOf(string table, string traded, string orders, string order) =>
        $"""
        SELECT * FROM (SELECT seq, idx, time, {traded} AS traded, qty, taker_side, px, {orders} FROM {table}
        WHERE symbol = @symbol AND (seq > @seq OR (seq = @seq AND idx >= @idx)) AND time >= @from AND time <= @through
        ORDER BY seq {order}, idx {order} LIMIT @limit) {table}s
        """;

    private static Candle ReadCandle(DbDataReader row) => new(
        0,
        0,
        row.GetInt64(1),
        row.GetInt64(2),
        row.GetInt64(3),
        row.GetInt64(4),
        WideColumns.Read(row, 5),
        WideColumns.Read(row, 7),
        row.GetInt64(9),
        WideColumns.Read(row, 10),
        WideColumns.Read(row, 12),
        new TradePlace(row.GetInt64(14), row.GetInt32(15)),
        new TradePlace(row.GetInt64(16), row.GetInt32(17)));
}
