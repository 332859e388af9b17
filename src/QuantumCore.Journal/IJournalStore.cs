namespace QuantumCore.Journal;

/// <summary>
/// A database that holds a journal. Thread-safe. Only a <see cref="JournalWriter"/> appends. All read methods see
/// durable records only.
/// </summary>
public interface IJournalStore : IAsyncDisposable
{
    /// <summary>
    /// Creates what is missing and checks that commits are durable. Throws <see cref="JournalSetupException"/> if the
    /// database is configured to lose them. Must be called before any other method.
    /// </summary>
    Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Raises the stream's epoch and returns its head in one statement; creates the stream if it is new. After that, no
    /// append of an older epoch can succeed, not even one in flight.
    /// </summary>
    Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Opens a connection for one writer's own thread. Blocks; throws if the store is down.</summary>
    IJournalConnection Connect();

    /// <summary>
    /// Reads the records between two sequences, inclusive and clipped to the head, in sequence, each with its checksum
    /// verified. Throws <see cref="JournalCorruptionException"/> at the first failure.
    /// </summary>
    IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream, long fromSequence, long throughSequence, CancellationToken cancellationToken);

    /// <summary>Returns the heads of all streams whose name starts with the prefix, sorted by name.</summary>
    Task<IReadOnlyList<StreamHead>> HeadsAsync(string namePrefix, CancellationToken cancellationToken);

    /// <summary>Returns the current epochs of the streams with these numbers, in one query.</summary>
    Task<IReadOnlyDictionary<long, long>> EpochsAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a snapshot and keeps the newest <see cref="SnapshotLimits.Kept"/> of the stream. Stores nothing and
    /// returns false if the epoch is not the stream's current one or the sequence is ahead of its head.
    /// </summary>
    Task<bool> PutSnapshotAsync(
        string stream, long epoch, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Returns the stream's snapshots, newest first, without those whose checksum fails.</summary>
    IAsyncEnumerable<StreamSnapshot> SnapshotsAsync(string stream, CancellationToken cancellationToken);

    /// <summary>
    /// Reads every frame and returns those whose checksum fails: an operator's audit of the whole file. Reading a
    /// stream verifies its records by themselves and does not need it.
    /// </summary>
    IAsyncEnumerable<FrameId> DamagedFramesAsync(CancellationToken cancellationToken);

    /// <summary>Returns the oldest frames that are not packed, up to the limits.</summary>
    Task<UnpackedFrames> UnpackedAsync(PackLimits limits, CancellationToken cancellationToken);

    /// <summary>Returns the names of the streams with these numbers.</summary>
    Task<IReadOnlyDictionary<long, string>> NamesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces frames by a pack in one transaction. Changes nothing and returns false if a frame or an index entry
    /// differs from what the pack says.
    /// </summary>
    Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken);
}

/// <summary>
/// A writer's own connection, used by one thread at a time. After any exception the outcome is unknown, and only
/// <see cref="IDisposable.Dispose"/>, which never throws, may be called.
/// </summary>
public interface IJournalConnection : IDisposable
{
    /// <summary>
    /// Commits a frame in one transaction. It moves the head of each of its streams from first − 1 to last under its
    /// epoch, and stores the frame. If any stream refuses, nothing is stored. Returns the numbers of the streams that
    /// refused; empty if the frame is durable.
    /// </summary>
    IReadOnlyCollection<long> Commit(JournalFrame frame);

    /// <summary>Returns true if this frame was committed.</summary>
    bool Holds(FrameId frame);
}

/// <summary>Bounds on snapshots.</summary>
public static class SnapshotLimits
{
    /// <summary>Number of snapshots kept of a stream.</summary>
    public const int Kept = 3;
}
