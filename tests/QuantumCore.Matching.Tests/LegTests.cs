using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Legs of strategy orders, and their trades in one book (RULES 16).</summary>
public class LegTests
{
    [Fact]
    public void A_leg_is_accepted_and_stands_aside_whatever_the_book_offers()
    {
        var book = BookOf(Limit(Sell, 5, 100));
        Expect(book, Leg(Buy, 8, 120), Accepted(Buy, 2, 8, 120));
        Assert.True(book.TryGetOrder(2, out var leg));
        Assert.Equal(OrderPlace.Aside, leg.Place);
        Assert.Equal((120, 8, 0, false), (leg.PriceTicks, leg.LeavesLots, leg.ShownLots, leg.IsDisplayed));
        Assert.Empty(LevelsOf(book, Buy));
        Assert.Equal([2], book.OrdersAt(OrderPlace.Aside));
    }

    [Fact]
    public void A_leg_takes_the_quotes_of_others_and_prints_nothing()
    {
        var book =
            BookOf(Limit(Sell, 5, 100), Own(Sell, 4, 100), Limit(Sell, 3, 100), Leg(Buy, 20, 110) with { Owner = 7 });
        Assert.True(book.TryGetQuote(Sell, 7, out var price, out var lots));
        Assert.Equal((100, 8), (price, lots));
        book.TakeQuotes(0, 4, 100, 7);
        ExpectEvents(book, Trade(Buy, 4, 1, 5, 100, 15, 0), Trade(Buy, 4, 3, 2, 100, 13, 1));
        Assert.Equal((0, 2), (book.LastPriceTicks, book.LastTradeNumber));
        Assert.Equal([(100, 5, 2)], LevelsOf(book, Sell));
    }

