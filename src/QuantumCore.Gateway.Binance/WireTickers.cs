using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Prices and statistics of symbols: last day, rolling window, current.</summary>
internal sealed class WireTickers(IGrainFactory grains, MarketHistory history, Listings listings)
{
    private const long MinuteNanos = 60_000_000_000;
    private const int DayMinutes = MarketHistory.DayMinutes;

    /// <summary>Window of the average price, in minutes.</summary>
    public const int AverageMinutes = 5;

    public IEnumerable<WireCall> Calls =>
    [
        WireCall.Get("/api/v3/avgPrice", WireSecurity.None, 2, AveragePriceAsync),
        WireCall.Get("/api/v3/ticker/24hr", WireSecurity.None, 2, DayAsync) with
        {
            Weight = parameters => Weigh(parameters, 2, 40, 80),
        },
        WireCall.Get("/api/v3/ticker/price", WireSecurity.None, 2, PriceAsync) with
        {
            Weight = parameters => Weigh(parameters, 2, 4, 4),
        },
        WireCall.Get("/api/v3/ticker/bookTicker", WireSecurity.None, 2, BookTickerAsync) with
        {
            Weight = parameters => Weigh(parameters, 2, 4, 4),
        },
        WireCall.Get("/api/v3/ticker/tradingDay", WireSecurity.None, 4, TradingDayAsync) with
        {
            Weight = parameters => Weigh(parameters, 4, 200, 200),
        },
        WireCall.Get("/api/v3/ticker", WireSecurity.None, 4, WindowAsync) with
        {
            Weight = parameters => Weigh(parameters, 4, 200, 200),
        },
    ];

    private static int Weigh(WireParameters parameters, int one, int several, int all) =>
        parameters.Has("symbol") ? one : parameters.Has("symbols") ? several : all;

    /// <summary>Answers with an object for one symbol, and an array for several or all.</summary>
    private async ValueTask<WireAnswer> EachAsync<T>(
        WireRequest request, Func<Instrument, ValueTask<T>> read, Action<Utf8JsonWriter, Instrument, T> write,
        bool needsSymbol = false)
    {
        var names = request.Parameters.Symbols(out var isOne);
        if (names is null && needsSymbol)
            request.Parameters.Fail(WireError.MissingBoth("symbol", "symbols"));

        var wanted = WireRulebook.ReadStatus(request.Parameters);
        if (request.Parameters.End() is { } wrong)
            return wrong;

        if (await WireRulebook.FindAsync(listings, names) is not { } instruments)
            return WireError.BadSymbol;

        if (wanted is not null)
        {
            var states = await WireRulebook.StatesAsync(grains, instruments);
            if (isOne && WireWords.Status(states[0]) != wanted)
                return WireError.OtherStatus;
            instruments = [.. instruments.Where((_, i) => WireWords.Status(states[i]) == wanted)];
        }

        var values = await Task.WhenAll(instruments.Select(instrument => read(instrument).AsTask()));
        return WireAnswer.Of(to =>
        {
            if (!isOne)
                to.WriteStartArray();
            for (var i = 0; i < values.Length; i++)
                write(to, instruments[i], values[i]);
            if (!isOne)
                to.WriteEndArray();
        });
    }

