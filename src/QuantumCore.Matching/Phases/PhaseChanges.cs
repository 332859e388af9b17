using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Trading phases and the orders that each of them ends, parks or releases (RULES 13).</summary>
internal sealed class PhaseChanges(
    OrderStore store, Auction auction, OrderEndings endings, TakerPhase takers, PegMovement pegMoves, Pegs pegs,
    OffLadderOrders waiting, AllOrNoneWatch allOrNone, OrderIntake intake, Settling settling)
{
    public void ChangePhase(TradingPhase phase)
    {
        if (Uncrosses(store.Phase, phase))
        {
            var outcome = auction.Uncross();
            if (outcome == AuctionOutcome.Extended)
                return;

            EndLeftovers();
            if (outcome == AuctionOutcome.Confined && phase == TradingPhase.Continuous && auction.IsCrossed())
                phase = TradingPhase.Halt;
        }
        else if (phase == TradingPhase.Closed)
        {
            EndLeftovers(held: true);
        }

        auction.Extensions = 0;
        EnterPhase(phase);
    }

    private void EnterPhase(TradingPhase phase)
    {
        var brokenOff = store.Phase == TradingPhase.Closing && phase != TradingPhase.Closed;
        store.Phase = phase;
        store.Mind(SlowPath.Phase, phase != TradingPhase.Continuous);
        store.Append(BookEventKind.PhaseChanged, default, EndReason.None, 0, 0, 0, 0);
        store.Told.Detail = (byte)phase;
        auction.MustTell = Auction.IsCall(phase);
        if (phase == TradingPhase.Closing)
            ReleaseHeld();
        if (brokenOff)
            HoldAgain();
        if (phase != TradingPhase.Continuous)
            pegMoves.ParkAll();
        if (phase == TradingPhase.Closed)
            EndDay();
        else if (phase == TradingPhase.Continuous)
            ResumeMatching();
    }

    /// <summary>Resumes matching: pegs return first, then whatever else waited (RULES 3.2).</summary>
    private void ResumeMatching()
    {
        allOrNone.NoteAllAdded();
        pegs.ForgetQuotes();
        _ = pegMoves.Reprice();
    }

    /// <summary>Enters the orders that waited for the closing auction, by id, with the priority they had.</summary>
    private void ReleaseHeld()
    {
        waiting.Held.Sort((a, b) => store.Entries[a].Id.CompareTo(store.Entries[b].Id));
        foreach (var slot in waiting.Held)
        {
            if (store.IsMarketNow(slot))
                takers.RestMarketOrder(slot);
            else
                takers.PutByPriority(slot, store.ConditionsOf(slot).Price);
        }

        waiting.Held.Clear();
    }

    /// <summary>
    /// Handles a closing auction that was broken off: its orders wait for the next one, with their priority, and take
    /// no part in an auction before it.
    /// </summary>
    private void HoldAgain()
    {
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            if (store.Entries[slot].Id != 0 && store.Entries[slot].Place == OrderPlace.Resting
                && store.Has(slot, Traits.AtTheClose))
                waiting.Held.Add(slot);
        }

        waiting.Held.Sort((a, b) => store.Entries[a].Id.CompareTo(store.Entries[b].Id));
        foreach (var slot in waiting.Held)
        {
            endings.LeaveBook(slot);
            store.ConditionsOf(slot).Shown = 0;
            pegMoves.Park(slot, OrderPlace.Held);
        }
    }

    /// <summary>Ends market orders and orders for one auction only, after that auction.</summary>
    private void EndLeftovers(bool held = false)
    {
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            ref var entry = ref store.Entries[slot];
            if (entry.Id == 0 || (entry.Place != OrderPlace.Resting && !(held && entry.Place == OrderPlace.Held)))
                continue;

            var reason = (entry.Traits & Traits.AtTheOpening) != 0 ? EndReason.AtTheOpening
                : (entry.Traits & Traits.AtTheClose) != 0 ? EndReason.AtTheClose
                : (entry.Traits & Traits.MarketOrder) != 0 ? EndReason.AuctionEnd
                : EndReason.None;
            if (reason != EndReason.None)
                endings.Choose(slot, reason);
        }

        endings.EndAllById();
    }

    private void EndDay()
    {
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            if (store.Entries[slot].Id != 0 && store.Has(slot, Traits.Day))
                endings.Choose(slot, EndReason.Day);
        }

        endings.EndAllById();
    }

    /// <summary>Sends the symbol to an auction after a matching phase hit the dynamic band (RULES 3, 12.3).</summary>
    public void StopAtBand()
    {
        EnterPhase(TradingPhase.Volatility);
        while (waiting.Awaiting.TryDequeue(out var id))
        {
            if (store.FindOpen(id, out var slot) == RejectReason.None)
                EnterCallPhase(slot);
        }
    }

    /// <summary>Enters an order that waited for its taker phase into the call phase, if that can hold it.</summary>
    private void EnterCallPhase(int slot)
    {
        ref var entry = ref store.Entries[slot];
        ref var kept = ref store.ConditionsOf(slot);
        var isChild = entry.Place == OrderPlace.Pending;
        if (isChild)
            settling.BeginActive(slot);
        var impossible = !store.IsWaitingStop(slot)
            && (kept.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill
                || kept.Minimum != 0 || (entry.Traits & (Traits.PostOnly | Traits.AllOrNone)) != 0);
        var price = kept.Price;
        if (impossible)
        {
            endings.End(slot, EndReason.Session);
        }
        else if (isChild && settling.CheckChild(slot, ref price) is not RejectReason.None and var refusal)
        {
            endings.End(slot, EndReason.List, refusal);
        }
        else if (isChild && settling.HasPassed(slot))
        {
            // From here on it is treated like orders that had triggered before the band stopped them.
            settling.Trigger(slot);
            EnterCallPhase(slot);
        }
        else
        {
            if (isChild && kept.Type == OrderType.Limit)
                store.Told.PriceTicks = price;
            _ = intake.Start(slot, price);
        }
    }

    private static bool Uncrosses(TradingPhase from, TradingPhase to) => from switch
    {
        TradingPhase.Opening or TradingPhase.Volatility => to == TradingPhase.Continuous,
        TradingPhase.Closing => to == TradingPhase.Closed,
        _ => false,
    };
}
