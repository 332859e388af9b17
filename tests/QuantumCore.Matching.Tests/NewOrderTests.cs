using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

public class NewOrderTests
{
    [Fact]
    public void Limit_order_that_meets_no_one_rests_whole()
    {
        Expect(BookOf(), Limit(Buy, 5, 100), Accepted(Buy, 1, 5, 100), Rested(Buy, 1, 5, 100));
    }

    [Fact]
    public void Limit_order_takes_up_to_its_limit_and_rests_the_remainder()
    {
        var book = BookOf(Limit(Sell, 5, 101), Limit(Sell, 5, 102), Limit(Sell, 5, 103));
        Expect(
            book, Limit(Buy, 12, 102),
            Accepted(Buy, 4, 12, 102), Trade(Buy, 4, 1, 5, 101, 7, 0), Trade(Buy, 4, 2, 5, 102, 2, 0),
            Rested(Buy, 4, 2, 102));
        Assert.Equal([(102, 2, 1)], LevelsOf(book, Buy));
        Assert.Equal([(103, 5, 1)], LevelsOf(book, Sell));
        Assert.True(book.TryGetOrder(4, out var rested));
        Assert.Equal(Resting(4, Buy, 102, 12, 2), rested);
    }

    [Fact]
    public void Filled_taker_has_no_event_but_its_trades()
    {
        var book = BookOf(Limit(Buy, 5, 100));
        Expect(book, Limit(Sell, 5, 99), Accepted(Sell, 2, 5, 99), Trade(Sell, 2, 1, 5, 100, 0, 0));
        Assert.Equal(0, book.OpenOrders);
    }

    [Theory]
    [InlineData(Buy, Sell, 100, 100, 1)]
    [InlineData(Sell, Buy, 100, 100, -1)]
    public void Better_price_trades_first_and_the_price_is_the_makers(
        Side taker, Side maker, long limit, long at, int worse)
    {
        var book = BookOf(Limit(maker, 1, at), Limit(maker, 1, at - worse), Limit(maker, 1, at - (2 * worse)));
        Expect(
            book, Limit(taker, 3, limit),
            Accepted(taker, 4, 3, limit), Trade(taker, 4, 3, 1, at - (2 * worse), 2, 0),
            Trade(taker, 4, 2, 1, at - worse, 1, 0), Trade(taker, 4, 1, 1, at, 0, 0));
    }

    [Fact]
    public void At_one_price_first_come_is_first_served_across_takers()
    {
        var book = BookOf(Limit(Sell, 3, 100), Limit(Sell, 3, 100), Limit(Sell, 3, 100));
        Expect(
            book, Limit(Buy, 4, 100), Accepted(Buy, 4, 4, 100), Trade(Buy, 4, 1, 3, 100, 1, 0),
            Trade(Buy, 4, 2, 1, 100, 0, 2));
        Expect(
            book, Limit(Buy, 4, 100), Accepted(Buy, 5, 4, 100), Trade(Buy, 5, 2, 2, 100, 2, 0),
            Trade(Buy, 5, 3, 2, 100, 0, 1));
        Assert.Equal([(100, 1, 1)], LevelsOf(book, Sell));
    }

    [Fact]
    public void Immediate_or_cancel_remainder_expires()
    {
        var book = BookOf(Limit(Sell, 5, 100), Limit(Sell, 5, 101));
        Expect(
            book, ImmediateOrCancel(Buy, 8, 100),
            Accepted(Buy, 3, 8, 100), Trade(Buy, 3, 1, 5, 100, 3, 0),
            Ended(Buy, 3, 3, 100, EndReason.ImmediateOrCancel));
        Assert.Empty(LevelsOf(book, Buy));
        Expect(
            BookOf(), ImmediateOrCancel(Sell, 8, 100),
            Accepted(Sell, 1, 8, 100), Ended(Sell, 1, 8, 100, EndReason.ImmediateOrCancel));
    }

    [Fact]
    public void Fill_or_kill_that_fits_exactly_trades_whole()
    {
        var book = BookOf(Limit(Sell, 5, 100), Limit(Sell, 5, 101));
        Expect(
            book, FillOrKill(Buy, 10, 101),
            Accepted(Buy, 3, 10, 101), Trade(Buy, 3, 1, 5, 100, 5, 0), Trade(Buy, 3, 2, 5, 101, 0, 0));
    }

