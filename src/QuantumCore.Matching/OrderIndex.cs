using System.Numerics;
using System.Runtime.CompilerServices;

namespace QuantumCore.Matching;

/// <summary>
/// Gives public order ids, 1, 2, 3 …, and leads from an id to the slot of the order while it is open.
/// </summary>
/// <remarks>
/// <para>The ids given last lie in a window, an array that goes round: an id's place is its low bits, so a lookup is
/// one load. An order that is still open when the window has moved past its id goes to a hash table of the old ones.
/// The window has room for at least four ids for each slot of an order, eight in books that are not large, and sixteen
/// there when many orders are that old.</para>
/// <para>So memory follows the number of open orders alone, whatever their ids: 16 bytes for each slot of a large
/// book, 32 or 64 of another, and 32 to 64 for each old order. An order may stay open for ever.</para>
/// </remarks>
internal struct OrderIndex
{
    // Ids in the window for each slot: many, so that few orders are old, while that is no more than a megabyte, and
    // twice as many once one of 32 slots is an old order's. More than it takes would cost other books their cache.
    private const int MostIdsPerSlot = 8;
    private const int LeastIdsPerSlot = 4;
    private const int SlotsPerOldOrder = 32;
    private const int GenerousWindow = 1 << 18;
    private const int LargestWindow = 1 << 30;

    private struct OldOrder
    {
        public long Id;

        /// <summary>0: no one is here.</summary>
        public int Slot;
    }

    // Slots of the ids from Newest back; 0 when the order is not open. Its length is a power of two.
    private int[] _window;

    // Its length less one: the array's own would be one more wait for memory before the place of an id is known.
    private int _mask;

    // Open addressing, at most half full. Its length is a power of two.
    private OldOrder[] _old;
    private int _oldCount;

    // With so many old ones the window is doubled: once for each number of slots.
    private int _manyOld;

    /// <param name="slots">Room for this many open orders, a power of two.</param>
    public OrderIndex(int slots)
    {
        _window = new int[WindowFor(slots)];
        _mask = _window.Length - 1;
        _old = new OldOrder[4];
        _manyOld = ManyOldOf(slots);
    }

    /// <summary>The id given last; 0 before the first.</summary>
    public long Newest { get; private set; }

    /// <summary>Gives the next id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Issue()
    {
        // A billion ids a second for two hundred years stay below 2^63.
        var id = unchecked(Newest + 1);
        if (NextPlace != 0)
            MoveToOld(id);
        Newest = id;
        return id;
    }

    /// <summary>Where the slot of the order with the next id will stand; not 0: an old order's stands there.</summary>
    public readonly ref int NextPlace
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Place(unchecked(Newest + 1));
    }

    /// <summary>Gives the next id, to the order in a slot.</summary>
    /// <param name="place">Its <see cref="NextPlace"/>, which is free.</param>
    /// <param name="slot">Where the order is.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Issue(ref int place, int slot)
    {
        var id = unchecked(Newest + 1);
        place = slot;
        Newest = id;
        return id;
    }

    /// <summary>Where the slot of an open order stands, unless it is old: then another one's may.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref int Place(long id) => ref _window[PlaceOf(id, _mask)];

    /// <summary>Begins behind ids that were given before; there is nothing in it yet.</summary>
    public void StartAfter(long newest) => Newest = newest;

    /// <summary>The slot of an open order; 0 when it is not open, or was never given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Find(long id) => IsInWindow(id) ? Place(id) : FindOld(id);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long id, int slot)
    {
        if (IsInWindow(id))
            Place(id) = slot;
        else
            AddOld(id, slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(long id)
    {
        if (IsInWindow(id))
            Place(id) = 0;
        else
            RemoveOld(id);
    }

    /// <summary>Makes the window large enough for so many slots, a power of two.</summary>
    public void Reserve(int slots)
    {
        Widen(Math.Max(WindowFor(slots), _window.Length));
        _manyOld = ManyOldOf(slots);
    }

    private void Widen(int window)
    {
        var narrow = _window;
        var old = _old;
        _window = new int[window];
        _mask = _window.Length - 1;
        _old = new OldOrder[old.Length];
        _oldCount = 0;
        for (var age = 0; age < narrow.Length; age++)
        {
            var id = Newest - age;
            Place(id) = narrow[PlaceOf(id, narrow.Length - 1)];
        }

        foreach (ref readonly var order in old.AsSpan())
        {
            if (order.Slot != 0)
                Add(order.Id, order.Slot);
        }
    }

    private static int ManyOldOf(int slots) =>
        (long)slots * MostIdsPerSlot * 2 <= GenerousWindow ? Math.Max(slots / SlotsPerOldOrder, 1) : int.MaxValue;

    private static int WindowFor(int slots) => (int)Math.Min(
        Math.Max(Math.Min((long)slots * MostIdsPerSlot, GenerousWindow), (long)slots * LeastIdsPerSlot), LargestWindow);

    /// <summary>Orders that are in it.</summary>
    public readonly int Count() => _oldCount + _window.Length - _window.AsSpan().Count(0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveToOld(long id)
    {
        if (_oldCount >= _manyOld)
        {
            _manyOld = int.MaxValue;
            Widen(_window.Length * 2);
        }

        // It is a whole window older, or no one.
        ref var slot = ref Place(id);
        if (slot != 0)
            AddOld(id - _window.Length, slot);
        slot = 0;
    }

    // An id that is yet to come is negative here, and as an unsigned number beyond any window. One below 1 may fall
    // into the window, where no one is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsInWindow(long id) => unchecked((ulong)(Newest - id)) <= (uint)_mask;

    // The low bits of an id; all bits of an int are among them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(long id, int mask) => unchecked((int)id & mask);

    /// <summary>Where the search for an old id begins.</summary>
    private readonly int HomeOf(long id) =>
        // Fibonacci hashing: ids that lie together, or a power of two apart, spread.
        (int)(unchecked((ulong)id * 0x9E37_79B9_7F4A_7C15) >> (64 - BitOperations.Log2((uint)_old.Length)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly int FindOld(long id)
    {
        var old = _old;
        var at = HomeOf(id);
        while (old[at].Slot != 0 && old[at].Id != id)
            at = (at + 1) & (old.Length - 1);
        return old[at].Slot;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddOld(long id, int slot)
    {
        if (_oldCount >= _old.Length / 2)
            WidenOld();
        _oldCount++;
        var at = HomeOf(id);
        while (_old[at].Slot != 0)
            at = (at + 1) & (_old.Length - 1);
        _old[at] = new OldOrder { Id = id, Slot = slot };
    }

    private void WidenOld()
    {
        var old = _old;
        _old = new OldOrder[old.Length * 2];
        _oldCount = 0;
        foreach (ref readonly var order in old.AsSpan())
        {
            if (order.Slot != 0)
                AddOld(order.Id, order.Slot);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RemoveOld(long id)
    {
        var mask = _old.Length - 1;
        var gap = HomeOf(id);
        while (_old[gap].Id != id || _old[gap].Slot == 0)
            gap = (gap + 1) & mask;
        _oldCount--;

        // Those behind it that would not be found across the gap move up.
        for (var at = (gap + 1) & mask; _old[at].Slot != 0; at = (at + 1) & mask)
        {
            var home = HomeOf(_old[at].Id);
            if (((at - home) & mask) < ((at - gap) & mask))
                continue;

            _old[gap] = _old[at];
            gap = at;
        }

        _old[gap] = default;
    }
}
