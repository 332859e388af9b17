using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// What happens after a command's point of no return. Nothing here can be refused.
public sealed partial class OrderBook
{
    /// <summary>
    /// Whether a run of the matching loop has effects. The loop is compiled once for each, so that a dry run is the
    /// very same loop and an execution pays nothing for it.
    /// </summary>
    private interface IRun
    {
        static abstract bool HasEffects { get; }
    }

    private readonly struct Execution : IRun
    {
        public static bool HasEffects => true;
    }

    private readonly struct DryRun : IRun
    {
        public static bool HasEffects => false;
    }

    private long Enter(in NewOrder order)
    {
        var id = ++LastOrderId;
        var leaves = order.QuantityLots;
        Append(BookEventKind.Accepted, order.Side, EndReason.None, id, order.PriceTicks, leaves, leaves);

        var side = IndexOf(order.Side);
        var limit = order.PriceTicks;
        if (limit == 0)
            limit = side == Buy ? Instrument.PriceTicksLimit : 1;

        if (Toward(side, limit) >= _sides[side ^ 1].Reach &&
            (order.TimeInForce != TimeInForce.FillOrKill || Match<DryRun>(side, limit, leaves, id, passOver: 0) == 0))
        {
            leaves = Match<Execution>(side, limit, leaves, id, passOver: 0);
            if (leaves == 0)
                return id;
        }

        if (order.Type == OrderType.Limit && order.TimeInForce == TimeInForce.GoodTillCancel)
        {
            Rest(id, order.Account, side, order.PriceTicks, order.QuantityLots, leaves);
            Append(BookEventKind.Rested, order.Side, EndReason.None, id, order.PriceTicks, leaves, leaves);
        }
        else
        {
            var reason = ReasonOfExpiry(in order, side);
            Append(BookEventKind.Ended, order.Side, reason, id, order.PriceTicks, leaves, 0);
        }

        return id;
    }

    private EndReason ReasonOfExpiry(in NewOrder order, int side)
    {
        if (order.TimeInForce == TimeInForce.FillOrKill)
            return EndReason.FillOrKill;
        if (order.Type == OrderType.Limit)
            return EndReason.ImmediateOrCancel;
        return _sides[side ^ 1].Best == 0 ? EndReason.NoLiquidity : EndReason.Protection;
    }

    /// <summary>The matching loop: from the best price of the other side to the limit, first come first served.</summary>
    /// <returns>What the taker has left.</returns>
    private long Match<TRun>(int side, long limit, long leaves, long takerId, int passOver)
        where TRun : struct, IRun
    {
        var contra = side ^ 1;
        var entries = _entries;
        var level = _sides[contra].Best;
        while (level != 0 && leaves > 0)
        {
            var price = _ladder.PriceOf(level);
            if (Toward(side, limit) < Toward(side, price))
                break;

            var offered = leaves;
            var filled = 0;
            var slot = _ladder[level].First;
            while (slot != 0 && leaves > 0)
            {
                ref var maker = ref entries[slot];
                var next = maker.Next;
                // In a dry run only: the order that is about to leave is not there any more.
                if (!TRun.HasEffects && slot == passOver)
                {
                    slot = next;
                    continue;
                }

                var quantity = Math.Min(leaves, maker.Leaves);
                leaves -= quantity;
                if (TRun.HasEffects)
                {
                    maker.Leaves -= quantity;
                    AppendTrade(side, takerId, maker.Id, price, quantity, leaves, maker.Leaves);
                    if (maker.Leaves > 0)
                        break;

                    filled++;
                    Free(slot);
                }

                slot = next;
            }

            level = TRun.HasEffects
                ? AfterFills(contra, level, slot, offered - leaves, filled)
                : NextWorse(contra, level);
        }

        if (TRun.HasEffects)
            SetBest(contra, level);
        return leaves;
    }

    /// <summary>Settles a level whose first orders were filled.</summary>
    /// <returns>The level that is best now: this one, or the next when nothing is left of it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int AfterFills(int side, int level, int first, long lots, int filled)
    {
        OpenOrders -= filled;
        if (first == 0)
            return CloseLevel(side, level);

        ref var queue = ref _ladder[level];
        queue.First = first;
        queue.Lots -= lots;
        queue.Orders -= filled;
        _entries[first].Previous = 0;
        return level;
    }

