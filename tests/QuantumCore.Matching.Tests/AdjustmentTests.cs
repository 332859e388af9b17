using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;

namespace QuantumCore.Matching.Tests;

/// <summary>
/// Open orders through splits and dividends: published examples and invariants. The reference book implements the same
/// rules.
/// </summary>
public class AdjustmentTests
{
    // RISK E31; a tick is a cent. Series 55/62 study guide (Investopedia); NASD 3220 / FINRA 5330 for the direction:
    // the guide prints 66.67 for the buy.
    [Theory]
    [InlineData(2, 1, Buy, 100, 5_000, 200, 2_500)]
    [InlineData(2, 1, Sell, 100, 10_000, 200, 5_000)]
    [InlineData(3, 2, Buy, 100, 10_000, 150, 6_666)]
    [InlineData(3, 2, Sell, 100, 6_000, 150, 4_000)]
    [InlineData(3, 2, Sell, 100, 10_000, 150, 6_667)]
    public void Published_splits_of_open_orders(
        long news, long olds, Side side, long lots, long price, long lotsAfter, long priceAfter)
    {
        var book = new OrderBook();
        Enter(book, new NewOrder(1, side, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, lots));
        Halt(book);
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(news, olds)));
        Assert.True(book.TryGetOrder(1, out var order));
        Assert.Equal((lotsAfter, priceAfter), (order.LeavesLots, order.PriceTicks));
    }

    [Fact]
    public void Orders_that_come_to_one_price_stand_by_their_old_price_then_their_old_time()
    {
        var book = new OrderBook();
        foreach (var price in (long[])[100, 102, 101, 102, 101])
            Enter(book, Limit(Buy, 2, price));
        Halt(book);
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(10, 1)));
        Assert.Equal([2, 4, 3, 5, 1], OrdersOf(book, Buy).Select(order => order.OrderId));
        Assert.Equal([(10, 100, 5)], LevelsOf(book, Buy));

        // The same once more, and from a snapshot.
        Assert.Equal([2, 4, 3, 5, 1], OrdersOf(OrderBook.Restore(book.Snapshot()), Buy).Select(order => order.OrderId));
    }

    [Fact]
    public void A_split_there_and_back_gives_every_order_back_where_nothing_is_rounded()
    {
        var random = new Random(20_261_122);
        for (var round = 0; round < 2_000; round++)
        {
            var (news, olds) = (random.NextInt64(1, 200), random.NextInt64(1, 200));
            if (news == olds)
                continue;
            // Lots that the old units divide, prices that the new ones do.
            var (lots, price, side) = (olds * random.NextInt64(1, 1_000_000), news * random.NextInt64(1, 1_000_000),
                random.Next(2) == 0 ? Buy : Sell);
            var (there, back) = (OrderAdjustment.Split(news, olds), OrderAdjustment.Split(olds, news));
            Assert.Equal(
                (lots, price), (back.LotsOf(there.LotsOf(lots)), back.PriceOf(side, there.PriceOf(side, price))));
        }
    }

    [Fact]
    public void No_order_is_worth_more_to_its_buyer_or_less_to_its_seller_than_before()
    {
        var random = new Random(20_261_123);
        for (var round = 0; round < 20_000; round++)
        {
            var split = OrderAdjustment.Split(
                random.NextInt64(1, OrderAdjustment.RatioLimit + 1),
                random.NextInt64(1, OrderAdjustment.RatioLimit + 1));
            var (lots, price) = (random.NextInt64(1, 1L << random.Next(1, 40)),
                random.NextInt64(1, 1L << random.Next(1, 47)));
            var after = split.LotsOf(lots);
            Assert.True(
                (Int128)split.PriceOf(Buy, price) * after <= (Int128)price * lots, $"{split} of {lots}@{price}");
            // So many old units a new one is at most: the price of a new one times that is no less than before.
            Assert.True(
                (Int128)split.PriceOf(Sell, price) * split.NewUnits >= (Int128)price * split.OldUnits,
                $"{split} of {lots}@{price}");
            Assert.True((Int128)after * split.OldUnits <= (Int128)lots * split.NewUnits, $"{split} of {lots}@{price}");
        }
    }

    [Fact]
    public void Buys_and_stops_of_sells_fall_by_a_dividend_and_the_others_stay_where_they_were()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetLast(0, 10_800));
        Enter(book, Limit(Buy, 5, 10_500));
        Enter(book, Stop(Sell, OrderType.Stop, 9_800));
        Enter(book, Limit(Sell, 5, 11_000));
        Enter(book, Stop(Buy, OrderType.Stop, 11_200));
        Enter(book, Stop(Buy, OrderType.TakeProfit, 10_000));
        Enter(book, Stop(Sell, OrderType.TakeProfit, 11_300));
        Enter(book, Limit(Buy, 5, 13));
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Dividend(13)));
        Assert.Equal([(10_487, 5, 1)], LevelsOf(book, Buy));
        Assert.Equal([(11_000, 5, 1)], LevelsOf(book, Sell));
        Assert.Equal(
            [9_787, 11_200, 9_987, 11_300],
            new long[] { 2, 4, 5, 6 }.Select(id => book.TryGetOrder(id, out var order) ? order.TriggerTicks : 0));
        // What would be left of its price is no price.
        Assert.False(book.TryGetOrder(7, out _));
        Assert.Equal(
            EndReason.CorporateAction,
            book.Events.ToArray().Single(happened => happened.Kind == BookEventKind.Ended).EndReason);
        Assert.Equal(10_800, book.LastPriceTicks);
    }

    [Fact]
    public void A_trailing_stop_keeps_its_distance_through_a_dividend()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetLast(0, 100));
        Enter(
            book,
            new NewOrder(
                1, Sell, OrderType.TrailingStop, TimeInForce.GoodTillCancel, false, 0, 5,
                Conditions: new() { TrailTicks = 5 }));
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Dividend(3)));
        Assert.True(book.TryGetOrder(1, out var order));
        Assert.Equal(92, order.TriggerTicks);
    }

    [Fact]
    public void An_iceberg_shows_no_smaller_parts_than_it_may_have()
    {
        var book = new OrderBook();
        Enter(book, Limit(Sell, 1_000, 100) with { Conditions = new() { DisplayLots = 1 } });
        Enter(book, Limit(Sell, 90, 100) with { Conditions = new() { DisplayLots = 3 } });
        Halt(book);
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(3, 2)));
        Assert.Equal([(2, 1_500), (4, 135)], OrdersOf(book, Sell).Select(order => (order.ShownLots, order.LeavesLots)));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Split_needs_a_halted_book_and_scales_reference_prices()
    {
        var book = new OrderBook();
        Assert.Equal(RejectReason.None, book.SetLast(0, 100));
        Assert.Equal(RejectReason.None, book.SetMark(0, 101));
        Assert.Equal(RejectReason.None, book.SetReference(0, 99));
        Assert.Equal(RejectReason.NotInThisPhase, book.Adjust(0, OrderAdjustment.Split(2, 1)));
        Halt(book);
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(2, 1)));
        Assert.Equal((50, 50, 49), (book.LastPriceTicks, book.MarkPriceTicks, book.ReferencePriceTicks));
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(1, 10)));
        Assert.Equal((500, 500, 490), (book.LastPriceTicks, book.MarkPriceTicks, book.ReferencePriceTicks));
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(-1, 1, 0)]
    [InlineData(10_001, 1, 0)]
    [InlineData(1, 10_001, 0)]
    [InlineData(2, 1, 1)]
    [InlineData(0, 0, -1)]
    [InlineData(0, 0, Instrument.PriceTicksLimit + 1)]
    public void An_adjustment_out_of_range_is_refused_and_changes_nothing(long news, long olds, long fall)
    {
        var book = new OrderBook();
        Enter(book, Limit(Buy, 5, 100));
        Halt(book);
        var before = book.StateHash;
        Assert.Equal(RejectReason.BadRequest, book.Adjust(5, new OrderAdjustment(news, olds, fall)));
        Assert.Equal(before, book.StateHash);
    }

    [Fact]
    public void More_lots_than_a_book_may_have_are_refused_and_change_nothing()
    {
        var book = new OrderBook();
        for (var i = 0; i < 300; i++)
            Enter(book, Limit(Buy, Instrument.QuantityLotsLimit / 2, 100));
        Halt(book);
        var before = book.StateHash;
        Assert.Equal(RejectReason.Overflow, book.Adjust(0, OrderAdjustment.Split(2, 1)));
        Assert.Equal(before, book.StateHash);
    }

    [Fact]
    public void As_many_lots_as_a_book_may_have_are_adjusted_and_one_more_is_refused()
    {
        var book = new OrderBook();
        for (var lots = 0L; lots < OrderBook.MaxConditionalLots / 2; lots += Instrument.QuantityLotsLimit / 2)
            Enter(book, Limit(Buy, Instrument.QuantityLotsLimit / 2, 100));
        Enter(book, Limit(Buy, 1, 100));
        Halt(book);
        Assert.Equal(RejectReason.Overflow, book.Adjust(0, OrderAdjustment.Split(2, 1)));
        Assert.Equal(RejectReason.None, book.Cancel(0, book.LastOrderId, EndReason.User));
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(2, 1)));
        Assert.Equal(OrderBook.MaxConditionalLots, OrdersOf(book, Buy).Sum(order => order.LeavesLots));
    }

    [Fact]
    public void An_order_that_would_have_too_many_lots_ends_alone()
    {
        var book = new OrderBook();
        Enter(book, Limit(Buy, Instrument.QuantityLotsLimit, 100));
        Enter(book, Limit(Buy, 5, 100));
        Halt(book);
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(2, 1)));
        Assert.Equal([(2, 10)], OrdersOf(book, Buy).Select(order => (order.OrderId, order.LeavesLots)));
    }

    private static NewOrder Limit(Side side, long lots, long price) =>
        new(1, side, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, lots);

    private static NewOrder Stop(Side side, OrderType type, long trigger) =>
        new(1, side, type, TimeInForce.GoodTillCancel, false, 0, 5, Conditions: new() { TriggerTicks = trigger });

    private static void Enter(OrderBook book, NewOrder order) =>
        Assert.Equal(RejectReason.None, book.Submit(0, in order, out _));

    private static void Halt(OrderBook book) => Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Halt));

    private static List<RestingOrder> OrdersOf(OrderBook book, Side side)
    {
        var orders = new List<RestingOrder>();
        foreach (var order in book.Orders(side))
            orders.Add(order);
        return orders;
    }

    private static IEnumerable<(long, long, int)> LevelsOf(OrderBook book, Side side)
    {
        var levels = new PriceLevel[10];
        return levels.Take(book.CopyLevels(side, levels)).Select(level => (level.PriceTicks, level.Lots, level.Orders));
    }

    [Fact]
    public void An_iceberg_that_shows_more_than_it_has_left_can_be_restored_after_a_split()
    {
        var book = new OrderBook();
        var iceberg = BookScript.Limit(Side.Sell, 1_000_000_000_000, 100) with
        {
            Conditions = new() { DisplayLots = 1_000_000_000_000 },
        };
        Assert.Equal(RejectReason.None, book.Submit(0, iceberg, out var id));
        Assert.Equal(RejectReason.None, book.Amend(0, id, new Amendment { TotalLots = 100_000_000 }));
        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Halt));
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Split(OrderAdjustment.RatioLimit, 1)));
        Assert.Equal(book.Snapshot(), OrderBook.Restore(book.Snapshot()).Snapshot());
    }

    [Fact]
    public void A_dividend_changes_no_lots_and_is_refused_for_none()
    {
        var book = new OrderBook();
        for (var i = 0; i < 257; i++)
            Assert.Equal(
                RejectReason.None,
                book.Submit(0, BookScript.Limit(Side.Buy, Instrument.QuantityLotsLimit, 1_000 + i), out _));
        Assert.Equal(RejectReason.None, book.Adjust(0, OrderAdjustment.Dividend(3)));
        Assert.Null(book.Audit());
    }
}
