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

/// <summary>A recording does not read as one; the message names file and line.</summary>
public sealed class FlowFormatException(string file, int line, string what)
    : Exception($"{file}, line {line}: {what}");
