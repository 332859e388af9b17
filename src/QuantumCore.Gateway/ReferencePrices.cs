using System.Collections.Concurrent;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>What market orders are measured by: the last trade, else the listed reference price.</summary>
public sealed class ReferencePrices(IGrainFactory grains, TimeProvider time)
{
    /// <summary>How long a last trade is used before it is asked for again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    /// <summary>One entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, (long PriceTicks, long At)> _last = new(StringComparer.Ordinal);

    /// <summary>The reference price in ticks; 0 when there is none.</summary>
    public async ValueTask<long> Of(Instrument instrument)
    {
        if (!_last.TryGetValue(instrument.Symbol, out var last) || time.GetElapsedTime(last.At) >= Lifetime)
        {
            var at = time.GetTimestamp();
            var trades = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Trades(1);
            last = (trades.IsEmpty ? 0 : trades[0].PriceTicks, at);
            _last[instrument.Symbol] = last;
        }

        return last.PriceTicks > 0 ? last.PriceTicks : instrument.ReferencePriceTicks;
    }
}
