using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Memory of the book: slots, queues and levels. No market rule is decided here.
public sealed partial class OrderBook
{
    /// <summary>Puts an order last at its price. It already has its priority.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enqueue(int slot, int side, long price, long lots)
    {
        var level = LevelFor(side, price);
        ref var queue = ref _ladder[level];
        var last = queue.Last;
        ref var entry = ref _entries[slot];
        entry.Next = 0;
        entry.Previous = last;
        entry.Level = level;

        // Without an order before it, this writes to slot 0, which is never read.
        _entries[last].Next = slot;
        queue.First = last == 0 ? slot : queue.First;
        queue.Last = slot;
        queue.Lots += lots;
        queue.Orders++;
        queue.Conditional += (int)(entry.Traits & Traits.Conditional);
    }

    /// <summary>Puts an order behind another at its price; behind 0 means first.</summary>
    private void EnqueueBehind(int slot, int before, int side, long price, long lots)
    {
        var level = LevelFor(side, price);
        ref var queue = ref _ladder[level];
        ref var entry = ref _entries[slot];
        var next = before == 0 ? queue.First : _entries[before].Next;
        entry.Next = next;
        entry.Previous = before;
        entry.Level = level;
        _entries[before].Next = slot;
        _entries[next].Previous = slot;
        queue.First = before == 0 ? slot : queue.First;
        queue.Last = next == 0 ? slot : queue.Last;
        queue.Lots += lots;
        queue.Orders++;
        queue.Conditional += (int)(entry.Traits & Traits.Conditional);
    }

    /// <summary>Removes an order from anywhere in its queue, given its lots as the queue counts them.</summary>
    private void Dequeue(int slot, int side, long lots)
    {
        ref var entry = ref _entries[slot];
        var level = entry.Level;
        ref var queue = ref _ladder[level];
        entry.Level = 0;
        if (queue.Orders == 1)
        {
            CloseEmpty(side, level);
            return;
        }

        var next = entry.Next;
        var previous = entry.Previous;
        _entries[previous].Next = next;
        _entries[next].Previous = previous;
        queue.First = previous == 0 ? next : queue.First;
        queue.Last = next == 0 ? previous : queue.Last;
        queue.Lots -= lots;
        queue.Orders--;
        queue.Conditional -= (int)(entry.Traits & Traits.Conditional);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int LevelFor(int side, long price)
    {
        var level = _ladder.Find(side, price);
        return _ladder[level].Orders == 0 ? OpenLevel(side, level, price) : level;
    }

    private int OpenLevel(int side, int level, long price)
    {
        level = _ladder.Open(side, price, level);
        ref var own = ref _sides[side];
        own.Levels++;
        // From the view of a taker on the other side, the best price is the lowest.
        var reach = Toward(side ^ 1, price);
        if (reach < own.Reach)
        {
            own.Reach = reach;
            own.Second = own.Best;
            own.Best = level;
        }
        else if (own.Second != 0 && reach < Toward(side ^ 1, _ladder.PriceOf(own.Second)))
        {
            own.Second = level;
        }

        return level;
    }

    /// <summary>Closes a level whose last order leaves.</summary>
    private void CloseEmpty(int side, int level)
    {
        ref var own = ref _sides[side];
        if (own.Best == level)
        {
            // The next worse level is looked up only when needed, because it may be far away.
            SetBest(side, NextBest(side, level));
        }
        else if (own.Second == level)
        {
            own.Second = 0;
        }

        own.Levels--;
        _ladder.Close(level);
    }

    /// <summary>Closes the best level, emptied by a taker.</summary>
    /// <returns>The next worse level of the side.</returns>
    private int CloseLevel(int side, int level)
    {
        var next = NextBest(side, level);
        _sides[side].Levels--;
        _ladder.Close(level);
        return next;
    }

    /// <summary>Returns the level behind the best one, which is about to close.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextBest(int side, int level)
    {
        ref var own = ref _sides[side];
        var next = own.Second != 0 ? own.Second : NextWorse(side, level);
        own.Second = 0;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int TakeSlot()
    {
        var slot = _freeEntry;
        if (slot == 0)
            return TakeNewSlot();

        _freeEntry = _entries[slot].Next;
        return slot;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeNewSlot()
    {
        if (_entriesUsed == _entries.Length)
        {
            Array.Resize(ref _entries, _entries.Length * 2);
            _index.Reserve(_entries.Length);
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

    private ref Conditions ConditionsOf(int slot) => ref _conditions[_conditionOf[slot]];

    private bool Has(int slot, Traits trait) => (_entries[slot].Traits & trait) != 0;

    /// <summary>
    /// Gives an order an entry among the conditions; the entry still holds an earlier order's values.
    /// </summary>
    private ref Conditions Attach(int slot)
    {
        if (_conditionOf.Length < _entries.Length)
            Array.Resize(ref _conditionOf, _entries.Length);
        var at = _freeCondition;
        if (at != 0)
        {
            _freeCondition = _conditions[at].List;
        }
        else
        {
            if (_conditionsUsed == _conditions.Length)
                Array.Resize(ref _conditions, _conditions.Length * 2);
            at = _conditionsUsed++;
        }

        _conditionOf[slot] = at;
        _entries[slot].Traits |= Traits.Conditional;
        return ref _conditions[at];
    }

    private void Detach(int slot)
    {
        var at = _conditionOf[slot];
        _conditionOf[slot] = 0;
        _conditions[at] = new Conditions { List = _freeCondition };
        _freeCondition = at;
    }

    private int[] _conditionOf = [];
    private Conditions[] _conditions = new Conditions[4];
    private int _conditionsUsed = 1;
    private int _freeCondition;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append(
        BookEventKind kind, Side side, EndReason reason, long orderId, long price, long quantity, long leaves) =>
        NextEvent().Set(kind, side, reason, 0, orderId, price, quantity, leaves);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendTrade(
        int side, long takerId, long makerId, long price, long quantity, long leaves, long makerLeaves) =>
        NextEvent().SetTrade(SideAt(side), takerId, makerId, price, quantity, leaves, makerLeaves);

    /// <summary>The last appended event, for adding details.</summary>
    private ref BookEvent Told => ref _events[_eventCount - 1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref BookEvent NextEvent()
    {
        var events = _events;
        var count = _eventCount;
        if ((uint)count >= (uint)events.Length)
            events = MoreEvents();
        _eventCount = unchecked(count + 1);
        return ref events[count];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BookEvent[] MoreEvents()
    {
        Array.Resize(ref _events, _events.Length * 2);
        return _events;
    }
}