    private async ValueTask<WireAnswer> AveragePriceAsync(WireRequest request)
    {
        var instrument = await WireMarket.SymbolAsync(request.Parameters, listings);
        if (request.Parameters.End() is { } wrong)
            return wrong;

        var (price, tradedNanos) = await ReadAverageAsync(instrument!);
        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteNumber("mins"u8, AverageMinutes);
            to.WriteString("price"u8, price);
            to.WriteMillis("closeTime"u8, tradedNanos);
            to.WriteEndObject();
        });
    }

    /// <summary>
    /// Returns the quantity-weighted average price of the last minutes, or the last price without trades; and the time
    /// of the last trade, 0 for none.
    /// </summary>
    public async ValueTask<(string Price, long TradedNanos)> ReadAverageAsync(Instrument instrument)
    {
        var candle = await history.OverAsync(instrument, AverageMinutes);
        var trades = await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Trades(1);
        var price = candle is { Trades: > 0 } traded
            ? instrument.MeanPrice(traded.Value, traded.Lots)
            : instrument.PriceText(candle?.CloseTicks ?? 0);
        return (price, trades.IsEmpty ? 0 : trades[0].TimeNanos);
    }

    /// <summary>Returns the trades of a symbol in the last minutes as one candle.</summary>
    public async ValueTask<Candle> ReadWindowAsync(Instrument instrument, int minutes) =>
        await history.OverAsync(instrument, minutes) ?? default;

    private ValueTask<WireAnswer> PriceAsync(WireRequest request) => EachAsync(
        request,
        async instrument => await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Trades(1) is [var last, ..]
            ? last.PriceTicks
            : 0,
        static (to, instrument, ticks) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WritePriceText("price"u8, instrument, ticks);
            to.WriteEndObject();
        });

    private ValueTask<WireAnswer> BookTickerAsync(WireRequest request) => EachAsync(
        request,
        instrument => grains.GetGrain<IMarketDataGrain>(instrument.Symbol).Depth(1),
        static (to, instrument, book) =>
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, instrument.Symbol);
            WriteBest(to, "bidPrice"u8, "bidQty"u8, instrument, book.Bids is [var bid, ..] ? bid : default);
            WriteBest(to, "askPrice"u8, "askQty"u8, instrument, book.Asks is [var ask, ..] ? ask : default);
            to.WriteEndObject();
        });

    private ValueTask<WireAnswer> DayAsync(WireRequest request)
    {
        var isMini = IsMini(request.Parameters);
        return EachAsync(
            request,
            instrument => ReadDayAsync(instrument, isMini),
            static (to, instrument, day) => WriteDay(to, instrument, day));
    }

    /// <summary>
    /// Returns the last day of a symbol; with its previous close, last quantity and best prices, unless only the short
    /// form is needed.
    /// </summary>
    public async ValueTask<DayTicker> ReadDayAsync(Instrument instrument, bool isMini)
    {
        var day = await history.OverAsync(instrument, DayMinutes) ?? default;
        if (isMini)
            return new DayTicker(day, 0, 0, null);

        var market = grains.GetGrain<IMarketDataGrain>(instrument.Symbol);
        var before = await grains.Ledger().Candles(
            new CandleQuery(instrument.Symbol, CandlePeriod.Minute, null, Math.Max(0, day.StartNanos - MinuteNanos), 1),
            []);
        return new DayTicker(
            day,
            before is [var candle] ? candle.CloseTicks : 0,
            await market.Trades(1) is [var last, ..] ? last.QuantityLots : 0,
            await market.Depth(1));
    }

    private ValueTask<WireAnswer> WindowAsync(WireRequest request)
    {
        var minutes = request.Parameters.Word("windowSize", ReadWindow, DayMinutes, WireError.Invalid("windowSize"));
        return StatisticsAsync(request, instrument => history.OverAsync(instrument, minutes));
    }

    private ValueTask<WireAnswer> TradingDayAsync(WireRequest request)
    {
        WireMarket.ReadZone(request.Parameters);
        return StatisticsAsync(request, history.TodayAsync);
    }

    private ValueTask<WireAnswer> StatisticsAsync(WireRequest request, Func<Instrument, ValueTask<Candle?>> read)
    {
        var isMini = IsMini(request.Parameters);
        return EachAsync(
            request,
            read,
            (to, instrument, candle) =>
            {
                to.WriteStartObject();
                to.WriteString("symbol"u8, instrument.Symbol);
                if (!isMini)
                    WriteChange(to, instrument, candle ?? default);
                WriteStatistics(to, instrument, candle ?? default);
                to.WriteEndObject();
            },
            needsSymbol: true);
    }

    private static bool IsMini(WireParameters parameters) => parameters.Word<bool>(
        "type", text => text switch { "FULL" => false, "MINI" => true, _ => null }, false,
        new WireError(-1139, "Invalid ticker type."));

    private static int? ReadWindow(string text)
    {
        var number =
            text[0] != '0' && int.TryParse(text[..^1], System.Globalization.NumberStyles.None, null, out var count)
            ? count
            : 0;
        return text[^1] switch
        {
            'm' when number is >= 1 and <= 59 => number,
            'h' when number is >= 1 and <= 23 => number * 60,
            'd' when number is >= 1 and <= 7 => number * DayMinutes,
            _ => null,
        };
    }

    private static void WriteDay(Utf8JsonWriter to, Instrument instrument, DayTicker ticker)
    {
        to.WriteStartObject();
        to.WriteString("symbol"u8, instrument.Symbol);
        if (ticker.Book is { } book)
        {
            WriteChange(to, instrument, ticker.Day);
            to.WritePriceText("prevClosePrice"u8, instrument, ticker.PreviousCloseTicks);
            to.WriteLots("lastQty"u8, instrument, ticker.LastLots);
            WriteBest(to, "bidPrice"u8, "bidQty"u8, instrument, book.Bids is [var bid, ..] ? bid : default);
            WriteBest(to, "askPrice"u8, "askQty"u8, instrument, book.Asks is [var ask, ..] ? ask : default);
        }

        WriteStatistics(to, instrument, ticker.Day);
        to.WriteEndObject();
    }

    private static void WriteChange(Utf8JsonWriter to, Instrument instrument, Candle candle)
    {
        var change = candle.CloseTicks - candle.OpenTicks;
        to.WriteString("priceChange"u8, instrument.PriceText(change));
        to.WriteString("priceChangePercent"u8, PercentText(change, candle.OpenTicks));
        to.WriteString("weightedAvgPrice"u8, instrument.MeanPrice(candle.Value, candle.Lots));
    }

    /// <summary>Formats a change in per cent, with three decimals, rounded down.</summary>
    public static string PercentText(long change, long from) =>
        DecimalText.Format(from == 0 ? 0 : Rounding.DivDown((Int128)change * 100_000, from), 3);

    private static void WriteStatistics(Utf8JsonWriter to, Instrument instrument, Candle candle)
    {
        to.WritePriceText("openPrice"u8, instrument, candle.OpenTicks);
        to.WritePriceText("highPrice"u8, instrument, candle.HighTicks);
        to.WritePriceText("lowPrice"u8, instrument, candle.LowTicks);
        to.WritePriceText("lastPrice"u8, instrument, candle.CloseTicks);
        to.WriteLots("volume"u8, instrument, candle.Lots);
        to.WriteString("quoteVolume"u8, instrument.Amount(candle.Value));
        to.WriteMillis("openTime"u8, candle.StartNanos);
        to.WriteNumber("closeTime"u8, candle.EndNanos == 0 ? 0 : WireWriting.Millis(candle.EndNanos) - 1);
        to.WriteNumber(
            "firstId"u8, candle.Trades == 0 ? -1 : WireWriting.TradeId(candle.First.Sequence, candle.First.Index));
        to.WriteNumber(
            "lastId"u8, candle.Trades == 0 ? -1 : WireWriting.TradeId(candle.Last.Sequence, candle.Last.Index));
        to.WriteNumber("count"u8, candle.Trades);
    }

    private static void WriteBest(
        Utf8JsonWriter to, ReadOnlySpan<byte> price, ReadOnlySpan<byte> quantity, Instrument instrument,
        DepthLevel level)
    {
        to.WritePriceText(price, instrument, level.PriceTicks);
        to.WriteLots(quantity, instrument, level.QuantityLots);
    }
}

/// <summary>Last day of a symbol.</summary>
/// <param name="Day">Its trades.</param>
/// <param name="PreviousCloseTicks">Last price before it, in ticks; 0 for none.</param>
/// <param name="LastLots">Lots of the last trade.</param>
/// <param name="Book">Best prices; null if they were not requested.</param>
internal sealed record DayTicker(Candle Day, long PreviousCloseTicks, long LastLots, DepthView? Book);
