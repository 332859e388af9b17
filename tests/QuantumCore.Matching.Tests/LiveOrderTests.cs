using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

public class LiveOrderTests
{
    [Theory]
    [InlineData(EndReason.User)]
    [InlineData(EndReason.MassCancel)]
    public void Cancel_releases_what_is_open(EndReason reason)
    {
        var book = BookOf(Limit(Buy, 5, 100), ImmediateOrCancel(Sell, 2, 100));
        Assert.Equal(RejectReason.None, book.Cancel(0, 1, reason));
        ExpectEvents(book, TakenOut(Buy, 1, 3, 100, reason));
        Assert.False(book.TryGetBest(Buy, out _, out _));
        Assert.False(book.TryGetOrder(1, out _));
    }

    [Fact]
    public void Orders_cancelled_together_end_by_id_and_those_that_are_not_open_are_passed_over()
    {
        // 1 was filled, 4 took, 9 was never issued.
        var book = BookOf(
            Limit(Buy, 5, 100), Limit(Buy, 6, 100), Limit(Sell, 7, 101), ImmediateOrCancel(Sell, 5, 100),
            Limit(Buy, 8, 99));
        Assert.Equal(RejectReason.TimeRegression, book.CancelThese(-1, [2], EndReason.MassCancel));
        Assert.Equal(RejectReason.None, book.CancelThese(0, [1, 2, 2, 3, 4, 9], EndReason.MassCancel));
        ExpectEvents(
            book, TakenOut(Buy, 2, 6, 100, EndReason.MassCancel), TakenOut(Sell, 3, 7, 101, EndReason.MassCancel));
        Assert.Equal(1, book.OpenOrders);
        Assert.Equal([(99, 8, 1)], LevelsOf(book, Buy));
    }

