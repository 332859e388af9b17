namespace QuantumCore.Journal.Tests;

/// <summary>
/// A real store whose commits can be made to fail or wait, and whose activations can be made to return late. It reports
/// the frames it has stored.
/// </summary>
internal sealed class FaultyStore(
    IJournalStore store, CommitFaults faults, Action<JournalFrame> stored, Func<Task> activated)
    : PassingStore(store)
{
    public override async Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken)
    {
        var activation = await base.ActivateAsync(stream, cancellationToken);
        await activated();
        return activation;
    }

    protected override IJournalConnection Around(IJournalConnection connection) =>
        new Connection(connection, faults, stored);

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
