using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Reads an account's orders.</summary>
public sealed class OrderQueries(HistoryDatabase database, PreventedMatchQueries prevented)
{
    /// <summary>Most orders in one response.</summary>
    public const int OrdersLimit = 100_000;

    private const int ChainsAtOnce = 500;

    /// <summary>Returns an account's orders that a book has recorded, by number, oldest first.</summary>
    public async Task<ImmutableArray<PastOrder>> FindAsync(OrderQuery query, CancellationToken cancellationToken)
    {
        var filter = new RowFilter(("@account", query.Account), ("@limit", Math.Clamp(query.Limit, 1, OrdersLimit)));
        filter.Ask("o.symbol = @symbol", "@symbol", query.Symbol);
        filter.Ask("o.number = @number", "@number", query.Number);
        filter.Ask("o.order_id = @id", "@id", query.OrderId);
        filter.Ask("o.order_id >= @from_id", "@from_id", query.FromOrderId);
        filter.Ask("o.number >= @from_number", "@from_number", query.FromNumber);
        filter.Ask("o.number < @before", "@before", query.BeforeNumber);
        filter.Ask("o.created_at >= @from", "@from", query.FromNanos);
        filter.Ask("o.created_at <= @through", "@through", query.ThroughNanos);
        filter.Ask("o.number >= @list", "@list", query.ListId);
        filter.Ask("o.number <= @list_end", "@list_end", query.ListId + OrderListKindExtensions.MostOrders - 1);
        filter.Ask(
            "o.number = (SELECT l.number FROM ord_list l WHERE l.account = o.account AND l.name = @list_name)",
            "@list_name", query.ListName);
        var isListed =
            "AND EXISTS (SELECT 1 FROM ord_terms x WHERE x.account = o.account AND x.number = o.number AND x.name = 'listFirst'";
        var listed =
            query.ListId is not null ? $"{isListed} AND x.value = @list)" : query.IsListed ? $"{isListed})" : "";
        var open = query.IsOpen ? "JOIN hold h ON h.account = o.account AND h.number = o.number" : "";
        // Pages continue from an id, a number or a time, so they are sorted by it.
        var order = query.FromOrderId is not null ? "o.order_id"
            : query.FromNumber is not null ? "o.number"
            : query.FromNanos is not null ? "o.created_at, o.number"
            : "o.number DESC";
        var entered = query.HasEntered ? "AND o.order_id IS NOT NULL" : "";
        var rows = await database.ListAsync(
            $"""
            SELECT o.symbol, o.number, o.order_id, o.client_order_id, o.side, o.type, o.tif, o.px, o.qty, o.filled, o.value,
              o.state, o.reason, o.created_at, o.changed_at, o.post_only, o.replaces
            FROM ord o {open} WHERE o.account = @account AND o.client_order_id IS NOT NULL {filter.Terms} {listed} {entered}
            ORDER BY {order} LIMIT @limit
            """,
            filter.Parameters,
            static row => (Order: ReadOrder(row), IsReplacement: !row.IsDBNull(16)),
            cancellationToken);
        if (rows.IsEmpty)
            return [];

        // A rejected replacement has replaced nothing.
        var replacements = query.HasChain
            ? rows.Where(row => row.IsReplacement && row.Order.Status != OrderStatus.Rejected)
                .Select(row => row.Order.Number)
            : [];
        var chains = await ChainsAsync(query.Account, [.. replacements], cancellationToken);
        return await WithTermsAsync(
            query.Account, [.. rows.Select(row => row.Order).OrderBy(order => order.Number)], chains,
            cancellationToken);
    }

