using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>
/// Work of one command that triggers many stops among many waiting orders: it grows with the square of their number,
/// not with the cube. Work is counted in orders and levels looked at.
/// </summary>
public class TurnCostTests
{
    private const int Many = 200;
    private static readonly OrderConditions s_whole = new() { AllOrNone = true };

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Stops_that_rest_do_not_have_every_all_or_none_order_walk_the_book(int ticksApart)
    {
        var book = new OrderBook();
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Buy, 1_000_000, 9_000 - (i * ticksApart)));
        Assert.InRange(WorkOfStops(book, i => 5_000 - (i * ticksApart)), Many, 3 * Many * Many);
        Assert.Equal(0, book.LastTradeNumber);
    }

    [Theory]
    [InlineData(10_000, 6_000, 6_000)]
    [InlineData(10_000, 6_000, 1)]
    [InlineData(10_000, 1, 20_000)]
    [InlineData(1_000, 1, 6_000)]
    public void All_or_none_orders_that_do_not_add_up_do_not_walk_over_each_other(int wanted, int first, int other)
    {
        var book = new OrderBook();
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Buy, wanted + (7 * i), 9_000));
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Sell, i % 2 == 0 ? first : other, 5_500));
        Enter(book, Whole(Sell, 1_000_000, 5_600));
        Assert.InRange(WorkOfStops(book, _ => 5_000), Many, 12 * Many * Many);
        Assert.Equal(0, book.LastTradeNumber);
    }

    [Theory]
    [InlineData(SelfTradePrevention.ExpireMaker)]
    [InlineData(SelfTradePrevention.Decrement)]
    public void All_or_none_orders_do_not_walk_the_book_for_orders_of_their_own_owner(SelfTradePrevention mode)
    {
        var book = new OrderBook();
        Enter(book, Limit(Sell, 5_000_000, 5_500) with { Owner = 7 });
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Buy, 1_000_000, 9_000) with { Owner = 7, SelfTrade = mode });
        Assert.InRange(WorkOfStops(book, _ => 5_000, owner: 7), Many, 5 * Many * Many);
        Assert.Equal(0, book.LastTradeNumber);
    }

    [Theory]
    [InlineData(SelfTradePrevention.ExpireMaker, 1)]
    [InlineData(SelfTradePrevention.CancelOldest, 1)]
    [InlineData(SelfTradePrevention.ExpireTaker, 9_000_000)]
    public void All_or_none_orders_of_one_owner_do_not_walk_over_those_of_others(SelfTradePrevention mode, int own)
    {
        var book = new OrderBook();
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Sell, own, 9_100) with { Owner = 7 });
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Sell, 600_000, 9_200));
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Buy, 1_000_000 + i, 9_500) with { Owner = 7, SelfTrade = mode });
        Assert.InRange(WorkOfStops(book, _ => 9_300), Many, 12 * Many * Many);
        Assert.Equal(0, book.LastTradeNumber);
    }

    [Fact]
    public void All_or_none_orders_that_can_be_filled_walk_only_over_the_lots_they_take()
    {
        var book = new OrderBook();
        for (var i = 0; i < Many; i++)
            Enter(book, Whole(Buy, 2, 9_000));
        Assert.InRange(WorkOfStops(book, _ => 5_000), Many, 3 * Many * Many);
        Assert.Equal(Many, book.LastTradeNumber);
    }

    [Fact]
    public void Dry_run_takes_the_reserve_of_an_iceberg_at_once()
    {
        var book = new OrderBook();
        for (var i = 0; i < Many; i++)
            Enter(book, Limit(Sell, 1_000, 5_000) with { Conditions = new() { DisplayLots = 1 } });
        var before = book.Visited;
        Enter(book, FillOrKill(Buy, (1_000 * Many) + 1, 5_000));
        Assert.InRange(book.Visited - before, Many, 3 * Many);
        Assert.Equal(0, book.LastTradeNumber);
        Enter(book, FillOrKill(Buy, 1_000 * Many, 5_000));
        Assert.Equal(0, book.OpenOrders);
    }

    [Fact]
    public void Dry_run_for_the_whole_ends_at_the_first_lot_that_decrements()
    {
        var book = new OrderBook();
        Enter(book, Limit(Sell, Many, 5_000) with { Owner = 8 });
        for (var i = 0; i < Many; i++)
            Enter(book, Limit(Sell, 1_000, 5_001) with { Owner = 7, Conditions = new() { DisplayLots = 1 } });
        var whole = FillOrKill(Buy, 1_000 * Many, 5_001) with
        {
            Owner = 7,
            SelfTrade = SelfTradePrevention.Decrement,
        };
        var before = book.Visited;
        Enter(book, whole);
        Enter(book, whole with { TimeInForce = TimeInForce.GoodTillCancel, Conditions = s_whole });
        Assert.InRange(book.Visited - before, 1, 10);
        Enter(book, whole with { QuantityLots = Many });
        Assert.Equal((1, Many + 1), ((int)book.LastTradeNumber, book.OpenOrders));
        Assert.Null(book.Audit());
    }

    [Fact]
    public void All_or_none_order_that_lacks_lots_walks_once_for_all_that_come_to_rest()
    {
        var book = new OrderBook();
        Enter(book, Whole(Buy, 1_000_000, 9_000));
        for (var i = 0; i < Many; i++)
            Enter(book, Limit(Sell, 1, 5_500) with { Conditions = new() { DoNotReduce = true } });
        Assert.InRange(WorkOfStops(book, _ => 5_000), Many, 10 * Many);
        Assert.Equal(0, book.LastTradeNumber);
    }

    [Theory]
    [InlineData(SelfTradePrevention.ExpireTaker)]
    [InlineData(SelfTradePrevention.Decrement)]
    public void All_or_none_order_before_an_own_order_walks_once_for_all_that_come_to_rest(SelfTradePrevention mode)
    {
        var book = new OrderBook();
        Enter(book, Limit(Sell, 1, 4_000) with { Owner = 7 });
        Enter(book, Whole(Sell, 1_000_000, 4_000));
        Enter(book, Whole(Buy, 2 * Many, 9_000) with { Owner = 7, SelfTrade = mode });
        for (var i = 0; i < 2 * Many; i++)
            Enter(book, Limit(Sell, 1, 5_500) with { Conditions = new() { DoNotReduce = true } });
        Assert.InRange(WorkOfStops(book, _ => 5_000), Many, 10 * Many);
        Assert.Equal(0, book.LastTradeNumber);
    }

    [Fact]
    public void All_or_none_order_is_filled_by_the_order_that_brings_enough()
    {
        var book = new OrderBook();
        Enter(book, Whole(Buy, 10 + Many, 9_000));
        Enter(book, Limit(Sell, 10, 5_500));
        _ = WorkOfStops(book, _ => 5_000);
        Assert.Equal((Many + 1, 0), ((int)book.LastTradeNumber, book.OpenOrders));
    }

    [Fact]
    public void Pegs_that_move_do_not_walk_over_each_other()
    {
        var book = BookOf(Limit(Sell, 1, 9_000));
        for (var i = 0; i < Many; i++)
        {
            Enter(
                book,
                Limit(Buy, 1, 0) with
                {
                    Type = OrderType.Pegged,
                    Conditions = new() { Peg = PegReference.Market, PegOffsetTicks = 5 },
                });
        }

        Assert.InRange(WorkOfStops(book, i => 8_999 - i), Many, 5 * Many * Many);
        Assert.Equal(Many, book.LevelAt(Buy, 8_999 - Many + 1 - 5).Orders);
    }

    [Fact]
    public void Trailing_stops_that_move_do_not_walk_over_each_other_whatever_armed_them_first()
    {
        var book = new OrderBook();
        var trailing = Limit(Sell, 1, 0) with
        {
            Type = OrderType.TrailingStopLimit,
            Conditions = new() { TrailTicks = 500, LimitOffsetTicks = 0, TriggerReference = TriggerReference.Quote },
        };
        for (var i = 0; i < Many; i++)
        {
            // The later list's parent has the better price and is filled first.
            Assert.Equal(
                RejectReason.None,
                book.SubmitList(
                    0, OrderListKind.OneTriggersOther, [Limit(Buy, 1, 100 + i), trailing], out _));
        }

        Enter(book, Limit(Sell, Many, 100));
        Assert.Equal(Many, book.OrdersAt(OrderPlace.Armed).Length);
        var before = book.Visited;
        for (var i = 0; i < Many; i++)
            Enter(book, Limit(Buy, 1, 2_000 + i));
        Assert.InRange(book.Visited - before, 0, Many * Many);
        Assert.Null(book.Audit());
    }

    /// <summary>
    /// Each of the stops that wait moves every peg and every trailing stop; one sweeps the icebergs.
    /// </summary>
    [Fact]
    public void Book_with_as_many_orders_of_each_kind_as_it_may_have_settles_with_bounded_work()
    {
        var (stops, pegs) = (BookLimits.InBook(OrderKind.Waiting), BookLimits.InBook(OrderKind.Pegged));
        var (icebergs, slices) = (BookLimits.InBook(OrderKind.Iceberg), OrderRules.IcebergPartsLimit);
        var (trails, wholes) = (BookLimits.InBook(OrderKind.Trailing), BookLimits.InBook(OrderKind.Whole));
        var book = BookOf(Limit(Sell, 1, 9_000_000));
        EnterAll(wholes, Whole(Sell, 1_000_000, 5_000_000));
        EnterAll(pegs, Limit(Buy, 1, 0) with
        {
            Type = OrderType.Pegged,
            Conditions = new() { Peg = PegReference.Market, PegOffsetTicks = 5 },
        });
        EnterAll(trails, Limit(Buy, 1, 0) with
        {
            Type = OrderType.TrailingStopLimit,
            Conditions = new()
            {
                TrailTicks = 10_000_000,
                LimitOffsetTicks = 0,
                TriggerReference = TriggerReference.Quote,
            },
        });
        EnterAll(icebergs, Limit(Buy, slices, 1_000) with { Conditions = new() { DisplayLots = 1 } });
        var sweep = Limit(Sell, pegs + (icebergs * slices), 1_000) with
        {
            Type = OrderType.TakeProfitLimit,
            Conditions = new() { TriggerTicks = 10_000, TriggerReference = TriggerReference.Mark },
        };
        for (var i = 1; i < stops; i++)
            Enter(book, sweep with { QuantityLots = 1, PriceTicks = 9_000_000 - i });
        Enter(book, sweep);

        var before = book.Visited;
        Assert.Equal(RejectReason.None, book.SetMark(0, 10_000));
        Assert.InRange(book.Visited - before, stops, 6L * stops * pegs);
        Assert.InRange(book.Events.Length, 2 * stops * pegs, 3 * ((stops * pegs) + (icebergs * slices)));
        Assert.Equal(pegs + (icebergs * slices), book.LastTradeNumber);
        Assert.Null(book.Audit());

        void EnterAll(int count, NewOrder order)
        {
            for (var i = 0; i < count; i++)
                Enter(book, order);
        }
    }

    /// <summary>Triggers many orders to sell a lot, which come to rest, and returns the work of that command.</summary>
    private static long WorkOfStops(OrderBook book, Func<int, long> limit, long owner = 0)
    {
        for (var i = 0; i < Many; i++)
        {
            Enter(
                book,
                Limit(Sell, 1, limit(i)) with
                {
                    Type = OrderType.TakeProfitLimit,
                    Owner = owner,
                    Conditions = new() { TriggerTicks = 10_000, TriggerReference = TriggerReference.Mark },
                });
        }

        var before = book.Visited;
        Assert.Equal(RejectReason.None, book.SetMark(0, 10_000));
        Assert.Empty(book.OrdersAt(OrderPlace.Armed));
        Assert.Null(book.Audit());
        return book.Visited - before;
    }

    private static NewOrder Whole(Side side, long lots, long price) =>
        Limit(side, lots, price) with { Conditions = s_whole };

    private static void Enter(OrderBook book, NewOrder order) =>
        Assert.Equal(RejectReason.None, book.Submit(0, order, out _));
}
