namespace QuantumCore.Journal;

/// <summary>Limits of one writer.</summary>
public sealed record JournalWriterOptions
{
    /// <summary>
    /// Maximum length of a record's body, and of all bodies appended together, in bytes. One command may trade with all
    /// of a million orders, and each trade takes some 40 bytes.
    /// </summary>
    public const int MaxRecordBytes = 64 << 20;

    /// <summary>Maximum number of records that wait for their commit. The last eighth is for urgent ones.</summary>
    public int MaxPendingRecords { get; init; } = 65_536;

    /// <summary>
    /// Maximum bytes of bodies that wait for their commit. The last eighth is for urgent ones. A body longer than
    /// <see cref="MaxFrameBytes"/> needs room for that much only: its command has been carried out already.
    /// </summary>
    public long MaxPendingBytes { get; init; } = 64L << 20;

    /// <summary>Maximum number of records of one commit, and so of an append together.</summary>
    public int MaxFrameRecords { get; init; } = 4_096;

    /// <summary>
    /// Maximum bytes of bodies of one commit. A longer record, or longer ones appended together, get their own commit.
    /// </summary>
    public int MaxFrameBytes { get; init; } = 1 << 20;

    /// <summary>Pause after the first failure of the store; doubles up to <see cref="LongestRetryPause"/>.</summary>
    public TimeSpan FirstRetryPause { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Maximum pause between two attempts to reach the store.</summary>
    public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Called for each failed commit attempt, on the writer's thread. Must not throw or block.
    /// </summary>
    public Action<Exception>? StoreFailed { get; init; }

    /// <summary>
    /// Called for each commit with the time its oldest record waited until durable, on the writer's thread. Must not
    /// throw or block.
    /// </summary>
    public Action<TimeSpan>? Committed { get; init; }

    /// <summary>
    /// Called for each stream of a commit with its newest durable sequence and the bodies of the records up to it that
    /// became durable, on the writer's thread. Must not throw or block.
    /// </summary>
    public Action<string, long, IReadOnlyList<RecordBody>>? Advanced { get; init; }
}
