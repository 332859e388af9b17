using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Settlement after trade: pending until the end of its date, netted, once. Pending amounts may be used for trades that
/// settle no earlier. A crash is a second exchange on the same journal.
/// </summary>
public class SettlementTests
{
    internal const long Alice = 1001;
    internal const long Bob = 1002;
    internal const long Carol = 1003;
    internal const long Dave = 1004;
    internal const long Cash = 1_000_000;
    internal const long Monday = 19_877;

    [Fact]
    public async Task A_trade_is_pending_until_the_end_of_its_date_and_then_settles_once()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        await market.SettleAsync();
        Assert.Equal((Cash - 100_078, -100_078), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_010, 10), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((Cash + 99_980, 99_980), await market.HasAsync(Bob, "USD"));
        await market.RequireInvariantsAsync();

        // Due on Tuesday: at the end of Monday nothing settles.
        await market.AdvanceAsync(days: 1);
        Assert.Empty(disk.Depository.Known);
        Assert.Equal((1_010, 10), await market.HasAsync(Alice, "ONE"));

        await market.AdvanceAsync(days: 1);
        var batch = Assert.Single(disk.Depository.Known);
        Assert.Equal("MAIN-2024-06-04-1", batch.Key);
        Assert.Equal($"1:USD:98 {Alice}:ONE:10 {Alice}:USD:-100078 {Bob}:ONE:-10 {Bob}:USD:99980", batch.Value);
        Assert.Equal((Cash - 100_078, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_010, 0), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((Cash + 99_980, 0), await market.HasAsync(Bob, "USD"));
        Assert.Equal((990, 0), await market.HasAsync(Bob, "ONE"));

        await market.RequireInvariantsAsync();
        await market.AdvanceAsync(days: 7);
        await market.SettleAsync();
        var view = Assert.Single(await market.Settlement.Batches(10));
        Assert.Equal(
            ("MAIN-2024-06-04-1", SettlementState.Settled, 1L, 5), (view.Id, view.State, view.Trades, view.Items));
        Assert.Equal(64, view.Hash.Length);
    }

