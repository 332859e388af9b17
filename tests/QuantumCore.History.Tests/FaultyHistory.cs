using System.Data.Common;

namespace QuantumCore.History.Tests;

/// <summary>Point at which a batch crashes.</summary>
internal enum Death
{
    Never,
    MiddleOfWriting,
    BeforeCommit,
    AfterCommit,
}

/// <summary>A history whose next batch crashes at a chosen point.</summary>
internal sealed class FaultyHistory(HistoryDatabase inner) : HistoryDatabase
{
    public Death Next { get; set; }

    /// <summary>Number of batches that go well before that one.</summary>
    public int Before { get; set; }

    public override Task InitializeAsync(CancellationToken cancellationToken) =>
        inner.InitializeAsync(cancellationToken);

    public override int ReadingsAtATime => inner.ReadingsAtATime;

    internal override string RelationsQuery => inner.RelationsQuery;

    internal override ValueTask CloseAsync() => inner.DisposeAsync();

    internal override Task<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        inner.OpenAsync(cancellationToken);

    internal override bool IsRefused(Exception fault) => inner.IsRefused(fault);

    internal override async Task<HistoryTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var death = Before > 0 ? Death.Never : Next;
        (Before, Next) = Before > 0 ? (Before - 1, Next) : (0, Death.Never);
        return new Dying(await inner.BeginAsync(cancellationToken), death);
    }

    private sealed class Dying(HistoryTransaction inner, Death death) : HistoryTransaction
    {
        // A batch of each kind has one of them, with others after it or before.
        private static readonly Statement[] s_middles =
            [Statements.AddPosting, Statements.PutPruned, Statements.AddPrunedTrade, Statements.DropOrder[0]];

        public override async Task<int> WriteAsync(RowBuffer rows, CancellationToken cancellationToken)
        {
            var changed = await inner.WriteAsync(rows, cancellationToken);
            return death == Death.MiddleOfWriting && s_middles.Contains(rows.Statement)
                ? throw new IOException("The line is dead.")
                : changed;
        }

        public override Task ReadAsync(
            RowBuffer keys, Action<IHistoryRow> found, CancellationToken cancellationToken) =>
            inner.ReadAsync(keys, found, cancellationToken);

        public override async Task CommitAsync(CancellationToken cancellationToken)
        {
            if (death == Death.BeforeCommit)
                throw new IOException("The line is dead.");
            await inner.CommitAsync(cancellationToken);
            if (death == Death.AfterCommit)
                throw new IOException("The line is dead.");
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
