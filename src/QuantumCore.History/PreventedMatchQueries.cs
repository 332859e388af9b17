using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Reads matches that self-trade prevention stopped.</summary>
public sealed class PreventedMatchQueries(HistoryDatabase database)
{
    private const string PreventedColumns =
        "p.symbol, p.seq, p.idx, p.time, p.mode, p.px, p.qty, p.owner, p.taker, p.taker_number, p.taker_order, p.taker_qty, "
        + "p.maker, p.maker_number, p.maker_order, p.maker_qty";

    /// <summary>Returns prevented matches of an account. A query by order or place is about one symbol.</summary>
    public Task<ImmutableArray<PreventedMatch>> FindAsync(
        PreventedQuery query, CancellationToken cancellationToken)
    {
        var filter = new RowFilter(
            ("@account", query.Account), ("@limit", Math.Clamp(query.Limit, 1, OrderQueries.OrdersLimit)));
        filter.Ask("p.symbol = @symbol", "@symbol", query.Symbol);
        filter.Ask("p.seq = @only", "@only", query.Only?.Sequence);
        filter.Ask("p.idx = @only_idx", "@only_idx", query.Only?.Index);
        filter.Ask("p.seq >= @from", "@from", query.From?.Sequence);
        filter.Ask("(p.seq > @from OR p.idx >= @from_idx)", "@from_idx", query.From?.Index);
        filter.Ask(
            "p.{0}_number = (SELECT o.number FROM ord o WHERE o.symbol = @symbol AND o.order_id = @order AND o.account = @account)",
            "@order",
            query.OrderId);
        var terms = filter.Terms
            + (query.IsOpen ? " AND p.{0}_number IN (SELECT h.number FROM hold h WHERE h.account = @account)" : "");
        var order = query.From is null ? "p.time DESC, p.symbol, p.seq DESC, p.idx DESC" : "p.seq, p.idx";

        // Each side has its own indexes, so only the requested rows are read.
        string Side(string side) =>
            $"""
            SELECT * FROM (SELECT p.* FROM prevented_match p WHERE p.{side} = @account{terms.Replace("{0}", side, StringComparison.Ordinal)}
            ORDER BY {order} LIMIT @limit) {side}s
            """;
        return database.ListAsync(
            $"SELECT {PreventedColumns} FROM ({Side("taker")} UNION {Side("maker")}) p ORDER BY {order} LIMIT @limit",
            filter.Parameters,
            row => ReadPrevented(row, query.Account),
            cancellationToken);
    }

    /// <summary>
    /// Returns the quantities that an account's orders lost to self-trade prevention, by order number, between two
    /// numbers.
    /// </summary>
    internal async Task<Dictionary<long, PreventedQuantity>> QuantitiesAsync(
        long account, long first, long last, CancellationToken cancellationToken)
    {
        static string Side(string side) =>
            $"SELECT p.* FROM prevented_match p WHERE p.{side} = @account AND p.{side}_number >= @first AND p.{side}_number <= @last";
        var matches = await database.ListAsync(
            $"SELECT {PreventedColumns} FROM ({Side("taker")} UNION {Side("maker")}) p ORDER BY p.symbol, p.seq, p.idx",
            [("@account", account), ("@first", first), ("@last", last)],
            row => ReadPrevented(row, account),
            cancellationToken);
        var lost = new Dictionary<long, PreventedQuantity>();
        foreach (var match in matches)
        {
            foreach (var order in (ReadOnlySpan<PreventedOrder>)[match.Taker, match.Maker])
            {
                if (order is { IsOwn: true, Lots: { } lots })
                {
                    lost[order.Number] = PreventedQuantity.After(
                        lost.TryGetValue(order.Number, out var before) ? before : null, match, lots);
                }
            }
        }

        return lost;
    }

    private static PreventedMatch ReadPrevented(DbDataReader row, long account) => PreventedMatch.Of(
        row.GetString(0),
        new TradePlace(row.GetInt64(1), row.GetInt32(2)),
        row.GetInt64(3),
        new MatchPrevented(
            default,
            row.GetInt64(5),
            row.GetInt64(6),
            new(row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11)),
            new(row.GetInt64(12), row.GetInt64(13), row.GetInt64(14), row.GetInt64(15)),
            (SelfTradePrevention)row.GetInt64(4),
            row.GetInt64(7)),
        account);
}
