using System.Buffers;
using System.Collections.Frozen;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Binance;

/// <summary>Kind of a stream.</summary>
internal enum WireStreamKind
{
    /// <summary>Every trade.</summary>
    Trade = 0,

    /// <summary>Trades of one order at one price.</summary>
    AggregateTrade = 1,

    /// <summary>The best bid and ask, whenever they change.</summary>
    BookTicker = 2,

    /// <summary>Changed levels of the book.</summary>
    Depth = 3,

    /// <summary>Best levels of the book.</summary>
    PartialDepth = 4,

    /// <summary>Current candle.</summary>
    Candle = 5,

    /// <summary>Short 24-hour ticker.</summary>
    MiniTicker = 6,

    /// <summary>24-hour ticker.</summary>
    Ticker = 7,

    /// <summary>Ticker of a rolling window.</summary>
    WindowTicker = 8,

    /// <summary>Average price of the last minutes.</summary>
    AveragePrice = 9,
}

/// <summary>Stream with its name, such as <c>btcusdt@depth5@100ms</c>.</summary>
/// <param name="Name">Name as clients write it.</param>
/// <param name="Symbol">Symbol of the instrument.</param>
/// <param name="Kind">Kind of the stream.</param>
/// <param name="Period">For candles: their length; null for a second.</param>
/// <param name="Levels">For the best levels: number of levels per side.</param>
/// <param name="IsFast">For a book: true for ten updates a second, false for one.</param>
/// <param name="Window">For a window: its length, as clients write it.</param>
internal sealed record WireStreamName(
    string Name,
    string Symbol,
    WireStreamKind Kind,
    CandlePeriod? Period = null,
    int Levels = 0,
    bool IsFast = false,
    string Window = "")
{
    /// <summary>Supported windows and their minutes.</summary>
    private static readonly FrozenDictionary<string, int> s_windows =
        new Dictionary<string,
            int>
        { ["1h"] = 60, ["4h"] = 240, ["1d"] = 1_440 }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Characters of a symbol in a stream's name: lower case only. A name in capitals is another one, which no stream
    /// has.
    /// </summary>
    private static readonly SearchValues<char> s_symbolCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>Minutes of the window; 0 if there is none.</summary>
    public int Minutes => s_windows.GetValueOrDefault(Window);

    /// <summary>True for a stream of all symbols; <see cref="Symbol"/> is empty then.</summary>
    public bool IsOfAll => Symbol.Length == 0;

    /// <summary>Returns the same stream of one symbol.</summary>
    public WireStreamName Of(string symbol) => this with { Name = $"{Name}/{symbol}", Symbol = symbol };

    /// <summary>Explains why a name is no stream, with the right name if it is only in capitals.</summary>
    public static string Explain(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var lower = at < 0 ? name : string.Concat(name.AsSpan(0, at).ToString().ToLowerInvariant(), name.AsSpan(at));
        return lower != name && Parse(lower) is not null
            ? $"invalid stream '{name}': a stream's symbol is in lower case, '{lower}'"
            : "invalid stream";
    }

    /// <summary>Parses the name of a stream; null if it is none.</summary>
    public static WireStreamName? Parse(string name)
    {
        switch (name)
        {
            // As python-binance names it, with its interval; here it is sent once a second, if something changed.
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

        if (name.Split('@') is not [{ Length: > 0 } symbol, { Length: > 0 } kind, .. var rest] || rest.Length > 1
            || name.Length > 100
            || symbol.AsSpan().IndexOfAnyExcept(s_symbolCharacters) >= 0)
        {
            return null;
        }

        var speed = rest is [var text] ? text : null;
        var stream =
            new WireStreamName(name, symbol.ToUpperInvariant(), WireStreamKind.Trade, IsFast: speed == "100ms");
        var isBook = speed is null or "100ms" or "1000ms";
        return kind switch
        {
            "depth" when isBook => stream with { Kind = WireStreamKind.Depth },
            "depth5" or "depth10" or "depth20" when isBook => stream with
            {
                Kind = WireStreamKind.PartialDepth,
                Levels = int.Parse(kind.AsSpan(5)),
            },
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
            _ when kind.StartsWith("kline_", StringComparison.Ordinal) && WireNames.ReadPeriod(kind[6..]) is { } period =>
                stream with { Kind = WireStreamKind.Candle, Period = period },
            _ => null,
        };
    }
}
