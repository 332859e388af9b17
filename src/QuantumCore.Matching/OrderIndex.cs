using System.Runtime.CompilerServices;

namespace QuantumCore.Matching;

/// <summary>
/// From a public order id to the slot of the order: arrays all the way, no hash. Ids are dense, so a page of 256 of
/// them is one block of a pool; a page goes back to the pool when the last of its orders has closed.
/// </summary>
/// <remarks>
/// An entry is not wiped when its order closes: the order in the slot carries its id, and the caller compares. That
/// spares a fill the visit to its page. Pages are found through chunks of 1,024 of them, so that one order that
/// stays open for years costs a page, a chunk and 8 bytes for each quarter of a million orders entered since.
/// </remarks>
internal sealed class OrderIndex
{
    private const int PageBits = 8;
    private const int PageMask = (1 << PageBits) - 1;
    private const int ChunkBits = 10;
    private const int ChunkMask = (1 << ChunkBits) - 1;

    private sealed class Chunk
    {
        public readonly int[] Pages = new int[1 << ChunkBits];
        public int Used;
        public Chunk? NextSpare;
    }

    // Page 0 stands for none: its slots are all 0.
    private int[] _slots = new int[4 << PageBits];
    private int[] _live = new int[4];
    private int _pagesUsed = 1;
    private int _freePage;

    // Stands for none: its pages are all 0, and it is never written to.
    private static readonly Chunk s_none = new();

    private Chunk[] _chunks = [s_none, s_none, s_none, s_none];
    private long _firstChunk;
    private Chunk? _spare;

    /// <summary>
    /// The slot an id was last seen in, 0 for none. The order there has another id when this one has closed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long id)
    {
        var position = (id >> (PageBits + ChunkBits)) - _firstChunk;
        var chunks = _chunks;
        if ((ulong)position >= (ulong)chunks.Length)
            return 0;

        var page = chunks[position].Pages[(int)((id >> PageBits) & ChunkMask)];
        return _slots[(page << PageBits) | (int)(id & PageMask)];
    }

    public void Add(long id, int slot)
    {
        var position = (id >> (PageBits + ChunkBits)) - _firstChunk;
        var chunk = (ulong)position < (ulong)_chunks.Length ? _chunks[position] : s_none;
        if (ReferenceEquals(chunk, s_none))
            chunk = AddChunk(id);
        ref var page = ref chunk.Pages[(int)((id >> PageBits) & ChunkMask)];
        if (page == 0)
        {
            page = TakePage();
            chunk.Used++;
        }

        _slots[(page << PageBits) | (int)(id & PageMask)] = slot;
        _live[page]++;
    }

    public void Remove(long id)
    {
        var chunk = _chunks[(id >> (PageBits + ChunkBits)) - _firstChunk];
        var page = chunk.Pages[(int)((id >> PageBits) & ChunkMask)];
        if (--_live[page] == 0)
            FreePage(chunk, id, page);
    }

    /// <summary>Pages in use: each has at least one open order.</summary>
    public int PageCount()
    {
        var free = 0;
        for (var page = _freePage; page != 0; page = _slots[page << PageBits])
            free++;
        return _pagesUsed - 1 - free;
    }

    private void FreePage(Chunk chunk, long id, int page)
    {
        // A free page's first entry is the next free page. Whatever a page still says when it is used again is
        // checked against the order in the slot, like any entry.
        chunk.Pages[(int)((id >> PageBits) & ChunkMask)] = 0;
        _slots[page << PageBits] = _freePage;
        _freePage = page;
        if (--chunk.Used == 0)
        {
            _chunks[(id >> (PageBits + ChunkBits)) - _firstChunk] = s_none;
            chunk.NextSpare = _spare;
            _spare = chunk;
        }
    }

    private int TakePage()
    {
        if (_freePage != 0)
        {
            var page = _freePage;
            _freePage = _slots[page << PageBits];
            return page;
        }

        if (_pagesUsed == _live.Length)
        {
            Array.Resize(ref _slots, _slots.Length * 2);
            Array.Resize(ref _live, _live.Length * 2);
        }

        return _pagesUsed++;
    }

    private Chunk AddChunk(long id)
    {
        var number = id >> (PageBits + ChunkBits);
        if (number < _firstChunk || number - _firstChunk >= _chunks.Length)
            MakeRoom(number);

        // A spare chunk is empty, as a new one is.
        var chunk = _spare ?? new Chunk();
        _spare = chunk.NextSpare;
        chunk.NextSpare = null;
        _chunks[number - _firstChunk] = chunk;
        return chunk;
    }

    /// <summary>Moves the window of chunks so that it holds this one, and grows it if it must.</summary>
    private void MakeRoom(long number)
    {
        var oldest = Array.FindIndex(_chunks, chunk => !ReferenceEquals(chunk, s_none));
        var newest = Array.FindLastIndex(_chunks, chunk => !ReferenceEquals(chunk, s_none));
        var kept = oldest < 0 ? 0 : newest - oldest + 1;
        var first = kept == 0 ? number : Math.Min(_firstChunk + oldest, number);
        var last = kept == 0 ? number : Math.Max(_firstChunk + newest, number);
        var room = _chunks.Length;
        // Half of it stays free, so that this is rare.
        while (room / 2 < last - first + 1)
            room *= 2;

        var window = room == _chunks.Length ? _chunks : new Chunk[room];
        var start = kept == 0 ? 0 : (int)(_firstChunk + oldest - first);
        Array.Copy(_chunks, Math.Max(oldest, 0), window, start, kept);
        Array.Fill(window, s_none, 0, start);
        Array.Fill(window, s_none, start + kept, room - start - kept);
        _chunks = window;
        _firstChunk = first;
    }
}
