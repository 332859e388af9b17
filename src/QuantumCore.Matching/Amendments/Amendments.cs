using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Changes open orders (RULES 10).</summary>
internal sealed class Amendments(
    OrderStore store, AmendmentChecks amendmentChecks, OrderEndings endings, TakerPhase takers, PegMovement pegMoves,
    Pegs pegs, OrderLists lists, Triggers triggers, Expiries expiries, AllOrNoneWatch allOrNone)
{
    public void Apply(int slot, Amendment amendment, long price)
    {
        var total = amendment.TotalLots ?? store.Entries[slot].TotalLots;
        if (amendment.TotalLots is not null && total <= store.Done(slot))
        {
            endings.End(slot, EndReason.Amended);
            return;
        }

        var loses = amendmentChecks.Loses(slot, amendment);
        var moves = loses && store.Entries[slot].Place == OrderPlace.Resting;
        if (moves)
            endings.Leave(slot);
        if (store.Has(slot, Traits.Conditional))
            ChangeConditions(slot, amendment, price);
        var sized = total - store.Entries[slot].TotalLots;
        SetTotal(slot, total);
        if (loses && !moves)
            store.Entries[slot].Priority = store.NextPriority++;
        var at = moves
            ? (store.Has(slot, Traits.Peg) ? pegs.PriceOf(slot) : store.IsMarketNow(slot) ? 0 : price)
            : store.PriceNow(slot);
        TellAmended(slot, at, loses);
        var sibling = sized == 0 ? 0 : lists.Sibling(slot);
        var siblingPrice = sibling == 0 ? 0 : store.PriceNow(sibling);
        // At most one of two legs rests; the other waits for its trigger.
        var siblingMoves = sibling != 0 && ResizeSibling(sibling, total);
        if (moves)
            pegMoves.Reenter(slot, price);
        if (siblingMoves)
            takers.Enter(sibling, siblingPrice);
    }

    /// <summary>Gives the other leg the same total (RULES 9.3).</summary>
    /// <returns>True if it left the book for that and has to enter again.</returns>
    private bool ResizeSibling(int sibling, long total)
    {
        var loses = total > store.Entries[sibling].TotalLots && store.HasPriority(sibling);
        var moves = loses && store.Entries[sibling].Place == OrderPlace.Resting;
        var price = store.PriceNow(sibling);
        if (moves)
            endings.Leave(sibling);
        else if (loses)
            store.Entries[sibling].Priority = store.NextPriority++;
        SetTotal(sibling, total);
        TellAmended(sibling, price, loses);
        return moves;
    }

    /// <summary>Reduces an order, and its sibling with it.</summary>
    public void Resize(int slot, long total)
    {
        if (total <= store.Done(slot))
        {
            endings.End(slot, EndReason.Amended);
            return;
        }

        var changes = total != store.Entries[slot].TotalLots;
        SetTotal(slot, total);
        TellAmended(slot, store.PriceNow(slot), loses: false);
        if (changes && lists.Sibling(slot) is not 0 and var sibling)
            _ = ResizeSibling(sibling, total);
    }

    public void SetTotal(int slot, long total)
    {
        ref var entry = ref store.Entries[slot];
        var change = total - store.Entries[slot].TotalLots;
        var counted = store.Counted(slot);
        store.Entries[slot].TotalLots = total;
        entry.Leaves += change;
        if ((entry.Traits & Traits.Conditional) != 0)
            store.ConditionalLots += change;
        if ((entry.Traits & Traits.Iceberg) != 0)
        {
            // The reserve shrinks first. The displayed part shrinks only if nothing else is left or the display is
            // smaller.
            ref var kept = ref store.ConditionsOf(slot);
            kept.Shown = Math.Min(kept.Shown, Math.Min(kept.Display, entry.Leaves));
        }

        if (entry.Place != OrderPlace.Resting)
            return;

        store.Ladder[entry.Level].Lots += store.Counted(slot) - counted;
        // It may now be filled whole, or complete another: both sides are checked as if it had just entered (RULES
        // 4.6).
        if ((entry.Traits & Traits.AllOrNone) != 0 && change < 0)
        {
            allOrNone.NoteAdded(IndexOf(entry.Side) ^ 1, store.Ladder.PriceOf(entry.Level));
            allOrNone.NoteAdded(IndexOf(entry.Side), store.Ladder.PriceOf(entry.Level));
        }
    }

    private void ChangeConditions(int slot, Amendment amendment, long price)
    {
        ref var kept = ref store.ConditionsOf(slot);
        if (amendment.PriceTicks is not null)
            kept.Price = price;
        // A parked peg may be able to rest at another cap.
        if (store.Has(slot, Traits.Peg))
            pegs.ForgetQuotes();
        if (amendment.DisplayLots is { } display)
        {
            var counted = store.Counted(slot);
            kept.Display = display;
            kept.Shown = Math.Min(kept.Shown, display);
            if (store.Entries[slot].Place == OrderPlace.Resting)
                store.Ladder[store.Entries[slot].Level].Lots += store.Counted(slot) - counted;
        }

        if (amendment.ExpiryNanos is { } expiry && expiry != kept.Expiry)
        {
            kept.Expiry = expiry;
            expiries.Add(store.Entries[slot].Id, expiry);
        }

        ChangeTrigger(slot, amendment);
    }

    private void ChangeTrigger(int slot, Amendment amendment)
    {
        ref var kept = ref store.ConditionsOf(slot);
        var before = kept.Trigger;
        var after = amendment.TriggerTicks ?? before;
        if (AmendmentChecks.ChangesTrail(in kept, amendment))
        {
            kept.TrailTicks = amendment.TrailTicks ?? kept.TrailTicks;
            kept.TrailBasisPoints = amendment.TrailBasisPoints ?? kept.TrailBasisPoints;
            kept.Peak = triggers.PeakNow(slot);
            kept.Follows |= kept.Peak != 0;
            if (kept.Peak != 0)
                after = Triggers.TrailFrom(in kept, store.Entries[slot].Side == Side.Sell);
        }

        if (after == before)
            return;

        var armed = store.Entries[slot].Place == OrderPlace.Armed;
        if (armed)
            triggers.LeaveTrigger(slot);
        kept.Trigger = after;
        if (!armed)
            return;

        triggers.SetDue(slot, false);
        kept.ArmedAtPrint = triggers.NextPrint;
        triggers.StandAtTrigger(slot);
    }

    public void TellAmended(int slot, long price, bool loses)
    {
        ref var entry = ref store.Entries[slot];
        store.Append(
            BookEventKind.Amended, entry.Side, EndReason.None, entry.Id, price, store.Entries[slot].TotalLots,
            entry.Leaves);
        var shown = entry.Place == OrderPlace.Resting && (entry.Traits & (Traits.Hidden | Traits.MarketOrder)) == 0;
        store.Told.MakerLeavesLots = shown ? store.Counted(slot) : 0;
        store.Told.Detail = loses ? (byte)1 : (byte)0;
    }
}