    [Fact]
    public void Fill_or_kill_one_lot_too_large_trades_nothing()
    {
        var book = BookOf(Limit(Sell, 5, 100), Limit(Sell, 5, 101), Limit(Sell, 5, 102));
        Expect(book, FillOrKill(Buy, 11, 101), Accepted(Buy, 4, 11, 101), Ended(Buy, 4, 11, 101, EndReason.FillOrKill));
        Expect(book, FillOrKill(Buy, 1, 99), Accepted(Buy, 5, 1, 99), Ended(Buy, 5, 1, 99, EndReason.FillOrKill));
        Assert.Equal([(100, 5, 1), (101, 5, 1), (102, 5, 1)], LevelsOf(book, Sell));
    }

    [Fact]
    public void Market_order_sweeps_the_book_and_its_remainder_finds_no_liquidity()
    {
        var book = BookOf(Limit(Sell, 5, 101), Limit(Sell, 5, 1L << 47));
        Expect(
            book, Market(Buy, 12),
            Accepted(Buy, 3, 12, 0), Trade(Buy, 3, 1, 5, 101, 7, 0), Trade(Buy, 3, 2, 5, 1L << 47, 2, 0),
            Ended(Buy, 3, 2, 0, EndReason.NoLiquidity));
        Expect(book, Market(Buy, 1), Accepted(Buy, 4, 1, 0), Ended(Buy, 4, 1, 0, EndReason.NoLiquidity));
    }

    [Fact]
    public void Market_order_stops_at_its_protection_price_when_there_is_more_beyond()
    {
        var book = BookOf(Limit(Buy, 5, 101), Limit(Buy, 5, 99), Limit(Buy, 5, 98));
        Expect(
            book, Market(Sell, 20, protection: 99),
            Accepted(Sell, 4, 20, 99), Trade(Sell, 4, 1, 5, 101, 15, 0), Trade(Sell, 4, 2, 5, 99, 10, 0),
            Ended(Sell, 4, 10, 99, EndReason.Protection));
        Expect(
            book, Market(Sell, 20, protection: 98),
            Accepted(Sell, 5, 20, 98), Trade(Sell, 5, 3, 5, 98, 15, 0), Ended(Sell, 5, 15, 98, EndReason.NoLiquidity));
        Expect(
            BookOf(Limit(Sell, 5, 101)), Market(Buy, 5, protection: 100),
            Accepted(Buy, 2, 5, 100), Ended(Buy, 2, 5, 100, EndReason.Protection));
    }

    [Theory]
    [InlineData(TimeInForce.GoodTillCancel, EndReason.NoLiquidity)]
    [InlineData(TimeInForce.ImmediateOrCancel, EndReason.NoLiquidity)]
    [InlineData(TimeInForce.FillOrKill, EndReason.FillOrKill)]
    public void Market_order_never_rests_whatever_its_time_in_force(TimeInForce tif, EndReason reason)
    {
        Expect(
            BookOf(), Market(Sell, 3) with { TimeInForce = tif },
            Accepted(Sell, 1, 3, 0), Ended(Sell, 1, 3, 0, reason));
    }

    [Fact]
    public void Post_only_rests_or_is_refused()
    {
        var book = BookOf(Limit(Sell, 5, 101), Limit(Buy, 5, 99));
        ExpectRefusal(book, RejectReason.PostOnlyWouldTake, Limit(Buy, 1, 101, postOnly: true));
        ExpectRefusal(book, RejectReason.PostOnlyWouldTake, Limit(Buy, 1, 150, postOnly: true));
        ExpectRefusal(book, RejectReason.PostOnlyWouldTake, Limit(Sell, 1, 99, postOnly: true));
        Expect(book, Limit(Buy, 1, 100, postOnly: true), Accepted(Buy, 3, 1, 100), Rested(Buy, 3, 1, 100));
    }

    [Fact]
    public void Ids_are_given_at_acceptance_without_gaps()
    {
        var book = BookOf(Limit(Sell, 5, 101));
        ExpectRefusal(book, RejectReason.InvalidPrice, Limit(Buy, 1, 0));
        Expect(book, FillOrKill(Buy, 9, 100), Accepted(Buy, 2, 9, 100), Ended(Buy, 2, 9, 100, EndReason.FillOrKill));
        Expect(book, Limit(Buy, 1, 100), Accepted(Buy, 3, 1, 100), Rested(Buy, 3, 1, 100));
    }

