using System.Collections.Concurrent;
using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.MarketFeeds;

/// <summary>Candles and trades of the history, never older than what market data has shown.</summary>
internal sealed class MarketHistory(IGrainFactory grains, TimeProvider time)
{
    /// <summary>Length of the tickers' window, in minutes.</summary>
    public const int DayMinutes = 1_440;

    private const long MinuteNanos = 60_000_000_000;
    private const long SecondNanos = 1_000_000_000;
    private const int PageOfTrades = 1_000;

    /// <summary>Maximum number of trade pages read for one answer of one-second candles.</summary>
    private const int MostPages = 20;

    // A symbol's last 24 hours as last read: valid until its book changes or a minute passes.
    private readonly ConcurrentDictionary<string, Window> _days = new(StringComparer.Ordinal);

    /// <summary>Returns candles.</summary>
    public async ValueTask<ImmutableArray<Candle>> CandlesAsync(CandleQuery query) =>
        await grains.Ledger().Candles(query, await ShownAsync(query.Symbol));

    /// <summary>Returns trades.</summary>
    public async ValueTask<ImmutableArray<PublicTrade>> TradesAsync(TradeQuery query) =>
        await grains.Ledger().PublicTrades(query, await ShownAsync(query.Symbol));

    /// <summary>
    /// Returns the trades of the last minutes as one candle, in whole minutes; null before the first trade.
    /// </summary>
    public async ValueTask<Candle?> OverAsync(Instrument instrument, int minutes)
    {
        var (symbol, now) = (instrument.Symbol, time.UnixNanos());
        var start = Math.Max(0, now - (minutes * MinuteNanos)) / MinuteNanos * MinuteNanos;
        var shown = await ShownAsync(symbol);
        if (minutes != DayMinutes || !_days.TryGetValue(symbol, out var known)
            || (known.Sequence, known.StartNanos) != (shown[0].Sequence, start))
        {
            var candles = await grains.Ledger().Candles(new CandleQuery(symbol, null, start, now, 1), shown);
            known = new(shown[0].Sequence, start, candles is [var only] ? only : null);
            if (minutes == DayMinutes)
                _days[symbol] = known;
        }

        return known.Candle is { } candle ? candle with { EndNanos = now } : null;
    }

    /// <summary>Returns the candle of the current UTC day; null before the first trade.</summary>
    public async ValueTask<Candle?> TodayAsync(Instrument instrument) =>
        await CandlesAsync(new CandleQuery(instrument.Symbol, CandlePeriod.Day, null, time.UnixNanos(), 1))
            is [var today] ? today : null;

    /// <summary>
    /// Returns one-second candles, oldest first, without gaps from the first trade on. They are built from trades when
    /// asked for, and the number of trades read is limited. Beyond that limit, candles from a start time end early, and
    /// the newest candles begin late.
    /// </summary>
    /// <param name="symbol">Symbol of the instrument.</param>
    /// <param name="fromNanos">Earliest start of a candle, Unix nanoseconds; null for the newest ones.</param>
    /// <param name="throughNanos">Latest start of a candle, Unix nanoseconds.</param>
    /// <param name="limit">Maximum number of candles, from 1.</param>
    public async ValueTask<ImmutableArray<Candle>> SecondsAsync(
        string symbol, long? fromNanos, long throughNanos, int limit)
    {
        var last = throughNanos / SecondNanos;
        var first = fromNanos is { } from
            ? await FirstTradedAsync(symbol, (from + SecondNanos - 1) / SecondNanos, throughNanos)
            : Math.Max(last - limit + 1, 0);
        last = Math.Min(last, first + limit - 1);
        if (last < first)
            return [];

        var end = ((last + 1) * SecondNanos) - 1;
        var (trades, isWhole) = await ReadOnAsync(symbol, first * SecondNanos, end);
        while (!isWhole && fromNanos is null && first < last)
        {
            // That many seconds were read whole, so read half as many, up to the newest.
            var read = (trades[^1].TimeNanos / SecondNanos) - first;
            first = Math.Max(first + 1, last - (read / 2));
            (trades, isWhole) = await ReadOnAsync(symbol, first * SecondNanos, end);
        }

        // The second in which reading stopped is incomplete.
        if (!isWhole)
            last = Math.Max(first, (trades[^1].TimeNanos / SecondNanos) - 1);

        var before = await TradesAsync(new TradeQuery(symbol, null, null, (first * SecondNanos) - 1, 1));
        return SecondFold.Of(trades, first, last, before is [.., var newest] ? newest.PriceTicks : 0);
    }

    /// <summary>
    /// Returns the first second to show from a requested one on: there are none before the symbol's first trade.
    /// </summary>
    private async ValueTask<long> FirstTradedAsync(string symbol, long first, long throughNanos) =>
        (await TradesAsync(new TradeQuery(symbol, null, null, (first * SecondNanos) - 1, 1))).IsEmpty
        && await TradesAsync(new TradeQuery(symbol, null, first * SecondNanos, throughNanos, 1)) is [var opening]
            ? opening.TimeNanos / SecondNanos
            : first;

    /// <summary>Reads the trades of a time span page by page, and returns whether they are complete.</summary>
    private async ValueTask<(List<PublicTrade> Trades, bool IsWhole)> ReadOnAsync(
        string symbol, long fromNanos, long throughNanos)
    {
        var trades = new List<PublicTrade>();
        TradePlace? place = null;
        for (var page = 0; page < MostPages; page++)
        {
            var found = await TradesAsync(new TradeQuery(symbol, place, fromNanos, throughNanos, PageOfTrades));
            trades.AddRange(found);
            if (found.Length < PageOfTrades)
                return (trades, true);

            place = new TradePlace(found[^1].Sequence, found[^1].Index + 1);
        }

        return (trades, false);
    }

    private async ValueTask<ImmutableArray<SeenSequence>> ShownAsync(string symbol) =>
        [new SeenSequence(symbol, (await grains.GetGrain<IMarketDataGrain>(symbol).Depth(0)).Sequence)];

    /// <summary>Trades from a start time on as one candle, and the book's sequence when they were read.</summary>
    private readonly record struct Window(long Sequence, long StartNanos, Candle? Candle);
}
