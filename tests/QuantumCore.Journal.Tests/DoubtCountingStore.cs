namespace QuantumCore.Journal.Tests;

/// <summary>Outcomes of commits with a lost response, and attempts without a connection.</summary>
internal sealed record DoubtCount
{
    private int _committed;
    private int _gone;

    /// <summary>Number of unanswered commits that were found.</summary>
    public int Committed => _committed;

    /// <summary>Number of unanswered commits that were not found.</summary>
    public int Gone => _gone;

    public void Note(bool committed) => Interlocked.Increment(ref committed ? ref _committed : ref _gone);

    public override string ToString() => $"of the commits in doubt {Committed} had been committed and {Gone} had not";
}

/// <summary>A store that counts the outcomes of commits in doubt.</summary>
internal sealed class DoubtCountingStore(IJournalStore store) : PassingStore(store)
{
    private FrameId? _inDoubt;

    public DoubtCount Count { get; } = new();

    protected override IJournalConnection Around(IJournalConnection connection) => new Connection(this, connection);

    /// <summary>Connection of one writer, used by one thread.</summary>
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
