using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace QuantumCore.Journal;

/// <summary>
/// The group commit of one silo. One thread commits everything that was queued while the previous commit was in flight
/// as one frame, so no timer is needed. If the fence rejects a stream, its activation loses all streams of the bundle,
/// and the rest of the frame is sent again without them. After an error the outcome is unknown until a new connection
/// tells whether the frame is stored. While the store is down, appends queue up to the limit.
/// </summary>
public sealed class JournalWriter : IAsyncDisposable
{
    // Far below the age at which the store counts as stalled.
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(5);

    private readonly IJournalStore _store;
    private readonly JournalWriterOptions _options;
    private readonly TimeProvider _time;
    private readonly long _writerId;
    private readonly Action? _wake;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AutoResetEvent _work = new(false);
    private readonly ManualResetEvent _stop = new(false);

    /// <summary>Guards the queue, the open streams and the counters. Held for a few instructions only.</summary>
    private readonly Lock _gate = new();

    /// <summary>Units, each represented by its first segment.</summary>
    private readonly Queue<Segment> _queue = new();
    private readonly Dictionary<string, JournalStream> _open = [];
    private long _lastUnit;
    private long _wokenAt;
    private int _pendingRecords;
    private long _pendingBytes;
    private long? _oldestInFlight;
    private bool _idle;
    private bool _stopping;
    private bool _isShortOfRoom;

    // Used by the writer's thread alone:
    // The segments in flight, in the sequence of the queue, and the same by stream, as the frame has them.
    private readonly List<Segment> _batch = [];
    private readonly List<Segment> _byStream = [];
    private JournalFrame? _frame;
    private int _attempts;
    private IJournalConnection? _connection;
    private long _frameNo;
    private long _recordsCommitted;
    private long _framesCommitted;
    private long _streamsFenced;
    private long _outcomesUnknown;

