using System.Numerics;
using System.Runtime.CompilerServices;

namespace QuantumCore.Matching;

/// <summary>The orders at one price, first to last, as indexes into the book's orders. 24 bytes.</summary>
internal struct LevelQueue
{
    public long Lots;
    public int First;
    public int Last;
    public int Orders;
}

/// <summary>
/// The price levels of a book, in price order. A level is named by an int that stays its name while it is open;
/// 0 is no level.
/// </summary>
/// <remarks>
/// <para>Thirty-two neighbouring prices form a strip: their queues lie side by side and one word of bits says which
/// are open, so levels near each other share cache lines and the next best price is a bit search away. Strips hang
/// in a tree with 64 branches a node, seven nodes deep: 7 x 6 bits and the strip's 5 make the 47 bits of a price.
/// Any price is as good as any other: there is no window that could drift away from the market.</para>
/// <para>The tree is walked only when a strip comes or goes or the next level lies in another one. A lookup by price
/// goes through a table of recently used strips that is indexed by the low bits of the strip's number and checked
/// against the strip itself; it can be stale, never wrong. A strip lives as long as one of its levels is open.</para>
/// <para>Both sides share the ladder: an uncrossed book has no price with orders of both.</para>
/// </remarks>
internal sealed class PriceLadder
{
    private const int StripBits = 5;
    private const int StripMask = (1 << StripBits) - 1;
    private const int NodeBits = 6;
    private const int NodeMask = (1 << NodeBits) - 1;
    private const int TopShift = 36;
    private const int Root = 1;
    private const int RecentMask = 4095;

    /// <summary>A number that no strip has.</summary>
    private const long NoStrip = -1;

    private struct Strip
    {
        public long Number;
        public uint Open;
        public int Parent;
    }

    private struct Node
    {
        public ulong Occupied;
        public int Parent;
    }

    private readonly int[] _recent = new int[RecentMask + 1];

    // Strip 0 and node 0 stand for none. A free strip's or node's Parent is the next free one.
    private LevelQueue[] _queues = new LevelQueue[8 << StripBits];
    private Strip[] _strips = new Strip[8];
    private int _stripsUsed = 1;
    private int _freeStrip;

    private Node[] _nodes = new Node[8];
    private int[] _children = new int[8 << NodeBits];
    private int _nodesUsed = Root + 1;
    private int _freeNode;

    public PriceLadder() => _strips[0].Number = NoStrip;

