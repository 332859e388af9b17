using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Finds the fields of an order for which its book rejected it. They depend on the record alone, so that a retry after
/// a lost answer gets the same fields.
/// </summary>
internal static class RefusedOrder
{
    /// <summary>
    /// Returns the field at fault, for a list with the order concerned; null if it is not a field of the order, or
    /// unknown.
    /// </summary>
    public static string? Field(RejectReason reason, BookTurn turn) => turn.Command.Entering switch
    {
        [var only] => Field(reason, only),
        var orders when reason == RejectReason.BookOrderLimit && FullAt(turn) is var at =>
            OfList(at, BookLimits.FieldOf(KindAt(turn, at), orders[at].Conditions.Decode())),
        var orders when reason == RejectReason.ListPrices => OfPair(orders[^2], orders.Length - 2, orders[^1]),
        _ when reason != RejectReason.None
            && turn.Steps.OfType<OrderRefused>().FirstOrDefault(step => step.Refusal == reason) is { } one =>
            OfList(turn.Command.Entering.IndexOf(turn.OrderOf(one)), Field(reason, turn.OrderOf(one))),
        _ => null,
    };

    /// <summary>Returns the limits of which the order, or one order of the list, broke one; null for none.</summary>
    public static string? Limit(RejectReason reason, BookTurn turn) => reason == RejectReason.BookOrderLimit
        ? BookLimits.TextOf(KindAt(turn, FullAt(turn)))
        : null;

    /// <summary>Returns the limits of which the order broke one; null for none.</summary>
    public static string? Limit(RejectReason reason, SubmitOrder order) => reason == RejectReason.BookOrderLimit
        ? BookLimits.TextOf(KindOf(order))
        : null;

    /// <summary>Returns the index of the order for which the book had no room.</summary>
    public static int FullAt(BookTurn turn) =>
        Math.Max(0, turn.Steps.ToList().FindIndex(static step =>
            step is OrderRefused { Refusal: RejectReason.BookOrderLimit }
                or OrderEnded { Refusal: RejectReason.BookOrderLimit }));

    private static OrderKind KindAt(BookTurn turn, int at) => OrderTicket.KindOf(
        turn.Command.Entering[at],
        OrderSubmission.WaitsAtFirst(turn.Command.Entering[at], (turn.Command as EnterOrderList)?.Kind ?? 0, at));

    private static OrderKind KindOf(SubmitOrder order) =>
        OrderTicket.KindOf(order, OrderSubmission.WaitsAtFirst(order));

    private static string OfList(int at, string? field) => field is null ? $"orders[{at}]" : $"orders[{at}].{field}";

    /// <summary>
    /// Returns the field at fault of a single order; null for none. Price and quantity of a leg are those of its
    /// multi-leg order.
    /// </summary>
    public static string? Field(RejectReason reason, SubmitOrder order) => reason switch
    {
        RejectReason.ExpiredAlready => "goodTill",
        _ when order.Type == OrderType.Leg => null,
        RejectReason.PriceBand or RejectReason.TooManyLevels or RejectReason.InvalidPrice => "price",
        RejectReason.BookOrderLimit => BookLimits.FieldOf(KindOf(order), order.Conditions.Decode()),
        RejectReason.StopWouldTrigger => "triggerPrice",
        RejectReason.PostOnlyWouldTake => "postOnly",
        RejectReason.PegNoReference => "peg",
        RejectReason.Overflow or RejectReason.InvalidQuantity =>
            order.Conditions.Decode()?.Amount is null ? "quantity" : "quoteAmount",
        RejectReason.NotInThisPhase => OutOfPhase(order, order.Conditions.Decode()),
        _ => null,
    };

    /// <summary>
    /// Returns a field that the phase does not allow (RULES 13). An order may have several; one is enough.
    /// </summary>
    private static string? OutOfPhase(SubmitOrder order, OrderConditions? terms) =>
        order.Type == OrderType.Pegged ? "type"
        : order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill or TimeInForce.AtTheOpening
            ? "timeInForce"
        : order.PostOnly ? "postOnly"
        : terms?.Slide == true ? "slide"
        : terms?.AllOrNone == true ? "allOrNone"
        : terms?.MinimumLots is not null ? "minQuantity"
        : terms?.Amount is not null ? "quoteAmount"
        : null;

    private static string OfPair(SubmitOrder first, int at, SubmitOrder second) =>
        $"orders[{at}].{WaitsFor(first)},orders[{at + 1}].{WaitsFor(second)}";

    /// <summary>Returns the field of the price whose order within the pair matters.</summary>
    private static string WaitsFor(SubmitOrder order) => order.Type == OrderType.Limit ? "price" : "triggerPrice";
}