    /// <summary>
    /// Starts the writer's thread. The store must have been initialised; it is not disposed with the writer.
    /// </summary>
    public JournalWriter(IJournalStore store, JournalWriterOptions options, TimeProvider time)
        : this(store, options, time, BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), wake: null) =>
        new Thread(Run) { IsBackground = true, Name = "journal writer" }.Start();

    /// <summary>
    /// Creates a writer without a thread: its owner calls <see cref="Step"/>, for example when woken.
    /// </summary>
    internal JournalWriter(
        IJournalStore store, JournalWriterOptions options, TimeProvider time, long writerId, Action? wake)
    {
        _store = store;
        _options = options;
        _time = time;
        _writerId = writerId;
        _wake = wake;
    }

    /// <summary>Random id of this writer in the frames it makes.</summary>
    public long WriterId => _writerId;

    /// <summary>Number of records without an outcome, including the commit in flight.</summary>
    public int PendingRecords => Volatile.Read(ref _pendingRecords);

    /// <summary>
    /// Age of the oldest record without an outcome, since the writer had to commit it: one that waits for the next
    /// record has no age. If none has come for some milliseconds, it is committed now.
    /// </summary>
    public TimeSpan OldestPendingAge
    {
        get
        {
            bool wake;
            lock (_gate)
            {
                if (_oldestInFlight is { } inFlight) return _time.GetElapsedTime(inFlight);
                while (_queue.TryPeek(out var dropped) && dropped.Dropped) _queue.Dequeue();
                if (!_queue.TryPeek(out var oldest)) return TimeSpan.Zero;
                if (!_idle) return _time.GetElapsedTime(BusySince(oldest));
                wake = _time.GetElapsedTime(oldest.EnqueuedAt) > s_longestWait && EndIdleness();
            }

            if (wake) Wake();
            return TimeSpan.Zero;
        }
    }

    /// <summary>Number of records committed by this writer.</summary>
    public long RecordsCommitted => Volatile.Read(ref _recordsCommitted);

    /// <summary>Number of frames committed by this writer.</summary>
    public long FramesCommitted => Volatile.Read(ref _framesCommitted);

    /// <summary>
    /// Number of streams this silo lost to the fence or the epoch check, including those of their bundles.
    /// </summary>
    public long StreamsFenced => Volatile.Read(ref _streamsFenced);

    /// <summary>Number of commit attempts without a known outcome.</summary>
    public long OutcomesUnknown => Volatile.Read(ref _outcomesUnknown);

    /// <summary>
    /// True if the store's disk has so little room that only urgent work should begin. A monitor sets it.
    /// </summary>
    public bool IsShortOfRoom
    {
        get => Volatile.Read(ref _isShortOfRoom);
        set => Volatile.Write(ref _isShortOfRoom, value);
    }

    /// <summary>
    /// Activates a stream: raises its epoch, so that every older activation, on this silo too, has lost it. The owner
    /// must then read up to <see cref="JournalStream.DurableHead"/> before it serves.
    /// </summary>
    public Task<JournalStream> OpenAsync(string stream, CancellationToken cancellationToken) =>
        OpenAsync(stream, beside: null, cancellationToken);

    /// <summary>
    /// Activates a stream into the bundle of another, so that records of both can be appended together. If one stream
    /// of a bundle is lost, all are lost at once, and none of their records without an outcome is sent again. If the
    /// bundle is already lost, so is the returned stream. Each stream is closed by itself.
    /// </summary>
    /// <param name="stream">Name of the stream.</param>
    /// <param name="beside">An open stream of this writer and of the same owner; null for a bundle of its own.</param>
    /// <param name="cancellationToken">Cancels the wait; the epoch may be raised nevertheless.</param>
    public async Task<JournalStream> OpenAsync(
        string stream, JournalStream? beside, CancellationToken cancellationToken)
    {
        StreamName.Check(stream);
        if (beside?.IsOf(this) == false) throw new ArgumentException("A bundle has one writer.", nameof(beside));
        var activation = await _store.ActivateAsync(stream, cancellationToken);
        var opened = new JournalStream(this, stream, activation);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (beside is not null) Join(opened, beside);

            // Two activations of one stream must never be in one frame.
            if (_open.TryGetValue(stream, out var other)) Lose(other.Epoch < opened.Epoch ? other : opened);
            if (!opened.IsLost) _open[stream] = opened;
        }

        return opened;
    }

    /// <summary>
    /// Enqueues records of one or more streams of one bundle, so that all become durable in one frame or none ever
    /// does. Each stream keeps this order. The durable records of a bundle are always a prefix of what was appended to
    /// it. Does not wait; a wait for one of them waits for all. The journal owns the bodies from now on. Returns the
    /// sequence of each record. With nothing enqueued, it throws <see cref="JournalFullException"/>,
    /// <see cref="StreamLostException"/> or <see cref="AppendTooLargeException"/>. It throws
    /// <see cref="ArgumentException"/> if the streams are not of one bundle, and
    /// <see cref="InvalidOperationException"/> if one was closed.
    /// </summary>
    /// <param name="records">The records, at least one.</param>
    /// <param name="urgent">True for a cancel or a halt, which may use the reserved last eighth of the queue.</param>
    public long[] AppendTogether(
        ReadOnlySpan<(JournalStream Stream, RecordBody Body)> records, bool urgent = false)
    {
        var bytes = CheckSizes(records);
        var sequences = new long[records.Length];
        bool wake;
        lock (_gate)
        {
            var bundle = records[0].Stream.Bundle;
            foreach (var (stream, _) in records)
            {
                CheckAppendable(stream);
                if (stream.Bundle != bundle || !stream.IsOf(this))
                {
                    throw new ArgumentException("The streams are not of one bundle of this writer.", nameof(records));
                }
            }

            if (!HasRoom(records.Length, bytes, urgent)) throw new JournalFullException();

            // Nothing may fail from here on.
            bundle.MakeRoom(records.Length, bytes, _options);
            for (var i = 0; i < records.Length; i++) sequences[i] = Enqueue(records[i].Stream, records[i].Body);
            wake = EndIdleness();
        }

        if (wake) Wake();
        return sequences;
    }

    /// <summary>
    /// Reads the epochs of all open streams in one query and marks those with a newer activation as lost. Only appends
    /// are fenced, so an idle activation learns of its successor here. Records that wait for the next are committed.
    /// </summary>
    public async Task CheckEpochsAsync(CancellationToken cancellationToken)
    {
        JournalStream[] held;
        lock (_gate) held = [.. _open.Values];

        // Looking at the age commits what has waited too long.
        _ = OldestPendingAge;
        if (held.Length == 0) return;
        var ids = Array.ConvertAll(held, stream => stream.StreamId);
        var epochs = await _store.EpochsAsync(ids, cancellationToken);
        lock (_gate)
        {
            foreach (var stream in held)
            {
                if (!epochs.TryGetValue(stream.StreamId, out var epoch) || epoch != stream.Epoch) Lose(stream);
            }
        }
    }

    /// <summary>Returns true if one more record of ordinary size would be accepted now.</summary>
    public bool HasRoom(bool urgent)
    {
        lock (_gate) return HasRoom(1, 0, urgent);
    }

    /// <summary>
    /// Returns true if work that appends this many records should begin now. It is stricter than an append by an eighth
    /// of the queue, so that work of several owners admitted together can finish.
    /// </summary>
    public bool HasRoom(bool urgent, int records)
    {
        if (!urgent && IsShortOfRoom) return false;
        var reserved = _options.MaxPendingRecords / 8;
        lock (_gate)
        {
            return HasRoom(1, 0, urgent)
                && _pendingRecords + records <= _options.MaxPendingRecords - (urgent ? reserved : reserved * 2);
        }
    }

    /// <summary>
    /// Stops appends, commits what is queued, and ends the thread. If the store is down, waiters for the rest learn
    /// that the outcome is unknown.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate) _stopping = true;
        _stop.Set();
        Wake();
        await _ended.Task;
    }

    /// <summary>
    /// Completes when the records that this writer has queued for a stream are durable. Fails if they are lost.
    /// </summary>
    public Task WhenSettledAsync(string stream)
    {
        JournalStream? open;
        lock (_gate) open = _open.GetValueOrDefault(stream);
        return open is null ? Task.CompletedTask : open.WhenDurable(open.Head);
    }

    /// <summary>Returns an activation of a stream while this writer has it open; null otherwise.</summary>
    public JournalStream? Find(string stream, long epoch)
    {
        lock (_gate) return _open.TryGetValue(stream, out var open) && open.Epoch == epoch ? open : null;
    }

    internal long Append(
        JournalStream stream, in RecordBody body, bool urgent, AppendedRecord? after, bool waits)
    {
        CheckSize(body.Bytes);
        bool wake;
        long sequence;
        lock (_gate)
        {
            CheckAppendable(stream);
            if (!HasRoom(1, body.Bytes.Length, urgent)) throw new JournalFullException();
            if (after is { } before) Follow(stream, before);
            stream.Bundle.MakeRoom(1, body.Bytes.Length, _options);
            sequence = Enqueue(stream, body);
            wake = !waits && EndIdleness();
        }

        if (wake) Wake();
        return sequence;
    }

    [SuppressMessage("Style", "VSTHRD200", Justification = "Named as Task.WhenAll.")]
    internal Task WhenDurable(JournalStream stream, long sequence)
    {
        Task durable;
        bool wake;
        lock (_gate)
        {
            if (sequence <= stream.DurableHead) return Task.CompletedTask;
            ArgumentOutOfRangeException.ThrowIfGreaterThan(sequence, stream.Head);
            if (stream.IsLost) return Task.FromException(new StreamLostException(stream.Name));
            durable = SegmentOf(stream, sequence).WhenDurable();
            wake = EndIdleness();
        }

        if (wake) Wake();
        return durable;
    }

    /// <summary>Returns true if the writer was idle: it must be woken after the gate.</summary>
    private bool EndIdleness()
    {
        if (!_idle) return false;
        _idle = false;
        _wokenAt = _time.GetTimestamp();
        return true;
    }

    /// <summary>Returns when the writer had to commit a unit: from its first record on, unless it was idle.</summary>
    private long BusySince(Segment unit) => Math.Max(unit.EnqueuedAt, _wokenAt);

    /// <summary>Returns the segment of a record that is not durable. Under the gate.</summary>
    private static Segment SegmentOf(JournalStream stream, long sequence)
    {
        if (stream.Newest is { } newest && newest.First <= sequence) return newest;
        foreach (var segment in stream.Unsettled)
        {
            if (sequence <= segment.Last) return segment;
        }

        throw new InvalidOperationException("Every sequence beyond the durable head has a segment.");
    }

    /// <summary>
    /// Makes the stream's next record durable no earlier than a record of another stream, or never. Units are committed
    /// in the order of the queue, each as a whole: so the record goes into no unit that was queued before the other's.
    /// Under the gate.
    /// </summary>
    private static void Follow(JournalStream stream, AppendedRecord before)
    {
        if (before.Sequence <= before.Stream.DurableHead) return;
        if (before.Stream.IsLost) throw new StreamLostException(before.Stream.Name);
        var needed = SegmentOf(before.Stream, before.Sequence);
        stream.Bundle.GoBehind(needed.Unit);
        needed.AddFollower(stream);
    }

    internal async Task<bool> PutSnapshotAsync(
        JournalStream stream, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (await _store.PutSnapshotAsync(stream.Name, stream.Epoch, sequence, body, cancellationToken)) return true;
        lock (_gate) Lose(stream);
        return false;
    }

    internal void Close(JournalStream stream)
    {
        bool wake;
        lock (_gate)
        {
            stream.IsClosed = true;
            ForgetIfClosed(stream);
            wake = stream.Unsettled.Count > 0 && EndIdleness();
        }

        if (wake) Wake();
    }

    private bool HasRoom(int records, long bytes, bool urgent)
    {
        var maxRecords = urgent ? _options.MaxPendingRecords : _options.MaxPendingRecords / 8 * 7;
        var maxBytes = urgent ? _options.MaxPendingBytes : _options.MaxPendingBytes / 8 * 7;
        return _pendingRecords + records <= maxRecords
            && _pendingBytes + Math.Min(bytes, _options.MaxFrameBytes) <= maxBytes;
    }

    private static void CheckSize(ReadOnlyMemory<byte> body)
    {
        if (body.Length > JournalWriterOptions.MaxRecordBytes)
        {
            throw new ArgumentException("The record is longer than the journal takes.", nameof(body));
        }
    }

    /// <summary>
    /// Returns the sum of all bodies in bytes. One or more records longer than a frame get their own commit, so that
    /// ending very many orders does not fail.
    /// </summary>
    private long CheckSizes(ReadOnlySpan<(JournalStream Stream, RecordBody Body)> records)
    {
        if (records.IsEmpty) throw new ArgumentException("There is nothing to append.", nameof(records));
        var bytes = 0L;
        foreach (var (_, body) in records)
        {
            CheckSize(body.Bytes);
            bytes += body.Bytes.Length;
        }

        var fits = records.Length <= _options.MaxFrameRecords && bytes <= JournalWriterOptions.MaxRecordBytes;
        return fits ? bytes : throw new AppendTooLargeException(records.Length, bytes);
    }

    private void CheckAppendable(JournalStream stream)
    {
        if (stream.IsLost || _stopping) throw new StreamLostException(stream.Name);
        if (stream.IsClosed) throw HandedBack(stream);
    }

    private static InvalidOperationException HandedBack(JournalStream stream) =>
        new($"Stream {stream.Name} was handed back.");

    private void Join(JournalStream opened, JournalStream beside)
    {
        if (beside.IsClosed && !beside.IsLost) throw HandedBack(beside);
        beside.Bundle.Join(opened);
        if (beside.IsLost) Lose(opened);
    }

    private long Enqueue(JournalStream stream, in RecordBody body)
    {
        var sequence = stream.Head + 1;
        (stream.Open ?? BeginSegment(stream, sequence)).Add(body);
        stream.Head = sequence;
        _pendingRecords++;
        _pendingBytes += body.Bytes.Length;
        return sequence;
    }

    private Segment BeginSegment(JournalStream stream, long sequence)
    {
        var segment = new Segment(stream, sequence, _time.GetTimestamp());
        stream.Unsettled.Enqueue(segment);
        stream.Newest = segment;
        if (stream.Bundle.AddToUnit(segment))
        {
            segment.Unit = ++_lastUnit;
            _queue.Enqueue(segment);
        }

        return segment;
    }

    private void Wake()
    {
        _work.Set();
        _wake?.Invoke();
    }

    private void Run()
    {
        for (var pause = Step(); pause is { } wait; pause = Step())
        {
            if (wait == Timeout.InfiniteTimeSpan) _work.WaitOne();
            else _stop.WaitOne(wait);
        }
    }

    /// <summary>
    /// Commits everything queued. Returns how long to wait before the next step: infinite until there is work, or a
    /// pause after a failure of the store. Returns null when the writer has ended.
    /// </summary>
    internal TimeSpan? Step()
    {
        // Once the writer must stop, a failed store gets one more chance.
        while (_attempts < 2 || !Volatile.Read(ref _stopping))
        {
            if (_batch.Count == 0 && !TakeBatch())
            {
                if (!_stopping) return Timeout.InfiniteTimeSpan;
                break;
            }

            if (!TrySettle()) return RetryPause(_attempts++);
        }

        End();
        return null;
    }

    private void End()
    {
        DropConnection();
        lock (_gate)
        {
            foreach (var stream in _open.Values.ToArray()) Lose(stream);
        }

        _ended.TrySetResult();
    }

    /// <summary>Takes queued records up to the size of a frame. Returns false if there are none.</summary>
    private bool TakeBatch()
    {
        lock (_gate)
        {
            FillBatch();
            _idle = _batch.Count == 0;
            if (_idle) return false;
        }

        _byStream.AddRange(_batch);
        _byStream.Sort(static (left, right) =>
        {
            var byStream = left.Stream.StreamId.CompareTo(right.Stream.StreamId);
            return byStream != 0 ? byStream : left.First.CompareTo(right.First);
        });
        return true;
    }

    private void FillBatch()
    {
        var records = 0;
        var bytes = 0L;
        while (_queue.TryPeek(out var unit))
        {
            if (!unit.Dropped)
            {
                for (var segment = unit; segment is not null; segment = segment.NextOfUnit)
                {
                    records += segment.Bodies.Count;
                    bytes += segment.Bytes;
                }

                var fits = records <= _options.MaxFrameRecords && bytes <= _options.MaxFrameBytes;
                if (_batch.Count > 0 && !fits) return;
                if (_batch.Count == 0) _oldestInFlight = BusySince(unit);
                Take(unit);
            }

            _queue.Dequeue();
        }
    }

    private void Take(Segment unit)
    {
        unit.Stream.Bundle.Taken(unit);
        for (var segment = unit; segment is not null; segment = segment.NextOfUnit)
        {
            segment.Taken = true;
            _batch.Add(segment);
        }
    }

    /// <summary>
    /// Commits the batch, or the rest of it without the streams that refused. Returns false if the outcome is unknown.
    /// </summary>
    private bool TrySettle()
    {
        var frame = _frame ??= FrameEncoder.Encode(new FrameId(_writerId, ++_frameNo), _byStream);
        if (TryCommit(frame) is not { } refused) return false;
        _frame = null;
        _attempts = 0;
        if (refused.Count > 0) Discard(refused);
        else Complete(frame);
        if (_batch.Count == 0)
        {
            lock (_gate) _oldestInFlight = null;
        }

        return true;
    }

    /// <summary>
    /// Sends a frame, perhaps again. Returns the streams that refused it; empty if it is durable; null if the outcome
    /// is unknown.
    /// </summary>
    private IReadOnlyCollection<long>? TryCommit(JournalFrame frame)
    {
        try
        {
            _connection ??= _store.Connect();
            if (_attempts > 0 && _connection.Holds(frame.Id)) return [];
            var refused = _connection.Commit(frame);

            // An earlier attempt may have been committed only now and moved the heads itself. If it has not, it never
            // will: it contains the refused streams too, and heads and epochs only rise.
            return refused.Count > 0 && _attempts > 0 && _connection.Holds(frame.Id) ? [] : refused;
        }
        catch (Exception failure)
        {
            DropConnection();
            Interlocked.Increment(ref _outcomesUnknown);
            _options.StoreFailed?.Invoke(failure);
            return null;
        }
    }

    /// <summary>
    /// Returns the pause before a retry. It doubles with each attempt; half of it is random, so that silos do not retry
    /// in step.
    /// </summary>
    private TimeSpan RetryPause(int attempt)
    {
        var doubled = _options.FirstRetryPause.TotalMilliseconds * (1L << Math.Min(attempt, 20));
        var bounded = (int)Math.Min(doubled, _options.LongestRetryPause.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(bounded / 2 + RandomNumberGenerator.GetInt32(bounded / 2 + 1));
    }

    private void DropConnection()
    {
        _connection?.Dispose();
        _connection = null;
    }

    private void Complete(JournalFrame frame)
    {
        if (_oldestInFlight is { } since) _options.Committed?.Invoke(_time.GetElapsedTime(since));

        // Count first: a caller that learns that a record is durable must find it counted.
        Volatile.Write(ref _framesCommitted, _framesCommitted + 1);
        Volatile.Write(ref _recordsCommitted, _recordsCommitted + _batch.Sum(static segment => segment.Bodies.Count));
        lock (_gate)
        {
            // In the sequence of the queue: a reader that sees an order durable must find its hold durable too.
            foreach (var segment in _batch)
            {
                segment.Stream.DurableHead = segment.Last;
                if (segment.Dropped) continue;
                segment.Stream.Unsettled.Dequeue();
                Uncount(segment);
                ForgetIfClosed(segment.Stream);
            }
        }

        var slice = 0;
        foreach (var segment in _byStream)
        {
            var stream = segment.Stream;
            if (stream.StreamId != frame.Slices[slice].StreamId) slice++;
            var committed = frame.Slices[slice];
            stream.Committed = stream.Committed with { Head = committed.LastSequence, Chain = committed.Chain };
            _options.Advanced?.Invoke(stream.Name, segment.Last, segment.Bodies);
            segment.Complete();
        }

        _batch.Clear();
        _byStream.Clear();
    }

    private void Discard(IReadOnlyCollection<long> refused)
    {
        lock (_gate)
        {
            foreach (var segment in _batch)
            {
                if (refused.Contains(segment.Stream.StreamId)) Lose(segment.Stream);
            }

            // The refused streams with their bundles: half of what was appended together must never be sent alone.
            _batch.RemoveAll(static segment => segment.Dropped);
            _byStream.RemoveAll(static segment => segment.Dropped);
        }
    }

    /// <summary>Marks the stream's bundle as lost. Under the gate.</summary>
    private void Lose(JournalStream stream)
    {
        stream.Bundle.MarkLost();
        foreach (var member in stream.Bundle.Streams) LoseAlone(member);
    }

    /// <summary>Fails every record of this activation without an outcome as unknown.</summary>
    private void LoseAlone(JournalStream stream)
    {
        if (!stream.TellLost()) return;
        if (!_stopping) Interlocked.Increment(ref _streamsFenced);
        Segment[] lost = [.. stream.Unsettled];
        stream.Unsettled.Clear();
        foreach (var segment in lost)
        {
            segment.Dropped = true;
            Uncount(segment);
            segment.Fail();
            segment.Followers?.ForEach(Lose);
        }

        if (_open.TryGetValue(stream.Name, out var held) && held == stream) _open.Remove(stream.Name);
    }

    /// <summary>Forgets a closed stream once its last record has an outcome.</summary>
    private void ForgetIfClosed(JournalStream stream)
    {
        if (stream.IsClosed && stream.Unsettled.Count == 0 &&
            _open.TryGetValue(stream.Name, out var held) && held == stream)
        {
            _open.Remove(stream.Name);
            stream.Bundle.Leave(stream);
        }
    }

    private void Uncount(Segment segment)
    {
        _pendingRecords -= segment.Bodies.Count;
        _pendingBytes -= segment.Bytes;
    }
}
