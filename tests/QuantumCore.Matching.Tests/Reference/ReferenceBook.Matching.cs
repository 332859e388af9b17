using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RULES 3 to 6, 11, 12.2 to 12.4: entry, the taker phase and its dry run.
internal sealed partial class ReferenceBook
{
    /// <summary>Reason that ended the loop of a taker phase.</summary>
    private enum StoppedBy
    {
        /// <summary>The taker is filled, or its amount is spent.</summary>
        Nothing,

        /// <summary>No further order to meet, or none within its limit.</summary>
        Book,
        Protection,
        Band,
        Amount,

        /// <summary>Self-trade prevention ended the taker.</summary>
        SelfTrade,
    }

    /// <summary>1.3: assigns the id at acceptance; ids are dense.</summary>
    private void Accept(ReferenceOrder order)
    {
        LastOrderId = order.Id;
        order.Prio = ++_lastPrio;
        _open.Add(order);
        var price = order.IsPeg ? order.Cap : PriceNow(order);
        Say(BookEventKind.Accepted, order, order.Total, detail: (byte)(order.Slid ? 1 : 0), price: price);
    }

    /// <summary>After Accepted or Activated: arms, holds, parks, rests or takes.</summary>
    private void Enter(ReferenceOrder order)
    {
        if (order.WaitsForTrigger)
            Arm(order);
        else if (order.IsLeg)
            order.Stay = Stay.Aside;
        else if (IsHeldNow(order))
            (order.Stay, order.Prio) = (Stay.Held, ++_lastPrio);
        else
            TakeOrRest(order);
    }

    /// <summary>Enters an order from outside the book: matched in Continuous, booked in a call phase.</summary>
    private void TakeOrRest(ReferenceOrder order)
    {
        if (order.IsPeg && order.Price == 0)
            Park(order);
        else if (Phase == TradingPhase.Continuous)
            TakerPhase(order);
        else
            Rest(order);
    }

    /// <summary>RULES 3: runs one taker phase. The order is outside the book.</summary>
    private void TakerPhase(ReferenceOrder taker)
    {
        // 4.4, 4.6, 4.5: decided by the dry run; without any other effect when not met.
        if (taker.FillOrKill && DryRun(taker).Traded < taker.Leaves)
        {
            End(taker, EndReason.FillOrKill);
            return;
        }

        if (taker.AllOrNone && DryRun(taker).Traded < taker.Leaves)
        {
            Rest(taker);
            return;
        }

        if (taker.Minimum > 0 && DryRun(taker).Traded < taker.Minimum)
        {
            End(taker, EndReason.MinimumQuantity);
            return;
        }

        taker.Minimum = 0;
        var stop = Sweep(taker, _open, isDry: false, out _);
        if (taker.Stay != Stay.Done)
            Remainder(taker, stop);
        // 12.3: the band stop comes at the end of the phase that hit it.
        if (stop == StoppedBy.Band && Rules.DynamicBandMode == BandMode.Auction)
            StartVolatility();
    }

    private void Remainder(ReferenceOrder taker, StoppedBy stop)
    {
        var rests = !taker.HasNoLimit
            && taker.Terms.TimeInForce is not (TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill);
        if (stop == StoppedBy.Band && !(rests && Rules.DynamicBandMode == BandMode.Auction))
            End(taker, EndReason.Band); // 12.3: whatever its time in force
        else if (rests)
            Rest(taker);
        else
            End(taker, !taker.HasNoLimit ? EndReason.ImmediateOrCancel : stop switch
            {
                StoppedBy.Protection => EndReason.Protection, // 5.1
                StoppedBy.Amount => EndReason.Amount, // 5.2
                _ => EndReason.NoLiquidity, // 5.3
            });
    }

    private void Rest(ReferenceOrder order)
    {
        order.Prio = ++_lastPrio;
        SitDown(order);
        RememberAdded(order);
    }

    /// <summary>Rests an order with its current priority.</summary>
    private void SitDown(ReferenceOrder order)
    {
        order.Stay = Stay.Resting;
        order.Tip = Math.Min(order.Display, order.Leaves); // 6.1
        Say(
            BookEventKind.Rested, order, order.HasNoLimit ? order.Leaves : order.Shown,
            detail: (byte)(order.HasNoLimit ? 2 : order.IsHidden ? 1 : 0));
    }

