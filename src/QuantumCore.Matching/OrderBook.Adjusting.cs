using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// Adjustment of all open orders for a corporate action in one command (RISK 11).
public sealed partial class OrderBook
{
    /// <summary>An order that moves to its new price, and the values that determine its queue position.</summary>
    private readonly record struct Adjusted(int Slot, int Side, long Reach, long Priority, long PriceTicks);

    /// <summary>
    /// Adjusts every open order. First, orders that cannot follow end (Ended, CorporateAction). Then changed orders are
    /// reported by id (Amended). Then orders that rested before rest again (Rested): buys first, by old price, then by
    /// old time.
    /// </summary>
    /// <remarks>
    /// <para>A split needs a halted or closed book. Limits, stops and take-profits follow it, with any time in force
    /// and display. Orders of lists, trailing stops, pegs, market orders and legs end. The last, mark and reference
    /// prices are converted to new units.</para>
    /// <para>A dividend lowers the prices that a price fall would reach: those of buys, except buys that wait for a
    /// rise, and those of sells that wait for a fall. All others stay, and so do orders that must not be reduced. Legs
    /// end.</para>
    /// <para>An order ends if one of its prices would fall below the lowest, or if its lots would exceed the maximum.
    /// Reject reasons: BadRequest (an adjustment out of range), TimeRegression, NotInThisPhase (a split outside of Halt
    /// and Closed), Overflow (more lots than <see cref="OrderStore.MaxConditionalLots"/>).</para>
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="adjustment">The adjustment of prices and lots.</param>
    /// <param name="lowestTicks">
    /// Lowest price of an order, in ticks, from 1; the book's rules apply if theirs is higher.
    /// </param>
    public RejectReason Adjust(long timeNanos, in OrderAdjustment adjustment, long lowestTicks = 1)
    {
        var reject =
            BeginAt(timeNanos, adjustment.IsValid && lowestTicks >= 1 ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;
        if (adjustment.IsSplit && PhaseRefusal() == RejectReason.None)
            return Refuse(RejectReason.NotInThisPhase);
        var lowest = Math.Max(lowestTicks, Rules.MinPriceTicks);
        if (adjustment.IsSplit && !adjustment.EndsAll && LotsAfter(in adjustment, lowest) > MaxConditionalLots)
            return Refuse(RejectReason.Overflow);

        // Point of no return.
        LastTimeNanos = timeNanos;
        EndWhatCannotFollow(in adjustment, lowest);
        AdjustOrders(in adjustment);
        if (adjustment.IsSplit)
            AdjustReferences(in adjustment);
        Conclude();
        return RejectReason.None;
    }

    private Int128 LotsAfter(in OrderAdjustment adjustment, long lowest)
    {
        Int128 lots = 0;
        for (var slot = 1; slot < EntriesUsed; slot++)
            lots += Entries[slot].Id != 0 && CanFollow(slot, in adjustment, lowest)
                ? TotalAfter(slot, in adjustment)
                : 0;
        return lots;
    }

    private void EndWhatCannotFollow(in OrderAdjustment adjustment, long lowest)
    {
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id != 0 && !CanFollow(slot, in adjustment, lowest))
                Choose(slot, EndReason.CorporateAction);
        }

