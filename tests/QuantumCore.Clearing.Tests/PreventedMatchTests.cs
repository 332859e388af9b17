using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Records of matches stopped by self-trade prevention: replay, and visibility.</summary>
public class PreventedMatchTests
{
    private const long Alice = 1001;
    private const long Sister = 1002;
    private const long Family = 77;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Mode of the taker; reported mode, losses of taker and maker, and their remainders.</summary>
    public static TheoryData<SelfTradePrevention, SelfTradePrevention, long, long, long, long> Modes => new()
    {
        { SelfTradePrevention.ExpireTaker, SelfTradePrevention.ExpireTaker, 6, 0, 0, 10 },
        { SelfTradePrevention.ExpireMaker, SelfTradePrevention.ExpireMaker, 0, 10, 6, 0 },
        { SelfTradePrevention.ExpireBoth, SelfTradePrevention.ExpireBoth, 6, 10, 0, 0 },
        { SelfTradePrevention.Decrement, SelfTradePrevention.Decrement, 6, 6, 0, 4 },
        { SelfTradePrevention.CancelNewest, SelfTradePrevention.ExpireTaker, 6, 0, 0, 10 },
        { SelfTradePrevention.CancelOldest, SelfTradePrevention.ExpireMaker, 0, 10, 6, 0 },
    };

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Every_mode_is_on_record_with_what_it_took(
        SelfTradePrevention mode, SelfTradePrevention told, long ofTaker, long ofMaker, long takerLeft, long makerLeft)
    {
        var book = new JournaledBook();
        book.Submit(Order(Alice, 1, Side.Sell, 10));
        book.Submit(Order(Alice, 2, Side.Buy, 6, mode));

        var step = Assert.Single(book.Last.Steps.OfType<MatchPrevented>());
        Assert.Equal(
            (told, 15_000, 6, ofTaker, ofMaker),
            (step.Mode, step.PriceTicks, step.QuantityLots, step.Taker.LostLots, step.Maker.LostLots));
        Assert.Equal(
            (Alice, 2, 2, Alice, 1, 1),
            (step.Taker.Account, step.Taker.Number, step.Taker.OrderId, step.Maker.Account, step.Maker.Number,
                step.Maker.OrderId));
        Assert.Equal((takerLeft, makerLeft), (book.LeftOf(Alice, 2), book.LeftOf(Alice, 1)));
        Assert.Equal(book.Machine.Snapshot(), book.Replayed().Snapshot());

        await using var history = await book.ProjectedAsync(Token);
        var match = Assert.Single(await history.PreventedMatches.FindAsync(new PreventedQuery(Alice, "AAPL"), Token));
        Assert.Equal((told, new TradePlace(3, 0), 6, 0), (match.Mode, match.Place, match.QuantityLots, match.Owner));
        Assert.Equal(
            (ofTaker == 0 ? null : (long?)ofTaker, ofMaker == 0 ? null : (long?)ofMaker),
            (match.Taker.Lots, match.Maker.Lots));
        var orders = await history.Orders.FindAsync(new OrderQuery(Alice), Token);
        Assert.Equal([ofMaker, ofTaker], orders.Select(order => order.Prevented?.Lots ?? 0));
        Assert.Equal([10, 6], orders.Select(order => order.QuantityLots + (order.Prevented?.TakenOffLots ?? 0)));
    }

    [Fact]
    public void An_order_that_meets_several_has_a_match_with_each_in_sequence()
    {
        var book = new JournaledBook();
        for (var number = 1; number <= 3; number++)
            book.Submit(Order(Alice, number, Side.Sell, 4));
        book.Submit(Order(Sister, 1, Side.Sell, 4));
        book.Submit(Order(Alice, 4, Side.Buy, 15, SelfTradePrevention.ExpireMaker));

        Assert.Equal(
            [1, 2, 3],
            book.Last.Steps.OfType<MatchPrevented>().Select(step => step.Maker.OrderId));
        var report = BookReports.First("AAPL", book.Machine.Sequence, book.Last);
        Assert.Equal([0, 1, 2], report.Prevented!.All.Select(match => match.Place.Index));
        Assert.Equal((4, 11), (report.FilledLots, report.LeavesLots));
    }

