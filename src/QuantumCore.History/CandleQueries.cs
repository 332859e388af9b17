using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Reads candles, of minutes added up and of any single period.</summary>
public sealed class CandleQueries(HistoryDatabase database)
{
    private const string Edges =
        """
        SELECT * FROM (SELECT 1 AS kind, minute, close AS price, first_seq AS seq, 0 AS idx, 0 AS units FROM candle
          WHERE symbol = @symbol AND minute < @first ORDER BY minute DESC, split DESC LIMIT 1) a
        UNION ALL SELECT * FROM (SELECT 1 AS kind, minute, close AS price, 0 AS seq, 0 AS idx, 0 AS units FROM backfilled_candle
          WHERE symbol = @symbol AND minute < @first ORDER BY minute DESC LIMIT 1) b
        UNION ALL SELECT * FROM (SELECT 2 AS kind, minute, open AS price, first_seq AS seq, first_idx AS idx, 0 AS units FROM candle
          WHERE symbol = @symbol AND minute >= @first AND minute < @end ORDER BY minute, split LIMIT 1) c
        UNION ALL SELECT * FROM (SELECT 2 AS kind, minute, open AS price, 0 AS seq, 0 AS idx, 0 AS units FROM backfilled_candle
          WHERE symbol = @symbol AND minute >= @first AND minute < @end ORDER BY minute LIMIT 1) d
        UNION ALL SELECT * FROM (SELECT 3 AS kind, minute, close AS price, last_seq AS seq, last_idx AS idx, 0 AS units FROM candle
          WHERE symbol = @symbol AND minute >= @first AND minute < @end ORDER BY minute DESC, split DESC LIMIT 1) e
        UNION ALL SELECT * FROM (SELECT 3 AS kind, minute, close AS price, 0 AS seq, 0 AS idx, 0 AS units FROM backfilled_candle
          WHERE symbol = @symbol AND minute >= @first AND minute < @end ORDER BY minute DESC LIMIT 1) f
        UNION ALL SELECT 4 AS kind, 0 AS minute, new_units AS price, seq, 0 AS idx, old_units AS units FROM book_split WHERE symbol = @symbol
        ORDER BY kind, minute, seq
        """;

    // Sums in two halves, which have room for any number of minutes.
    private const string Sums =
        """
        SELECT MIN(seq), MIN(low), MAX(high), CAST(SUM(trades) AS BIGINT),
          CAST(SUM(lots_high * 1000000000 + lots / 1000000000) AS BIGINT), CAST(SUM(lots % 1000000000) AS BIGINT),
          CAST(SUM(value_high * 1000000000 + value / 1000000000) AS BIGINT), CAST(SUM(value % 1000000000) AS BIGINT),
          CAST(SUM(bought_lots_high * 1000000000 + bought_lots / 1000000000) AS BIGINT), CAST(SUM(bought_lots % 1000000000) AS BIGINT),
          CAST(SUM(bought_value_high * 1000000000 + bought_value / 1000000000) AS BIGINT), CAST(SUM(bought_value % 1000000000) AS BIGINT)
        FROM (
          SELECT split, first_seq AS seq, low, high, trades, lots, lots_high, value, value_high, bought_lots, bought_lots_high, bought_value, bought_value_high
          FROM candle WHERE symbol = @symbol AND minute >= @first AND minute < @end
          UNION ALL
          SELECT 0 AS split, 0 AS seq, low, high, trades, lots, 0, value, 0, bought_lots, 0, bought_value, 0
          FROM backfilled_candle WHERE symbol = @symbol AND minute >= @first AND minute < @end) m
        GROUP BY split ORDER BY split
        """;

    /// <summary>Kind of an edge of the period.</summary>
    private enum EdgeKind
    {
        Before = 1,
        First = 2,
        Last = 3,
        Split = 4,
    }

    /// <summary>A row of <see cref="Edges"/>. For a split, the price is its number of new units.</summary>
    private readonly record struct Edge(EdgeKind Kind, long PriceTicks, TradePlace Place, long OldUnits);

