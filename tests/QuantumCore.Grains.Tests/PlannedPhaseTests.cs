using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Phases that end by themselves: halts, and the auctions after them or after a price band.</summary>
public sealed class PlannedPhaseTests
{
    private const string Aapl = "AAPL";
    private const long Second = 1_000_000_000;
    private const long Alice = 1001;
    private const long Bob = 1002;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Planned_halt_auction_and_trading_follow_in_records_of_their_own()
    {
        var book = NewBook();
        var halt = Phase(
            TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, 900 * Second, 300 * Second),
            PhaseReason.NewsPending);
        Assert.Equal(RejectReason.None, book.Operate(halt, 10 * Second, out _));
        Assert.Equal((PhaseReason.NewsPending, 10 * Second), (book.PhaseReason, book.PhaseNanos));
        Assert.Null(book.FollowPlan((900 * Second) - 1));

        var auction = Assert.IsType<BookTurn>(book.FollowPlan(901 * Second));
        Assert.Equal((TradingPhase.Volatility, 901 * Second), (auction.Phase, auction.TimeNanos));
        Assert.Equal(PhaseReason.Planned, book.PhaseReason);
        // Its duration counts from its scheduled start, however late the book was checked.
        Assert.Equal(new PhasePlan(TradingPhase.Continuous, 1_200 * Second), book.Plan);

