using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Computes the worst price of a stop without a limit after a change of its trigger. Protection starts at the trigger.
/// With the old trigger's worst price, a stop moved away from the market would trigger and find nothing it may take.
/// </summary>
internal static class StopProtection
{
    private const int Whole = 10_000;

    /// <summary>Adds the matching worst price to an order's changes.</summary>
    /// <param name="order">The order.</param>
    /// <param name="triggerTicks">Its current trigger, in ticks; 0 for none yet.</param>
    /// <param name="instrument">Its instrument.</param>
    /// <param name="changes">The changes; the worst price is added.</param>
    /// <returns>
    /// None.
    /// <see cref="RejectReason.WouldGrow"/> if it would need more funds than are held, which its book cannot request.
    /// <see cref="RejectReason.InvalidCombination"/> if its new distance puts the trigger beyond what is held for it.
    /// <see cref="RejectReason.InvalidPrice"/> for a distance out of range.
    /// </returns>
    public static RejectReason Complete(
        SubmitOrder order, long triggerTicks, Instrument instrument, ref ConditionChanges changes)
    {
        if (OrderCombinations.IsTrailing(order.Type))
            return Follow(order, triggerTicks, instrument, ref changes);
        if (order.Type is not (OrderType.Stop or OrderType.TakeProfit)
            || changes.TriggerTicks is not { } trigger)
            return RejectReason.None;

        var worst = MarketProtection.PriceTicks(instrument, order.Side, trigger);
        if (order.Side == Side.Buy && worst > order.PriceTicks)
            return RejectReason.WouldGrow;
        if (worst != order.PriceTicks)
            changes = changes with { WorstTicks = worst };
        return RejectReason.None;
    }

    /// <summary>
    /// Adjusts a trailing order with a larger distance. A sell's worst price moves by as much. The hold of a buy covers
    /// its first distance, and a trailing limit is bounded by its original limit: neither may trigger beyond that.
    /// </summary>
    private static RejectReason Follow(
        SubmitOrder order, long trigger, Instrument instrument, ref ConditionChanges changes)
    {
        var old = order.Conditions.Decode()!;
        var moved = changes.Of(old);
        var (ticks, points) = (moved.TrailTicks.GetValueOrDefault(), moved.TrailBasisPoints.GetValueOrDefault());
        if (ticks <= old.TrailTicks.GetValueOrDefault() && points <= old.TrailBasisPoints.GetValueOrDefault())
            return RejectReason.None;
        if (ticks > Instrument.PriceTicksLimit || points > OrderConditions.BasisPointsLimit)
            return RejectReason.InvalidPrice;

        if (order is { Side: Side.Sell, Type: OrderType.TrailingStop })
        {
            var worst = Math.Max(Farther(order.Side, order.PriceTicks, old, moved), instrument.MinPriceTicks);
            changes = changes with { WorstTicks = worst };
            return RejectReason.None;
        }

        var next = trigger != 0 ? Farther(order.Side, trigger, old, moved)
            : old.ActivationTicks is { } activation ? MarketProtection.FirstTrigger(order.Side, activation, moved)
            : order.PriceTicks;
        var isBeyond = order.Side == Side.Buy ? next > order.PriceTicks : next < order.PriceTicks;
        return isBeyond ? RejectReason.InvalidCombination : RejectReason.None;
    }

    /// <summary>Moves a price as far from the followed one as the new distance is from the old one.</summary>
    private static long Farther(Side side, long price, OrderConditions old, OrderConditions moved)
    {
        if (moved.TrailTicks is { } ticks)
        {
            var more = ticks - old.TrailTicks.GetValueOrDefault();
            return side == Side.Buy ? price + more : price - more;
        }

        var (before, now) = (old.TrailBasisPoints.GetValueOrDefault(), moved.TrailBasisPoints.GetValueOrDefault());
        return (long)(side == Side.Buy
            ? Rounding.DivUp((Int128)price * (Whole + now), Whole + before)
            : Rounding.DivDown((Int128)price * Whole - now, Whole - before));
    }
}
