using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Checks the invariants of a book between two commands. A snapshot that violates one is invalid.</summary>
internal sealed class StateAudit(OrderBook book)
{
    /// <summary>Returns a violated invariant as a sentence; null if there is none.</summary>
    public string? Run() =>
        AuditNumbers() ?? AuditPriorities() ?? AuditPrices() ?? AuditTerms() ?? AuditWaiting();

    private string? AuditNumbers()
    {
        if (!book.Rules.IsInRange)
            return "its rules are out of range";
        // Trades of legs set no last price.
        if (book.LastTradeNumber > 0 && book.LastOrderId < 2)
            return "there were trades without orders";
        foreach (var trade in book.Busted)
        {
            if (trade < 1 || trade > book.LastTradeNumber)
                return $"trade {trade} is busted and never was";
        }

        if (book.Auction.Extensions != 0 && !Auction.IsCall(book.Phase))
            return "an auction is extended that is none";
        if (book.Blocks.Owners.Contains(0))
            return "nobody is blocked";
        foreach (var price in book.Triggers.Prints)
        {
            if (price is < 1 or > Instrument.PriceTicksLimit)
                return $"a print at {price}";
        }

        if (book.Triggers.Prints.Count > 0 && (book.ArmedCount == 0 || book.Phase == TradingPhase.Continuous))
            return "prints wait for triggers that are not there, or are to be seen at once";
        return Auction.IsCall(book.Phase) && book.Auction.WouldGive() != book.Auction.ToldResult
            ? "the auction would give something else than was told"
            : null;
    }

    /// <summary>Checks that each priority is unique.</summary>
    private string? AuditPriorities()
    {
        var given = new List<long>();
        for (var slot = 1; slot < book.EntriesUsed; slot++)
        {
            if (book.Entries[slot].Id != 0 && book.Entries[slot].Priority != 0)
                given.Add(book.Entries[slot].Priority);
        }

        given.Sort();
        for (var i = 1; i < given.Count; i++)
        {
            if (given[i] == given[i - 1])
                return $"two orders have priority {given[i]}";
        }

        return null;
    }

    /// <summary>
    /// Checks that, while the book matches, nothing that could trade is left and pegs are at their prices.
    /// </summary>
    private string? AuditPrices()
    {
        var matches = book.Phase == TradingPhase.Continuous;
        var bid = BestFirm(Buy);
        var ask = BestFirm(Sell);
        if (matches && bid != 0 && ask != 0 && bid >= ask)
            return $"the book is crossed: bid {bid}, ask {ask}";
        if (book.Phase is TradingPhase.Continuous or TradingPhase.Closed
            && book.Sides[MarketOrders].Levels + book.Sides[MarketOrders + 1].Levels > 0)
            return "market orders wait for an auction that is over";
        if (book.Waiting.Held.Count > 0 && book.Phase is TradingPhase.Closing or TradingPhase.Closed)
            return "orders wait for a closing auction that began";
        foreach (var slot in book.Pegs.Slots)
        {
            var price = matches ? book.Pegs.PriceOf(slot) : 0;
            var stands = book.Entries[slot].Place == OrderPlace.Resting
                ? book.Ladder.PriceOf(book.Entries[slot].Level) : 0;
            if (price != stands)
                return $"peg {book.Entries[slot].Id} stands at {stands} and belongs to {price}";
        }

        return null;
    }

    /// <summary>Returns the best price of a side at which any quantity trades; 0 for none.</summary>
    private long BestFirm(int side)
    {
        var best = book.Sides[side].Best == 0 ? 0 : book.Ladder.PriceOf(book.Sides[side].Best);
        for (var level = book.Sides[side + Hidden].Best; level != 0; level = book.NextWorse(side + Hidden, level))
        {
            var price = book.Ladder.PriceOf(level);
            if (best != 0 && SignedPriceKey(side ^ 1, best) <= SignedPriceKey(side ^ 1, price))
                return best;
            if (book.Pricing.OpenAt(level) > 0)
                return price;
        }

        return best;
    }

    private string? AuditTerms()
    {
        for (var slot = 1; slot < book.EntriesUsed; slot++)
        {
            if (book.Entries[slot].Id == 0)
                continue;

            var wrong = book.SelfTradeOf(slot) > SelfTradePrevention.CancelOldest
                ? "prevents self-trades in no known way"
                : !book.Has(slot, Traits.Conditional) ? null
                : AuditEntry(slot) ?? AuditPlace(slot) ?? AuditTime(slot) ?? AuditTrigger(slot) ?? AuditShown(slot);
            if (wrong is not null)
                return $"order {book.Entries[slot].Id} {wrong}";
        }

        return null;
    }

    /// <summary>Checks that an order's values are those of an order that can be entered.</summary>
    private string? AuditEntry(int slot)
    {
        ref var kept = ref book.ConditionsOf(slot);
        if (kept.Amount != -1)
            return "has an amount that no open order has";
        var reject = OrderRules.Check(AsEntered(slot));
        return reject == RejectReason.None ? null : $"could not have been entered: {reject}";
    }

