using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>Candles and trades of the history, never older than what market data has shown.</summary>
internal sealed class MarketHistory(IGrainFactory grains, TimeProvider time)
{
    private const long MinuteNanos = 60_000_000_000;

    /// <summary>Candles.</summary>
    public async ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query) =>
        await grains.Ledger().Candles(query, await Shown(query.Symbol));

    /// <summary>Trades.</summary>
    public async ValueTask<ImmutableArray<PublicTrade>> Trades(TradeQuery query) =>
        await grains.Ledger().PublicTrades(query, await Shown(query.Symbol));

    /// <summary>The trades of the last minutes, in whole minutes; null before the first trade.</summary>
    public async ValueTask<Candle?> Over(Instrument instrument, int minutes)
    {
        var now = time.UnixNanos();
        var start = Math.Max(0, now - (minutes * MinuteNanos)) / MinuteNanos * MinuteNanos;
        var candles = await Candles(new CandleQuery(instrument.Symbol, null, start, now, 1));
        return candles is [var only] ? only with { EndNanos = now } : null;
    }

    private async ValueTask<ImmutableArray<SeenSequence>> Shown(string symbol) =>
        [new SeenSequence(symbol, (await grains.GetGrain<IMarketDataGrain>(symbol).Depth(0)).Sequence)];
}
