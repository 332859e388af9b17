using QuantumCore.Contracts;
using QuantumCore.Grains.Settlement;

namespace QuantumCore.Simulation;

/// <summary>
/// Who settles batches, outside all silos: it tells batches apart by their ids alone, takes its time, and what it has settled once it has settled for ever.
/// </summary>
internal sealed class Depository(World world)
{
    private readonly Dictionary<string, SettlementClosed> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _settled = new(StringComparer.Ordinal);

    /// <summary>Ids of what it has settled.</summary>
    public IReadOnlySet<string> Settled => _settled;

    /// <summary>A batch comes, perhaps again. Whether it is settled.</summary>
    public bool Take(SettlementBatch batch)
    {
        world.Database.Witness.Settlement.RequireDurable(batch);
        if (!_known.TryAdd(batch.Id, batch.Content) && !WitnessedSettlement.IsSame(_known[batch.Id], batch.Content))
            world.Find($"{batch.Id} is sent with {_known[batch.Id]} and then with {batch.Content}");
        if (!world.Faults.Chaos || world.Chance(0.6))
            _settled.Add(batch.Id);
        return _settled.Contains(batch.Id);
    }
}

/// <summary>The depository as one silo reaches it: late, and with answers that are lost before and after the fact.</summary>
internal sealed class SiloDepository(World world, Silo silo) : ISettlementReceiver
{
    public async ValueTask<SettlementAnswer?> SendAsync(SettlementBatch batch, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        var isSettled = world.Depository.Take(batch);
        await UnderWayAsync();
        return isSettled ? SettlementAnswer.Whole : null;
    }

    private async Task UnderWayAsync()
    {
        await Task.Delay(world.Within(100, world.Chance(world.Faults.CallLate) ? 5_000_000 : 200_000), silo.Clock);
        if (world.Chance(world.Faults.CallLost * 5))
            throw new TimeoutException("The depository does not answer.");
    }
}