    private NewOrder AsEntered(int slot)
    {
        ref var entry = ref book.Entries[slot];
        ref var kept = ref book.ConditionsOf(slot);
        var total = book.Entries[slot].TotalLots;
        var trailing = OrderRules.IsTrailing(kept.Type);
        var terms = new OrderConditions
        {
            // A reduced total leaves dependent values unchanged.
            DisplayLots = kept.Display == 0 ? null : Math.Min(kept.Display, total),
            MinimumLots = kept.Minimum == 0 ? null : Math.Min(kept.Minimum, total),
            Hidden = book.Has(slot, Traits.Hidden) && !book.Has(slot, Traits.AllOrNone)
                && kept.Peg != PegReference.Midpoint,
            AllOrNone = book.Has(slot, Traits.AllOrNone),
            Slide = book.Has(slot, Traits.Slide),
            DoNotReduce = kept.KeepsPrice,
            TriggerTicks = trailing || kept.Trigger == 0 ? null : kept.Trigger,
            TriggerReference = kept.Reference,
            TrailTicks = kept.TrailTicks == 0 ? null : kept.TrailTicks,
            TrailBasisPoints = kept.TrailBasisPoints == 0 ? null : kept.TrailBasisPoints,
            ActivationTicks = kept.Activation == 0 ? null : kept.Activation,
            LimitOffsetTicks = kept.Type == OrderType.TrailingStopLimit || kept.LimitOffset != 0
                ? kept.LimitOffset
                : null,
            Peg = kept.Peg,
            PegOffsetTicks = kept.PegOffset,
            ProtectionTicks = kept.Protection == -1 ? null : kept.Protection,
            ExpiryNanos = kept.Expiry == 0 ? null : kept.Expiry,
        };
        var price = kept.Type == OrderType.TrailingStopLimit && kept.Triggered ? 0 : kept.Price;
        return new NewOrder(
            book.Entries[slot].Account, entry.Side, kept.Type, kept.TimeInForce, book.Has(
                slot, Traits.PostOnly), price, total,
            book.Entries[slot].Owner, book.SelfTradeOf(slot), terms);
    }

    /// <summary>Checks that an order is in a place that its type allows.</summary>
    private string? AuditPlace(int slot)
    {
        ref var entry = ref book.Entries[slot];
        ref var kept = ref book.ConditionsOf(slot);
        var triggered = OrderRules.IsTriggered(kept.Type);
        var market = OrderRules.IsMarket(kept.Type);
        if ((kept.Triggered && !triggered) || kept.Type == OrderType.Pegged != book.Has(slot, Traits.Peg))
            return "has triggered and is no stop, or is pegged and no peg";
        if (book.Has(slot, Traits.MarketOrder) != (market && entry.Place == OrderPlace.Resting))
            return "is at the market and no market order, or the other way round";
        if (entry.Place != OrderPlace.Resting)
            return entry.Place switch
            {
                OrderPlace.Parked when kept.Type != OrderType.Pegged => "is parked and no peg",
                OrderPlace.Held when !book.Has(slot, Traits.AtTheClose) => "is held and not for the close",
                OrderPlace.Aside when kept.Type != OrderType.Leg || kept.List != 0 =>
                    "stands aside and is no leg, or one of a list",
                not OrderPlace.Aside when kept.Type == OrderType.Leg => "is a leg and does not stand aside",
                OrderPlace.Pending when kept.Role is not (ListRole.Leg or ListRole.Child) =>
                    "waits for a parent it does not have",
                _ => kept.Triggered ? "has triggered and waits" : null,
            };
        if ((triggered && !kept.Triggered) || kept.Minimum != 0 || kept.Type == OrderType.Leg)
            return "rests and is not such an order";
        return market || kept.Type == OrderType.Pegged || kept.Price == book.Ladder.PriceOf(entry.Level)
            ? null
            : $"has limit {kept.Price} and stands elsewhere";
    }

    private string? AuditTime(int slot)
    {
        ref var entry = ref book.Entries[slot];
        ref var kept = ref book.ConditionsOf(slot);
        if (book.Has(slot, Traits.Day) != (kept.TimeInForce == TimeInForce.Day)
            || book.Has(slot, Traits.AtTheOpening) != (kept.TimeInForce == TimeInForce.AtTheOpening)
            || book.Has(slot, Traits.AtTheClose) != (kept.TimeInForce == TimeInForce.AtTheClose))
            return "has two times in force";
        if (kept.Expiry != 0 && kept.Expiry <= book.LastTimeNanos)
            return "has expired";
        if (book.Phase == TradingPhase.Closed && (kept.TimeInForce == TimeInForce.Day
            || (entry.Place == OrderPlace.Resting
                && kept.TimeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose)))
            return "has outlived its day";
        var atOnce = kept.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
        return atOnce && entry.Place is not (OrderPlace.Armed or OrderPlace.Pending or OrderPlace.Aside)
            ? "should have ended at once"
            : null;
    }

