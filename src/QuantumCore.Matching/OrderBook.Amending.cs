using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// Amendments of open orders (RULES 10).
public sealed partial class OrderBook
{
    /// <summary>
    /// Changes an open order: Amended, or Ended (Amended) if the new total is done already. With a new price or a
    /// larger total, the order loses its priority and meets the other side again.
    /// </summary>
    /// <remarks>
    /// Reject reasons: UnknownOrder, OrderClosed, StaleLeaves, InvalidCombination (a value the order does not have),
    /// InvalidQuantity, InvalidPrice, TimeRegression, SymbolHalted (would lose priority), SymbolClosed, ExpiredAlready,
    /// PriceBand, ListPrices, StopWouldTrigger, TooManyLevels, Overflow, PostOnlyWouldTake.
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="amendment">The new values.</param>
    public RejectReason Amend(long timeNanos, long orderId, Amendment amendment)
    {
        ArgumentNullException.ThrowIfNull(amendment);
        Begin();
        var reject = FindToAmend(timeNanos, orderId, amendment, out var slot);
        var price = 0L;
        if (reject == RejectReason.None)
            reject = CheckAmendment(timeNanos, slot, amendment, out price);
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        ApplyAmendment(slot, amendment, price);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Reduces an order in place: Amended, or Ended (Amended) if the new total is done already. The same total again is
    /// not rejected. Reject reasons: UnknownOrder, OrderClosed, InvalidCombination (a leg), InvalidQuantity,
    /// TimeRegression, SymbolClosed, WouldGrow.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="newTotalLots">
    /// Filled and open lots together, 0 to 2^53. Any total at or below what is done ends the order.
    /// </param>
    public RejectReason Reduce(long timeNanos, long orderId, long newTotalLots)
    {
        Begin();
        var reject = FindToReduce(timeNanos, orderId, newTotalLots, out var slot);
        if (reject == RejectReason.None && Phase == TradingPhase.Closed)
            reject = RejectReason.SymbolClosed;
        if (reject == RejectReason.None && newTotalLots > Entries[slot].TotalLots)
            reject = RejectReason.WouldGrow;
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        Resize(slot, newTotalLots);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Ends an order and enters another in one command: Ended (Replaced), then the events of the new one. The two never
    /// meet: the new one is checked against the book without the old one.
    /// </summary>
    /// <remarks>
    /// In atomic mode, a rejection leaves the old order as it was. Reject reasons: BadRequest (an undefined mode),
    /// UnknownOrder, OrderClosed, InvalidCombination (an order of a list; a leg, old or new), then as
    /// <see cref="Submit"/>. In the other modes, the old order may end although the new one is rejected. Then its end
    /// is in <see cref="OrderStore.Events"/>, and <see cref="OrderStore.ReplaceFailure"/> has the outcome of the
    /// cancel.
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order that ends.</param>
    /// <param name="order">The order that enters.</param>
    /// <param name="newOrderId">Public id of the new order; 0 if rejected.</param>
    /// <param name="mode">Behaviour if one half fails.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Replace(
        long timeNanos, long orderId, in NewOrder order, out long newOrderId, ReplaceMode mode = ReplaceMode.Atomic)
    {
        Begin();
        newOrderId = 0;
        if (mode > ReplaceMode.AllowFailure)
            return RejectReason.BadRequest;
        var found = FindOpen(orderId, out var slot);
        if (mode == ReplaceMode.Atomic && found == RejectReason.None && SlowPathReasons == SlowPath.None
            && timeNanos < NextExpiryNanos
            && timeNanos >= LastTimeNanos && !Has(slot, Traits.Conditional) && CanReplacePlain(in order))
        {
            LastTimeNanos = timeNanos;
            ref var entry = ref Entries[slot];
            ref var queue = ref Ladder[entry.Level];
            if (IsPlainResting(in entry))
            {
                Index.Remove(orderId);
                if (queue.Orders != 1)
                    EndOneOfMany(slot, ref entry, ref queue, EndReason.Replaced);
                else
                    EndAlone(slot, ref entry, ref queue, EndReason.Replaced);
            }
            else
            {
                End(slot, EndReason.Replaced);
            }

            newOrderId = EnterPlain(in order);
            if (Watching)
                Settle();
            return RejectReason.None;
        }

        ReplaceFailure = found;
        var stops = found != RejectReason.None && mode != ReplaceMode.AllowFailure;
        if (!stops)
        {
            var wrong =
                order.Type == OrderType.Leg || (found == RejectReason.None && (Has(slot, Traits.Listed) || IsLeg(slot)))
                ? RejectReason.InvalidCombination
                : CheckAlone(in order);
            if (wrong != RejectReason.None)
                return wrong;
        }

        var reject = BringTo(timeNanos);
        if (reject != RejectReason.None)
            return stops ? found : reject;

        ReplaceFailure = found = FindOpen(orderId, out slot);
        if (found != RejectReason.None && mode != ReplaceMode.AllowFailure)
            return Refuse(found);
        return ReplaceSlot(timeNanos, found == RejectReason.None ? slot : 0, in order, out newOrderId, mode);
    }

    /// <summary>Returns true for a plain order that would not be rejected with or without the old one.</summary>
    private bool CanReplacePlain(in NewOrder order) => IsPlain(in order) && !order.PostOnly
        && order.TimeInForce <= TimeInForce.AtTheClose
        && CheckPlain(in order) == RejectReason.None
        && Sides[IndexOf(order.Side)].Levels < MaxLevels
        && CheckRoom(in order) == RejectReason.None;

    private RejectReason ReplaceSlot(long timeNanos, int old, in NewOrder order, out long newOrderId, ReplaceMode mode)
    {
        newOrderId = 0;
        var price = order.PriceTicks;
        var reject =
            old == 0 ? CheckState(timeNanos, in order, ref price) : CheckWithout(old, timeNanos, in order, ref price);
        var replaces = PhaseRefusal() == RejectReason.None;
        if (reject != RejectReason.None && (mode == ReplaceMode.Atomic || old == 0 || !replaces))
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        if (old != 0)
            End(old, EndReason.Replaced);
        if (reject == RejectReason.None)
            newOrderId = Start(Accept(in order, price), price);
        Conclude();
        return reject;
    }

    /// <summary>
    /// Checks an order against the book as if another one were gone; that one is put back at its old position.
    /// </summary>
    private RejectReason CheckWithout(int old, long timeNanos, in NewOrder order, ref long price)
    {
        var conditionalLots = Has(old, Traits.Conditional) ? Entries[old].TotalLots : 0;
        ConditionalLots -= conditionalLots;
        var place = StepOut(old);
        var reject = CheckState(timeNanos, in order, ref price);
        StepBack(old, in place);
        ConditionalLots += conditionalLots;
        return reject;
    }

    /// <summary>Place of a resting order; side -1 if it did not rest.</summary>
    private readonly record struct PlaceInLine(int Side, long PriceTicks, int Before, long Lots);

    /// <summary>Removes a resting order temporarily, to see the book without it.</summary>
    private PlaceInLine StepOut(int slot)
    {
        ref var entry = ref Entries[slot];
        if (entry.Place != OrderPlace.Resting)
            return new PlaceInLine(-1, 0, 0, 0);

        var place = new PlaceInLine(SideOf(slot), Ladder.PriceOf(entry.Level), entry.Previous, Counted(slot));
        Dequeue(slot, place.Side, place.Lots);
        return place;
    }

    private void StepBack(int slot, in PlaceInLine place)
    {
        if (place.Side >= 0)
            EnqueueBehind(slot, place.Before, place.Side, place.PriceTicks, place.Lots);
    }

    /// <summary>
    /// Finds an order to amend: it exists, has the expected open quantity, and has the values to change. Due orders
    /// expire first, unless the request alone is rejected.
    /// </summary>
    private RejectReason FindToAmend(long timeNanos, long orderId, Amendment amendment, out int slot)
    {
        var reject = JudgeAmendment(orderId, amendment, out slot);
        return MovesOn(timeNanos, ref reject) ? JudgeAmendment(orderId, amendment, out slot) : reject;
    }

    private RejectReason JudgeAmendment(long orderId, Amendment amendment, out int slot)
    {
        var reject = FindOpen(orderId, out slot);
        if (reject != RejectReason.None)
            return reject;
        return amendment.ExpectedLeavesLots is { } expected && expected != Entries[slot].Leaves
            ? RejectReason.StaleLeaves
            : CheckAmendmentAlone(slot, amendment);
    }

    private RejectReason FindToReduce(long timeNanos, long orderId, long total, out int slot)
    {
        var reject = JudgeReduction(orderId, total, out slot);
        return MovesOn(timeNanos, ref reject) ? JudgeReduction(orderId, total, out slot) : reject;
    }

    private RejectReason JudgeReduction(long orderId, long total, out int slot)
    {
        var reject = FindOpen(orderId, out slot);
        if (reject == RejectReason.None && IsLeg(slot))
            return RejectReason.InvalidCombination;
        return reject == RejectReason.None
            && !(IsTotalAllowed(slot, total) && CanShow(slot, total, null) && CanShow(Sibling(slot), total, null))
            ? RejectReason.InvalidQuantity
            : reject;
    }

    private static bool IsOfRequestAlone(RejectReason reason) =>
        reason is RejectReason.InvalidCombination or RejectReason.InvalidQuantity or RejectReason.InvalidPrice;

    private bool IsTotalAllowed(int slot, long total)
    {
        if (total is < 0 or > Instrument.QuantityLotsLimit)
            return false;
        if (!Has(slot, Traits.Conditional))
            return true;

        ref var kept = ref ConditionsOf(slot);
        // The other leg's minimum quantity counts too, because both have the same total.
        var least = Math.Max(kept.Minimum, Sibling(slot) is not 0 and var sibling ? ConditionsOf(sibling).Minimum : 0);
        if (total < least && total > Done(slot))
            return false;
        // An order that has already traded the new total ends, and its children with it (RULES 10.3).
        if (kept.Role != ListRole.Parent || total == Entries[slot].TotalLots || total <= Done(slot))
            return true;
        var child = ListAt(kept.List).FirstLeg != 0 ? ListAt(kept.List).FirstLeg : ListAt(kept.List).SecondLeg;
        return child == 0 || total >= Entries[child].TotalLots;
    }

    private RejectReason CheckAmendmentAlone(int slot, Amendment amendment)
    {
        if (IsLeg(slot) || !HasWhatChanges(slot, amendment))
            return RejectReason.InvalidCombination;
        if (amendment.TotalLots is { } total && !IsTotalAllowed(slot, total))
            return RejectReason.InvalidQuantity;
        if (!CanShow(slot, amendment.TotalLots, amendment.DisplayLots)
            || !CanShow(Sibling(slot), amendment.TotalLots, null))
            return RejectReason.InvalidQuantity;

        var lowest = amendment.PriceTicks is not null && AllowsNoPrice(slot) ? 0 : 1;
        var fine = (amendment.PriceTicks is not { } price || (price >= lowest && IsPriceAllowed(price)))
            && (amendment.TriggerTicks is not { } trigger || (trigger >= 1 && IsPriceAllowed(trigger)))
            && amendment.TrailTicks is null or (>= 1 and <= Instrument.PriceTicksLimit)
            && amendment.TrailBasisPoints is null or (>= 1 and <= OrderRules.BasisPointsLimit);
        return fine ? RejectReason.None : RejectReason.InvalidPrice;
    }

    /// <summary>Returns true if an iceberg may display a quantity of a total; null keeps the current value.</summary>
    private bool CanShow(int slot, long? total, long? display)
    {
        if (slot == 0 || !Has(slot, Traits.Iceberg) || (total is null && display is null))
            return true;

        if (display < 1 || display > total)
            return false;
        var newTotal = total ?? Entries[slot].TotalLots;
        return newTotal <= Done(slot)
            || OrderRules.IsDisplay(display ?? Math.Min(ConditionsOf(slot).Display, newTotal), newTotal);
    }

    /// <summary>
    /// Returns true if it may have no price: a peg without a cap, or a market order without protection.
    /// </summary>
    private bool AllowsNoPrice(int slot) => Has(slot, Traits.Conditional)
        && (ConditionsOf(slot).Type == OrderType.Pegged || OrderRules.IsMarket(ConditionsOf(slot).Type));

    private bool HasWhatChanges(int slot, Amendment amendment)
    {
        var conditional = Has(slot, Traits.Conditional);
        var type = conditional ? ConditionsOf(slot).Type : OrderType.Limit;
        var waits = IsWaitingStop(slot);
        var trailing = waits && OrderRules.IsTrailing(type);
        return (amendment.DisplayLots is null || Has(slot, Traits.Iceberg))
            && (amendment.TriggerTicks is null || (waits && !trailing))
            && (amendment.TrailTicks is null || (trailing && ConditionsOf(slot).TrailTicks != 0))
            && (amendment.TrailBasisPoints is null || (trailing && ConditionsOf(slot).TrailBasisPoints != 0))
            && (amendment.ExpiryNanos is null
                || (conditional && ConditionsOf(slot).TimeInForce == TimeInForce.GoodTillDate))
            && (amendment.PriceTicks is null
                || (waits ? type != OrderType.TrailingStopLimit : !OrderRules.IsMarket(type)));
    }

    /// <param name="timeNanos">Time of the command.</param>
    /// <param name="slot">The order.</param>
    /// <param name="amendment">The new values.</param>
    /// <param name="price">Its new limit or cap, after a slide; the old one if it stays.</param>
    private RejectReason CheckAmendment(long timeNanos, int slot, Amendment amendment, out long price)
    {
        price = amendment.PriceTicks ?? LimitOf(slot);
        if (Phase == TradingPhase.Closed)
            return RejectReason.SymbolClosed;
        if (amendment.TotalLots <= Done(slot))
            return RejectReason.None;

        var growth = Math.Max(0, (amendment.TotalLots ?? 0) - Entries[slot].TotalLots);
        var sibling = growth > 0 ? Sibling(slot) : 0;
        var loses = Loses(slot, amendment);
        if (Phase == TradingPhase.Halt && (loses || (sibling != 0 && HasPriority(sibling))))
            return RejectReason.SymbolHalted;
        if (amendment.ExpiryNanos is { } expiry && expiry <= timeNanos)
            return RejectReason.ExpiredAlready;
        var isPending = Entries[slot].Place == OrderPlace.Pending;
        if (!isPending && MovesOutOfPlace(slot, amendment, price) is not RejectReason.None and var misplaced)
            return misplaced;
        if (growth > 0 && Has(slot, Traits.Conditional)
            && ConditionalLots > MaxConditionalLots - (sibling == 0 ? growth : 2 * growth))
            return RejectReason.Overflow;
        if (isPending)
            return RejectReason.None;

        var lots = Entries[slot].Leaves + (amendment.TotalLots ?? Entries[slot].TotalLots) - Entries[slot].TotalLots;
        var reject = loses ? CheckMove(slot, lots, slides: price != LimitOf(slot), ref price) : RejectReason.None;
        if (reject != RejectReason.None || sibling == 0)
            return reject;
        var siblingPrice = PriceNow(sibling);
        return CheckMove(sibling, lots, slides: false, ref siblingPrice);
    }

    /// <summary>Returns true if the amendment costs the order its priority.</summary>
    private bool Loses(int slot, Amendment amendment)
    {
        if (!HasPriority(slot))
            return false;
        if (amendment.TotalLots > Entries[slot].TotalLots)
            return true;
        if (amendment.PriceTicks is not { } price)
            return false;
        if (!Has(slot, Traits.Peg))
            return price != LimitOf(slot);

        ref var kept = ref ConditionsOf(slot);
        return PegPrice(Entries[slot].Side, kept.Peg, kept.PegOffset, price) != PriceNow(slot);
    }

    /// <summary>
    /// Returns true if the changed leg of a pair is on the right side of the last price and of its sibling. The sibling
    /// is not compared with the last price again: one that waits for the mark may be past it (RULES 2: the new values).
    /// </summary>
    private bool KeepsListInOrder(int slot, Amendment amendment)
    {
        var sibling = Sibling(slot);
        if (sibling == 0)
            return true;

        ref var kept = ref ConditionsOf(slot);
        var before = WaitsFor(slot);
        var after = (kept.Type == OrderType.Limit ? amendment.PriceTicks : amendment.TriggerTicks) ?? before;
        if (after == before)
            return true;
        var isTarget = IsTargetLeg(slot);
        var (side, other) = (Entries[slot].Side, WaitsFor(sibling));
        return isTarget
            ? AreInOrder(side, after, 0, other) && AreInOrder(side, after, LastPriceTicks, 0)
            : AreInOrder(side, other, 0, after) && AreInOrder(side, 0, LastPriceTicks, after);
    }

    /// <summary>
    /// Returns true if the reference price has already reached the order's new trigger; an old trigger is not checked
    /// again.
    /// </summary>
    private bool WouldTriggerNow(int slot, Amendment amendment)
    {
        if (Entries[slot].Place != OrderPlace.Armed)
            return false;

        ref var entry = ref Entries[slot];
        ref var kept = ref ConditionsOf(slot);
        if (amendment.TriggerTicks is { } trigger)
            return trigger != kept.Trigger && IsPast(entry.Side, kept.Type, kept.Reference, trigger);

        if (!ChangesTrail(in kept, amendment) || PeakNow(slot) is not (> 0 and var peak))
            return false;

        var moved = kept;
        moved.TrailTicks = amendment.TrailTicks ?? kept.TrailTicks;
        moved.TrailBasisPoints = amendment.TrailBasisPoints ?? kept.TrailBasisPoints;
        moved.Peak = peak;
        var newTrigger = TrailFrom(in moved, entry.Side == Side.Sell);
        return newTrigger is >= 1 and <= Instrument.PriceTicksLimit
            && IsPast(entry.Side, kept.Type, kept.Reference, newTrigger);
    }

    private static bool ChangesTrail(in Conditions kept, Amendment amendment) =>
        (amendment.TrailTicks ?? kept.TrailTicks) != kept.TrailTicks
        || (amendment.TrailBasisPoints ?? kept.TrailBasisPoints) != kept.TrailBasisPoints;

    /// <summary>Checks room and post-only at the place to which a resting order would go.</summary>
    private RejectReason CheckMove(int slot, long lots, bool slides, ref long price)
    {
        if (Entries[slot].Place != OrderPlace.Resting || Has(slot, Traits.Peg | Traits.AtMarket))
            return RejectReason.None;

        var place = StepOut(slot);
        var reject = CheckPlace(slot, lots, slides, ref price);
        StepBack(slot, in place);
        return reject;
    }

    private void ApplyAmendment(int slot, Amendment amendment, long price)
    {
        var total = amendment.TotalLots ?? Entries[slot].TotalLots;
        if (amendment.TotalLots is not null && total <= Done(slot))
        {
            End(slot, EndReason.Amended);
            return;
        }

        var loses = Loses(slot, amendment);
        var moves = loses && Entries[slot].Place == OrderPlace.Resting;
        if (moves)
            Leave(slot);
        if (Has(slot, Traits.Conditional))
            ChangeConditions(slot, amendment, price);
        var sized = total - Entries[slot].TotalLots;
        SetTotal(slot, total);
        if (loses && !moves)
            Entries[slot].Priority = NextPriority++;
        var at = moves ? (Has(slot, Traits.Peg) ? PegPrice(slot) : IsMarketNow(slot) ? 0 : price) : PriceNow(slot);
        TellAmended(slot, at, loses);
        var sibling = sized == 0 ? 0 : Sibling(slot);
        var siblingPrice = sibling == 0 ? 0 : PriceNow(sibling);
        // At most one of two legs rests; the other waits for its trigger.
        var siblingMoves = sibling != 0 && ResizeSibling(sibling, total);
        if (moves)
            Reenter(slot, price);
        if (siblingMoves)
            Enter(sibling, siblingPrice);
    }

    private void Reenter(int slot, long price)
    {
        if (!Has(slot, Traits.Peg))
            Enter(slot, price);
        else if (PegPrice(slot) is not 0 and var pegged)
            Enter(slot, pegged);
        else
            Park(slot);
    }

    /// <summary>Gives the other leg the same total (RULES 9.3).</summary>
    /// <returns>True if it left the book for that and has to enter again.</returns>
    private bool ResizeSibling(int sibling, long total)
    {
        var loses = total > Entries[sibling].TotalLots && HasPriority(sibling);
        var moves = loses && Entries[sibling].Place == OrderPlace.Resting;
        var price = PriceNow(sibling);
        if (moves)
            Leave(sibling);
        else if (loses)
            Entries[sibling].Priority = NextPriority++;
        SetTotal(sibling, total);
        TellAmended(sibling, price, loses);
        return moves;
    }

    /// <summary>Reduces an order, and its sibling with it.</summary>
    private void Resize(int slot, long total)
    {
        if (total <= Done(slot))
        {
            End(slot, EndReason.Amended);
            return;
        }

        var changes = total != Entries[slot].TotalLots;
        SetTotal(slot, total);
        TellAmended(slot, PriceNow(slot), loses: false);
        if (changes && Sibling(slot) is not 0 and var sibling)
            _ = ResizeSibling(sibling, total);
    }

    private void SetTotal(int slot, long total)
    {
        ref var entry = ref Entries[slot];
        var change = total - Entries[slot].TotalLots;
        var counted = Counted(slot);
        Entries[slot].TotalLots = total;
        entry.Leaves += change;
        if ((entry.Traits & Traits.Conditional) != 0)
            ConditionalLots += change;
        if ((entry.Traits & Traits.Iceberg) != 0)
        {
            // The reserve shrinks first. The displayed part shrinks only if nothing else is left or the display is
            // smaller.
            ref var kept = ref ConditionsOf(slot);
            kept.Shown = Math.Min(kept.Shown, Math.Min(kept.Display, entry.Leaves));
        }

        if (entry.Place != OrderPlace.Resting)
            return;

        Ladder[entry.Level].Lots += Counted(slot) - counted;
        // It may now be filled whole, or complete another: both sides are checked as if it had just entered (RULES
        // 4.6).
        if ((entry.Traits & Traits.AllOrNone) != 0 && change < 0)
        {
            NoteAdded(IndexOf(entry.Side) ^ 1, Ladder.PriceOf(entry.Level));
            NoteAdded(IndexOf(entry.Side), Ladder.PriceOf(entry.Level));
        }
    }

    private void ChangeConditions(int slot, Amendment amendment, long price)
    {
        ref var kept = ref ConditionsOf(slot);
        if (amendment.PriceTicks is not null)
            kept.Price = price;
        // A parked peg may be able to rest at another cap.
        if (Has(slot, Traits.Peg))
            ForgetQuotes();
        if (amendment.DisplayLots is { } display)
        {
            var counted = Counted(slot);
            kept.Display = display;
            kept.Shown = Math.Min(kept.Shown, display);
            if (Entries[slot].Place == OrderPlace.Resting)
                Ladder[Entries[slot].Level].Lots += Counted(slot) - counted;
        }

        if (amendment.ExpiryNanos is { } expiry && expiry != kept.Expiry)
        {
            kept.Expiry = expiry;
            ExpireAt(Entries[slot].Id, expiry);
        }

        ChangeTrigger(slot, amendment);
    }

    private void ChangeTrigger(int slot, Amendment amendment)
    {
        ref var kept = ref ConditionsOf(slot);
        var before = kept.Trigger;
        var after = amendment.TriggerTicks ?? before;
        if (ChangesTrail(in kept, amendment))
        {
            kept.TrailTicks = amendment.TrailTicks ?? kept.TrailTicks;
            kept.TrailBasisPoints = amendment.TrailBasisPoints ?? kept.TrailBasisPoints;
            kept.Peak = PeakNow(slot);
            kept.Follows |= kept.Peak != 0;
            if (kept.Peak != 0)
                after = TrailFrom(in kept, Entries[slot].Side == Side.Sell);
        }

        if (after == before)
            return;

        var armed = Entries[slot].Place == OrderPlace.Armed;
        if (armed)
            LeaveTrigger(slot);
        kept.Trigger = after;
        if (!armed)
            return;

        SetDue(slot, false);
        kept.ArmedAtPrint = NextPrint;
        StandAtTrigger(slot);
    }

    private void TellAmended(int slot, long price, bool loses)
    {
        ref var entry = ref Entries[slot];
        Append(
            BookEventKind.Amended, entry.Side, EndReason.None, entry.Id, price, Entries[slot].TotalLots, entry.Leaves);
        var shown = entry.Place == OrderPlace.Resting && (entry.Traits & (Traits.Dark | Traits.AtMarket)) == 0;
        Told.MakerLeavesLots = shown ? Counted(slot) : 0;
        Told.Detail = loses ? (byte)1 : (byte)0;
    }
}