    [Fact]
    public void An_order_that_meets_nobody_of_its_own_is_told_as_ever()
    {
        var book = new JournaledBook();
        book.Submit(Order(Sister, 1, Side.Sell, 4));
        book.Submit(Order(Alice, 1, Side.Buy, 4, SelfTradePrevention.ExpireBoth));
        Assert.Equal(8, BookRecordEncoding.Encode(book.Last)[1]);
        Assert.Null(BookReports.First("AAPL", book.Machine.Sequence, book.Last).Prevented);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void A_record_from_before_prevented_matches_were_told_is_still_explained(
        SelfTradePrevention mode, SelfTradePrevention told, long ofTaker, long ofMaker, long takerLeft, long makerLeft)
    {
        var book = new JournaledBook();
        book.Submit(Order(Alice, 1, Side.Sell, 10));
        book.Submit(Order(Alice, 2, Side.Buy, 6, mode));
        Assert.Contains(
            book.Last.Steps.OfType<MatchPrevented>(),
            step => step.Mode == told && step.Taker.LostLots == ofTaker && step.Maker.LostLots == ofMaker);

        var old = book.Last with { Steps = book.Last.Steps.RemoveAll(step => step is MatchPrevented) };
        var bytes = BookRecordEncoding.Encode(old);
        Assert.Equal(8, bytes[1]);
        var replayed = book.ReplayedTo(book.Records.Count - 1);
        var again = Assert.IsType<BookTurn>(replayed.Replay(book.Records.Count, bytes));
        Assert.Equal(old.Steps, again.Steps);
        Assert.Equal(book.Machine.Snapshot(), replayed.Snapshot());
        Assert.Equal(
            (takerLeft, makerLeft),
            (JournaledBook.LeftOf(replayed, Alice, 2), JournaledBook.LeftOf(replayed, Alice, 1)));
    }

    [Fact]
    public void A_prevented_match_that_was_tampered_with_halts_the_replay()
    {
        var book = new JournaledBook();
        book.Submit(Order(Alice, 1, Side.Sell, 4));
        book.Submit(Order(Alice, 2, Side.Sell, 4));
        book.Submit(Order(Alice, 3, Side.Buy, 10, SelfTradePrevention.ExpireMaker));
        var steps = book.Last.Steps;
        var step = steps.OfType<MatchPrevented>().First();
        MatchPrevented[] forgeries =
        [
            step with { Taker = step.Taker with { LostLots = step.Taker.LostLots + 1 } },
            step with { Maker = step.Maker with { LostLots = step.Maker.LostLots + 1 } },
            step with { PriceTicks = step.PriceTicks + 1 },
            step with { QuantityLots = step.QuantityLots + 1 },
            step with { Mode = SelfTradePrevention.ExpireBoth },
            step with { Owner = 5 },
            step with { Taker = step.Taker with { OrderId = 2 } },
            step with { Maker = step.Maker with { OrderId = 3 } },
            step with { Maker = step.Maker with { Account = Sister } },
        ];
        Assert.All(forgeries, forged => Halts(book.Last with { Steps = steps.Replace(step, forged) }));
        // A record that lacks one of the two is no older record.
        Halts(book.Last with { Steps = steps.Remove(step) });

        void Halts(BookTurn forged) => Assert.Throws<DivergenceException>(
            () => book.ReplayedTo(book.Records.Count - 1)
                .Replay(book.Records.Count, BookRecordEncoding.Encode(forged)));
    }

    [Fact]
    public async Task An_account_sees_of_its_owners_other_one_the_orders_id_and_what_both_lost()
    {
        var book = new JournaledBook();
        book.Group(Family, Alice, Sister);
        book.Submit(Order(Sister, 1, Side.Sell, 10));
        book.Submit(Order(Alice, 1, Side.Buy, 6, SelfTradePrevention.ExpireBoth));
        book.Submit(Order(Sister, 2, Side.Sell, 10));
        book.Submit(Order(Alice, 2, Side.Buy, 6, SelfTradePrevention.Decrement));
        book.Submit(Order(Alice, 3, Side.Buy, 1, SelfTradePrevention.ExpireTaker));
        await using var history = await book.ProjectedAsync(Token);

        var alices = await history.PreventedMatches.FindAsync(
            new PreventedQuery(Alice, "AAPL", From: default(TradePlace)), Token);
        var sisters =
            await history.PreventedMatches.FindAsync(
                new PreventedQuery(Sister, "AAPL", From: default(TradePlace)), Token);
        Assert.All(alices.Concat(sisters), match => Assert.Equal(Family, match.Owner));
        Assert.Equal<(long, bool, long?)>(
            [(2, true, 6), (4, true, 6), (5, true, 1)], alices.Select(match => Seen(match.Taker)));
        Assert.Equal<(long, bool, long?)>(
            [(1, false, null), (3, false, 6), (3, false, null)], alices.Select(match => Seen(match.Maker)));
        Assert.Equal<(long, bool, long?)>(
            [(2, false, null), (4, false, 6), (5, false, null)], sisters.Select(match => Seen(match.Taker)));
        Assert.Equal<(long, bool, long?)>(
            [(1, true, 10), (3, true, 6), (3, true, null)], sisters.Select(match => Seen(match.Maker)));
        Assert.All(alices, match => Assert.Equal(0, match.Maker.Number));
        Assert.Empty(await history.PreventedMatches.FindAsync(new PreventedQuery(1003), Token));

        // An account whose order did not change gets no report.
        Assert.DoesNotContain(Sister, book.Last.TouchedAccounts());
        Assert.Equal(
            new PreventedQuantity(new TradePlace(6, 0), 6, 6),
            (await history.Orders.FindAsync(new OrderQuery(Sister, "AAPL", OrderId: 3), Token)).Single().Prevented);

        static (long, bool, long?) Seen(PreventedOrder order) => (order.OrderId, order.IsOwn, order.Lots);
    }

    [Fact]
    public async Task A_stop_that_is_triggered_by_others_has_its_match_in_their_record()
    {
        var book = new JournaledBook();
        book.Submit(Order(Alice, 1, Side.Sell, 5) with { PriceTicks = 15_100 });
        book.Submit(Order(Alice, 2, Side.Buy, 5, SelfTradePrevention.ExpireTaker) with
        {
            Type = OrderType.Stop,
            PriceTicks = 16_000,
            Conditions = EncodedConditions.From(new OrderConditions { TriggerTicks = 15_050 }),
        });
        book.Submit(Order(Sister, 1, Side.Sell, 1) with { PriceTicks = 15_050 });
        book.Submit(Order(1003, 1, Side.Buy, 1) with { PriceTicks = 15_050 });

        var step = Assert.Single(book.Last.Steps.OfType<MatchPrevented>());
        Assert.Equal((2, 1, 15_100), (step.Taker.OrderId, step.Maker.OrderId, step.PriceTicks));
        Assert.Contains(Alice, book.Last.TouchedAccounts());
        await using var history = await book.ProjectedAsync(Token);
        Assert.Equal(
            2,
            Assert.Single(
                await history.PreventedMatches.FindAsync(
                    new PreventedQuery(Alice, "AAPL", 2, default(TradePlace)), Token)).Taker.OrderId);
    }

    private static SubmitOrder Order(
        long account, long number, Side side, long lots, SelfTradePrevention selfTrade = SelfTradePrevention.None) =>
            new(
            account, number, $"n{number}", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, lots, 200,
            500,
            SelfTrade: selfTrade);
}
