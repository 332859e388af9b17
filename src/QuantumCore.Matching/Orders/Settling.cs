using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Consequences of a command: all-or-none orders that can be filled now, pegs that move, stops that trigger, children
/// that enter. They repeat until nothing changes (RULES 3).
/// </summary>
internal sealed class Settling(
    OrderStore store, Triggers triggers, Pegs pegs, OffLadderOrders waiting, AllOrNoneWatch allOrNone, OrderLists lists,
    OrderEndings endings, EntryChecks checks, TakerPhase takers, PegMovement pegMoves, OrderIntake intake)
{
    public void Settle()
    {
        var changed = true;
        allOrNone.Supply.Begin();
        while (changed && store.Phase == TradingPhase.Continuous)
        {
            changed = WakeAllOrNone(Buy) | WakeAllOrNone(Sell);
            if (store.Phase == TradingPhase.Continuous)
                changed |= pegMoves.Reprice();
            if (store.Phase != TradingPhase.Continuous)
                break;

            TriggerHits();
            if (waiting.Awaiting.TryDequeue(out var id))
            {
                changed = true;
                EnterAwaited(id);
            }
        }

        store.Watching = store.AllOrNoneCount + pegs.Slots.Count + store.ArmedCount + waiting.Awaiting.Count > 0;
    }

    /// <summary>
    /// Executes all-or-none orders that newly added quantity on the other side may reach, if they would now trade whole
    /// (RULES 4.6).
    /// </summary>
    private bool WakeAllOrNone(int side)
    {
        var added = allOrNone.TakeAdded(side ^ 1);
        if (added == FarthestKey || store.AllOrNoneCount == 0)
            return false;

        var woken = false;
        allOrNone.Supply.Forget();
        var level = store.Sides[side + Hidden].Best;
        while (level != 0 && SignedPriceKey(side, store.Ladder.PriceOf(level)) >= added
            && store.Phase == TradingPhase.Continuous)
        {
            var price = store.Ladder.PriceOf(level);
            var worse = store.NextWorse(side + Hidden, level);
            var slot = store.Ladder[level].First;
            while (slot != 0 && store.Phase == TradingPhase.Continuous)
            {
                var next = store.Entries[slot].Next;
                if (store.Has(slot, Traits.AllOrNone) && allOrNone.Supply.MayFill(slot, price)
                    && takers.Wake(slot, price))
                {
                    woken = true;
                    allOrNone.Supply.Forget();
                }

                slot = next;
            }

            level = worse;
        }

        return woken;
    }

    /// <summary>Triggers the orders that reference prices have reached.</summary>
    private void TriggerHits()
    {
        foreach (var (id, _, _) in triggers.TakeHits())
        {
            if (store.FindOpen(id, out var slot) != RejectReason.None)
                continue;

            Trigger(slot);
            waiting.Await(slot);
        }
    }

    /// <summary>Triggers an order: it becomes a market or limit order, and its sibling ends.</summary>
    public void Trigger(int slot)
    {
        ref var entry = ref store.Entries[slot];
        ref var kept = ref store.ConditionsOf(slot);
        if (kept.Type == OrderType.TrailingStopLimit)
        {
            // Before the trigger, its price is only the bound of its limit.
            kept.Price = entry.Side == Side.Buy
                ? Math.Min(kept.Trigger + kept.LimitOffset, kept.Price == 0 ? store.Rules.MaxPriceTicks : kept.Price)
                : Math.Max(kept.Trigger - kept.LimitOffset, kept.Price == 0 ? store.Rules.MinPriceTicks : kept.Price);
        }

        store.Append(
            BookEventKind.Triggered, entry.Side, EndReason.None, entry.Id, kept.Trigger, store.Entries[slot].TotalLots,
            entry.Leaves);
        store.Told.MakerLeavesLots = OrderRules.IsMarket(kept.Type) ? 0 : kept.Price;
        if (entry.Place == OrderPlace.Armed)
            triggers.Disarm(slot);
        entry.Place = OrderPlace.Entering;
        kept.Triggered = true;
        if (lists.Sibling(slot) is not 0 and var sibling)
            endings.End(sibling, EndReason.OneCancelsOther);
    }

    /// <summary>Runs the taker phase of an order that waited for it.</summary>
    private void EnterAwaited(long id)
    {
        if (store.FindOpen(id, out var slot) != RejectReason.None)
            return;

        if (store.Entries[slot].Place == OrderPlace.Pending)
            Activate(slot);
        else
            EnterTriggered(slot);
    }

    private void EnterTriggered(int slot)
    {
        var price = store.ConditionsOf(slot).Price;
        var lots = store.Entries[slot].Leaves;
        if (store.Has(slot, Traits.PostOnly) && store.Phase == TradingPhase.Continuous
            && checks.CheckPostOnly(
                IndexOf(store.Entries[slot].Side), slides: false, lots, ref price) != RejectReason.None)
        {
            endings.End(slot, EndReason.PostOnly);
            return;
        }

        takers.Enter(slot, price);
    }

    /// <summary>Enters a child whose parent is filled. If it would be rejected now, it ends.</summary>
    private void Activate(int slot)
    {
        BeginActive(slot);
        ref var kept = ref store.ConditionsOf(slot);
        var price = kept.Price;
        if (CheckChild(slot, ref price) is not RejectReason.None and var refusal)
        {
            endings.End(slot, EndReason.List, refusal);
            return;
        }

        if (kept.Type == OrderType.Limit)
            store.Told.PriceTicks = price;
        kept.Price = price;
        if (!HasPassed(slot))
        {
            _ = intake.Start(slot, price);
            return;
        }

        // The price has already passed its trigger: enter it at once, so that protection is not lost.
        Trigger(slot);
        EnterTriggered(slot);
    }

    /// <summary>Reports that a child enters. It is outside the book until its taker phase ends.</summary>
    public void BeginActive(int slot)
    {
        ref var entry = ref store.Entries[slot];
        store.Append(
            BookEventKind.Activated, entry.Side, EndReason.None, entry.Id, store.PriceNow(slot), entry.TotalLots,
            entry.Leaves);
        entry.Place = OrderPlace.Entering;
    }

    /// <summary>Returns true if the trigger of an entering child has already been passed.</summary>
    public bool HasPassed(int slot)
    {
        ref var kept = ref store.ConditionsOf(slot);
        return store.IsWaitingStop(slot) && !OrderRules.IsTrailing(kept.Type)
            && triggers.IsPast(store.Entries[slot].Side, kept.Type, kept.Reference, kept.Trigger);
    }

    /// <summary>Checks for a child what could not be checked when its list entered (RULES 9.4, 9.5).</summary>
    public RejectReason CheckChild(int slot, ref long price)
    {
        ref var kept = ref store.ConditionsOf(slot);
        if (kept.TimeInForce == TimeInForce.AtTheOpening)
            return RejectReason.NotInThisPhase;
        if (HasLimit(slot) && store.IsOutsideStaticBand(price))
            return RejectReason.PriceBand;
        if (!lists.AreLegsInOrder(slot))
            return RejectReason.ListPrices;
        if (kept.Type == OrderType.Pegged)
        {
            return kept.TimeInForce == TimeInForce.ImmediateOrCancel && pegs.PriceOf(slot) == 0
                ? RejectReason.PegNoReference
                : RejectReason.None;
        }

        var comesIn = kept.Type == OrderType.Limit
            && kept.TimeInForce is not (TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            && (kept.TimeInForce != TimeInForce.AtTheClose || store.Phase == TradingPhase.Closing);
        return comesIn
            ? checks.CheckPlace(slot, store.Entries[slot].Leaves, slides: true, ref price) : RejectReason.None;
    }

    /// <summary>Returns true if its price is a limit or a cap, not a protection or the bound of a limit.</summary>
    private bool HasLimit(int slot) => !store.IsMarketNow(slot)
        && !(store.ConditionsOf(slot).Type == OrderType.TrailingStopLimit && !store.ConditionsOf(slot).Triggered);
}
