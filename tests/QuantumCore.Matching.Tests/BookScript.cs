using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>Short names for orders and events, so that a test reads like a script of the market.</summary>
internal static class BookScript
{
    public const long Owner = 1000;

    public static NewOrder Limit(
        Side side, long lots, long price, TimeInForce tif = TimeInForce.GoodTillCancel, bool postOnly = false) =>
        new(Owner, side, OrderType.Limit, tif, postOnly, price, lots);

    public static NewOrder Market(Side side, long lots, long protection = 0) =>
        new(Owner, side, OrderType.Market, TimeInForce.ImmediateOrCancel, false, protection, lots);

    public static NewOrder ImmediateOrCancel(Side side, long lots, long price) =>
        Limit(side, lots, price, TimeInForce.ImmediateOrCancel);

    public static NewOrder FillOrKill(Side side, long lots, long price) =>
        Limit(side, lots, price, TimeInForce.FillOrKill);

    public static BookEvent Accepted(Side side, long id, long lots, long price) =>
        new(BookEventKind.Accepted, side, EndReason.None, id, 0, price, lots, lots, 0);

    public static BookEvent Trade(
        Side takerSide, long taker, long maker, long lots, long price, long takerLeaves, long makerLeaves) =>
        new(BookEventKind.Trade, takerSide, EndReason.None, taker, maker, price, lots, takerLeaves, makerLeaves);

    public static BookEvent Rested(Side side, long id, long lots, long price) =>
        new(BookEventKind.Rested, side, EndReason.None, id, 0, price, lots, lots, 0);

    public static BookEvent Reduced(Side side, long id, long total, long price, long leaves) =>
        new(BookEventKind.Amended, side, EndReason.None, id, 0, price, total, leaves, leaves);

    /// <summary>Returns the end of an order that was not displayed.</summary>
    public static BookEvent Ended(Side side, long id, long released, long price, EndReason reason) =>
        new(BookEventKind.Ended, side, reason, id, 0, price, released, 0, 0);

    /// <summary>Returns the end of an order that was displayed.</summary>
    public static BookEvent TakenOut(Side side, long id, long released, long price, EndReason reason) =>
        new(BookEventKind.Ended, side, reason, id, 0, price, released, 0, 0, detail: 1);

    /// <summary>Returns a displayed order of <see cref="Owner"/> in the book.</summary>
    public static RestingOrder Resting(long id, Side side, long price, long total, long leaves) =>
        new(id, Owner, side, price, total, leaves, ShownLots: leaves);

    /// <summary>Returns a book in which these orders rest, with ids 1, 2, 3 …</summary>
    public static OrderBook BookOf(params NewOrder[] orders)
    {
        var book = new OrderBook();
        foreach (var order in orders)
            Assert.Equal(RejectReason.None, book.Submit(0, order, out _));
        return book;
    }

    /// <summary>Enters an order that must be accepted and compares all of its events.</summary>
    public static void Expect(OrderBook book, NewOrder order, params BookEvent[] events)
    {
        Assert.Equal(RejectReason.None, book.Submit(book.LastTimeNanos, order, out var id));
        Assert.Equal(book.LastOrderId, id);
        ExpectEvents(book, events);
    }

    public static void ExpectEvents(OrderBook book, params BookEvent[] events)
    {
        Assert.Equal(events, book.Events.ToArray());
        Assert.Null(book.Audit());
    }

    /// <summary>Checks that the command is rejected and leaves no trace.</summary>
    public static void ExpectRefusal(OrderBook book, RejectReason expected, Func<OrderBook, RejectReason> command)
    {
        var before = book.Snapshot();
        Assert.Equal(expected, command(book));
        Assert.Empty(book.Events.ToArray());
        Assert.Equal(before, book.Snapshot());
        Assert.Null(book.Audit());
    }

    public static void ExpectRefusal(OrderBook book, RejectReason expected, NewOrder order) =>
        ExpectRefusal(book, expected, b =>
        {
            var reject = b.Submit(b.LastTimeNanos, order, out var id);
            Assert.Equal(0, id);
            return reject;
        });

    /// <summary>Returns the levels of a side as (price, lots, orders), best first.</summary>
    public static (long Price, long Lots, int Orders)[] LevelsOf(OrderBook book, Side side)
    {
        var levels = new PriceLevel[book.LevelCount(side) + 1];
        var count = book.CopyLevels(side, levels);
        Assert.Equal(book.LevelCount(side), count);
        return [.. levels.Take(count).Select(level => (level.PriceTicks, level.Lots, level.Orders))];
    }

    /// <summary>Returns the ids of a side in priority order.</summary>
    public static long[] IdsOf(OrderBook book, Side side)
    {
        var ids = new List<long>();
        foreach (var order in book.Orders(side))
            ids.Add(order.OrderId);
        return [.. ids];
    }
}
