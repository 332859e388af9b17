using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Taker phases: an order meets the book, and its remainder rests or ends (RULES 3, 4).</summary>
internal sealed class TakerPhase(
    OrderStore store, Matcher matcher, OrderEndings endings, Triggers triggers, AllOrNoneWatch allOrNone)
{
    /// <summary>Called when the dynamic band stopped an order and sends the symbol to an auction.</summary>
    public Action BandReached { private get; set; } =
        static () => throw new InvalidOperationException("Nobody follows the dynamic band.");

    /// <summary>Runs one taker phase: an order without a place meets the book, and its remainder rests.</summary>
    /// <param name="slot">Slot of the order.</param>
    /// <param name="price">Its limit, in ticks; for a market order its protection price, 0 for none.</param>
    public void Enter(int slot, long price)
    {
        store.Entries[slot].Place = OrderPlace.Entering;
        store.EnteringSlot = slot;
        store.EnteringPrice = price;
        if (store.Phase == TradingPhase.Continuous)
            MeetOthers(slot, price);
        else
            Collect(slot, price);
        store.EnteringSlot = 0;
    }

    public bool Wake(int slot, long price)
    {
        var taker = matcher.TakerFor(slot, price);
        if (!matcher.WouldTrade(in taker, taker.Leaves))
            return false;

        triggers.BeginPrints();
        endings.Leave(slot);
        store.EnteringSlot = slot;
        store.EnteringPrice = price;
        matcher.Match<Execution>(ref taker);
        Finish(ref taker, price);
        store.EnteringSlot = 0;
        return true;
    }

    private void MeetOthers(int slot, long price)
    {
        triggers.BeginPrints();
        var taker = matcher.TakerFor(slot, price);
        if (!PassesConditions(slot, price, in taker))
            return;

        matcher.Match<Execution>(ref taker);
        Finish(ref taker, price);
    }

    /// <summary>Decides fill or kill, all or none, and minimum quantity by a dry run (RULES 4.3).</summary>
    private bool PassesConditions(int slot, long price, in Taker taker)
    {
        if (!store.Has(slot, Traits.Conditional))
            return true;

        ref var kept = ref store.ConditionsOf(slot);
        var kills = kept.TimeInForce == TimeInForce.FillOrKill
            || (store.Has(slot, Traits.AllOrNone)
                && (store.IsMarketNow(slot) || kept.TimeInForce == TimeInForce.ImmediateOrCancel));
        var whole = kills || store.Has(slot, Traits.AllOrNone);
        var least = whole ? taker.Leaves : kept.Minimum;
        kept.Minimum = 0;
        if (least == 0 || matcher.WouldTrade(in taker, least))
            return true;

        if (whole && !kills)
            PutLast(slot, price);
        else
            endings.End(slot, whole ? EndReason.FillOrKill : EndReason.MinimumQuantity);
        return false;
    }

    /// <summary>Handles the remainder of an order after the matching loop.</summary>
    private void Finish(ref Taker taker, long price)
    {
        if (taker.Ended)
        {
            AfterBand(in taker);
            return;
        }

        var slot = taker.Slot;
        ref var entry = ref store.Entries[slot];
        if (taker.Amount >= 0)
            store.ConditionsOf(slot).Amount = taker.Amount;
        else
            entry.Leaves = taker.Leaves;
        if (taker.Leaves == 0 || taker.Amount == 0)
        {
            entry.Leaves = 0;
            endings.Complete(slot);
            return;
        }

        var reason = ReasonToEnd(in taker);
        if (reason == EndReason.None)
            PutLast(slot, price);
        else
            endings.End(slot, reason);
        AfterBand(in taker);
    }

    private void AfterBand(in Taker taker)
    {
        if (taker.Stop == EndReason.Band && store.Rules.DynamicBandMode == BandMode.Auction)
            BandReached();
    }

    private EndReason ReasonToEnd(in Taker taker)
    {
        var slot = taker.Slot;
        var time = store.Has(slot, Traits.Conditional)
            ? store.ConditionsOf(slot).TimeInForce : TimeInForce.GoodTillCancel;
        var endsNow = time is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
        if (taker.Stop == EndReason.Band)
        {
            return store.Rules.DynamicBandMode == BandMode.Auction && !endsNow && !store.IsMarketNow(slot)
                ? EndReason.None
                : EndReason.Band;
        }

        if (store.IsMarketNow(slot))
            return taker.Stop == EndReason.None ? EndReason.NoLiquidity : taker.Stop;
        return endsNow ? EndReason.ImmediateOrCancel : EndReason.None;
    }

    /// <summary>Enters an order in a call phase, without matching.</summary>
    private void Collect(int slot, long price)
    {
        if (!store.IsMarketNow(slot))
        {
            PutLast(slot, price);
            return;
        }

        store.Entries[slot].Priority = store.NextPriority++;
        RestMarketOrder(slot);
    }

    /// <summary>Puts a market order among those that wait for an auction, by its priority.</summary>
    public void RestMarketOrder(int slot)
    {
        ref var entry = ref store.Entries[slot];
        entry.Traits |= Traits.MarketOrder;
        entry.Place = OrderPlace.Resting;
        var side = MarketOrders + IndexOf(entry.Side);
        store.EnqueueBehind(slot, store.LastBefore(slot, side, 1), side, 1, entry.Leaves);
        store.Append(BookEventKind.Rested, entry.Side, EndReason.None, entry.Id, 0, entry.Leaves, entry.Leaves);
        store.Told.Detail = 2;
    }

    /// <summary>Puts an order into the book, last at its price.</summary>
    public void PutLast(int slot, long price)
    {
        store.Entries[slot].Priority = store.NextPriority++;
        PutByPriority(slot, price);
    }

    /// <summary>Puts an order into the book by its priority.</summary>
    public void PutByPriority(int slot, long price)
    {
        ref var entry = ref store.Entries[slot];
        entry.Place = OrderPlace.Resting;
        var side = IndexOf(entry.Side);
        var hidden = (entry.Traits & Traits.Hidden) != 0;
        var counted = hidden ? entry.Leaves : store.Show(slot);
        var tree = hidden ? side + Hidden : side;
        store.EnqueueBehind(slot, store.LastBefore(slot, tree, price), tree, price, counted);
        store.Append(BookEventKind.Rested, entry.Side, EndReason.None, entry.Id, price, hidden
            ? 0 : counted, entry.Leaves);
        if (hidden)
        {
            store.Told.Detail = 1;
            store.SlowPathReasons |= SlowPath.HiddenOrders;
        }

        if (store.AllOrNoneCount > 0)
        {
            allOrNone.NoteAdded(side, price);
            allOrNone.Supply.NoteAdded(side, entry.Leaves);
        }

        if ((entry.Traits & Traits.AllOrNone) != 0)
            allOrNone.Count(1);
    }
}
