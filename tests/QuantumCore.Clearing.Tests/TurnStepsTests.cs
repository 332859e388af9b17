using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Steps and levels of a record in the making.</summary>
public class TurnStepsTests
{
    private readonly TurnSteps _steps = new();

    [Fact]
    public void Level_is_told_once_and_as_it_is_at_the_end()
    {
        var core = new OrderBook();
        _steps.Touch([Level(Side.Buy, 100)]);
        _steps.Touch([Level(Side.Buy, 100), Level(Side.Sell, 100), Level(Side.Buy, 99)]);
        Assert.Equal(
            [
                new LevelState(Side.Buy, 100, 0, 0), new LevelState(Side.Sell, 100, 0, 0),
                new LevelState(Side.Buy, 99, 0, 0)],
            _steps.ToLevels(core));
    }

    [Fact]
    public void Order_that_could_not_enter_is_not_told_as_activated()
    {
        var (first, second) = (Ticket(1), Ticket(2));
        _steps.AddActivated(first, 100);
        _steps.AddActivated(second, 100);
        _steps.AddHeld(first);
        _steps.RemoveActivation(1);
        Assert.Equal(
            [(typeof(OrderActivated), 2L), (typeof(HoldChanged), 1L)],
            _steps.ToSteps().Cast<OrderStep>().Select(step => (step.GetType(), step.OrderId)));
    }

    [Fact]
    public void Changed_trade_keeps_its_sides()
    {
        var trade = new MatchedTrade(Side.Sell, 100, 10, new(1, 2, 3, 7), new(4, 5, 6, -2));
        Assert.Equal(
            new MatchedTrade(Side.Sell, 90, 10, new(1, 2, 3, 6), new(4, 5, 6, -1)),
            new TradeInForce(90, 6, -1).Of(in trade));
    }

    [Fact]
    public void New_record_begins_without_steps_and_levels()
    {
        _steps.AddHeld(Ticket(1));
        _steps.Touch([Level(Side.Buy, 100)]);
        _steps.Clear();
        Assert.Empty(_steps.ToSteps());
        Assert.Empty(_steps.ToLevels(new OrderBook()));
    }

    private static LevelChange Level(Side side, long price) => new(side, price, 5, 1);

    private static OrderTicket Ticket(long orderId) => new(
        new SubmitOrder(
            1001, orderId, "", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 10, 0, 0),
        orderId,
        sequence: 2);
}
