using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Actions of a multi-leg order in one book.</summary>
public class LegActsTests
{
    private readonly BookMachineState _book = new("AAPL");
    private readonly LegActs _legs;

    public LegActsTests()
    {
        _ = _book.Define(EncodedInstrument.From(Listed.Aapl), 1);
        var steps = new TurnSteps();
        var holds = new ListHolds(_book, steps);
        var recorder = new TurnRecorder(_book, steps, holds);
        _legs = new LegActs(_book, recorder);
        _ = new OrderSubmission(_book, new PlainRecords(_book, holds), recorder).Submit(Order(1001, Side.Sell), 2);
    }

    [Fact]
    public void Nothing_done_gives_no_record()
    {
        _legs.EndPhase(3);
        Assert.Null(_legs.EndActs());
        Assert.Equal(2, _book.Sequence);
    }

    [Fact]
    public void All_actions_are_one_record()
    {
        var ticket = _legs.EnterAside(Order(1002, Side.Buy), 3);
        _legs.TakeQuotes(ticket, 15_000, 4, 4);
        _legs.EndPhase(5);
        _legs.Proceed(ticket, 5);
        var turn = _legs.EndActs()!;
        Assert.Equal((3, 3), (_book.Sequence, turn.TimeNanos));
        Assert.Equal(
            [new TakeQuotesAct(2, 15_000, 4), new EndPhaseAct(), new ProceedAct(2)], ((ActOnLegs)turn.Command).Acts);
        Assert.Equal([4, 6], turn.Trades().Select(trade => trade.QuantityLots));
        Assert.Null(_legs.EndActs());
    }

    [Fact]
    public void Phase_ends_once()
    {
        var ticket = _legs.EnterAside(Order(1002, Side.Buy), 3);
        _legs.EndPhase(3);
        _legs.TakeQuotes(ticket, 15_000, 4, 4);
        _legs.EndPhase(5);
        _legs.EndPhase(5);
        Assert.Single(((ActOnLegs)_legs.EndActs()!.Command).Acts, act => act is EndPhaseAct);
    }

    [Fact]
    public void Order_enters_as_the_first_action()
    {
        _ = _legs.EnterAside(Order(1002, Side.Buy), 3);
        Assert.Throws<InvalidOperationException>(() => _legs.EnterAside(Order(1003, Side.Buy), 3));
    }

    private static SubmitOrder Order(long account, Side side) => new(
        account, 1, "", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, 10, 0, 0);
}
