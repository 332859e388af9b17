using System.Runtime.InteropServices;
using QuantumCore.Bench.Scenarios;
using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>Adapts the reference book to scenarios.</summary>
internal sealed class TwinScenarioBook(int maxLevels) : IScenarioBook
{
    private readonly ReferenceBook _book = new(maxLevels);

    public ReadOnlySpan<BookEvent> Events => CollectionsMarshal.AsSpan(_book.Events);

    public RejectReason ReplaceFailure => _book.ReplaceFailure;

    public BookRules Rules => _book.Rules;

    public TradingPhase Phase => _book.Phase;

    public long LastPriceTicks => _book.LastPriceTicks;

    public IReadOnlyList<long> Armed => _book.OrdersAt(Stay.Armed);

    public IReadOnlyList<long> Parked => _book.OrdersAt(Stay.Parked);

    public IReadOnlyList<long> Pending => _book.OrdersAt(Stay.Pending);

    public IReadOnlyList<long> Held => _book.OrdersAt(Stay.Held);

    public RejectReason Submit(long time, in NewOrder order, out long orderId) =>
        _book.Submit(time, in order, out orderId);

    public RejectReason SubmitList(long time, OrderListKind kind, ReadOnlySpan<NewOrder> legs, out long firstOrderId) =>
        _book.SubmitList(time, kind, legs, out firstOrderId);

    public RejectReason Cancel(long time, long orderId, EndReason reason) => _book.Cancel(time, orderId, reason);

    public RejectReason CancelMany(long time, in ScenarioFilter filter, EndReason reason) =>
        _book.CancelMany(time, Filter(in filter), reason);

    public RejectReason Block(long time, in ScenarioFilter filter) => _book.Block(time, Filter(in filter));

    public RejectReason Unblock(long time, in ScenarioFilter filter) => _book.Unblock(time, Filter(in filter));

    public RejectReason Amend(long time, long orderId, Amendment amendment) => _book.Amend(time, orderId, amendment);

    public RejectReason Replace(long time, long orderId, in NewOrder order, out long newOrderId, ReplaceMode mode) =>
        _book.Replace(time, orderId, in order, out newOrderId, mode);

    public RejectReason SetPhase(long time, TradingPhase phase) => _book.SetPhase(time, phase);

    public RejectReason SetMark(long time, long priceTicks) => _book.SetMark(time, priceTicks);

    public RejectReason SetReference(long time, long priceTicks) => _book.SetReference(time, priceTicks);

    public RejectReason SetLast(long time, long priceTicks) => _book.SetLast(time, priceTicks);

    public RejectReason Adjust(long time, OrderAdjustment adjustment) =>
        _book.Adjust(time, adjustment.NewUnits, adjustment.OldUnits, adjustment.FallTicks);

    public RejectReason AdvanceTime(long time) => _book.AdvanceTime(time);

    public RejectReason Bust(long time, long tradeNumber) => _book.Bust(time, tradeNumber);

    public RejectReason Correct(long time, long tradeNumber, long priceTicks) =>
        _book.Correct(time, tradeNumber, priceTicks);

    public RejectReason SetRules(long time, BookRules rules) => _book.SetRules(time, rules);

    public IReadOnlyList<ScenarioEntry> Orders(Side side) => _book.Orders(side).ConvertAll(order =>
        new ScenarioEntry(order.OrderId, order.PriceTicks, order.ShownLots, order.LeavesLots));

    private static ReferenceFilter Filter(in ScenarioFilter filter) => new(filter.Account, filter.Owner, filter.Side);
}
