using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Known defects of other matching engines.</summary>
public class KnownDefectTests
{
    [Theory]
    [InlineData(1, new long[] { 2, 3, 4 })]
    [InlineData(2, new long[] { 1, 3, 4 })]
    [InlineData(4, new long[] { 1, 2, 3 })]
    public void Cancelling_head_middle_or_tail_keeps_the_others_in_line(long cancelled, long[] expected)
    {
        var book = BookOf([.. Enumerable.Repeat(Limit(Sell, 1, 100), 4)]);
        Assert.Equal(RejectReason.None, book.Cancel(0, cancelled, EndReason.User));
        Assert.Equal(RejectReason.None, book.Submit(0, Market(Buy, 9), out _));
        Assert.Equal(expected, MakersOf(book));
    }

    [Fact]
    public void Scattered_cancels_in_a_deep_line_keep_first_come_first_served()
    {
        var book = BookOf([.. Enumerable.Repeat(Limit(Sell, 1, 100), 1000)]);
        var left = new List<long>();
        for (var id = 1L; id <= 1000; id++)
        {
            if (id * 7919 % 13 < 5)
                Assert.Equal(RejectReason.None, book.Cancel(0, id, EndReason.User));
            else
                left.Add(id);
        }

        Assert.Null(book.Audit());
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, left.Count, 100), out _));
        Assert.Equal(left, MakersOf(book));
        Assert.Equal(0, book.OpenOrders);
    }

    [Fact]
    public void Sweep_of_exactly_several_levels_leaves_the_next_one_untouched()
    {
        var book = BookOf(Limit(Buy, 2, 100), Limit(Buy, 3, 99), Limit(Buy, 4, 98));
        Expect(
            book, ImmediateOrCancel(Sell, 5, 98),
            Accepted(Sell, 4, 5, 98), Trade(Sell, 4, 1, 2, 100, 3, 0), Trade(Sell, 4, 2, 3, 99, 0, 0));
        Assert.True(book.TryGetBest(Buy, out var bid, out var lots));
        Assert.Equal((98, 4), (bid, lots));
    }

    [Fact]
    public void Remainder_becomes_the_best_of_its_side()
    {
        var book = BookOf(Limit(Buy, 1, 98), Limit(Sell, 2, 100), Limit(Sell, 2, 102));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 3, 101), out _));
        Assert.Equal([(101, 1, 1), (98, 1, 1)], LevelsOf(book, Buy));
        Assert.Equal([(102, 2, 1)], LevelsOf(book, Sell));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void No_phantom_best_after_the_last_order_of_a_level_is_cancelled()
    {
        var book = BookOf(Limit(Buy, 1, 100), Limit(Buy, 1, 90), Limit(Sell, 1, 110));
        Assert.Equal(RejectReason.None, book.Cancel(0, 1, EndReason.User));
        Assert.True(book.TryGetBest(Buy, out var bid, out _));
        Assert.Equal(90, bid);
        Expect(book, Limit(Sell, 1, 95), Accepted(Sell, 4, 1, 95), Rested(Sell, 4, 1, 95));
        Expect(book, Limit(Buy, 1, 100), Accepted(Buy, 5, 1, 100), Trade(Buy, 5, 4, 1, 95, 0, 0));
    }

    [Fact]
    public void Replacing_one_of_two_siblings_moves_only_that_one()
    {
        var book = BookOf(Limit(Buy, 1, 100), Limit(Buy, 2, 100));
        Assert.Equal(RejectReason.None, book.Replace(0, 1, Limit(Buy, 1, 99), out _));
        Assert.Equal([(100, 2, 1), (99, 1, 1)], LevelsOf(book, Buy));
        Assert.Equal([2, 3], IdsOf(book, Buy));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Partly_filled_order_can_be_cancelled_for_its_remainder_once()
    {
        var book = BookOf(Limit(Buy, 10, 100), ImmediateOrCancel(Sell, 4, 100));
        Assert.Equal(RejectReason.None, book.Cancel(0, 1, EndReason.User));
        ExpectEvents(book, TakenOut(Buy, 1, 6, 100, EndReason.User));
        ExpectRefusal(book, RejectReason.OrderClosed, b => b.Cancel(0, 1, EndReason.User));
    }

    [Fact]
    public void Partly_filled_order_can_be_replaced()
    {
        var book = BookOf(Limit(Buy, 10, 100), ImmediateOrCancel(Sell, 4, 100));
        Assert.Equal(RejectReason.None, book.Replace(0, 1, Limit(Buy, 6, 101), out _));
        ExpectEvents(
            book, TakenOut(Buy, 1, 6, 100, EndReason.Replaced), Accepted(Buy, 3, 6, 101), Rested(Buy, 3, 6, 101));
    }

    [Fact]
    public void Slot_of_a_done_order_serves_another_and_the_old_id_stays_closed()
    {
        var book = BookOf(Limit(Buy, 1, 100));
        Assert.Equal(RejectReason.None, book.Cancel(0, 1, EndReason.User));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 100), out _));
        ExpectRefusal(book, RejectReason.OrderClosed, b => b.Cancel(0, 1, EndReason.User));
        Assert.Equal([2], IdsOf(book, Buy));
    }

    [Fact]
    public void An_order_done_millions_of_orders_ago_is_closed_like_any_other()
    {
        var book = new OrderBook();
        for (var i = 0; i < 1_500_000; i++)
        {
            _ = book.Submit(0, Limit(Buy, 1, 100), out var id);
            _ = book.Cancel(0, id, EndReason.User);
        }

        ExpectRefusal(book, RejectReason.OrderClosed, b => b.Cancel(0, 1, EndReason.User));
        ExpectRefusal(book, RejectReason.OrderClosed, b => b.Reduce(0, 300_000, 1));
        ExpectRefusal(book, RejectReason.OrderClosed, b => b.Replace(0, 900_000, Limit(Buy, 1, 1), out _));
        Assert.False(book.TryGetOrder(1, out _));
    }

    [Fact]
    public void Virgin_book_knows_no_order()
    {
        ExpectRefusal(new OrderBook(), RejectReason.UnknownOrder, b => b.Cancel(0, 1, EndReason.User));
        ExpectRefusal(new OrderBook(), RejectReason.UnknownOrder, b => b.Reduce(0, 0, 1));
    }

    [Fact]
    public void One_order_can_have_five_thousand_fills()
    {
        var book = BookOf([.. Enumerable.Range(0, 5000).Select(i => Limit(Sell, 1, 100 + (i % 50)))]);
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 5001, 200), out _));
        var events = book.Events.ToArray();
        Assert.Equal(5002, events.Length);
        Assert.Equal(Accepted(Buy, 5001, 5001, 200), events[0]);
        Assert.Equal(Trade(Buy, 5001, 5000, 1, 149, 1, 0), events[5000]);
        Assert.Equal(Rested(Buy, 5001, 1, 200), events[5001]);
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Levels_far_apart_are_found_in_price_order()
    {
        long[] prices =
            [1, 32, 33, 64, 2048, 2049, 131_072, 131_073, 1L << 30, (1L << 36) + 1, (1L << 47) - 1, 1L << 47];
        var sells = BookOf([.. prices.Order().Reverse().Select(price => Limit(Sell, 1, price))]);
        Assert.Equal(prices, LevelsOf(sells, Sell).Select(level => level.Price));
        Assert.Null(sells.Audit());

        var buys = BookOf([.. prices.Select(price => Limit(Buy, 1, price))]);
        Assert.Equal(prices.Reverse(), LevelsOf(buys, Buy).Select(level => level.Price));
        foreach (var id in new[] { 12, 1, 6, 7 })
        {
            Assert.Equal(RejectReason.None, buys.Cancel(0, id, EndReason.User));
            Assert.Null(buys.Audit());
        }

        Assert.Equal(8, buys.LevelCount(Buy));
    }

    private static long[] MakersOf(OrderBook book) =>
        [.. book.Events.ToArray().Where(e => e.Kind == BookEventKind.Trade).Select(e => e.MakerId)];
}