    [Fact]
    public void Each_cause_has_its_own_refusal()
    {
        var book = BookOf(Limit(Sell, 5, 101));
        var good = Limit(Buy, 1, 100);
        ExpectRefusal(book, RejectReason.BadRequest, good with { Side = 0 });
        ExpectRefusal(book, RejectReason.BadRequest, good with { Side = (Side)3 });
        ExpectRefusal(book, RejectReason.BadRequest, good with { Type = (OrderType)11 });
        ExpectRefusal(book, RejectReason.BadRequest, good with { TimeInForce = (TimeInForce)5 });
        ExpectRefusal(book, RejectReason.BadRequest, good with { TimeInForce = (TimeInForce)8 });
        // Whatever else is wrong, and however far out of range.
        foreach (var undefined in Enumerable.Range(10, 245))
        {
            ExpectRefusal(book, RejectReason.BadRequest, good with { TimeInForce = (TimeInForce)undefined });
            ExpectRefusal(
                book, RejectReason.BadRequest, good with { Type = (OrderType)(undefined + 1), PriceTicks = 0 });
            ExpectRefusal(
                book, RejectReason.BadRequest, good with { Side = (Side)undefined, PriceTicks = -1, PostOnly = true });
            ExpectRefusal(
                book, RejectReason.BadRequest, Market(Buy, 0) with { SelfTrade = (SelfTradePrevention)undefined });
            ExpectRefusal(
                book, RejectReason.BadRequest,
                b => b.Replace(0, 1, good with { TimeInForce = (TimeInForce)undefined }, out _));
        }

        // A leg is rejected only for what it excludes.
        var leg = good with { Type = OrderType.Leg };
        Assert.Equal(RejectReason.None, OrderRules.Check(in leg));
        ExpectRefusal(book, RejectReason.InvalidCombination, leg with { PostOnly = true });
        foreach (var terms in new OrderConditions[] { new() { DisplayLots = 1 }, new() { Hidden = true },
            new() { AllOrNone = true }, new() { MinimumLots = 1 } })
            ExpectRefusal(book, RejectReason.InvalidCombination, leg with { Conditions = terms });
        foreach (var auction in new[] { TimeInForce.AtTheOpening, TimeInForce.AtTheClose })
            ExpectRefusal(book, RejectReason.InvalidCombination, leg with { TimeInForce = auction });
        ExpectRefusal(book, RejectReason.InvalidPrice, leg with { PriceTicks = 0 });
        ExpectRefusal(book, RejectReason.InvalidQuantity, leg with { QuantityLots = 0 });
        ExpectRefusal(book, RejectReason.InvalidPrice, good with { Type = OrderType.Stop });
        ExpectRefusal(book, RejectReason.InvalidCombination, FillOrKill(Buy, 1, 100) with { PostOnly = true });
        ExpectRefusal(book, RejectReason.InvalidCombination, ImmediateOrCancel(Buy, 1, 100) with { PostOnly = true });
        ExpectRefusal(book, RejectReason.InvalidCombination, Market(Buy, 1) with { PostOnly = true });
        ExpectRefusal(book, RejectReason.InvalidQuantity, good with { QuantityLots = 0 });
        ExpectRefusal(book, RejectReason.InvalidQuantity, good with { QuantityLots = -1 });
        ExpectRefusal(book, RejectReason.InvalidQuantity, good with { QuantityLots = (1L << 53) + 1 });
        ExpectRefusal(book, RejectReason.InvalidPrice, good with { PriceTicks = 0 });
        ExpectRefusal(book, RejectReason.InvalidPrice, good with { PriceTicks = -1 });
        ExpectRefusal(book, RejectReason.InvalidPrice, good with { PriceTicks = (1L << 47) + 1 });
        ExpectRefusal(book, RejectReason.InvalidPrice, Market(Buy, 1, protection: -1));
        ExpectRefusal(book, RejectReason.InvalidPrice, Market(Buy, 1, protection: (1L << 47) + 1));
    }

    [Fact]
    public void The_first_cause_in_the_fixed_order_is_the_one_named()
    {
        var book = new OrderBook(maxLevels: 1);
        Assert.Equal(RejectReason.None, book.Submit(10, Limit(Buy, 1, 50), out _));
        Assert.Equal(RejectReason.None, book.Submit(10, Limit(Sell, 1, 60), out _));
        var order = Limit(Buy, 0, 0, TimeInForce.FillOrKill, postOnly: true);
        RejectReason Try() => book.Submit(9, order, out _);

        ExpectRefusal(book, RejectReason.InvalidCombination, _ => Try());
        order = order with { TimeInForce = TimeInForce.GoodTillCancel };
        ExpectRefusal(book, RejectReason.InvalidQuantity, _ => Try());
        order = order with { QuantityLots = 2 };
        ExpectRefusal(book, RejectReason.InvalidPrice, _ => Try());
        order = order with { PriceTicks = 60 };
        ExpectRefusal(book, RejectReason.TimeRegression, _ => Try());
        ExpectRefusal(book, RejectReason.TooManyLevels, order);
        order = order with { PriceTicks = 50 };
        Expect(book, order, Accepted(Buy, 3, 2, 50), Rested(Buy, 3, 2, 50));
    }