    [Fact]
    public void Effects_of_the_parts_of_a_phase_wait_until_it_ends()
    {
        var peg = Limit(Sell, 2, 0) with { Type = OrderType.Pegged, Conditions = new() { Peg = PegReference.Primary } };
        var book = BookOf(Limit(Sell, 5, 100), Limit(Sell, 5, 101), peg, Leg(Buy, 10, 110));
        book.TakeQuotes(0, 4, 100, 5, goesOn: true);
        // The peg has not moved in between, so the book cannot be audited.
        Assert.Equal([Trade(Buy, 4, 1, 5, 100, 5, 0)], book.Events.ToArray());
        book.TakeQuotes(0, 4, 101, 5, goesOn: true);
        Assert.Equal([Trade(Buy, 4, 2, 5, 101, 0, 0)], book.Events.ToArray());
        _ = Assert.Throws<InvalidOperationException>(() => book.EndPhase(1));
        book.EndPhase(0);
        Assert.Contains(book.Events.ToArray(), happened => happened is { Kind: BookEventKind.Parked, OrderId: 3 });
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Two_legs_trade_with_each_other_at_any_price()
    {
        var book = BookOf(Leg(Sell, 5, 100), Leg(Buy, 5, 90));
        book.Cross(0, 2, 1, 1L << 47, 3);
        ExpectEvents(book, Trade(Buy, 2, 1, 3, 1L << 47, 2, 2));
        book.Cross(0, 2, 1, 1, 2);
        ExpectEvents(book, Trade(Buy, 2, 1, 2, 1, 0, 0));
        Assert.Equal((0, 0, 2), (book.OpenOrders, book.LastPriceTicks, book.LastTradeNumber));
    }

    [Fact]
    public void A_book_whose_only_trades_were_those_of_legs_survives_its_snapshot()
    {
        var book =
            BookOf(Leg(Sell, 5, 100), Leg(Buy, 9, 90) with { TimeInForce = TimeInForce.Day }, Limit(Sell, 1, 100));
        book.Cross(0, 2, 1, 95, 3);
        var restored = OrderBook.Restore(book.Snapshot());
        Assert.Equal((0, 1), (restored.LastPriceTicks, restored.LastTradeNumber));
        Assert.Equal(book.StateHash, restored.StateHash);
        restored.TakeQuotes(0, 2, 100, 1);
        ExpectEvents(restored, Trade(Buy, 2, 3, 1, 100, 5, 0));
    }

    [Theory]
    [InlineData(ReplaceMode.Atomic)]
    [InlineData(ReplaceMode.StopOnFailure)]
    [InlineData(ReplaceMode.AllowFailure)]
    public void A_leg_neither_replaces_nor_is_replaced(ReplaceMode mode)
    {
        var book = BookOf(Leg(Buy, 5, 100), Limit(Buy, 5, 100));
        ExpectRefusal(book, RejectReason.InvalidCombination, b => b.Replace(0, 1, Limit(Buy, 1, 90), out _, mode));
        ExpectRefusal(book, RejectReason.InvalidCombination, b => b.Replace(0, 2, Leg(Buy, 1, 90), out _, mode));
    }

    [Fact]
    public void A_leg_is_not_amended_and_not_reduced()
    {
        var book = BookOf(Leg(Buy, 5, 100));
        foreach (var amendment in new Amendment[] { new(), new() { TotalLots = 3 }, new() { PriceTicks = 90 },
            new() { TotalLots = -1 } })
            ExpectRefusal(book, RejectReason.InvalidCombination, b => b.Amend(0, 1, amendment));
        foreach (var total in new long[] { -1, 0, 3, 5, 6 })
            ExpectRefusal(book, RejectReason.InvalidCombination, b => b.Reduce(0, 1, total));
        ExpectRefusal(book, RejectReason.StaleLeaves, b => b.Amend(0, 1, new Amendment { ExpectedLeavesLots = 4 }));
    }

    [Fact]
    public void A_leg_enters_no_list_and_no_phase_but_continuous_trading()
    {
        var book = new OrderBook();
        var stop = Limit(Buy, 5, 0) with { Type = OrderType.Stop, Conditions = new() { TriggerTicks = 110 } };
        ExpectRefusal(
            book, RejectReason.InvalidCombination,
            b => List(b, OrderListKind.OneTriggersOther, Limit(Buy, 5, 90), Leg(Sell, 5, 95)));
        ExpectRefusal(
            book, RejectReason.InvalidCombination,
            b => List(b, OrderListKind.OneTriggersOther, Leg(Buy, 5, 90), Limit(Sell, 5, 95)));
        ExpectRefusal(
            book, RejectReason.InvalidCombination, b => List(b, OrderListKind.OneCancelsOther, Leg(Buy, 5, 90), stop));
        ExpectRefusal(
            book, RejectReason.BadRequest, b => List(b, OrderListKind.Strategy, Leg(Buy, 5, 90), Leg(Sell, 5, 90)));
        Assert.Equal(RejectReason.None, book.Submit(0, Leg(Buy, 5, 100) with { TimeInForce = TimeInForce.Day }, out _));
        foreach (var (phase, refusal) in new[]
            {
                (TradingPhase.Volatility, RejectReason.NotInThisPhase), (TradingPhase.Halt, RejectReason.SymbolHalted),
                (TradingPhase.Opening, RejectReason.NotInThisPhase), (TradingPhase.Halt, RejectReason.SymbolHalted),
                (TradingPhase.Closing, RejectReason.NotInThisPhase),
            })
        {
            Assert.Equal(RejectReason.None, book.SetPhase(0, phase));
            ExpectRefusal(book, refusal, Leg(Buy, 5, 100));
            Assert.Equal(refusal, book.Judge(0, Leg(Buy, 5, 100)));
            Misuse(book, b => b.TakeQuotes(0, 1, 100, 1));
        }

        Assert.Equal(RejectReason.None, book.SetPhase(0, TradingPhase.Closed));
        Assert.Equal((EndReason.Day, 0), (book.Events[^1].EndReason, book.OpenOrders));
    }

    [Fact]
    public void An_admitted_order_sets_off_what_it_does_only_when_it_is_done()
    {
        var book = BookOf(
            Limit(Sell, 2, 100), Limit(Sell, 2, 101), Leg(Sell, 3, 101),
            Limit(Buy, 1, 0) with { Type = OrderType.Stop, Conditions = new() { TriggerTicks = 100 } },
            Limit(Sell, 1, 105));
        Assert.Equal(RejectReason.None, book.Admit(0, Limit(Buy, 9, 101), out var id));
        Assert.Equal([Accepted(Buy, 6, 9, 101)], book.Events.ToArray());
        book.Sweep(0, id, 100);
        Assert.Equal([Trade(Buy, 6, 1, 2, 100, 7, 0)], book.Events.ToArray());
        book.Cross(0, id, 3, 101, 3);
        Assert.Equal([Trade(Buy, 6, 3, 3, 101, 4, 0)], book.Events.ToArray());
        book.Proceed(0, id);
        Assert.Equal(BookEventKind.Trade, book.Events[0].Kind);
        Assert.Equal(Rested(Buy, 6, 2, 101), book.Events[1]);
        Assert.Equal((BookEventKind.Triggered, 4L), (book.Events[2].Kind, book.Events[2].OrderId));
        Assert.Equal(Trade(Buy, 4, 5, 1, 105, 0, 0), book.Events[3]);
        Assert.Equal(4, book.Events.Length);
        Assert.Null(book.Audit());
    }

    [Fact]
    public void Decision_from_another_book_is_rejected_as_misuse()
    {
        var iceberg = Limit(Sell, 20, 100) with { Conditions = new() { DisplayLots = 3 } };
        var hidden = Limit(Sell, 5, 100) with { Conditions = new() { Hidden = true } };
        OrderBook Fresh() =>
            BookOf(
                iceberg, Limit(Sell, 5, 100), hidden, Own(Sell, 4, 100), Leg(Buy, 50, 110) with { Owner = 7 },
                Leg(Buy, 5, 90), Leg(Sell, 5, 90));

        Misuse(Fresh(), b => b.TakeQuotes(0, 5, 100, 9)); // 8 are shown; what the iceberg shows next does not count
        Misuse(Fresh(), b => b.TakeQuotes(0, 6, 100, 6)); // it has 5 itself
        Misuse(Fresh(), b => b.TakeQuotes(0, 5, 101, 1));
        Misuse(Fresh(), b => b.TakeQuotes(0, 5, 0, 1));
        Misuse(Fresh(), b => b.TakeQuotes(0, 5, 100, 0));
        Misuse(Fresh(), b => b.TakeQuotes(0, 5, 100, -1));
        Misuse(Fresh(), b => b.TakeQuotes(0, 2, 100, 1)); // it rests
        Misuse(Fresh(), b => b.TakeQuotes(0, 8, 100, 1));
        Misuse(Fresh(), b => b.Cross(0, 5, 6, 100, 1)); // of one side
        Misuse(Fresh(), b => b.Cross(0, 5, 5, 100, 1));
        Misuse(Fresh(), b => b.Cross(0, 5, 2, 100, 1));
        Misuse(Fresh(), b => b.Cross(0, 5, 7, 100, 6));
        Misuse(Fresh(), b => b.Cross(0, 5, 7, 0, 1));
        Misuse(Fresh(), b => b.Cross(0, 5, 7, (1L << 47) + 1, 1));
        Misuse(Fresh(), b => b.Sweep(0, 2, 100));
        Misuse(Fresh(), b => b.Proceed(0, 2));
        Misuse(Fresh(), b => b.Proceed(-1, 5));
        var due = Fresh();
        Assert.Equal(
            RejectReason.None,
            due.Submit(
                0,
                Leg(Buy, 1, 90) with { TimeInForce = TimeInForce.GoodTillDate, Conditions = new() { ExpiryNanos = 9 } },
                out _));
        Misuse(due, b => b.Cross(9, 5, 7, 100, 1));
        var taken = Fresh();
        taken.TakeQuotes(0, 5, 100, 8);
        Assert.Equal((BookEventKind.Refilled, 3L), (taken.Events[1].Kind, taken.Events[1].QuantityLots));
        Assert.Null(taken.Audit());
    }

    [Fact]
    public void Lots_of_admitted_orders_count_among_those_a_book_can_keep()
    {
        const long largest = 1L << 53;
        var book = new OrderBook();
        for (var price = 1; price <= 256; price++)
        {
            Assert.Equal(RejectReason.None, book.Admit(0, Limit(Buy, largest, price), out var id));
            book.Proceed(0, id);
        }

        Assert.Equal(book.StateHash, OrderBook.Restore(book.Snapshot()).StateHash);
        ExpectRefusal(book, RejectReason.Overflow, b => b.Admit(0, Limit(Buy, 1, 90), out _));
        ExpectRefusal(book, RejectReason.Overflow, Leg(Buy, 1, 90));
        Expect(book, Limit(Buy, 1, 90), Accepted(Buy, 257, 1, 90), Rested(Buy, 257, 1, 90));
    }

    [Fact]
    public void Snapshot_of_a_leg_is_validated()
    {
        var book = BookOf(
            Limit(Sell, 7, 100),
            Leg(Buy, 9, 120) with
            {
                Owner = -5,
                TimeInForce =
                TimeInForce.GoodTillDate,
                SelfTrade = SelfTradePrevention.ExpireBoth,
                Conditions = new()
                {
                    ExpiryNanos = 80,
                }
            });
        book.TakeQuotes(4, 2, 100, 3);
        var numbers = SnapshotNumbers.Of(book.Snapshot());
        long[] none = [0, 0, 0, 0, 0];
        long[] leg =
        [
            // Id, place, priority; side, account, owner, total, leaves, traits; conditions. Then the end, and no lists.
            2, 7, 0, 1, 1_000, -5, 9, 6, 1 + (3 << 12),
            10, 6, 0, 0, 0, 0, 0, 120, 0, 0, 0, 0, .. none, 0, -1, -1, 80, 0, 0, 0,
        ];
        var at = numbers.Count - leg.Length;
        Assert.Equal(leg, numbers[at..]);
        Assert.Equal(book.StateHash, OrderBook.Restore(SnapshotNumbers.ToSnapshot(numbers)).StateHash);

        void Forged(params (int At, long Number)[] changes)
        {
            var wrong = new List<long>(numbers);
            foreach (var (where, number) in changes)
                wrong[at + where] = number;
            _ = Assert.Throws<InvalidDataException>(() => OrderBook.Restore(SnapshotNumbers.ToSnapshot(wrong)));
        }

        for (var place = 0; place < 12; place++)
        {
            if (place != 7)
                Forged((1, place));
        }

        for (var type = 0; type < 13; type++)
        {
            if (type != 10)
                Forged((9, type));
        }

        Forged((2, 1));
        Forged((7, 10));
        Forged((7, 0));
        Forged((8, 0));
        foreach (var trait in new[] { 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048 })
            Forged((8, leg[8] + trait));
        foreach (var time in new long[] { 0, 1, 2, 3, 4, 5, 7 })
            Forged((10, time));
        Forged((16, 0)); // no price
        Forged((26, 5)); // protection
        Forged((27, 5)); // amount
        Forged((28, 4)); // has expired

        // An order of a list cannot be a leg.
        var listed = new List<long>(numbers) { [at + 8] = leg[8] + 16, [^1] = 1 };
        listed.AddRange([1, 2, 0, 2, 0]);
        _ = Assert.Throws<InvalidDataException>(() => OrderBook.Restore(SnapshotNumbers.ToSnapshot(listed)));
    }

    private static NewOrder Leg(Side side, long lots, long price) => Limit(side, lots, price) with
    {
        Type = OrderType.Leg,
    };

    private static NewOrder Own(Side side, long lots, long price) => Limit(side, lots, price) with { Owner = 7 };

    private static RejectReason List(OrderBook book, OrderListKind kind, params NewOrder[] legs) =>
        book.SubmitList(0, kind, legs, out _);

    private static void Misuse(OrderBook book, Action<OrderBook> command) =>
        Assert.Throws<InvalidOperationException>(() => command(book));
}
