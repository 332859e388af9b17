using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// Which members of an order its book refused it for. They follow from the record alone, so that an order whose answer was
/// lost is told the same again.
/// </summary>
internal static class RefusedOrder
{
    /// <summary>The member at fault; null when it is none of the order's, or one that is not known: of a list, which of its orders.</summary>
    public static string? Field(RejectReason reason, BookTurn turn) => turn.Command.Orders switch
    {
        [var only] => Field(reason, only),
        var orders when reason == RejectReason.ListPrices => OfPair(orders[^2], orders.Length - 2, orders[^1]),
        _ when turn.Steps.FirstOrDefault(step => step.Kind == StepKind.Voided && step.Refusal == reason) is { Refusal: not RejectReason.None } one =>
            OfList(turn.Command.Orders.IndexOf(turn.OrderOf(in one)), Field(reason, turn.OrderOf(in one))),
        _ => null,
    };

    private static string OfList(int at, string? field) => field is null ? $"orders[{at}]" : $"orders[{at}].{field}";

    /// <summary>The member at fault of an order by itself; null when it is none. The price and quantity of a leg are those of its strategy.</summary>
    public static string? Field(RejectReason reason, SubmitOrder order) => reason switch
    {
        RejectReason.ExpiredAlready => "goodTill",
        _ when order.Type == OrderType.Leg => null,
        RejectReason.PriceBand or RejectReason.TooManyLevels or RejectReason.InvalidPrice => "price",
        RejectReason.StopWouldTrigger => "triggerPrice",
        RejectReason.PostOnlyWouldTake => "postOnly",
        RejectReason.PegNoReference => "peg",
        RejectReason.Overflow or RejectReason.InvalidQuantity => order.Conditions.Decode()?.Amount is null ? "quantity" : "quoteAmount",
        RejectReason.NotInThisPhase => OutOfPhase(order, order.Conditions.Decode()),
        _ => null,
    };

    /// <summary>What a phase takes no orders with (RULES 13); an order may have several, and one is enough.</summary>
    private static string? OutOfPhase(SubmitOrder order, OrderConditions? terms) =>
        order.Type == OrderType.Pegged ? "type"
        : order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill or TimeInForce.AtTheOpening ? "timeInForce"
        : order.PostOnly ? "postOnly"
        : terms?.Slide == true ? "slide"
        : terms?.AllOrNone == true ? "allOrNone"
        : terms?.MinimumLots is not null ? "minQuantity"
        : terms?.Amount is not null ? "quoteAmount"
        : null;

    private static string OfPair(SubmitOrder first, int at, SubmitOrder second) =>
        $"orders[{at}].{WaitsFor(first)},orders[{at + 1}].{WaitsFor(second)}";

    /// <summary>The price whose place among the others matters in a pair.</summary>
    private static string WaitsFor(SubmitOrder order) => order.Type == OrderType.Limit ? "price" : "triggerPrice";
}
