using System.Numerics;
using System.Runtime.CompilerServices;

namespace QuantumCore.Matching;

/// <summary>The orders at one price, first to last, as indexes into the book's orders. 32 bytes.</summary>
internal struct LevelQueue
{
    /// <summary>Lots of all its orders; for an iceberg, the displayed lots.</summary>
    public long Lots;

    /// <summary>Its price while it is open, kept here because users of the queue need it.</summary>
    public long PriceTicks;
    public int First;
    public int Last;
    public int Orders;

    /// <summary>Number of its orders that are more than plain limit orders.</summary>
    public int Conditional;
}

/// <summary>
/// Price levels in price order, on several separate sides (bids, asks, orders that are not displayed, triggers). An int
/// identifies a level while it is open; 0 means no level.
/// </summary>
/// <remarks>
/// <para>Each side is a tree of its own. All trees share their memory, so an empty one costs nothing.</para>
/// <para>Thirty-two neighbouring prices form a strip. Their queues lie side by side, and one word of bits marks the
/// open ones. So neighbouring levels share cache lines, and the next best price is a bit search away. Strips hang in a
/// tree with 64 branches per node, seven nodes deep: 7 x 6 bits and the strip's 5 make the 47 bits of a price. All
/// prices are equally fast: no window can drift away from the market.</para>
/// <para>The tree is walked only if a strip is new or the next level is in another one. A lookup by price uses a table
/// of recent strips, indexed by the low bits of the strip's number. It has at least four places per strip, so that
/// neighbours do not compete for one.</para>
/// <para>A strip whose last level has closed sleeps in its place: nodes no longer show it. It wakes with a bit or two
/// when one of its prices opens again, which is frequent. When room is needed, all sleeping strips are freed at
/// once.</para>
/// </remarks>
internal struct PriceLadder
{
    private const int StripBits = 5;
    private const int StripMask = (1 << StripBits) - 1;
    private const int NodeBits = 6;
    private const int NodeMask = (1 << NodeBits) - 1;
    private const int TopShift = 36;
    private const int FirstStrips = 8;
    private const int RecentPerStrip = 4;

    // Number of strips that may sleep before any is freed, a quarter of a megabyte. A small book then finds each price
    // in place.
    private const int GenerousStrips = 1 << 8;

    /// <summary>
    /// Shift of the side above the bits of a strip's place: 47 bits of price less 5 within the strip.
    /// </summary>
    private const int SideShift = 42;
    private const long PlaceMask = (1L << SideShift) - 1;

    /// <summary>
    /// Stride that spreads the sides over the table of recent strips: even places for bids, odd ones for asks.
    /// </summary>
    private const int RecentStride = 37;

    /// <summary>A number that no strip has.</summary>
    private const long NoStrip = -1;

    private struct Strip
    {
        public long Number;

        /// <summary>Bits of its open levels; 0 if it sleeps or is free.</summary>
        public uint Open;
        public int Parent;
    }

    private struct Node
    {
        /// <summary>Bits of the branches under which a level is open.</summary>
        public ulong Occupied;
        public int Parent;
    }

    private struct RecentStrip
    {
        public long Number;

        /// <summary>Level of its lowest price; 0 if there is no such strip.</summary>
        public int FirstLevel;
    }

    // Its length is a power of two; the mask is one less. The array's own length would cost one more wait for memory.
    private RecentStrip[] _recent;
    private int _recentMask;

    // Strip 0 and node 0 mean none. A free strip's Parent is the next free one.
    private LevelQueue[] _queues;
    private Strip[] _strips;
    private int _stripsUsed;
    private int _freeStrip;

    // The root of side n is node n + 1.
    private readonly int _roots;
    private Node[] _nodes;
    private int[] _children;
    private int _nodesUsed;

    public PriceLadder(int sides)
    {
        _queues = new LevelQueue[FirstStrips << StripBits];
        _strips = new Strip[FirstStrips];
        _stripsUsed = 1;
        _recent = new RecentStrip[FirstStrips * RecentPerStrip];
        _recentMask = _recent.Length - 1;
        Array.Fill(_recent, new RecentStrip { Number = NoStrip });
        _roots = sides;
        _nodesUsed = sides + 1;
        _nodes = new Node[sides + 8];
        _children = new int[(sides + 8) << NodeBits];
    }

