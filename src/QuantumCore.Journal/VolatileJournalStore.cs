using System.Runtime.CompilerServices;

namespace QuantumCore.Journal;

/// <summary>
/// A journal in memory that keeps every promise of a store except surviving the process. Writers that share one act
/// like silos on one database. A writer's commits stay when the writer is gone.
/// </summary>
public sealed class VolatileJournalStore : IJournalStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Held> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Held> _byId = [];
    private readonly Dictionary<FrameId, JournalFrame> _frames = [];

    // In commit sequence; a pack is in the place of its first frame.
    private readonly List<FrameId> _order = [];

    /// <summary>Makes commits fail or wait.</summary>
    public CommitFaults Faults { get; } = new();

    /// <summary>While set, the store is down: every call throws.</summary>
    public bool IsDown { get; set; }

    /// <inheritdoc/>
    public Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken)
    {
        StreamName.Check(stream);
        lock (_gate)
        {
            ThrowIfDown();
            if (!_streams.TryGetValue(stream, out var held))
            {
                held = new Held(_streams.Count + 1);
                _streams.Add(stream, held);
                _byId.Add(held.Id, held);
            }

            held.Epoch++;
            return Task.FromResult(new StreamActivation(held.Id, held.Epoch, held.Head, held.Chain));
        }
    }

    /// <inheritdoc/>
    public IJournalConnection Connect()
    {
        ThrowIfDown();
        return new Connection(this);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream, long fromSequence, long throughSequence, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDown();
            var held = _streams.GetValueOrDefault(stream) ?? new Held(0);
            var through = Math.Min(throughSequence, held.Head);
            return SliceReader.ReadAsync(
                stream, held.Id, fromSequence, through, chainAtEnd: null, next => Task.FromResult(Page(held, next)),
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StreamHead>> HeadsAsync(string namePrefix, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDown();
            return Task.FromResult<IReadOnlyList<StreamHead>>([
                .. _streams.Where(pair => pair.Key.StartsWith(namePrefix, StringComparison.Ordinal))
                    .Select(pair => new StreamHead(pair.Key, pair.Value.Epoch, pair.Value.Head))]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<long, long>> EpochsAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDown();
            return Task.FromResult<IReadOnlyDictionary<long, long>>(
                streamIds.Where(_byId.ContainsKey).ToDictionary(id => id, id => _byId[id].Epoch));
        }
    }

    /// <inheritdoc/>
    public Task<bool> PutSnapshotAsync(
        string stream, long epoch, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDown();
            if (!_streams.TryGetValue(stream, out var held) || held.Epoch != epoch || held.Head < sequence)
            {
                return Task.FromResult(false);
            }

            held.Snapshots[sequence] = new Snapshot(Checksum.Of(body.Span), body.ToArray());
            while (held.Snapshots.Count > SnapshotLimits.Kept) held.Snapshots.Remove(held.Snapshots.Keys.First());
            return Task.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StreamSnapshot> SnapshotsAsync(
        string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        KeyValuePair<long, Snapshot>[] snapshots;
        lock (_gate)
        {
            ThrowIfDown();
            snapshots = _streams.TryGetValue(stream, out var held) ? [.. held.Snapshots.Reverse()] : [];
        }

        foreach (var (sequence, snapshot) in snapshots)
        {
            await Task.CompletedTask;
            if (Checksum.Of(snapshot.Body) == snapshot.Crc)
                yield return new StreamSnapshot(stream, sequence, snapshot.Body);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameId> DamagedFramesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JournalFrame[] frames;
        lock (_gate) frames = [.. _frames.Values];
        foreach (var frame in frames)
        {
            await Task.CompletedTask;
            if (Checksum.Of(frame.Body) != frame.Crc) yield return frame.Id;
        }
    }

    /// <inheritdoc/>
    public Task<UnpackedFrames> UnpackedAsync(PackLimits limits, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDown();
            var newest = _order.FindLastIndex(id => id.WriterId == JournalPack.WriterId);
            var frames = new List<FrameRow>();
            var bytes = 0;
            for (var i = newest + 1; i < _order.Count && frames.Count < limits.MaxFrames && bytes < limits.MaxBytes;
                i++)
            {
                var frame = _frames[_order[i]];
                frames.Add(new FrameRow(frame.Id, frame.Crc, frame.Body));
                bytes += frame.Body.Length;
            }

            var isFull = frames.Count >= limits.MaxFrames || bytes >= limits.MaxBytes;
            return Task.FromResult(new UnpackedFrames(frames, isFull, newest < 0 ? 1 : _order[newest].FrameNo + 1));
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<long, string>> NamesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDown();
            return Task.FromResult<IReadOnlyDictionary<long, string>>(
                _streams.Where(pair => streamIds.Contains(pair.Value.Id))
                    .ToDictionary(pair => pair.Value.Id, pair => pair.Key));
        }
    }

    /// <inheritdoc/>
    public Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ThrowIfDown();
            if (_frames.ContainsKey(pack.Packed.Id) || !pack.Frames.All(_frames.ContainsKey))
                return Task.FromResult(false);
            var first = _order.IndexOf(pack.Frames[0]);
            _order.RemoveRange(first, pack.Frames.Count);
            _order.Insert(first, pack.Packed.Id);
            foreach (var frame in pack.Frames) _frames.Remove(frame);
            _frames.Add(pack.Packed.Id, pack.Packed);
            foreach (var slices in pack.Packed.Slices.GroupBy(slice =>
                slice.StreamId)) _byId[slices.Key].Replace(pack.Packed, [.. slices]);
            return Task.FromResult(true);
        }
    }

    /// <summary>Flips one bit of the frame that holds this record, as a failing disk would.</summary>
    public void DamageRecord(string stream, long sequence)
    {
        lock (_gate)
        {
            var (frame, slice) = _streams[stream].Slices.First(at => at.Slice.LastSequence >= sequence);
            frame.Body[slice.Position + slice.Length - 1] ^= 1;
        }
    }

    /// <summary>Flips one bit of a snapshot.</summary>
    public void DamageSnapshot(string stream, long sequence)
    {
        lock (_gate) _streams[stream].Snapshots[sequence].Body[0] ^= 1;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private List<StoredSlice> Page(Held held, long next)
    {
        lock (_gate)
        {
            ThrowIfDown();
            var from = held.Slices.FindLastIndex(at => at.Slice.FirstSequence <= next);
            return from < 0 ? [] : [
                .. held.Slices.Skip(from).Take(SliceReader.PageSlices).Select(at => new StoredSlice(
                    at.Slice.FirstSequence,
                    at.Slice.LastSequence,
                    _frames.TryGetValue(at.Frame.Id, out var frame)
                        ? frame.Body.AsMemory(at.Slice.Position, at.Slice.Length)
                        : default))];
        }
    }

    private long[] Commit(JournalFrame frame)
    {
        lock (_gate)
        {
            ThrowIfDown();
            long[] refused = [.. frame.Slices
                .Where(slice => !_byId[slice.StreamId].Admits(slice))
                .Select(slice => slice.StreamId)];
            if (refused.Length > 0) return refused;
            _frames.Add(frame.Id, frame);
            _order.Add(frame.Id);
            foreach (var slice in frame.Slices) _byId[slice.StreamId].Take(frame, slice);
            return [];
        }
    }

    private void ThrowIfDown()
    {
        if (IsDown) throw new IOException("The volatile store is down.");
    }

    private sealed record Snapshot(uint Crc, byte[] Body);

    private sealed class Held(long id)
    {
        public long Id { get; } = id;
        public long Epoch { get; set; }
        public long Head { get; private set; }
        public uint Chain { get; private set; }
        public List<(JournalFrame Frame, FrameSlice Slice)> Slices { get; } = [];
        public SortedDictionary<long, Snapshot> Snapshots { get; } = [];

        public bool Admits(FrameSlice slice) => slice.Epoch == Epoch && slice.FirstSequence == Head + 1;

        /// <summary>Replaces slices by others that hold the same records.</summary>
        public void Replace(JournalFrame frame, FrameSlice[] slices)
        {
            var from = Slices.FindIndex(at => at.Slice.FirstSequence == slices[0].FirstSequence);
            var last = Slices.FindIndex(at => at.Slice.LastSequence == slices[^1].LastSequence);
            Slices.RemoveRange(from, last + 1 - from);
            Slices.InsertRange(from, slices.Select(slice => (frame, slice)));
        }

        public void Take(JournalFrame frame, FrameSlice slice)
        {
            Slices.Add((frame, slice));
            Head = slice.LastSequence;
            Chain = slice.Chain;
        }
    }

    private sealed class Connection(VolatileJournalStore store) : IJournalConnection
    {
        public IReadOnlyCollection<long> Commit(JournalFrame frame) => store.Faults.Around(frame, store.Commit);

        public bool Holds(FrameId frame)
        {
            lock (store._gate)
            {
                store.ThrowIfDown();
                return store._frames.ContainsKey(frame);
            }
        }

        public void Dispose()
        {
        }
    }
}
