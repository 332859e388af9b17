using System.Collections.Concurrent;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Markets;

/// <summary>
/// Reference prices for market orders: the last trade, in today's units, or the listed reference price without one.
/// </summary>
public sealed class ReferencePrices(IGrainFactory grains, TimeProvider time)
{
    /// <summary>Lifetime of a cached last trade.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    /// <summary>Cached last trades, one entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, (long PriceTicks, long At)> _last = new(StringComparer.Ordinal);

    /// <summary>Returns the reference price, in ticks; 0 if there is none.</summary>
    public async ValueTask<long> OfAsync(Instrument instrument)
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
    /// Returns the price that a stop of this side watches, in ticks: the last trade, the opposite quote or the mark
    /// price. Without it, the reference price; 0 if there is none.
    /// </summary>
    public async ValueTask<long> OfAsync(Instrument instrument, Side side, TriggerReference watched)
    {
        var price = watched switch
        {
            TriggerReference.Last => 0,
            TriggerReference.Quote => await QuoteAsync(instrument.Symbol, side),
            TriggerReference.Mark => (await grains.Book(instrument.BookKey).State(instrument.Symbol)).MarkPriceTicks,
        };
        return price > 0 ? price : await OfAsync(instrument);
    }

    private async ValueTask<long> QuoteAsync(string symbol, Side side)
    {
        var depth = await grains.GetGrain<IMarketDataGrain>(symbol).Depth(1);
        var met = side == Side.Buy ? depth.Asks : depth.Bids;
        return met.IsEmpty ? 0 : met[0].PriceTicks;
    }
}
