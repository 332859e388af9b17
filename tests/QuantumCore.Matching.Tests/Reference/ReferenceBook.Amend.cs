using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RULES 10: amend, reduce, replace.
internal sealed partial class ReferenceBook
{
    public RejectReason Amend(long time, long orderId, Amendment amendment)
    {
        Clear();
        var reason = FindToAmend(orderId, amendment, out var order);
        if (IsAlone(reason))
            return reason;
        if (!Begin(time))
            return reason == RejectReason.None ? RejectReason.TimeRegression : reason;

        // Checked again: due orders have expired.
        reason = FindToAmend(orderId, amendment, out order);
        return Finish(reason == RejectReason.None ? CheckAndAmend(order!, amendment) : reason);
    }

    /// <summary>UNKNOWN_ORDER, ORDER_CLOSED, STALE, then the request-alone checks of the new values.</summary>
    private RejectReason FindToAmend(long orderId, Amendment amendment, out ReferenceOrder? order)
    {
        var reason = Find(orderId, out order);
        if (reason == RejectReason.None && amendment.ExpectedLeavesLots is { } expected && expected != order!.Leaves)
            reason = RejectReason.StaleLeaves; // 10.6
        return reason == RejectReason.None ? AloneAmended(order!, amendment) : reason;
    }

    /// <summary>
    /// RULES 2: returns true for rejections that are never journaled, so due orders stay for the next command (D1).
    /// </summary>
    private static bool IsAlone(RejectReason reason) =>
        reason is RejectReason.InvalidCombination or RejectReason.InvalidQuantity or RejectReason.InvalidPrice;

    /// <summary>Amends to a total that is not larger (D3).</summary>
    public RejectReason Reduce(long time, long orderId, long newTotalLots)
    {
        Clear();
        var amendment = new Amendment { TotalLots = newTotalLots };
        var reason = FindToAmend(orderId, amendment, out var order);
        if (IsAlone(reason))
            return reason;
        if (!Begin(time))
            return reason == RejectReason.None ? RejectReason.TimeRegression : reason;

        reason = FindToAmend(orderId, amendment, out order);
        if (reason == RejectReason.None && Phase == TradingPhase.Closed)
            reason = RejectReason.SymbolClosed;
        if (reason == RejectReason.None && newTotalLots > order!.Total)
            reason = RejectReason.WouldGrow;
        return Finish(reason == RejectReason.None ? CheckAndAmend(order!, amendment) : reason);
    }

    public RejectReason Replace(
        long time, long orderId, in NewOrder terms, out long newOrderId, ReplaceMode mode = ReplaceMode.Atomic)
    {
        newOrderId = 0;
        Clear();
        if (mode > ReplaceMode.AllowFailure)
            return RejectReason.BadRequest;
        var found = Find(orderId, out var old);
        ReplaceFailure = found;
        var stops = found != RejectReason.None && mode != ReplaceMode.AllowFailure;
        if (!stops)
        {
            // 10.7: a leg of a list or a strategy, old or new, or an invalid new order alone, is rejected in every
            // mode.
            var wrong = old is { List: not null } or { IsLeg: true } || terms.Type == OrderType.Leg
                ? RejectReason.InvalidCombination
                : Alone(in terms);
            if (wrong != RejectReason.None)
                return wrong;
        }

        if (!Begin(time))
            return stops ? found : RejectReason.TimeRegression;

        ReplaceFailure = found = Find(orderId, out old);
        if (found != RejectReason.None && mode != ReplaceMode.AllowFailure)
            return Finish(found);
        // 13: the command is not taken there, in any mode.
        var order = new ReferenceOrder(in terms) { Id = LastOrderId + 1 };
        if (Phase is TradingPhase.Halt or TradingPhase.Closed)
            return Finish(IsBlocked(order) ? RejectReason.AccountBlocked : SessionName());

        var reason = CheckWithout(old, order);
        if (old is not null && (reason == RejectReason.None || mode != ReplaceMode.Atomic))
            End(old, EndReason.Replaced);
        if (reason == RejectReason.None)
        {
            newOrderId = order.Id;
            Accept(order);
            Enter(order);
        }

        return Finish(reason);
    }

