using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Tests;

/// <summary>The book of one symbol, in whichever grain.</summary>
public sealed record SymbolBook(IOrderBookGrain Grain, string Symbol)
{
    public ValueTask Define(EncodedInstrument definition) => Grain.Define(Symbol, definition);

    public ValueTask<ImmutableArray<ExecutionReport>> Submit(ImmutableArray<SubmitOrder> orders) =>
        Grain.Submit(Symbol, orders);

    public ValueTask<ImmutableArray<ExecutionReport>> SubmitList(
        OrderListKind kind, ImmutableArray<SubmitOrder> orders) =>
        Grain.SubmitList(Symbol, kind, orders);

    public ValueTask<ExecutionReport> Amend(long account, long orderId, ConditionChanges changes) =>
        Grain.Amend(Symbol, account, orderId, changes);

    public ValueTask<RejectReason> Operate(BookCommand command) => Grain.Operate(Symbol, command);

    public ValueTask<HaltAnswer> Halt() =>
        Grain.Halt(Symbol, new SetTradingPhase(TradingPhase.Halt));

    public ValueTask<ImmutableArray<ExecutionReport>> Close(
        long account, ImmutableArray<long> numbers, EndReason reason) =>
        Grain.Close(Symbol, account, numbers, reason);

    public ValueTask<ExecutionReport> CloseById(long account, long orderId) =>
        Grain.CloseById(Symbol, account, orderId);

    public ValueTask<int> CloseAll(long account, long floor) => Grain.CloseAll(Symbol, account, floor);

    public ValueTask Resolve(long account, ImmutableArray<long> numbers) => Grain.Resolve(Symbol, account, numbers);

    public ValueTask<ExecutionReport> Reduce(long account, long number, long totalLots, long expectedLots = 0) =>
        Grain.Reduce(Symbol, account, number, totalLots, expectedLots);

    public ValueTask<ExecutionReport> Status(long account, long orderId) => Grain.Status(Symbol, account, orderId);

    public ValueTask<PlaceInLine> Position(long account, long orderId) => Grain.Position(Symbol, account, orderId);

    public ValueTask<DepthView> Depth() => Grain.Depth(Symbol);

    public ValueTask<BookState> State() => Grain.State(Symbol);

    public ValueTask<ulong> StateHash() => Grain.StateHash(Symbol);
}
