using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// What is checked before a command's point of no return. Nothing here changes the book.
public sealed partial class OrderBook
{
    /// <summary>What can be said of the order alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RejectReason CheckRequest(in NewOrder order)
    {
        var plain = order.Type == OrderType.Limit && order.TimeInForce == TimeInForce.GoodTillCancel
            && order.Side is Side.Buy or Side.Sell;
        if (!plain)
        {
            var reject = CheckInstructions(in order);
            if (reject != RejectReason.None)
                return reject;
        }

        if (order.QuantityLots is < 1 or > Instrument.QuantityLotsLimit)
            return RejectReason.InvalidQuantity;

        var lowest = order.Type == OrderType.Market ? 0 : 1;
        return order.PriceTicks < lowest || order.PriceTicks > Instrument.PriceTicksLimit
            ? RejectReason.InvalidPrice
            : RejectReason.None;
    }

    private static RejectReason CheckInstructions(in NewOrder order)
    {
        var defined = order.Side is Side.Buy or Side.Sell
            && order.Type is OrderType.Limit or OrderType.Market
            && order.TimeInForce is TimeInForce.GoodTillCancel or TimeInForce.ImmediateOrCancel
                or TimeInForce.FillOrKill;
        if (!defined)
            return RejectReason.BadRequest;

        var mayRest = order.Type == OrderType.Limit && order.TimeInForce == TimeInForce.GoodTillCancel;
        return order.PostOnly && !mayRest ? RejectReason.InvalidCombination : RejectReason.None;
    }

    /// <summary>
    /// What depends on the book. With an order that is about to leave, it is the book without that order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason CheckState(in NewOrder order, int leaving)
    {
        if (order.Type == OrderType.Market || order.TimeInForce != TimeInForce.GoodTillCancel)
            return RejectReason.None;

        var side = IndexOf(order.Side);
        var reach = leaving == 0 ? _sides[side ^ 1].Reach : ReachWithout(side, leaving);
        return Toward(side, order.PriceTicks) >= reach
            ? CheckRemainder(in order, leaving)
            : CheckWhole(in order, leaving);
    }

    /// <summary>An order that meets no one and rests whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason CheckWhole(in NewOrder order, int leaving)
    {
        var level = _ladder.Find(order.PriceTicks);
        ref var queue = ref _ladder[level];
        var orders = queue.Orders;
        var lots = queue.Lots;
        if (leaving != 0 && _entries[leaving].Level == level)
        {
            orders--;
            lots -= _entries[leaving].Leaves;
        }

        if (orders == 0)
        {
            return LevelsWithout(IndexOf(order.Side), leaving) >= MaxLevels
                ? RejectReason.TooManyLevels
                : RejectReason.None;
        }

        return lots > MaxLevelLots - order.QuantityLots ? RejectReason.Overflow : RejectReason.None;
    }

    /// <summary>
    /// An order that meets someone. Its remainder would open a level: a level of its own side at a price that
    /// reaches the other side cannot be there. A post-only order takes nothing, so all of it would rest.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CheckRemainder(in NewOrder order, int leaving)
    {
        var side = IndexOf(order.Side);
        if (LevelsWithout(side, leaving) >= MaxLevels)
        {
            var remainder = order.PostOnly
                ? order.QuantityLots
                : Match<DryRun>(side, order.PriceTicks, order.QuantityLots, takerId: 0, passOver: leaving);
            if (remainder > 0)
                return RejectReason.TooManyLevels;
        }

        return order.PostOnly ? RejectReason.PostOnlyWouldTake : RejectReason.None;
    }

    private RejectReason CheckReduction(long timeNanos, int slot, long newTotalLots)
    {
        if (newTotalLots is < 0 or > Instrument.QuantityLotsLimit)
            return RejectReason.InvalidQuantity;
        if (timeNanos < LastTimeNanos)
            return RejectReason.TimeRegression;
        return newTotalLots > _terms[slot].TotalLots ? RejectReason.WouldGrow : RejectReason.None;
    }

    private int LevelsWithout(int side, int leaving)
    {
        var levels = _sides[side].Levels;
        return leaving != 0 && IndexOf(_entries[leaving].Side) == side && StandsAlone(leaving) ? levels - 1 : levels;
    }

    /// <summary>What the other side offers a taker of this side once an order has left.</summary>
    private long ReachWithout(int side, int leaving)
    {
        ref var contra = ref _sides[side ^ 1];
        var level = _entries[leaving].Level;
        if (level != contra.Best || !StandsAlone(leaving))
            return contra.Reach;

        var next = NextWorse(side ^ 1, level);
        return next == 0 ? OutOfReach : Toward(side, _ladder.PriceOf(next));
    }

    private bool StandsAlone(int slot) => _ladder[_entries[slot].Level].Orders == 1;
}
