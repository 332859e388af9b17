using QuantumCore.Instruments;

namespace QuantumCore.Bench.Flow;

/// <summary>A line of a command file. <paramref name="Number"/> counts from 1, comments included.</summary>
public abstract record FlowLine(int Number);

/// <summary>Rest a limit order.</summary>
public sealed record AddLine(int Number, long Id, Side Side, long Lots, long PriceTicks) : FlowLine(Number);

/// <summary>Reduce an order in place by so many lots.</summary>
public sealed record ReduceLine(int Number, long Id, long Lots) : FlowLine(Number);

/// <summary>Cancel an order; the lots are what should be left of it.</summary>
public sealed record CancelLine(int Number, long Id, long Lots) : FlowLine(Number);

/// <summary>Immediate or cancel, and the fills it must get.</summary>
public sealed record TakeLine(int Number, Side Side, long Lots, long LimitTicks, FlowFill[] Fills)
    : FlowLine(Number);

/// <summary>What the book must show.</summary>
public sealed record BookLine(int Number, FlowLevel[] Levels) : FlowLine(Number);

/// <summary>A fill as the file names it.</summary>
public readonly record struct FlowFill(long MakerId, long Lots, long PriceTicks);

/// <summary>A level as the file names it: 0 is the best; without lots there is no such level.</summary>
public readonly record struct FlowLevel(Side Side, int Depth, long PriceTicks, long Lots);

/// <summary>A command file that makes no sense, and the line where it stops making sense.</summary>
public sealed class OrderFlowException(int line, string problem, Exception? inner = null)
    : Exception($"line {line}: {problem}", inner)
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;
}
