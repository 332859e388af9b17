using QuantumCore.Instruments;
using QuantumCore.Matching.Tests.Reference;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Rare rules about waiting orders, lists, and self-trade prevention.</summary>
public partial class RareRuleTests
{
    [Theory]
    [InlineData(TimeInForce.GoodTillCancel, EndReason.List)]
    [InlineData(TimeInForce.ImmediateOrCancel, EndReason.ImmediateOrCancel)]
    [InlineData(TimeInForce.FillOrKill, EndReason.FillOrKill)]
    [InlineData(TimeInForce.AtTheClose, EndReason.None)]
    public void A_child_needs_a_free_level_only_if_it_comes_to_rest_now(TimeInForce time, EndReason expected)
    {
        var book = new OrderBook(maxLevels: 1);
        var child = Limit(Sell, 1, 80) with { TimeInForce = time };
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 1, 70), out _));
        Assert.Equal(
            RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, [Limit(Buy, 1, 50), child], out _));
        Assert.Equal(RejectReason.None, book.Submit(0, ImmediateOrCancel(Sell, 1, 50), out _));
        var ends =
            book.Events.ToArray().Where(e => e is { Kind: BookEventKind.Ended, OrderId: 3 }).Select(e => e.EndReason);
        Assert.Equal(expected == EndReason.None ? [] : [expected], ends);
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Lots_taken_off_by_self_trade_prevention_do_not_count_towards_a_minimum()
    {
        var order = Limit(Buy, 8, 100) with
        {
            Owner = 7,
            SelfTrade = SelfTradePrevention.Decrement,
            Conditions = new() { MinimumLots = 5 },
        };
        var own = Limit(Sell, 3, 100) with { Owner = 7 };
        var enough = BookOf(own, Limit(Sell, 5, 100));
        Assert.Equal(RejectReason.None, enough.Submit(0, order, out _));
        Assert.Equal(1, enough.LastTradeNumber);
        var tooFew = BookOf(own, Limit(Sell, 4, 100));
        Assert.Equal(RejectReason.None, tooFew.Submit(0, order, out _));
        Assert.Equal(0, tooFew.LastTradeNumber);
    }

    [Fact]
    public void An_own_iceberg_comes_back_for_the_rest_of_an_order_that_asks_what_it_would_trade()
    {
        var book = BookOf(
            Limit(Sell, 4, 100) with { Owner = 7, Conditions = new() { DisplayLots = 2 } }, Limit(Sell, 6, 100),
            Limit(Sell, 5, 101));
        var order = Limit(Buy, 10, 101) with
        {
            Owner = 7,
            SelfTrade = SelfTradePrevention.Decrement,
            Conditions = new() { MinimumLots = 7 },
        };
        Assert.Equal(RejectReason.None, book.Submit(0, order, out _));
        Assert.Equal(0, book.LastTradeNumber);
        Assert.Equal(RejectReason.None, book.Submit(0, order with { Conditions = new() { MinimumLots = 6 } }, out _));
        Assert.Equal(1, book.LastTradeNumber);
        Assert.Null(book.Audit());
    }

    [Fact]
    public void A_trail_that_leads_beyond_all_prices_never_triggers()
    {
        var book = BookOf(Limit(Sell, 5, TopPrice));
        Assert.Equal(RejectReason.None, book.SetMark(0, 100));
        Assert.Equal(
            RejectReason.None,
            book.Submit(
                0, Trailing(Buy, new() { TrailTicks = TopPrice, TriggerReference = TriggerReference.Mark }),
                out var id));
        Assert.Null(book.Audit());
        Assert.Equal(RejectReason.None, book.SetMark(0, TopPrice));
        Assert.True(book.TryGetOrder(id, out var order));
        Assert.Equal(OrderPlace.Armed, order.Place);
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Mass_cancel_needs_a_reason()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrderBook().CancelMany(0, default, EndReason.None));
        Assert.Throws<ArgumentNullException>(() => new OrderBook().SetRules(0, null!));
        Assert.Throws<ArgumentNullException>(() => BookOf(Limit(Buy, 1, 1)).Amend(0, 1, null!));
    }

    [Fact]
    public void Full_side_check_excludes_quantity_removed_by_self_trade_prevention()
    {
        var book = new OrderBook(maxLevels: 1);
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 90), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 3, 100) with { Owner = 7 }, out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 4, 100), out _));
        var order = With(
            Limit(Buy, 8, 100) with { Owner = 7, SelfTrade = SelfTradePrevention.Decrement },
            new() { MinimumLots = 5 });
        ExpectRefusal(book, RejectReason.TooManyLevels, With(order, new() { MinimumLots = 4 }));
        Assert.Equal(RejectReason.None, book.Submit(0, order, out _));
        Assert.Equal(0, book.LastTradeNumber);
    }

    [Fact]
    public void Trigger_passed_in_a_call_phase_may_be_kept_but_not_moved_to_another_passed_one()
    {
        var stop = With(Stop(Buy, 1, 130), new() { TriggerTicks = 130, TriggerReference = TriggerReference.Mark });
        var book = BookOf(stop);
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Volatility));
        Assert.Equal(RejectReason.None, book.SetMark(0, 140));
        Assert.Equal(RejectReason.None, book.Amend(0, 1, new() { TriggerTicks = 130, PriceTicks = 150 }));
        ExpectRefusal(book, RejectReason.StopWouldTrigger, b => b.Amend(0, 1, new() { TriggerTicks = 131 }));
        Assert.Equal(RejectReason.None, book.Amend(0, 1, new() { TriggerTicks = 141 }));
    }

    [Fact]
    public void In_a_halt_a_pair_grows_only_if_no_leg_stands_in_a_queue()
    {
        var takesProfit = With(Limit(Sell, 2, 0) with { Type = OrderType.TakeProfit }, new() { TriggerTicks = 60 });
        var book = new OrderBook();
        Assert.Equal(
            RejectReason.None,
            book.SubmitList(0, OrderListKind.OneCancelsOther, [takesProfit, Stop(Sell, 2, 40)], out _));
        Assert.Equal(
            RejectReason.None,
            book.SubmitList(0, OrderListKind.OneCancelsOther, [Limit(Sell, 2, 60), Stop(Sell, 2, 40)], out _));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Halt));
        Assert.Equal(RejectReason.None, book.Amend(0, 2, new() { TotalLots = 3 }));
        ExpectRefusal(book, RejectReason.SymbolHalted, b => b.Amend(0, 4, new() { TotalLots = 3 }));
        Assert.Equal(RejectReason.None, book.Amend(0, 4, new() { TotalLots = 1 }));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void A_pair_does_not_grow_beyond_the_room_at_the_price_of_its_resting_leg()
    {
        var plain = (int)(OrderBook.MaxLevelLots / TopLots);
        var book = BookOf([.. Enumerable.Repeat(Limit(Sell, TopLots, 60), plain - 1), Limit(Sell, TopLots - 5, 60)]);
        Assert.Equal(
            RejectReason.None,
            book.SubmitList(0, OrderListKind.OneCancelsOther, [Limit(Sell, 4, 60), Stop(Sell, 4, 40)], out var leg));
        ExpectRefusal(book, RejectReason.Overflow, b => b.Amend(0, leg, new() { TotalLots = 6 }));
        ExpectRefusal(book, RejectReason.Overflow, b => b.Amend(0, leg + 1, new() { TotalLots = 6 }));
        Assert.Equal(RejectReason.None, book.Amend(0, leg + 1, new() { TotalLots = 5 }));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void An_order_for_the_close_that_grows_while_it_waits_comes_last()
    {
        var close = Limit(Sell, 2, 60) with { TimeInForce = TimeInForce.AtTheClose };
        var book = BookOf(close, close);
        Assert.Equal(
            RejectReason.None, book.SubmitList(0, OrderListKind.OneCancelsOther, [close, Stop(Sell, 2, 40)], out _));
        Assert.Equal(RejectReason.None, book.Submit(0, close, out _));
        Assert.Equal(RejectReason.None, book.Amend(0, 1, new() { TotalLots = 3 }));
        Assert.Equal(RejectReason.None, book.Amend(0, 4, new() { TotalLots = 3 }));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Closing));
        Assert.Equal([2, 5, 1, 3], IdsOf(book, Sell));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Orders_for_the_close_enter_by_id_regardless_of_when_they_began_to_wait()
    {
        var book = new OrderBook();
        var close = Limit(Sell, 1, 60) with { TimeInForce = TimeInForce.AtTheClose };
        Assert.Equal(
            RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, [Limit(Buy, 1, 50), close], out _));
        Assert.Equal(RejectReason.None, book.Submit(0, close, out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 1, 50), out _));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Closing));
        Assert.Equal([2L, 3L], book.Events.ToArray().Where(e => e.Kind == BookEventKind.Rested).Select(e => e.OrderId));
        Assert.Equal([3, 2], IdsOf(book, Sell));
    }

    public static TheoryData<string, EndReason, OrderPlace> Children => new()
    {
        { "plain", EndReason.None, OrderPlace.Resting },
        { "for now", EndReason.Session, default },
        { "fill or kill", EndReason.Session, default },
        { "minimum", EndReason.Session, default },
        { "all or none", EndReason.Session, default },
        { "post-only", EndReason.Session, default },
        { "stop for now", EndReason.None, OrderPlace.Armed },
        { "outside the static band", EndReason.List, default },
        { "protected outside the static band", EndReason.None, OrderPlace.Armed },
    };

    [Theory]
    [MemberData(nameof(Children))]
    public void Child_of_a_parent_filled_at_the_band_enters_the_auction_if_it_fits(
        string kind, EndReason ends, OrderPlace place)
    {
        var child = Limit(Sell, 1, 54);
        child = kind switch
        {
            "for now" => child with { TimeInForce = TimeInForce.ImmediateOrCancel },
            "fill or kill" => child with { TimeInForce = TimeInForce.FillOrKill },
            "minimum" => With(child, new() { MinimumLots = 1 }),
            "all or none" => With(child, new() { AllOrNone = true }),
            "post-only" => child with { PostOnly = true },
            "stop for now" => Stop(Sell, 1, 20) with
            {
                Type = OrderType.StopLimit,
                TimeInForce = TimeInForce.ImmediateOrCancel,
                PriceTicks = 48,
            },
            "outside the static band" => child with { PriceTicks = 99 },
            "protected outside the static band" => Stop(Sell, 1, 20) with { PriceTicks = 10 },
            _ => child,
        };
        var book = new OrderBook();
        var twin = new ReferenceBook(100_000);
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 40), out _));
        Assert.Equal(RejectReason.None, twin.Submit(0, Limit(Buy, 1, 40), out _));
        Assert.Equal(RejectReason.None, book.SetReference(0, 50));
        Assert.Equal(RejectReason.None, twin.SetReference(0, 50));
        var rules = new BookRules
        {
            DynamicBandBasisPoints = 1_000,
            DynamicBandMode = BandMode.Auction,
            StaticBandBasisPoints = 2_500,
        };
        Assert.Equal(RejectReason.None, book.SetRules(0, rules));
        Assert.Equal(RejectReason.None, twin.SetRules(0, rules));
        NewOrder[] list = [Limit(Buy, 1, 50), child];
        Assert.Equal(RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, list, out _));
        Assert.Equal(RejectReason.None, twin.SubmitList(0, OrderListKind.OneTriggersOther, list, out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 2, 40), out _));
        Assert.Equal(RejectReason.None, twin.Submit(0, Limit(Sell, 2, 40), out _));
        Assert.Equal(TradingPhase.Volatility, book.Phase);
        Assert.Equal(twin.Events, book.Events.ToArray());
        var ended =
            book.Events.ToArray().Where(e => e is { Kind: BookEventKind.Ended, OrderId: 3 }).Select(e => e.EndReason);
        Assert.Equal(ends == EndReason.None ? [] : [ends], ended);
        if (ends == EndReason.None)
        {
            Assert.True(book.TryGetOrder(3, out var order));
            Assert.Equal(place, order.Place);
        }

        Assert.Null(book.Audit());
    }

    [Theory]
    [InlineData("bust")]
    [InlineData("correct")]
    [InlineData("unblock")]
    [InlineData("reference")]
    public void Operator_command_in_a_call_phase_updates_the_indicative_price(string command)
    {
        var book = BookOf(Limit(Buy, 1, 100), Limit(Sell, 1, 100));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Volatility));
        Assert.Equal(RejectReason.None, book.Submit(0, Dated(Limit(Buy, 2, 110), 5), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 2, 110), out _));
        Assert.Equal(
            RejectReason.None,
            command switch
            {
                "bust" => book.Bust(5, 1),
                "correct" => book.Correct(5, 1, 99),
                "unblock" => book.Unblock(5, new() { Account = 5 }),
                _ => book.SetReference(5, 70),
            });
        Assert.Equal(BookEventKind.Indicative, book.Events[^1].Kind);
        Assert.Null(book.Audit());
    }

    private static Bounds Quantity(long lowest, long highest, Func<long, NewOrder> order) =>
        new(RejectReason.InvalidQuantity, lowest, highest, order);

    private static Bounds Price(long lowest, long highest, Func<long, NewOrder> order) =>
        new(RejectReason.InvalidPrice, lowest, highest, order);

    private static NewOrder With(NewOrder order, OrderConditions terms) => order with { Conditions = terms };

    private static NewOrder Pegged(Side side, long lots, long cap) =>
        Limit(side, lots, cap) with { Type = OrderType.Pegged, Conditions = new() { Peg = PegReference.Primary } };

    private static NewOrder Stop(Side side, long lots, long trigger) =>
        Limit(side, lots, 0) with { Type = OrderType.Stop, Conditions = new() { TriggerTicks = trigger } };

    private static NewOrder Trailing(Side side, OrderConditions terms) =>
        Limit(side, 1, 0) with { Type = OrderType.TrailingStop, Conditions = terms };

    private static NewOrder Hidden(Side side, long lots, long price) =>
        Limit(side, lots, price) with { Conditions = new() { Hidden = true } };

    private static NewOrder Dated(NewOrder order, long expiry) =>
        order with { TimeInForce = TimeInForce.GoodTillDate, Conditions = new() { ExpiryNanos = expiry } };

    [Fact]
    public void A_trail_amended_in_a_call_follows_from_then_on_and_can_be_restored()
    {
        var book = new OrderBook();
        Assert.Equal(
            RejectReason.None,
            book.SetRules(0, new BookRules { DynamicBandBasisPoints = 300, DynamicBandMode = BandMode.Auction }));
        Assert.Equal(RejectReason.None, book.SetLast(0, 100));
        var stop = Limit(Sell, 1, 0) with
        {
            Type = OrderType.TrailingStop,
            Conditions = new() { TrailTicks = 5, ActivationTicks = 102 },
        };
        Assert.Equal(RejectReason.None, book.Submit(0, stop, out var trailing));
        foreach (var order in new[] { Limit(Sell, 1, 102), Limit(Sell, 1, 105), Limit(Buy, 2, 105) })
            Assert.Equal(RejectReason.None, book.Submit(0, order, out _));
        Assert.Equal(TradingPhase.Volatility, book.Phase);
        Assert.Equal(RejectReason.None, book.Amend(0, trailing, new Amendment { TrailTicks = 4 }));
        Assert.Null(book.Audit());
        Assert.Equal(book.Snapshot(), OrderBook.Restore(book.Snapshot()).Snapshot());
    }

    [Fact]
    public void Slide_outside_the_band_is_rejected_for_the_band_even_without_a_free_level()
    {
        var book = new OrderBook(maxLevels: 1);
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 90), out _));
        Assert.Equal(RejectReason.None, book.SetRules(0, new BookRules { StaticBandBasisPoints = 500 }));
        Assert.Equal(RejectReason.None, book.SetReference(0, 120));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 1, 114), out _));
        var order = Limit(Buy, 1, 115) with { PostOnly = true, Conditions = new() { Slide = true } };
        Assert.Equal(RejectReason.PriceBand, book.Submit(0, order, out _));
    }
}
