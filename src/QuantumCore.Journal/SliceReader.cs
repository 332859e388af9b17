using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace QuantumCore.Journal;

/// <summary>A stored slice. Bytes is empty if the index names a missing frame.</summary>
internal readonly record struct StoredSlice(long FirstSequence, long LastSequence, ReadOnlyMemory<byte> Bytes);

/// <summary>Decodes stored slices of one stream into records and verifies every one of them.</summary>
internal sealed class SliceReader(string stream, long streamId, long from)
{
    /// <summary>Maximum page of a read in memory: this many slices and about this many bytes.</summary>
    public const int PageSlices = 512;
    public const int PageBytes = 4 << 20;

    private readonly List<JournalRecord> _records = [];
    private long _next = from;

    /// <summary>Checksum of the record before the next one; null if the read began inside the stream.</summary>
    private uint? _chain = from == 1 ? 0 : null;

    // The end of a read and the checksum there, because the slice in which it ends may go on.
    private long _through;
    private uint? _chainThrough;

    /// <summary>The next sequence.</summary>
    public long Next => _next;

    /// <summary>Checksum of the last record.</summary>
    public uint Chain => _chain ?? 0;

    /// <summary>Records of the last slice, up to the first damaged one.</summary>
    public IReadOnlyList<JournalRecord> Sound => _records;

    /// <summary>
    /// Reads page after page. <paramref name="fetchPage"/> gets the first wanted sequence and returns the slice that
    /// holds it and some that follow. No connection is held while the caller looks at the records. The last record must
    /// have the checksum <paramref name="chainAtEnd"/>, if that is known.
    /// </summary>
    public static async IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream,
        long streamId,
        long from,
        long through,
        uint? chainAtEnd,
        Func<long, Task<List<StoredSlice>>> fetchPage,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        from = Math.Max(from, 1);
        var reader = new SliceReader(stream, streamId, from) { _through = through };
        while (reader._next <= through)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = reader._next;
            foreach (var slice in await fetchPage(next))
            {
                // Frames may have been packed since the page before: the next record's slice may now begin earlier.
                var wanted = Math.Max(from, reader._next);
                if (slice.LastSequence < wanted) continue;
                foreach (var record in reader.Decode(slice, mayOverlap: true))
                {
                    if (record.Sequence >= wanted && record.Sequence <= through) yield return record;
                }
            }

            if (reader._next == next) throw reader.Damaged(next, "the record is missing");
        }

        if (reader._chainThrough is { } found && found != (chainAtEnd ?? found))
        {
            throw reader.Damaged(through, "its checksum is not the one of the stream's head");
        }
    }

    /// <summary>Decodes the records of a slice; valid until the next call.</summary>
    /// <param name="slice">The slice that holds the next record.</param>
    /// <param name="mayOverlap">
    /// True if it may begin before the next record, with the same records as read before.
    /// </param>
    /// <exception cref="JournalCorruptionException">A record is damaged; those before it are sound.</exception>
    public List<JournalRecord> Decode(in StoredSlice slice, bool mayOverlap = false)
    {
        _records.Clear();
        var (epoch, count, before) = ReadHeader(slice, mayOverlap);
        _chain = slice.Bytes.Span[0] == PackedSlice.Version
            ? Unpack(slice, epoch, count, before)
            : Read(slice, epoch, count, before);
        _next = slice.LastSequence + 1;
        return _records;
    }

    private uint Read(in StoredSlice slice, long epoch, int count, uint chain)
    {
        var bytes = slice.Bytes;
        var at = SliceLayout.HeaderBytes;
        for (var i = 0; i < count; i++)
        {
            var sequence = slice.FirstSequence + i;
            if (bytes.Length - at < SliceLayout.RecordBytes) throw Damaged(sequence, "its header is cut off");
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[at..]);
            var stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[(at + 4)..]);
            at += SliceLayout.RecordBytes;
            if (length < 0 || length > bytes.Length - at) throw Damaged(sequence, "its length is impossible");
            var body = bytes.Slice(at, length);
            at += length;
            chain = Checksum.OfRecord(chain, streamId, epoch, sequence, body.Span);
            if (chain != stored || !IsAsBefore(sequence, chain)) throw Damaged(sequence, "its checksum does not match");
            _records.Add(new JournalRecord(sequence, epoch, body));
        }

        return chain;
    }

    /// <summary>Unpacks a slice. Its records are proven sound only all together.</summary>
    private uint Unpack(in StoredSlice slice, long epoch, int count, uint chain)
    {
        var first = slice.FirstSequence;
        var plain = PackedSlice.Unpack(slice.Bytes.Span) ?? throw Damaged(first, "it can't be unpacked");
        var at = 0;
        for (var i = 0; i < count && plain.Length - at >= PackedSlice.RecordBytes; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(plain.AsSpan(at));
            at += PackedSlice.RecordBytes;
            if (length < 0 || length > plain.Length - at) break;
            chain = Checksum.OfRecord(chain, streamId, epoch, first + i, plain.AsSpan(at, length));
            if (!IsAsBefore(first + i, chain)) break;
            _records.Add(new JournalRecord(first + i, epoch, plain.AsMemory(at, length)));
            at += length;
        }

        if (_records.Count == count && at == plain.Length && chain == PackedSlice.ChainOf(slice.Bytes.Span))
            return chain;
        _records.Clear();
        throw Damaged(first, "the checksum of the packed records does not match");
    }

    private (long Epoch, int Count, uint ChainBefore) ReadHeader(in StoredSlice slice, bool mayOverlap)
    {
        var first = slice.FirstSequence;
        var bytes = slice.Bytes.Span;
        if (first > _next) throw Damaged(_next, "the record is missing");
        if (bytes.Length < SliceLayout.HeaderBytes) throw Damaged(first, "its frame is missing or cut off");
        if (bytes[0] is not (SliceLayout.Version or PackedSlice.Version))
            throw Damaged(first, $"slice version {bytes[0]} is unknown");
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) != streamId ||
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]) != first ||
            count != slice.LastSequence - first + 1)
        {
            throw Damaged(first, "the slice does not belong here");
        }

        var chainBefore = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]);
        if (_chain is { } expected && (first == _next ? chainBefore != expected : !mayOverlap))
        {
            throw Damaged(first, "it does not continue the record before it");
        }

        return (BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), count, chainBefore);
    }

    /// <summary>Returns true if the last record read is the same in another slice.</summary>
    private bool IsAsBefore(long sequence, uint chain)
    {
        if (sequence == _through) _chainThrough = chain;
        return sequence != _next - 1 || _chain is null || _chain == chain;
    }

    private JournalCorruptionException Damaged(long sequence, string what) => new(stream, sequence, what);
}
