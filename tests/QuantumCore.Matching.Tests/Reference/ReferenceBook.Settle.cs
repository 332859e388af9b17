using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RULES 3 "settle", 4.6 wake-up, 7 triggers, 8 pegs, 9.4 activation.
internal sealed partial class ReferenceBook
{
    // Prints since the last evaluation of triggers; the last of them has number _printCount (7.7).
    private readonly List<long> _prints = [];
    private long _printCount;

    // Best price that rested on each side since all-or-none orders were last checked; null for none.
    private long? _addedBuy;
    private long? _addedSell;

    private void Settle()
    {
        while (Phase == TradingPhase.Continuous)
        {
            var happened = WakeAllOrNone();
            happened |= MovePegs();
            happened |= EvaluateTriggers();
            happened |= RunFirstOfQueue();
            if (!happened)
                return;
        }
    }

    private void RememberAdded(ReferenceOrder order)
    {
        if (order.HasNoLimit)
            return;
        if (order.Side == Side.Buy)
            _addedBuy = Math.Max(_addedBuy ?? order.Price, order.Price);
        else
            _addedSell = Math.Min(_addedSell ?? order.Price, order.Price);
    }

    /// <summary>Marks all all-or-none orders for checking, on entering Continuous.</summary>
    private void RememberAllAdded() => (_addedBuy, _addedSell) = (long.MaxValue, 0);

    /// <summary>(a) 4.6: checks buyers first, each side in price-time order; whole or not at all.</summary>
    private bool WakeAllOrNone()
    {
        if (Phase != TradingPhase.Continuous || (_addedBuy is null && _addedSell is null))
            return false;

        var (buys, sells) = (_addedBuy, _addedSell);
        (_addedBuy, _addedSell) = (null, null);
        var candidates = new List<ReferenceOrder>();
        foreach (var order in _open)
        {
            if (order.AllOrNone && order.Stay == Stay.Resting
                && (order.Side == Side.Buy ? sells <= order.Price : buys >= order.Price))
                candidates.Add(order);
        }

        candidates.Sort((one, other) => one.Side != other.Side ? one.Side.CompareTo(other.Side)
            : one.RanksBefore(other) ? -1 : one == other ? 0 : 1);
        var woke = false;
        foreach (var order in candidates)
        {
            if (order.Stay != Stay.Resting || DryRun(order).Traded < order.Leaves)
                continue;
            order.Stay = Stay.Outside;
            TakerPhase(order);
            woke = true;
        }

        return woke;
    }

    /// <summary>(b) 8.4: moves pegs: all with a changed price leave, then return by id.</summary>
    private bool MovePegs()
    {
        if (Phase != TradingPhase.Continuous)
            return false;

        List<(ReferenceOrder Order, long Old, long New)>? moved = null;
        foreach (var order in _open)
        {
            if (order.IsPeg && order.Stay is Stay.Resting or Stay.Parked && PegPrice(order) is var price
                && price != order.Price)
                (moved ??= []).Add((order, order.Price, price));
        }

        if (moved is null)
            return false;
        foreach (var (order, _, _) in moved)
        {
            if (order.Stay == Stay.Resting)
                order.Stay = Stay.Outside;
        }

        foreach (var (order, old, price) in moved)
        {
            // A band stop in between has parked those that have not returned (8.4).
            if (Phase != TradingPhase.Continuous)
                return true;
            if (price == 0)
            {
                Park(order); // 8.3
                continue;
            }

            order.Stay = Stay.Outside;
            order.Price = price;
            Say(BookEventKind.Repriced, order, old);
            TakerPhase(order);
        }

        return true;
    }

    private void Park(ReferenceOrder order)
    {
        order.Stay = Stay.Parked;
        order.Price = 0;
        Say(BookEventKind.Parked, order, order.Total);
    }

    /// <summary>8.1, 8.2: returns a peg's price; 0 without a reference or a valid price (D19).</summary>
    private long PegPrice(ReferenceOrder order)
    {
        var buys = order.Side == Side.Buy;
        var bid = BestReference(Side.Buy);
        var ask = BestReference(Side.Sell);
        var (own, opposite) = buys ? (bid, ask) : (ask, bid);
        var reference = order.Conditions.Peg switch
        {
            PegReference.Primary => own,
            PegReference.Market => opposite,
            _ => bid == 0 || ask == 0 ? 0 : (bid + ask + (buys ? 0 : 1)) / 2,
        };
        if (reference == 0)
            return 0;

        var offset = order.Conditions.PegOffsetTicks;
        var price = buys ? reference - offset : reference + offset;
        if (order.Cap != 0)
            price = buys ? Math.Min(price, order.Cap) : Math.Max(price, order.Cap);
        return IsIn(price, Rules.MinPriceTicks, Rules.MaxPriceTicks) ? price : 0;
    }

