namespace QuantumCore.Journal.Tests;

/// <summary>A store that delegates to another one; subclasses change or count part of it.</summary>
internal abstract class PassingStore(IJournalStore store) : IJournalStore
{
    public Task InitializeAsync(CancellationToken cancellationToken) => store.InitializeAsync(cancellationToken);

    public virtual Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken) =>
        store.ActivateAsync(stream, cancellationToken);

    public IJournalConnection Connect() => Around(store.Connect());

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

    public Task<UnpackedFrames> UnpackedAsync(PackLimits limits, CancellationToken cancellationToken) =>
        store.UnpackedAsync(limits, cancellationToken);

    public Task<IReadOnlyDictionary<long, string>> NamesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken) =>
            store.NamesAsync(streamIds, cancellationToken);

    public virtual Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken) =>
        store.PackAsync(pack, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    /// <summary>Wraps a writer's connection.</summary>
    protected abstract IJournalConnection Around(IJournalConnection connection);
}
