using System.Buffers.Binary;

namespace QuantumCore.Journal;

/// <summary>
/// Packs old frames: many become one, in which the records of a stream are together and compressed. Nothing is lost:
/// every reader finds every record in its place, under the same checksums, which are all verified before. Packs are
/// made one after the other, oldest first, each in one transaction. After a crash, either the old frames or the pack
/// are in the store.
/// </summary>
public sealed class JournalPacker(IJournalStore store, PackLimits limits)
{
    /// <summary>
    /// Packs the oldest unpacked frames, as many as make one pack. Returns null if too few frames have only old
    /// records, or if another process packed them meanwhile.
    /// </summary>
    /// <param name="isOld">Returns true if a record of a stream is old enough; null if it has no time.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is packed then.</param>
    public async Task<JournalPack?> PackNextAsync(
        Func<string, ReadOnlyMemory<byte>, bool?> isOld, CancellationToken cancellationToken)
    {
        var found = await store.UnpackedAsync(limits, cancellationToken);
        if (!found.IsFull) return null;
        var chunk = new Chunk(limits);
        foreach (var frame in found.Frames)
        {
            if (!chunk.TryAdd(frame)) break;
        }

        if (chunk.Frames.Count == 0 || !await IsOldAsync(chunk, isOld, cancellationToken)) return null;
        var pack = chunk.Pack(found.PackNo);
        return await store.PackAsync(pack, cancellationToken) ? pack : null;
    }

    /// <summary>
    /// Returns true if all frames are old. Frames are in commit sequence: if the newest one with timestamped records is
    /// old, all are. Records without a time count as old as that.
    /// </summary>
    private async Task<bool> IsOldAsync(
        Chunk chunk, Func<string, ReadOnlyMemory<byte>, bool?> isOld, CancellationToken cancellationToken)
    {
        foreach (var slices in chunk.Contents.AsEnumerable().Reverse())
        {
            var names =
                await store.NamesAsync([.. slices.Select(slice => slice.StreamId).Distinct()], cancellationToken);
            bool?[] verdicts = [.. slices.SelectMany(slice => slice.Records.Select(record =>
                names.TryGetValue(slice.StreamId, out var name) ? isOld(name, record.Body) : false))];
            if (verdicts.Contains(false)) return false;
            if (verdicts.Contains(true)) return true;
        }

        return true;
    }

    /// <summary>Consecutive records of one stream and one activation.</summary>
    private sealed class Run(long streamId, long epoch, long first, uint chainBefore)
    {
        private readonly StreamActivation _before = new(streamId, epoch, first - 1, chainBefore);
        private readonly List<JournalRecord> _records = [];

        public long StreamId => _before.StreamId;

        public long First => _before.Head + 1;

        public IReadOnlyList<JournalRecord> Records => _records;

        public int Bytes { get; private set; } = SliceLayout.HeaderBytes;

        private uint Chain { get; set; } = chainBefore;

        /// <summary>Returns true if these records continue the run and fit in it.</summary>
        public bool Continues(long byEpoch, long from, uint before, int bytes, PackLimits limits) =>
            byEpoch == _before.Epoch && from == First + _records.Count && before == Chain
                && Bytes + bytes <= limits.SliceBytes;

        public void Add(IEnumerable<JournalRecord> records, int bytes, uint chain)
        {
            _records.AddRange(records);
            Bytes += bytes - SliceLayout.HeaderBytes;
            Chain = chain;
        }

        public FrameSlice Write(Stream body)
        {
            var slice = PackedSlice.Encode(_before, First, _records, Chain, Bytes) ?? Plain();
            RequireSame(slice);
            var position = (int)body.Position;
            body.Write(slice);
            return new FrameSlice(
                StreamId, _before.Epoch, First, First + _records.Count - 1, position, slice.Length, Chain);
        }

        /// <summary>Verifies the written slice by reading it again before the frames are deleted.</summary>
        private void RequireSame(byte[] slice)
        {
            var reader = new SliceReader("", StreamId, First);
            var read = reader.Decode(new StoredSlice(First, First + _records.Count - 1, slice));
            if (reader.Chain == Chain
                && read.Zip(_records).All(pair => pair.First.Body.Span.SequenceEqual(pair.Second.Body.Span))) return;
            throw new InvalidDataException(
                $"Records {First} to {First + _records.Count - 1} of stream {StreamId} can't be packed.");
        }