    /// <summary>10.7: checks the order against the book without the old one.</summary>
    private RejectReason CheckWithout(ReferenceOrder? old, ReferenceOrder order)
    {
        if (old is null)
            return CheckEntry(order);

        var stay = old.Stay;
        old.Stay = Stay.Outside;
        var reason = CheckEntry(order);
        old.Stay = stay;
        return reason;
    }

    /// <summary>Checks the new values alone: COMBINATION, QUANTITY, PRICE.</summary>
    private RejectReason AloneAmended(ReferenceOrder order, Amendment amendment)
    {
        // D25.
        var waitsFixed = order.WaitsForTrigger && !order.IsTrailing;
        var waitsTrailing = order.WaitsForTrigger && order.IsTrailing;
        var marketNow = order.HasNoLimit && !order.WaitsForTrigger;
        var conflict = order.IsLeg;
        conflict |= amendment.PriceTicks is not null
            && (marketNow || (order.Type == OrderType.TrailingStopLimit && order.WaitsForTrigger));
        conflict |= amendment.DisplayLots is not null && order.Display == 0;
        conflict |= amendment.TriggerTicks is not null && !waitsFixed;
        conflict |= amendment.TrailTicks is not null && !(waitsTrailing && order.TrailBasisPoints == 0);
        conflict |= amendment.TrailBasisPoints is not null && !(waitsTrailing && order.TrailBasisPoints != 0);
        conflict |= amendment.ExpiryNanos is not null && order.Terms.TimeInForce != TimeInForce.GoodTillDate;
        if (conflict)
            return RejectReason.InvalidCombination;

        var total = amendment.TotalLots ?? order.Total;
        var ends = total <= order.Filled + order.Prevented;
        if (!IsIn(total, 0, Instrument.QuantityLotsLimit)
            || (amendment.DisplayLots < 1) || amendment.DisplayLots > amendment.TotalLots
            || (order.Display > 0 && !ends && (amendment.DisplayLots is not null || amendment.TotalLots is not null)
                && !IsDisplay(amendment.DisplayLots ?? Math.Min(order.Display, total), total))
            || (amendment.TotalLots is not null && !ends
                && total < Math.Max(order.Minimum, OpenSibling(order)?.Minimum ?? 0)))
            return RejectReason.InvalidQuantity;
        if (amendment.TotalLots is not null && !ends && OpenSibling(order) is { Display: > 0 } sibling
            && !IsDisplay(Math.Min(sibling.Display, total), total))
            return RejectReason.InvalidQuantity;
        // 9.4: not below a child's quantity, but to what is filled it ends (10.3).
        if (total != order.Total && !ends && WaitingChildren(order).Exists(child => child.Total > total))
            return RejectReason.InvalidQuantity;

        var bad = amendment.PriceTicks is { } price && !IsGoodPrice(order, price);
        bad |= amendment.TriggerTicks is { } trigger && !IsIn(trigger, Rules.MinPriceTicks, Rules.MaxPriceTicks);
        bad |= amendment.TrailTicks is { } trail && !IsPrice(trail);
        bad |= amendment.TrailBasisPoints is { } width && !IsIn(width, 1, 9_999);
        return bad ? RejectReason.InvalidPrice : RejectReason.None;
    }

