using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Checks of amendments before their point of no return (RULES 2, 10). None leaves the book changed.</summary>
internal sealed class AmendmentChecks(
    OrderStore store, EntryChecks checks, OrderLists lists, Triggers triggers, Pegs pegs)
{
    /// <summary>Place of a resting order; side -1 if it did not rest.</summary>
    private readonly record struct PlaceInLine(int Side, long PriceTicks, int Before, long Lots);

    public RejectReason JudgeChange(long orderId, Amendment amendment, out int slot)
    {
        var reject = store.FindOpen(orderId, out slot);
        if (reject != RejectReason.None)
            return reject;
        return amendment.ExpectedLeavesLots is { } expected && expected != store.Entries[slot].Leaves
            ? RejectReason.StaleLeaves
            : CheckAmendmentAlone(slot, amendment);
    }

    public RejectReason JudgeReduction(long orderId, long total, out int slot)
    {
        var reject = store.FindOpen(orderId, out slot);
        if (reject == RejectReason.None && store.IsLeg(slot))
            return RejectReason.InvalidCombination;
        return reject == RejectReason.None
            && !(IsTotalAllowed(slot, total) && CanShow(slot, total, null) && CanShow(lists.Sibling(slot), total, null))
            ? RejectReason.InvalidQuantity
            : reject;
    }

    private bool IsTotalAllowed(int slot, long total)
    {
        if (total is < 0 or > Instrument.QuantityLotsLimit)
            return false;
        if (!store.Has(slot, Traits.Conditional))
            return true;

        ref var kept = ref store.ConditionsOf(slot);
        // The other leg's minimum quantity counts too, because both have the same total.
        var least =
            Math.Max(kept.Minimum, lists.Sibling(slot) is not 0 and var sibling
                ? store.ConditionsOf(sibling).Minimum : 0);
        if (total < least && total > store.Done(slot))
            return false;
        // An order that has already traded the new total ends, and its children with it (RULES 10.3).
        if (kept.Role != ListRole.Parent || total == store.Entries[slot].TotalLots || total <= store.Done(slot))
            return true;
        var child = lists.At(kept.List).FirstLeg != 0 ? lists.At(kept.List).FirstLeg : lists.At(kept.List).SecondLeg;
        return child == 0 || total >= store.Entries[child].TotalLots;
    }

    private RejectReason CheckAmendmentAlone(int slot, Amendment amendment)
    {
        if (store.IsLeg(slot) || !HasWhatChanges(slot, amendment))
            return RejectReason.InvalidCombination;
        if (amendment.TotalLots is { } total && !IsTotalAllowed(slot, total))
            return RejectReason.InvalidQuantity;
        if (!CanShow(slot, amendment.TotalLots, amendment.DisplayLots)
            || !CanShow(lists.Sibling(slot), amendment.TotalLots, null))
            return RejectReason.InvalidQuantity;

        var lowest = amendment.PriceTicks is not null && AllowsNoPrice(slot) ? 0 : 1;
        var fine = (amendment.PriceTicks is not { } price || (price >= lowest && store.IsPriceAllowed(price)))
            && (amendment.TriggerTicks is not { } trigger || (trigger >= 1 && store.IsPriceAllowed(trigger)))
            && amendment.TrailTicks is null or (>= 1 and <= Instrument.PriceTicksLimit)
            && amendment.TrailBasisPoints is null or (>= 1 and <= OrderRules.BasisPointsLimit);
        return fine ? RejectReason.None : RejectReason.InvalidPrice;
    }

    /// <summary>Returns true if an iceberg may display a quantity of a total; null keeps the current value.</summary>
    private bool CanShow(int slot, long? total, long? display)
    {
        if (slot == 0 || !store.Has(slot, Traits.Iceberg) || (total is null && display is null))
            return true;

        if (display < 1 || display > total)
            return false;
        var newTotal = total ?? store.Entries[slot].TotalLots;
        return newTotal <= store.Done(slot)
            || OrderRules.IsDisplay(display ?? Math.Min(store.ConditionsOf(slot).Display, newTotal), newTotal);
    }

    /// <summary>
    /// Returns true if it may have no price: a peg without a cap, or a market order without protection.
    /// </summary>
    private bool AllowsNoPrice(int slot) => store.Has(slot, Traits.Conditional)
        && (store.ConditionsOf(slot).Type == OrderType.Pegged || OrderRules.IsMarket(store.ConditionsOf(slot).Type));

    private bool HasWhatChanges(int slot, Amendment amendment)
    {
        var conditional = store.Has(slot, Traits.Conditional);
        var type = conditional ? store.ConditionsOf(slot).Type : OrderType.Limit;
        var waits = store.IsWaitingStop(slot);
        var trailing = waits && OrderRules.IsTrailing(type);
        return (amendment.DisplayLots is null || store.Has(slot, Traits.Iceberg))
            && (amendment.TriggerTicks is null || (waits && !trailing))
            && (amendment.TrailTicks is null || (trailing && store.ConditionsOf(slot).TrailTicks != 0))
            && (amendment.TrailBasisPoints is null || (trailing && store.ConditionsOf(slot).TrailBasisPoints != 0))
            && (amendment.ExpiryNanos is null
                || (conditional && store.ConditionsOf(slot).TimeInForce == TimeInForce.GoodTillDate))
            && (amendment.PriceTicks is null
                || (waits ? type != OrderType.TrailingStopLimit : !OrderRules.IsMarket(type)));
    }

    /// <param name="timeNanos">Time of the command.</param>
    /// <param name="slot">The order.</param>
    /// <param name="amendment">The new values.</param>
    /// <param name="price">Its new limit or cap, after a slide; the old one if it stays.</param>
    public RejectReason Check(long timeNanos, int slot, Amendment amendment, out long price)
    {
        price = amendment.PriceTicks ?? store.LimitOf(slot);
        if (store.Phase == TradingPhase.Closed)
            return RejectReason.SymbolClosed;
        if (amendment.TotalLots <= store.Done(slot))
            return RejectReason.None;

        var growth = Math.Max(0, (amendment.TotalLots ?? 0) - store.Entries[slot].TotalLots);
        var sibling = growth > 0 ? lists.Sibling(slot) : 0;
        var loses = Loses(slot, amendment);
        if (store.Phase == TradingPhase.Halt && (loses || (sibling != 0 && store.HasPriority(sibling))))
            return RejectReason.SymbolHalted;
        if (amendment.ExpiryNanos is { } expiry && expiry <= timeNanos)
            return RejectReason.ExpiredAlready;
        var isPending = store.Entries[slot].Place == OrderPlace.Pending;
        if (!isPending && MovesOutOfPlace(slot, amendment, price) is not RejectReason.None and var misplaced)
            return misplaced;
        if (growth > 0 && store.Has(slot, Traits.Conditional)
            && store.ConditionalLots > OrderStore.MaxConditionalLots - (sibling == 0 ? growth : 2 * growth))
            return RejectReason.Overflow;
        if (isPending)
            return RejectReason.None;

        var lots =
            store.Entries[slot].Leaves + (
                amendment.TotalLots ?? store.Entries[slot].TotalLots) - store.Entries[slot].TotalLots;
        var reject = loses ? CheckMove(slot, lots, slides: price != store.LimitOf(slot), ref price) : RejectReason.None;
        if (reject != RejectReason.None || sibling == 0)
            return reject;
        var siblingPrice = store.PriceNow(sibling);
        return CheckMove(sibling, lots, slides: false, ref siblingPrice);
    }

    /// <summary>
    /// Checks an amended price or trigger against the static band, its list and the reference price (RULES 12.1, 9.1,
    /// 7.2). The room at the new price is checked separately.
    /// </summary>
    private RejectReason MovesOutOfPlace(int slot, Amendment amendment, long price) =>
        price != store.LimitOf(slot) && !store.IsMarketNow(slot)
            && store.IsOutsideStaticBand(price) ? RejectReason.PriceBand
        : !KeepsListInOrder(slot, amendment) ? RejectReason.ListPrices
        : WouldTriggerNow(slot, amendment) ? RejectReason.StopWouldTrigger
        : RejectReason.None;

    /// <summary>Returns true if the amendment costs the order its priority.</summary>
    public bool Loses(int slot, Amendment amendment)
    {
        if (!store.HasPriority(slot))
            return false;
        if (amendment.TotalLots > store.Entries[slot].TotalLots)
            return true;
        if (amendment.PriceTicks is not { } price)
            return false;
        if (!store.Has(slot, Traits.Peg))
            return price != store.LimitOf(slot);

        ref var kept = ref store.ConditionsOf(slot);
        return pegs.PriceOf(store.Entries[slot].Side, kept.Peg, kept.PegOffset, price) != store.PriceNow(slot);
    }

    /// <summary>
    /// Returns true if the changed leg of a pair is on the right side of the last price and of its sibling. The sibling
    /// is not compared with the last price again: one that waits for the mark may be past it (RULES 2: the new values).
    /// </summary>
    private bool KeepsListInOrder(int slot, Amendment amendment)
    {
        var sibling = lists.Sibling(slot);
        if (sibling == 0)
            return true;

        ref var kept = ref store.ConditionsOf(slot);
        var before = lists.WaitsFor(slot);
        var after = (kept.Type == OrderType.Limit ? amendment.PriceTicks : amendment.TriggerTicks) ?? before;
        if (after == before)
            return true;
        var isTarget = lists.IsTargetLeg(slot);
        var (side, other) = (store.Entries[slot].Side, lists.WaitsFor(sibling));
        return isTarget
            ? ListRules.AreInOrder(side, after, 0, other) && ListRules.AreInOrder(side, after, store.LastPriceTicks, 0)
            : ListRules.AreInOrder(side, other, 0, after) && ListRules.AreInOrder(side, 0, store.LastPriceTicks, after);
    }

    /// <summary>
    /// Returns true if the reference price has already reached the order's new trigger; an old trigger is not checked
    /// again.
    /// </summary>
    private bool WouldTriggerNow(int slot, Amendment amendment)
    {
        if (store.Entries[slot].Place != OrderPlace.Armed)
            return false;

        ref var entry = ref store.Entries[slot];
        ref var kept = ref store.ConditionsOf(slot);
        if (amendment.TriggerTicks is { } trigger)
            return trigger != kept.Trigger && triggers.IsPast(entry.Side, kept.Type, kept.Reference, trigger);

        if (!ChangesTrail(in kept, amendment) || triggers.PeakNow(slot) is not (> 0 and var peak))
            return false;

        var moved = kept;
        moved.TrailTicks = amendment.TrailTicks ?? kept.TrailTicks;
        moved.TrailBasisPoints = amendment.TrailBasisPoints ?? kept.TrailBasisPoints;
        moved.Peak = peak;
        var newTrigger = Triggers.TrailFrom(in moved, entry.Side == Side.Sell);
        return newTrigger is >= 1 and <= Instrument.PriceTicksLimit
            && triggers.IsPast(entry.Side, kept.Type, kept.Reference, newTrigger);
    }

    public static bool ChangesTrail(in Conditions kept, Amendment amendment) =>
        (amendment.TrailTicks ?? kept.TrailTicks) != kept.TrailTicks
        || (amendment.TrailBasisPoints ?? kept.TrailBasisPoints) != kept.TrailBasisPoints;

    /// <summary>Checks room and post-only at the place to which a resting order would go.</summary>
    private RejectReason CheckMove(int slot, long lots, bool slides, ref long price)
    {
        if (store.Entries[slot].Place != OrderPlace.Resting || store.Has(slot, Traits.Peg | Traits.MarketOrder))
            return RejectReason.None;

        var place = StepOut(slot);
        var reject = checks.CheckPlace(slot, lots, slides, ref price);
        StepBack(slot, in place);
        return reject;
    }

    /// <summary>
    /// Checks an order against the book as if another one were gone; that one is put back at its old position.
    /// </summary>
    public RejectReason CheckWithout(int old, long timeNanos, in NewOrder order, ref long price)
    {
        var conditionalLots = store.Has(old, Traits.Conditional) ? store.Entries[old].TotalLots : 0;
        store.ConditionalLots -= conditionalLots;
        var place = StepOut(old);
        var reject = checks.CheckState(timeNanos, in order, ref price);
        StepBack(old, in place);
        store.ConditionalLots += conditionalLots;
        return reject;
    }

    /// <summary>Removes a resting order temporarily, to see the book without it.</summary>
    private PlaceInLine StepOut(int slot)
    {
        ref var entry = ref store.Entries[slot];
        if (entry.Place != OrderPlace.Resting)
            return new PlaceInLine(-1, 0, 0, 0);

        var place =
            new PlaceInLine(store.SideOf(slot), store.Ladder.PriceOf(entry.Level), entry.Previous, store.Counted(slot));
        store.Dequeue(slot, place.Side, place.Lots);
        return place;
    }

    private void StepBack(int slot, in PlaceInLine place)
    {
        if (place.Side >= 0)
            store.EnqueueBehind(slot, place.Before, place.Side, place.PriceTicks, place.Lots);
    }
}
