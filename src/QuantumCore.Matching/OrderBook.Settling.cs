using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// Consequences of a command: all-or-none orders that can be filled now, pegs that move, stops that trigger, children
// that enter. They repeat until nothing changes (RULES 3).
public sealed partial class OrderBook
{
    // Orders that wait for their taker phase: triggered ones and children of filled parents. First in, first out.
    private readonly Queue<long> Awaiting = new();

    private readonly List<int> Held = [];

    // The best price, as the other side sees it, at which quantity was added since the last check of all-or-none
    // orders.
    private readonly long[] _added = [OutOfReach, OutOfReach];

    private void Await(int slot)
    {
        if (slot == 0)
            return;

        Awaiting.Enqueue(Entries[slot].Id);
        Watching = true;
    }

    private void Settle()
    {
        var changed = true;
        while (changed && Phase == TradingPhase.Continuous)
        {
            changed = WakeAllOrNone(Buy) | WakeAllOrNone(Sell);
            if (Phase == TradingPhase.Continuous)
                changed |= RepricePegs();
            if (Phase != TradingPhase.Continuous)
                break;

            TriggerHits();
            if (Awaiting.TryDequeue(out var id))
            {
                changed = true;
                EnterAwaited(id);
            }
        }

        Watching = AllOrNoneCount + PegSlots.Count + ArmedCount + Awaiting.Count > 0;
    }

    /// <summary>Runs the taker phase of an order that waited for it.</summary>
    private void EnterAwaited(long id)
    {
        if (FindOpen(id, out var slot) != RejectReason.None)
            return;

        if (Entries[slot].Place == OrderPlace.Pending)
            Activate(slot);
        else
            EnterTriggered(slot);
    }

    private void EnterTriggered(int slot)
    {
        var price = ConditionsOf(slot).Price;
        var lots = Entries[slot].Leaves;
        if (Has(slot, Traits.PostOnly) && Phase == TradingPhase.Continuous
            && CheckPostOnly(IndexOf(Entries[slot].Side), slides: false, lots, ref price) != RejectReason.None)
        {
            End(slot, EndReason.PostOnly);
            return;
        }

        Enter(slot, price);
    }

    /// <summary>Enters a child whose parent is filled. If it would be rejected now, it ends.</summary>
    private void Activate(int slot)
    {
        BeginActive(slot);
        ref var kept = ref ConditionsOf(slot);
        var price = kept.Price;
        if (CheckChild(slot, ref price) is not RejectReason.None and var refusal)
        {
            End(slot, EndReason.List, refusal);
            return;
        }

        if (kept.Type == OrderType.Limit)
            Told.PriceTicks = price;
        kept.Price = price;
        if (!HasPassed(slot))
        {
            _ = Start(slot, price);
            return;
        }

        // The price has already passed its trigger: enter it at once, so that protection is not lost.
        Trigger(slot);
        EnterTriggered(slot);
    }

    /// <summary>Reports that a child enters. It is outside the book until its taker phase ends.</summary>
    private void BeginActive(int slot)
    {
        ref var entry = ref Entries[slot];
        Append(
            BookEventKind.Activated, entry.Side, EndReason.None, entry.Id, PriceNow(slot), entry.TotalLots,
            entry.Leaves);
        entry.Place = OrderPlace.Entering;
    }

    /// <summary>Returns true if the trigger of an entering child has already been passed.</summary>
    private bool HasPassed(int slot)
    {
        ref var kept = ref ConditionsOf(slot);
        return IsWaitingStop(slot) && !OrderRules.IsTrailing(kept.Type)
            && IsPast(Entries[slot].Side, kept.Type, kept.Reference, kept.Trigger);
    }

    /// <summary>Checks for a child what could not be checked when its list entered (RULES 9.4, 9.5).</summary>
    private RejectReason CheckChild(int slot, ref long price)
    {
        ref var kept = ref ConditionsOf(slot);
        if (kept.TimeInForce == TimeInForce.AtTheOpening)
            return RejectReason.NotInThisPhase;
        if (HasLimit(slot) && IsOutsideStaticBand(price))
            return RejectReason.PriceBand;
        if (!AreLegsInOrder(slot))
            return RejectReason.ListPrices;
        if (kept.Type == OrderType.Pegged)
        {
            return kept.TimeInForce == TimeInForce.ImmediateOrCancel && PegPrice(slot) == 0
                ? RejectReason.PegNoReference
                : RejectReason.None;
        }

        var comesIn = kept.Type == OrderType.Limit
            && kept.TimeInForce is not (TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            && (kept.TimeInForce != TimeInForce.AtTheClose || Phase == TradingPhase.Closing);
        return comesIn ? CheckPlace(slot, Entries[slot].Leaves, slides: true, ref price) : RejectReason.None;
    }

    /// <summary>Returns true if its price is a limit or a cap, not a protection or the bound of a limit.</summary>
    private bool HasLimit(int slot) => !IsMarketNow(slot)
        && !(ConditionsOf(slot).Type == OrderType.TrailingStopLimit && !ConditionsOf(slot).Triggered);

    private void CountAllOrNone(int change)
    {
        AllOrNoneCount += change;
        if (change > 0)
            Watching = true;
    }

    /// <summary>Returns the best price at which quantity was added to a side since the last call.</summary>
    private long TakeAdded(int side)
    {
        var added = _added[side];
        _added[side] = OutOfReach;
        return added;
    }

    /// <summary>Has both sides checked as if quantity had been added at their best prices.</summary>
    private void NoteAllAdded() => _added[Buy] = _added[Sell] = long.MinValue;

    private void NoteAdded(int side, long price) =>
        _added[side] = Math.Min(_added[side], Toward(side ^ 1, price));

    /// <summary>
    /// Executes all-or-none orders that newly added quantity on the other side may reach, if they would now trade whole
    /// (RULES 4.6).
    /// </summary>
    private bool WakeAllOrNone(int side)
    {
        var added = TakeAdded(side ^ 1);
        if (added == OutOfReach || AllOrNoneCount == 0)
            return false;

        var woken = false;
        var level = Sides[side + Dark].Best;
        while (level != 0 && Toward(side, Ladder.PriceOf(level)) >= added && Phase == TradingPhase.Continuous)
        {
            var price = Ladder.PriceOf(level);
            var worse = NextWorse(side + Dark, level);
            var slot = Ladder[level].First;
            while (slot != 0 && Phase == TradingPhase.Continuous)
            {
                var next = Entries[slot].Next;
                woken |= Has(slot, Traits.AllOrNone) && Wake(slot, price);
                slot = next;
            }

            level = worse;
        }

        return woken;
    }

    private bool Wake(int slot, long price)
    {
        var taker = TakerFor(slot, price);
        if (WouldTrade(in taker) < taker.Leaves)
            return false;

        BeginPrints();
        Leave(slot);
        EnteringSlot = slot;
        EnteringPrice = price;
        Match<Execution>(ref taker);
        Finish(ref taker, price);
        EnteringSlot = 0;
        return true;
    }
}
