using System.Collections.Concurrent;
using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>Candles and trades of the history, never older than what market data has shown.</summary>
internal sealed class MarketHistory(IGrainFactory grains, TimeProvider time)
{
    /// <summary>The minutes of the tickers' window.</summary>
    public const int DayMinutes = 1_440;

    private const long MinuteNanos = 60_000_000_000;
    private const long SecondNanos = 1_000_000_000;
    private const int PageOfTrades = 1_000;

    /// <summary>Pages of trades that one answer of candles of a second is made of.</summary>
    private const int MostPages = 20;

    // A symbol's last 24 hours as they were read last: the same until its book goes on or a minute is over.
    private readonly ConcurrentDictionary<string, Window> _days = new(StringComparer.Ordinal);

    /// <summary>Candles.</summary>
    public async ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query) =>
        await grains.Ledger().Candles(query, await Shown(query.Symbol));

    /// <summary>Trades.</summary>
    public async ValueTask<ImmutableArray<PublicTrade>> Trades(TradeQuery query) =>
        await grains.Ledger().PublicTrades(query, await Shown(query.Symbol));

    /// <summary>The trades of the last minutes, in whole minutes; null before the first trade.</summary>
    public async ValueTask<Candle?> Over(Instrument instrument, int minutes)
    {
        var (symbol, now) = (instrument.Symbol, time.UnixNanos());
        var start = Math.Max(0, now - (minutes * MinuteNanos)) / MinuteNanos * MinuteNanos;
        var shown = await Shown(symbol);
        if (minutes != DayMinutes || !_days.TryGetValue(symbol, out var known) || (known.Sequence, known.StartNanos) != (shown[0].Sequence, start))
        {
            var candles = await grains.Ledger().Candles(new CandleQuery(symbol, null, start, now, 1), shown);
            known = new(shown[0].Sequence, start, candles is [var only] ? only : null);
            if (minutes == DayMinutes)
                _days[symbol] = known;
        }

        return known.Candle is { } candle ? candle with { EndNanos = now } : null;
    }

    /// <summary>The trades of this day, UTC, from its start to its end; null before the first trade.</summary>
    public async ValueTask<Candle?> Today(Instrument instrument) =>
        await Candles(new CandleQuery(instrument.Symbol, CandlePeriod.Day, null, time.UnixNanos(), 1)) is [var today] ? today : null;

    /// <summary>
    /// Candles of a second, oldest first, without a gap from the first trade on. They are made of the trades as they are asked for: where a
    /// time has more of these than are read, those that were asked for from its start end early, and the newest ones begin late.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="fromNanos">The first one that begins at this time or later; null: the newest ones.</param>
    /// <param name="throughNanos">None that begins after this time.</param>
    /// <param name="limit">Most candles, from 1.</param>
    public async ValueTask<ImmutableArray<Candle>> Seconds(string symbol, long? fromNanos, long throughNanos, int limit)
    {
        var last = throughNanos / SecondNanos;
        var first = fromNanos is { } from ? await FirstTraded(symbol, (from + SecondNanos - 1) / SecondNanos, throughNanos) : Math.Max(last - limit + 1, 0);
        last = Math.Min(last, first + limit - 1);
        if (last < first)
            return [];

        var end = ((last + 1) * SecondNanos) - 1;
        var (trades, isWhole) = await ReadOn(symbol, first * SecondNanos, end);
        while (!isWhole && fromNanos is null && first < last)
        {
            // So many seconds were read whole: half as many, up to the newest.
            var read = (trades[^1].TimeNanos / SecondNanos) - first;
            first = Math.Max(first + 1, last - (read / 2));
            (trades, isWhole) = await ReadOn(symbol, first * SecondNanos, end);
        }

        // The second in which reading ended is not all there.
        if (!isWhole)
            last = Math.Max(first, (trades[^1].TimeNanos / SecondNanos) - 1);

        var before = await Trades(new TradeQuery(symbol, null, null, (first * SecondNanos) - 1, 1));
        return SecondFold.Of(trades, first, last, before is [.., var newest] ? newest.PriceTicks : 0);
    }

    /// <summary>Where a symbol's seconds begin that are asked for from one on: there are none before its first trade.</summary>
    private async ValueTask<long> FirstTraded(string symbol, long first, long throughNanos) =>
        (await Trades(new TradeQuery(symbol, null, null, (first * SecondNanos) - 1, 1))).IsEmpty
        && await Trades(new TradeQuery(symbol, null, first * SecondNanos, throughNanos, 1)) is [var opening] ? opening.TimeNanos / SecondNanos : first;

    /// <summary>Trades of a time, page by page, and whether they are all.</summary>
    private async ValueTask<(List<PublicTrade> Trades, bool IsWhole)> ReadOn(string symbol, long fromNanos, long throughNanos)
    {
        var trades = new List<PublicTrade>();
        TradePlace? place = null;
        for (var page = 0; page < MostPages; page++)
        {
            var found = await Trades(new TradeQuery(symbol, place, fromNanos, throughNanos, PageOfTrades));
            trades.AddRange(found);
            if (found.Length < PageOfTrades)
                return (trades, true);

            place = new TradePlace(found[^1].Sequence, found[^1].Index + 1);
        }

        return (trades, false);
    }

    private async ValueTask<ImmutableArray<SeenSequence>> Shown(string symbol) =>
        [new SeenSequence(symbol, (await grains.GetGrain<IMarketDataGrain>(symbol).Depth(0)).Sequence)];

    /// <summary>What was traded from a time on, when the book was there.</summary>
    private readonly record struct Window(long Sequence, long StartNanos, Candle? Candle);
}