    /// <summary>Puts an order last at its price.</summary>
    private void Rest(long id, long account, int side, long price, long total, long leaves)
    {
        var level = _ladder.Find(price);
        if (_ladder[level].Orders == 0)
            level = OpenLevel(side, level, price);

        var slot = TakeSlot();
        ref var queue = ref _ladder[level];
        var last = queue.Last;
        ref var entry = ref _entries[slot];
        entry.Id = id;
        entry.Leaves = leaves;
        entry.Next = 0;
        entry.Previous = last;
        entry.Level = level;
        entry.Side = (Side)(side + 1);
        ref var terms = ref _terms[slot];
        terms.Account = account;
        terms.TotalLots = total;

        // With no one before it, this writes to slot 0, which no one reads.
        _entries[last].Next = slot;
        queue.First = last == 0 ? slot : queue.First;
        queue.Last = slot;
        queue.Lots += leaves;
        queue.Orders++;
        OpenOrders++;
        _index.Add(id, slot);
    }

    /// <summary>Takes an open order out, from wherever it stands in its queue.</summary>
    private void End(int slot, EndReason reason)
    {
        ref var entry = ref _entries[slot];
        var level = entry.Level;
        Append(BookEventKind.Ended, entry.Side, reason, entry.Id, _ladder.PriceOf(level), entry.Leaves, 0);

        OpenOrders--;
        ref var queue = ref _ladder[level];
        if (queue.Orders == 1)
        {
            var side = IndexOf(entry.Side);
            var next = CloseLevel(side, level);
            if (_sides[side].Best == level)
                SetBest(side, next);
        }
        else
        {
            var next = entry.Next;
            var previous = entry.Previous;
            _entries[previous].Next = next;
            _entries[next].Previous = previous;
            queue.First = previous == 0 ? next : queue.First;
            queue.Last = next == 0 ? previous : queue.Last;
            queue.Lots -= entry.Leaves;
            queue.Orders--;
        }

        Free(slot);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int OpenLevel(int side, int level, long price)
    {
        level = _ladder.Open(price, level);
        ref var own = ref _sides[side];
        own.Levels++;
        // As a taker of the other side sees it, the best price is the lowest.
        var reach = Toward(side ^ 1, price);
        if (reach < own.Reach)
        {
            own.Reach = reach;
            own.Best = level;
        }

        return level;
    }

    /// <returns>The next worse level of the side.</returns>
    private int CloseLevel(int side, int level)
    {
        var next = NextWorse(side, level);
        // The ladder holds both sides: past the last level of one comes nothing, past its best the other one. Worse
        // is always away from the other side.
        _ladder.Close(level);
        _sides[side].Levels--;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetBest(int side, int level)
    {
        ref var own = ref _sides[side];
        if (own.Best == level)
            return;

        own.Best = level;
        own.Reach = level == 0 ? OutOfReach : Toward(side ^ 1, _ladder.PriceOf(level));
    }

    private int TakeSlot()
    {
        var slot = _freeEntry;
        if (slot != 0)
        {
            _freeEntry = _entries[slot].Next;
            return slot;
        }

        if (_entriesUsed == _entries.Length)
        {
            Array.Resize(ref _entries, _entries.Length * 2);
            Array.Resize(ref _terms, _terms.Length * 2);
        }

        return _entriesUsed++;
    }

    private void Free(int slot)
    {
        ref var entry = ref _entries[slot];
        _index.Remove(entry.Id);
        entry.Id = 0;
        entry.Next = _freeEntry;
        _freeEntry = slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(
        BookEventKind kind, Side side, EndReason reason, long orderId, long price, long quantity, long leaves)
    {
        ref var written = ref NextEvent();
        written.Kind = kind;
        written.Side = side;
        written.EndReason = reason;
        written.OrderId = orderId;
        written.MakerId = 0;
        written.PriceTicks = price;
        written.QuantityLots = quantity;
        written.LeavesLots = leaves;
        written.MakerLeavesLots = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendTrade(
        int side, long takerId, long makerId, long price, long quantity, long leaves, long makerLeaves)
    {
        ref var written = ref NextEvent();
        written.Kind = BookEventKind.Trade;
        written.Side = (Side)(side + 1);
        written.EndReason = EndReason.None;
        written.OrderId = takerId;
        written.MakerId = makerId;
        written.PriceTicks = price;
        written.QuantityLots = quantity;
        written.LeavesLots = leaves;
        written.MakerLeavesLots = makerLeaves;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref BookEvent NextEvent()
    {
        if (_eventCount == _events.Length)
            Array.Resize(ref _events, _events.Length * 2);
        return ref _events[_eventCount++];
    }
}