    private RejectReason CheckAndAmend(ReferenceOrder order, Amendment amendment)
    {
        var newTotal = amendment.TotalLots ?? order.Total;
        var oldPrice = order.IsPeg ? order.Cap : order.Price;
        var newPrice = amendment.PriceTicks ?? oldPrice;
        // 10.3: no more than is done, the order ends.
        var ends = newTotal <= order.Filled + order.Prevented;
        var priceChanges = newPrice != oldPrice && !ends && !(order.IsPeg && KeepsPegPrice(order, newPrice));
        var grows = newTotal > order.Total;
        var triggerChanges = !ends
            && ((amendment.TriggerTicks ?? order.Trigger) != order.Trigger
                || (amendment.TrailTicks ?? order.TrailTicks) != order.TrailTicks
                || (amendment.TrailBasisPoints ?? order.TrailBasisPoints) != order.TrailBasisPoints);

        // 13: losing priority needs a phase in which orders may enter; 9.3: a sibling grows too.
        var loses = (priceChanges || grows) && HasPriority(order);
        loses |= grows && OpenSibling(order) is { } other && HasPriority(other);
        if (Phase == TradingPhase.Closed || (Phase == TradingPhase.Halt && loses))
            return SessionName();
        if (!ends && amendment.ExpiryNanos is { } expiry && expiry <= LastTimeNanos)
            return RejectReason.ExpiredAlready;

        // The order as it would be, judged against the book without the order as it is.
        var changed = Changed(order, amendment, priceChanges, triggerChanges);
        if (order.Stay != Stay.Pending && !ends)
        {
            var reason = CheckAmended(order, changed, priceChanges, triggerChanges, grows);
            if (reason != RejectReason.None)
                return reason;
        }

        if (ends)
            End(order, EndReason.Amended);
        else
            ApplyAmendment(order, changed, loses: priceChanges || grows, triggerChanges);
        return RejectReason.None;
    }

    /// <summary>8.4: returns true if the cap leads to the same price, so priority is kept.</summary>
    private bool KeepsPegPrice(ReferenceOrder order, long cap)
    {
        var changed = order.Copy();
        changed.Cap = cap;
        return order.Stay == Stay.Resting && PegPrice(changed) == order.Price;
    }

    /// <summary>
    /// 10.5: returns true if the order has priority to lose; armed, pending and parked orders have none.
    /// </summary>
    private static bool HasPriority(ReferenceOrder order) => order.Stay is Stay.Resting or Stay.Held;

    private ReferenceOrder Changed(
        ReferenceOrder order, Amendment amendment, bool priceChanges, bool triggerChanges)
    {
        var changed = order.Copy();
        changed.Total = amendment.TotalLots ?? order.Total;
        changed.Display = amendment.DisplayLots ?? order.Display;
        changed.Expiry = amendment.ExpiryNanos ?? order.Expiry;
        if (order.IsPeg)
            changed.Cap = amendment.PriceTicks ?? order.Cap;
        else if (priceChanges)
            changed.Price = amendment.PriceTicks!.Value;
        if (!triggerChanges)
            return changed;

        changed.TrailTicks = amendment.TrailTicks ?? order.TrailTicks;
        changed.TrailBasisPoints = amendment.TrailBasisPoints ?? order.TrailBasisPoints;
        changed.Trigger = amendment.TriggerTicks ?? order.Trigger;
        if (!order.IsTrailing)
            return changed;

        SetTrail(changed); // 7.9: from the extreme it kept
        var number = _printCount - _prints.Count;
        foreach (var print in order.Conditions.TriggerReference == TriggerReference.Last && order.Stay == Stay.Armed
            ? _prints
            : [])
        {
            // 7.8: since entry, those that nobody has looked at included.
            if (++number > order.ArmedAfterPrint)
                Ratchet(changed, print);
        }

        return changed;
    }

    private RejectReason CheckAmended(
        ReferenceOrder order, ReferenceOrder changed, bool priceChanges, bool triggerChanges, bool grows)
    {
        if ((priceChanges || changed.Cap != order.Cap) && IsOutsideStaticBand(changed))
            return RejectReason.PriceBand;
        if (ListPrice(changed) != ListPrice(order) && !AreAmendedListPricesInOrder(order, changed))
            return RejectReason.ListPrices;
        if (triggerChanges && IsHit(changed, ReferenceFor(changed)))
            return RejectReason.StopWouldTrigger;
        var rests = (priceChanges || grows) && order.Stay == Stay.Resting;
        var reason = rests ? CheckPlaceWithout(order, changed, slides: priceChanges) : RejectReason.None;
        if (reason != RejectReason.None || !grows || OpenSibling(order) is not { Stay: Stay.Resting } sibling)
            return reason;

        // D26: the sibling that rests grows too.
        var grown = sibling.Copy();
        grown.Total = changed.Total;
        return CheckPlaceWithout(sibling, grown, slides: false);
    }