    /// <summary>8.1: returns the best displayed price of orders other than pegs; 0 for none.</summary>
    private long BestReference(Side side) => BestDisplayed(side, withPegs: false);

    private long BestDisplayed(Side side, bool withPegs)
    {
        var best = 0L;
        foreach (var order in _open)
        {
            if (order.Side != side || !order.IsDisplayed || (order.IsPeg && !withPegs))
                continue;
            if (best == 0 || (side == Side.Buy ? order.Price > best : order.Price < best))
                best = order.Price;
        }

        return best;
    }

    private void RecordPrint(long price)
    {
        LastPriceTicks = price;
        _prints.Add(price);
        _printCount++;
    }

    private void Arm(ReferenceOrder order)
    {
        order.Stay = Stay.Armed;
        order.ArmedAfterPrint = _printCount;
        StartTrailing(order);
    }

    /// <summary>7.1: returns the price that its trigger is compared with; 0 for none.</summary>
    private long ReferenceFor(ReferenceOrder order) => order.Conditions.TriggerReference switch
    {
        TriggerReference.Last => LastPriceTicks,
        TriggerReference.Quote => BestDisplayed(order.Side == Side.Buy ? Side.Sell : Side.Buy, withPegs: true),
        _ => MarkPriceTicks,
    };

    /// <summary>
    /// 7.3: returns true if a rise triggers it: buy stops and sell take-profits; a fall triggers the others.
    /// </summary>
    private static bool IsHitByRise(ReferenceOrder order) => order.Side == Side.Buy != order.IsTakeProfit;

    /// <summary>7.2: returns true if a reference reaches the trigger; equality counts.</summary>
    private static bool IsHit(ReferenceOrder order, long reference) =>
        reference != 0 && order.Trigger != 0
        && (IsHitByRise(order) ? reference >= order.Trigger : reference <= order.Trigger);

    /// <summary>(c) triggers all hits of one evaluation together, in the order of 7.3.</summary>
    private bool EvaluateTriggers()
    {
        if (Phase != TradingPhase.Continuous)
            return false;

        List<ReferenceOrder>? hit = null;
        foreach (var order in _open)
        {
            if (order.Stay == Stay.Armed && (order.IsDue || Follow(order)))
                (hit ??= []).Add(order);
        }

        _prints.Clear();
        if (hit is null)
            return false;

        var rising = hit.Where(IsHitByRise).OrderBy(order => order.Trigger).ThenBy(order => order.Id);
        var falling = hit.Where(order => !IsHitByRise(order)).OrderByDescending(order => order.Trigger)
            .ThenBy(order => order.Id);
        foreach (var order in rising.Concat(falling).ToList())
        {
            // Its sibling may have ended first.
            if (order.Stay != Stay.Armed)
                continue;
            TriggerOrder(order);
            _queue.Add(order);
        }

        return true;
    }

    /// <summary>7.9: tests every value against the trigger, then ratchets it. Returns true if it is hit.</summary>
    private bool Follow(ReferenceOrder order)
    {
        if (order.Conditions.TriggerReference != TriggerReference.Last)
        {
            var value = ReferenceFor(order);
            if (IsHit(order, value))
                return true;
            Ratchet(order, value);
            return false;
        }

        var number = _printCount - _prints.Count;
        foreach (var print in _prints)
        {
            // 7.7: a print counts for orders armed when it happened.
            if (++number <= order.ArmedAfterPrint)
                continue;
            if (IsHit(order, print))
                return true;
            Ratchet(order, print);
        }

        return false;
    }

    /// <summary>7.8: starts a trailing stop from the current reference, if there is one.</summary>
    private void StartTrailing(ReferenceOrder order) => Ratchet(order, ReferenceFor(order));

    private static void Ratchet(ReferenceOrder order, long value)
    {
        if (!order.IsTrailing || value == 0)
            return;
        var sells = order.Side == Side.Sell;
        if (order.Extreme == 0)
        {
            // It starts at the value that reaches the activation price.
            var activation = order.Conditions.ActivationTicks ?? value;
            if (sells ? value < activation : value > activation)
                return;
            order.Extreme = value;
        }

        order.Extreme = sells ? Math.Max(order.Extreme, value) : Math.Min(order.Extreme, value);
        SetTrail(order);
    }