    private string? AuditTrigger(int slot)
    {
        ref var kept = ref book.ConditionsOf(slot);
        var trailing = OrderRules.IsTrailing(kept.Type);
        if (kept.ArmedAtPrint > book.Triggers.NextPrint)
            return "was armed at a print that has not come";
        if (kept.IsDue && (book.Entries[slot].Place != OrderPlace.Armed
            || kept.Reference is not (TriggerReference.Last or TriggerReference.Mark)
            || book.Phase == TradingPhase.Continuous))
            return "is due and does not wait for its book";
        if (!trailing)
            return kept.Follows || (kept.Peak != 0 && kept.Peg == PegReference.None)
                ? "follows and is no trailing stop"
                : null;

        var trigger = kept.Peak == 0 ? 0 : Triggers.TrailFrom(in kept, book.Entries[slot].Side == Side.Sell);
        if (kept.Trigger != trigger || (kept.Peak != 0 && !kept.Follows) || (kept.Triggered && kept.Peak == 0))
            return $"has trigger {kept.Trigger} and belongs to {trigger}";
        return null;
    }

    private string? AuditShown(int slot)
    {
        ref var entry = ref book.Entries[slot];
        ref var kept = ref book.ConditionsOf(slot);
        var hidden = book.Has(slot, Traits.AllOrNone) || kept.Peg == PegReference.Midpoint;
        if (book.Has(slot, Traits.Iceberg) != (kept.Display != 0) || (hidden && !book.Has(slot, Traits.Hidden))
            || (book.Has(slot, Traits.Slide) && !book.Has(slot, Traits.PostOnly)))
            return "shows itself in two ways";
        var shown = book.Has(slot, Traits.Iceberg) && entry.Place == OrderPlace.Resting;
        if (shown ? kept.Shown > kept.Display : kept.Shown != 0)
            return $"shows {kept.Shown} lots of {kept.Display}";
        return kept.Prevented > book.Entries[slot].TotalLots - entry.Leaves
            ? "had more lots prevented than are gone"
            : null;
    }

    /// <summary>
    /// Checks that children wait for a parent or for the book to match, and that lists have the orders they were
    /// entered with.
    /// </summary>
    private string? AuditWaiting()
    {
        var awaited = new HashSet<long>();
        foreach (var id in book.Waiting.Awaiting)
        {
            if (book.FindOpen(id, out var slot) == RejectReason.None
                && (book.Entries[slot].Place != OrderPlace.Pending || !awaited.Add(id)
                || book.Phase == TradingPhase.Continuous))
                return $"order {id} waits for nothing, or twice";
        }

        for (var list = 1; list < book.Lists.Used; list++)
        {
            ref var members = ref book.Lists.At(list);
            if (members.Alive > 0 && AuditMembers(in members, awaited) is { } wrong)
                return $"list {members.FirstId} {wrong}";
        }

        return null;
    }

    private string? AuditMembers(in OrderList members, HashSet<long> awaited)
    {
        var single = members.Kind == OrderListKind.OneTriggersOther;
        var legs = members.FirstId + (members.Kind == OrderListKind.OneCancelsOther ? 0 : 1);
        if ((members.Parent != 0 && (book.Entries[members.Parent].Id != members.FirstId || !IsParent(members.Parent)))
            || (members.FirstLeg != 0 && book.Entries[members.FirstLeg].Id != legs)
            || (members.SecondLeg != 0 && (single || book.Entries[members.SecondLeg].Id != legs + 1))
            || (members.Parent != 0 && members.Kind == OrderListKind.OneCancelsOther))
            return "has members it did not begin with";
        foreach (var slot in (ReadOnlySpan<int>)[members.FirstLeg, members.SecondLeg])
        {
            if (slot == 0)
                continue;
            var waits = members.Parent != 0 || awaited.Contains(book.Entries[slot].Id);
            if (waits != (book.Entries[slot].Place == OrderPlace.Pending)
                || book.ConditionsOf(slot).Role != (single ? ListRole.Child : ListRole.Leg))
                return "has a child that waits for nothing";
        }

        if (members.FirstLeg == 0 || members.SecondLeg == 0)
            return null;
        var (first, second) = (members.FirstLeg, members.SecondLeg);
        return book.Entries[first].Side == book.Entries[second].Side
            && book.Entries[first].Leaves == book.Entries[second].Leaves
            && book.Entries[first].TotalLots == book.Entries[second].TotalLots
            && book.Lists.IsTargetLeg(first) != book.Lists.IsTargetLeg(second)
            ? null
            : "has two legs that don't fit each other";
    }

    /// <summary>Returns true for a limit order that rests, or waits for the close, as a parent does.</summary>
    private bool IsParent(int slot) => book.Entries[slot].Place is OrderPlace.Resting or OrderPlace.Held
        && book.ConditionsOf(slot).Type == OrderType.Limit && book.ConditionsOf(slot).Role == ListRole.Parent;
}