    /// <summary>The queue of a level. Valid until the next <see cref="Open"/>.</summary>
    public ref LevelQueue this[int level]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _queues[level];
    }

    /// <summary>The price of a level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long PriceOf(int level) =>
        ((_strips[level >> StripBits].Number << StripBits) | (uint)(level & StripMask)) + 1;

    /// <summary>
    /// The level at a price. It may have no orders (a neighbour's strip is there); 0 when not even that.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long priceTicks)
    {
        var key = priceTicks - 1;
        var number = key >> StripBits;
        var strip = _recent[(int)(number & RecentMask)];
        if (_strips[strip].Number != number)
        {
            strip = FindInTree(number);
            if (strip == 0)
                return 0;
        }

        return (strip << StripBits) | (int)(key & StripMask);
    }

    /// <summary>Opens a level that has no orders yet. <paramref name="level"/>: what Find said.</summary>
    public int Open(long priceTicks, int level)
    {
        if (level == 0)
        {
            var key = priceTicks - 1;
            level = (AddStrip(key >> StripBits) << StripBits) | (int)(key & StripMask);
        }

        _strips[level >> StripBits].Open |= 1u << (level & StripMask);
        return level;
    }

    /// <summary>Closes a level whose last order has gone. Ask for its neighbours before.</summary>
    public void Close(int level)
    {
        _queues[level] = default;
        ref var strip = ref _strips[level >> StripBits];
        strip.Open &= ~(1u << (level & StripMask));
        if (strip.Open == 0)
            RemoveStrip(level >> StripBits);
    }

    /// <summary>The next open level with a higher price; 0 when there is none.</summary>
    public int Above(int level)
    {
        ref var strip = ref _strips[level >> StripBits];
        // Two shifts: a shift by 32 would be one by 0.
        var higher = strip.Open & (uint.MaxValue << (level & StripMask) << 1);
        if (higher != 0)
            return (level & ~StripMask) | BitOperations.TrailingZeroCount(higher);

        var node = strip.Parent;
        for (var shift = 0; node != 0; shift += NodeBits)
        {
            var branch = (int)((strip.Number >> shift) & NodeMask);
            var later = _nodes[node].Occupied & (ulong.MaxValue << branch << 1);
            if (later != 0)
                return LowestUnder(_children[(node << NodeBits) | BitOperations.TrailingZeroCount(later)], shift);

            node = _nodes[node].Parent;
        }

        return 0;
    }

    /// <summary>The next open level with a lower price; 0 when there is none.</summary>
    public int Below(int level)
    {
        ref var strip = ref _strips[level >> StripBits];
        var lower = strip.Open & ((1u << (level & StripMask)) - 1);
        if (lower != 0)
            return (level & ~StripMask) | BitOperations.Log2(lower);

        var node = strip.Parent;
        for (var shift = 0; node != 0; shift += NodeBits)
        {
            var branch = (int)((strip.Number >> shift) & NodeMask);
            var earlier = _nodes[node].Occupied & ((1UL << branch) - 1);
            if (earlier != 0)
                return HighestUnder(_children[(node << NodeBits) | BitOperations.Log2(earlier)], shift);

            node = _nodes[node].Parent;
        }

        return 0;
    }

    /// <summary>Whether the level is marked open.</summary>
    public bool IsOpen(int level) => (_strips[level >> StripBits].Open >> (level & StripMask) & 1) != 0;

    /// <summary>Strips in use: each has at least one open level.</summary>
    public int StripCount()
    {
        var free = 0;
        for (var strip = _freeStrip; strip != 0; strip = _strips[strip].Parent)
            free++;
        return _stripsUsed - 1 - free;
    }

    private int LowestUnder(int child, int shift)
    {
        for (; shift > 0; shift -= NodeBits)
            child = _children[(child << NodeBits) | BitOperations.TrailingZeroCount(_nodes[child].Occupied)];
        return (child << StripBits) | BitOperations.TrailingZeroCount(_strips[child].Open);
    }

    private int HighestUnder(int child, int shift)
    {
        for (; shift > 0; shift -= NodeBits)
            child = _children[(child << NodeBits) | BitOperations.Log2(_nodes[child].Occupied)];
        return (child << StripBits) | BitOperations.Log2(_strips[child].Open);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FindInTree(long number)
    {
        var child = Root;
        for (var shift = TopShift; shift >= 0; shift -= NodeBits)
        {
            // A child that is not occupied is 0, and so are all children of node 0.
            child = _children[(child << NodeBits) | (int)((number >> shift) & NodeMask)];
        }

        if (child != 0)
            _recent[(int)(number & RecentMask)] = child;
        return child;
    }

    private int AddStrip(long number)
    {
        var strip = TakeStrip();
        var node = Root;
        for (var shift = TopShift; shift > 0; shift -= NodeBits)
        {
            var branch = (int)((number >> shift) & NodeMask);
            var child = _children[(node << NodeBits) | branch];
            if (child == 0)
            {
                child = TakeNode();
                _nodes[child] = new Node { Parent = node };
                Attach(node, branch, child);
            }

            node = child;
        }

        Attach(node, (int)(number & NodeMask), strip);
        _strips[strip] = new Strip { Number = number, Parent = node };
        _recent[(int)(number & RecentMask)] = strip;
        return strip;
    }

    private void RemoveStrip(int strip)
    {
        var number = _strips[strip].Number;
        var node = _strips[strip].Parent;
        _strips[strip] = new Strip { Number = NoStrip, Parent = _freeStrip };
        _freeStrip = strip;
        for (var shift = 0; ; shift += NodeBits)
        {
            var branch = (int)((number >> shift) & NodeMask);
            _children[(node << NodeBits) | branch] = 0;
            _nodes[node].Occupied &= ~(1UL << branch);
            if (_nodes[node].Occupied != 0 || node == Root)
                return;

            var parent = _nodes[node].Parent;
            _nodes[node].Parent = _freeNode;
            _freeNode = node;
            node = parent;
        }
    }

    private void Attach(int node, int branch, int child)
    {
        _children[(node << NodeBits) | branch] = child;
        _nodes[node].Occupied |= 1UL << branch;
    }

    private int TakeStrip()
    {
        if (_freeStrip != 0)
        {
            var strip = _freeStrip;
            _freeStrip = _strips[strip].Parent;
            return strip;
        }

        if (_stripsUsed == _strips.Length)
        {
            Array.Resize(ref _queues, _queues.Length * 2);
            Array.Resize(ref _strips, _strips.Length * 2);
        }

        return _stripsUsed++;
    }

    private int TakeNode()
    {
        if (_freeNode != 0)
        {
            var node = _freeNode;
            _freeNode = _nodes[node].Parent;
            return node;
        }

        if (_nodesUsed == _nodes.Length)
        {
            Array.Resize(ref _nodes, _nodes.Length * 2);
            Array.Resize(ref _children, _children.Length * 2);
        }

        return _nodesUsed++;
    }
}