    [Fact]
    public void A_cancel_must_say_why()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BookOf(Limit(Buy, 1, 1)).Cancel(0, 1, EndReason.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => BookOf(Limit(Buy, 1, 1)).CancelThese(0, [1], EndReason.None));
    }

    [Theory]
    [InlineData(0, RejectReason.UnknownOrder)]
    [InlineData(-1, RejectReason.UnknownOrder)]
    [InlineData(long.MinValue, RejectReason.UnknownOrder)]
    [InlineData(long.MaxValue, RejectReason.UnknownOrder)]
    [InlineData(4, RejectReason.UnknownOrder)]
    [InlineData(1, RejectReason.OrderClosed)]
    [InlineData(2, RejectReason.OrderClosed)]
    [InlineData(3, RejectReason.OrderClosed)]
    public void An_id_never_issued_is_unknown_and_a_done_order_is_closed(long id, RejectReason expected)
    {
        // 1 was filled, 2 took, 3 was cancelled.
        var book = BookOf(Limit(Buy, 5, 100), ImmediateOrCancel(Sell, 5, 100), Limit(Buy, 5, 100));
        Assert.Equal(RejectReason.None, book.Cancel(0, 3, EndReason.User));
        ExpectRefusal(book, expected, b => b.Cancel(0, id, EndReason.User));
        ExpectRefusal(book, expected, b => b.Reduce(0, id, 1));
        ExpectRefusal(book, expected, b => b.Replace(0, id, Limit(Buy, 1, 1), out _));
        ExpectRefusal(book, expected, b => b.Replace(-1, id, Limit(Buy, 0, 0), out _));
    }

    [Fact]
    public void Reduction_keeps_the_place_in_line()
    {
        var book = BookOf(Limit(Sell, 5, 100), Limit(Sell, 5, 100));
        Assert.Equal(RejectReason.None, book.Reduce(0, 1, 2));
        ExpectEvents(book, Reduced(Sell, 1, 2, 100, 2));
        Assert.Equal([(100, 7, 2)], LevelsOf(book, Sell));
        Expect(
            book, Limit(Buy, 3, 100),
            Accepted(Buy, 3, 3, 100), Trade(Buy, 3, 1, 2, 100, 1, 0), Trade(Buy, 3, 2, 1, 100, 0, 4));
    }

    [Fact]
    public void Reduction_names_the_new_total_so_that_saying_it_twice_changes_nothing()
    {
        var book = BookOf(Limit(Sell, 10, 100), ImmediateOrCancel(Buy, 4, 100));
        Assert.Equal(RejectReason.None, book.Reduce(0, 1, 7));
        ExpectEvents(book, Reduced(Sell, 1, 7, 100, 3));
        Assert.Equal(RejectReason.None, book.Reduce(0, 1, 7));
        ExpectEvents(book, Reduced(Sell, 1, 7, 100, 3));
        Assert.True(book.TryGetOrder(1, out var order));
        Assert.Equal(Resting(1, Sell, 100, 7, 3), order);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(3)]
    [InlineData(0)]
    public void Reduction_to_what_is_filled_ends_the_order(long total)
    {
        var book = BookOf(Limit(Sell, 10, 100), ImmediateOrCancel(Buy, 4, 100));
        Assert.Equal(RejectReason.None, book.Reduce(0, 1, total));
        ExpectEvents(book, TakenOut(Sell, 1, 6, 100, EndReason.Amended));
        ExpectRefusal(book, RejectReason.OrderClosed, b => b.Reduce(0, 1, total));
    }

    [Fact]
    public void Reduction_cannot_grow_an_order()
    {
        var book = BookOf(Limit(Sell, 10, 100));
        ExpectRefusal(book, RejectReason.WouldGrow, b => b.Reduce(0, 1, 11));
        ExpectRefusal(book, RejectReason.InvalidQuantity, b => b.Reduce(0, 1, -1));
        ExpectRefusal(book, RejectReason.InvalidQuantity, b => b.Reduce(0, 1, (1L << 53) + 1));
        Assert.Equal(RejectReason.None, book.Reduce(0, 1, 5));
        ExpectRefusal(book, RejectReason.WouldGrow, b => b.Reduce(0, 1, 6));
    }

    [Fact]
    public void Replace_ends_the_old_order_and_enters_the_new_one_last_in_line()
    {
        var book = BookOf(Limit(Sell, 5, 100), Limit(Sell, 5, 100));
        Assert.Equal(RejectReason.None, book.Replace(0, 1, Limit(Sell, 5, 100), out var id));
        Assert.Equal(3, id);
        ExpectEvents(
            book, TakenOut(Sell, 1, 5, 100, EndReason.Replaced), Accepted(Sell, 3, 5, 100), Rested(Sell, 3, 5, 100));
        Assert.Equal([2, 3], IdsOf(book, Sell));
    }

    [Fact]
    public void Replace_into_the_other_side_trades_at_the_makers_price()
    {
        var book = BookOf(Limit(Sell, 3, 102), Limit(Buy, 5, 100));
        Assert.Equal(RejectReason.None, book.Replace(0, 2, Limit(Buy, 5, 103), out _));
        ExpectEvents(
            book, TakenOut(Buy, 2, 5, 100, EndReason.Replaced), Accepted(Buy, 3, 5, 103),
            Trade(Buy, 3, 1, 3, 102, 2, 0),
            Rested(Buy, 3, 2, 103));

        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 4, 110), out _));
        Assert.Equal(RejectReason.None, book.Replace(0, 4, Limit(Sell, 4, 101), out _));
        ExpectEvents(
            book, TakenOut(Sell, 4, 4, 110, EndReason.Replaced), Accepted(Sell, 5, 4, 101),
            Trade(Sell, 5, 3, 2, 103, 2, 0), Rested(Sell, 5, 2, 101));
    }

    [Fact]
    public void When_the_new_order_is_refused_the_old_one_stands_unchanged()
    {
        var book = BookOf(Limit(Sell, 5, 102), Limit(Buy, 5, 100), Limit(Buy, 5, 100));
        RejectReason Replace(NewOrder order) => book.Replace(0, 2, order, out _);
        ExpectRefusal(book, RejectReason.PostOnlyWouldTake, _ => Replace(Limit(Buy, 5, 102, postOnly: true)));
        ExpectRefusal(book, RejectReason.InvalidQuantity, _ => Replace(Limit(Buy, 0, 101)));
        ExpectRefusal(book, RejectReason.InvalidPrice, _ => Replace(Limit(Buy, 1, 0)));
        Assert.Equal([2, 3], IdsOf(book, Buy));
    }

    [Fact]
    public void Post_only_replacement_is_judged_without_the_old_order()
    {
        // The old sell order is the only one that the new buy order could meet.
        var book = BookOf(Limit(Sell, 5, 102), Limit(Sell, 5, 104));
        ExpectRefusal(
            book, RejectReason.PostOnlyWouldTake, b => b.Replace(0, 1, Limit(Buy, 5, 104, postOnly: true), out _));
        Assert.Equal(RejectReason.None, book.Replace(0, 1, Limit(Buy, 5, 103, postOnly: true), out _));
        ExpectEvents(
            book, TakenOut(Sell, 1, 5, 102, EndReason.Replaced), Accepted(Buy, 3, 5, 103), Rested(Buy, 3, 5, 103));
        Assert.Equal(RejectReason.None, book.Cancel(0, 2, EndReason.User));
        Assert.Equal(RejectReason.None, book.Replace(0, 3, Limit(Sell, 5, 1, postOnly: true), out _));
        Assert.Equal([(1, 5, 1)], LevelsOf(book, Sell));
    }

    [Fact]
    public void Old_and_new_never_meet()
    {
        var book = BookOf(Limit(Sell, 5, 102));
        Assert.Equal(RejectReason.None, book.Replace(0, 1, Market(Buy, 5), out _));
        ExpectEvents(
            book, TakenOut(Sell, 1, 5, 102, EndReason.Replaced), Accepted(Buy, 2, 5, 0),
            Ended(Buy, 2, 5, 0, EndReason.NoLiquidity));
    }

    [Fact]
    public void Replacement_on_a_full_side_may_use_the_level_that_becomes_free()
    {
        var book = new OrderBook(maxLevels: 1);
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 50), out _));
        Assert.Equal(RejectReason.None, book.Replace(0, 1, Limit(Buy, 1, 51), out _));
        Assert.Equal(RejectReason.None, book.Replace(0, 2, Limit(Buy, 1, 51), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, 51), out _));
        ExpectRefusal(book, RejectReason.TooManyLevels, b => b.Replace(0, 3, Limit(Buy, 1, 52), out _));

        // The replacement would take 2 of 3 from what is there without the old order, and rest the third.
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 1, 60), out _));
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, 2, 60), out _));
        ExpectRefusal(book, RejectReason.TooManyLevels, b => b.Replace(0, 5, Limit(Buy, 3, 60), out _));
        Assert.Equal(RejectReason.None, book.Replace(0, 5, Limit(Buy, 2, 60), out _));
        Assert.Null(book.Audit());
    }
}