        private byte[] Plain()
        {
            var slice = new byte[Bytes];
            SliceLayout.WriteHeader(slice, _records.Count, _before, First);
            var (at, chain) = (SliceLayout.HeaderBytes, _before.Chain);
            foreach (var record in _records)
            {
                chain = Checksum.OfRecord(chain, StreamId, _before.Epoch, record.Sequence, record.Body.Span);
                BinaryPrimitives.WriteInt32LittleEndian(slice.AsSpan(at), record.Body.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(slice.AsSpan(at + 4), chain);
                record.Body.Span.CopyTo(slice.AsSpan(at + SliceLayout.RecordBytes));
                at += SliceLayout.RecordBytes + record.Body.Length;
            }

            return slice;
        }
    }

    /// <summary>
    /// The frames of one pack. A damaged frame stays unpacked: the frames before it are packed or, if there are none,
    /// those after it.
    /// </summary>
    private sealed class Chunk(PackLimits limits)
    {
        private readonly List<SliceRow> _slices = [];
        private readonly SortedDictionary<long, List<Run>> _runs = [];

        public List<FrameId> Frames { get; } = [];

        /// <summary>Contents of each of the frames.</summary>
        public List<List<(long StreamId, List<JournalRecord> Records)>> Contents { get; } = [];

        /// <summary>
        /// Adds a frame. Returns false if it cannot, and then nothing that follows can be added either.
        /// </summary>
        public bool TryAdd(in FrameRow frame)
        {
            if (Decode(frame) is not { } parts) return Frames.Count == 0;
            if (Frames.Count > 0 && _slices.Count + parts.Count > limits.MaxSlices) return false;
            Contents.Add([.. parts.Select(part => (part.Row.StreamId, part.Records))]);
            foreach (var (row, chainBefore, epoch, records, chain) in parts)
            {
                _slices.Add(row);
                if (!_runs.TryGetValue(row.StreamId, out var runs)) _runs.Add(row.StreamId, runs = []);
                if (runs.Count == 0 || !runs[^1].Continues(epoch, row.FirstSequence, chainBefore, row.Length, limits))
                {
                    runs.Add(new Run(row.StreamId, epoch, row.FirstSequence, chainBefore));
                }

                runs[^1].Add(records, row.Length, chain);
            }

            Frames.Add(frame.Id);
            return true;
        }

        public JournalPack Pack(long packNo)
        {
            using var body = new MemoryStream();
            var slices = _runs.Values.SelectMany(runs => runs).Select(run => run.Write(body)).ToList();
            var bytes = body.ToArray();
            return new JournalPack(
                Frames, _slices,
                new JournalFrame(new FrameId(JournalPack.WriterId, packNo), Checksum.Of(bytes), bytes, slices));
        }

        private static List<(SliceRow Row, uint ChainBefore, long Epoch, List<JournalRecord> Records,
            uint Chain)>? Decode(
            in FrameRow frame)
        {
            if (Checksum.Of(frame.Body) != frame.Crc) return null;
            var parts = new List<(SliceRow, uint, long, List<JournalRecord>, uint)>();
            for (var at = 0; at < frame.Body.Length;)
            {
                if (!SliceLayout.TryMeasure(
                    frame.Body, at, out var streamId, out var first, out var last, out var length))
                    return null;
                var reader = new SliceReader("", streamId, first);
                try
                {
                    var stored = new StoredSlice(first, last, frame.Body.AsMemory(at, length));
                    var records = reader.Decode(stored).ToList();
                    var before = BinaryPrimitives.ReadUInt32LittleEndian(frame.Body.AsSpan(at + 32));
                    parts.Add((new SliceRow(streamId, first, last, frame.Id, at, length), before, records[0].Epoch,
                        records, reader.Chain));
                }
                catch (JournalCorruptionException)
                {
                    return null;
                }

                at += length;
            }

            return parts;
        }
    }
}