    [Fact]
    public async Task Unsettled_proceeds_pay_for_what_settles_no_earlier_and_are_not_withdrawn()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);

        // Bob had 10,000.00 and sells for 10,000.00 more, which settles in two days.
        await market.TradeAsync("TWO", Alice, Bob, 10_000, 99);
        var proceeds = (await market.HasAsync(Bob, "USD")).Pending;
        Assert.Equal(990_000 - 198, proceeds);
        Assert.Equal(RejectReason.UnsettledFunds, (await market.BuyAsync(Bob, "NOW", 15_000)).Reason);
        Assert.Equal(RejectReason.UnsettledFunds, (await market.BuyAsync(Bob, "ONE", 15_000)).Reason);
        Assert.Equal(RejectReason.InsufficientFunds, (await market.BuyAsync(Bob, "TWO", 25_000)).Reason);
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Bob).Withdraw(new("out-1", "USD", Cash + 1, "DE89"))).Reason);
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Bob).Transfer(new("to-1", Alice, "USD", Cash + 1))).Reason);
        Assert.Equal(RejectReason.None, (await market.BuyAsync(Bob, "TWO", 15_000)).Reason);

        // That order's hold may be due with the proceeds, so no settled cash is promised to it yet.
        Assert.Equal(
            RejectReason.None,
            (await market.Account(Bob).Withdraw(new("out-2", "USD", proceeds + Cash - 1_501_166, "DE89"))).Reason);

        // Bought units are sold only where they arrive in time.
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Alice).Withdraw(new("out-3", "TWO", 1_001, "vault"))).Reason);
        Assert.Equal(RejectReason.None, (await market.SellAsync(Alice, "TWO", 1_099)).Reason);
        Assert.Equal(RejectReason.ShortNotAllowed, (await market.SellAsync(Alice, "TWO", 1)).Reason);
    }

    [Fact]
    public async Task After_settlement_proceeds_are_free()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("TWO", Alice, Bob, 10_000, 99);
        await market.AdvanceAsync(days: 3);
        Assert.Equal(RejectReason.None, (await market.BuyAsync(Bob, "NOW", 15_000)).Reason);
        Assert.Equal(
            RejectReason.None, (await market.Account(Alice).Withdraw(new("out-1", "TWO", 1_001, "vault"))).Reason);
    }

    [Fact]
    public async Task Trades_of_a_date_are_netted_whoever_the_other_side_was()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);

        // TWO of Friday, ONE of Saturday and Monday: all are due on Tuesday. Bob only passes units on.
        await market.AdvanceAsync(days: 4);
        await market.TradeAsync("TWO", Bob, Alice, 10_000, 5);
        await market.AdvanceAsync(days: 3);
        await market.TradeAsync("ONE", Bob, Alice, 10_000, 7);
        await market.TradeAsync("ONE", Carol, Bob, 10_000, 7);
        await market.TradeAsync("ONE", Alice, Carol, 10_100, 2);
        await market.AdvanceAsync(days: 2);
        Assert.Equal("MAIN-2024-06-11-1", Assert.Single(disk.Depository.Known).Key);
        Assert.Equal(
            $"{Alice}:ONE:-5 {Alice}:TWO:-5 {Alice}:USD:99800 {Bob}:TWO:5 {Bob}:USD:-50000 {Carol}:ONE:5 {Carol}:USD:-49800",
            disk.Depository.Known.Values.Single());
        await market.RequireInvariantsAsync();
        foreach (var account in new[] { Alice, Bob, Carol })
        {
            Assert.All(
                (await market.Exchange.ViewAsync(account)).Balances, balance => Assert.Equal(0, balance.Pending));
        }
    }

    [Fact]
    public async Task Each_missed_date_settles_by_itself_and_late_trades_in_another_cycle()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 1);
        await market.TradeAsync("TWO", Alice, Bob, 10_000, 1);
        await market.AdvanceAsync(days: 3);
        Assert.Equal(["MAIN-2024-06-04-1", "MAIN-2024-06-05-1"], disk.Depository.Known.Keys.Order());

        // A book with a slow clock: its trade was due on a closed date.
        market.Time.Advance(TimeSpan.FromDays(-3));
        await market.TradeAsync("LATE", Alice, Bob, 10_000, 1);
        market.Time.Advance(TimeSpan.FromDays(3));
        await market.AdvanceAsync(days: 1);
        Assert.Equal(
            ["MAIN-2024-06-04-1", "MAIN-2024-06-04-2", "MAIN-2024-06-05-1"], disk.Depository.Known.Keys.Order());
        Assert.Equal(0, (await market.HasAsync(Alice, "USD")).Pending);
    }

    [Fact]
    public async Task A_holiday_moves_what_is_due_and_only_days_to_come_become_one()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        Assert.Equal(
            "no instrument settles at this venue",
            await market.Catalog.SetHolidays(new("OTHER", [Monday + 2], "desk", "")));
        Assert.Null(
            await market.Catalog.SetHolidays(
                new("MAIN", [Monday, Monday + 1, Monday + 2, Monday + 30], "desk", "mourning")));
        Assert.Equal([Monday + 2, Monday + 30], Assert.Single(await market.Catalog.SettlementCalendars()).Holidays);
        await market.TradeAsync("TWO", Alice, Bob, 10_000, 1);
        await market.AdvanceAsync(days: 3);
        Assert.Empty(disk.Depository.Known);

        // Past holidays stay; future ones are replaced.
        Assert.Null(await market.Catalog.SetHolidays(new("MAIN", [Monday + 31], "desk", "")));
        await market.Exchange.CrashAsync();
        await using var again = await market.StartAgainAsync();
        Assert.Equal([Monday + 2, Monday + 31], Assert.Single(await again.Catalog.SettlementCalendars()).Holidays);
        await again.AdvanceAsync(days: 1);
        Assert.Equal("MAIN-2024-06-06-1", Assert.Single(disk.Depository.Known).Key);
    }

    [Fact]
    public async Task Settlement_terms_of_a_listed_instrument_never_change()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            market.Catalog.List(
                EncodedInstrument.From(Listed.Share("NOW") with { SettlementDays = 1, SettlementVenue = "MAIN" }))
                .AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() =>
            market.Catalog.List(
                EncodedInstrument.From(Listed.Share("ONE") with { SettlementDays = 2, SettlementVenue = "MAIN" }))
                .AsTask());
    }

    [Fact]
    public async Task Nothing_is_sent_before_its_batch_is_durable()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await Market.OpenAsync(disk);
        await dead.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        await dead.Settlement.Settle();
        dead.Time.Advance(TimeSpan.FromDays(2));
        using var gate = disk.Volatile.Faults.Hold();
        var lost = dead.Settlement.Settle().AsTask();
        await gate.Arrived;
        Assert.Empty(disk.Depository.Sent);
        await dead.Exchange.CrashAsync();
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        Assert.Empty(disk.Depository.Sent);
        await using var alive = await dead.StartAgainAsync();
        await alive.SettleAsync();
        Assert.Equal((1_010, 0), await alive.HasAsync(Alice, "ONE"));
        Assert.Single(disk.Depository.Known);
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_sent_again_as_the_same_batch()
    {
        await using var disk = new Disk();
        await using var dead = await Market.OpenAsync(disk);
        await dead.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.IsSilent = true;
        dead.Time.Advance(TimeSpan.FromDays(2));
        Assert.False((await dead.Settlement.Settle()).IsDone);
        await Wait.UntilAsync(() => Task.FromResult(disk.Depository.Sent.Count > 0), "the batch to be sent");
        Assert.Equal((1_010, 10), await dead.HasAsync(Alice, "ONE"));
        Assert.Equal(SettlementState.Sent, Assert.Single(await dead.Settlement.Batches(10)).State);
        await dead.Exchange.CrashAsync();
        await using var alive = await dead.StartAgainAsync();
        disk.Depository.IsSilent = false;
        await alive.SettleAsync();
        Assert.Single(disk.Depository.Known);
        Assert.Equal((1_010, 0), await alive.HasAsync(Alice, "ONE"));
        Assert.Single(await alive.Settlement.Batches(10));
    }

    [Fact]
    public async Task A_date_waits_for_the_one_before_it_whose_proceeds_it_spends()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.Account(Alice).Withdraw(new("all", "USD", Cash, "DE89"));
        await market.TradeAsync("ONE", Bob, Alice, 10_000, 10);
        await market.TradeAsync("TWO", Alice, Carol, 10_000, 9);
        disk.Depository.Word = batch => batch.Id != "MAIN-2024-06-04-1";
        market.Time.Advance(TimeSpan.FromDays(3));
        await Wait.UntilAsync(
            async () =>
            {
                Assert.False((await market.Settlement.Settle()).IsDone);
                return disk.Depository.Sent.Count > 2;
            },
            "the first batch to be sent again");
        Assert.All(disk.Depository.Sent, id => Assert.Equal("MAIN-2024-06-04-1", id));

        disk.Depository.Word = _ => true;
        await market.SettleAsync();
        Assert.Equal(["MAIN-2024-06-04-1", "MAIN-2024-06-05-1"], disk.Depository.Known.Keys.Order());
        Assert.Equal(0, (await market.HasAsync(Alice, "USD")).Pending);
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task A_statement_tells_what_is_settled_and_what_is_pending_apart_to_the_cent()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        await market.AdvanceAsync(days: 1);
        await market.TradeAsync("TWO", Alice, Bob, 10_000, 5);
        await market.AdvanceAsync(days: 1);
        var first = await market.StatementAsync(Alice, Monday, Monday);
        var cash = first.Assets.Single(asset => asset.Asset == "USD");
        Assert.Equal(
            (0, Cash - 100_078, 0, -100_078), (cash.Opening, cash.Closing, cash.OpeningPending, cash.ClosingPending));
        Assert.Equal(
            [("deposit", false, (Int128)Cash, (Int128)0), ("fee", true, 0, 78), ("trade", true, 0, 100_000)],
            cash.Causes.Select(cause => (cause.Cause, cause.IsPending, cause.In, cause.Out)));

        // Tuesday: another trade. Wednesday: Monday's has settled, out of the one part and into the other.
        var next = await market.StatementAsync(Alice, Monday + 1, Monday + 2);
        cash = next.Assets.Single(asset => asset.Asset == "USD");
        Assert.Equal(
            (Cash - 100_078, Cash - 150_117, -100_078, -50_039),
            (cash.Opening, cash.Closing, cash.OpeningPending, cash.ClosingPending));
        Assert.Equal(
            [
                ("settlement", false, (Int128)0, (Int128)100_078), ("fee", true, 0, 39),
                ("settlement", true, 100_078, 0), ("trade", true, 0, 50_000)],
            cash.Causes.Select(cause => (cause.Cause, cause.IsPending, cause.In, cause.Out)));
        Assert.Equal(
            [(true, 100_078L), (false, -100_078L)],
            next.Entries.Where(line => line is { Cause: "settlement", Asset: "USD" })
                .Select(line => (line.IsPending, line.Amount)));
        var units = next.Assets.Single(asset => asset.Asset == "ONE");
        Assert.Equal((1_010, 1_010, 10, 0), (units.Opening, units.Closing, units.OpeningPending, units.ClosingPending));
    }

    [Fact]
    public async Task Age_of_an_unsettled_batch_is_measured_until_it_settles()
    {
        await using var disk = new Disk();
        await using var dead = await Market.OpenAsync(disk);
        await dead.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Word = _ => false;
        dead.Time.Advance(TimeSpan.FromDays(2));
        Assert.InRange(await dead.WaitsAsync(), 0, 60);
        await Wait.UntilAsync(() => Task.FromResult(disk.Depository.Sent.Count > 0), "the batch to be sent");
        dead.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.InRange(await dead.WaitsAsync(), 660, 720);

        // Also known after a crash.
        await dead.Exchange.CrashAsync();
        await using var alive = await dead.StartAgainAsync();
        Assert.InRange(await alive.WaitsAsync(), 660, 720);
        disk.Depository.Word = _ => true;
        await alive.SettleAsync();
        Assert.Equal(0, await alive.WaitsAsync());
    }

    [Fact]
    public async Task Account_restored_from_a_snapshot_settles_its_pending_amounts_once()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("TWO", Alice, Bob, 10_000, 10);
        await market.ForgetAsync(Alice);
        Assert.Equal((1_010, 10), await market.HasAsync(Alice, "TWO"));
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Alice).Withdraw(new("out-1", "TWO", 1_001, "vault"))).Reason);
        await market.ForgetAsync(Alice);
        await market.AdvanceAsync(days: 3);
        await market.ForgetAsync(Alice);
        await market.ForgetAsync(Bob);
        Assert.Equal((1_010, 0), await market.HasAsync(Alice, "TWO"));
        Assert.Equal((990, 0), await market.HasAsync(Bob, "TWO"));
    }

    [Fact]
    public async Task A_frozen_account_settles_what_it_has_traded()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        await market.Account(Alice).Freeze(new(Closes: false, "desk", "asked for"));
        await market.AdvanceAsync(days: 2);
        Assert.Equal((1_010, 0), await market.HasAsync(Alice, "ONE"));
    }

    // Source of E38: rules for accounts, 3 and 10: a short sale of 100 at 10.00 that settles a day later, seller's fee
    // 0.50.
    [Fact]
    public async Task E38_A_short_sale_is_borrowed_from_its_settlement_on()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.ListOnMarginAsync("SHRT", Dave);
        await market.Exchange.PlaceAsync(Bob, "bid", "SHRT", Side.Buy, 1_000, 100);
        var sold = await market.Exchange.PlaceAsync(Dave, "short", "SHRT", Side.Sell, 1_000, 100);
        Assert.Equal(OrderStatus.Filled, sold.Status);
        await market.Exchange.ViewAsync(Dave, sold);
        await market.Exchange.ViewAsync(Bob, sold);
        Assert.Equal((-100, -100), await market.HasAsync(Dave, "SHRT"));
        Assert.Equal((Cash + 99_950, 99_950), await market.HasAsync(Dave, "USD"));
        Assert.Equal((100, 100), await market.HasAsync(Bob, "SHRT"));
        Assert.Equal((Cash - 100_000, -100_000), await market.HasAsync(Bob, "USD"));
        await market.RequireInvariantsAsync();

        // Unpaid proceeds cannot leave, whatever the equity.
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Dave).Withdraw(new("out-1", "USD", Cash + 1, "DE89"))).Reason);
        Assert.Equal(
            "only an account with nothing but its currency, all settled, no debt and no open orders changes its kind",
            await market.Account(Dave).SetKind(new("", "desk", "")));

        await market.AdvanceAsync(days: 2);
        Assert.Equal(
            $"1:USD:50 {Bob}:SHRT:100 {Bob}:USD:-100000 {Dave}:SHRT:-100 {Dave}:USD:99950",
            disk.Depository.Known.Values.Single());
        Assert.Equal((-100, 0), await market.HasAsync(Dave, "SHRT"));
        Assert.Equal((Cash + 99_950, 0), await market.HasAsync(Dave, "USD"));
        Assert.Equal((100, 0), await market.HasAsync(Bob, "SHRT"));
        await market.RequireInvariantsAsync();
    }

    /// <summary>
    /// A market of shares that settle at once, after one day and after two, on Monday, 3 June 2024, noon.
    /// </summary>
    internal sealed class Market(Exchange exchange, ShiftedTime time) : IAsyncDisposable
    {
        private static readonly string[] s_now = ["NOW"];
        private static readonly long[] s_customers = [Alice, Bob, Carol];
        private int _names;

        public Exchange Exchange => exchange;

        public ShiftedTime Time => time;

        public ICatalogGrain Catalog => exchange.Grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key);

        public ISettlementGrain Settlement => exchange.Grains.GetGrain<ISettlementGrain>("MAIN");

        /// <summary>Opens a market at noon of a Monday.</summary>
        /// <param name="disk">Its records.</param>
        /// <param name="feePpm">Fee of both sides; null for the usual ones.</param>
        /// <param name="clock">Makes the exchange's clock from the machine's; null if it reads that one.</param>
        public static async Task<Market> OpenAsync(
            Disk disk, int? feePpm = null, Func<TimeProvider, TimeProvider>? clock = null)
        {
            var time = new ShiftedTime();
            time.Advance(DateTimeOffset.UnixEpoch.AddDays(Monday).AddHours(12) - time.GetUtcNow());
            var exchange = await Exchange.OpenAsync(disk, s_now, [], time: clock?.Invoke(time) ?? time);
            var market = new Market(exchange, time);
            foreach (var (symbol, days) in new[] { ("ONE", 1), ("TWO", 2), ("LATE", 1) })
            {
                var share = Listed.Share(symbol) with { SettlementDays = days, SettlementVenue = "MAIN" };
                await market.Catalog.List(EncodedInstrument.From(
                    feePpm is { } fee ? share with { MakerFeePpm = fee, TakerFeePpm = fee } : share));
            }

            foreach (var account in s_customers)
            {
                await market.Account(account).Deposit(new DepositRequest("cash", "USD", Cash));
                foreach (var symbol in new[] { "NOW", "ONE", "TWO", "LATE" })
                {
                    await market.Account(account).Deposit(new DepositRequest(symbol, symbol, 1_000));
                }
            }

            return market;
        }

        /// <summary>
        /// Lists a share that settles a day later, marked at 10.00, and lets an account be short of 100.
        /// </summary>
        public async Task ListOnMarginAsync(string symbol, long account)
        {
            var share = Listed.Share(symbol) with
            {
                MakerFeePpm = 0,
                TakerFeePpm = 500,
                SettlementDays = 1,
                SettlementVenue = "MAIN",
            };
            await Catalog.List(EncodedInstrument.From(share));
            var terms = new MarginTerms
            {
                Long = MarginTable.Flat(500_000, 250_000),
                Short = MarginTable.Flat(500_000, 300_000),
                LendableLots = 1_000,
                BorrowPpm = 36_000,
            };
            Assert.Null(await Catalog.SetMarginTerms(new(symbol, EncodedMarginTerms.From(terms), "desk", "")));
            Assert.Null(await Catalog.SetLocate(new(symbol, account, 100, "desk", "")));
            Assert.Null(await Account(account).SetKind(new("USD", "desk", "")));
            await Account(account).Deposit(new DepositRequest("cash", "USD", Cash));
            await exchange.Book(symbol).Operate(new SetMarkPrice(1_000));
            await exchange.RefreshCatalogsAsync();
            await exchange.RefreshMarksAsync();
        }

        public async Task<Market> StartAgainAsync() => new(await Exchange.StartAsync(exchange.Disk, time: time), time)
        {
            _names = 1_000,
        };

        public IAccountGrain Account(long account) => exchange.Account(account);

        /// <summary>Trades: the seller rests, the buyer takes.</summary>
        public async Task TradeAsync(string symbol, long buyer, long seller, long price, long lots)
        {
            await exchange.PlaceAsync(seller, Name(), symbol, Side.Sell, price, lots);
            var report = await exchange.PlaceAsync(buyer, Name(), symbol, Side.Buy, price, lots);
            Assert.Equal(OrderStatus.Filled, report.Status);
            await exchange.ViewAsync(buyer, report);
            await exchange.ViewAsync(seller, report);
        }

        public Task<HoldResult> BuyAsync(long account, string symbol, long lots) =>
            exchange.HoldAsync(account, Name(), symbol, Side.Buy, 100, lots);

        public Task<HoldResult> SellAsync(long account, string symbol, long lots) =>
            exchange.HoldAsync(account, Name(), symbol, Side.Sell, 10_000, lots);

        public async Task AdvanceAsync(int days)
        {
            time.Advance(TimeSpan.FromDays(days));
            await SettleAsync();
        }

        /// <summary>Runs settlement until nothing is left to do, and all accounts have received it.</summary>
        public async Task SettleAsync()
        {
            await Wait.UntilAsync(async () => (await Settlement.Settle()).IsDone, "settlement");
            foreach (var account in s_customers.Append(Dave))
            {
                await Account(account).CatchUp();
            }
        }

        /// <summary>Returns a statement over days.</summary>
        public async Task<AccountStatement> StatementAsync(long account, long fromDay, long toDay)
        {
            const long Day = 86_400_000_000_000;
            await exchange.Ledger.CatchUp();
            return await exchange.Ledger.Statement(account, fromDay * Day, (toDay + 1) * Day, null, 100, []);
        }

        /// <summary>
        /// Returns a metric after a round: seconds for which due trades have not settled, or another
        /// number.
        /// </summary>
        public async Task<long> WaitsAsync(string metric = "quantumcore_settlement_waits_seconds")
        {
            var said = new System.Collections.Concurrent.ConcurrentBag<long>();
            await exchange.RefreshCatalogsAsync();
            using var listener = new System.Diagnostics.Metrics.MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (instrument.Name == metric)
                        listener.EnableMeasurementEvents(instrument);
                },
            };
            // Meters are process-wide: other tests have agents too.
            var isOwn = new AsyncLocal<bool> { Value = true };
            listener.SetMeasurementEventCallback<long>((_, value, _, _) =>
            {
                if (isOwn.Value)
                    said.Add(value);
            });
            listener.Start();
            await exchange.Service<SettlementRounds>().SettleAsync(CancellationToken.None);
            return Assert.Single(said);
        }

        public Task RequireInvariantsAsync() => TransferTests.RequireInvariantsAsync(exchange);

        /// <summary>Returns total and pending.</summary>
        public async Task<(long Total, long Pending)> HasAsync(long account, string asset)
        {
            var balance = (await exchange.ViewAsync(account)).Of(asset);
            return (balance.Total, balance.Pending);
        }

        /// <summary>Deactivates the account, which leaves a snapshot.</summary>
        public Task ForgetAsync(long account) => exchange.Cluster.DeactivateAsync(Account(account));

        public ValueTask DisposeAsync() => exchange.DisposeAsync();

        private string Name() => string.Create(CultureInfo.InvariantCulture, $"order-{_names++}");
    }
}
