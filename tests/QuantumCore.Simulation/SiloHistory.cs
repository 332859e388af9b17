using System.Data.Common;
using QuantumCore.History;

namespace QuantumCore.Simulation;

/// <summary>
/// The history as one silo reaches it: the real projection into a real database, whose commits may fail.
/// </summary>
internal sealed class SiloHistory : HistoryDatabase
{
    private readonly World _world;

    public SiloHistory(World world, Owner owner)
    {
        _world = world;
        Pool = owner;
    }

    private HistoryDatabase Shared => _world.Database.History.Database;

    public override Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Fixed, so that runs are equal on every machine.
    public override int ReadingsAtATime => 2;

    internal override string RelationsQuery => Shared.RelationsQuery;

    internal override ValueTask CloseAsync() => ValueTask.CompletedTask;

    internal override Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        _world.Database.RequireUp();
        return Shared.OpenAsync(cancellationToken);
    }

    internal override bool IsRefused(Exception fault) => Shared.IsRefused(fault);

    internal override async Task<HistoryTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        _world.Database.RequireRoom();
        return new Transaction(_world, await Shared.BeginAsync(cancellationToken));
    }

    private sealed class Transaction(World world, HistoryTransaction inner) : HistoryTransaction
    {
        public override Task<int> WriteAsync(RowBuffer rows, CancellationToken cancellationToken) =>
            inner.WriteAsync(rows, cancellationToken);

        public override Task ReadAsync(
            RowBuffer keys, Action<IHistoryRow> found, CancellationToken cancellationToken) =>
            inner.ReadAsync(keys, found, cancellationToken);

        public override async Task CommitAsync(CancellationToken cancellationToken)
        {
            if (world.Chance(world.Faults.HistoryCommitFails))
                throw new IOException("The history's commit failed.");
            await inner.CommitAsync(cancellationToken);
            if (world.Chance(world.Faults.HistoryCommitFails))
                throw new IOException("The answer to the history's commit was lost.");
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
