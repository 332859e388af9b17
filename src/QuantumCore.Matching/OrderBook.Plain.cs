using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// The fast path: plain limit and market orders in continuous trading. It may do nothing that the general loop would not
// do. It skips only work that the current state of the book makes unnecessary (see SlowPath).
public sealed partial class OrderBook
{
    private const int PlainTimes = (1 << (int)TimeInForce.Day) | (1 << (int)TimeInForce.GoodTillCancel)
        | (1 << (int)TimeInForce.ImmediateOrCancel);

    internal const int RestingTimes = (1 << (int)TimeInForce.Day) | (1 << (int)TimeInForce.GoodTillCancel);

    /// <summary>Returns true for a limit order without conditions that may rest and whose numbers are valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsPlainLimit(in NewOrder order) => unchecked(
        order.Conditions is null
        && ((int)order.Type ^ (int)OrderType.Limit | (int)order.SelfTrade | (int)order.TimeInForce >> 1
            | (int)order.Side - 1 >> 1) == 0
        && (ulong)(order.QuantityLots - 1) < Instrument.QuantityLotsLimit
        && order.PriceTicks >= Rules.MinPriceTicks && order.PriceTicks <= Rules.MaxPriceTicks);

    /// <summary>Enters a plain limit order whole at its level. A slot and the place of its id are free.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Join(long timeNanos, in NewOrder order, int level, ref LevelQueue queue, ref int place)
    {
        var entries = Entries;
        var slot = FreeEntry;
        var lots = order.QuantityLots;
        var id = Index.Issue(ref place, slot);
        BookEvent accepted = default;
        accepted.Set(BookEventKind.Accepted, order.Side, EndReason.None, 0, id, order.PriceTicks, lots, lots);
        var events = EventBuffer;
        events[1].SetRested(in accepted);
        events[0] = accepted;
        LastTimeNanos = timeNanos;
        EventCount = 2;
        ReplaceFailure = RejectReason.None;
        FreeEntry = entries[slot].Next;
        PutPlainLast(entries, slot, id, in order, lots, level, ref queue);
        return id;
    }

    /// <summary>Retries Submit after remembering the strip of its price.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason SubmitFar(long timeNanos, in NewOrder order, out long orderId)
    {
        Ladder.FindInTree(IndexOf(order.Side), order.PriceTicks);
        return Submit(timeNanos, in order, out orderId);
    }

    /// <summary>Submits an order at a price without orders.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason SubmitAlone(long timeNanos, in NewOrder order, int level, ref int place, out long orderId)
    {
        var side = IndexOf(order.Side);
        if (Sides[side].Levels >= MaxLevels)
            return SubmitOther(timeNanos, in order, out orderId);

        level = OpenLevel(side, level, order.PriceTicks);
        orderId = Join(timeNanos, in order, level, ref Ladder[level], ref place);
        return Watching ? Settled() : RejectReason.None;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason Settled()
    {
        _settling.Settle();
        return RejectReason.None;
    }

    /// <summary>Fills a plain order's slot and puts it last at its level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PutPlainLast(
        OrderRecord[] entries, int slot, long id, in NewOrder order, long leaves, int level, ref LevelQueue queue)
    {
        // No overflow: sums of lots were checked, and counters cannot exceed the number of slots or commands.
        unchecked
        {
            var last = queue.Last;
            ref var entry = ref entries[slot];
            entry.Id = id;
            entry.Leaves = leaves;
            entry.Next = 0;
            entry.Previous = last;
            entry.Level = level;
            entry.Side = order.Side;
            entry.Place = OrderPlace.Resting;
            entry.Traits = (order.TimeInForce == TimeInForce.Day ? Traits.Day : Traits.None)
                | (order.PostOnly ? Traits.PostOnly : Traits.None);
            entry.Account = order.Account;
            entry.TotalLots = order.QuantityLots;
            entry.Owner = order.Owner;
            entry.Priority = NextPriority++;

            // Without an order before it, this writes to slot 0, which is never read.
            entries[last].Next = slot;
            var first = queue.First;
            first = last == 0 ? slot : first;
            queue.First = first;
            queue.Last = slot;
            queue.Lots += leaves;
            queue.Orders++;
            OpenOrders++;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason SubmitOther(long timeNanos, in NewOrder order, out long orderId)
    {
        Begin();
        orderId = 0;
        if (!IsPlain(in order) || timeNanos >= NextExpiryNanos
            || (SlowPathReasons != SlowPath.None && NeedsSlowPath(in order)))
            return SubmitSlow(timeNanos, in order, aside: false, out orderId);

        var reject = CheckPlain(in order);
        if (reject != RejectReason.None)
            return reject;
        if (timeNanos < LastTimeNanos)
            return RejectReason.TimeRegression;

        reject = CheckRoom(in order);
        if (reject != RejectReason.None)
            return reject;

        // Point of no return.
        LastTimeNanos = timeNanos;
        orderId = EnterPlain(in order);
        if (Watching)
            _settling.Settle();
        return RejectReason.None;
    }

    /// <summary>Returns true for a plain order that would not be rejected with or without the old one.</summary>
    private bool CanReplacePlain(in NewOrder order) => IsPlain(in order) && !order.PostOnly
        && order.TimeInForce <= TimeInForce.AtTheClose
        && CheckPlain(in order) == RejectReason.None
        && Sides[IndexOf(order.Side)].Levels < MaxLevels
        && CheckRoom(in order) == RejectReason.None;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CancelOther(long timeNanos, long orderId, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        Begin();
        var reject = Find(timeNanos, orderId, out var slot);
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        _endings.End(slot, reason);
        Conclude();
        return RejectReason.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(in NewOrder order) => order.Conditions is null
        && order.SelfTrade == SelfTradePrevention.None
        && order.Type <= OrderType.Limit
        && order.TimeInForce <= TimeInForce.AtTheClose
        && (PlainTimes >> (int)order.TimeInForce & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayRest(in NewOrder order) =>
        order.Type == OrderType.Limit && (RestingTimes >> (int)order.TimeInForce & 1) != 0;

    /// <summary>
    /// Returns true if a plain order must take the slow path although the book is in continuous trading.
    /// </summary>
    private bool NeedsSlowPath(in NewOrder order)
    {
        if (SlowPathReasons != SlowPath.HiddenOrders || AllOrNoneCount > 0 || order.Type != OrderType.Limit
            || order.Side is not (Side.Buy or Side.Sell))
            return true;

        // Orders that are not displayed matter only to those that could meet them.
        var side = IndexOf(order.Side);
        return SignedPriceKey(side, order.PriceTicks) >= Sides[side ^ 1 | Hidden].BestKey;
    }

    /// <summary>Checks a plain order alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason CheckPlain(in NewOrder order)
    {
        var immediate = order.TimeInForce == TimeInForce.ImmediateOrCancel;
        var fine = order.Side is Side.Buy or Side.Sell
            && order.QuantityLots is >= 1 and <= Instrument.QuantityLotsLimit
            && !(order.PostOnly && immediate)
            && (order.Type == OrderType.Limit
                ? order.PriceTicks >= Rules.MinPriceTicks && order.PriceTicks <= Rules.MaxPriceTicks
                : order.Type == OrderType.Market && order.PriceTicks == 0 && !order.PostOnly);
        return fine ? RejectReason.None : _checks.CheckAlone(in order);
    }

    /// <summary>Checks a plain order against the book.</summary>
    private RejectReason CheckRoom(in NewOrder order)
    {
        if (!MayRest(in order))
            return RejectReason.None;

        var side = IndexOf(order.Side);
        if (SignedPriceKey(side, order.PriceTicks) >= Sides[side ^ 1].BestKey)
            return order.PostOnly || Sides[side].Levels >= MaxLevels ? CheckRemainder(in order) : RejectReason.None;

        ref var queue = ref Ladder[Ladder.Find(side, order.PriceTicks)];
        if (queue.Orders == 0)
            return Sides[side].Levels >= MaxLevels ? RejectReason.TooManyLevels : RejectReason.None;
        return queue.Lots > MaxLevelLots - order.QuantityLots ? RejectReason.Overflow : RejectReason.None;
    }

    /// <summary>
    /// Checks an order that meets another. Its remainder would open a level: a level of its own side at a price that
    /// reaches the other side cannot exist. A post-only order takes nothing, so all of it would rest.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CheckRemainder(in NewOrder order)
    {
        var side = IndexOf(order.Side);
        if (Sides[side].Levels >= MaxLevels)
        {
            var taker = Matcher.PlainTaker(0, side, order.PriceTicks, order.QuantityLots);
            if (!order.PostOnly)
                _matcher.Match<DryRun>(ref taker);
            if (taker.Leaves > 0)
                return RejectReason.TooManyLevels;
        }

        return order.PostOnly ? RejectReason.PostOnlyWouldTake : RejectReason.None;
    }

    /// <summary>Enters a plain order that was checked.</summary>
    private long EnterPlain(in NewOrder order)
    {
        var id = Index.Issue();
        var leaves = order.QuantityLots;
        Append(BookEventKind.Accepted, order.Side, EndReason.None, id, order.PriceTicks, leaves, leaves);

        var side = IndexOf(order.Side);
        var limit = order.PriceTicks;
        if (limit == 0)
            limit = Farthest(side);
        if (SignedPriceKey(side, limit) >= Sides[side ^ 1].BestKey)
        {
            leaves = Take(side, limit, leaves, id);
            if (leaves == 0)
                return id;
        }

        if (MayRest(in order))
            Rest(id, in order, side, leaves);
        else
            EndImmediate(in order, id, leaves);
        return id;
    }

    private void EndImmediate(in NewOrder order, long id, long leaves)
    {
        var reason = order.Type == OrderType.Limit ? EndReason.ImmediateOrCancel
            : Sides[IndexOf(order.Side) ^ 1].Best == 0 ? EndReason.NoLiquidity
            : EndReason.Protection;
        Append(BookEventKind.Ended, order.Side, reason, id, order.PriceTicks, leaves, 0);
    }

    // Taking is split into small methods that are not inlined. In one large method, the compiler would keep the
    // variables of the loop over the makers in memory instead of registers.

    /// <summary>Trades with the orders within its limit; by the general loop if any of them has conditions.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long Take(int side, long limit, long leaves, long id)
    {
        var first = EventCount;
        if (ArmedCount != 0)
            Triggers.BeginPrints();
        leaves = Sweep(side, limit, leaves, id);
        if (EventCount != first)
            NoteTrades(first);
        return leaves == 0 || SignedPriceKey(side, limit) < Sides[side ^ 1].BestKey
            ? leaves
            : TakeOn(side, limit, leaves, id);
    }

    /// <summary>Notes the trades from an event to the last one.</summary>
    private void NoteTrades(int first)
    {
        LastTradeNumber += EventCount - first;
        var last = EventBuffer[EventCount - 1].PriceTicks;
        LastPriceTicks = last;
        if (ArmedCount == 0)
            return;

        Triggers.NotePrint(EventBuffer[first].PriceTicks);
        Triggers.NotePrint(last);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long TakeOn(int side, long limit, long leaves, long id)
    {
        var taker = Matcher.PlainTaker(id, side, limit, leaves);
        _matcher.Match<Execution>(ref taker);
        return taker.Leaves;
    }

    /// <summary>
    /// Matches from the best price of the other side to the limit, in price-time priority, up to the first level with
    /// conditional orders.
    /// </summary>
    /// <returns>The taker's remaining lots.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long Sweep(int side, long limit, long leaves, long takerId)
    {
        var contra = side ^ 1;
        var level = Sides[contra].Best;
        while (level != 0)
        {
            ref var queue = ref Ladder[level];
            if (SignedPriceKey(side, limit) < SignedPriceKey(side, queue.PriceTicks) || queue.Conditional != 0)
                break;

            leaves = SweepLevel(ref queue, side, leaves, takerId);
            if (queue.First != 0)
                break;

            level = CloseLevel(contra, level);
            if (leaves == 0)
                break;
        }

        SetBest(contra, level);
        return leaves;
    }

    /// <summary>
    /// Fills one level's orders in sequence; all are plain. The level's first order is 0 if all are filled.
    /// </summary>
    /// <returns>The taker's remaining lots.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long SweepLevel(ref LevelQueue queue, int side, long leaves, long takerId)
    {
        // Lots are at most 2^53 and only shrink, a level has at most 2^62, and an int counts the orders: nothing here
        // can overflow.
        unchecked
        {
            var entries = Entries;
            var left = leaves;
            var slot = queue.First;
            var filled = 0;
            do
            {
                ref var maker = ref entries[slot];
                var lots = maker.Leaves;
                if (lots > left)
                {
                    maker.Leaves = lots - left;
                    AppendTrade(side, takerId, maker.Id, queue.PriceTicks, left, 0, lots - left);
                    left = 0;
                    break;
                }

                left -= lots;
                AppendTrade(side, takerId, maker.Id, queue.PriceTicks, lots, left, 0);
                Index.Remove(maker.Id);
                maker.Id = 0;
                filled++;
                var next = maker.Next;
                maker.Next = FreeEntry;
                FreeEntry = slot;
                slot = next;
            }
            while (slot != 0 && left > 0);

            queue.First = slot;
            queue.Lots -= leaves - left;
            queue.Orders -= filled;
            OpenOrders -= filled;
            // With no order left, this writes to slot 0, which is never read.
            entries[slot].Previous = 0;
            return left;
        }
    }

    /// <summary>Gives a plain order a slot and puts it last at its price.</summary>
    private void Rest(long id, in NewOrder order, int side, long leaves)
    {
        var slot = TakeSlot();
        var level = LevelFor(side, order.PriceTicks);
        PutPlainLast(Entries, slot, id, in order, leaves, level, ref Ladder[level]);
        Index.Add(id, slot);
        Append(BookEventKind.Rested, order.Side, EndReason.None, id, order.PriceTicks, leaves, leaves);
    }

    /// <summary>Returns true if an order is displayed at a price and only its queue counts it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlainResting(in OrderRecord entry) =>
        entry.Place == OrderPlace.Resting && (entry.Traits & NotPlain) == 0;

    /// <summary>
    /// Does the same as End, except for freeing the id, for a plain order alone at its price. Its event is the first of
    /// the command.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndAlone(int slot, ref OrderRecord entry, ref LevelQueue queue, EndReason reason)
    {
        // Everything subtracted was added when it came to rest.
        unchecked
        {
            EventBuffer[0].Set(BookEventKind.Ended, entry.Side, reason, 1, entry.Id, queue.PriceTicks, entry.Leaves, 0);
            EventCount = 1;
            CloseEmpty(IndexOf(entry.Side), entry.Level);
            entry.Id = 0;
            entry.Next = FreeEntry;
            FreeEntry = slot;
            OpenOrders--;
        }
    }

    /// <summary>
    /// Does the same as End, except for freeing the id, for one of several orders at a price. Its event is the first of
    /// the command.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndOneOfMany(int slot, ref OrderRecord entry, ref LevelQueue queue, EndReason reason)
    {
        // Everything subtracted was added when it came to rest.
        unchecked
        {
            var entries = Entries;
            var lots = entry.Leaves;
            EventBuffer[0].Set(BookEventKind.Ended, entry.Side, reason, 1, entry.Id, queue.PriceTicks, lots, 0);
            EventCount = 1;

            var next = entry.Next;
            var previous = entry.Previous;
            entries[previous].Next = next;
            entries[next].Previous = previous;
            var first = queue.First;
            var last = queue.Last;
            first = previous == 0 ? next : first;
            last = next == 0 ? previous : last;
            queue.First = first;
            queue.Last = last;
            queue.Lots -= lots;
            queue.Orders--;

            entry.Id = 0;
            entry.Next = FreeEntry;
            FreeEntry = slot;
            OpenOrders--;
        }
    }
}
