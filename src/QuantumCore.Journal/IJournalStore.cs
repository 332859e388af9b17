namespace QuantumCore.Journal;

/// <summary>
/// What a database must offer to hold a journal. Safe to call from any thread. Appending goes through a
/// <see cref="JournalWriter"/> alone; everything here that reads sees durable records only.
/// </summary>
public interface IJournalStore : IAsyncDisposable
{
    /// <summary>
    /// Creates what is missing and checks that commits are durable; throws <see cref="JournalSetupException"/>
    /// where the database is set up to lose them. Comes before every other call.
    /// </summary>
    Task InitializeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Raises the stream's epoch and returns its head in one statement, creating the stream if it is new. When this
    /// has returned, no append of an older epoch can land any more, not even one that is in flight.
    /// </summary>
    Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken);

    /// <summary>A connection for one writer's own thread. Blocks; throws where the store is down.</summary>
    IJournalConnection Connect();

    /// <summary>
    /// The records from one sequence through another, both included and clipped to the head, in order, each checked
    /// against its checksum. Throws <see cref="JournalCorruptionException"/> at the first that fails.
    /// </summary>
    IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream, long fromSequence, long throughSequence, CancellationToken cancellationToken);

    /// <summary>Every stream whose name starts with the prefix, ordered by name.</summary>
    Task<IReadOnlyList<StreamHead>> HeadsAsync(string namePrefix, CancellationToken cancellationToken);

    /// <summary>The current epochs of the streams with these numbers, in one query.</summary>
    Task<IReadOnlyDictionary<long, long>> EpochsAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a snapshot and keeps the newest <see cref="SnapshotLimits.Kept"/> of the stream. Returns false, and
    /// stores nothing, where the epoch is not the stream's present one or the sequence is ahead of its head.
    /// </summary>
    Task<bool> PutSnapshotAsync(
        string stream, long epoch, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>The stream's snapshots, newest first; those whose checksum fails are left out.</summary>
    IAsyncEnumerable<StreamSnapshot> SnapshotsAsync(string stream, CancellationToken cancellationToken);

    /// <summary>
    /// Reads every frame and returns those whose own checksum fails: the operator's audit of the whole file. Reading
    /// a stream checks its records by themselves and does not need it.
    /// </summary>
    IAsyncEnumerable<FrameId> DamagedFramesAsync(CancellationToken cancellationToken);

    /// <summary>The oldest frames that are not packed, up to the limits.</summary>
    Task<UnpackedFrames> UnpackedAsync(PackLimits limits, CancellationToken cancellationToken);

    /// <summary>The names of the streams with these numbers.</summary>
    Task<IReadOnlyDictionary<long, string>> NamesAsync(IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken);

    /// <summary>
    /// One transaction: puts a pack in the place of its frames. False, and nothing is changed, where a frame or an entry of the
    /// index is not there as the pack says.
    /// </summary>
    Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken);
}

/// <summary>
/// A writer's own connection. Used by one thread at a time. After any exception the outcome is unknown and the
/// connection is good for nothing but <see cref="IDisposable.Dispose"/>, which never throws.
/// </summary>
public interface IJournalConnection : IDisposable
{
    /// <summary>
    /// One transaction: moves the head of each stream of the frame from first − 1 to last under its epoch, and stores
    /// the frame. If any stream refuses, nothing is stored. Returns the numbers of the streams that refused; empty:
    /// the frame is durable.
    /// </summary>
    IReadOnlyCollection<long> Commit(JournalFrame frame);

    /// <summary>Whether this frame was committed.</summary>
    bool Holds(FrameId frame);
}

/// <summary>Bounds on snapshots.</summary>
public static class SnapshotLimits
{
    /// <summary>How many snapshots of a stream are kept.</summary>
    public const int Kept = 3;
}
