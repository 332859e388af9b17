using System.Collections.Concurrent;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>What market orders are measured by: the last trade, in units of today, else the listed reference price.</summary>
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
            last = (await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).LastPrice(), at);
            _last[instrument.Symbol] = last;
        }

        return last.PriceTicks > 0 ? last.PriceTicks : instrument.ReferencePriceTicks;
    }

    /// <summary>
    /// What a stop of this side looks at now, in ticks: the last trade, the quote it would meet or the mark price;
    /// where that is not there yet the reference price. 0 when there is none.
    /// </summary>
    public async ValueTask<long> Of(Instrument instrument, Side side, TriggerReference watched)
    {
        var price = watched switch
        {
            TriggerReference.Last => 0,
            TriggerReference.Quote => await Quote(instrument.Symbol, side),
            TriggerReference.Mark => (await grains.Book(instrument.BookKey).State(instrument.Symbol)).MarkPriceTicks,
        };
        return price > 0 ? price : await Of(instrument);
    }

    private async ValueTask<long> Quote(string symbol, Side side)
    {
        var depth = await grains.GetGrain<IMarketDataGrain>(symbol).Depth(1);
        var met = side == Side.Buy ? depth.Asks : depth.Bids;
        return met.IsEmpty ? 0 : met[0].PriceTicks;
    }
}
