using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Strategies in small markets that a reader can follow: a tick of A is worth 1, of B 5, of C 10.</summary>
public class StrategyRuleTests
{
    // Buys one A and sells one B.
    private static readonly Leg[] s_buyer = [new("A", Side.Buy, 1, 110), new("B", Side.Sell, 1, 30)];
    private static readonly Leg[] s_seller = [new("A", Side.Sell, 1, 90), new("B", Side.Buy, 1, 50)];

    private readonly BookGroup _group = new();

    [Fact]
    public void Legs_with_one_expiry_expire_together()
    {
        var number = _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillDate, s_buyer, expiry: 10);
        _group.Now = 10;
        _group.Enter("C", 1001, Side.Buy, 30, 1);
        Assert.Equal((0, 0), (_group.LeavesOf("A", 1000, number), _group.LeavesOf("B", 1000, number + 1)));
        _group.CheckOpen();
    }

    [Fact]
    public void A_strategy_takes_what_rests_of_an_order_it_has_met_together_with_what_was_there()
    {
        _group.Enter("B", 1001, Side.Buy, 40, 9);
        _group.Enter("A", 1002, Side.Sell, 100, 1);
        Leg[] legs = [new("A", Side.Buy, 2, 110), new("B", Side.Sell, 1, 30)];
        var number = _group.EnterStrategy(1000, 0, 3, TimeInForce.GoodTillCancel, legs);
        // Two of its three lots make a unit; the third makes another unit with the lot that was there.
        _group.Enter("A", 1003, Side.Sell, 100, 3);
        Assert.Equal(2, _group.LeavesOf("A", 1000, number));
        Assert.Equal(1, _group.LeavesOf("B", 1000, number + 1));
    }

    [Fact]
    public void Fill_or_kill_strategy_ignores_quotes_behind_the_odd_rest_of_an_iceberg()
    {
        _group.Enter("B", 1001, Side.Buy, 40, 9);
        // Two lots displayed, one in reserve: when the two are gone, one lot stands ahead of the other order.
        _group.Enter("A", 1002, Side.Sell, 100, 3, conditions: new OrderConditions { DisplayLots = 2 });
        _group.Enter("A", 1002, Side.Sell, 101, 5);
        Leg[] legs = [new("A", Side.Buy, 2, 110), new("B", Side.Sell, 1, 30)];
        _group.EnterStrategy(1000, 100, 2, TimeInForce.FillOrKill, legs);
        Assert.Empty(_group.Fills());
    }

    [Fact]
    public void A_fill_or_kill_strategy_counts_on_reserves_that_come_forward()
    {
        _group.Enter("B", 1001, Side.Buy, 40, 9);
        _group.Enter("A", 1002, Side.Sell, 100, 8, conditions: new OrderConditions { DisplayLots = 2 });
        Leg[] legs = [new("A", Side.Buy, 2, 110), new("B", Side.Sell, 1, 30)];
        var number = _group.EnterStrategy(1000, 100, 4, TimeInForce.FillOrKill, legs);
        Assert.Equal(
            8, _group.Fills().Where(fill => (fill.Taker, fill.TakerNumber) == (1000L, number)).Sum(fill => fill.Lots));
    }

    [Fact]
    public void A_fill_or_kill_strategy_is_one_phase_and_what_it_sets_off_comes_after_it()
    {
        _group.Enter("B", 1001, Side.Buy, 40, 9);
        _group.Enter("A", 1002, Side.Sell, 100, 1);
        _group.Enter("A", 1002, Side.Sell, 101, 1);
        // Buys as soon as the best offer rises to 101.
        _group.Enter(
            "A", 1003, Side.Buy, 105, 1, type: OrderType.StopLimit,
            conditions: new OrderConditions { TriggerTicks = 101, TriggerReference = TriggerReference.Quote });
        var number = _group.EnterStrategy(1000, 100, 2, TimeInForce.FillOrKill, s_buyer);
        Assert.Equal(2, _group.Fills()
            .Where(fill => fill.Symbol == "A" && (fill.Taker, fill.TakerNumber) == (1000L, number))
            .Sum(fill => fill.Lots));
        Assert.Equal(1, _group.LeavesOf("A", 1003, 1));
    }

    [Fact]
    public void Strategy_does_not_trade_with_another_account_of_its_owner()
    {
        _group.Group((1000, 1), (1001, 1));
        _group.Enter("A", 1001, Side.Sell, 100, 1);
        _group.Enter("B", 1002, Side.Buy, 40, 5);
        var number = _group.EnterStrategy(1000, 100, 1, TimeInForce.GoodTillCancel, s_buyer);
        _group.EnterStrategy(1001, 100, 1, TimeInForce.GoodTillCancel, s_seller);
        // A seller of A to the strategy would get 101 or more; another account of the strategy's owner does not.
        _group.Enter("A", 1001, Side.Sell, 101, 1, TimeInForce.ImmediateOrCancel);
        Assert.Empty(_group.Fills());
        Assert.Equal(1, _group.LeavesOf("A", 1000, number));

        _group.Enter("A", 1003, Side.Sell, 101, 1, TimeInForce.ImmediateOrCancel);
        Assert.Equal(0, _group.LeavesOf("A", 1000, number));
        _group.CheckOpen();
    }

    [Fact]
    public void Strategy_trades_with_an_account_that_left_its_owner_once_the_books_know()
    {
        _group.Group((1000, 1), (1001, 1));
        _group.Enter("A", 1001, Side.Sell, 100, 1);
        _group.Enter("B", 1002, Side.Buy, 40, 5);
        var number = _group.EnterStrategy(1000, 100, 1, TimeInForce.GoodTillCancel, s_buyer);
        Assert.Equal(1, _group.LeavesOf("A", 1000, number));
        _group.Group((1000, 1));
        Assert.Equal(0, _group.LeavesOf("A", 1000, number));
        _group.CheckOpen();
    }

    [Fact]
    public void Strategy_blocked_by_its_own_quote_stays_blocked_when_its_owner_changes()
    {
        _group.Enter("A", 1001, Side.Sell, 100, 1);
        _group.Enter("B", 1000, Side.Buy, 40, 5);
        var number = _group.EnterStrategy(1000, 100, 1, TimeInForce.GoodTillCancel, s_buyer);
        Assert.Equal(1, _group.LeavesOf("A", 1000, number));
        foreach (var groups in ((long, long)[][])[[(1000, 1), (1009, 1)], [(1000, 2)], []])
        {
            _group.Group(groups);
            Assert.Equal((1, 1), (_group.LeavesOf("A", 1000, number), _group.LeavesOf("B", 1000, number + 1)));
        }

        _group.Enter("B", 1002, Side.Buy, 40, 1);
        Assert.Equal(0, _group.LeavesOf("A", 1000, number));
        _group.CheckOpen();
    }

    [Fact]
    public void All_books_know_the_owners_before_a_strategy_acts_because_of_them()
    {
        // A's offer is the strategy owner's before the change, B's bid after it: never others' in both.
        _group.Group((1000, 1), (1007, 1));
        _group.Enter("A", 1007, Side.Sell, 100, 1);
        _group.Enter("B", 1006, Side.Buy, 40, 5);
        var number = _group.EnterStrategy(1000, 100, 1, TimeInForce.GoodTillCancel, s_buyer);
        _group.Group((1000, 2), (1006, 2), (1007, 1));
        Assert.Empty(_group.Fills());
        Assert.Equal((1, 1), (_group.LeavesOf("A", 1000, number), _group.LeavesOf("B", 1000, number + 1)));
    }

    [Fact]
    public void Restored_strategy_without_a_leg_ends_although_its_other_legs_expire()
    {
        var number = _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillDate, s_buyer, expiry: 10);
        var restored = RestoreAll();
        restored[0].Close(1000, number, EndReason.User, 5);
        var records = new List<BookRecord>();
        var group = new StrategyGroup((_, record) => records.Add(record));
        group.Restore(restored);
        group.Follow("A", 20);
        Assert.Single(records);
        Assert.All(restored, book => Assert.Empty(book.OpenLegs));
    }

    [Fact]
    public void A_strategy_that_one_book_refuses_is_refused_by_all_and_replays()
    {
        _group.Operate("B", new SetTradingPhase(TradingPhase.Halt));
        _group.EnterStrategy(1000, -100, 1, TimeInForce.GoodTillCancel, s_buyer);
        Assert.All(
            _group.Last, one => Assert.Equal(RejectReason.SymbolHalted, Assert.IsType<OrderVoided>(one.Record).Reason));
        var again = new BookMachine("A");
        again.Define(EncodedInstrument.From(StrategyMarket.InstrumentOf("A")), 1);
        again.Replay(2, BookRecordEncoding.Encode(_group.Last[0].Record));
        foreach (var account in _group.Last[0].Record.TouchedAccounts())
        {
            _group.Books["A"].Chain(account);
        }

        Assert.Equal(_group.Books["A"].Snapshot(), again.Snapshot());
    }

    [Fact]
    public void A_leg_that_traded_more_than_the_others_is_found_when_the_books_come_back()
    {
        _group.Enter("A", 1001, Side.Sell, 100, 5);
        _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillCancel, s_buyer);
        var restored = RestoreAll();
        restored[0].TakeQuotes(restored[0].OpenLegs.Single(), 100, 1, 5);
        Assert.NotNull(restored[0].EndActs());
        Assert.Throws<InvalidDataException>(() => new StrategyGroup((_, _) => { }).Restore(restored));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Restored_strategy_without_a_leg_never_trades_and_ends_with_the_next_command(int leg)
    {
        var number = _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillCancel, s_buyer);
        var restored = RestoreAll();
        restored[leg].Close(1000, number + leg, EndReason.User, 5);
        var records = new List<BookMachine>();
        var group = new StrategyGroup((book, _) => records.Add(book));
        group.Restore(restored);
        Assert.Empty(group.Open);
        group.Follow(restored[leg].Symbol, 6);
        Assert.Equal([restored[1 - leg]], records);
        Assert.All(restored, book => Assert.Empty(book.OpenLegs));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_strategy_with_a_leg_in_a_book_that_did_not_come_back_waits(int leg)
    {
        _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillCancel, s_buyer);
        var restored = RestoreAll();
        var group = new StrategyGroup((_, _) => Assert.Fail("Nothing is to be done."));
        group.Restore([restored[1 - leg]]);
        group.Follow(restored[1 - leg].Symbol, 6);
        Assert.Empty(group.Open);
        Assert.Single(restored[1 - leg].OpenLegs);
        var again = new StrategyGroup((_, _) => { });
        again.Restore(restored);
        Assert.Single(again.Open);
    }

    [Fact]
    public void A_book_whose_legs_alone_have_traded_comes_back()
    {
        _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillCancel, s_buyer);
        _group.EnterStrategy(1001, 100, 2, TimeInForce.GoodTillCancel, s_seller);
        Assert.Equal(2, _group.Fills().Count());
        Assert.Equal((0, 1), (_group.Books["A"].Core.LastPriceTicks, _group.Books["A"].Core.LastTradeNumber));
        Assert.Equal(_group.Books["A"].Snapshot(), RestoreAll()[0].Snapshot());
    }

    [Fact]
    public void A_leg_does_not_trade_outside_the_band_of_its_book()
    {
        _group.Enter("A", 1001, Side.Sell, 100, 1);
        _group.Enter("A", 1002, Side.Buy, 100, 1);
        SetBand(200);
        _group.Enter("A", 1001, Side.Sell, 103, 5);
        _group.Enter("B", 1001, Side.Buy, 40, 5);
        var number = _group.EnterStrategy(1000, -97, 2, TimeInForce.GoodTillCancel, s_buyer);
        Assert.Empty(_group.Fills());
        SetBand(300);
        Assert.Equal(2, _group.Fills().Count());
        Assert.Equal(0, _group.LeavesOf("A", 1000, number));

        void SetBand(long points) => _group.Operate(
            "A", new SetBookRules(new RuleChanges(DynamicBandBasisPoints: points)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Strategies_trade_with_each_other_once_a_price_within_all_bands_exists(
        bool crashes)
    {
        foreach (var (symbol, price) in (ReadOnlySpan<(string, long)>)[("A", 100), ("B", 40)])
        {
            _group.Enter(symbol, 1001, Side.Sell, price, 1);
            _group.Enter(symbol, 1002, Side.Buy, price, 1);
        }

        // A at 98 to 102 and B at 39 to 41 cost -107 to -93 together.
        SetBand("A", 200);
        SetBand("B", 300);
        var first = _group.EnterStrategy(1000, -90, 2, TimeInForce.GoodTillCancel, s_buyer);
        _group.EnterStrategy(1003, 90, 2, TimeInForce.FillOrKill, s_seller);
        _group.EnterStrategy(1001, 90, 1, TimeInForce.GoodTillCancel, s_seller);
        Assert.Empty(_group.Fills());
        if (crashes)
            _group.Restart();
        SetBand("A", 450);
        Assert.Empty(_group.Fills());
        SetBand("A", 500);
        Assert.Equal([("A", 105L), ("B", 39L)], _group.Prices());
        Assert.Equal((1, 1), (_group.LeavesOf("A", 1000, first), _group.LeavesOf("B", 1000, first + 1)));
        _group.CheckOpen();
        _group.EnterStrategy(1003, 90, 1, TimeInForce.FillOrKill, s_seller);
        Assert.Equal([("A", 105L), ("B", 39L)], _group.Prices());

        void SetBand(string symbol, long points) => _group.Operate(
            symbol, new SetBookRules(new RuleChanges(DynamicBandBasisPoints: points)));
    }

    [Fact]
    public void Order_whose_rest_needs_one_level_too_many_meets_its_book_alone()
    {
        var group = new BookGroup(maxLevels: 3);
        group.Enter("A", 1001, Side.Sell, 100, 10, conditions: new OrderConditions { AllOrNone = true });
        group.Enter("B", 1002, Side.Sell, 39, 9);
        // It sells A from 98 on.
        var number = group.EnterStrategy(1000, 97, 3, TimeInForce.GoodTillCancel, s_seller);
        for (var price = 1; price <= 3; price++)
            group.Enter("A", 1003, Side.Buy, price, 1);

        // It fills the ten in its book; had it met the strategy first, seven of it would have been left.
        group.Enter("A", 1004, Side.Buy, 100, 10);
        Assert.Equal([("A", 100L)], group.Prices());
        Assert.Equal((3, 3), (group.LeavesOf("A", 1000, number), group.Books["A"].Core.LevelCount(Side.Buy)));

        // An order that can have no remainder meets it.
        group.Enter("A", 1004, Side.Buy, 99, 1, TimeInForce.ImmediateOrCancel);
        Assert.Equal(2, group.LeavesOf("A", 1000, number));
    }

    [Fact]
    public void A_strategy_trades_when_what_stood_in_its_way_expires_along_with_a_strategy()
    {
        _group.EnterStrategy(1000, -100, 2, TimeInForce.GoodTillDate, s_buyer, expiry: 10);
        _group.Enter(
            "B", 1001, Side.Buy, 41, 1, TimeInForce.GoodTillDate, new OrderConditions { ExpiryNanos = 10 });
        _group.Enter("B", 1001, Side.Buy, 40, 2);
        _group.Enter("C", 1001, Side.Sell, 30, 1);
        Leg[] legs = [new("B", Side.Sell, 2, 30), new("C", Side.Buy, 1, 40)];
        var number = _group.EnterStrategy(1002, -100, 1, TimeInForce.GoodTillCancel, legs);
        Assert.Equal(2, _group.LeavesOf("B", 1002, number));
        _group.Now = 10;
        _group.Enter("A", 1003, Side.Buy, 80, 1);
        Assert.Equal(0, _group.LeavesOf("B", 1002, number));
    }

    [Fact]
    public void Legs_of_two_strategies_trade_at_last_prices_and_one_makes_up_the_net_price()
    {
        _group.Enter("B", 1001, Side.Sell, 42, 1);
        _group.Enter("B", 1002, Side.Buy, 42, 1);
        _group.EnterStrategy(1000, -101, 1, TimeInForce.GoodTillCancel, s_buyer);
        _group.EnterStrategy(1001, 105, 1, TimeInForce.GoodTillCancel, s_seller);
        Assert.Equal([("A", 109), ("B", 42)], Prices());
        // 42 would leave A at 115, which its buyer does not pay.
        _group.EnterStrategy(1000, -95, 1, TimeInForce.GoodTillCancel, s_buyer);
        _group.EnterStrategy(1001, 105, 1, TimeInForce.GoodTillCancel, s_seller);
        Assert.Equal([("A", 110), ("B", 41)], Prices());

        IEnumerable<(string, long)> Prices() => _group.Last.SelectMany(one => ((BookTurn)one.Record).Trades()
            .Select(trade => (one.Symbol, trade.PriceTicks)));
    }

    [Fact]
    public void Trades_of_legs_are_no_prints_and_trigger_nothing()
    {
        _group.Enter("A", 1001, Side.Sell, 100, 1);
        _group.Enter("A", 1002, Side.Buy, 100, 1);
        var stop = _group.Enter(
            "A", 1003, Side.Buy, 110, 1, type: OrderType.StopLimit,
            conditions: new OrderConditions { TriggerTicks = 103 });
        _group.Enter("A", 1001, Side.Sell, 104, 5);
        _group.Enter("B", 1001, Side.Buy, 41, 5);
        // With quotes, and with another strategy.
        _group.EnterStrategy(1000, -101, 1, TimeInForce.GoodTillCancel, s_buyer);
        Assert.Equal(2, _group.Fills().Count());
        _group.EnterStrategy(1000, -105, 1, TimeInForce.GoodTillCancel, [s_buyer[0] with { Worst = 103 }, s_buyer[1]]);
        _group.EnterStrategy(1002, 105, 1, TimeInForce.GoodTillCancel, s_seller);
        Assert.Equal(2, _group.Fills().Count());
        Assert.Equal(100, _group.Books["A"].Core.LastPriceTicks);
        Assert.Equal(1, _group.LeavesOf("A", 1003, stop));
        Assert.Equal(
            [stop],
            _group.Books["A"].Core.OrdersAt(OrderPlace.Armed).Select(id => _group.Books["A"].OwnerOf(id).Number));
    }

    [Fact]
    public void A_limit_order_gets_the_better_price_of_a_strategy()
    {
        var order = WithOfferOfAAt100(() => _group.Enter("A", 1002, Side.Buy, 102, 2));
        Assert.Equal(
            new GroupFill("A", 1002, order, 1000, 1, 100, 2),
            Assert.Single(_group.Fills(), fill => fill.Symbol == "A"));
    }

    [Fact]
    public void Hidden_order_of_the_book_trades_before_a_strategy_at_the_same_price()
    {
        var hidden = _group.Enter("A", 1003, Side.Sell, 100, 1, conditions: new OrderConditions { Hidden = true });
        var order = WithOfferOfAAt100(() => _group.Enter("A", 1002, Side.Buy, 102, 2));
        GroupFill[] expected = [new("A", 1002, order, 1003, hidden, 100, 1), new("A", 1002, order, 1000, 1, 100, 1)];
        Assert.Equal(expected, _group.Fills().Where(fill => fill.Symbol == "A"));
    }

    [Fact]
    public void A_post_only_order_is_taken_by_a_strategy_and_never_takes_from_it()
    {
        var order = WithOfferOfAAt100(() => _group.Enter("A", 1002, Side.Buy, 102, 2, postOnly: true));
        Assert.Equal(
            new GroupFill("A", 1000, 1, 1002, order, 102, 2),
            Assert.Single(_group.Fills(), fill => fill.Symbol == "A"));
    }

    [Fact]
    public void Order_stopped_at_the_band_does_not_trade_with_a_strategy_at_a_worse_price()
    {
        _group.Enter("A", 1003, Side.Sell, 90, 2);
        _group.Operate("A", new SetBookRules(new RuleChanges(StaticBandBasisPoints: 500)));
        _group.Operate("A", new SetReferencePrice(100));
        var order = WithOfferOfAAt100(() => _group.Enter("A", 1002, Side.Buy, 102, 2));
        Assert.DoesNotContain(_group.Fills(), fill => fill.Symbol == "A");
        Assert.Equal(0, _group.LeavesOf("A", 1002, order));
    }

    [Fact]
    public void In_a_book_with_a_band_a_strategy_takes_what_has_come_to_rest()
    {
        _group.Operate(
            "A", new SetBookRules(new RuleChanges(DynamicBandBasisPoints: 5_000)));
        var order = WithOfferOfAAt100(() => _group.Enter("A", 1002, Side.Buy, 102, 2));
        Assert.Equal(
            new GroupFill("A", 1000, 1, 1002, order, 102, 2),
            Assert.Single(_group.Fills(), fill => fill.Symbol == "A"));
    }

    [Fact]
    public void Fill_or_kill_and_all_or_none_orders_do_not_meet_strategies()
    {
        WithOfferOfAAt100(() => _group.Enter("A", 1002, Side.Buy, 102, 2, TimeInForce.FillOrKill));
        Assert.Empty(_group.Fills());
        var order = _group.Enter("A", 1002, Side.Buy, 102, 5, conditions: new OrderConditions { AllOrNone = true });
        Assert.Empty(_group.Fills());
        Assert.Equal(5, _group.LeavesOf("A", 1002, order));
    }

    [Fact]
    public void Open_strategies_of_a_group_are_limited()
    {
        for (var i = 0; i < StrategyGroup.OpenLimit; i++)
        {
            _group.EnterStrategy(1000, -100, 1, TimeInForce.GoodTillCancel, s_buyer);
        }

        _group.EnterStrategy(1000, -100, 1, TimeInForce.GoodTillCancel, s_buyer);
        Assert.All(
            _group.Last,
            one => Assert.Equal(RejectReason.TooManyOrders, Assert.IsType<OrderVoided>(one.Record).Reason));
    }

    /// <summary>Enters a strategy that sells A at 100, if it can buy B at 41.</summary>
    private long WithOfferOfAAt100(Func<long> enter)
    {
        _group.Enter("B", 1001, Side.Sell, 41, 9);
        _group.EnterStrategy(1000, 105, 2, TimeInForce.GoodTillCancel, s_seller);
        return enter();
    }

    private BookMachine[] RestoreAll() =>
        [.. _group.Books.Values.Select(book => BookMachine.Restore(book.Symbol, book.Snapshot()))];
}
