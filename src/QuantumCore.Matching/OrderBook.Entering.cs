using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// OrderRecord of orders with conditions, and of plain ones in a book that needs the slow path.
public sealed partial class OrderBook
{
    private RejectReason SubmitSlow(long timeNanos, in NewOrder order, bool aside, out long orderId)
    {
        orderId = 0;
        var reject = CheckAlone(in order);
        if (reject == RejectReason.None)
            reject = BringTo(timeNanos);
        var price = order.PriceTicks;
        if (reject == RejectReason.None)
            reject = CheckState(timeNanos, in order, ref price);
        // A plain order that stands aside is kept like an order with conditions.
        if (reject == RejectReason.None && aside && !HasRoomToKeep(in order))
            reject = RejectReason.Overflow;
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        var slot = Accept(in order, price);
        orderId = Entries[slot].Id;
        if (aside || order.Type == OrderType.Leg)
            StandAside(slot, in order, price);
        else
            _ = Start(slot, price);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>Advances the book to the time of a command: due orders expire first.</summary>
    private RejectReason BringTo(long timeNanos)
    {
        if (timeNanos < LastTimeNanos)
            return RejectReason.TimeRegression;
        if (timeNanos >= NextExpiryNanos)
            ExpireDue(timeNanos);
        return RejectReason.None;
    }

    /// <summary>Gives an accepted order its id and its slot; it has no place yet.</summary>
    private int Accept(in NewOrder order, long price)
    {
        var slot = Store(in order, price);
        ref var entry = ref Entries[slot];
        Append(
            BookEventKind.Accepted, order.Side, EndReason.None, entry.Id, AcceptedPrice(slot, price),
            order.QuantityLots, order.QuantityLots);
        if (price != order.PriceTicks)
            Told.Detail = 1;
        return slot;
    }

    private long AcceptedPrice(int slot, long price) => IsWaitingStop(slot) ? ConditionsOf(slot).Trigger : price;

    private int Store(in NewOrder order, long price)
    {
        var slot = TakeSlot();
        ref var entry = ref Entries[slot];
        entry.Id = Index.Issue();
        entry.Leaves = order.Conditions?.Amount is null ? order.QuantityLots : 1;
        entry.Level = 0;
        entry.Side = order.Side;
        entry.Place = OrderPlace.Entering;
        entry.Traits = TraitsOf(in order);
        entry.Account = order.Account;
        entry.TotalLots = order.QuantityLots;
        entry.Owner = order.Owner;
        entry.Priority = 0;
        OpenOrders++;
        Index.Add(entry.Id, slot);
        if (NeedsConditions(in order))
            Keep(slot, in order, price);
        return slot;
    }

    private static Traits TraitsOf(in NewOrder order)
    {
        var traits = order.TimeInForce switch
        {
            TimeInForce.Day => Traits.Day,
            TimeInForce.AtTheOpening => Traits.AtTheOpening,
            TimeInForce.AtTheClose => Traits.AtTheClose,
            _ => Traits.None,
        };
        if (order.PostOnly)
            traits |= Traits.PostOnly;
        if (order.Type == OrderType.Pegged)
            traits |= Traits.Peg;
        if (order.Conditions is { } terms)
        {
            if (terms.Hidden || terms.AllOrNone || terms.Peg == PegReference.Midpoint)
                traits |= Traits.Dark;
            if (terms.AllOrNone)
                traits |= Traits.AllOrNone;
            if (terms.DisplayLots is not null)
                traits |= Traits.Iceberg;
            if (terms.Slide)
                traits |= Traits.PostOnly | Traits.Slide;
        }

        return traits | (Traits)((int)order.SelfTrade << SelfTradeShift);
    }

    private static bool NeedsConditions(in NewOrder order) => order.Conditions is not null
        || order.Type != OrderType.Limit
        || (RestingTimes >> (int)order.TimeInForce & 1) == 0;

    /// <summary>Stores an order's conditions beyond a plain order.</summary>
    private void Keep(int slot, in NewOrder order, long price)
    {
        var terms = order.Conditions;
        ref var kept = ref Attach(slot);
        kept = new Conditions
        {
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Price = price,
            Protection = terms?.ProtectionTicks ?? -1,
            Amount = terms?.Amount ?? -1,
        };
        ConditionalLots += order.QuantityLots;
        if (terms is null)
            return;

        kept.KeepsPrice = terms.DoNotReduce;
        kept.Reference = terms.TriggerReference;
        kept.Peg = terms.Peg;
        kept.PegOffset = terms.PegOffsetTicks;
        kept.Display = terms.DisplayLots ?? 0;
        kept.Minimum = terms.MinimumLots ?? 0;
        kept.Trigger = terms.TriggerTicks ?? 0;
        kept.TrailTicks = terms.TrailTicks ?? 0;
        kept.TrailBasisPoints = terms.TrailBasisPoints ?? 0;
        kept.Activation = terms.ActivationTicks ?? 0;
        kept.LimitOffset = terms.LimitOffsetTicks ?? 0;
        if (terms.ExpiryNanos is { } expiry)
        {
            kept.Expiry = expiry;
            ExpireAt(Entries[slot].Id, expiry);
        }
    }

    /// <summary>Starts an accepted order as its type requires.</summary>
    /// <returns>Its public id.</returns>
    private long Start(int slot, long price)
    {
        var id = Entries[slot].Id;
        if (IsWaitingStop(slot))
            Arm(slot);
        else if (Has(slot, Traits.Peg))
            StartPeg(slot);
        else if (Has(slot, Traits.AtTheClose) && Phase != TradingPhase.Closing)
            Hold(slot);
        else
            Enter(slot, price);
        return id;
    }

    /// <summary>Runs one taker phase: an order without a place meets the book, and its remainder rests.</summary>
    /// <param name="slot">Slot of the order.</param>
    /// <param name="price">Its limit, in ticks; for a market order its protection price, 0 for none.</param>
    private void Enter(int slot, long price)
    {
        Entries[slot].Place = OrderPlace.Entering;
        EnteringSlot = slot;
        EnteringPrice = price;
        if (Phase == TradingPhase.Continuous)
            MeetOthers(slot, price);
        else
            Collect(slot, price);
        EnteringSlot = 0;
    }

    private void MeetOthers(int slot, long price)
    {
        BeginPrints();
        var taker = TakerFor(slot, price);
        if (!PassesConditions(slot, price, in taker))
            return;

        Match<Execution>(ref taker);
        Finish(ref taker, price);
    }

    private Taker TakerFor(int slot, long price)
    {
        ref var entry = ref Entries[slot];
        var side = IndexOf(entry.Side);
        var taker = PlainTaker(entry.Id, side, price, entry.Leaves);
        taker.Slot = slot;
        taker.Owner = Entries[slot].Owner;
        taker.SelfTrade = SelfTradeOf(slot);
        if (IsMarketNow(slot))
        {
            ref var kept = ref ConditionsOf(slot);
            taker.Limit = Farthest(side);
            taker.Amount = kept.Amount;
            taker.Protection = kept.Protection >= 0 ? kept.Protection : -1;
            if (Rules.ProtectionTicks is { } most && (kept.Protection < 0 || most < kept.Protection))
                taker.Protection = most;
            if (price != 0)
                taker.Cap = price;
        }

        SetBand(ref taker);
        return taker;
    }

    /// <summary>Makes the taker of a limit order as it would enter.</summary>
    private Taker TakerFor(in NewOrder order)
    {
        var taker = PlainTaker(LastOrderId + 1, IndexOf(order.Side), order.PriceTicks, order.QuantityLots);
        taker.Owner = order.Owner;
        taker.SelfTrade = order.SelfTrade;
        SetBand(ref taker);
        return taker;
    }

    /// <summary>Sets the bands; the dynamic one uses the last price at the start of the phase (RULES 12.2).</summary>
    private void SetBand(ref Taker taker)
    {
        if ((Rules.DynamicBandBasisPoints ?? Rules.StaticBandBasisPoints) is not null)
            (taker.BandLow, taker.BandHigh) = TradingBand;
    }

    /// <summary>Decides fill or kill, all or none, and minimum quantity by a dry run (RULES 4.3).</summary>
    private bool PassesConditions(int slot, long price, in Taker taker)
    {
        if (!Has(slot, Traits.Conditional))
            return true;

        ref var kept = ref ConditionsOf(slot);
        var kills = kept.TimeInForce == TimeInForce.FillOrKill
            || (Has(slot, Traits.AllOrNone)
                && (IsMarketNow(slot) || kept.TimeInForce == TimeInForce.ImmediateOrCancel));
        var whole = kills || Has(slot, Traits.AllOrNone);
        var least = whole ? taker.Leaves : kept.Minimum;
        kept.Minimum = 0;
        if (least == 0 || WouldTrade(in taker) >= least)
            return true;

        if (whole && !kills)
            PutLast(slot, price);
        else
            End(slot, whole ? EndReason.FillOrKill : EndReason.MinimumQuantity);
        return false;
    }

    /// <summary>Returns the lots that an order would trade now.</summary>
    private long WouldTrade(in Taker taker)
    {
        var dry = taker;
        Match<DryRun>(ref dry);
        return taker.Leaves - dry.Leaves - dry.Prevented;
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
        ref var entry = ref Entries[slot];
        if (taker.Amount >= 0)
            ConditionsOf(slot).Amount = taker.Amount;
        else
            entry.Leaves = taker.Leaves;
        if (taker.Leaves == 0 || taker.Amount == 0)
        {
            entry.Leaves = 0;
            Complete(slot);
            return;
        }

        var reason = ReasonToEnd(in taker);
        if (reason == EndReason.None)
            PutLast(slot, price);
        else
            End(slot, reason);
        AfterBand(in taker);
    }

    private void AfterBand(in Taker taker)
    {
        if (taker.Stop == EndReason.Band && Rules.DynamicBandMode == BandMode.Auction)
            StopAtBand();
    }

    private EndReason ReasonToEnd(in Taker taker)
    {
        var slot = taker.Slot;
        var time = Has(slot, Traits.Conditional) ? ConditionsOf(slot).TimeInForce : TimeInForce.GoodTillCancel;
        var endsNow = time is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill;
        if (taker.Stop == EndReason.Band)
        {
            return Rules.DynamicBandMode == BandMode.Auction && !endsNow && !IsMarketNow(slot)
                ? EndReason.None
                : EndReason.Band;
        }

        if (IsMarketNow(slot))
            return taker.Stop == EndReason.None ? EndReason.NoLiquidity : taker.Stop;
        return endsNow ? EndReason.ImmediateOrCancel : EndReason.None;
    }

    /// <summary>Enters an order in a call phase, without matching.</summary>
    private void Collect(int slot, long price)
    {
        if (!IsMarketNow(slot))
        {
            PutLast(slot, price);
            return;
        }

        Entries[slot].Priority = NextPriority++;
        PutAtMarket(slot);
    }

    /// <summary>Puts a market order among those that wait for an auction, by its priority.</summary>
    private void PutAtMarket(int slot)
    {
        ref var entry = ref Entries[slot];
        entry.Traits |= Traits.AtMarket;
        entry.Place = OrderPlace.Resting;
        var side = AtMarket + IndexOf(entry.Side);
        EnqueueBehind(slot, LastBefore(slot, side, 1), side, 1, entry.Leaves);
        Append(BookEventKind.Rested, entry.Side, EndReason.None, entry.Id, 0, entry.Leaves, entry.Leaves);
        Told.Detail = 2;
    }

    /// <summary>Puts an order into the book, last at its price.</summary>
    private void PutLast(int slot, long price)
    {
        Entries[slot].Priority = NextPriority++;
        PutByPriority(slot, price);
    }

    /// <summary>Puts an order into the book by its priority.</summary>
    private void PutByPriority(int slot, long price)
    {
        ref var entry = ref Entries[slot];
        entry.Place = OrderPlace.Resting;
        var side = IndexOf(entry.Side);
        var dark = (entry.Traits & Traits.Dark) != 0;
        var counted = dark ? entry.Leaves : Show(slot);
        var tree = dark ? side + Dark : side;
        EnqueueBehind(slot, LastBefore(slot, tree, price), tree, price, counted);
        Append(BookEventKind.Rested, entry.Side, EndReason.None, entry.Id, price, dark ? 0 : counted, entry.Leaves);
        if (dark)
        {
            Told.Detail = 1;
            SlowPathReasons |= SlowPath.DarkOrders;
        }

        if (AllOrNoneCount > 0)
            NoteAdded(side, price);
        if ((entry.Traits & Traits.AllOrNone) != 0)
            CountAllOrNone(1);
    }
}
