using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Adjusts all open orders for a corporate action (RISK 11).</summary>
internal sealed class Adjustments(
    OrderStore store, OrderEndings endings, TakerPhase takers, Amendments amendments, Triggers triggers, Pegs pegs)
{
    /// <summary>An order that moves to its new price, and the values that determine its queue position.</summary>
    private readonly record struct Adjusted(int Slot, int Side, long PriceKey, long Priority, long PriceTicks);

    public Int128 LotsAfter(in OrderAdjustment adjustment, long lowest)
    {
        Int128 lots = 0;
        for (var slot = 1; slot < store.EntriesUsed; slot++)
            lots += store.Entries[slot].Id != 0 && CanFollow(slot, in adjustment, lowest)
                ? TotalAfter(slot, in adjustment)
                : 0;
        return lots;
    }

    public void EndWhatCannotFollow(in OrderAdjustment adjustment, long lowest)
    {
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            if (store.Entries[slot].Id != 0 && !CanFollow(slot, in adjustment, lowest))
                endings.Choose(slot, EndReason.CorporateAction);
        }

        endings.ChooseRelatives();
        endings.EndAll();
    }

    private bool CanFollow(int slot, in OrderAdjustment adjustment, long lowest)
    {
        if (adjustment.EndsAll || store.IsLeg(slot))
            return false;
        if (adjustment.IsSplit && !ScalesWhole(slot))
            return false;
        if (!Changes(slot, in adjustment))
            return true;

        if (TotalAfter(slot, in adjustment) > Instrument.QuantityLotsLimit)
            return false;
        if (!store.Has(slot, Traits.Conditional))
            return StaysAPrice(slot, store.PriceNow(slot), in adjustment, lowest);

        ref var kept = ref store.ConditionsOf(slot);
        return StaysAPrice(slot, kept.Price, in adjustment, lowest)
            && (!store.IsWaitingStop(slot) || StaysAPrice(
                slot, OrderRules.IsTrailing(kept.Type) ? triggers.PeakNow(slot) : kept.Trigger, in adjustment, lowest));
    }

    private bool StaysAPrice(int slot, long price, in OrderAdjustment adjustment, long lowest) =>
        price == 0 || adjustment.PriceOf(store.Entries[slot].Side, price) >= lowest;

    /// <summary>Returns true if the order's terms are only its own prices and lots.</summary>
    private bool ScalesWhole(int slot)
    {
        if (!store.Has(slot, Traits.Conditional))
            return true;

        ref var kept = ref store.ConditionsOf(slot);
        return kept.List == 0 && kept.Type != OrderType.Pegged
            && (store.IsWaitingStop(slot) ? !OrderRules.IsTrailing(kept.Type) : !OrderRules.IsMarket(kept.Type));
    }

    private bool Changes(int slot, in OrderAdjustment adjustment) => adjustment.IsSplit || FallsWithPrice(slot);

    /// <summary>Returns true if the order waits for a price fall, so that its price falls with a dividend.</summary>
    private bool FallsWithPrice(int slot)
    {
        var side = store.Entries[slot].Side;
        if (!store.Has(slot, Traits.Conditional))
            return side == Side.Buy;

        ref var kept = ref store.ConditionsOf(slot);
        if (kept.KeepsPrice)
            return false;
        if (store.IsWaitingStop(slot))
            return !Triggers.RisesTo(side, kept.Type);
        return side == Side.Buy && !OrderRules.IsMarket(kept.Type)
            && (kept.Type != OrderType.Pegged || kept.Price != 0);
    }

    private Int128 TotalAfter(int slot, in OrderAdjustment adjustment) =>
        (Int128)store.Done(slot) + adjustment.LotsOf(store.Entries[slot].Leaves);

    public void Adjust(in OrderAdjustment adjustment)
    {
        var changing = new List<int>();
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            if (store.Entries[slot].Id != 0 && Changes(slot, in adjustment))
                changing.Add(slot);
        }

        changing.Sort((a, b) => store.Entries[a].Id.CompareTo(store.Entries[b].Id));
        var line = new List<Adjusted>();
        foreach (var slot in changing)
        {
            var side = store.Entries[slot].Side;
            var (before, after) = (store.PriceNow(slot), adjustment.PriceOf(side, store.PriceNow(slot)));
            if (store.HasPriority(slot) && !store.Has(slot, Traits.Peg))
            {
                var key = SignedPriceKey(IndexOf(side) ^ 1, before);
                line.Add(new Adjusted(slot, IndexOf(side), key, store.Entries[slot].Priority, after));
            }

            AdjustOne(slot, in adjustment, after);
        }

        line.Sort(static (a, b) => a.Side != b.Side ? a.Side.CompareTo(b.Side)
            : a.PriceKey != b.PriceKey ? a.PriceKey.CompareTo(b.PriceKey)
            : a.Priority.CompareTo(b.Priority));
        foreach (var (slot, _, _, _, price) in line)
        {
            if (store.Entries[slot].Place == OrderPlace.Held)
                store.Entries[slot].Priority = store.NextPriority++;
            else
                takers.PutLast(slot, price);
        }
    }

    /// <summary>
    /// Gives an order its new values in place. A resting one leaves the book for it; a peg moves when the book settles.
    /// </summary>
    private void AdjustOne(int slot, in OrderAdjustment adjustment, long price)
    {
        ref var entry = ref store.Entries[slot];
        var leaves = entry.Place == OrderPlace.Resting && !store.Has(slot, Traits.Peg);
        if (leaves)
            endings.Leave(slot);
        amendments.SetTotal(slot, (long)TotalAfter(slot, in adjustment));
        if (store.Has(slot, Traits.Conditional))
            AdjustConditions(slot, in adjustment);
        amendments.TellAmended(slot, leaves ? price : store.PriceNow(slot), leaves);
    }

    private void AdjustConditions(int slot, in OrderAdjustment adjustment)
    {
        ref var entry = ref store.Entries[slot];
        ref var kept = ref store.ConditionsOf(slot);
        kept.Price = adjustment.PriceOf(entry.Side, kept.Price);
        kept.Minimum = adjustment.LotsOf(kept.Minimum);
        if (store.Has(slot, Traits.Iceberg))
            kept.Display = adjustment.DisplayOf(kept.Display, entry.TotalLots);
        if (store.Has(slot, Traits.Peg))
            pegs.ForgetQuotes();
        if (!store.IsWaitingStop(slot))
            return;

        var isArmed = entry.Place == OrderPlace.Armed;
        if (isArmed)
        {
            triggers.LeaveTrigger(slot);
            // Earlier prints and marks are prices before the adjustment: apply them now, because they cannot count
            // later (RULES 7.5, 7.7, 7.8).
            triggers.FollowUnseen(slot);
        }

        kept.Peak = adjustment.PriceOf(entry.Side, kept.Peak);
        kept.Trigger = !OrderRules.IsTrailing(kept.Type) ? adjustment.PriceOf(entry.Side, kept.Trigger)
            : kept.Peak == 0 ? 0
            : Triggers.TrailFrom(in kept, entry.Side == Side.Sell);
        if (!isArmed)
            return;

        kept.ArmedAtPrint = triggers.NextPrint;
        triggers.StandAtTrigger(slot);
    }

    public void AdjustReferences(in OrderAdjustment adjustment)
    {
        store.LastPriceTicks = ReferenceAfter(store.LastPriceTicks, in adjustment);
        store.MarkPriceTicks = ReferenceAfter(store.MarkPriceTicks, in adjustment);
        store.ReferencePriceTicks = ReferenceAfter(store.ReferencePriceTicks, in adjustment);
    }

    // Reference prices favour nobody: rounded down, but at least one tick.
    private static long ReferenceAfter(long price, in OrderAdjustment adjustment) =>
        price == 0 ? 0 : Math.Clamp(adjustment.PriceOf(Side.Buy, price), 1, Instrument.PriceTicksLimit);
}
