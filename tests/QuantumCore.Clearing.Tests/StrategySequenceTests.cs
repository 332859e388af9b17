using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Sequence of strategies and of their consequences: a tick of A is worth 1, of B 5, of C 10.</summary>
public class StrategySequenceTests
{
    private static readonly Leg[] s_buyer = [new("A", Side.Buy, 1, 110), new("B", Side.Sell, 1, 30)];

    private readonly BookGroup _group = new();

    [Theory]
    [InlineData(TimeInForce.ImmediateOrCancel)]
    [InlineData(TimeInForce.FillOrKill)]
    [InlineData(TimeInForce.GoodTillCancel)]
    public void A_peg_moves_when_the_strategy_has_traded_with_all_it_could(TimeInForce time)
    {
        var peg = EnterAsksAndPeg();
        var number = _group.EnterStrategy(1000, -99, 2, time, s_buyer);
        Assert.Equal([100, 101], PricesIn("A"));
        Assert.Equal((0, 0, 0), (_group.LeavesOf("A", 1000, number), _group.LeavesOf("B", 1000, number + 1),
            _group.LeavesOf("A", 1003, peg)));
    }

    [Fact]
    public void A_stop_triggers_when_the_strategy_has_traded_with_all_it_could()
    {
        _group.Enter("B", 1001, Side.Buy, 40, 9);
        _group.Enter("A", 1002, Side.Sell, 100, 1);
        _group.Enter("A", 1002, Side.Sell, 101, 1);
        var stop = EnterStop("A", Side.Buy, 101);
        var number = _group.EnterStrategy(1000, -99, 2, TimeInForce.GoodTillCancel, s_buyer);
        Assert.Equal([100, 101], PricesIn("A"));
        Assert.Equal((0, 1), (_group.LeavesOf("A", 1000, number), _group.LeavesOf("A", 1003, stop)));
    }

