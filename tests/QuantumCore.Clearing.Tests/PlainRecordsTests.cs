using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Short records of plain orders.</summary>
public class PlainRecordsTests
{
    private readonly BookMachineState _book = new("AAPL");
    private readonly PlainRecords _plain;

    public PlainRecordsTests()
    {
        _ = _book.Define(EncodedInstrument.From(Listed.Aapl), 1);
        _plain = new PlainRecords(_book, new ListHolds(_book, new TurnSteps()));
    }

    [Fact]
    public void Resting_order_is_open_with_its_hold()
    {
        var record = Enter(Order(1001, Side.Buy, 10));
        Assert.Equal((10, EndReason.None), (record.LeavesLots, record.End));
        Assert.Equal(_book.Tickets[1].OwnHold(Listed.Aapl), record.Hold);
        Assert.Equal((2, 2), (_book.Sequence, _book.Tickets[1].Sequence));
    }

    [Fact]
    public void Fill_ends_the_maker_and_leaves_the_rest_of_the_taker_open()
    {
        Enter(Order(1001, Side.Sell, 4));
        var record = Enter(Order(1002, Side.Buy, 10));
        var fill = Assert.Single(record.Fills);
        Assert.Equal((1001, 4, 0), (fill.MakerAccount, fill.QuantityLots, fill.MakerLeavesLots));
        Assert.Equal(6, record.LeavesLots);
        Assert.False(_book.Tickets.TryGet(1, out _));
    }

    [Fact]
    public void Trade_with_an_order_of_a_list_needs_steps()
    {
        Enter(Order(1001, Side.Sell, 4));
        _book.Tickets[1].List = new TicketList(OrderListKind.OneCancelsOther, [_book.Tickets[1]]);
        Assert.Equal(RejectReason.None, _book.Core.Submit(2, _book.Request(Order(1002, Side.Buy, 10)), out var id));
        Assert.False(_plain.CanTell(id, replaced: null));
    }

    [Fact]
    public void Smaller_total_is_told_with_the_difference()
    {
        Enter(Order(1001, Side.Buy, 10));
        var record = _plain.Shrink(_book.Tickets[1], 7, 3);
        Assert.Equal((7, 3), (record.TotalLots, record.ReducedLots));
        Assert.Equal(_book.Tickets[1].OwnHold(Listed.Aapl), record.Hold);
    }

    [Fact]
    public void Voided_order_is_known()
    {
        _ = _plain.Tombstone(1001, 9, 3);
        Assert.True(_book.Tickets.IsKnown(1001, 9, out _, out var finished));
        Assert.Equal((2, RejectReason.Voided), (finished.ClosedSequence, finished.Reason));
    }

    private OrderAccepted Enter(SubmitOrder order)
    {
        Assert.Equal(RejectReason.None, _book.Core.Submit(2, _book.Request(order), out var id));
        Assert.True(_plain.CanTell(id, replaced: null));
        return _plain.Accept(order, id, 2, replaced: null);
    }

    private static SubmitOrder Order(long account, Side side, long lots) => new(
        account, 1, "", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, lots, 0, 0);
}