    /// <summary>Returns the totals of all orders that each of these replaced, directly or through a chain.</summary>
    private async Task<Dictionary<long, ChainTotals>> ChainsAsync(
        long account, long[] numbers, CancellationToken cancellationToken)
    {
        var chains = new Dictionary<long, ChainTotals>();
        foreach (var some in numbers.Chunk(ChainsAtOnce))
        {
            var chain = $"""
                WITH RECURSIVE chain (last, number) AS (
                  SELECT o.number, o.replaces FROM ord o WHERE o.account = @account AND o.number IN ({string.Join(',', some)})
                  UNION ALL
                  SELECT c.last, o.replaces FROM chain c JOIN ord o ON o.account = @account AND o.number = c.number WHERE o.replaces IS NOT NULL)
                """;
            // A value is two summands, because sums of more than 63 bits would overflow in SQLite.
            var done = await database.ListAsync(
                $"""
                {chain}
                SELECT c.last, CAST(SUM(o.filled) AS BIGINT), CAST(SUM(o.value / {SumColumns.Unit}) AS BIGINT), CAST(
                    SUM(o.value % {SumColumns.Unit}) AS BIGINT)
                FROM chain c JOIN ord o ON o.account = @account AND o.number = c.number GROUP BY c.last
                """,
                [("@account", account)],
                static row => (Last: row.GetInt64(0),
                    Totals: new ChainTotals(
                        row.GetInt64(1), ((Int128)row.GetInt64(2) * SumColumns.Unit) + row.GetInt64(3), 0)),
                cancellationToken);
            var takenOff = await database.ListAsync(
                $"{chain} {TakenOff("taker")} UNION ALL {TakenOff("maker")}",
                [("@account", account), ("@mode", (long)SelfTradePrevention.Decrement)],
                static row => (Last: row.GetInt64(0), Lots: row.GetInt64(1)),
                cancellationToken);
            var lostBy = takenOff.ToLookup(lost => lost.Last, lost => lost.Lots);
            foreach (var (last, totals) in done)
                chains[last] = totals with { TakenOffLots = lostBy[last].Sum() };
        }

        return chains;

        static string TakenOff(string side) =>
            $"SELECT c.last, p.{side}_qty FROM chain c JOIN prevented_match p ON p.{side} = @account AND p.{side}_number = c.number AND p.mode = @mode";
    }

    /// <summary>Adds the data of other tables to an account's orders, by number.</summary>
    private async Task<ImmutableArray<PastOrder>> WithTermsAsync(
        long account, PastOrder[] orders, Dictionary<long, ChainTotals> chains, CancellationToken cancellationToken)
    {
        var terms = await database.ListAsync(
            "SELECT number, name, value FROM ord_terms WHERE account = @account AND number >= @first AND number <= @last",
            [("@account", account), ("@first", orders[0].Number), ("@last", orders[^1].Number)],
            static row => (Number: row.GetInt64(0), Name: row.GetString(1), Value: row.GetInt64(2)),
            cancellationToken);
        var names = await database.ListAsync(
            "SELECT number, name FROM ord_list WHERE account = @account AND number >= @first AND number <= @last",
            [("@account", account), ("@first", orders[0].Number), ("@last", orders[^1].Number)],
            static row => (Number: row.GetInt64(0), Name: row.GetString(1)),
            cancellationToken);
        var nameOf = names.ToDictionary(list => list.Number, list => list.Name);
        var lostOf = await prevented.QuantitiesAsync(account, orders[0].Number, orders[^1].Number, cancellationToken);
        var byNumber = terms.ToLookup(term => term.Number, term => (term.Name, term.Value));
        return [.. orders.Select(row => HistoryWords.With(row, [.. byNumber[row.Number]]) with
        {
            ListName = nameOf.GetValueOrDefault(row.Number),
            Prevented = lostOf.TryGetValue(row.Number, out var lost) ? lost : null,
            Chain = chains.TryGetValue(row.Number, out var chain) ? chain : null,
        })];
    }

    private static PastOrder ReadOrder(DbDataReader row)
    {
        var (lots, filled, state) = (row.GetInt64(8), row.GetInt64(9), row.GetString(11));
        var why = row.IsDBNull(12) ? "" : row.GetString(12);
        return new(
            row.GetString(0),
            row.GetInt64(1),
            row.IsDBNull(2) ? 0 : row.GetInt64(2),
            row.GetString(3),
            HistoryWords.SideOf(row.GetString(4)),
            HistoryWords.TypeOf(row.GetString(5)),
            HistoryWords.TimeInForceOf(row.GetString(6)),
            row.GetInt64(7),
            lots,
            filled,
            row.GetInt64(10),
            state switch
            {
                "open" => filled > 0 ? OrderStatus.PartiallyFilled : OrderStatus.New,
                "filled" => OrderStatus.Filled,
                "cancelled" => OrderStatus.Cancelled,
                "expired" => OrderStatus.Expired,
                _ => OrderStatus.Rejected,
            },
            state is "cancelled" or "expired" && Enum.TryParse<EndReason>(why, out var end) ? end : EndReason.None,
            row.GetInt64(13),
            row.GetInt64(14),
            row.GetInt64(15) == 1,
            SelfTradePrevention.None,
            null,
            null,
            Refusal: state == "rejected" && Enum.TryParse<RejectReason>(why, out var refusal)
                ? refusal
                : RejectReason.None);
    }
}
