using System.Diagnostics.CodeAnalysis;

namespace QuantumCore.Journal;

/// <summary>
/// Ownership of a stream by one activation: the only way to append to it. All members may be used from any thread, but
/// the stream's owner decides the order of appends.
/// </summary>
public sealed class JournalStream
{
    private readonly JournalWriter _writer;
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _head;
    private long _durableHead;

    internal JournalStream(JournalWriter writer, string name, StreamActivation activation)
    {
        _writer = writer;
        Name = name;
        StreamId = activation.StreamId;
        Committed = activation;
        Epoch = activation.Epoch;
        Bundle = new Bundle(this);
        _head = _durableHead = activation.Head;
    }

    /// <summary>Name of the stream.</summary>
    public string Name { get; }

    /// <summary>Epoch of this activation.</summary>
    public long Epoch { get; }

    /// <summary>Last issued sequence, durable or not.</summary>
    public long Head
    {
        get => Volatile.Read(ref _head);
        internal set => Volatile.Write(ref _head, value);
    }

    /// <summary>Last durable sequence. Nothing beyond it may be shown to anyone.</summary>
    public long DurableHead
    {
        get => Volatile.Read(ref _durableHead);
        internal set => Volatile.Write(ref _durableHead, value);
    }

    /// <summary>True if this activation has lost its stream: it must discard itself and reload.</summary>
    public bool IsLost => Bundle.IsLost;

    /// <summary>Completes when this activation has lost its stream.</summary>
    public Task Lost => _lost.Task;

    internal long StreamId { get; }

    /// <summary>Streams that are lost together with this one. Changed under the writer's gate.</summary>
    internal Bundle Bundle { get; set; }

    /// <summary>Committed state of the stream in the store. Only the writer's thread uses it.</summary>
    internal StreamActivation Committed { get; set; }

    /// <summary>Segments without an outcome, oldest first. Under the writer's gate.</summary>
    internal Queue<Segment> Unsettled { get; } = new(2);

    /// <summary>Its newest segment, with or without an outcome. Under the writer's gate.</summary>
    internal Segment? Newest { get; set; }

    /// <summary>Its segment in the bundle's open unit, if it still accepts records. Under the writer's gate.</summary>
    internal Segment? Open { get; set; }

    /// <summary>True if it was closed. Under the writer's gate.</summary>
    internal bool IsClosed { get; set; }

    /// <summary>
    /// Enqueues a record and returns its sequence without waiting. The journal owns the body from now on. Throws
    /// <see cref="JournalFullException"/> or <see cref="StreamLostException"/> with nothing enqueued.
    /// </summary>
    /// <param name="body">The record.</param>
    /// <param name="urgent">True for a cancel or a halt, which may use the reserved last eighth of the queue.</param>
    /// <param name="after">
    /// A record of another stream of the same writer without which this one must never be durable. It is durable first,
    /// or together with this one. If it is lost, so is this stream. Null for none.
    /// </param>
    /// <param name="waits">
    /// True if an idle writer should commit the record with the next one, or when somebody waits for it, and not alone.
    /// </param>
    public long Append(
        RecordBody body, bool urgent = false, AppendedRecord? after = null, bool waits = false) =>
        _writer.Append(this, body, urgent, after, waits);

    /// <summary>
    /// Completes when the record with this sequence and all earlier ones are durable. Faults with
    /// <see cref="StreamLostException"/> if this activation loses its stream first. On completion, the durable heads of
    /// the bundle's other streams include what was appended together with the record.
    /// </summary>
    [SuppressMessage("Style", "VSTHRD200", Justification = "Named as Task.WhenAll.")]
    public Task WhenDurable(long sequence) =>
        JournalTracing.Begin(this, sequence) is { } span
            ? JournalTracing.UntilAsync(_writer.WhenDurable(this, sequence), span)
        : sequence <= DurableHead && Bundle.Streams.Length == 1 ? Task.CompletedTask
        : _writer.WhenDurable(this, sequence);

    /// <summary>
    /// Stores a snapshot of the owner's state after a durable record. Returns false if a newer activation owns the
    /// stream; this one is then lost.
    /// </summary>
    public Task<bool> PutSnapshotAsync(
        long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        sequence <= DurableHead
            ? _writer.PutSnapshotAsync(this, sequence, body, cancellationToken)
            : throw new ArgumentOutOfRangeException(nameof(sequence), "A snapshot shows durable records only.");

    /// <summary>
    /// Closes the stream: no more appends. Queued records still commit. The other streams of its bundle stay open.
    /// </summary>
    public void Close() => _writer.Close(this);

    internal bool IsOf(JournalWriter writer) => _writer == writer;

    /// <summary>Signals the loss. Returns false if it was known already.</summary>
    internal bool TellLost() => _lost.TrySetResult();
}

/// <summary>A record that was appended by this activation of its stream, durable or not.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Sequence">The record's sequence.</param>
public readonly record struct AppendedRecord(JournalStream Stream, long Sequence)
{
    /// <inheritdoc cref="JournalStream.WhenDurable(long)"/>
    [SuppressMessage("Style", "VSTHRD200", Justification = "Named as Task.WhenAll.")]
    public Task WhenDurable() => Stream.WhenDurable(Sequence);
}
