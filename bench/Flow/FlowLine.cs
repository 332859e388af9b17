using QuantumCore.Instruments;

namespace QuantumCore.Bench.Flow;

/// <summary>A line of a command file. <paramref name="Number"/> counts from 1, including comments.</summary>
public abstract record FlowLine(int Number);

/// <summary>Adds a resting limit order.</summary>
public sealed record AddLine(int Number, long Id, Side Side, long Lots, long PriceTicks) : FlowLine(Number);

/// <summary>Reduces an order in place by a number of lots.</summary>
public sealed record ReduceLine(int Number, long Id, long Lots) : FlowLine(Number);

/// <summary>Cancels an order. The lots are what should be left of it.</summary>
public sealed record CancelLine(int Number, long Id, long Lots) : FlowLine(Number);

/// <summary>An immediate-or-cancel order with its expected fills.</summary>
public sealed record TakeLine(int Number, Side Side, long Lots, long LimitTicks, FlowFill[] Fills)
    : FlowLine(Number);

/// <summary>Expected state of the book.</summary>
public sealed record BookLine(int Number, FlowLevel[] Levels) : FlowLine(Number);

/// <summary>An expected fill.</summary>
public readonly record struct FlowFill(long MakerId, long Lots, long PriceTicks);

/// <summary>An expected level: depth 0 is the best; without lots there is no such level.</summary>
public readonly record struct FlowLevel(Side Side, int Depth, long PriceTicks, long Lots);

/// <summary>A command file is invalid; the message names the line.</summary>
public sealed class OrderFlowException(int line, string problem, Exception? inner = null)
    : Exception($"line {line}: {problem}", inner)
{
    /// <summary>Number of the line, from 1.</summary>
    public int Line { get; } = line;
}
