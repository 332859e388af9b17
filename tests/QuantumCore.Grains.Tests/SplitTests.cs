using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Markets;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Splits: while its books stand still, each account's units are converted once, and fractions are paid. A crash is a
/// second exchange on the same journal.
/// </summary>
public class SplitTests
{
    private const string Symbol = "CORP";
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private const long Cash = 1_000_000;

    // One new share is worth 10.00.
    private const long Ten = 100_000_000_000;

    [Fact]
    public async Task Units_become_new_ones_and_fractions_are_paid_while_the_book_stands_still()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 101), (Bob, 8), (Carol, 0));
        await market.TradeAsync(Carol, Bob, 1_500, 5);
        var resting = await market.Exchange.PlaceAsync(Alice, "rests", Symbol, Side.Sell, 1_600, 50);
        var cash = await market.CashAsync();
        Assert.Null(await market.AnnounceAsync(3, 2));

        // It waits for the book to stand still.
        await market.Exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
        Assert.Equal(CorporateActionState.Announced, (await market.ActionAsync()).State);
        var done = await market.SplitAsync();
        Assert.Equal(new CorporateSums(3, 109, 0, 1_500, 0, 0), done.Sums);
        Assert.Equal<long[]>([151, 4, 7], await market.UnitsAsync());
        Assert.Equal<long[]>([cash[0] + 500, cash[1] + 500, cash[2] + 500], await market.CashAsync());
        var report = await market.Exchange.Book(Symbol).Status(Alice, resting.OrderId);
        Assert.Equal((OrderStatus.New, 1_067, 75), (report.Status, report.PriceTicks, report.LeavesLots));
        Assert.Equal(
            [(Alice, 101L, 50L, 500L), (Bob, 3, 1, 500), (Carol, 5, 2, 500)],
            (await market.PartsAsync()).Select(part => (part.Account, part.Units, part.Change, part.Amount)));
        await market.RequireBooksAsync();

        // Trading continues in new units: Carol's five at 15.00 became seven and a half at 10.00.
        await market.ResumeAsync();
        await market.TradeAsync(Alice, Carol, 1_000, 7);
        await market.Exchange.Ledger.CatchUp();
        var position = Assert.Single(await market.Exchange.Ledger.Positions(Carol, PositionMethod.Average, []));
        Assert.Equal((0L, (Int128)0, (Int128)0), (position.QuantityLots, position.Cost, position.Realised));
        Assert.Equal<long[]>([158, 4, 0], await market.UnitsAsync());
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task Orders_for_all_that_an_account_has_follow_a_split_through_a_crash_in_its_middle()
    {
        await using var disk = new Disk();
        await using var dead = await Market.OpenAsync(disk, (Alice, 101), (Bob, 0), (Carol, 7));
        var resting = await dead.Exchange.PlaceAsync(Alice, "all", Symbol, Side.Sell, 1_600, 100);
        var bid = await dead.Exchange.PlaceAsync(Bob, "bid", Symbol, Side.Buy, 1_000, 33);
        Assert.Null(await dead.AnnounceAsync(3, 2));
        await dead.PassAsync(CorporateActionState.Begun, halts: true);
        var report = await dead.Exchange.Book(Symbol).Status(Alice, resting.OrderId);
        Assert.Equal((1_067L, 150L), (report.PriceTicks, report.LeavesLots));

        // The order holds new units that have not arrived yet, so nothing may leave. The account and the exchange crash
        // like that.
        var held = (await dead.Exchange.ViewAsync(Alice, report)).Balances.Single(balance => balance.Asset == Symbol);
        Assert.Equal((101L, 150L), (held.Total, held.Held));
        Assert.NotEqual(
            RejectReason.None, (await dead.Exchange.Account(Alice).Transfer(new("early", Bob, Symbol, 1))).Reason);
        await dead.Exchange.Ledger.CatchUp();
        await dead.RequireBooksAsync();
        await dead.Exchange.Cluster.DeactivateAsync(dead.Exchange.Account(Alice));
        Assert.Equal(
            150, (await dead.Exchange.ViewAsync(Alice)).Balances.Single(balance => balance.Asset == Symbol).Held);
        await dead.Exchange.CrashAsync();

        await using var alive = await dead.StartAgainAsync();
        Assert.Equal(
            150, (await alive.Exchange.ViewAsync(Alice)).Balances.Single(balance => balance.Asset == Symbol).Held);
        await alive.PassAsync(CorporateActionState.Entered, TimeSpan.FromSeconds(10), orPaid: true);
        Assert.Equal<long[]>([151, 0, 10], await alive.UnitsAsync());
        await alive.RequireBooksAsync();

        // All of it trades, and so does the following buy.
        await alive.ResumeAsync();
        var bought = await alive.Exchange.PlaceAsync(Bob, "buys", Symbol, Side.Buy, 1_067, 150);
        Assert.Equal(OrderStatus.Filled, bought.Status);
        var sold = await alive.Exchange.PlaceAsync(Carol, "sells", Symbol, Side.Sell, 666, 10);
        Assert.Equal([666L], sold.Fills.Select(fill => fill.PriceTicks));
        Assert.Equal(49 - 10, (await alive.Exchange.Book(Symbol).Status(Bob, bid.OrderId)).LeavesLots);
        Assert.Equal<long[]>([1, 160, 0], await alive.UnitsAsync());
        await alive.RequireBooksAsync();
    }

    [Fact]
    public async Task A_market_order_is_measured_by_the_last_price_in_new_units()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 0), (Carol, 0));
        var share = Listed.Share(Symbol);
        await market.TradeAsync(Bob, Alice, 1_500, 5);
        await RequireReferenceAsync(1_500);
        Assert.Null(await market.AnnounceAsync(2, 1));
        await market.SplitAsync();
        await RequireReferenceAsync(750);

        // It is unchanged when the view of the book is rebuilt.
        await market.Exchange.Cluster.DeactivateAsync(market.Exchange.Grains.GetGrain<IMarketDataGrain>(Symbol));
        await RequireReferenceAsync(750);

        // Later trades have their own price.
        await market.ResumeAsync();
        await market.TradeAsync(Carol, Bob, 800, 1);
        await RequireReferenceAsync(800);

        Task RequireReferenceAsync(long ticks) => Wait.UntilAsync(
            async () => await new ReferencePrices(market.Exchange.Grains, market.Time).OfAsync(share) == ticks,
            $"the reference to be {ticks}");
    }

    [Fact]
    public async Task Halt_with_a_planned_end_does_not_allow_a_split()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 0), (Carol, 0));
        Assert.Null(await market.AnnounceAsync(2, 1));
        var ends = new SetTradingPhase(
            TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, market.Time.GetUtcNow().AddHours(1).UnixNanos()));
        Assert.Equal(RejectReason.None, await market.Exchange.Book(Symbol).Operate(ends));
        await market.Exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
        Assert.Equal(CorporateActionState.Announced, (await market.ActionAsync()).State);
    }

    [Fact]
    public async Task A_reverse_split_takes_units_and_pays_what_is_too_little_for_one()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 109), (Bob, 7), (Carol, 20));
        Assert.Null(await market.AnnounceAsync(1, 10));
        await market.SplitAsync();
        Assert.Equal<long[]>([10, 0, 2], await market.UnitsAsync());
        Assert.Equal<long[]>([Cash + 900, Cash + 700, Cash], await market.CashAsync());
        Assert.Equal(
            RejectReason.ShortNotAllowed,
            (await market.Exchange.HoldAsync(Alice, "more", Symbol, Side.Sell, 1_000, 11)).Reason);
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task Units_moved_after_the_cut_are_new_units_and_no_account_becomes_negative()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 50), (Carol, 0));
        Assert.Null(await market.AnnounceAsync(1, 10));
        await market.PassAsync(CorporateActionState.Begun, halts: true);

        // Alice has ten by now, and gives away twenty; an order that comes late ends too.
        await market.TransferAsync(Bob, Carol, 3);
        await market.TransferAsync(Alice, Carol, 95);
        await market.Exchange.PlaceAsync(Bob, "late", Symbol, Side.Sell, 1_600, 40);
        await market.PassAsync(CorporateActionState.Begun, TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(async () => (await market.PartsAsync()).Length == 1, "Bob's part");
        Assert.Equal(CorporateActionState.Begun, (await market.ActionAsync()).State);
        Assert.Equal<long[]>([5, 2, 98], await market.UnitsAsync());

        // The missing units return, and it continues.
        await market.TransferAsync(Carol, Alice, 85);
        await market.PassAsync(CorporateActionState.Entered, TimeSpan.Zero, orPaid: true);
        Assert.Equal<long[]>([0, 2, 13], await market.UnitsAsync());
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task Half_completed_split_is_finished_after_a_crash_once_for_each_account()
    {
        await using var disk = new Disk();
        await using var dead = await Market.OpenAsync(disk, (Alice, 101), (Bob, 8), (Carol, 5));
        await dead.TradeAsync(Carol, Bob, 1_500, 5);
        Assert.Null(await dead.AnnounceAsync(2, 1));
        await dead.PassAsync(CorporateActionState.Begun, halts: true);
        await dead.Exchange.Account(Carol).EnterAction(await dead.ActionAsync(), 10);
        await dead.Exchange.Cluster.DeactivateAsync(dead.Exchange.Account(Carol));
        await dead.Exchange.Account(Bob).EnterAction(await dead.ActionAsync(), 3);
        await dead.Exchange.CrashAsync();

        await using var alive = await dead.StartAgainAsync();
        await alive.PassAsync(CorporateActionState.Entered, TimeSpan.FromSeconds(10), orPaid: true);
        Assert.Equal<long[]>([202, 6, 20], await alive.UnitsAsync());
        await alive.RequireBooksAsync();

        // The history is deleted, and the rebuilt one is equal, including positions.
        var positions = await alive.Exchange.Ledger.Positions(Carol, PositionMethod.FirstInFirstOut, []);
        Assert.Equal((10L, (Int128)7_500), (Assert.Single(positions).QuantityLots, Assert.Single(positions).Cost));
        await alive.Exchange.CrashAsync();
        await disk.LoseHistoryAsync();
        await using var last = await alive.StartAgainAsync();
        await last.Exchange.Ledger.CatchUp();
        Assert.Equal(positions, await last.Exchange.Ledger.Positions(Carol, PositionMethod.FirstInFirstOut, []));
        Assert.Equal<long[]>([202, 6, 20], await last.UnitsAsync());
    }

    [Fact]
    public async Task Loss_of_the_day_is_converted_to_new_units()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 50), (Carol, 0));
        await market.TradeAsync(Carol, Bob, 1_500, 10);
        await market.Exchange.Account(Carol).SetLimits(new("*USD", [new(LimitKind.DailyLoss, 1_000)], "desk", ""));
        Assert.Null(await market.AnnounceAsync(3, 1));
        await market.SplitAsync();
        await market.ResumeAsync();

        // Bought at 15.00, sold at 5.00 after three for one: nothing is lost, and Carol may buy on.
        await market.TradeAsync(Alice, Carol, 500, 20);
        Assert.Equal(
            RejectReason.None, (await market.Exchange.HoldAsync(Carol, "again", Symbol, Side.Buy, 500, 1)).Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trade_of_before_a_split_is_not_changed_any_more(bool bySnapshot)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 100), (Carol, 0));
        await market.TradeAsync(Carol, Bob, 1_500, 10);
        var book = market.Exchange.Book(Symbol).Grain;
        Assert.Equal(RejectReason.None, (await book.ChangeTrade(Symbol, new TradePlace(3, 0), 1_400)).Reason);
        Assert.Null(await market.AnnounceAsync(2, 1));
        await market.SplitAsync();
        await market.ResumeAsync();
        await market.TradeAsync(Carol, Bob, 700, 10);
        if (bySnapshot)
        {
            await market.Exchange.Cluster.DeactivateAsync(book);
        }

        // The units it would return have been converted.
        Assert.Equal(RejectReason.UnknownTrade, (await book.ChangeTrade(Symbol, new TradePlace(3, 0), 0)).Reason);
        var last = (await market.Exchange.RecordsAsync(Symbol)).Last(
            at => at.Record is OrderAccepted { Fills.Length: 1 }).Sequence;
        Assert.Equal(RejectReason.None, (await book.ChangeTrade(Symbol, new TradePlace(last, 0), 0)).Reason);
        await market.Exchange.Account(Carol).CatchUp();
        Assert.Equal<long[]>([200, 180, 20], await market.UnitsAsync());
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task Short_position_from_a_sold_deposit_is_converted_by_a_split()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 200), (Bob, 0), (Carol, 0));
        await market.TradeAsync(Bob, Alice, 100, 100);
        await market.Exchange.Account(Alice).SetLimits(new("*USD", [new(LimitKind.DailyLoss, 1_000)], "desk", ""));
        Assert.Null(await market.AnnounceAsync(1, 10));
        await market.SplitAsync();
        await market.ResumeAsync();
        Assert.Equal((-10L, (Int128)(-10_000), (Int128)0), await market.PositionAsync(Alice));

        // A hundred earlier units at 1.00 are ten at 10.00: bought back without profit or loss, and Alice may buy on.
        await market.TradeAsync(Alice, Bob, 1_000, 10);
        Assert.Equal((0L, (Int128)0, (Int128)0), await market.PositionAsync(Alice));
        Assert.Equal(
            RejectReason.None, (await market.Exchange.HoldAsync(Alice, "again", Symbol, Side.Buy, 1_000, 1)).Reason);
    }

    [Fact]
    public async Task Loss_of_the_day_is_converted_although_the_account_had_no_units_at_the_cut()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 0), (Carol, 5));
        await market.TradeAsync(Bob, Alice, 100, 100);
        await market.TradeAsync(Bob, Carol, 100, 5);
        await market.TradeAsync(Carol, Bob, 100, 5);
        await market.TransferAsync(Carol, Bob, 5);
        foreach (var account in new[] { Alice, Carol })
        {
            await market.Exchange.Account(account)
                .SetLimits(new("*USD", [new(LimitKind.DailyLoss, 1_000)], "desk", ""));
        }

        Assert.Null(await market.AnnounceAsync(1, 10));
        var done = await market.SplitAsync();
        Assert.Equal<long[]>([0, 10, 0], await market.UnitsAsync());
        Assert.Equal((105L, 0L), (done.Sums.LongUnits, done.Sums.ShortUnits));
        await market.RequireBooksAsync();
        await market.ResumeAsync();

        // A hundred earlier units sold at 1.00 are ten at 10.00: bought back without profit or loss, and Alice may buy
        // on.
        await market.TradeAsync(Alice, Bob, 1_000, 10);
        Assert.Equal((0L, (Int128)0, (Int128)0), await market.PositionAsync(Alice));
        Assert.Equal(
            RejectReason.None, (await market.Exchange.HoldAsync(Alice, "again", Symbol, Side.Buy, 1_000, 1)).Reason);
        await market.Exchange.Cluster.DeactivateAsync(market.Exchange.Account(Alice));
        Assert.Equal(
            RejectReason.None, (await market.Exchange.HoldAsync(Alice, "more", Symbol, Side.Buy, 1_000, 1)).Reason);
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task A_position_is_split_though_its_units_were_in_another_account_at_the_cut()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 0), (Carol, 0));
        await market.TradeAsync(Bob, Alice, 1_000, 100);
        await market.TransferAsync(Bob, Carol, 100);
        Assert.Null(await market.AnnounceAsync(2, 1));
        await market.SplitAsync();
        await market.ResumeAsync();
        await market.TransferAsync(Carol, Bob, 200);
        await market.TradeAsync(Alice, Bob, 500, 200);
        Assert.Equal((0L, (Int128)0, (Int128)0), await market.PositionAsync(Bob));
        Assert.Equal((0L, (Int128)0, (Int128)0), await market.PositionAsync(Alice));
        await market.RequireBooksAsync();
    }

    [Theory]
    [InlineData("margin", "symbol")]
    [InlineData("later", "symbol")]
    [InlineData("quote", "symbol")]
    [InlineData("lots", "symbol")]
    [InlineData("another", "symbol")]
    [InlineData("ratio", "ratio")]
    [InlineData("zero", "ratio")]
    [InlineData("pay", "payDate")]
    public async Task Split_of_an_unsuitable_symbol_is_rejected_with_its_field(string what, string field)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 0), (Carol, 0));
        var catalog = market.Exchange.Grains.Catalog();
        var share = Listed.Share("OTHER") with { Base = new Asset(Symbol, 0) };
        switch (what)
        {
            case "margin":
                var terms = new MarginTerms { Long = MarginTable.Flat(500_000, 250_000) };
                Assert.Null(await catalog.SetMarginTerms(new(Symbol, EncodedMarginTerms.From(terms), "desk", "")));
                break;
            case "later":
                await catalog.List(EncodedInstrument.From(share with { SettlementDays = 1, SettlementVenue = "MAIN" }));
                break;
            case "quote":
                await catalog.List(
                    EncodedInstrument.From(
                        Listed.Share("OTHER") with { Quote = new Asset(Symbol, 0), PriceDecimals = 0 }));
                break;
            case "lots":
                await catalog.List(EncodedInstrument.From(share with { LotSize = 10 }));
                break;
            case "another":
                Assert.Null(await market.AnnounceAsync(2, 1, id: "other"));
                break;
        }

        var (numerator, denominator) = what == "ratio" ? (2, 2) : what == "zero" ? (0, 1) : (2, 1);
        Assert.Equal(
            field, (await market.AnnounceAsync(numerator, denominator, payDate: what == "pay" ? 84_000 : 0))?.Field);
    }

    [Fact]
    public async Task Settings_that_exclude_a_split_are_rejected_while_one_is_in_progress()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 0), (Carol, 0));
        var catalog = market.Exchange.Grains.Catalog();
        var terms = new MarginTermsRequest(
            Symbol, EncodedMarginTerms.From(new MarginTerms { Long = MarginTable.Flat(500_000, 250_000) }), "desk", "");
        var other = EncodedInstrument.From(
            Listed.Share("OTHER") with { Base = new Asset(Symbol, 0), SettlementDays = 1, SettlementVenue = "MAIN" });
        Assert.Null(await market.AnnounceAsync(2, 1));
        Assert.NotNull(await catalog.SetMarginTerms(terms));
        await Assert.ThrowsAsync<ArgumentException>(async () => await catalog.List(other));
        await market.SplitAsync();
        Assert.Null(await catalog.SetMarginTerms(terms));
        await catalog.List(other);
    }

    [Fact]
    public async Task A_dividend_waits_for_a_split_and_is_of_new_units_then()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 0), (Carol, 0));
        Assert.Null(await market.AnnounceAsync(3, 1));
        var dividend =
            new CorporateActionRequest("dividend", CorporateActionKind.CashDividend, Symbol, 0, 0, Ten, "desk", "");
        Assert.Equal("symbol", (await market.Exchange.Grains.Catalog().AnnounceAction(dividend))?.Field);
        await market.SplitAsync();
        Assert.Null(await market.Exchange.Grains.Catalog().AnnounceAction(dividend));
        market.Time.Advance(TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(
            async () =>
            {
                await market.Exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
                return (await market.CashAsync())[0] == Cash + 300_000;
            },
            "the dividend of 300 shares");
        await market.RequireBooksAsync();
    }

    private sealed class Market(Exchange exchange, ShiftedTime time) : IAsyncDisposable
    {
        private static readonly long[] s_accounts = [Alice, Bob, Carol];
        private int _names;

        public Exchange Exchange => exchange;

        public ShiftedTime Time => time;

        public static async Task<Market> OpenAsync(Disk disk, params (long Account, long Units)[] holders)
        {
            var time = new ShiftedTime();
            time.Advance(new DateTimeOffset(2024, 6, 3, 10, 0, 0, TimeSpan.Zero) - time.GetUtcNow());
            var market = new Market(await Exchange.StartAsync(disk, time: time), time);
            var share = Listed.Share(Symbol) with { MakerFeePpm = 0, TakerFeePpm = 0 };
            await market.Exchange.Grains.Catalog().List(EncodedInstrument.From(share));
            foreach (var (account, units) in holders)
            {
                await market.Exchange.Account(account).Deposit(new("cash", "USD", Cash));
                if (units > 0)
                {
                    await market.Exchange.Account(account).Deposit(new("units", Symbol, units));
                }
            }

            return market;
        }

        public async Task<Market> StartAgainAsync() => new(await Exchange.StartAsync(exchange.Disk, time: time), time)
        {
            _names = 1_000,
        };

        public async Task<CorporateRefusal?> AnnounceAsync(
            long numerator, long denominator, string id = "split-1", long payDate = 0) =>
            await exchange.Grains.Catalog().AnnounceAction(new CorporateActionRequest(
                id, CorporateActionKind.Split, Symbol, 0, payDate, Ten, "desk", "", numerator, denominator));

        public async Task<CorporateActionView> ActionAsync() =>
            Assert.Single(
                await exchange.Grains.Catalog().CorporateActions(),
                action => action.Request.Kind == CorporateActionKind.Split);

        /// <summary>Halts the book and completes the split.</summary>
        public async Task<CorporateActionView> SplitAsync()
        {
            await PassAsync(CorporateActionState.Begun, halts: true);
            return await PassAsync(CorporateActionState.Paid, TimeSpan.FromSeconds(10));
        }

        public async Task<CorporateActionView> PassAsync(
            CorporateActionState state, TimeSpan by = default, bool halts = false, bool orPaid = false)
        {
            if (halts)
            {
                Assert.Equal(
                    RejectReason.None,
                    await exchange.Book(Symbol).Operate(new SetTradingPhase(TradingPhase.Halt)));
            }

            time.Advance(by);
            await Wait.UntilAsync(
                async () =>
                {
                    await exchange.RefreshCatalogsAsync();
                    await exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
                    var now = (await ActionAsync()).State;
                    return now == state || (orPaid && now == CorporateActionState.Paid);
                },
                $"the split to be {state}");
            return await ActionAsync();
        }

        /// <summary>Ends the halt with an auction, in which nobody trades here.</summary>
        public async Task ResumeAsync()
        {
            foreach (var phase in new[] { TradingPhase.Opening, TradingPhase.Continuous })
            {
                Assert.Equal(
                    RejectReason.None,
                    await exchange.Book(Symbol).Operate(new SetTradingPhase(phase)));
            }
        }

        public async Task TradeAsync(long buyer, long seller, long price, long lots)
        {
            await exchange.PlaceAsync(seller, Name(), Symbol, Side.Sell, price, lots);
            var report = await exchange.PlaceAsync(buyer, Name(), Symbol, Side.Buy, price, lots);
            Assert.Equal(OrderStatus.Filled, report.Status);
            await exchange.ViewAsync(buyer, report);
            await exchange.ViewAsync(seller, report);
        }

        public async Task<(long Lots, Int128 Cost, Int128 Realised)> PositionAsync(long account)
        {
            await exchange.Ledger.CatchUp();
            var position = Assert.Single(await exchange.Ledger.Positions(account, PositionMethod.Average, []));
            return (position.QuantityLots, position.Cost, position.Realised);
        }

        public async Task TransferAsync(long from, long to, long amount)
        {
            var given = await exchange.Account(from).Transfer(new(Name(), to, Symbol, amount));
            Assert.Equal(RejectReason.None, given.Reason);
            await exchange.Account(to).TakeInTransfer(new TransferArrival(from, given.Sequence, Symbol, amount));
            await exchange.Account(from).EndTransfer(given.Sequence);
        }

        public Task<long[]> CashAsync() => TotalsAsync("USD");

        public Task<long[]> UnitsAsync() => TotalsAsync(Symbol);

        public async Task<ImmutableArray<CorporatePart>> PartsAsync() =>
            (await exchange.Ledger.CorporateParts("split-1", unpaid: false, after: -1, limit: 100)).Parts;

        /// <summary>Checks that the ledger agrees with itself and with every account.</summary>
        public Task RequireBooksAsync() => TransferTests.RequireInvariantsAsync(exchange);

        public ValueTask DisposeAsync() => exchange.DisposeAsync();

        private async Task<long[]> TotalsAsync(string asset)
        {
            var all = new List<long>();
            foreach (var account in s_accounts)
            {
                await exchange.Account(account).CatchUp();
                var view = await exchange.ViewAsync(account);
                all.Add(view.Balances.FirstOrDefault(balance => balance.Asset == asset).Total);
            }

            return [.. all];
        }

        private string Name() => string.Create(CultureInfo.InvariantCulture, $"name-{_names++}");
    }
}
