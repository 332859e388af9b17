using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>
/// Settles batches, outside all silos. It distinguishes batches by their ids alone and is slow. A settled batch stays
/// settled.
/// </summary>
internal sealed class Depository(World world)
{
    private readonly Dictionary<string, SettlementClosed> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<SettlementShort>> _settled = new(StringComparer.Ordinal);

    // Separate random numbers, so that days without short deliveries stay as they were.
    private readonly Random _random = new(world.Seed);

    /// <summary>Ids of settled batches.</summary>
    public IReadOnlyCollection<string> Settled => _settled.Keys;

    // On a third of all days some accounts deliver less than they owe, until the faults stop.
    private bool IsShort => world.Faults.Chaos && IsShortIn(world.Seed);

    /// <summary>
    /// Returns true if some accounts deliver less than they owe on a seed's day, while there are faults.
    /// </summary>
    public static bool IsShortIn(int seed) => Nights.PassIn(seed) && seed % 12 is 4 or 8 or 10 or 11;

    /// <summary>Returns the answer for a batch; null if there is none yet.</summary>
    public SettlementAnswer? AnswerOf(string id) =>
        _settled.TryGetValue(id, out var shorts) ? new SettlementAnswer(shorts) : null;

    /// <summary>
    /// Receives a batch, perhaps repeatedly. Returns its answer with undelivered items; null if it is not settled yet.
    /// </summary>
    public SettlementAnswer? Take(SettlementBatch batch)
    {
        if (!_known.TryAdd(batch.Id, batch.Content) && !WitnessedSettlement.IsSame(_known[batch.Id], batch.Content))
            world.Find($"{batch.Id} is sent with {_known[batch.Id]} and then with {batch.Content}");
        if (!world.Faults.Chaos || world.Chance(0.6))
            _settled.TryAdd(batch.Id, IsShort ? [.. ShortsOf(batch.Content)] : []);
        return AnswerOf(batch.Id);
    }

    private IEnumerable<SettlementShort> ShortsOf(SettlementClosed batch)
    {
        var isNothing = world.Faults.DeliversNothing;
        foreach (var item in batch.Items.Where(item => item.Amount < 0 && item.Account > WitnessedSettlement.FeePot))
        {
            if (_random.Next(item.Asset == "USD" ? 12 : isNothing ? 1 : 3) == 0)
                yield return new SettlementShort(
                    item.Account, item.Asset, isNothing ? -item.Amount : _random.NextInt64(1, 1 - item.Amount));
        }
    }
}

/// <summary>
/// The depository as one silo reaches it: with delays, and with responses lost before and after the fact.
/// </summary>
internal sealed class SiloDepository(World world, Silo silo) : ISettlementReceiver
{
    public async ValueTask<SettlementAnswer?> SendAsync(SettlementBatch batch, CancellationToken cancellationToken)
    {
        // Checked before the delay, during which it would become durable.
        world.Database.Witness.Settlement.RequireDurable(batch);
        await UnderWayAsync();
        var answer = world.Depository.Take(batch);
        await UnderWayAsync();
        return answer;
    }

    private async Task UnderWayAsync()
    {
        await Task.Delay(world.Within(100, world.Chance(world.Faults.CallLate) ? 5_000_000 : 200_000), silo.Clock);
        if (world.Chance(world.Faults.CallLost * 5))
            throw new TimeoutException("The depository does not answer.");
    }
}
