namespace QuantumCore.Journal.Tests;

/// <summary>
/// A real store whose commits can be made to fail or wait, that tells which frames it has stored, and whose activations
/// can be made to return late.
/// </summary>
internal sealed class FaultyStore(
    IJournalStore store, CommitFaults faults, Action<JournalFrame> stored, Func<Task> activated) : IJournalStore
{
    public Task InitializeAsync(CancellationToken cancellationToken) => store.InitializeAsync(cancellationToken);

    public async Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken)
    {
        var activation = await store.ActivateAsync(stream, cancellationToken);
        await activated();
        return activation;
    }

    public IJournalConnection Connect() => new Connection(store.Connect(), faults, stored);

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

    private sealed class Connection(IJournalConnection connection, CommitFaults faults, Action<JournalFrame> stored)
        : IJournalConnection
    {
        public IReadOnlyCollection<long> Commit(JournalFrame frame) => faults.Around(frame, CommitAndTell);

        public bool Holds(FrameId frame) => connection.Holds(frame);

        public void Dispose() => connection.Dispose();

        private IReadOnlyCollection<long> CommitAndTell(JournalFrame frame)
        {
            var refused = connection.Commit(frame);
            if (refused.Count == 0) stored(frame);
            return refused;
        }
    }
}
