using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Public market data: clock, books, trades, candles.</summary>
internal sealed class WireMarket(
    IGrainFactory grains, MarketHistory history, LastCandles last, Listings listings, ClientClock clock,
    TimeProvider time)
{
    /// <summary>Lowest time that is in microseconds; lower ones are in milliseconds.</summary>
    public const long LeastMicros = 1_000_000_000_000_000;

    /// <summary>Latest time, Unix nanoseconds: the year 2255, with room for additions to a time.</summary>
    private const long LatestNanos = 9_000_000_000_000_000_000;

    private const int MostLevels = 1_000;
    private const int MostTrades = 1_000;

    public IEnumerable<WireCall> Calls =>
    [
        WireCall.Get("/api/v3/ping", WireSecurity.None, 1, PingAsync),
        WireCall.Get("/api/v3/time", WireSecurity.None, 1, TimeAsync),
        WireCall.Get("/api/v3/depth", WireSecurity.None, 5, DepthAsync) with { Weight = DepthWeight },
        WireCall.Get("/api/v3/trades", WireSecurity.None, 25, TradesAsync),
        WireCall.Get("/api/v3/historicalTrades", WireSecurity.None, 25, HistoricalTradesAsync),
        WireCall.Get("/api/v3/aggTrades", WireSecurity.None, 4, AggregateTradesAsync),
        WireCall.Get("/api/v3/klines", WireSecurity.None, 2, CandlesAsync),
        WireCall.Get("/api/v3/uiKlines", WireSecurity.None, 2, CandlesAsync),
    ];

    /// <summary>Returns the requested instrument. Null if there is none; the parameters then have the error.</summary>
    public static async ValueTask<Instrument?> SymbolAsync(WireParameters parameters, Listings listings)
    {
        parameters.Needed("symbol");
        if (parameters.Symbol() is not { } name)
            return null;

        var instrument = await listings.FindAsync(name);
        if (instrument is null)
            parameters.Fail(WireError.BadSymbol);
        return instrument;
    }

    private static int DepthWeight(WireParameters parameters) => parameters.Limit(100, 5_000) switch
    {
        <= 100 => 5,
        <= 500 => 25,
        <= 1_000 => 50,
        _ => 250,
    };

    private static ValueTask<WireAnswer> PingAsync(WireRequest request) =>
        ValueTask.FromResult<WireAnswer>(request.Parameters.End() is { } wrong
        ? wrong
        : WireAnswer.Of(static to =>
        {
            to.WriteStartObject();
            to.WriteEndObject();
        }));

    private ValueTask<WireAnswer> TimeAsync(WireRequest request)
    {
        if (request.Parameters.End() is { } wrong)
            return ValueTask.FromResult<WireAnswer>(wrong);

        var now = clock.NowFor(request.Shown).ToUnixTimeMilliseconds();
        return ValueTask.FromResult(WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteNumber("serverTime"u8, now);
            to.WriteEndObject();
        }));
    }

    private async ValueTask<WireAnswer> DepthAsync(WireRequest request)
    {
        var levels = request.Parameters.Limit(100, MostLevels);
        var wanted = WireRulebook.ReadStatus(request.Parameters);
        var instrument = await SymbolAsync(request.Parameters, listings);
        if (request.Parameters.End() is { } wrong)
            return wrong;
        if (wanted is not null
            && wanted != WireWords.Status((await WireRulebook.StatesAsync(grains, [instrument!]))[0]))
            return WireError.OtherStatus;

        var view = await grains.GetGrain<IMarketDataGrain>(instrument!.Symbol).Depth(levels);
        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteNumber("lastUpdateId"u8, view.Sequence);
            to.WriteLevels("bids"u8, instrument, view.Bids);
            to.WriteLevels("asks"u8, instrument, view.Asks);
            to.WriteEndObject();
        });
    }

    private async ValueTask<WireAnswer> TradesAsync(WireRequest request)
    {
        var limit = request.Parameters.Limit(500, MostTrades);
        var instrument = await SymbolAsync(request.Parameters, listings);
        if (request.Parameters.End() is { } wrong)
            return wrong;

        return List(instrument!, await NewestAsync(instrument!, limit), WriteTrade);
    }

    private async ValueTask<WireAnswer> HistoricalTradesAsync(WireRequest request)
    {
        var limit = request.Parameters.Limit(500, MostTrades);
        var from = request.Parameters.Number("fromId", 0, long.MaxValue);
        var instrument = await SymbolAsync(request.Parameters, listings);
        if (request.Parameters.End() is { } wrong)
            return wrong;

        return List(
            instrument!,
            from is { } id
                ? await PastAsync(instrument!, WireWriting.Place(id), null, null, limit)
                : await NewestAsync(instrument!, limit),
            WriteTrade);
    }

    private async ValueTask<WireAnswer> AggregateTradesAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var limit = parameters.Limit(500, MostTrades);
        var from = parameters.Number("fromId", 0, long.MaxValue);
        var (start, end) = (Nanos(parameters, "startTime"), Nanos(parameters, "endTime"));
        var instrument = await SymbolAsync(parameters, listings);
        if (from is not null && (start ?? end) is not null)
            parameters.Fail(WireError.BadCombination);
        if (parameters.End() is { } wrong)
            return wrong;

        ImmutableArray<AggregateTrade> trades;
        if (from is null && start is null)
        {
            var newest = end is null
                ? await NewestAsync(instrument!, MostTrades)
                : await PastAsync(instrument!, null, null, end + 999_999, MostTrades);
            trades = AggregateTrade.Of(await FromStartAsync(instrument!, newest));
            trades = trades.Length > limit ? trades[^limit..] : trades;
        }
        else
        {
            trades = await AggregateFromAsync(instrument!, from, start, end + 999_999, limit);
        }

        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var trade in trades)
            {
                to.WriteStartObject();
                WireStreamWriting.AggregateMembers(to, instrument!, trade);
                to.WriteEndObject();
            }

            to.WriteEndArray();
        });
    }

    private async ValueTask<WireAnswer> CandlesAsync(WireRequest request)
    {
        var parameters = request.Parameters;
        var limit = parameters.Limit(500, 1_000);
        var (start, end) = (Nanos(parameters, "startTime"), Nanos(parameters, "endTime"));
        var isOfSecond = parameters.Needed("interval") == WireWords.Second;
        var period = isOfSecond
            ? CandlePeriod.Minute
            : parameters.Word(
                "interval", WireNames.ReadPeriod, CandlePeriod.Minute, new WireError(-1120, "Invalid interval."));
        ReadZone(parameters);
        var instrument = await SymbolAsync(parameters, listings);
        if (parameters.End() is { } wrong)
            return wrong;

        var now = time.UnixNanos();
        var through = Math.Min(end ?? now, now);
        var candles = isOfSecond
            ? await history.SecondsAsync(instrument!.Symbol, start, through, limit)
            : await last.ReadAsync(
                new CandleQuery(instrument!.Symbol, period, start, through, limit), (start, end) == (null, null));
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var candle in candles)
                WriteCandle(to, instrument!, candle);
            to.WriteEndArray();
        });
    }

    /// <summary>Reads the time zone in which days begin; only UTC is accepted.</summary>
    public static void ReadZone(WireParameters parameters)
    {
        if (parameters.Text("timeZone") is not (null or "0" or "0:00" or "00:00" or "+00:00"))
            parameters.Fail(WireError.Invalid("timeZone"));
    }

    /// <summary>
    /// Reads a time as nanoseconds; null if absent. It is in milliseconds or, with 16 digits, in microseconds. Clients
    /// use a time in the far future for everything; it becomes <see cref="LatestNanos"/>.
    /// </summary>
    public static long? Nanos(WireParameters parameters, string name) =>
        parameters.Number(name, 0, long.MaxValue) switch
        {
            null => null,
            < LeastMicros and { } millis => Math.Min(millis, LatestNanos / 1_000_000) * 1_000_000,
            { } micros => Math.Min(micros, LatestNanos / 1_000) * 1_000,
        };

    private async ValueTask<ImmutableArray<PublicTrade>> NewestAsync(Instrument instrument, int limit)
    {
        var shown = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Trades(limit);
        if (shown.Length == limit)
            return [.. shown.Reverse()];

        // Trades in memory are the newest; the history has the rest.
        return await PastAsync(instrument, null, null, null, limit);
    }

    private async ValueTask<ImmutableArray<PublicTrade>> PastAsync(
        Instrument instrument, TradePlace? from, long? start, long? end, int limit) =>
            await history.TradesAsync(new TradeQuery(instrument.Symbol, from, start, end, limit));

    /// <summary>
    /// Returns the trades with earlier trades of the oldest one's record: its aggregate may have begun there.
    /// </summary>
    private async ValueTask<IEnumerable<PublicTrade>> FromStartAsync(
        Instrument instrument, ImmutableArray<PublicTrade> trades)
    {
        if (trades is not [{ Index: > 0 } oldest, ..])
            return trades;

        var whole = new List<PublicTrade>();
        for (var index = 0; index < oldest.Index; index = whole[^1].Index + 1)
        {
            var page = await PastAsync(instrument, new TradePlace(oldest.Sequence, index), null, null, MostTrades);
            whole.AddRange(page.TakeWhile(trade => trade.Sequence == oldest.Sequence && trade.Index < oldest.Index));
            if (whole.Count == 0 || page.Length < MostTrades || page[^1].Sequence != oldest.Sequence)
                break;
        }

        return [.. whole, .. trades];
    }

    /// <summary>Reads pages until there are enough aggregates, none of them incomplete.</summary>
    private async ValueTask<ImmutableArray<AggregateTrade>> AggregateFromAsync(
        Instrument instrument, long? fromId, long? start, long? end, int limit)
    {
        var trades = new List<PublicTrade>();

        // From the start of its record: an id behind the first trade of an aggregate does not start another one.
        TradePlace? place = fromId is { } id ? WireWriting.Place(id) with { Index = 0 } : null;
        while (true)
        {
            var page = await PastAsync(instrument, place, start, end, MostTrades);
            trades.AddRange(page);
            var aggregates = AggregateTrade.Of(trades).RemoveAll(trade => trade.Id < fromId);
            if (page.Length < MostTrades || aggregates.Length > limit)
                return aggregates.Length > limit ? aggregates[..limit] : aggregates;

            place = new TradePlace(page[^1].Sequence, page[^1].Index + 1);
        }
    }

    private static WireAnswer List(
        Instrument instrument, ImmutableArray<PublicTrade> trades,
        Action<Utf8JsonWriter, Instrument, PublicTrade> write) =>
        WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var trade in trades)
                write(to, instrument, trade);
            to.WriteEndArray();
        });

    private static void WriteTrade(Utf8JsonWriter to, Instrument instrument, PublicTrade trade)
    {
        to.WriteStartObject();
        to.WriteNumber("id"u8, WireWriting.TradeId(trade.Sequence, trade.Index));
        to.WritePriceText("price"u8, instrument, trade.PriceTicks);
        to.WriteLots("qty"u8, instrument, trade.QuantityLots);
        to.WriteString("quoteQty"u8, instrument.Amount((Int128)trade.PriceTicks * trade.QuantityLots));
        to.WriteMillis("time"u8, trade.TimeNanos);
        to.WriteBoolean("isBuyerMaker"u8, WireWriting.IsBuyerMaker(trade));
        to.WriteBoolean("isBestMatch"u8, true);
        to.WriteEndObject();
    }

    private static void WriteCandle(Utf8JsonWriter to, Instrument instrument, Candle candle)
    {
        to.WriteStartArray();
        to.WriteNumberValue(WireWriting.Millis(candle.StartNanos));
        to.WriteStringValue(instrument.PriceText(candle.OpenTicks));
        to.WriteStringValue(instrument.PriceText(candle.HighTicks));
        to.WriteStringValue(instrument.PriceText(candle.LowTicks));
        to.WriteStringValue(instrument.PriceText(candle.CloseTicks));
        to.WriteStringValue(instrument.LotsText(candle.Lots));
        to.WriteNumberValue(WireWriting.Millis(candle.EndNanos) - 1);
        to.WriteStringValue(instrument.Amount(candle.Value));
        to.WriteNumberValue(candle.Trades);
        to.WriteStringValue(instrument.LotsText(candle.BoughtLots));
        to.WriteStringValue(instrument.Amount(candle.BoughtValue));
        to.WriteStringValue("0");
        to.WriteEndArray();
    }
}