    /// <summary>Returns the queue of a level. Valid until the next <see cref="Open"/>.</summary>
    public readonly ref LevelQueue this[int level]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _queues[level];
    }

    /// <summary>Returns the price of an open level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long PriceOf(int level) => _queues[level].PriceTicks;

    /// <summary>
    /// Returns the level at a price. It may have no orders, if a neighbour's strip is there. Without a strip it is
    /// below 32.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Find(int side, long priceTicks) =>
        FindRecent(side, priceTicks, out var level) ? level : FindInTree(side, priceTicks);

    /// <summary>
    /// Does what <see cref="Find"/> does, if the strip was recently found or missed; else returns false.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool FindRecent(int side, long priceTicks, out int level)
    {
        // Prices are 1 to 2^47: nothing here can overflow.
        unchecked
        {
            var key = priceTicks - 1;
            var within = key >> StripBits;
            ref var place = ref _recent[((int)(within << 1) + (side * RecentStride)) & _recentMask];
            level = place.FirstLevel | ((int)key & StripMask);
            return place.Number == (((long)side << SideShift) | within);
        }
    }

    /// <summary>Does what <see cref="Find"/> does, and remembers the strip.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public readonly int FindInTree(int side, long priceTicks)
    {
        FindInTree(NumberOf(side, priceTicks - 1));
        FindRecent(side, priceTicks, out var level);
        return level;
    }

    /// <summary>Opens a level that has no orders yet. <paramref name="level"/> is the result of Find.</summary>
    public int Open(int side, long priceTicks, int level)
    {
        if (level <= StripMask)
        {
            var key = priceTicks - 1;
            level = (AddStrip(NumberOf(side, key)) << StripBits) | (int)(key & StripMask);
        }

        ref var strip = ref _strips[level >> StripBits];
        if (strip.Open == 0)
            Wake(in strip);
        strip.Open |= 1u << (level & StripMask);
        _queues[level].PriceTicks = priceTicks;
        return level;
    }

    /// <summary>Closes a level whose last order has gone. Read its neighbours before.</summary>
    public void Close(int level)
    {
        _queues[level] = default;
        ref var strip = ref _strips[level >> StripBits];
        strip.Open &= ~(1u << (level & StripMask));
        if (strip.Open == 0)
            Sleep(in strip);
    }

    /// <summary>Returns the next open level with a higher price; 0 if there is none.</summary>
    public readonly int Above(int level)
    {
        ref var strip = ref _strips[level >> StripBits];
        // Two shifts, because a shift by 32 would be a shift by 0.
        var higher = strip.Open & (uint.MaxValue << (level & StripMask) << 1);
        if (higher != 0)
            return (level & ~StripMask) | BitOperations.TrailingZeroCount(higher);

        var node = strip.Parent;
        for (var shift = 0; node != 0; shift += NodeBits)
        {
            var branch = BranchOf(strip.Number, shift);
            var later = _nodes[node].Occupied & (ulong.MaxValue << branch << 1);
            if (later != 0)
                return LowestUnder(_children[(node << NodeBits) | BitOperations.TrailingZeroCount(later)], shift);

            node = _nodes[node].Parent;
        }

        return 0;
    }

    /// <summary>Returns the next open level with a lower price; 0 if there is none.</summary>
    public readonly int Below(int level)
    {
        ref var strip = ref _strips[level >> StripBits];
        var lower = strip.Open & ((1u << (level & StripMask)) - 1);
        if (lower != 0)
            return (level & ~StripMask) | BitOperations.Log2(lower);

        var node = strip.Parent;
        for (var shift = 0; node != 0; shift += NodeBits)
        {
            var branch = BranchOf(strip.Number, shift);
            var earlier = _nodes[node].Occupied & ((1UL << branch) - 1);
            if (earlier != 0)
                return HighestUnder(_children[(node << NodeBits) | BitOperations.Log2(earlier)], shift);

            node = _nodes[node].Parent;
        }

        return 0;
    }

    /// <summary>Returns the number of open levels, on all sides.</summary>
    public readonly int OpenLevels()
    {
        var open = 0;
        foreach (ref readonly var strip in _strips.AsSpan(0, _stripsUsed))
            open += BitOperations.PopCount(strip.Open);
        return open;
    }

    private static long NumberOf(int side, long key) => ((long)side << SideShift) | (key >> StripBits);

    /// <summary>Returns the place of a strip in the table of recent ones; only its low bits count.</summary>
    private static int RecentOf(long number) =>
        unchecked((int)((number << 1) + ((number >> SideShift) * RecentStride)));

    private static int RootOf(long number) => (int)(number >> SideShift) + 1;

    private readonly int LowestUnder(int child, int shift)
    {
        for (; shift > 0; shift -= NodeBits)
            child = _children[(child << NodeBits) | BitOperations.TrailingZeroCount(_nodes[child].Occupied)];
        return (child << StripBits) | BitOperations.TrailingZeroCount(_strips[child].Open);
    }

    private readonly int HighestUnder(int child, int shift)
    {
        for (; shift > 0; shift -= NodeBits)
            child = _children[(child << NodeBits) | BitOperations.Log2(_nodes[child].Occupied)];
        return (child << StripBits) | BitOperations.Log2(_strips[child].Open);
    }

    private readonly void FindInTree(long number)
    {
        var child = RootOf(number);
        for (var shift = TopShift; shift >= 0; shift -= NodeBits)
        {
            // A missing child is 0, and so are all children of node 0.
            child = _children[(child << NodeBits) | BranchOf(number, shift)];
        }

        // A missing strip is worth remembering too.
        Remember(number, child);
    }

    private static int BranchOf(long number, int shift) => (int)((number >> shift) & NodeMask);

    /// <summary>Marks a strip as open in the nodes above it when its first level opens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Wake(in Strip strip)
    {
        ref var node = ref _nodes[strip.Parent];
        var others = node.Occupied;
        node.Occupied = others | (1UL << (int)(strip.Number & NodeMask));
        if (others == 0)
            WakeAbove(in strip);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void WakeAbove(in Strip strip)
    {
        ulong others;
        var node = strip.Parent;
        var shift = 0;
        do
        {
            node = _nodes[node].Parent;
            shift += NodeBits;
            others = _nodes[node].Occupied;
            _nodes[node].Occupied = others | (1UL << BranchOf(strip.Number, shift));
        }
        while (others == 0 && node > _roots);
    }

    /// <summary>Hides a strip in the nodes above it when its last level has closed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Sleep(in Strip strip)
    {
        ref var node = ref _nodes[strip.Parent];
        var others = node.Occupied & ~(1UL << (int)(strip.Number & NodeMask));
        node.Occupied = others;
        if (others == 0)
            SleepAbove(in strip);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void SleepAbove(in Strip strip)
    {
        ulong others;
        var node = strip.Parent;
        var shift = 0;
        do
        {
            node = _nodes[node].Parent;
            shift += NodeBits;
            others = _nodes[node].Occupied & ~(1UL << BranchOf(strip.Number, shift));
            _nodes[node].Occupied = others;
        }
        while (others == 0 && node > _roots);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int AddStrip(long number)
    {
        if (_freeStrip == 0 && _stripsUsed == _strips.Length)
            MakeRoom();
        var strip = _freeStrip;
        if (strip != 0)
            _freeStrip = _strips[strip].Parent;
        else
            strip = _stripsUsed++;
        Hang(strip, number);
        Remember(number, strip);
        return strip;
    }

    /// <summary>
    /// Hangs a strip, still hidden, under its node. Makes that node and those above it if they are missing.
    /// </summary>
    private void Hang(int strip, long number)
    {
        var node = RootOf(number);
        for (var shift = TopShift; shift > 0; shift -= NodeBits)
        {
            var place = (node << NodeBits) | BranchOf(number, shift);
            if (_children[place] == 0)
            {
                // Take the node first: that may move the children in memory.
                var made = TakeNode();
                _nodes[made].Parent = node;
                _children[place] = made;
            }

            node = _children[place];
        }

        _children[(node << NodeBits) | BranchOf(number, 0)] = strip;
        _strips[strip].Number = number;
        _strips[strip].Parent = node;
    }

    /// <summary>
    /// Frees all sleeping strips and the nodes above them. Doubles the room if strips are few, or if less than half of
    /// them slept. So the cost is spread over as many strips as it visits.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom()
    {
        Array.Clear(_nodes);
        Array.Clear(_children);
        _nodesUsed = _roots + 1;
        var free = 0;
        for (var strip = _stripsUsed - 1; strip > 0; strip--)
        {
            ref var kept = ref _strips[strip];
            if (kept.Open == 0)
            {
                kept = new Strip { Number = NoStrip, Parent = _freeStrip };
                _freeStrip = strip;
                free++;
                continue;
            }

            Hang(strip, kept.Number);
            Wake(in kept);
        }

        if (_strips.Length < GenerousStrips || free < _strips.Length / 2)
        {
            Array.Resize(ref _queues, _queues.Length * 2);
            Array.Resize(ref _strips, _strips.Length * 2);
            _recent = new RecentStrip[_recent.Length * 2];
            _recentMask = _recent.Length - 1;
        }

        Array.Fill(_recent, new RecentStrip { Number = NoStrip });
    }

    private int TakeNode()
    {
        if (_nodesUsed == _nodes.Length)
        {
            Array.Resize(ref _nodes, _nodes.Length * 2);
            Array.Resize(ref _children, _children.Length * 2);
        }

        return _nodesUsed++;
    }

    private readonly void Remember(long number, int strip) =>
        _recent[RecentOf(number) & _recentMask] = new RecentStrip { Number = number, FirstLevel = strip << StripBits };
}
