using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>Which members of a request to change an order its refusal is about.</summary>
internal static class RefusedChange
{
    /// <summary>What a new price or total can't be together with; null when they can.</summary>
    public static string? OfTerms(HeldOrder order, AmendRequest request)
    {
        // Price and quantity of a leg are those of the whole strategy.
        if (order.Type == OrderType.Leg)
            return request.PriceTicks != 0 ? "type,price" : "type,quantity";

        // More of it would be a new order, whose trigger begins where the market is now: farther away than the old one's was.
        if (OrderCombinations.IsTrailing(order.Type) && request.TotalLots > order.QuantityLots)
            return "type,quantity";

        if (request.TriggerTicks != 0 && !IsWaiting(order))
            return "type,triggerPrice";

        // The worst price at which a market order or a stop is covered, and a trailing limit, are not their owner's to choose.
        var isDerived = OrderCombinations.IsMarket(order.Type) || order.Type == OrderType.TrailingStopLimit;
        return isDerived && request.PriceTicks != 0 && request.PriceTicks != order.PriceTicks && request.PriceTicks != order.StandsAtTicks
            ? "type,price"
            : null;
    }

    /// <summary>The member that a request was refused for when it came first, as far as that can be told now; null when it can't.</summary>
    /// <param name="reason">Why it was refused.</param>
    /// <param name="order">The order, if it is open still.</param>
    /// <param name="request">The request, the same again.</param>
    public static string? Again(RejectReason reason, HeldOrder? order, AmendRequest request) => reason switch
    {
        RejectReason.InvalidCombination => order is null ? null : OfTerms(order, request),
        RejectReason.StaleLeaves => "expectedRemaining",
        RejectReason.InvalidPrice => "price",
        RejectReason.InvalidQuantity or RejectReason.InvalidNotional or RejectReason.WouldGrow or RejectReason.Overflow
            or RejectReason.InsufficientFunds or RejectReason.ShortNotAllowed => "quantity",
        _ => null,
    };

    /// <summary>Whether it has a trigger of its own that it has not reached.</summary>
    private static bool IsWaiting(HeldOrder order) =>
        OrderCombinations.IsTriggered(order.Type) && !OrderCombinations.IsTrailing(order.Type) && order.Standing.Stage != OrderStage.Working;

    /// <summary>The member at fault of a request to change conditions; the two that exclude each other, with a comma; null when it is none of them.</summary>
    public static string? OfConditions(RejectReason reason, SubmitOrder order, ImmutableArray<NamedValue> changes) => reason switch
    {
        RejectReason.InvalidCombination => changes.Select(change => Excluded(change.Name, order)).FirstOrDefault(field => field is not null)
            ?? $"type,{Name(changes[0].Name)}",
        RejectReason.WouldGrow => changes.Where(change => change.Name != ChangedValue.TriggerTicks)
            .Select(change => Excluded(change.Name, order) ?? $"triggerPrice,{Name(change.Name)}").FirstOrDefault(),
        RejectReason.InvalidQuantity => Name(ChangedValue.DisplayLots),
        RejectReason.ExpiredAlready => Name(ChangedValue.ExpiryNanos),
        RejectReason.InvalidPrice or RejectReason.StopWouldTrigger or RejectReason.ListPrices => changes
            .Select(change => change.Name)
            .Where(name => name is ChangedValue.TriggerTicks or ChangedValue.TrailTicks or ChangedValue.TrailBasisPoints)
            .Select(Name)
            .FirstOrDefault(),
        _ => null,
    };

    /// <summary>The most, or the least, that an iceberg may show of a total in lots, whichever a change went beyond; 0 when it is about something else.</summary>
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
            ChangedValue.TrailBasisPoints when terms?.TrailBasisPoints is null => "trailingDistance,trailingBasisPoints",
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