        Assert.Equal(TradingPhase.Continuous, Assert.IsType<BookTurn>(book.FollowPlan(1_200 * Second)).Phase);
        Assert.Null(book.Plan);
        Assert.Null(book.FollowPlan(long.MaxValue / 2));
    }

    [Fact]
    public void A_call_of_the_operator_takes_the_place_of_what_was_planned()
    {
        var book = NewBook();
        book.Operate(
            Phase(TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, 900 * Second), PhaseReason.Technical),
            Second, out _);
        Assert.Equal(
            RejectReason.None, book.Operate(Phase(TradingPhase.Opening, null, PhaseReason.None), 2 * Second, out _));
        Assert.Equal((null, PhaseReason.None, 2 * Second), (book.Plan, book.PhaseReason, book.PhaseNanos));

        // A rejected change has no effect.
        book.Operate(
            Phase(TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, 900 * Second), PhaseReason.Technical),
            3 * Second, out _);
        Assert.Equal(
            RejectReason.NotInThisPhase,
            book.Operate(Phase(TradingPhase.PreOpen, null, PhaseReason.None), 4 * Second, out _));
        Assert.Equal(new PhasePlan(TradingPhase.Volatility, 900 * Second), book.Plan);
    }

    [Fact]
    public void A_symbol_that_stands_still_may_be_told_so_again_with_another_plan()
    {
        var book = NewBook();
        var records = new List<BookRecord>();
        void Call(BookCommand call, long now)
        {
            Assert.Equal(RejectReason.None, book.Operate(call, now, out var record));
            records.Add(record!);
        }

        Call(
            Phase(TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, 900 * Second), PhaseReason.Technical),
            Second);
        Call(
            Phase(TradingPhase.Halt, new PhasePlan(TradingPhase.Opening, 600 * Second), PhaseReason.NewsPending),
            2 * Second);
        Assert.Equal((PhaseReason.NewsPending, Second), (book.PhaseReason, book.PhaseNanos));
        Assert.Equal(new PhasePlan(TradingPhase.Opening, 600 * Second), book.Plan);
        Call(Phase(TradingPhase.Halt, null, PhaseReason.Regulatory), 3 * Second);
        Assert.Null(book.Plan);
        Call(
            Phase(TradingPhase.Closed, new PhasePlan(TradingPhase.PreOpen, 900 * Second), PhaseReason.None),
            4 * Second);
        Call(Phase(TradingPhase.Closed, null, PhaseReason.MarketWideBreaker), 5 * Second);
        Assert.Equal(
            (TradingPhase.Closed, PhaseReason.MarketWideBreaker, null), (book.Core.Phase, book.PhaseReason, book.Plan));

        // During trading or an auction, a change to the same phase is rejected.
        Call(Phase(TradingPhase.PreOpen, null, PhaseReason.None), 6 * Second);
        Assert.Equal(
            RejectReason.NotInThisPhase,
            book.Operate(Phase(TradingPhase.PreOpen, null, PhaseReason.None), 7 * Second, out _));

        var again = NewBook();
        foreach (var record in records)
            again.Replay(again.Sequence + 1, BookRecordEncoding.Encode(record));
        Assert.Equal(StateOf(book), StateOf(again));
    }

    [Theory]
    // Level 2 while level 1 lasts: 15 minutes from then on.
    [InlineData(900, 1_200)]
    [InlineData(1_200, 1_200)]
    // A halt for longer, or until somebody ends it, stays.
    [InlineData(1_201, 1_201)]
    [InlineData(0, 0)]
    public void The_breaker_lets_no_halted_symbol_trade_sooner(long planned, long expected)
    {
        var book = NewBook();
        PhasePlan? Plan(long seconds) =>
            seconds == 0 ? null : new PhasePlan(TradingPhase.Volatility, seconds * Second, 300 * Second);
        Assert.Equal(
            RejectReason.None,
            book.Operate(Phase(TradingPhase.Halt, Plan(planned), PhaseReason.Regulatory), Second, out _));
        Assert.Equal(
            RejectReason.None,
            book.Operate(Phase(TradingPhase.Halt, Plan(1_200), PhaseReason.MarketWideBreaker), 2 * Second, out _));
        Assert.Equal(Plan(expected), book.Plan);
        Assert.Equal(expected == planned ? PhaseReason.Regulatory : PhaseReason.MarketWideBreaker, book.PhaseReason);

        // For the day: any plan is removed.
        Assert.Equal(
            RejectReason.None,
            book.Operate(Phase(TradingPhase.Halt, null, PhaseReason.MarketWideBreaker), 3 * Second, out _));
        Assert.Null(book.Plan);
    }

    [Fact]
    public async Task Over_HTTP_the_breaker_closes_what_has_not_opened_and_what_is_halted()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        await exchange.Admin.Operator.Trading.SetPhaseAsync(Aapl, TradingPhase.Closed, cancellation: Token);
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            Aapl, TradingPhase.PreOpen, new Client.PhaseTerms { For = TimeSpan.FromHours(1) }, Token);
        await exchange.Admin.Operator.Trading.SetPhaseAsync(
            "MSFT", TradingPhase.Halt, new Client.PhaseTerms { For = TimeSpan.FromHours(1) }, Token);

        Assert.Equal([Aapl, "MSFT"], (await exchange.Admin.Operator.Trading.ReportIndexAsync(
            800, 1_000, Token)).Symbols);
        foreach (var symbol in (string[])[Aapl, "MSFT"])
        {
            var state = await exchange.Alice.Market.GetStateAsync(symbol, Token);
            Assert.Equal(
                (TradingPhase.Closed, Client.PhaseReason.MarketWideBreaker, null),
                (state.Phase, state.PhaseReason, state.NextPhase));
        }
    }

    public static TheoryData<string, PhasePlan> Nonsense => new()
    {
        { "a phase that can't follow", new(TradingPhase.PreOpen, 5) },
        { "no such phase", new((TradingPhase)7, 5) },
        { "a time before all time", new(TradingPhase.Volatility, -1) },
        { "a length below zero", new(TradingPhase.Volatility, 5, -1) },
        { "trading can't follow the end", new(TradingPhase.Closed, 5, 5) },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void Invalid_plan_is_rejected(string what, PhasePlan plan)
    {
        var book = NewBook();
        var command = new SetTradingPhase(TradingPhase.Halt, plan);
        Assert.Equal(RejectReason.BadRequest, book.Operate(command, Second, out var record));
        Assert.True(record is null && book.Core.Phase == TradingPhase.Continuous, what);
    }

    [Fact]
    public void Price_outside_its_band_starts_an_auction_that_extends_and_ends_by_itself()
    {
        var book = NewBook();
        var records = new List<BookRecord>();
        Rules(book, records, new RuleChanges(
            DynamicBandBasisPoints: 100, DynamicBandAuction: true, AuctionCollarBasisPoints: 50, MaxExtensions: 1,
            AuctionNanos: 120 * Second));
        Assert.Equal(
            RejectReason.None, book.Operate(new SetReferencePrice(15_000), Second, out var set));
        records.Add(set!);
        records.Add(book.Submit(Order(1, Side.Sell, 15_000, 1), Second));
        records.Add(book.Submit(Order(2, Side.Buy, 15_000, 1), Second));
        records.Add(book.Submit(Order(3, Side.Sell, 15_500, 5), Second));
        records.Add(book.Submit(Order(4, Side.Buy, 15_500, 5), 2 * Second));
        Assert.Equal(
            (TradingPhase.Volatility, PhaseReason.PriceBand, 2 * Second),
            (book.Core.Phase, book.PhaseReason, book.PhaseNanos));
        Assert.Equal(new PhasePlan(TradingPhase.Continuous, 122 * Second), book.Plan);

        // Its price would be outside the collar, so it is extended by the same time.
        records.Add(book.FollowPlan(122 * Second)!);
        Assert.Equal((TradingPhase.Volatility, 2 * Second), (book.Core.Phase, book.PhaseNanos));
        Assert.Equal(new PhasePlan(TradingPhase.Continuous, 242 * Second), book.Plan);

        var again = NewBook();
        foreach (var record in records)
            again.Replay(again.Sequence + 1, BookRecordEncoding.Encode(record));
        Assert.Equal(StateOf(book), StateOf(again));
        Assert.Equal(StateOf(book), StateOf(BookMachine.Restore(Aapl, book.Snapshot())));
    }

    [Fact]
    public void A_snapshot_from_before_plans_is_read_as_of_a_book_without_one()
    {
        var book = NewBook();
        var snapshot = book.Snapshot();
        // Reason, start, auction length, plan flag, numbers of trade groups and corporate actions, time of the current
        // units, and changed trades: a zero each.
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0], snapshot[^8..]);
        var old = snapshot[..^8];
        old[0] = 4;
        Assert.Equal(snapshot, BookMachine.Restore(Aapl, old).Snapshot());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Planned_phases_follow_after_a_crash(bool overtaking)
    {
        var time = new ShiftedTime();
        await using var disk = new Disk();
        await using (var before = await Exchange.OpenAsync(disk, [Aapl], [Alice, Bob], overtaking, time: time))
        {
            var plan = new PhasePlan(TradingPhase.Volatility, time.UnixNanos() + (900 * Second), 300 * Second);
            Assert.Equal(
                RejectReason.None,
                await before.Book(Aapl).Operate(Phase(TradingPhase.Halt, plan, PhaseReason.MarketWideBreaker)));
            await before.CrashAsync();
        }

        await using var after = await Exchange.StartAsync(disk, overtaking, time: time);
        var halted = await after.Book(Aapl).State();
        Assert.Equal((TradingPhase.Halt, PhaseReason.MarketWideBreaker), (halted.Phase, halted.Reason));
        time.Advance(TimeSpan.FromSeconds(901));
        await Wait.UntilAsync(
            async () => (await after.Book(Aapl).State()).Phase == TradingPhase.Volatility, "the auction");
        await after.PlaceAsync(Bob, "s", Aapl, Side.Sell, 15_000, 5);
        await after.PlaceAsync(Alice, "b", Aapl, Side.Buy, 15_010, 5);
        time.Advance(TimeSpan.FromSeconds(300));
        await Wait.UntilAsync(async () => (await after.Book(Aapl).State()).Phase == TradingPhase.Continuous, "trading");
        var state = await after.Book(Aapl).State();
        Assert.Equal((0, null, true), (state.OpenOrders, state.Plan, state.LastPriceTicks is >= 15_000 and <= 15_010));
    }

    [Fact]
    public async Task Over_HTTP_the_state_says_why_since_when_and_what_comes_next()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        var state = await exchange.Admin.Operator.Trading.SetPhaseAsync(
            Aapl,
            TradingPhase.Halt,
            new Client.PhaseTerms
            {
                Reason = Client.PhaseReason.NewsPending,
                For = TimeSpan.FromMinutes(15),
                ThenFor = TimeSpan.FromMinutes(5),
            },
            Token);
        Assert.Equal(
            (TradingPhase.Halt, Client.PhaseReason.NewsPending, TradingPhase.Volatility),
            (state.Phase, state.PhaseReason, state.NextPhase));
        Assert.InRange(
            state.NextPhaseTime!.Value - state.PhaseSince!.Value, TimeSpan.FromSeconds(890), TimeSpan.FromSeconds(900));

        var rules = await exchange.Admin.Operator.Trading.SetRulesAsync(
            Aapl, new Client.BookRules { AuctionSeconds = 90 }, cancellation: Token);
        Assert.Equal(90, rules.AuctionSeconds);
        rules = await exchange.Admin.Operator.Trading.SetRulesAsync(
            Aapl, new Client.BookRules { AuctionSeconds = Client.BookRules.None }, cancellation: Token);
        Assert.Null(rules.AuctionSeconds);

        state = await exchange.Alice.Market.GetStateAsync(Aapl, Token);
        Assert.Equal((TradingPhase.Halt, TradingPhase.Volatility), (state.Phase, state.NextPhase));
    }

    private static (PhasePlan? Plan, PhaseReason Why, long Since, long Auction, ulong Hash) StateOf(BookMachine book) =>
        (book.Plan, book.PhaseReason, book.PhaseNanos, book.AuctionNanos, book.Core.StateHash);

    private static BookMachine NewBook()
    {
        var book = new BookMachine(Aapl);
        book.Define(EncodedInstrument.From(Listed.Aapl), 1);
        return book;
    }

    private static SetTradingPhase Phase(TradingPhase phase, PhasePlan? plan, PhaseReason why) =>
        new(phase, plan, why);

    private static void Rules(BookMachine book, List<BookRecord> records, RuleChanges rules)
    {
        var command = new SetBookRules(rules);
        Assert.Equal(RejectReason.None, book.Operate(command, 1, out var record));
        records.Add(record!);
    }

    private static SubmitOrder Order(long number, Side side, long price, long lots) => new(
        1000 + number, number, $"o{number}", side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price,
        lots,
        MakerFeePpm: 200, TakerFeePpm: 777);
}