    [Fact]
    public void Time_may_stand_still_and_not_go_back()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.Submit(10, Limit(Buy, 1, 50), out _));
        Assert.Equal(RejectReason.None, book.Submit(10, Limit(Buy, 1, 50), out _));
        ExpectRefusal(book, RejectReason.TimeRegression, b => b.Submit(9, Limit(Buy, 1, 50), out _));
        ExpectRefusal(book, RejectReason.TimeRegression, b => b.Cancel(9, 1, EndReason.User));
        ExpectRefusal(book, RejectReason.TimeRegression, b => b.Reduce(9, 1, 1));
        ExpectRefusal(book, RejectReason.TimeRegression, b => b.Replace(9, 1, Limit(Buy, 1, 50), out _));
        Assert.Equal(10, book.LastTimeNanos);
    }

    [Fact]
    public void A_full_side_takes_no_new_level_but_everything_else()
    {
        var book = new OrderBook(maxLevels: 2);
        foreach (var order in new[] { Limit(Buy, 1, 50), Limit(Buy, 1, 49), Limit(Sell, 2, 60) })
            Assert.Equal(RejectReason.None, book.Submit(0, order, out _));

        ExpectRefusal(book, RejectReason.TooManyLevels, Limit(Buy, 1, 48));
        ExpectRefusal(book, RejectReason.TooManyLevels, Limit(Buy, 3, 60));
        Expect(book, Limit(Buy, 1, 49), Accepted(Buy, 4, 1, 49), Rested(Buy, 4, 1, 49));
        Expect(
            book, ImmediateOrCancel(Buy, 1, 48),
            Accepted(Buy, 5, 1, 48), Ended(Buy, 5, 1, 48, EndReason.ImmediateOrCancel));
        Expect(book, Limit(Sell, 1, 70), Accepted(Sell, 6, 1, 70), Rested(Sell, 6, 1, 70));
        Expect(book, Limit(Buy, 2, 60), Accepted(Buy, 7, 2, 60), Trade(Buy, 7, 3, 2, 60, 0, 0));
        Assert.Equal(RejectReason.None, book.Cancel(0, 1, EndReason.User));
        Expect(book, Limit(Buy, 1, 48), Accepted(Buy, 8, 1, 48), Rested(Buy, 8, 1, 48));
    }

    [Fact]
    public void A_level_holds_no_more_lots_than_can_be_summed()
    {
        const long largest = 1L << 53;
        var book = BookOf([.. Enumerable.Repeat(Limit(Buy, largest, 50), 512)]);
        ExpectRefusal(book, RejectReason.Overflow, Limit(Buy, 1, 50));
        Assert.Equal(RejectReason.None, book.Reduce(0, 1, largest - 1));
        ExpectRefusal(book, RejectReason.Overflow, Limit(Buy, 2, 50));
        Expect(book, Limit(Buy, 1, 50), Accepted(Buy, 513, 1, 50), Rested(Buy, 513, 1, 50));
        // The lots of the leaving order make room for the entering one.
        Assert.Equal(RejectReason.None, book.Replace(0, 2, Limit(Buy, largest, 50), out _));
        Assert.Equal([(50, OrderBook.MaxLevelLots, 513)], LevelsOf(book, Buy));
    }

    [Fact]
    public void The_highest_and_the_lowest_price_are_prices_like_any_other()
    {
        const long top = 1L << 47;
        var book = BookOf(Limit(Buy, 1L << 53, 1), Limit(Sell, 1L << 53, top));
        Expect(
            book, Limit(Buy, 1, top),
            Accepted(Buy, 3, 1, top), Trade(Buy, 3, 2, 1, top, 0, (1L << 53) - 1));
        Expect(book, Limit(Sell, 1, 1), Accepted(Sell, 4, 1, 1), Trade(Sell, 4, 1, 1, 1, 0, (1L << 53) - 1));
        Expect(book, Limit(Buy, 1, top - 1), Accepted(Buy, 5, 1, top - 1), Rested(Buy, 5, 1, top - 1));
        Assert.Equal([(top - 1, 1, 1), (1, (1L << 53) - 1, 1)], LevelsOf(book, Buy));
    }
}