    /// <summary>
    /// 4.3: runs the loop on a copy. Returns the traded lots, the reason it stopped, and the remainder.
    /// </summary>
    private (long Traded, StoppedBy Stop, long Leaves) DryRun(ReferenceOrder order)
    {
        var copies = new List<ReferenceOrder>();
        foreach (var other in _open)
        {
            if (other.Stay == Stay.Resting && other.Side != order.Side)
                copies.Add(other.Copy());
        }

        var taker = order.Copy();
        var prio = _lastPrio;
        var stop = Sweep(taker, copies, isDry: true, out var traded);
        _lastPrio = prio;
        return (traded, stop, taker.Leaves);
    }

    private StoppedBy Sweep(
        ReferenceOrder taker, List<ReferenceOrder> others, bool isDry, out long traded, long? upTo = null)
    {
        traded = 0;
        // 12.2: the reference is that of the start of the phase.
        (long Low, long High)? band =
            Rules is { DynamicBandBasisPoints: null, StaticBandBasisPoints: null } ? null : TradingBand;
        long? protection = null;
        var passed = new HashSet<ReferenceOrder>();
        while (!taker.IsSpent)
        {
            var maker = NextMaker(taker, others, passed);
            if (maker is null || !taker.Reaches(maker.Price)
                || (taker.Side == Side.Buy ? maker.Price > upTo : maker.Price < upTo))
                return StoppedBy.Book;
            // 5.2: as soon as the floor is 0.
            if (Capacity(taker, maker.Price) == 0)
                return StoppedBy.Amount;
            if (taker.HasNoLimit)
                protection ??= ProtectionPrice(taker, maker.Price);
            if (BoundBefore(taker, maker.Price, protection, band) is { } bound)
                return bound;

            var lots = Math.Min(Capacity(taker, maker.Price), maker.Slice);
            var own = taker.Terms.Owner != 0 && taker.Terms.Owner == maker.Terms.Owner; // 1.6
            if (own && taker.Terms.SelfTrade != SelfTradePrevention.None)
            {
                if (PreventSelfTrade(taker, maker, lots, isDry))
                    return StoppedBy.SelfTrade;
                continue;
            }

            Trade(taker, maker, lots, isDry);
            traded += lots;
        }

        return StoppedBy.Nothing;
    }

    /// <summary>Returns the lots that the taker could trade at this price: 5.2 for an order by amount.</summary>
    private static long Capacity(ReferenceOrder taker, long price) =>
        taker.ByAmount ? taker.AmountLeft / price : taker.Leaves;

    /// <summary>
    /// 1.5: returns the first order in priority; 4.6: skips an all-or-none order larger than the taker.
    /// </summary>
    private static ReferenceOrder? NextMaker(
        ReferenceOrder taker, List<ReferenceOrder> others, HashSet<ReferenceOrder> passed)
    {
        ReferenceOrder? first = null;
        List<ReferenceOrder>? tooLarge = null;
        foreach (var other in others)
        {
            if (other.Stay != Stay.Resting || other.Side == taker.Side)
                continue;
            if (first is not null && !other.RanksBefore(first))
                continue;
            // D13: with an amount that buys no lot nothing more is passed over.
            if (other.AllOrNone && Capacity(taker, other.Price) is > 0 and var capacity && capacity < other.Leaves)
                (tooLarge ??= []).Add(other);
            else if (!passed.Contains(other))
                first = other;
        }

        if (tooLarge is not null)
            passed.UnionWith(tooLarge.Where(order => first is null || order.RanksBefore(first)));
        return first;
    }

    /// <summary>
    /// 5.1: returns the protection price: first price ± the instrument's or the order's ticks, and the order's own
    /// price.
    /// </summary>
    private long ProtectionPrice(ReferenceOrder taker, long firstPrice)
    {
        var buys = taker.Side == Side.Buy;
        var none = buys ? long.MaxValue : 0;
        var ticks = Math.Min(
            Rules.ProtectionTicks ?? long.MaxValue, taker.Conditions.ProtectionTicks ?? long.MaxValue);
        var around = ticks == long.MaxValue ? none : buys ? firstPrice + ticks : firstPrice - ticks;
        var own = taker.Price == 0 ? none : taker.Price;
        return buys ? Math.Min(around, own) : Math.Max(around, own);
    }

