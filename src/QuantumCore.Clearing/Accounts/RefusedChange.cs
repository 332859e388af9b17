using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Finds the fields of a change request that caused its rejection.</summary>
internal static class RefusedChange
{
    /// <summary>Returns the fields that cannot be combined with a new price or total; null if there are none.</summary>
    public static string? OfTerms(HeldOrder order, AmendRequest request)
    {
        // Price and quantity of a leg are those of the whole multi-leg order.
        if (order.Type == OrderType.Leg)
            return request.PriceTicks != 0 ? "type,price" : "type,quantity";

        // A larger quantity would be a new order, whose trigger starts at the present market: farther away than the old
        // one's.
        if (OrderCombinations.IsTrailing(order.Type) && request.TotalLots > order.QuantityLots)
            return "type,quantity";

        if (request.TriggerTicks != 0 && !IsWaiting(order))
            return "type,triggerPrice";

        // The worst price that covers a market order or a stop, and a trailing limit, are not the owner's choice.
        var isDerived = OrderCombinations.IsMarket(order.Type) || order.Type == OrderType.TrailingStopLimit;
        return isDerived && request.PriceTicks != 0 && request.PriceTicks != order.PriceTicks
            && request.PriceTicks != order.BookPriceTicks
            ? "type,price"
            : null;
    }

    /// <summary>
    /// Returns the field for which a repeated request was first rejected; null if it is no longer known.
    /// </summary>
    /// <param name="reason">The reject reason.</param>
    /// <param name="order">The order, if it is still open.</param>
    /// <param name="request">The repeated request.</param>
    public static string? Again(RejectReason reason, HeldOrder? order, AmendRequest request) => reason switch
    {
        RejectReason.InvalidCombination => order is null ? null : OfTerms(order, request),
        RejectReason.StaleLeaves => "expectedRemaining",
        RejectReason.InvalidPrice => "price",
        RejectReason.InvalidQuantity or RejectReason.InvalidNotional or RejectReason.WouldGrow or RejectReason.Overflow
            or RejectReason.InsufficientFunds or RejectReason.ShortNotAllowed => "quantity",
        _ => null,
    };

    /// <summary>Returns true if it has its own trigger and has not reached it.</summary>
    private static bool IsWaiting(HeldOrder order) =>
        OrderCombinations.IsTriggered(order.Type) && !OrderCombinations.IsTrailing(order.Type)
            && order.State.Stage != OrderStage.Working;

    /// <summary>
    /// Returns the field at fault of a request to change conditions; two that exclude each other, separated by a comma;
    /// null if it is none of them.
    /// </summary>
    public static string? OfConditions(RejectReason reason, SubmitOrder order, ImmutableArray<NamedValue> changes) =>
        reason switch
        {
            RejectReason.InvalidCombination =>
                changes.Select(change => Excluded(change.Name, order)).FirstOrDefault(field => field is not null)
                ?? $"type,{Name(changes[0].Name)}",
            RejectReason.WouldGrow => changes.Where(change => change.Name != ChangedValue.TriggerTicks)
                .Select(change => Excluded(change.Name, order) ?? $"triggerPrice,{Name(change.Name)}").FirstOrDefault(),
            RejectReason.InvalidQuantity => Name(ChangedValue.DisplayLots),
            RejectReason.ExpiredAlready => Name(ChangedValue.ExpiryNanos),
            RejectReason.InvalidPrice or RejectReason.StopWouldTrigger or RejectReason.ListPrices => changes
                .Select(change => change.Name)
                .Where(
                    name =>
                        name is ChangedValue.TriggerTicks or ChangedValue.TrailTicks or ChangedValue.TrailBasisPoints)
                .Select(Name)
                .FirstOrDefault(),
            _ => null,
        };

    /// <summary>
    /// Returns the limit that a change of the display quantity broke, in lots: the maximum or minimum for its total.
    /// Returns 0 for any other fault.
    /// </summary>
    public static long LimitOf(RejectReason reason, long totalLots, ImmutableArray<NamedValue> changes) =>
        reason != RejectReason.InvalidQuantity || changes.ValueOf(ChangedValue.DisplayLots) is not { } display ? 0
        : display > totalLots ? totalLots
        : ((totalLots - 1) / OrderConditions.IcebergPartsLimit) + 1;

    private static string? Excluded(ChangedValue change, SubmitOrder order)
    {
        var terms = order.Conditions.Decode();
        var trails = OrderCombinations.IsTrailing(order.Type);
        return change switch
        {
            ChangedValue.DisplayLots when terms?.DisplayLots is null => "type,displayQuantity",
            ChangedValue.TriggerTicks when trails || !OrderCombinations.IsTriggered(order.Type) => "type,triggerPrice",
            ChangedValue.TrailTicks or ChangedValue.TrailBasisPoints when !trails => $"type,{Name(change)}",
            ChangedValue.TrailTicks when terms?.TrailTicks is null => "trailingDistance,trailingBasisPoints",
            ChangedValue.TrailBasisPoints when terms?.TrailBasisPoints is null =>
                "trailingDistance,trailingBasisPoints",
            ChangedValue.ExpiryNanos when order.TimeInForce != TimeInForce.GoodTillDate => "goodTill,timeInForce",
            _ => null,
        };
    }

    private static string Name(ChangedValue change) => change switch
    {
        ChangedValue.DisplayLots => "displayQuantity",
        ChangedValue.TriggerTicks => "triggerPrice",
        ChangedValue.TrailTicks => "trailingDistance",
        ChangedValue.TrailBasisPoints => "trailingBasisPoints",
        ChangedValue.ExpiryNanos => "goodTill",
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "no condition of an order"),
    };
}
