namespace QuantumCore.Journal.Tests;

/// <summary>How commits whose answer was lost turned out, and attempts that did not even get a connection.</summary>
internal sealed record DoubtCount
{
    private int _committed;
    private int _gone;

    /// <summary>Commits without an answer that were found to be there.</summary>
    public int Committed => _committed;

    /// <summary>Commits without an answer that were found not to be there.</summary>
    public int Gone => _gone;

    public void Note(bool committed) => Interlocked.Increment(ref committed ? ref _committed : ref _gone);

    public override string ToString() => $"of the commits in doubt {Committed} had been committed and {Gone} had not";
}

/// <summary>A store that counts how commits in doubt turn out.</summary>
internal sealed class DoubtCountingStore(IJournalStore store) : IJournalStore
{
    private FrameId? _inDoubt;

    public DoubtCount Count { get; } = new();

    public Task InitializeAsync(CancellationToken cancellationToken) => store.InitializeAsync(cancellationToken);

    public Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken) =>
        store.ActivateAsync(stream, cancellationToken);

    public IJournalConnection Connect() => new Connection(this, store.Connect());

    public IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream, long fromSequence, long throughSequence, CancellationToken cancellationToken) =>
        store.ReadAsync(stream, fromSequence, throughSequence, cancellationToken);

    public Task<IReadOnlyList<StreamHead>> HeadsAsync(string namePrefix, CancellationToken cancellationToken) =>
        store.HeadsAsync(namePrefix, cancellationToken);

    public Task<IReadOnlyDictionary<long, long>> EpochsAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken) =>
        store.EpochsAsync(streamIds, cancellationToken);

    public Task<bool> PutSnapshotAsync(
        string stream, long epoch, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        store.PutSnapshotAsync(stream, epoch, sequence, body, cancellationToken);

    public IAsyncEnumerable<StreamSnapshot> SnapshotsAsync(string stream, CancellationToken cancellationToken) =>
        store.SnapshotsAsync(stream, cancellationToken);

    public IAsyncEnumerable<FrameId> DamagedFramesAsync(CancellationToken cancellationToken) =>
        store.DamagedFramesAsync(cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    /// <summary>Of one writer, and so of one thread.</summary>
    private sealed class Connection(DoubtCountingStore owner, IJournalConnection connection) : IJournalConnection
    {
        public IReadOnlyCollection<long> Commit(JournalFrame frame)
        {
            owner._inDoubt = frame.Id;
            var refused = connection.Commit(frame);
            owner._inDoubt = null;
            return refused;
        }

        public bool Holds(FrameId frame)
        {
            var holds = connection.Holds(frame);
            if (owner._inDoubt == frame) owner.Count.Note(holds);
            owner._inDoubt = null;
            return holds;
        }

        public void Dispose() => connection.Dispose();
    }
}
