using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Uses of the market-wide circuit breaker: the same for every gateway and after a restart.</summary>
public sealed partial class CatalogGrain
{
    private BreakerUse _breaker = BreakerUse.None;

    /// <inheritdoc/>
    public ValueTask<BreakerUse> BreakerUsed() => WhenDurable(_breaker);

    /// <inheritdoc/>
    public async ValueTask UseBreaker(BreakerUse use)
    {
        if (use.Day > _breaker.Day || (use.Day == _breaker.Day && use.Level > _breaker.Level))
        {
            Record(new MarketStopped(Now, use));
        }

        await Stream.WhenDurable(Stream.Head);
    }
}
