using System.Buffers;
using System.Collections.Frozen;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Binance;

/// <summary>What a stream tells.</summary>
internal enum WireStreamKind
{
    /// <summary>Every trade.</summary>
    Trade = 0,

    /// <summary>Trades of one order at one price.</summary>
    AggregateTrade = 1,

    /// <summary>The best bid and ask, whenever they change.</summary>
    BookTicker = 2,

    /// <summary>Levels that changed.</summary>
    Depth = 3,

    /// <summary>The best levels.</summary>
    PartialDepth = 4,

    /// <summary>The candle of this moment.</summary>
    Candle = 5,

    /// <summary>The last day in short.</summary>
    MiniTicker = 6,

    /// <summary>The last day.</summary>
    Ticker = 7,

    /// <summary>A window up to this moment.</summary>
    WindowTicker = 8,

    /// <summary>The average price of the last minutes.</summary>
    AveragePrice = 9,
}

/// <summary>A stream by its name, such as <c>btcusdt@depth5@100ms</c>.</summary>
/// <param name="Name">The name as clients write it.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Period">Of candles: their length; null for a second.</param>
/// <param name="Levels">Of the best levels: how many a side.</param>
/// <param name="IsFast">Of a book: ten times a second, not once.</param>
/// <param name="Window">Of a window: how long it is, as clients write it.</param>
internal sealed record WireStreamName(
    string Name,
    string Symbol,
    WireStreamKind Kind,
    CandlePeriod? Period = null,
    int Levels = 0,
    bool IsFast = false,
    string Window = "")
{
    /// <summary>Windows that there are streams of, and their minutes.</summary>
    private static readonly FrozenDictionary<string, int> s_windows =
        new Dictionary<string, int> { ["1h"] = 60, ["4h"] = 240, ["1d"] = 1_440 }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A symbol in a stream's name is in small letters: a name in capitals is another one, that no stream has.</summary>
    private static readonly SearchValues<char> s_symbolCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Minutes of a window; 0 where there is none.</summary>
    public int Minutes => s_windows.GetValueOrDefault(Window);

    /// <summary>Whether it is of every symbol: then <see cref="Symbol"/> is empty.</summary>
    public bool IsOfAll => Symbol.Length == 0;

    /// <summary>The same of one symbol.</summary>
    public WireStreamName Of(string symbol) => this with { Name = $"{Name}/{symbol}", Symbol = symbol };

    /// <summary>Returns what is wrong with a name that is no stream: with the right one, where it is only in capitals.</summary>
    public static string Explain(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var lower = at < 0 ? name : string.Concat(name.AsSpan(0, at).ToString().ToLowerInvariant(), name.AsSpan(at));
        return lower != name && Parse(lower) is not null
            ? $"invalid stream '{name}': a stream's symbol is in lower case, '{lower}'"
            : "invalid stream";
    }

    /// <summary>The stream of a name; null when it is none.</summary>
    public static WireStreamName? Parse(string name)
    {
        switch (name)
        {
            // As python-binance names it, by how often it is told; here once a second, where something changed.
            case "!miniTicker@arr" or "!miniTicker@arr@1000ms" or "!miniTicker@arr@3000ms":
                return new WireStreamName(name, "", WireStreamKind.MiniTicker);
            case "!ticker@arr":
                return new WireStreamName(name, "", WireStreamKind.Ticker);
            case "!bookTicker":
                return new WireStreamName(name, "", WireStreamKind.BookTicker);
        }

        if (name.StartsWith("!ticker_", StringComparison.Ordinal) && name.EndsWith("@arr", StringComparison.Ordinal))
        {
            return s_windows.ContainsKey(name[8..^4])
                ? new WireStreamName(name, "", WireStreamKind.WindowTicker, Window: name[8..^4])
                : null;
        }

        if (name.Split('@') is not [{ Length: > 0 } symbol, { Length: > 0 } kind, .. var rest] || rest.Length > 1 || name.Length > 100
            || symbol.AsSpan().IndexOfAnyExcept(s_symbolCharacters) >= 0)
        {
            return null;
        }

        var speed = rest is [var text] ? text : null;
        var stream = new WireStreamName(name, symbol.ToUpperInvariant(), WireStreamKind.Trade, IsFast: speed == "100ms");
        var isBook = speed is null or "100ms" or "1000ms";
        return kind switch
        {
            "depth" when isBook => stream with { Kind = WireStreamKind.Depth },
            "depth5" or "depth10" or "depth20" when isBook => stream with { Kind = WireStreamKind.PartialDepth, Levels = int.Parse(kind.AsSpan(5)) },
            _ when speed is not null => null,
            "trade" => stream,
            "aggTrade" => stream with { Kind = WireStreamKind.AggregateTrade },
            "bookTicker" => stream with { Kind = WireStreamKind.BookTicker },
            "miniTicker" => stream with { Kind = WireStreamKind.MiniTicker },
            "ticker" => stream with { Kind = WireStreamKind.Ticker },
            "avgPrice" => stream with { Kind = WireStreamKind.AveragePrice },
            _ when kind.StartsWith("ticker_", StringComparison.Ordinal) && s_windows.ContainsKey(kind[7..]) =>
                stream with { Kind = WireStreamKind.WindowTicker, Window = kind[7..] },
            "kline_" + WireWords.Second => stream with { Kind = WireStreamKind.Candle },
            _ when kind.StartsWith("kline_", StringComparison.Ordinal) && WireWords.Period(kind[6..]) is { } period =>
                stream with { Kind = WireStreamKind.Candle, Period = period },
            _ => null,
        };
    }
}
