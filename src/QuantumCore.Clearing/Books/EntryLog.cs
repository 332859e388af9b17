using System.Runtime.InteropServices;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>
/// A log of small entries that are added and never changed, with lookup by a hash of their key. It is for millions of
/// entries that are never removed. An entry costs about 14 bytes extra and no object, and no step takes longer as their
/// number grows.
/// </summary>
/// <remarks>
/// The index is a directory of small hash tables. A full table is split in two (extendible hashing; Fagin et al. 1979),
/// so that no insertion ever moves more than <see cref="LargestTable"/> slots.
/// </remarks>
internal sealed class EntryLog
{
    // Below 85,000 bytes, from which the garbage collector no longer moves arrays.
    private const int ChunkBits = 16;
    private const int ChunkBytes = 1 << ChunkBits;
    private const int SmallestChunk = 256;
    private const int SmallestTable = 16;
    private const int LargestTable = 4096;
    private const int HashBits = 30;
    private const int PositionBits = 64 - HashBits;
    private const int MostSplits = HashBits - 12;
    private const int TypicalEntry = 24;

    private readonly List<(byte[] Bytes, int Used)> _chunks = [];
    private Table[] _directory = [new(SmallestTable, 0)];
    private int _directoryBits;

    /// <summary>Adds an entry. Positions ascend.</summary>
    /// <param name="hash">Hash of its key; 30 bits of it are used.</param>
    /// <param name="entry">The entry, at most 64 KiB.</param>
    /// <returns>Its position, for <see cref="At"/>.</returns>
    public long Add(uint hash, ReadOnlySpan<byte> entry)
    {
        var (chunk, offset) = Room(entry.Length);
        entry.CopyTo(_chunks[chunk].Bytes.AsSpan(offset));
        _chunks[chunk] = (_chunks[chunk].Bytes, offset + entry.Length);
        var position = ((long)chunk << ChunkBits) | (uint)offset;
        Index(SlotOf(hash, position));
        return position;
    }

    /// <summary>Returns the bytes from a position on; the entry itself contains its length.</summary>
    public ReadOnlySpan<byte> At(long position)
    {
        var (bytes, used) = _chunks[(int)(position >> ChunkBits)];
        return bytes.AsSpan((int)(position & (ChunkBytes - 1))..used);
    }

    /// <summary>Returns the positions of entries with a hash; the caller checks their keys.</summary>
    public Candidates Find(uint hash) => new(TableOf(Cut(hash)).Slots, Cut(hash));

    /// <summary>Adds all bytes, in sequence. It shares them, because what is in a chunk never changes.</summary>
    public void AddTo(CapturedState state)
    {
        state.Add(Count(_chunks.Count));
        foreach (var (bytes, used) in _chunks)
        {
            state.Add(Count(used));
            state.Add(bytes.AsMemory(0, used));
        }

        static byte[] Count(int value)
        {
            var to = new RecordWriter();
            to.Count(value);
            return to.ToArray();
        }
    }

    /// <summary>
    /// Reads what <see cref="AddTo"/> added. Each entry passes <paramref name="hashAndSkip"/> once, in sequence.
    /// </summary>
    /// <param name="from">The reader.</param>
    /// <param name="hashAndSkip">Returns an entry's hash and moves the reader behind it.</param>
    /// <exception cref="InvalidDataException">The bytes are not such a log.</exception>
    public static EntryLog Read(ref RecordReader from, EntryReading hashAndSkip)
    {
        var log = new EntryLog();
        var slots = new List<ulong>(from.Rest / TypicalEntry);
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var bytes = from.Bytes();
            if (bytes.Length is 0 or > ChunkBytes)
            {
                throw new InvalidDataException($"A chunk of {bytes.Length} bytes.");
            }

            var reader = RecordReader.Headless(bytes);
            while (reader.Rest > 0)
            {
                var start = bytes.Length - reader.Rest;
                var position = ((long)log._chunks.Count << ChunkBits) | (uint)start;
                slots.Add(SlotOf(hashAndSkip(ref reader, position), position));
            }

            log._chunks.Add((bytes.ToArray(), bytes.Length));
        }

