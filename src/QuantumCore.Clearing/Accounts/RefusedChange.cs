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
    public static string? OfConditions(RejectReason reason, SubmitOrder order, ConditionChanges changes)
    {
        var fields = Fields(order, changes);
        return reason switch
        {
            RejectReason.InvalidCombination =>
                fields.Select(field => field.Excluded).FirstOrDefault(both => both is not null)
                ?? $"type,{fields.First().Name}",
            RejectReason.WouldGrow => fields.Where(field => field.Name != "triggerPrice")
                .Select(field => field.Excluded ?? $"triggerPrice,{field.Name}").FirstOrDefault(),
            RejectReason.InvalidQuantity => "displayQuantity",
            RejectReason.ExpiredAlready => "goodTill",
            RejectReason.InvalidPrice or RejectReason.StopWouldTrigger or RejectReason.ListPrices => fields
                .Select(field => field.Name)
                .FirstOrDefault(name => name is "triggerPrice" or "trailingDistance" or "trailingBasisPoints"),
            _ => null,
        };
    }

    /// <summary>
    /// Returns the limit that a change of the display quantity broke, in lots: the maximum or minimum for its total.
    /// Returns 0 for any other fault.
    /// </summary>
    public static long LimitOf(RejectReason reason, long totalLots, ConditionChanges changes) =>
        reason != RejectReason.InvalidQuantity || changes.DisplayLots is not { } display ? 0
        : display > totalLots ? totalLots
        : ((totalLots - 1) / OrderConditions.IcebergPartsLimit) + 1;

    /// <summary>Returns the changed fields, each with the two that exclude each other for its order, if any.</summary>
    private static IEnumerable<(string Name, string? Excluded)> Fields(SubmitOrder order, ConditionChanges changes)
    {
        const string Distances = "trailingDistance,trailingBasisPoints";
        var terms = order.Conditions.Decode();
        var trails = OrderCombinations.IsTrailing(order.Type);
        if (changes.DisplayLots is not null)
            yield return ("displayQuantity", terms?.DisplayLots is null ? "type,displayQuantity" : null);
        if (changes.TriggerTicks is not null)
        {
            var hasOwn = !trails && OrderCombinations.IsTriggered(order.Type);
            yield return ("triggerPrice", hasOwn ? null : "type,triggerPrice");
        }

        if (changes.TrailTicks is not null)
        {
            yield return ("trailingDistance",
                !trails ? "type,trailingDistance" : terms?.TrailTicks is null ? Distances : null);
        }

        if (changes.TrailBasisPoints is not null)
        {
            yield return ("trailingBasisPoints",
                !trails ? "type,trailingBasisPoints" : terms?.TrailBasisPoints is null ? Distances : null);
        }

        if (changes.ExpiryNanos is not null)
            yield return ("goodTill", order.TimeInForce != TimeInForce.GoodTillDate ? "goodTill,timeInForce" : null);
    }
}
