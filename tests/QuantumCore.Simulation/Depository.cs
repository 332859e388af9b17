using QuantumCore.Contracts;
using QuantumCore.Grains.Settlement;

namespace QuantumCore.Simulation;

/// <summary>Who settles batches, outside the exchange: it knows each batch by its id, and says so when the same id comes with other content.</summary>
public sealed class Depository
{
    private readonly Dictionary<string, SettlementClosed> _batches = new(StringComparer.Ordinal);

    /// <summary>What it has settled, by id.</summary>
    public IReadOnlyDictionary<string, SettlementClosed> Batches => _batches;

    /// <summary>Ids that came with two contents.</summary>
    public List<string> Contradictions { get; } = [];

    /// <summary>A batch came (again).</summary>
    public void Take(SettlementBatch batch)
    {
        if (!_batches.TryAdd(batch.Id, batch.Content)
            && !_batches[batch.Id].Hash.AsSpan().SequenceEqual(batch.Content.Hash.AsSpan()))
        {
            Contradictions.Add(batch.Id);
        }
    }
}

/// <summary>The depository as one silo reaches it: late, and with answers that are lost before and after the fact.</summary>
internal sealed class SiloDepository(World world, Silo silo) : ISettlementReceiver
{
    public async ValueTask<bool> SendAsync(SettlementBatch batch, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        world.Depository.Take(batch);
        await UnderWayAsync();
        return true;
    }

    private async Task UnderWayAsync()
    {
        await Task.Delay(world.Within(100, 200_000), silo.Clock);
        if (world.Chance(world.Faults.CallLost * 5))
            throw new TimeoutException("The depository does not answer.");
    }
}
