using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>
/// A single candle over any period. The database adds up its minutes: a day of a symbol has 1,440, and the tickers read
/// one for each symbol every second.
/// </summary>
public abstract partial class HistoryStore
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
    /// Returns one candle over the minutes from a first one to an exclusive end; none before there is a price.
    /// </summary>
    private async Task<ImmutableArray<Candle>> WholeAsync(
        string symbol, long first, long end, bool isAsTraded, CancellationToken cancellationToken)
    {
        (string, object)[] parameters = [("@symbol", symbol), ("@first", first), ("@end", end)];
        var edges = await ReadAsync(
            Edges, parameters,
            static (reader, token) => ListAsync(
                reader,
                static row => new Edge(
                    (EdgeKind)row.GetInt32(0), row.GetInt64(2), new TradePlace(row.GetInt64(3), row.GetInt32(4)),
                    row.GetInt64(5)),
                token),
            cancellationToken);
        var units = new UnitsOfNow(
        [
            .. from edge in edges
               where edge.Kind == EdgeKind.Split && !isAsTraded
               select (edge.Place.Sequence, OrderAdjustment.Split(edge.PriceTicks, edge.OldUnits)),
        ]);
        // Reads the edges first, so that a trade made before the sums are read never becomes a close that they lack.
        Candle? whole = null;
        foreach (var part in await ReadAsync(
            Sums, parameters, static (reader, token) => ListAsync(reader, ReadPart, token), cancellationToken))
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

    private static Candle ReadPart(DbDataReader row) => new(
        0, 0, 1, row.GetInt64(2), row.GetInt64(1), 1, Whole(row, 4), Whole(row, 6), row.GetInt64(3), Whole(row, 8),
        Whole(row, 10),
        new TradePlace(row.GetInt64(0), 0), default);
}