    [Fact]
    public void Stops_in_other_books_trigger_after_an_order_has_met_all_strategies()
    {
        _group.Enter("B", 1001, Side.Buy, 40, 1);
        _group.Enter("B", 1001, Side.Buy, 39, 1);
        var stop = EnterStop("B", Side.Sell, 39);
        var number = _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillCancel, s_buyer);
        _group.Enter("A", 1002, Side.Sell, 90, 2);
        Assert.Equal([100, 95], PricesIn("A"));
        Assert.Equal([40, 39], PricesIn("B"));
        Assert.Equal((0, 1), (_group.LeavesOf("A", 1000, number), _group.LeavesOf("B", 1003, stop)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void First_strategy_at_a_price_trades_first_regardless_of_its_ratios(bool crashes)
    {
        Leg[] twice = [new("A", Side.Buy, 2, 110), new("B", Side.Sell, 2, 30)];
        var first = _group.EnterStrategy(1000, -200, 1, TimeInForce.GoodTillCancel, twice);
        var second = _group.EnterStrategy(1001, -100, 2, TimeInForce.GoodTillCancel, s_buyer);
        _group.Enter("B", 1002, Side.Buy, 40, 2);
        if (crashes)
            _group.Restart();
        _group.Enter("A", 1003, Side.Sell, 100, 2);
        Assert.Equal((0, 2), (_group.LeavesOf("A", 1000, first), _group.LeavesOf("A", 1001, second)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void First_strategy_that_a_quote_completes_trades_first_regardless_of_its_legs(bool crashes)
    {
        _group.Enter("A", 1002, Side.Sell, 100, 5);
        _group.Enter("B", 1002, Side.Sell, 40, 5);
        var first = _group.EnterStrategy(
            1000, -300, 1, TimeInForce.GoodTillCancel, [new("B", Side.Buy, 1, 50), new("C", Side.Sell, 1, 30)]);
        var second = _group.EnterStrategy(
            1001, -400, 1, TimeInForce.GoodTillCancel, [new("A", Side.Buy, 1, 110), new("C", Side.Sell, 1, 30)]);
        if (crashes)
            _group.Restart();
        _group.Enter("C", 1003, Side.Buy, 50, 1, postOnly: true);
        Assert.Equal((0, 1), (_group.LeavesOf("B", 1000, first), _group.LeavesOf("A", 1001, second)));
    }

    [Fact]
    public void Strategy_with_the_better_net_price_trades_first()
    {
        _group.Enter("B", 1002, Side.Buy, 40, 1);
        var first = _group.EnterStrategy(1000, -101, 1, TimeInForce.GoodTillCancel, s_buyer);
        var second = _group.EnterStrategy(1001, -100, 1, TimeInForce.GoodTillCancel, s_buyer);
        _group.Enter("A", 1003, Side.Sell, 95, 1, postOnly: true);
        Assert.Equal((1, 0), (_group.LeavesOf("A", 1000, first), _group.LeavesOf("A", 1001, second)));
    }

    [Fact]
    public void Records_of_releases_without_combined_phases_replay_unchanged()
    {
        EnterAsksAndPeg();
        var before = _group.Books["A"].Snapshot();

        // The last result is the same whether it comes at once or when all is done. A fill-or-kill order has no earlier
        // results either.
        _group.EnterStrategy(1000, -99, 2, TimeInForce.FillOrKill, s_buyer);
        ReplayAsBefore(before);
        before = _group.Books["A"].Snapshot();
        _group.EnterStrategy(1000, -95, 1, TimeInForce.ImmediateOrCancel, s_buyer);
        ReplayAsBefore(before);
    }

    [Fact]
    public void Old_records_with_an_event_between_two_parts_of_a_phase_are_recognised()
    {
        EnterAsksAndPeg();
        var before = _group.Books["A"].Snapshot();
        _group.EnterStrategy(1000, -99, 2, TimeInForce.ImmediateOrCancel, s_buyer);
        // Then the peg would have moved away, and the second part would not have been decided.
        Assert.Throws<DivergenceException>(() => ReplayAsBefore(before));
    }

    /// <summary>Replays the last record of A as an earlier release would have written it.</summary>
    private void ReplayAsBefore(byte[] before)
    {
        var record = (BookTurn)_group.Last.Single(one => one.Symbol == "A").Record;
        var legs = (ActOnLegs)record.Command;
        LegAct[] acts = [.. legs.Acts.Where(act => act is not EndPhaseAct)
            .Select(act => act is TakeQuotesAct take ? take with { IsOfPhase = false } : act)];
        Assert.Contains(acts, act => act is TakeQuotesAct);
        Assert.NotEqual(legs.Acts.Length, acts.Length);
        var book = BookMachine.Restore("A", before);
        book.Replay(
            book.Sequence + 1,
            BookRecordEncoding.Encode(record with { Command = legs with { Acts = [.. acts] } }));
    }

    /// <summary>
    /// Enters bids for nine B, offers of A (one at 100, five at 105), and a peg that is at 101 as long as the first
    /// rests.
    /// </summary>
    /// <returns>Number of the peg.</returns>
    private long EnterAsksAndPeg()
    {
        _group.Enter("B", 1001, Side.Buy, 40, 9);
        _group.Enter("A", 1002, Side.Sell, 100, 1);
        _group.Enter("A", 1002, Side.Sell, 105, 5);
        return _group.Enter(
            "A", 1003, Side.Sell, 0, 1, type: OrderType.Pegged,
            conditions: new OrderConditions { Peg = PegReference.Primary, PegOffsetTicks = 1 });
    }

    private long EnterStop(string symbol, Side side, long price) => _group.Enter(
        symbol, 1003, side, price, 1, type: OrderType.StopLimit,
        conditions: new OrderConditions { TriggerTicks = price, TriggerReference = TriggerReference.Quote });

    private IEnumerable<long> PricesIn(string symbol) =>
        _group.Fills().Where(fill => fill.Symbol == symbol).Select(fill => fill.Price);
}
