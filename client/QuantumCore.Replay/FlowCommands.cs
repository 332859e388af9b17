using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// One step of recorded order flow. Prices are in ten-thousandths of the quote asset, quantities in shares; an id
/// names an order of the recording and may come again once its order is done.
/// </summary>
/// <param name="Line">Line of the file it comes from, from 1.</param>
public abstract record FlowCommand(int Line);

/// <summary>An order comes to rest at the back of its level's queue.</summary>
public sealed record RestOrder(int Line, long Id, OrderSide Side, long Quantity, long Price) : FlowCommand(Line);

/// <summary>A resting order shrinks by a quantity and keeps its priority.</summary>
public sealed record ReduceOrder(int Line, long Id, long Quantity) : FlowCommand(Line);

/// <summary>A resting order is cancelled; the quantity is what must be left of it.</summary>
public sealed record WithdrawOrder(int Line, long Id, long Quantity) : FlowCommand(Line);

/// <summary>An immediate-or-cancel order, and the fills the real market made of it, in their sequence.</summary>
public sealed record AggressiveOrder(
    int Line, OrderSide Side, long Quantity, long Limit, ImmutableArray<RecordedFill> Fills) : FlowCommand(Line);

/// <summary>What the real book showed at this point, best levels first; a side may be shorter than the depth.</summary>
public sealed record BookCheck(
    int Line, int Depth, ImmutableArray<RecordedLevel> Bids, ImmutableArray<RecordedLevel> Asks) : FlowCommand(Line);

/// <summary>One fill of an aggressive order against a resting one.</summary>
public readonly record struct RecordedFill(long MakerId, long Quantity, long Price);

/// <summary>One price level as the real book showed it.</summary>
public readonly record struct RecordedLevel(long Price, long Quantity);

/// <summary>A recording does not read as one; the message names the file and the place in it.</summary>
/// <param name="file">Its name.</param>
/// <param name="number">The place, from 1; 0 for the whole file.</param>
/// <param name="what">What is wrong there.</param>
/// <param name="unit">What is numbered.</param>
/// <param name="column">The field of the line that is wrong, from 1; 0 for the whole line.</param>
/// <param name="name">What that field holds.</param>
public sealed class FlowFormatException(string file, int number, string what, string unit = "line", int column = 0, string? name = null)
    : Exception(Place(file, number, unit, column, name) + what)
{
    private static string Place(string file, int number, string unit, int column, string? name) => (number, column) switch
    {
        (0, _) => $"{file}: ",
        (_, 0) => $"{file}, {unit} {number}: ",
        _ => $"{file}, {unit} {number}, column {column} ({name}): ",
    };
}

/// <summary>Which of a recording's stocks is wanted can't be told: none was named, or one that is not there.</summary>
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
        : base($"{file} is of one stock: {ticker} can't be chosen from it") => (Ticker, Stocks, Examples) = (ticker, 1, []);

    /// <summary>The stock that was named; null for none.</summary>
    public string? Ticker { get; }

    /// <summary>How many stocks the recording holds.</summary>
    public int Stocks { get; }

    /// <summary>Some of them: those about where the name stands in the alphabet.</summary>
    public IReadOnlyList<string> Examples { get; }

    private static string[] Near(string ticker, IReadOnlyCollection<string> stocks)
    {
        var sorted = stocks.Order(StringComparer.OrdinalIgnoreCase).ToList();
        var at = sorted.FindIndex(stock => StringComparer.OrdinalIgnoreCase.Compare(stock, ticker) >= 0);
        var last = Math.Max(sorted.Count - MostExamples, 0);
        return [.. sorted.Skip(at < 0 ? last : Math.Clamp(at - (MostExamples / 2), 0, last)).Take(MostExamples)];
    }
}
