using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Scheduled;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Fee schedules: an order's fees are fixed when it is accepted.</summary>
public class FeeTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Day = 86_400_000_000_000;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];

    [Fact]
    public async Task An_open_order_keeps_the_fees_it_was_accepted_with()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.PlaceAsync(Alice, "old", "AAPL", Side.Sell, 10_000, 100);
        await SetAsync(exchange, 0, new FeeTier(0, 100, 500));
        await exchange.PlaceAsync(Alice, "new", "AAPL", Side.Sell, 10_000, 100);
        var taken = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Buy, 10_000, 200);

        // The listing's rates are 200 and 777, the schedule's 100 and 500.
        Assert.Equal([500L, 500L], taken.Fills.Select(fill => fill.Fee));
        var sold = await exchange.Ledger.Fills(Alice, null, 10, [new SeenSequence("AAPL", taken.Sequence)]);
        Assert.Equal([100L, 200L], sold.Select(fill => fill.Fill.Fee));
        Assert.Equal(new AccountFees("USD", 0, 100, 500, 0), Assert.Single(await exchange.Account(Alice).Fees()));

        await SetAsync(exchange, 0);
        Assert.Empty(await exchange.Account(Alice).Fees());
        await exchange.PlaceAsync(Alice, "again", "AAPL", Side.Sell, 10_000, 100);
        Assert.Equal(777, (await exchange.PlaceAsync(Bob, "b2", "AAPL", Side.Buy, 10_000, 100)).Fills[0].Fee);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    [Fact]
    public async Task A_rebate_is_paid_out_of_what_the_taker_pays()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, 0, new FeeTier(0, -150, 900));
        var before = (await exchange.ViewAsync(Alice)).Of("USD");
        // 10,001 cents at 150 millionths are 1.50015: a rebate is rounded down.
        var rests = await exchange.PlaceAsync(Alice, "m", "AAPL", Side.Buy, 10_001, 1);
        var held = (await exchange.ViewAsync(Alice, rests)).Of("USD");
        Assert.Equal(10_001 + 10, held.Held);
        var taken = await exchange.PlaceAsync(Bob, "t", "AAPL", Side.Sell, 10_001, 1);
        Assert.Equal(10, Assert.Single(taken.Fills).Fee);
        var after = (await exchange.ViewAsync(Alice, taken)).Of("USD");
        Assert.Equal((before.Total - 10_001 + 1, 0), (after.Total, after.Held));
        await TransferTests.RequireInvariantsAsync(exchange);

        // A restarted silo runs the commands again and gets the same bytes.
        await exchange.CrashAsync();
        await using var alive = await Exchange.StartAsync(disk);
        Assert.False((await alive.Book("AAPL").State()).IsHalted);
        Assert.Equal(after.Total, (await alive.ViewAsync(Alice, taken)).Of("USD").Total);
    }

    [Fact]
    public async Task A_minimum_is_paid_once_by_an_order_that_fills()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await SetAsync(exchange, 250, new FeeTier(0, 0, 1_000));
        var rests = await exchange.PlaceAsync(Alice, "m", "AAPL", Side.Buy, 100, 10);
        Assert.Equal(1_000 + 250, (await exchange.ViewAsync(Alice, rests)).Of("USD").Held);

        // A sell worth less than the minimum pays all of its proceeds.
        var first = await exchange.PlaceAsync(Bob, "s1", "AAPL", Side.Sell, 100, 1);
        var second = await exchange.PlaceAsync(Bob, "s2", "AAPL", Side.Sell, 100, 9);
        Assert.Equal((100L, 250L), (first.Fills[0].Fee, second.Fills[0].Fee));
        var bought = await exchange.Ledger.Fills(Alice, null, 10, [new SeenSequence("AAPL", second.Sequence)]);
        Assert.Equal([0L, 250L], bought.Select(fill => fill.Fill.Fee));
        Assert.Equal(0, (await exchange.ViewAsync(Alice, second)).Of("USD").Held);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    [Fact]
    public async Task A_rebate_beyond_what_any_taker_may_still_pay_is_refused()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var catalog = exchange.Grains.Catalog();
        Assert.Contains(
            "778", await catalog.SetFees(Request(0, new FeeTier(0, -778, 5_000))), StringComparison.Ordinal);
        Assert.Contains(
            "paid in", await catalog.SetFees(Request(0, new FeeTier(0, 0, 0)) with { Schedule = new("AAPL", [], 0) }),
            StringComparison.Ordinal);
        Assert.Null(await catalog.SetFees(Request(0, new FeeTier(0, 100, 400))));
        Assert.Contains("401", await catalog.SetFees(Request(0, new FeeTier(0, -401, 500))), StringComparison.Ordinal);
        Assert.Null(await catalog.SetFees(Request(0, new FeeTier(0, -400, 500))));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
            await catalog.List(EncodedInstrument.From(Listed.Share("MSFT") with { TakerFeePpm = 399 })));
        await catalog.List(EncodedInstrument.From(Listed.Share("MSFT")));

        // It restarts with the same fees, including the lowest rates.
        await exchange.CrashAsync();
        await using var alive = await Exchange.StartAsync(disk);
        catalog = alive.Grains.Catalog();
        Assert.Equal(new FeeTier(0, -400, 500), Assert.Single(Assert.Single(await catalog.FeeSchedules()).Tiers));
        Assert.NotNull(await catalog.SetFees(Request(0, new FeeTier(0, -401, 500))));
    }

    [Fact]
    public async Task Accounts_of_one_owner_pay_by_what_they_have_traded_together()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, [Alice, Bob, 1003]);
        var catalog = exchange.Grains.Catalog();
        foreach (var account in s_accounts)
            await catalog.SetOwner(new OwnedAccount(account, "firm"));
        await SetAsync(
            exchange, 0, new FeeTier(0, 0, 1_000), new FeeTier(1_500_000, 0, 800), new FeeTier(2_000_001, 0, 700));
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Sell, 10_000, 100);
        await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 10_000, 100);
        // A trade with itself adds no volume.
        await exchange.PlaceAsync(Bob, "self", "AAPL", Side.Sell, 9_000, 100);
        await exchange.PlaceAsync(Bob, "self-2", "AAPL", Side.Buy, 9_000, 100);
        await exchange.PlaceAsync(1003, "c", "AAPL", Side.Buy, 10_000, 200);

        // Today counts tomorrow.
        Assert.Equal((0, 1_000), Terms(Assert.Single(await exchange.Account(Alice).Fees())));
        var tomorrow = new ManualTime(TimeProvider.System.GetUtcNow().AddDays(1));
        var work = new VolumeRounds(
            exchange.Service<InstrumentCatalog>(), exchange.Grains, tomorrow, NullLogger<VolumeRounds>.Instance);
        await work.BringVolumesAsync(TestContext.Current.CancellationToken);
        foreach (var account in s_accounts)
            Assert.Equal((2_000_000, 800), Terms(Assert.Single(await exchange.Account(account).Fees())));
        Assert.Equal((0, 1_000), Terms(Assert.Single(await exchange.Account(1003).Fees())));

        // Once a day, and final.
        var sequence = (await exchange.ViewAsync(Alice)).Sequence;
        await exchange.Account(Alice)
            .SetVolumes(tomorrow.GetUtcNow().Ticks / TimeSpan.TicksPerDay - 719_162, [new TradedVolume("USD", 5)]);
        Assert.Equal(sequence, (await exchange.ViewAsync(Alice)).Sequence);
        await exchange.CrashAsync();
        await using var alive = await Exchange.StartAsync(disk);
        Assert.Equal((2_000_000, 800), Terms(Assert.Single(await alive.Account(Alice).Fees())));
    }

    [Fact]
    public void E27_An_account_pays_by_the_thirty_complete_days_before()
    {
        // Kraken's tier trial of August and September 2023; below it 10 basis points are assumed.
        FeeTier[] tiers =
            [new(0, 0, 1_000), new(10_000_000_000, 0, 800), new(25_000_000_000, 0, 600), new(50_000_000_000, 0, 400)];
        var schedule = new FeeSchedule("USD", [.. tiers], 0);
        foreach (var (volume, taker) in new[] { (9_999_999_900, 1_000), (10_000_000_000, 800), (25_000_000_000, 600),
            (50_000_000_000, 400) })
        {
            var account = new AccountMachine(new AccountId(Alice), _ => Listed.Aapl, _ => schedule);
            account.Apply(account.Deposit(new DepositRequest("d", "USD", 1L << 60), new Asset("USD", 2), 0));
            Trade(account, 100 * Day, volume);
            Assert.Equal(1_000, TakerOf(account, (101 * Day) - 1));
            Assert.Equal(taker, TakerOf(account, 101 * Day));
            var kept =
                AccountMachine.Restore(new AccountId(Alice), _ => Listed.Aapl, account.Snapshot(), _ => schedule);
            Assert.Equal(taker, TakerOf(kept, (131 * Day) - 1));
            Assert.Equal(1_000, TakerOf(kept, 131 * Day));
        }
    }

    [Fact]
    public void Traded_volume_stays_valid_one_day_longer_without_a_new_total()
    {
        var schedule = new FeeSchedule("USD", [new(0, 0, 1_000), new(10, 0, 800)], 0);
        var account = new AccountMachine(new AccountId(Alice), _ => Listed.Aapl, _ => schedule);
        account.Apply(account.Deposit(new DepositRequest("d", "USD", 1L << 60), new Asset("USD", 2), 0));
        account.Apply(account.SetVolumes(100, [new TradedVolume("USD", 10)], 100 * Day)!);
        Assert.Equal(
            (800, 800, 1_000), (TakerOf(account, 100 * Day), TakerOf(account, 101 * Day), TakerOf(account, 102 * Day)));
    }

    private static (Int128 Volume, int TakerPpm) Terms(AccountFees fees) => (fees.Volume, fees.TakerPpm);

    private static int TakerOf(AccountMachine account, long now) =>
        Assert.IsType<HoldPlaced>(account.Decide(Buy($"t{now}", 1), 1, Listed.Aapl, now)).Order.TakerFeePpm;

    private static void Trade(AccountMachine account, long now, long lots)
    {
        var hold = Assert.IsType<HoldPlaced>(account.Decide(Buy("first", lots), 1, Listed.Aapl, now));
        account.Apply(hold);
        var fills = ImmutableArray.Create(new TradeFill(1, Bob, 1, 1, lots, 0, 0, 0, 0));
        Assert.True(account.ApplyBook(
            "AAPL", new DeliveredRecord(1, 0, new OrderAccepted(now, hold.Order, 1, fills, 0, EndReason.None, 0, null)),
            long.MaxValue));
    }

    private static HoldRequest Buy(string name, long lots) =>
        new(name, "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, 1, lots);

    private static FeesRequest Request(long minimum, params FeeTier[] tiers) =>
        new(new FeeSchedule("USD", [.. tiers], minimum), "desk", "");

    private static async Task SetAsync(Exchange exchange, long minimum, params FeeTier[] tiers)
    {
        Assert.Null(await exchange.Grains.Catalog().SetFees(Request(minimum, tiers)));
        await exchange.RefreshCatalogsAsync();
    }
}
