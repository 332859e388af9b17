namespace QuantumCore.Journal;

/// <summary>The stated limits of one writer.</summary>
public sealed record JournalWriterOptions
{
    /// <summary>A record's body may not be longer (bytes), nor may the bodies of records that are appended together.</summary>
    public const int MaxRecordBytes = 16 << 20;

    /// <summary>Records that may wait for their commit. The last eighth is for urgent ones.</summary>
    public int MaxPendingRecords { get; init; } = 65_536;

    /// <summary>Bytes of bodies that may wait for their commit. The last eighth is for urgent ones.</summary>
    public long MaxPendingBytes { get; init; } = 64L << 20;

    /// <summary>Records of one commit, and so the most that can be appended together.</summary>
    public int MaxFrameRecords { get; init; } = 4_096;

    /// <summary>
    /// Bytes of bodies of one commit; a longer record, or longer ones that are appended together, have a commit of their own.
    /// </summary>
    public int MaxFrameBytes { get; init; } = 1 << 20;

    /// <summary>Pause after the first failure of the store; doubles up to <see cref="LongestRetryPause"/>.</summary>
    public TimeSpan FirstRetryPause { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest pause between two attempts to reach the store.</summary>
    public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Told of each failed attempt to commit, on the writer's thread. Must not throw or block.
    /// </summary>
    public Action<Exception>? StoreFailed { get; init; }

    /// <summary>
    /// Told of each commit how long its oldest record waited until it was durable, on the writer's thread. Must not throw or block.
    /// </summary>
    public Action<TimeSpan>? Committed { get; init; }

    /// <summary>
    /// Told of each stream of a commit its newest durable sequence, on the writer's thread. Must not throw or block.
    /// </summary>
    public Action<string, long>? Advanced { get; init; }
}