        ChooseRelatives();
        EndAll();
    }

    private bool CanFollow(int slot, in OrderAdjustment adjustment, long lowest)
    {
        if (adjustment.EndsAll || IsLeg(slot))
            return false;
        if (adjustment.IsSplit && !ScalesWhole(slot))
            return false;
        if (!Changes(slot, in adjustment))
            return true;

        if (TotalAfter(slot, in adjustment) > Instrument.QuantityLotsLimit)
            return false;
        if (!Has(slot, Traits.Conditional))
            return StaysAPrice(slot, PriceNow(slot), in adjustment, lowest);

        ref var kept = ref ConditionsOf(slot);
        return StaysAPrice(slot, kept.Price, in adjustment, lowest)
            && (!IsWaitingStop(slot) || StaysAPrice(
                slot, OrderRules.IsTrailing(kept.Type) ? PeakNow(slot) : kept.Trigger, in adjustment, lowest));
    }

    private bool StaysAPrice(int slot, long price, in OrderAdjustment adjustment, long lowest) =>
        price == 0 || adjustment.PriceOf(Entries[slot].Side, price) >= lowest;

    /// <summary>Returns true if the order's terms are only its own prices and lots.</summary>
    private bool ScalesWhole(int slot)
    {
        if (!Has(slot, Traits.Conditional))
            return true;

        ref var kept = ref ConditionsOf(slot);
        return kept.List == 0 && kept.Type != OrderType.Pegged
            && (IsWaitingStop(slot) ? !OrderRules.IsTrailing(kept.Type) : !OrderRules.IsMarket(kept.Type));
    }

    private bool Changes(int slot, in OrderAdjustment adjustment) => adjustment.IsSplit || FallsWithPrice(slot);

    /// <summary>Returns true if the order waits for a price fall, so that its price falls with a dividend.</summary>
    private bool FallsWithPrice(int slot)
    {
        var side = Entries[slot].Side;
        if (!Has(slot, Traits.Conditional))
            return side == Side.Buy;

        ref var kept = ref ConditionsOf(slot);
        if (kept.KeepsPrice)
            return false;
        if (IsWaitingStop(slot))
            return !RisesTo(side, kept.Type);
        return side == Side.Buy && !OrderRules.IsMarket(kept.Type)
            && (kept.Type != OrderType.Pegged || kept.Price != 0);
    }

    private Int128 TotalAfter(int slot, in OrderAdjustment adjustment) =>
        (Int128)Done(slot) + adjustment.LotsOf(Entries[slot].Leaves);

    private void AdjustOrders(in OrderAdjustment adjustment)
    {
        var changing = new List<int>();
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id != 0 && Changes(slot, in adjustment))
                changing.Add(slot);
        }

        changing.Sort((a, b) => Entries[a].Id.CompareTo(Entries[b].Id));
        var line = new List<Adjusted>();
        foreach (var slot in changing)
        {
            var side = Entries[slot].Side;
            var (before, after) = (PriceNow(slot), adjustment.PriceOf(side, PriceNow(slot)));
            if (HasPriority(slot) && !Has(slot, Traits.Peg))
                line.Add(
                    new Adjusted(
                        slot, IndexOf(side), Toward(IndexOf(side) ^ 1, before), Entries[slot].Priority, after));
            AdjustOne(slot, in adjustment, after);
        }

        line.Sort(static (a, b) => a.Side != b.Side ? a.Side.CompareTo(b.Side)
            : a.Reach != b.Reach ? a.Reach.CompareTo(b.Reach)
            : a.Priority.CompareTo(b.Priority));
        foreach (var (slot, _, _, _, price) in line)
        {
            if (Entries[slot].Place == OrderPlace.Held)
                Entries[slot].Priority = NextPriority++;
            else
                PutLast(slot, price);
        }
    }

    /// <summary>
    /// Gives an order its new values in place. A resting one leaves the book for it; a peg moves when the book settles.
    /// </summary>
    private void AdjustOne(int slot, in OrderAdjustment adjustment, long price)
    {
        ref var entry = ref Entries[slot];
        var leaves = entry.Place == OrderPlace.Resting && !Has(slot, Traits.Peg);
        if (leaves)
            Leave(slot);
        SetTotal(slot, (long)TotalAfter(slot, in adjustment));
        if (Has(slot, Traits.Conditional))
            AdjustConditions(slot, in adjustment);
        TellAmended(slot, leaves ? price : PriceNow(slot), leaves);
    }

    private void AdjustConditions(int slot, in OrderAdjustment adjustment)
    {
        ref var entry = ref Entries[slot];
        ref var kept = ref ConditionsOf(slot);
        kept.Price = adjustment.PriceOf(entry.Side, kept.Price);
        kept.Minimum = adjustment.LotsOf(kept.Minimum);
        if (Has(slot, Traits.Iceberg))
            kept.Display = adjustment.DisplayOf(kept.Display, entry.TotalLots);
        if (Has(slot, Traits.Peg))
            ForgetQuotes();
        if (!IsWaitingStop(slot))
            return;

        var isArmed = entry.Place == OrderPlace.Armed;
        if (isArmed)
        {
            LeaveTrigger(slot);
            // Earlier prints and marks are prices before the adjustment: apply them now, because they cannot count
            // later (RULES 7.5, 7.7, 7.8).
            FollowUnseen(slot);
        }

        kept.Peak = adjustment.PriceOf(entry.Side, kept.Peak);
        kept.Trigger = !OrderRules.IsTrailing(kept.Type) ? adjustment.PriceOf(entry.Side, kept.Trigger)
            : kept.Peak == 0 ? 0
            : TrailFrom(in kept, entry.Side == Side.Sell);
        if (!isArmed)
            return;

        kept.ArmedAtPrint = NextPrint;
        StandAtTrigger(slot);
    }

    private void AdjustReferences(in OrderAdjustment adjustment)
    {
        LastPriceTicks = ReferenceAfter(LastPriceTicks, in adjustment);
        MarkPriceTicks = ReferenceAfter(MarkPriceTicks, in adjustment);
        ReferencePriceTicks = ReferenceAfter(ReferencePriceTicks, in adjustment);
    }

    // Reference prices favour nobody: rounded down, but at least one tick.
    private static long ReferenceAfter(long price, in OrderAdjustment adjustment) =>
        price == 0 ? 0 : Math.Clamp(adjustment.PriceOf(Side.Buy, price), 1, Instrument.PriceTicksLimit);
}
