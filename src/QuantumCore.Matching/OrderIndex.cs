using System.Numerics;
using System.Runtime.CompilerServices;

namespace QuantumCore.Matching;

/// <summary>
/// Issues public order ids, 1, 2, 3 …, and maps an id to the slot of the order while it is open.
/// </summary>
/// <remarks>
/// <para>The newest ids are in a window, a ring buffer: an id's place is its low bits, so a lookup is one load. If the
/// window moves past an order that is still open, the order goes to a hash table of old ones. The window has room for
/// at least four ids per slot of an order; eight in books that are not large; sixteen in those with many old
/// orders.</para>
/// <para>So memory depends only on the number of open orders, whatever their ids. It is 16 bytes per slot of a large
/// book, 32 or 64 of another, and 32 to 64 per old order. An order may stay open for ever.</para>
/// </remarks>
internal struct OrderIndex
{
    // Ids in the window per slot: many, so that few orders are old, as long as that is at most a megabyte; twice as
    // many once one of 32 slots holds an old order. More would cost other books their cache.
    private const int MostIdsPerSlot = 8;
    private const int LeastIdsPerSlot = 4;
    private const int SlotsPerOldOrder = 32;
    private const int GenerousWindow = 1 << 18;
    private const int LargestWindow = 1 << 30;

    private struct OldOrder
    {
        public long Id;

        /// <summary>Slot of the order; 0 if the place is empty.</summary>
        public int Slot;
    }

    // Slots of the ids from Newest back; 0 if the order is not open. Its length is a power of two.
    private int[] _window;

    // Length less one. The array's own length would cost one more wait for memory before the place of an id is known.
    private int _mask;

    // Open addressing, at most half full. Its length is a power of two.
    private OldOrder[] _old;
    private int _oldCount;

    // Number of old orders at which the window doubles, once for each number of slots.
    private int _manyOld;

    /// <param name="slots">Number of open orders to make room for, a power of two.</param>
    public OrderIndex(int slots)
    {
        _window = new int[WindowFor(slots)];
        _mask = _window.Length - 1;
        _old = new OldOrder[4];
        _manyOld = ManyOldOf(slots);
    }

    /// <summary>The last id issued; 0 before the first.</summary>
    public long Newest { get; private set; }

    /// <summary>Issues the next id.</summary>
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

    /// <summary>Place for the slot of the order with the next id. If it is not 0, an old order is there.</summary>
    public readonly ref int NextPlace
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Place(unchecked(Newest + 1));
    }

    /// <summary>Issues the next id to the order in a slot.</summary>
    /// <param name="place">Its <see cref="NextPlace"/>, which is free.</param>
    /// <param name="slot">Slot of the order.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Issue(ref int place, int slot)
    {
        var id = unchecked(Newest + 1);
        place = slot;
        Newest = id;
        return id;
    }

    /// <summary>Returns the place of an open order's slot. If the order is old, another order may be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref int Place(long id) => ref _window[PlaceOf(id, _mask)];

    /// <summary>Starts after ids that were issued before; the index must be empty.</summary>
    public void StartAfter(long newest) => Newest = newest;

    /// <summary>Returns the slot of an open order; 0 if it is not open or the id was never issued.</summary>
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

    /// <summary>Makes the window large enough for the given number of slots, a power of two.</summary>
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

    /// <summary>Returns the number of orders in the index.</summary>
    public readonly int Count() => _oldCount + _window.Length - _window.AsSpan().Count(0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MoveToOld(long id)
    {
        if (_oldCount >= _manyOld)
        {
            _manyOld = int.MaxValue;
            Widen(_window.Length * 2);
        }

        // The place is empty, or its order is older by a whole window.
        ref var slot = ref Place(id);
        if (slot != 0)
            AddOld(id - _window.Length, slot);
        slot = 0;
    }

    // A future id is negative here and, as an unsigned number, beyond any window. An id below 1 may fall into the
    // window, where its place is empty.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsInWindow(long id) => unchecked((ulong)(Newest - id)) <= (uint)_mask;

    // The low bits of an id; an int contains all of them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlaceOf(long id, int mask) => unchecked((int)id & mask);

    /// <summary>Returns the place where the search for an old id begins.</summary>
    private readonly int HomeOf(long id) =>
        // Fibonacci hashing spreads ids that are close together or a power of two apart.
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
