using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Orders that a book knows.</summary>
public class BookTicketsTests
{
    private const long Alice = 1001;

    private readonly BookTickets _tickets = new("AAPL");

    [Fact]
    public void Open_order_is_found_by_id_and_by_number()
    {
        var ticket = Open(1, 3);
        Assert.Same(ticket, _tickets[1]);
        Assert.Same(ticket, _tickets[Alice, 3]);
        Assert.True(_tickets.IsKnown(Alice, 3, out var open, out _));
        Assert.Same(ticket, open);
        Assert.Equal((Alice, 3), _tickets.OwnerOf(1));
    }

    [Fact]
    public void Done_order_keeps_its_end_and_its_owner()
    {
        var ticket = Open(1, 3);
        _tickets.Finish(ticket, EndReason.User, 8);
        Assert.False(_tickets.IsOpen(ticket));
        Assert.False(_tickets.TryGet(1, out _));
        Assert.True(_tickets.IsKnown(Alice, 3, out var open, out var finished));
        Assert.Null(open);
        Assert.Equal((1, 2, 8, EndReason.User), (
            finished.OrderId, finished.Sequence, finished.ClosedSequence, finished.End));
        Assert.Equal((Alice, 3), _tickets.OwnerOf(1));
    }

    [Fact]
    public void Order_ends_once()
    {
        var ticket = Open(1, 3);
        _tickets.Finish(ticket, EndReason.None, 8);
        Assert.Throws<InvalidOperationException>(() => _tickets.Finish(ticket, EndReason.None, 9));
        Assert.Throws<InvalidOperationException>(() => _tickets.Reject(Alice, 3, 5, RejectReason.Voided, 9));
    }

    [Fact]
    public void Rejected_order_has_no_public_id()
    {
        _tickets.Reject(Alice, 3, 5, RejectReason.Voided, 9);
        Assert.True(_tickets.IsKnown(Alice, 3, out _, out var finished));
        Assert.Equal((0, 9, RejectReason.Voided), (finished.OrderId, finished.ClosedSequence, finished.Reason));
    }

    [Fact]
    public void Order_up_to_the_floor_of_its_account_is_void()
    {
        _tickets.Presence(Alice).Floor = 4;
        Assert.True(_tickets.IsKnown(Alice, 4, out var open, out var finished));
        Assert.Null(open);
        Assert.Equal(RejectReason.Voided, finished.Reason);
        Assert.False(_tickets.IsKnown(Alice, 5, out _, out _));
        Assert.False(_tickets.IsKnown(Alice + 1, 4, out _, out _));
    }

    [Fact]
    public void Public_ids_have_no_gap()
    {
        _tickets.CountId(1);
        Assert.Throws<InvalidOperationException>(() => _tickets.CountId(3));
    }

    [Fact]
    public void Chain_gives_the_previous_record_of_the_account()
    {
        Assert.Equal(0, _tickets.Chain(Alice, 5));
        Assert.Equal(0, _tickets.Chain(Alice + 1, 6));
        Assert.Equal(5, _tickets.Chain(Alice, 7));
    }

    [Fact]
    public void Snapshot_restores_open_and_done_orders()
    {
        var first = Open(1, 3);
        first.FilledLots = 4;
        _tickets.Finish(Open(2, 4), EndReason.User, 8);
        _tickets.Presence(Alice).Floor = 2;
        _ = _tickets.Chain(Alice, 8);
        var state = new CapturedState();
        _tickets.AddTo(state);
        var from = RecordReader.Headless(state.ToArray());
        var restored = BookTickets.Read("AAPL", _tickets.LastId, new OrderBook(), ref from);
        from.End();
        Assert.Equal((6, 2), (restored[1].LeavesLots, restored.LastId));
        Assert.Same(restored[1], restored[Alice, 3]);
        Assert.Equal((Alice, 4), restored.OwnerOf(2));
        Assert.True(restored.IsKnown(Alice, 2, out _, out _));
        Assert.Equal(8, restored.Chain(Alice, 9));
    }

    private OrderTicket Open(long orderId, long number)
    {
        var order = new SubmitOrder(
            Alice, number, "", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 10, 0, 0);
        var ticket = new OrderTicket(order, orderId, sequence: 2);
        _tickets.CountId(orderId);
        _tickets.Add(ticket);
        return ticket;
    }
}
