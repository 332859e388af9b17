using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>
/// How far a stop without a limit may trade once its trigger is another. It is protected from where it triggers: with the worst price of its old
/// trigger, one that was moved away from the market would trigger and find nothing that it may take.
/// </summary>
internal static class StopProtection
{
    private const int Whole = 10_000;

    /// <summary>Adds to changes of an order the worst price that goes with them.</summary>
    /// <param name="order">The order.</param>
    /// <param name="triggerTicks">Where it triggers now, in ticks; 0: nowhere yet.</param>
    /// <param name="instrument">Its instrument.</param>
    /// <param name="changes">What changes.</param>
    /// <returns>
    /// None; <see cref="RejectReason.WouldGrow"/> when it would need more cover than it has, which its book can't ask for;
    /// <see cref="RejectReason.InvalidCombination"/> when it would follow from so far that its trigger is beyond what it is covered for; or
    /// <see cref="RejectReason.InvalidPrice"/> for a distance that no order may have.
    /// </returns>
    public static RejectReason Complete(SubmitOrder order, long triggerTicks, Instrument instrument, ref ImmutableArray<NamedValue> changes)
    {
        if (OrderCombinations.IsTrailing(order.Type))
            return Follow(order, triggerTicks, instrument, ref changes);
        if (order.Type is not (OrderType.Stop or OrderType.TakeProfit) || changes.ValueOf(ChangedValue.TriggerTicks) is not { } trigger)
            return RejectReason.None;

        var worst = MarketProtection.PriceTicks(instrument, order.Side, trigger);
        if (order.Side == Side.Buy && worst > order.PriceTicks)
            return RejectReason.WouldGrow;
        if (worst != order.PriceTicks)
            changes = changes.Add(new NamedValue(ChangedValue.WorstTicks, worst));
        return RejectReason.None;
    }

    /// <summary>
    /// A sell that follows from farther away may go as much farther. A buy is covered for its first distance, and a limit that follows ends where it
    /// was placed to end: neither may trigger beyond that.
    /// </summary>
    private static RejectReason Follow(SubmitOrder order, long trigger, Instrument instrument, ref ImmutableArray<NamedValue> changes)
    {
        var old = order.Conditions.Decode()!;
        var moved = old.With(changes);
        var (ticks, points) = (moved.TrailTicks.GetValueOrDefault(), moved.TrailBasisPoints.GetValueOrDefault());
        if (ticks <= old.TrailTicks.GetValueOrDefault() && points <= old.TrailBasisPoints.GetValueOrDefault())
            return RejectReason.None;
        if (ticks > Instrument.PriceTicksLimit || points > OrderConditions.BasisPointsLimit)
            return RejectReason.InvalidPrice;

        if (order is { Side: Side.Sell, Type: OrderType.TrailingStop })
        {
            var worst = Math.Max(Farther(order.Side, order.PriceTicks, old, moved), instrument.MinPriceTicks);
            changes = changes.Add(new NamedValue(ChangedValue.WorstTicks, worst));
            return RejectReason.None;
        }

        var next = trigger != 0 ? Farther(order.Side, trigger, old, moved)
            : old.ActivationTicks is { } activation ? MarketProtection.FirstTrigger(order.Side, activation, moved)
            : order.PriceTicks;
        var isBeyond = order.Side == Side.Buy ? next > order.PriceTicks : next < order.PriceTicks;
        return isBeyond ? RejectReason.InvalidCombination : RejectReason.None;
    }

    /// <summary>A price as far from what is followed as the new distance is from the old one.</summary>
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
