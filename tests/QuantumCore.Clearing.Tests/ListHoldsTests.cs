using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Holds of a one-cancels-other pair in its book.</summary>
public class ListHoldsTests
{
    private const long Alice = 1001;

    private readonly BookMachineState _book = new("AAPL");
    private readonly TurnSteps _steps = new();
    private readonly ListHolds _holds;

    public ListHoldsTests()
    {
        _ = _book.Define(EncodedInstrument.From(Listed.Aapl), 1);
        _holds = new ListHolds(_book, _steps);
    }

    [Fact]
    public void First_leg_holds_for_both()
    {
        var (first, second) = Pair();
        Assert.Equal(second.OwnHold(Listed.Aapl), _holds.HoldOf(first));
        Assert.True(second.OwnHold(Listed.Aapl) > first.OwnHold(Listed.Aapl));
        Assert.Equal(0, _holds.HoldOf(second));
    }

    [Fact]
    public void Hold_moves_to_the_leg_that_fills()
    {
        var (first, second) = Pair();
        _holds.Rebalance(first);
        _steps.Clear();
        _holds.Carry(second);
        Assert.True(second.List!.IsSplit);
        Assert.Equal((0, second.OwnHold(Listed.Aapl)), (_holds.HoldOf(first), _holds.HoldOf(second)));
        Assert.Equal(
            [(1, 0L), (2, second.OwnHold(Listed.Aapl))],
            _steps.ToSteps().Cast<HoldChanged>().Select(step => (step.OrderId, step.Hold)));
    }

    [Fact]
    public void Remaining_leg_holds_for_itself()
    {
        var (first, second) = Pair();
        _book.Finish(first, EndReason.User);
        _holds.Rebalance(first);
        Assert.Equal(second.OwnHold(Listed.Aapl), second.Hold);
    }

    [Fact]
    public void Unchanged_holds_are_not_told()
    {
        var (first, _) = Pair();
        _holds.Rebalance(first);
        _steps.Clear();
        _holds.Rebalance(first);
        Assert.Empty(_steps.ToSteps());
    }

    private (OrderTicket First, OrderTicket Second) Pair()
    {
        ImmutableArray<SubmitOrder> orders = [Order(1, 14_000), Order(2, 16_000)];
        OrderTicket[] tickets = [.. orders.Select(order => new OrderTicket(order, order.Number, sequence: 2))];
        Array.ForEach(tickets, _book.Tickets.Add);
        _holds.Tie(OrderListKind.OneCancelsOther, orders);
        return (tickets[0], tickets[1]);
    }

    private static SubmitOrder Order(long number, long price) => new(
        Alice, number, "", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, 10, 0, 0);
}
