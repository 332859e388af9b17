using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>
/// Checks that orders fit together as a list, from the request alone. Refusals name the members at fault.
/// </summary>
public static class OrderListChecks
{
    /// <summary>Renames the members of one order's refusal to members of the list.</summary>
    public static Refusal OfOrder(int index, Refusal refusal, string list = "orders") => refusal.Field is null
        ? refusal with { Field = $"{list}[{index}]" }
        : refusal with { Field = string.Join(',', refusal.Field.Split(',').Select(field => $"{list}[{index}].{field}")) };

    /// <summary>
    /// Returns the first rule that the list breaks; null if none. It has as many orders as its kind needs.
    /// </summary>
    public static Refusal? Check(OrderListKind kind, ImmutableArray<HoldRequest> orders)
    {
        for (var i = 1; i < orders.Length; i++)
        {
            if (orders[i].Symbol != orders[0].Symbol)
                return Excluded(0, i, "symbol", "All orders of a list are of one symbol.");
        }

        return kind switch
        {
            OrderListKind.OneCancelsOther => Pair(orders, 0, 1),
            OrderListKind.OneTriggersOther => Parent(orders[0]) ?? Child(orders, 1),
            OrderListKind.OneTriggersOneCancelsOther => Parent(orders[0]) ?? Child(orders, 1) ?? Child(orders, 2) ?? Pair(orders, 1, 2),
            OrderListKind.Strategy => Alone(0, "type", "The legs of a strategy are no list."),
        };
    }

    private static Refusal? Parent(HoldRequest order)
    {
        if (order.Type != OrderType.Limit)
            return Alone(0, "type", "The order that triggers the others is a limit order.");

        var terms = order.Conditions.Decode();
        var isWhole = order.TimeInForce == TimeInForce.FillOrKill
            || (order.TimeInForce == TimeInForce.ImmediateOrCancel && terms?.AllOrNone == true);
        return isWhole && terms is not null
            ? Alone(0, "timeInForce", "A fill-or-kill that triggers others has no other instruction.")
            : null;
    }

    private static Refusal? Child(ImmutableArray<HoldRequest> orders, int at) =>
        orders[at].Conditions.Decode() is { Amount: not null } ? Alone(at, "quoteAmount", "An order that waits for another has a quantity.")
        : orders[at].TimeInForce == TimeInForce.AtTheOpening ? Alone(at, "timeInForce", "When the order that it waits for is filled, the opening is over.")
        : null;

    private static Refusal? Pair(ImmutableArray<HoldRequest> orders, int a, int b)
    {
        var (first, second) = (orders[a], orders[b]);
        if (first.Side != second.Side)
            return Excluded(a, b, "side", "Legs that cancel each other are of one side.");
        if (first.QuantityLots != second.QuantityLots)
            return Excluded(a, b, "quantity", "Legs that cancel each other have one quantity.");
        return IsTarget(first) == IsTarget(second) || IsStop(first) == IsStop(second)
            ? Excluded(a, b, "type", "A pair needs a limit or take-profit leg and a stop leg.")
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
