using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Conditional orders at the numeric limits of a book.</summary>
public class LargeNumberTests
{
    private const long Largest = 1L << 53;

    [Fact]
    public void Peg_joins_a_full_level_and_the_book_restores_from_its_snapshot()
    {
        var book = BookOf([.. Enumerable.Repeat(Limit(Buy, Largest, 50), 512)]);
        var peg = Limit(Buy, Largest, 0) with
        {
            Type = OrderType.Pegged,
            Conditions = new() { Peg = PegReference.Primary },
        };
        Assert.Equal(RejectReason.None, book.Submit(0, peg, out _));
        Assert.Equal([(50, OrderBook.MaxLevelLots + Largest, 513)], LevelsOf(book, Buy));
        var restored = OrderBook.Restore(book.Snapshot());
        Assert.Equal(book.StateHash, restored.StateHash);
        Assert.Equal(LevelsOf(book, Buy), LevelsOf(restored, Buy));
    }

    [Fact]
    public void Children_that_wait_count_as_conditional_orders_do()
    {
        var book = new OrderBook();
        NewOrder[] list = [Limit(Buy, 1, 50), Limit(Sell, Largest, 60)];
        var accepted = 0;
        while (book.SubmitList(0, OrderListKind.OneTriggersOther, list, out _) == RejectReason.None)
            accepted++;
        Assert.Equal((OrderBook.MaxConditionalLots - 1) / (Largest + 1), accepted);
        ExpectRefusal(book, RejectReason.Overflow, b => b.SubmitList(0, OrderListKind.OneTriggersOther, list, out _));

        // All children at one price.
        Assert.Equal(RejectReason.None, book.Submit(0, Limit(Sell, accepted, 50), out _));
        Assert.Equal([(60, accepted * Largest, accepted)], LevelsOf(book, Sell));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void A_child_that_waits_grows_to_what_a_book_can_keep()
    {
        var book = new OrderBook();
        NewOrder[] list = [Limit(Buy, 1, 50), Limit(Sell, 1, 60)];
        long child;
        do
        {
            Assert.Equal(RejectReason.None, book.SubmitList(0, OrderListKind.OneTriggersOther, list, out var parent));
            child = parent + 1;
        }
        while (book.Amend(0, child, new() { TotalLots = Largest }) == RejectReason.None);

        ExpectRefusal(book, RejectReason.Overflow, b => b.Amend(0, child, new() { TotalLots = Largest }));
        Assert.Equal(RejectReason.None, book.Amend(0, child, new() { TotalLots = 2 }));
        Assert.Equal(book.StateHash, OrderBook.Restore(book.Snapshot()).StateHash);
    }

    [Fact]
    public void A_pair_grows_for_both_legs_or_not_at_all()
    {
        var book = new OrderBook();
        NewOrder[] pair =
        [
            Limit(Sell, 500, 60) with { Conditions = new() { DisplayLots = 1 } },
            Limit(Sell, 500, 0) with { Type = OrderType.Stop, Conditions = new() { TriggerTicks = 40 } },
        ];
        Assert.Equal(RejectReason.None, book.SubmitList(0, OrderListKind.OneCancelsOther, pair, out _));
        // More parts than an iceberg may have, whichever leg is named.
        ExpectRefusal(book, RejectReason.InvalidQuantity, b => b.Amend(0, 1, new() { TotalLots = 1_001 }));
        ExpectRefusal(book, RejectReason.InvalidQuantity, b => b.Amend(0, 2, new() { TotalLots = 1_001 }));
        Assert.Equal(RejectReason.None, book.Amend(0, 2, new() { TotalLots = 1_000 }));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Market_orders_for_the_close_come_before_those_of_the_auction_before_it()
    {
        var book = new OrderBook();
        Assert.Equal(
            RejectReason.None, book.Submit(0, Market(Buy, 1) with { TimeInForce = TimeInForce.AtTheClose }, out _));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Volatility));
        Assert.Equal(RejectReason.None, book.Submit(0, Market(Buy, 1) with { TimeInForce = TimeInForce.Day }, out _));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Closing));
        Assert.Equal([1, 2], IdsOf(book, Buy));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void An_expiry_that_no_longer_stands_leaves_no_trace_in_what_comes_later()
    {
        var book = BookOf(
            Limit(Buy, 1, 50) with { TimeInForce = TimeInForce.GoodTillDate, Conditions = new() { ExpiryNanos = 10 } });
        Assert.Equal(RejectReason.None, book.Cancel(1, 1, EndReason.User));
        var restored = OrderBook.Restore(book.Snapshot());
        foreach (var one in new[] { book, restored })
        {
            Assert.Equal(RejectReason.None, one.Submit(20, Limit(Sell, 5, 60), out _));
            Assert.Equal(RejectReason.None, one.Submit(20, Limit(Buy, 7, 60), out _));
        }

        Assert.Equal(book.Snapshot(), restored.Snapshot());
    }

    [Fact]
    public void The_price_of_an_order_outside_the_book_is_its_own()
    {
        // The stop reuses the slot of an order that was filled on entry.
        var book = BookOf(Limit(Sell, 1, 100), Limit(Buy, 1, 100) with { Conditions = new() { MinimumLots = 1 } });
        Assert.Equal(
            RejectReason.None,
            book.Submit(
                0, Limit(Sell, 2, 95) with { Type = OrderType.StopLimit, Conditions = new() { TriggerTicks = 90 } },
                out _));
        Assert.Equal(RejectReason.None, book.Cancel(0, 3, EndReason.User));
        ExpectEvents(book, Ended(Sell, 3, 2, 90, EndReason.User));
    }
}
