using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Cash dividends: each account's part is decided once by its holding at the cut, pending until the pay date, and exact
/// to the cent in total. A crash is a second exchange on the same journal.
/// </summary>
public class DividendTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private const long Cash = 1_000_000;

    // 12.5 cents a share, in 10^-8 cents.
    private const long Rate = 1_250_000_000;
    private static readonly DateTimeOffset s_monday = new(2024, 6, 3, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Dividend_is_rounded_down_and_pending_until_the_pay_date_and_the_rest_is_kept()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 101), (Bob, 7), (Carol, 5));
        Assert.Null(await market.AnnounceAsync(Rate, exDate: 1, payDate: 3));
        await market.Exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
        Assert.Equal(CorporateActionState.Announced, (await market.ActionAsync()).State);

        var entered = await market.AdvanceAsync(days: 1, CorporateActionState.Entered);
        Assert.Equal(new CorporateSums(3, 113, 0, 1_411, 0, 1), entered.Sums);
        Assert.Equal(1_412, entered.Sums.FromIssuer);
        Assert.Equal((Cash + 1_262, 1_262), await market.HasAsync(Alice));
        Assert.Equal((Cash + 87, 87), await market.HasAsync(Bob));
        Assert.Equal((Cash + 62, 62), await market.HasAsync(Carol));
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Alice).Withdraw(new("out", "USD", Cash + 1, "DE89"))).Reason);
        await market.RequireBooksAsync();

        await market.AdvanceAsync(days: 2, CorporateActionState.Paid);
        Assert.Equal((Cash + 1_262, 0), await market.HasAsync(Alice));
        Assert.Equal(
            [(5L, 0L, 1L, true), (Alice, 101, 1_262, true), (Bob, 7, 87, true), (Carol, 5, 62, true)],
            (await market.PartsAsync()).Select(part => (part.Account, part.Units, part.Amount, part.IsPaid)));
        Assert.Equal(
            RejectReason.None,
            (await market.Account(Alice).Withdraw(new("out-2", "USD", Cash + 1_262, "DE89"))).Reason);
        await market.RequireBooksAsync();
        var rows = await market.Exchange.Ledger.TrialBalance();
        Assert.Equal(1, rows.Single(row => (row.Asset, row.Holder) == ("USD", "rounding")).Total);
    }

    [Fact]
    public async Task Dividend_entitlement_counts_moves_before_the_cut_alone()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 40), (Carol, 0));
        await market.TradeAsync(Bob, Alice, 10);
        await market.TransferAsync(Alice, Carol, "CORP", 20);
        Assert.Null(await market.AnnounceAsync(Rate));

        // From here on units are ex-dividend: 70, 50 and 20 were there.
        await market.TradeAsync(Carol, Bob, 50);
        await market.TransferAsync(Alice, Bob, "CORP", 30);
        await market.Account(Alice).Deposit(new("late", "CORP", 1_000));
        await market.Account(Carol).Withdraw(new("gone", "CORP", 70, "vault"));
        var before = await market.CashAsync();
        await market.PassAsync(CorporateActionState.Paid, TimeSpan.FromSeconds(10));
        Assert.Equal([875L, 625, 250], (await market.CashAsync()).Zip(before).Select(pair => pair.First - pair.Second));
        Assert.All(await market.CashPendingAsync(), pending => Assert.Equal(0, pending));
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task Open_buys_of_the_symbol_fall_at_the_cut_sells_and_later_orders_stay()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 100), (Bob, 40), (Carol, 0));
        var buy = await market.Exchange.PlaceAsync(Carol, "buy", "CORP", Side.Buy, 900, 10);
        var sell = await market.Exchange.PlaceAsync(Alice, "sell", "CORP", Side.Sell, 1_100, 10);
        Assert.Null(await market.AnnounceAsync(Rate, exDate: 1));
        await market.PassAsync(CorporateActionState.Begun, TimeSpan.FromHours(14));
        var later = await market.Exchange.PlaceAsync(Carol, "later", "CORP", Side.Buy, 900, 10);
        await market.PassAsync(CorporateActionState.Paid, TimeSpan.FromSeconds(10));
        foreach (var (account, order,
            price) in new[] { (Carol, buy, 887L), (Alice, sell, 1_100L), (Carol, later, 900L) })
        {
            var report = await market.Exchange.Book("CORP").Status(account, order.OrderId);
            Assert.Equal((OrderStatus.New, price, 10), (report.Status, report.PriceTicks, report.LeavesLots));
            Assert.Equal(
                price,
                Assert.Single(
                    (await market.Exchange.ViewAsync(account, report)).OpenOrders,
                    open => open.OrderId == order.OrderId).PriceTicks);
        }
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task Short_position_pays_the_dividend_rounded_up()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 0), (Bob, 100), (Carol, 3));
        await market.ShortAsync(Alice, Bob, 11);
        Assert.Null(await market.AnnounceAsync(Rate, payDate: 2));
        var before = await market.CashAsync();
        var entered = await market.PassAsync(CorporateActionState.Entered, TimeSpan.FromSeconds(10));

        // 111 and 3 units at 12.5 cents are held, 11 are owed: 1387 and 37, 138; the issuer pays 1287 for 103.
        Assert.Equal(new CorporateSums(3, 114, 11, 1_387 + 37, 138, 1), entered.Sums);
        Assert.Equal(
            [-138L, 1_387, 37], (await market.CashAsync()).Zip(before).Select(pair => pair.First - pair.Second));
        Assert.Equal<long[]>([-138, 1_387, 37], await market.CashPendingAsync());
        await market.AdvanceAsync(days: 2, CorporateActionState.Paid);
        Assert.Equal<long[]>([0, 0, 0], await market.CashPendingAsync());
        await market.RequireBooksAsync();
    }

    [Fact]
    public async Task Half_completed_dividend_is_finished_after_a_crash_once_for_each_account()
    {
        await using var disk = new Disk();
        await using var dead = await Market.OpenAsync(disk, (Alice, 101), (Bob, 7), (Carol, 5));
        Assert.Null(await dead.AnnounceAsync(Rate, exDate: 1, payDate: 2));
        var action = await dead.ActionAsync();
        await dead.Account(Bob).EnterAction(action, 7);
        await dead.Account(Bob).EnterAction(action, 7);
        await dead.Exchange.CrashAsync();

        await using var alive = await dead.StartAgainAsync();
        await alive.Account(Bob).EnterAction(action, 7);
        await alive.AdvanceAsync(days: 1, CorporateActionState.Entered);
        Assert.Equal<long[]>([1_262, 87, 62], await alive.CashPendingAsync());

        // The same on the pay date, and the accounts come back from snapshots.
        await alive.ForgetAsync(Alice);
        await alive.ForgetAsync(Bob);
        await alive.Account(Alice).PayAction(action.Request.Id);
        await alive.Exchange.CrashAsync();
        await using var last = await alive.StartAgainAsync();
        await last.AdvanceAsync(days: 1, CorporateActionState.Paid);
        Assert.Equal<long[]>([0, 0, 0], await last.CashPendingAsync());
        Assert.Equal<long[]>([Cash + 1_262, Cash + 87, Cash + 62], await last.CashAsync());
        await last.RequireBooksAsync();
    }

    [Fact]
    public async Task A_history_that_was_made_again_tells_the_same()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 101), (Bob, 7), (Carol, 5));
        Assert.Null(await market.AnnounceAsync(Rate, exDate: 1, payDate: 5));
        await market.AdvanceAsync(days: 1, CorporateActionState.Entered);
        var parts = await market.PartsAsync();
        await market.Exchange.CrashAsync();
        await disk.LoseHistoryAsync();
        await using var again = await market.StartAgainAsync();
        Assert.Equal(parts, await again.PartsAsync());
        await again.RequireBooksAsync();
    }

    [Fact]
    public async Task The_same_announcement_changes_nothing_and_another_one_under_its_id_is_refused()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 10), (Bob, 0), (Carol, 0));
        Assert.Null(await market.AnnounceAsync(Rate, exDate: 1, payDate: 2));
        var known = await market.ActionAsync();
        Assert.Null(await market.AnnounceAsync(Rate, exDate: 1, payDate: 2));
        Assert.Equal("id", (await market.AnnounceAsync(Rate + 1, exDate: 1, payDate: 2))?.Field);
        Assert.Equal("id", (await market.AnnounceAsync(Rate, exDate: 1, payDate: 3))?.Field);
        Assert.Equal(known, await market.ActionAsync());
        await market.AdvanceAsync(days: 2, CorporateActionState.Paid);
        Assert.Null(await market.AnnounceAsync(Rate, exDate: 1, payDate: 2));
        Assert.Equal(CorporateActionState.Paid, (await market.ActionAsync()).State);
    }

    [Theory]
    [InlineData("NONE", 1, 0, 0, "symbol")]
    [InlineData("CORP", 0, 0, 0, "amount")]
    [InlineData("CORP", 1, -1, 0, "exDate")]
    [InlineData("CORP", 1, 100_000, 0, "exDate")]
    [InlineData("CORP", 1, 2, 1, "payDate")]
    [InlineData("CORP", 1, 0, -1, "payDate")]
    [InlineData("CORP", 1, 0, 100_000, "payDate")]
    public async Task A_malformed_announcement_is_refused_by_its_field(
        string symbol, long rate, int exDate, int payDate, string field)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, (Alice, 10), (Bob, 0), (Carol, 0));
        Assert.Equal(field, (await market.AnnounceAsync(rate, exDate, payDate, symbol))?.Field);
        Assert.Empty(await market.Exchange.Grains.Catalog().CorporateActions());
    }

    private sealed class Market(Exchange exchange, ShiftedTime time) : IAsyncDisposable
    {
        private const string Symbol = "CORP";
        private static readonly long[] s_accounts = [Alice, Bob, Carol];
        private readonly long _today = DayOf(time.GetUtcNow());
        private int _names;

        public Exchange Exchange => exchange;

        public static async Task<Market> OpenAsync(Disk disk, params (long Account, long Units)[] holders)
        {
            var time = new ShiftedTime();
            time.Advance(s_monday - time.GetUtcNow());
            var market = new Market(await Exchange.StartAsync(disk, time: time), time);
            await market.Exchange.Grains.Catalog().List(EncodedInstrument.From(Listed.Share(Symbol)));
            foreach (var (account, units) in holders)
            {
                await market.Account(account).Deposit(new("cash", "USD", Cash));
                if (units > 0)
                {
                    await market.Account(account).Deposit(new("units", Symbol, units));
                }
            }

            return market;
        }

        public async Task<Market> StartAgainAsync() => new(await Exchange.StartAsync(exchange.Disk, time: time), time)
        {
            _names = 1_000,
        };

        public IAccountGrain Account(long account) => exchange.Account(account);

        /// <summary>Announces a dividend, with days from today; 0 for none.</summary>
        public async Task<CorporateRefusal?> AnnounceAsync(
            long rate, int exDate = 0, int payDate = 0, string symbol = Symbol) =>
            await exchange.Grains.Catalog().AnnounceAction(new CorporateActionRequest(
                "div-1", CorporateActionKind.CashDividend, symbol, exDate == 0 ? 0 : _today + exDate,
                payDate == 0 ? 0 : _today + payDate, rate, "desk", "quarter"));

        public async Task<CorporateActionView> ActionAsync() =>
            Assert.Single(await exchange.Grains.Catalog().CorporateActions());

        /// <summary>Advances time until the action is in a state.</summary>
        public async Task<CorporateActionView> PassAsync(CorporateActionState state, TimeSpan by)
        {
            time.Advance(by);
            await Wait.UntilAsync(
                async () =>
                {
                    await exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
                    return (await ActionAsync()).State == state;
                },
                $"the action to be {state}");
            return await ActionAsync();
        }

        public Task<CorporateActionView> AdvanceAsync(int days, CorporateActionState state) =>
            PassAsync(state, TimeSpan.FromDays(days));

        public async Task TradeAsync(long buyer, long seller, long lots)
        {
            await exchange.PlaceAsync(seller, Name(), Symbol, Side.Sell, 1_000, lots);
            var report = await exchange.PlaceAsync(buyer, Name(), Symbol, Side.Buy, 1_000, lots);
            Assert.Equal(OrderStatus.Filled, report.Status);
            await exchange.ViewAsync(buyer, report);
            await exchange.ViewAsync(seller, report);
        }

        /// <summary>Sells short from a margin account.</summary>
        public async Task ShortAsync(long seller, long buyer, long lots)
        {
            var terms = new MarginTerms
            {
                Long = MarginTable.Flat(500_000, 250_000),
                Short = MarginTable.Flat(500_000, 300_000),
                LendableLots = 1_000,
                BorrowPpm = 0,
            };
            var catalog = exchange.Grains.Catalog();
            Assert.Null(await catalog.SetMarginTerms(new(Symbol, EncodedMarginTerms.From(terms), "desk", "")));
            Assert.Null(await catalog.SetLocate(new(Symbol, seller, 100, "desk", "")));
            Assert.Null(await Account(seller).SetKind(new("USD", "desk", "")));
            await exchange.Book(Symbol).Operate(new SetMarkPrice(1_000));
            await exchange.RefreshCatalogsAsync();
            await exchange.RefreshMarksAsync();
            await TradeAsync(buyer, seller, lots);
        }

        public async Task TransferAsync(long from, long to, string asset, long amount)
        {
            var given = await Account(from).Transfer(new(Name(), to, asset, amount));
            Assert.Equal(RejectReason.None, given.Reason);
            await Account(to).TakeInTransfer(new TransferArrival(from, given.Sequence, asset, amount));
            await Account(from).EndTransfer(given.Sequence);
        }

        public async Task<(long Total, long Pending)> HasAsync(long account)
        {
            var balance = (await exchange.ViewAsync(account)).Of("USD");
            return (balance.Total, balance.Pending);
        }

        public async Task<long[]> CashAsync() => [.. (await AllAsync()).Select(of => of.Total)];

        public async Task<long[]> CashPendingAsync() => [.. (await AllAsync()).Select(of => of.Pending)];

        public async Task<ImmutableArray<CorporatePart>> PartsAsync() =>
            (await exchange.Ledger.CorporateParts("div-1", unpaid: false, after: -1, limit: 100)).Parts;

        public Task ForgetAsync(long account) => exchange.Cluster.DeactivateAsync(Account(account));

        /// <summary>Checks that the ledger agrees with itself and with every account.</summary>
        public Task RequireBooksAsync() => TransferTests.RequireInvariantsAsync(exchange);

        public ValueTask DisposeAsync() => exchange.DisposeAsync();

        private static long DayOf(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Days;

        private async Task<List<(long Total, long Pending)>> AllAsync()
        {
            var all = new List<(long, long)>();
            foreach (var account in s_accounts)
            {
                all.Add(await HasAsync(account));
            }

            return all;
        }

        private string Name() => string.Create(CultureInfo.InvariantCulture, $"name-{_names++}");
    }
}