    /// <summary>
    /// Returns the price of a leg that 9.1 compares: a stop's trigger; null for a trailing stop (D12).
    /// </summary>
    private static long? ListPrice(ReferenceOrder order) =>
        order.IsTrailing ? null : order.IsStop ? order.Trigger : order.Price;

    private RejectReason CheckPlaceWithout(ReferenceOrder order, ReferenceOrder changed, bool slides)
    {
        order.Stay = Stay.Outside;
        var reason = CheckPlace(changed, slides);
        order.Stay = Stay.Resting;
        return reason;
    }

    private bool AreAmendedListPricesInOrder(ReferenceOrder order, ReferenceOrder changed)
    {
        if (order.List is not { } list)
            return true;

        // For a moment the changed one stands in the list.
        var place = list.Legs.IndexOf(order);
        list.Legs[place] = changed;
        var inOrder = AreListPricesInOrder(changed, activation: false, openSibling: OpenSibling(changed));
        list.Legs[place] = order;
        return inOrder;
    }

    private void ApplyAmendment(ReferenceOrder order, ReferenceOrder changed, bool loses, bool triggerChanges)
    {
        var totalChanges = changed.Total != order.Total;
        // An order that loses its priority has a phase of its own.
        if (!loses)
            WakeIfSmaller(order, changed.Total);
        order.Total = changed.Total;
        order.Display = changed.Display;
        order.Expiry = changed.Expiry;
        order.Cap = changed.Cap;
        order.Price = changed.Price;
        order.Slid = changed.Slid;
        if (triggerChanges)
        {
            if (order.Trigger != changed.Trigger)
            {
                order.ArmedAfterPrint = _printCount; // 7.7
                order.IsDue = false;
            }

            order.Extreme = changed.Extreme;
            order.Trigger = changed.Trigger;
            order.TrailTicks = changed.TrailTicks;
            order.TrailBasisPoints = changed.TrailBasisPoints;
        }

        var leaving = new List<ReferenceOrder>();
        SayAmended(order, loses, leaving);
        // 9.3: the sibling's total is the same.
        if (totalChanges && OpenSibling(order) is { } sibling)
        {
            var siblingLoses = order.Total > sibling.Total;
            WakeIfSmaller(sibling, order.Total);
            sibling.Total = order.Total;
            SayAmended(sibling, siblingLoses, leaving);
        }

        foreach (var left in leaving)
            TakeOrRest(left);
    }

    /// <summary>4.6: checks whether an all-or-none order that was reduced can be filled now.</summary>
    private void WakeIfSmaller(ReferenceOrder order, long total)
    {
        if (!order.AllOrNone || order.Stay != Stay.Resting || total >= order.Total)
            return;
        // The other side may be enough for it now, and it may be enough for an order there.
        _addedSell = Math.Min(_addedSell ?? order.Price, order.Price);
        _addedBuy = Math.Max(_addedBuy ?? order.Price, order.Price);
    }

    private void SayAmended(ReferenceOrder order, bool loses, List<ReferenceOrder> leaving)
    {
        // 10.2: reserve first, and a display below the tip shrinks it now.
        order.Tip = Math.Min(order.Tip, Math.Min(order.Display, order.Leaves));
        var losesPriority = loses && HasPriority(order);
        var isMarketOrder = order.HasNoLimit && order.Stay == Stay.Resting;
        if (losesPriority && order.Stay == Stay.Resting)
        {
            order.Stay = Stay.Outside;
            leaving.Add(order);
        }
        else if (losesPriority)
        {
            order.Prio = ++_lastPrio;
        }

        var isOut = order.Stay == Stay.Outside;
        Say(
            BookEventKind.Amended, order, order.Total, detail: (byte)(losesPriority ? 1 : 0), shown: order.Shown,
            price: isMarketOrder ? 0 : isOut ? order.Price : null);
    }
}