    /// <summary>12.4: returns the bound before this price; of two the tighter, at a tie the protection.</summary>
    private static StoppedBy? BoundBefore(
        ReferenceOrder taker, long price, long? protection, (long Low, long High)? band)
    {
        var buys = taker.Side == Side.Buy;
        var beyondProtection = protection is { } limit && (buys ? price > limit : price < limit);
        var beyondBand = band is var (low, high) && !IsIn(price, low, high);
        if (!beyondProtection || !beyondBand)
            return beyondProtection ? StoppedBy.Protection : beyondBand ? StoppedBy.Band : null;

        var edge = buys ? band!.Value.High : band!.Value.Low;
        // Both lie before the price on the side the taker goes to, or the band is on its other side (D15).
        var bandIsTighter = buys ? price > edge && edge < protection : price < edge && edge > protection;
        return bandIsTighter ? StoppedBy.Band : StoppedBy.Protection;
    }

    private void Trade(ReferenceOrder taker, ReferenceOrder maker, long lots, bool isDry, bool isPrint = true)
    {
        taker.Filled += lots;
        maker.Filled += lots;
        maker.Tip -= maker.Display > 0 ? lots : 0;
        taker.AmountLeft -= taker.ByAmount ? lots * maker.Price : 0;
        if (taker.IsSpent)
            taker.Stay = Stay.Done;
        if (maker.IsSpent)
            maker.Stay = Stay.Done;
        if (isDry)
        {
            Refill(maker, isDry);
            return;
        }

        LastTradeNumber++;
        // 7.1: trades of legs do not count.
        if (isPrint)
            RecordPrint(maker.Price);
        Tell(
            BookEventKind.Trade, taker.Side, taker.Id, maker.Id, maker.Price, lots, taker.Leaves, maker.Leaves);
        // RULES 3: refill, the maker's sibling, the taker's sibling, then children are queued.
        Refill(maker, isDry);
        AfterFill(maker);
        AfterFill(taker);
    }

    /// <summary>6.2: renews a consumed tip at once, at the back of the displayed queue of its price.</summary>
    private void Refill(ReferenceOrder order, bool isDry)
    {
        if (order.Display == 0 || order.Tip > 0 || order.Stay != Stay.Resting)
            return;

        order.Tip = Math.Min(order.Display, order.Leaves);
        order.Prio = ++_lastPrio;
        if (!isDry)
            Say(BookEventKind.Refilled, order, order.Shown);
    }

    /// <summary>RULES 11: prevents a self-trade. Returns true if the taker is gone.</summary>
    private bool PreventSelfTrade(ReferenceOrder taker, ReferenceOrder maker, long lots, bool isDry)
    {
        var mode = taker.Terms.SelfTrade;
        var takerIsNewer = taker.Id > maker.Id;
        var takerGoes = mode is SelfTradePrevention.ExpireTaker or SelfTradePrevention.ExpireBoth
            || (mode == SelfTradePrevention.CancelNewest && takerIsNewer)
            || (mode == SelfTradePrevention.CancelOldest && !takerIsNewer);
        var makerGoes = mode is SelfTradePrevention.ExpireMaker or SelfTradePrevention.ExpireBoth
            || (mode == SelfTradePrevention.CancelNewest && !takerIsNewer)
            || (mode == SelfTradePrevention.CancelOldest && takerIsNewer);
        if (mode == SelfTradePrevention.Decrement)
        {
            Prevent(taker, lots, isDry);
            Prevent(maker, lots, isDry);
            maker.Tip -= maker.Display > 0 ? lots : 0;
            takerGoes = taker.Leaves == 0;
            makerGoes = maker.Leaves == 0;
        }

        if (isDry)
        {
            maker.Stay = makerGoes ? Stay.Done : maker.Stay;
            Refill(maker, isDry);
            return takerGoes;
        }

        Tell(
            BookEventKind.SelfTradePrevented, taker.Side, taker.Id, maker.Id, maker.Price, lots, taker.Leaves,
            maker.Leaves, (byte)mode);
        // 11.1: Exp maker, Exp taker, then Refill.
        if (makerGoes)
            End(maker, EndReason.SelfTrade);
        if (takerGoes)
            End(taker, EndReason.SelfTrade);
        Refill(maker, isDry);
        return takerGoes;
    }

    /// <summary>9.3: shrinks an OCO sibling silently with a leg that lives on.</summary>
    private static void Prevent(ReferenceOrder order, long lots, bool isDry)
    {
        order.Prevented += lots;
        if (!isDry && order.Leaves > 0 && OpenSibling(order) is { } sibling)
            sibling.Prevented += lots;
    }
}
