using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Checks that orders fit together as a list, from the request alone. Refusals name the members at fault.
/// </summary>
public static class OrderListChecks
{
    /// <summary>Renames the members of one order's refusal to members of the list.</summary>
    public static Refusal OfOrder(int index, Refusal refusal, string list = "orders")
    {
        if (refusal.Field is not { } named)
            return refusal with { Field = $"{list}[{index}]" };

        var fields = named.Split(',');
        return refusal with
        {
            Field = string.Join(',', fields.Select(field => $"{list}[{index}].{field}")),
            // A sentence that begins with the field names it within the list.
            Detail = refusal.Detail?.StartsWith(fields[0] + " ", StringComparison.Ordinal) == true
                ? $"{list}[{index}].{refusal.Detail}"
                : refusal.Detail,
        };
    }

    /// <summary>
    /// Returns the first rule that the list breaks; null if none. It has as many orders as its kind needs.
    /// </summary>
    public static Refusal? Check(OrderListKind kind, ImmutableArray<HoldRequest> orders)
    {
        for (var i = 1; i < orders.Length; i++)
        {
            if (orders[i].Symbol != orders[0].Symbol)
                return Excluded(
                    0, i, "symbol",
                    $"orders[0].symbol {orders[0].Symbol} and orders[{i}].symbol {orders[i].Symbol} differ; all "
                        + "orders of a list need one symbol");
        }

        return kind switch
        {
            OrderListKind.OneCancelsOther => Pair(orders, 0, 1),
            OrderListKind.OneTriggersOther => Parent(orders[0]) ?? Child(orders, 1),
            OrderListKind.OneTriggersOneCancelsOther =>
                Parent(orders[0]) ?? Child(orders, 1) ?? Child(orders, 2) ?? Pair(orders, 1, 2),
            OrderListKind.Strategy => Alone(0, "type", "The legs of a strategy are no list."),
        };
    }

    private static Refusal? Parent(HoldRequest order)
    {
        if (order.Type != OrderType.Limit)
            return Alone(
                0, "type",
                $"orders[0].type '{order.Type.Word()}' is not limit; the order that triggers others must "
                    + "be a limit order");

        var terms = order.Conditions.Decode();
        var isWhole = order.TimeInForce == TimeInForce.FillOrKill
            || (order.TimeInForce == TimeInForce.ImmediateOrCancel && terms?.AllOrNone == true);
        return isWhole && terms is not null
            ? Alone(0, "timeInForce", "orders[0] is fill-or-kill and triggers others; it takes no other instruction")
            : null;
    }

    private static Refusal? Child(ImmutableArray<HoldRequest> orders, int at) =>
        orders[at].Conditions.Decode() is { Amount: not null }
            ? Alone(
                at, "quoteAmount",
                $"orders[{at}].quoteAmount is not possible; an order that waits for another needs a quantity")
        : orders[at].TimeInForce == TimeInForce.AtTheOpening
            ? Alone(
                at, "timeInForce",
                $"orders[{at}].timeInForce opg is not possible; when its parent is filled, the opening is over")
        : null;

    private static Refusal? Pair(ImmutableArray<HoldRequest> orders, int a, int b)
    {
        var (first, second) = (orders[a], orders[b]);
        if (first.Side != second.Side)
            return Excluded(
                a, b, "side",
                $"orders[{a}].side {WireNames.Of(first.Side)} and orders[{b}].side {WireNames.Of(second.Side)} "
                    + $"differ; orders that cancel each other need one side");
        if (first.QuantityLots != second.QuantityLots)
            return Excluded(
                a, b, "quantity",
                $"orders[{a}].quantity and orders[{b}].quantity differ; orders that cancel each other need one "
                    + "quantity");
        return IsTarget(first) == IsTarget(second) || IsStop(first) == IsStop(second)
            ? Excluded(
                a, b, "type",
                $"orders[{a}].type '{first.Type.Word()}' and orders[{b}].type "
                    + $"'{second.Type.Word()}' are no pair; it needs a limit or take-profit order and a "
                    + "stop order")
            : null;
    }

    private static bool IsTarget(HoldRequest order) =>
        order.Type == OrderType.Limit || OrderCombinations.IsTakeProfit(order.Type);

    private static bool IsStop(HoldRequest order) =>
        OrderCombinations.IsTriggered(order.Type) && !OrderCombinations.IsTakeProfit(order.Type);

    private static Refusal Alone(int index, string field, string detail) =>
        new(RejectReason.InvalidCombination, $"kind,{Member(index, field)}", null, detail);

    private static Refusal Excluded(int a, int b, string field, string detail) =>
        new(RejectReason.InvalidCombination, $"{Member(a, field)},{Member(b, field)}", null, detail);

    private static string Member(int index, string field) => $"orders[{index}].{field}";
}