        log.IndexAll(CollectionsMarshal.AsSpan(slots));
        return log;
    }

    private (int Chunk, int Offset) Room(int length)
    {
        var last = _chunks.Count - 1;
        if (last >= 0 && _chunks[last] is var (bytes, used) && used + length <= ChunkBytes)
        {
            if (used + length > bytes.Length)
            {
                Array.Resize(ref bytes, Math.Min(ChunkBytes, Math.Max(bytes.Length * 2, used + length)));
                _chunks[last] = (bytes, used);
            }

            return (last, used);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ChunkBytes);
        if (_chunks.Count >= 1L << (PositionBits - ChunkBits))
        {
            throw new InvalidOperationException("The log is full.");
        }

        // An account with few entries does not need the whole size. One that filled a chunk will fill the next.
        _chunks.Add((new byte[last < 0 ? Math.Max(SmallestChunk, length) : ChunkBytes], 0));
        return (last + 1, 0);
    }

    private static uint Cut(uint hash) => hash >> (32 - HashBits);

    private Table TableOf(uint hash) => _directory[(int)(hash >> (HashBits - _directoryBits))];

    // Plus one, so that no used slot is 0.
    private static ulong SlotOf(uint hash, long position) =>
        ((ulong)Cut(hash) << PositionBits) | (ulong)(position + 1);

    /// <summary>
    /// Indexes the entries of a new log. Table after table, because each then stays in the processor's cache.
    /// </summary>
    private void IndexAll(ReadOnlySpan<ulong> slots)
    {
        while (_directoryBits < MostSplits && slots.Length >> _directoryBits > LargestTable / 8 * 5)
        {
            _directoryBits++;
        }

        var size = SmallestTable;
        while (size < LargestTable && slots.Length >> _directoryBits >= size / 8 * 5)
        {
            size *= 2;
        }

        _directory = new Table[1 << _directoryBits];
        var starts = new int[_directory.Length + 1];
        foreach (var slot in slots)
        {
            starts[TableNumber(slot) + 1]++;
        }

        for (var i = 0; i < _directory.Length; i++)
        {
            _directory[i] = new Table(size, _directoryBits);
            starts[i + 1] += starts[i];
        }

        var sorted = new ulong[slots.Length];
        foreach (var slot in slots)
        {
            sorted[starts[TableNumber(slot)]++] = slot;
        }

        foreach (var slot in sorted)
        {
            Index(slot);
        }
    }

    // Two shifts, because there is none by 64.
    private int TableNumber(ulong slot) => (int)(slot >> 1 >> (63 - _directoryBits));

    private void Index(ulong slot)
    {
        var hash = (uint)(slot >> PositionBits);
        var table = TableOf(hash);
        while (table.IsFull)
        {
            if (table.Slots.Length < LargestTable || table.Splits == MostSplits)
            {
                table.Grow();
            }
            else
            {
                Split(table, hash);
                table = TableOf(hash);
            }
        }

        table.Insert(slot);
    }

    private void Split(Table table, uint hash)
    {
        if (table.Splits == _directoryBits)
        {
            var twice = new Table[_directory.Length * 2];
            for (var i = 0; i < twice.Length; i++)
            {
                twice[i] = _directory[i / 2];
            }

            (_directory, _directoryBits) = (twice, _directoryBits + 1);
        }

        var (low, high) = table.Split(HashBits - 1 - table.Splits + PositionBits);
        var width = 1 << (_directoryBits - table.Splits);
        var first = (int)(hash >> (HashBits - _directoryBits)) & -width;
        _directory.AsSpan(first, width / 2).Fill(low);
        _directory.AsSpan(first + (width / 2), width / 2).Fill(high);
    }

    /// <summary>Returns the hash of the entry at the reader and moves the reader behind it.</summary>
    public delegate uint EntryReading(ref RecordReader from, long position);

    /// <summary>Positions of the entries with a hash.</summary>
    public ref struct Candidates(ulong[] slots, uint hash)
    {
        private int _next = (int)(hash & (uint)(slots.Length - 1));

        /// <summary>The last position found.</summary>
        public long Current { get; private set; }

        /// <summary>Finds the next position; returns false if there is none.</summary>
        public bool MoveNext()
        {
            while (slots[_next] is var slot and not 0)
            {
                _next = (_next + 1) & (slots.Length - 1);
                if (slot >> PositionBits == hash)
                {
                    Current = (long)(slot & ((1UL << PositionBits) - 1)) - 1;
                    return true;
                }
            }

            return false;
        }

        /// <summary>Returns itself, for foreach.</summary>
        public readonly Candidates GetEnumerator() => this;
    }

    // Linear probing. A slot is the hash and the position plus one; 0 is free.
    private sealed class Table(int size, int splits)
    {
        private int _count;

        public ulong[] Slots { get; private set; } = new ulong[size];

        public int Splits => splits;

        public bool IsFull => _count >= Slots.Length / 4 * 3;

        public void Insert(ulong slot)
        {
            var mask = Slots.Length - 1;
            var at = (int)(slot >> PositionBits) & mask;
            while (Slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            Slots[at] = slot;
            _count++;
        }

        public void Grow()
        {
            var old = Slots;
            (Slots, _count) = (new ulong[old.Length * 2], 0);
            foreach (var slot in old)
            {
                if (slot != 0)
                {
                    Insert(slot);
                }
            }
        }

        public (Table Low, Table High) Split(int bit)
        {
            var (low, high) = (new Table(Slots.Length, splits + 1), new Table(Slots.Length, splits + 1));
            foreach (var slot in Slots)
            {
                if (slot != 0)
                {
                    ((slot >> bit & 1) == 0 ? low : high).Insert(slot);
                }
            }

            return (low, high);
        }
    }
}
