using QuantumCore.Bench.Consensus;
using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>
/// The 34 edge cases of the public matching engine harness (flash1-dev/matching-engine-benchmark), each under its
/// upstream name in a comment. There a sender names orders; here the book does: 1, 2, 3 … A modify is a replacement
/// with a new id.
/// </summary>
public class ConformanceTests
{
    // cancel_middle_then_sweep
    [Fact]
    public void A_cancel_in_the_middle_of_a_queue_loses_no_one_behind_it()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 100));
        Cancels(book, 2);
        Meets(book, ImmediateOrCancel(Side.Sell, 20, 100), (1, 10, 100), (3, 10, 100));
        Shows(book, bids: [], asks: []);
    }

    // cancel_head_then_sweep
    [Fact]
    public void A_cancel_at_the_head_of_a_queue_loses_no_one_behind_it()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 100));
        Cancels(book, 1);
        Meets(book, ImmediateOrCancel(Side.Sell, 20, 100), (2, 10, 100), (3, 10, 100));
        Shows(book, bids: [], asks: []);
    }

    // multi_level_ioc_sweep
    [Fact]
    public void A_sweep_of_three_prices_takes_the_best_first()
    {
        var book = BookOf(Limit(Side.Sell, 10, 102), Limit(Side.Sell, 10, 101), Limit(Side.Sell, 10, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 30, 102), (3, 10, 100), (2, 10, 101), (1, 10, 102));
        Shows(book, bids: [], asks: []);
    }

    // modify_into_cross
    [Fact]
    public void An_order_moved_onto_the_other_side_trades_and_does_not_rest_crossed()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100), Limit(Side.Buy, 10, 99));
        Replaces(book, 2, Limit(Side.Buy, 10, 100), (1, 10, 100));
        Shows(book, bids: [], asks: []);
    }

    // partial_fill_then_cancel
    [Fact]
    public void Rest_of_a_partial_fill_can_be_cancelled()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100));
        Meets(book, Limit(Side.Buy, 6, 100), (1, 6, 100));
        Shows(book, bids: [], asks: [(100, 4)]);
        Cancels(book, 1);
        Shows(book, bids: [], asks: []);
    }

    // full_fill_then_stale_cancel
    [Fact]
    public void A_filled_order_cannot_be_cancelled()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100));
        Meets(book, Limit(Side.Buy, 10, 100), (1, 10, 100));
        IsGone(book, 1, RejectReason.OrderClosed);
    }

    // fifo_priority
    [Fact]
    public void Earlier_order_at_a_price_trades_first()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 100));
        Meets(book, Limit(Side.Sell, 10, 100), (1, 10, 100));
        Shows(book, bids: [(100, 10)], asks: []);
        Assert.Equal([2], IdsOf(book, Side.Buy));
    }

    // deep_fifo_scattered_cancel
    [Fact]
    public void Cancels_scattered_over_a_queue_leave_the_others_in_line()
    {
        var book = BookOf([.. Enumerable.Repeat(Limit(Side.Buy, 10, 100), 8)]);
        Cancels(book, 2);
        Cancels(book, 5);
        Cancels(book, 7);
        Meets(
            book, ImmediateOrCancel(Side.Sell, 50, 100),
            (1, 10, 100), (3, 10, 100), (4, 10, 100), (6, 10, 100), (8, 10, 100));
        Shows(book, bids: [], asks: []);
    }

    // sweep_residual_becomes_bbo
    [Fact]
    public void Rest_of_a_sweep_is_the_new_best_bid()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100), Limit(Side.Sell, 10, 101), Limit(Side.Sell, 10, 102));
        Meets(book, Limit(Side.Buy, 35, 102), (1, 10, 100), (2, 10, 101), (3, 10, 102));
        Shows(book, bids: [(102, 5)], asks: []);
        Meets(book, ImmediateOrCancel(Side.Sell, 5, 102), (4, 5, 102));
        Shows(book, bids: [], asks: []);
    }

    // modify_partially_filled_residual
    [Fact]
    public void Rest_of_a_partial_fill_can_be_repriced_and_filled()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100));
        Meets(book, Limit(Side.Buy, 4, 100), (1, 4, 100));
        Replaces(book, 1, Limit(Side.Sell, 6, 101));
        Shows(book, bids: [], asks: [(101, 6)]);
        Meets(book, ImmediateOrCancel(Side.Buy, 6, 101), (3, 6, 101));
        Shows(book, bids: [], asks: []);
    }

    // stale_modify_after_full_fill
    [Fact]
    public void A_filled_order_cannot_be_moved()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100));
        Meets(book, Limit(Side.Buy, 10, 100), (1, 10, 100));
        CannotMove(book, 1, Limit(Side.Sell, 5, 101), RejectReason.OrderClosed);
        Shows(book, bids: [], asks: []);
    }

    // reuse_id_after_cancel
    [Fact]
    public void The_order_after_a_cancelled_one_is_an_order_of_its_own()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100));
        Cancels(book, 1);
        Meets(book, Limit(Side.Sell, 10, 200));
        Meets(book, ImmediateOrCancel(Side.Buy, 10, 200), (2, 10, 200));
        IsGone(book, 1, RejectReason.OrderClosed);
        Assert.Equal(
            "0,0,0,1,100,10\n2,1,0,1,100\n0,2,1,1,200,10\n0,3,0,2,200,10\n1,3,200,10,1,2",
            ConsensusReplay.Reports([
                New(0, 1, Side.Buy, 10, 100), Cancel(1, 1), New(2, 1, Side.Sell, 10, 200),
                New(3, 2, Side.Buy, 10, 200, immediate: true)]));
    }

    // two_level_cancel_sell_priority
    [Fact]
    public void Seller_takes_the_highest_bid_first_after_cancels_in_between()
    {
        var book = BookOf(
            Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 101), Limit(Side.Buy, 10, 101));
        Cancels(book, 1);
        Cancels(book, 4);
        Meets(book, ImmediateOrCancel(Side.Sell, 20, 100), (3, 10, 101), (2, 10, 100));
        Shows(book, bids: [], asks: []);
    }

    // exact_multilevel_boundary
    [Fact]
    public void A_sweep_for_exactly_what_is_there_leaves_nothing_on_either_side()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100), Limit(Side.Sell, 20, 101), Limit(Side.Sell, 30, 102));
        Meets(book, ImmediateOrCancel(Side.Buy, 60, 102), (1, 10, 100), (2, 20, 101), (3, 30, 102));
        Shows(book, bids: [], asks: []);
    }

    // taker_price_both_directions
    [Fact]
    public void Trade_is_at_the_price_of_the_resting_order_on_both_sides()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 10, 105), (1, 10, 100));
        Meets(book, Limit(Side.Buy, 10, 200));
        Meets(book, ImmediateOrCancel(Side.Sell, 10, 195), (3, 10, 200));
    }

    // same_level_full_double_consume
    [Fact]
    public void Two_makers_at_one_price_are_two_trades_and_the_rest_of_the_taker_stays()
    {
        var book = BookOf(Limit(Side.Sell, 30, 9), Limit(Side.Sell, 40, 9));
        Meets(book, Limit(Side.Buy, 100, 9), (1, 30, 9), (2, 40, 9));
        Shows(book, bids: [(9, 30)], asks: []);
        Meets(book, ImmediateOrCancel(Side.Sell, 30, 9), (3, 30, 9));
        Shows(book, bids: [], asks: []);
    }

    // post_sweep_book_health
    [Fact]
    public void A_price_that_was_swept_clean_can_be_used_again()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100), Limit(Side.Sell, 10, 101), Limit(Side.Sell, 10, 102));
        Meets(book, ImmediateOrCancel(Side.Buy, 30, 102), (1, 10, 100), (2, 10, 101), (3, 10, 102));
        Meets(book, Limit(Side.Sell, 8, 101));
        Meets(book, ImmediateOrCancel(Side.Buy, 8, 101), (5, 8, 101));
        Meets(book, Limit(Side.Sell, 8, 103));
        Meets(book, ImmediateOrCancel(Side.Buy, 8, 103), (7, 8, 103));
        Shows(book, bids: [], asks: []);
    }

    // price_priority_both_sides_reverse_arrival
    [Fact]
    public void The_better_price_trades_before_the_earlier_order()
    {
        var book = BookOf(Limit(Side.Sell, 10, 105), Limit(Side.Sell, 10, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 10, 105), (2, 10, 100));
        Meets(book, Limit(Side.Buy, 10, 90));
        Meets(book, Limit(Side.Buy, 10, 95));
        Meets(book, Limit(Side.Buy, 10, 92));
        Meets(book, ImmediateOrCancel(Side.Sell, 30, 90), (5, 10, 95), (6, 10, 92), (4, 10, 90));
        Shows(book, bids: [], asks: [(105, 10)]);
    }

    // cancel_best_level_minimal_reprobe
    [Fact]
    public void After_the_best_bid_is_cancelled_the_next_one_is_the_best()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100), Limit(Side.Buy, 7, 99));
        Cancels(book, 1);
        Shows(book, bids: [(99, 7)], asks: []);
        Meets(book, ImmediateOrCancel(Side.Sell, 7, 99), (2, 7, 99));
        Shows(book, bids: [], asks: []);
    }

    // ioc_partial_fill_must_not_rest
    [Fact]
    public void Immediate_or_cancel_remainder_never_rests()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 15, 100), (1, 10, 100));
        Shows(book, bids: [], asks: []);
        Meets(book, ImmediateOrCancel(Side.Sell, 5, 100));
        Shows(book, bids: [], asks: []);
    }

    // limit_order_stops_at_own_price
    [Fact]
    public void A_limit_order_stops_at_its_limit_and_rests_there()
    {
        var book = BookOf(Limit(Side.Sell, 5, 100), Limit(Side.Sell, 10, 105));
        Meets(book, Limit(Side.Buy, 12, 102), (1, 5, 100));
        Shows(book, bids: [(102, 7)], asks: [(105, 10)]);
        Meets(book, ImmediateOrCancel(Side.Sell, 7, 102), (3, 7, 102));
        Shows(book, bids: [], asks: [(105, 10)]);
    }

    // partial_fill_exact_residual_drain
    [Fact]
    public void Maker_trades_at_most_its_quantity()
    {
        var book = BookOf(Limit(Side.Sell, 20, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 8, 100), (1, 8, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 12, 100), (1, 12, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 5, 100));
        Shows(book, bids: [], asks: []);
    }

    // fifo_same_price_multi_aggressor
    [Fact]
    public void A_maker_filled_in_part_is_still_first_for_the_next_taker()
    {
        var book = BookOf([.. Enumerable.Repeat(Limit(Side.Buy, 10, 100), 4)]);
        Meets(book, ImmediateOrCancel(Side.Sell, 15, 100), (1, 10, 100), (2, 5, 100));
        Meets(book, ImmediateOrCancel(Side.Sell, 15, 100), (2, 5, 100), (3, 10, 100));
        Shows(book, bids: [(100, 10)], asks: []);
        Assert.Equal([4], IdsOf(book, Side.Buy));
    }

    // reuse_id_after_full_fill
    [Fact]
    public void The_order_after_a_filled_one_is_an_order_of_its_own()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100));
        Meets(book, Limit(Side.Sell, 10, 100), (1, 10, 100));
        Meets(book, Limit(Side.Sell, 10, 200));
        Meets(book, ImmediateOrCancel(Side.Buy, 10, 200), (3, 10, 200));
        IsGone(book, 1, RejectReason.OrderClosed);
        Assert.Equal(
            "0,0,0,1,100,10\n0,1,1,2,100,10\n1,1,100,10,1,2\n0,2,1,1,200,10\n0,3,0,3,200,10\n1,3,200,10,1,3",
            ConsensusReplay.Reports([
                New(0, 1, Side.Buy, 10, 100), New(1, 2, Side.Sell, 10, 100), New(2, 1, Side.Sell, 10, 200),
                New(3, 3, Side.Buy, 10, 200, immediate: true)]));
    }

    // cancel_never_issued_id
    [Fact]
    public void An_order_that_never_was_can_be_neither_cancelled_nor_moved()
    {
        var book = BookOf();
        IsGone(book, 999, RejectReason.UnknownOrder);
        CannotMove(book, 999, Limit(Side.Buy, 5, 100), RejectReason.UnknownOrder);
    }

    // stale_ops_after_cancel
    [Fact]
    public void A_cancelled_order_can_be_neither_cancelled_nor_moved()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100));
        Cancels(book, 1);
        IsGone(book, 1, RejectReason.OrderClosed);
        CannotMove(book, 1, Limit(Side.Buy, 5, 101), RejectReason.OrderClosed);
        Shows(book, bids: [], asks: []);
    }

    // wide_in_domain_price_ceiling; and the highest price there is
    [Theory]
    [InlineData(200_000)]
    [InlineData(Instrument.PriceTicksLimit)]
    public void A_high_price_is_kept_to_the_tick(long price)
    {
        var book = BookOf(Limit(Side.Sell, 10, price));
        Meets(book, ImmediateOrCancel(Side.Buy, 10, price), (1, 10, price));
        Shows(book, bids: [], asks: []);
    }

    // large_order_id_ceiling; and the largest id there can be
    [Theory]
    [InlineData(2_000_000)]
    [InlineData(long.MaxValue)]
    public void An_order_far_beyond_any_that_came_cannot_be_cancelled(long id) =>
        IsGone(BookOf(), id, RejectReason.UnknownOrder);

    // deep_recursive_sweep_5000
    [Fact]
    public void One_order_can_meet_five_thousand()
    {
        var book = BookOf([.. Enumerable.Repeat(Limit(Side.Sell, 1, 100), 5_000)]);
        Meets(
            book, ImmediateOrCancel(Side.Buy, 5_000, 100),
            [.. Enumerable.Range(1, 5_000).Select(maker => ((long)maker, 1L, 100L))]);
        Shows(book, bids: [], asks: []);
    }

    // phantom_trade_exact_exhaust
    [Fact]
    public void Filled_taker_touches_no_further_order()
    {
        var book = BookOf(Limit(Side.Sell, 5, 100), Limit(Side.Sell, 5, 100));
        Meets(book, ImmediateOrCancel(Side.Buy, 5, 100), (1, 5, 100));
        Shows(book, bids: [], asks: [(100, 5)]);
    }

    // cancel_best_ask_minimal_reprobe
    [Fact]
    public void After_the_best_ask_is_cancelled_the_next_one_is_the_best()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100), Limit(Side.Sell, 7, 101));
        Cancels(book, 1);
        Shows(book, bids: [], asks: [(101, 7)]);
        Meets(book, ImmediateOrCancel(Side.Buy, 7, 101), (2, 7, 101));
        Shows(book, bids: [], asks: []);
    }

    // cancel_empties_entire_side_then_refill
    [Fact]
    public void A_side_that_was_cancelled_empty_fills_again()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100));
        Cancels(book, 1);
        Shows(book, bids: [], asks: []);
        Meets(book, Limit(Side.Buy, 8, 95));
        Meets(book, ImmediateOrCancel(Side.Sell, 8, 95), (2, 8, 95));
        Shows(book, bids: [], asks: []);
    }

    // modify_shared_level_sibling_survives
    [Fact]
    public void Moving_one_of_two_at_a_price_leaves_the_other()
    {
        var book = BookOf(Limit(Side.Buy, 10, 100), Limit(Side.Buy, 10, 100));
        Replaces(book, 1, Limit(Side.Buy, 10, 99));
        Shows(book, bids: [(100, 10), (99, 10)], asks: []);
        Meets(book, ImmediateOrCancel(Side.Sell, 10, 100), (2, 10, 100));
        Shows(book, bids: [(99, 10)], asks: []);
    }

    // modify_into_cross_price_improvement
    [Fact]
    public void An_order_moved_through_the_other_side_trades_at_the_price_that_was_there()
    {
        var book = BookOf(Limit(Side.Sell, 10, 100), Limit(Side.Buy, 10, 90));
        Replaces(book, 2, Limit(Side.Buy, 10, 105), (1, 10, 100));
        Meets(book, Limit(Side.Buy, 10, 200));
        Meets(book, Limit(Side.Sell, 10, 210));
        Replaces(book, 5, Limit(Side.Sell, 10, 195), (4, 10, 200));
        Shows(book, bids: [], asks: []);
    }

    /// <summary>Checks that the order meets exactly these makers, and that its remainder rests or expires.</summary>
    private static void Meets(OrderBook book, NewOrder order, params (long Maker, long Lots, long Price)[] fills) =>
        Expect(book, order, EventsOf(book, order, fills));

    private static void Replaces(
        OrderBook book, long id, NewOrder order, params (long Maker, long Lots, long Price)[] fills)
    {
        Assert.True(book.TryGetOrder(id, out var old));
        BookEvent[] events =
        [
            TakenOut(old.Side, id, old.LeavesLots, old.PriceTicks, EndReason.Replaced), .. EventsOf(book, order, fills),
        ];
        Assert.Equal(RejectReason.None, book.Replace(book.LastTimeNanos, id, order, out _));
        ExpectEvents(book, events);
    }

    private static BookEvent[] EventsOf(
        OrderBook book, NewOrder order, (long Maker, long Lots, long Price)[] fills)
    {
        var id = book.LastOrderId + 1;
        var leaves = order.QuantityLots;
        var events = new List<BookEvent> { Accepted(order.Side, id, leaves, order.PriceTicks) };
        foreach (var (maker, lots, price) in fills)
        {
            Assert.True(book.TryGetOrder(maker, out var resting));
            leaves -= lots;
            events.Add(Trade(order.Side, id, maker, lots, price, leaves, resting.LeavesLots - lots));
        }

        if (leaves > 0)
        {
            events.Add(order.TimeInForce == TimeInForce.GoodTillCancel
                ? Rested(order.Side, id, leaves, order.PriceTicks)
                : Ended(order.Side, id, leaves, order.PriceTicks, EndReason.ImmediateOrCancel));
        }

        return [.. events];
    }

    private static void Cancels(OrderBook book, long id)
    {
        Assert.True(book.TryGetOrder(id, out var order));
        Assert.Equal(RejectReason.None, book.Cancel(book.LastTimeNanos, id, EndReason.User));
        ExpectEvents(book, TakenOut(order.Side, id, order.LeavesLots, order.PriceTicks, EndReason.User));
    }

    private static void IsGone(OrderBook book, long id, RejectReason reason) =>
        ExpectRefusal(book, reason, b => b.Cancel(b.LastTimeNanos, id, EndReason.User));

    private static void CannotMove(OrderBook book, long id, NewOrder order, RejectReason reason) =>
        ExpectRefusal(book, reason, b => b.Replace(b.LastTimeNanos, id, order, out _));

    /// <summary>Checks the displayed levels of both sides as (price, lots), best first, and the best prices.</summary>
    private static void Shows(OrderBook book, (long Price, long Lots)[] bids, (long Price, long Lots)[] asks)
    {
        foreach (var (side, levels) in new[] { (Side.Buy, bids), (Side.Sell, asks) })
        {
            Assert.Equal(levels, LevelsOf(book, side).Select(level => (level.Price, level.Lots)));
            Assert.Equal(levels.Length > 0, book.TryGetBest(side, out var best, out var lots));
            Assert.Equal(levels.FirstOrDefault(), (best, lots));
        }
    }

    private static ConsensusMessage New(
        ulong sequence, ulong id, Side side, uint lots, long price, bool immediate = false) =>
        new(ConsensusVerb.New, side, immediate, lots, sequence, id, price);

    private static ConsensusMessage Cancel(ulong sequence, ulong id) =>
        new(ConsensusVerb.Cancel, Side.Buy, false, 0, sequence, id, 0);
}
