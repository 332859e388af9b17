using System.Diagnostics.CodeAnalysis;

namespace QuantumCore.Journal;

/// <summary>
/// Consecutive records of one stream that commit together, with the one task that all their waiters share. All segments
/// of a unit are in one frame. Written under the writer's gate until <see cref="Taken"/>; after that, only the writer's
/// thread reads it.
/// </summary>
internal sealed class Segment(JournalStream stream, long first, long enqueuedAt)
{
    private TaskCompletionSource? _durable;

    public JournalStream Stream { get; } = stream;
    public long First { get; } = first;
    public long EnqueuedAt { get; } = enqueuedAt;
    public List<RecordBody> Bodies { get; } = new(1);
    public long Last => First + Bodies.Count - 1;
    public int Bytes { get; private set; }

    /// <summary>Number of its unit. Units are queued in the order of their numbers.</summary>
    public long Unit { get; set; }

    /// <summary>
    /// Streams with later records that must never be durable without these. They are lost with them. Null for none.
    /// </summary>
    public List<JournalStream>? Followers { get; private set; }

    /// <summary>The next segment of the same unit, of another stream of the bundle.</summary>
    public Segment? NextOfUnit { get; set; }

    /// <summary>True if it is in flight to the store: nothing may be added any more.</summary>
    public bool Taken { get; set; }

    /// <summary>
    /// True if its bundle was lost: it is no longer counted, and never sent unless it is in flight already.
    /// </summary>
    public bool Dropped { get; set; }

    public void Add(in RecordBody body)
    {
        Bodies.Add(body);
        Bytes += body.Bytes.Length;
    }

    /// <summary>Adds a stream whose next records follow these.</summary>
    public void AddFollower(JournalStream stream)
    {
        Followers ??= new(1);
        if (Followers.Count == 0 || Followers[^1] != stream) Followers.Add(stream);
    }

    [SuppressMessage("Style", "VSTHRD200", Justification = "Named as Task.WhenAll.")]
    public Task WhenDurable() =>
        (_durable ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Complete() => _durable?.TrySetResult();

    public void Fail() => _durable?.TrySetException(new StreamLostException(Stream.Name));
}
