using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// A step of recorded order flow. Prices are in ten-thousandths of the quote asset, quantities in shares. An id names
/// an order of the recording and may be reused once its order is done.
/// </summary>
/// <param name="Line">Line of the file, from 1.</param>
public abstract record FlowCommand(int Line);

/// <summary>Adds an order at the back of its level's queue.</summary>
public sealed record RestOrder(int Line, long Id, OrderSide Side, long Quantity, long Price) : FlowCommand(Line);

/// <summary>Reduces a resting order by a quantity; it keeps its priority.</summary>
public sealed record ReduceOrder(int Line, long Id, long Quantity) : FlowCommand(Line);

/// <summary>Cancels a resting order. The quantity is what must be left of it.</summary>
public sealed record WithdrawOrder(int Line, long Id, long Quantity) : FlowCommand(Line);

/// <summary>An immediate-or-cancel order with its recorded fills, in sequence.</summary>
public sealed record AggressiveOrder(
    int Line, OrderSide Side, long Quantity, long Limit, ImmutableArray<RecordedFill> Fills) : FlowCommand(Line);

/// <summary>Recorded book at this point, best levels first. A side may be shorter than the depth.</summary>
public sealed record BookCheck(
    int Line, int Depth, ImmutableArray<RecordedLevel> Bids, ImmutableArray<RecordedLevel> Asks) : FlowCommand(Line);

/// <summary>A fill of an aggressive order against a resting one.</summary>
public readonly record struct RecordedFill(long MakerId, long Quantity, long Price);

/// <summary>A recorded price level.</summary>
public readonly record struct RecordedLevel(long Price, long Quantity);

/// <summary>A recording is malformed. The message names the file and the place in it.</summary>
/// <param name="file">Name of the file.</param>
/// <param name="number">Number of the line or message, from 1; 0 for the whole file.</param>
/// <param name="what">Description of the error.</param>
/// <param name="unit">Unit that is numbered.</param>
/// <param name="column">Wrong field of the line, from 1; 0 for the whole line.</param>
/// <param name="name">Meaning of that field.</param>
public sealed class FlowFormatException(
    string file, int number, string what, string unit = "line", int column = 0, string? name = null)
    : Exception(Place(file, number, unit, column, name) + what)
{
    private static string Place(string file, int number, string unit, int column, string? name) =>
        (number, column) switch
        {
            (0, _) => $"{file}: ",
            (_, 0) => $"{file}, {unit} {number}: ",
            _ => $"{file}, {unit} {number}, column {column} ({name}): ",
        };
}

/// <summary>The stock to replay is ambiguous or missing: none was named, or the recording does not hold it.</summary>
public sealed class FlowTickerException : Exception
{
    private const int MostExamples = 10;

    internal FlowTickerException(string file, string? ticker, IReadOnlyCollection<string> stocks)
        : this(ticker, stocks.Count, Near(ticker ?? "", stocks), file)
    {
    }

    private FlowTickerException(string? ticker, int stocks, IReadOnlyList<string> examples, string file)
        : base(ticker is null
            ? $"{file} holds {stocks} stocks: name one by its ticker, such as {string.Join(", ", examples)}"
            : $"{ticker} is none of the {stocks} stocks of {file}, such as {string.Join(", ", examples)}") =>
        (Ticker, Stocks, Examples) = (ticker, stocks, examples);

    internal FlowTickerException(string file, string ticker)
        : base($"{file} is of one stock: {ticker} can't be chosen from it") =>
            (Ticker, Stocks, Examples) = (ticker, 1, []);

    /// <summary>Requested stock; null for none.</summary>
    public string? Ticker { get; }

    /// <summary>Number of stocks in the recording.</summary>
    public int Stocks { get; }

    /// <summary>Some of its stocks, those closest to the requested name in the alphabet.</summary>
    public IReadOnlyList<string> Examples { get; }

    private static string[] Near(string ticker, IReadOnlyCollection<string> stocks)
    {
        var sorted = stocks.Order(StringComparer.OrdinalIgnoreCase).ToList();
        var at = sorted.FindIndex(stock => StringComparer.OrdinalIgnoreCase.Compare(stock, ticker) >= 0);
        var last = Math.Max(sorted.Count - MostExamples, 0);
        return [.. sorted.Skip(at < 0 ? last : Math.Clamp(at - (MostExamples / 2), 0, last)).Take(MostExamples)];
    }
}
