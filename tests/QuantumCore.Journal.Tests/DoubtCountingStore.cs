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
internal sealed class DoubtCountingStore(IJournalStore store) : PassingStore(store)
{
    private FrameId? _inDoubt;

    public DoubtCount Count { get; } = new();

    protected override IJournalConnection Around(IJournalConnection connection) => new Connection(this, connection);

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