    /// <summary>
    /// Returns candles, oldest first. A period without trades repeats the last price; before the first trade there are
    /// no candles. Candles are adjusted for splits unless they are requested as traded.
    /// </summary>
    public async Task<ImmutableArray<Candle>> FindAsync(CandleQuery query, CancellationToken cancellationToken)
    {
        var last = query.ThroughNanos / CandleBuckets.MinuteNanos;
        var from = ((query.FromNanos ?? 0) + CandleBuckets.MinuteNanos - 1) / CandleBuckets.MinuteNanos;
        if (query.Period is not { } period)
        {
            return await WholeAsync(query.Symbol, from, Math.Max(last + 1, from), query.IsAsTraded, cancellationToken);
        }

        var units = query.IsAsTraded ? new UnitsOfNow([]) : await UnitsOfNowAsync(query.Symbol, cancellationToken);
        var fold = new CandleFold(period, from, last, query.FromNanos is null, Math.Max(query.Limit, 1), units);
        var before = await database.ReadAsync(
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
        return await database.ReadAsync(
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
        new(await database.ListAsync(
        "SELECT seq, new_units, old_units FROM book_split WHERE symbol = @symbol ORDER BY seq",
        [("@symbol", symbol)],
        static row => (row.GetInt64(0), OrderAdjustment.Split(row.GetInt64(1), row.GetInt64(2))),
        cancellationToken));

    /// <summary>Returns the first minute in which a symbol traded; null if it never did.</summary>
    private Task<long?> FirstCandleAsync(string symbol, CancellationToken cancellationToken) => database.NumberAsync(
        """
        SELECT MIN(minute) FROM (
          SELECT MIN(minute) AS minute FROM candle WHERE symbol = @symbol
          UNION ALL
          SELECT MIN(minute) AS minute FROM backfilled_candle WHERE symbol = @symbol) a
        """,
        [("@symbol", symbol)],
        cancellationToken);

    /// <summary>
    /// Returns one candle over the minutes from a first one to an exclusive end; none before there is a price. The
    /// database adds up the minutes: a day of a symbol has 1,440, and the tickers read one for each symbol every
    /// second.
    /// </summary>
    private async Task<ImmutableArray<Candle>> WholeAsync(
        string symbol, long first, long end, bool isAsTraded, CancellationToken cancellationToken)
    {
        (string, object)[] parameters = [("@symbol", symbol), ("@first", first), ("@end", end)];
        var edges = await database.ListAsync(
            Edges, parameters,
            static row => new Edge(
                (EdgeKind)row.GetInt32(0), row.GetInt64(2), new TradePlace(row.GetInt64(3), row.GetInt32(4)),
                row.GetInt64(5)),
            cancellationToken);
        var units = new UnitsOfNow(
        [
            .. from edge in edges
               where edge.Kind == EdgeKind.Split && !isAsTraded
               select (edge.Place.Sequence, OrderAdjustment.Split(edge.PriceTicks, edge.OldUnits)),
        ]);
        // Reads the edges first, so that a trade made before the sums are read never becomes a close that they lack.
        Candle? whole = null;
        foreach (var part in await database.ListAsync(
            Sums, parameters, ReadPart, cancellationToken))
        {
            whole = CandleFold.Join(whole, units.Of(part));
        }

        // Of two opening edges the earlier minute wins, of two closing edges the later.
        var opening = edges.FirstOrDefault(static edge => edge.Kind == EdgeKind.First);
        var closing = edges.LastOrDefault(static edge => edge.Kind == EdgeKind.Last);
        if (whole is null || opening == default)
        {
            (opening, whole) = (edges.LastOrDefault(static edge => edge.Kind == EdgeKind.Before), null);
            closing = opening;
        }

        if (opening == default)
        {
            return [];
        }

        var (open, close) = (PriceOf(opening), PriceOf(closing));
        var candle = whole is { } traded
            ? traded with { OpenTicks = open, CloseTicks = close, First = opening.Place, Last = closing.Place }
            : new Candle(0, 0, open, open, open, open, 0, 0, 0, 0, 0, default, default);
        return [
            candle with { StartNanos = first * CandleBuckets.MinuteNanos, EndNanos = end * CandleBuckets.MinuteNanos }];

        long PriceOf(Edge edge) => units.PriceOf(edge.PriceTicks, edge.Place.Sequence);
    }

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


    private static Candle ReadPart(DbDataReader row) => new(
        0, 0, 1, row.GetInt64(2), row.GetInt64(1), 1, SumColumns.Read(row, 4), SumColumns.Read(row, 6), row.GetInt64(3),
        SumColumns.Read(row, 8), SumColumns.Read(row, 10), new TradePlace(row.GetInt64(0), 0), default);
}