    /// <summary>7.8: sets the trigger, rounded away from the market.</summary>
    private static void SetTrail(ReferenceOrder order)
    {
        if (order.Extreme == 0)
            return;
        var (extreme, width) = (order.Extreme, order.TrailBasisPoints);
        if (order.Side == Side.Sell)
            order.Trigger = Math.Max(0, width == 0 ? extreme - order.TrailTicks : extreme * (10_000 - width) / 10_000);
        else
            order.Trigger = width == 0 ? extreme + order.TrailTicks : ((extreme * (10_000 + width)) + 9_999) / 10_000;
    }

    /// <summary>7.4: makes it a market or a limit order, and ends its sibling at once.</summary>
    private void TriggerOrder(ReferenceOrder order)
    {
        var trigger = order.Trigger;
        if (order.Type == OrderType.TrailingStopLimit)
        {
            // 7.10, D7: not farther than its own price or, without one, the book's.
            var offset = order.Conditions.LimitOffsetTicks ?? 0;
            var own = order.Price;
            order.Price = order.Side == Side.Sell
                ? Math.Max(order.Trigger - offset, own != 0 ? own : Rules.MinPriceTicks)
                : Math.Min(order.Trigger + offset, own != 0 ? own : Rules.MaxPriceTicks);
        }

        // Its limit is now in the book, where others display quantity.
        Say(BookEventKind.Triggered, order, order.Total, shown: order.HasNoLimit ? 0 : order.Price, price: trigger);
        order.Stay = Stay.Outside;
        order.IsTriggered = true;
        if (OpenSibling(order) is { } sibling)
            End(sibling, EndReason.OneCancelsOther);
    }

    /// <summary>(d) runs the taker phase of the first in the queue.</summary>
    private bool RunFirstOfQueue()
    {
        if (Phase != TradingPhase.Continuous || _queue.Count == 0)
            return false;

        var order = _queue[0];
        _queue.RemoveAt(0);
        if (order.Stay == Stay.Pending)
            Activate(order);
        else if (order.Stay != Stay.Done)
            RunTriggered(order);
        return true;
    }

    private void RunTriggered(ReferenceOrder order)
    {
        // 7.11: a post-only stop-limit that would take.
        if (order.PostOnly && BestPriceItWouldTake(order) != 0)
            End(order, EndReason.PostOnly);
        else
            TakerPhase(order);
    }

    /// <summary>9.4: activates a child, or ends it if it would be rejected.</summary>
    private void Activate(ReferenceOrder child)
    {
        SayActivated(child);
        var price = child.Price;
        var refusal = child.Terms.TimeInForce == TimeInForce.AtTheOpening
            ? RejectReason.NotInThisPhase
            : CheckMarket(child, activation: true, slides: true);
        if (refusal != RejectReason.None)
        {
            child.Price = price;
            End(child, EndReason.List, refusal);
            return;
        }

        if (child.Type == OrderType.Limit)
        {
            // 4.8: reported at the price it slid to.
            Events[^1] = new BookEvent(
                BookEventKind.Activated, child.Side, EndReason.None, child.Id, 0, child.Price, child.Total,
                child.Leaves, 0);
        }

        Enter(child);
        // 7.5: protection must not vanish.
        if (child.Stay != Stay.Armed || !IsHit(child, ReferenceFor(child)))
            return;

        TriggerOrder(child);
        if (Phase == TradingPhase.Continuous)
            RunTriggered(child);
        else
            JoinCall(child);
    }

    private void SayActivated(ReferenceOrder child)
    {
        Say(BookEventKind.Activated, child, child.Total);
        child.Stay = Stay.Outside;
    }

    /// <summary>RULES 3: after a band stop, moves the queue into the call phase, in queue order.</summary>
    private void DrainQueue()
    {
        foreach (var order in _queue.ToList())
        {
            if (order.Stay == Stay.Done)
                continue;
            if (order.Stay == Stay.Pending && (FitsCall(order) || order.WaitsForTrigger))
            {
                Activate(order);
                continue;
            }

            if (order.Stay == Stay.Pending)
                SayActivated(order);
            JoinCall(order);
        }

        _queue.Clear();
    }

    /// <summary>13.1: ends orders that a call phase cannot hold.</summary>
    private void JoinCall(ReferenceOrder order)
    {
        if (FitsCall(order) || order.WaitsForTrigger)
            Rest(order);
        else
            End(order, EndReason.Session);
    }
}
