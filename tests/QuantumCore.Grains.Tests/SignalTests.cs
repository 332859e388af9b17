using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Memory of signals in accounts and the catalog.</summary>
public class SignalTests
{
    private const long Carol = 1003;

    [Fact]
    public async Task After_a_restart_a_signal_is_still_known_and_a_strategy_still_pauses()
    {
        await using var disk = new Disk();
        var intent = new SignalIntent(
            SignalNames.ClientOrderId("momentum", "k-1"), "AAPL", SignalAction.Buy, SignalPolicy.Add, 10, 100, 15_000,
            0, 0);
        SubmitOrder first;
        await using (var before = await Exchange.OpenAsync(disk, ["AAPL"], [Carol]))
        {
            first = (await before.Account(Carol).HoldSignal(intent)).Order!;
            await before.SubmitAsync("AAPL", first);
            var catalog = before.Grains.Catalog();
            await catalog.SetSignalStrategy(
                new SignalStrategy(
                    "momentum", 0, "sealed", false, [new(Carol, 100)], [], SignalPolicy.Add, 10, 60, 1, 86_400, 60,
                    false), "desk");
            await catalog.EndSignal(new DeadSignal(0, "momentum", "k-2", 0, RejectReason.InsufficientFunds, "", "{}"));
            await before.CrashAsync();
        }

        await using var after = await Exchange.StartAsync(disk);
        var again = await after.Account(Carol).HoldSignal(intent);
        Assert.True(again.IsKnown);
        Assert.Equal(first.Number, again.Order!.Number);
        var still = after.Grains.Catalog();
        Assert.Equal(RejectReason.SignalsPaused, (await still.AdmitSignal("momentum", "k-3")).Reason);
        Assert.Equal("k-2", Assert.Single(await still.DeadSignals()).Key);

        // Executed after all, it is no longer dead.
        await still.EndSignal(new DeadSignal(0, "momentum", "k-2", 0, RejectReason.None, "", "{}"));
        Assert.Empty(await still.DeadSignals());
    }

    [Fact]
    public async Task After_a_crash_the_rate_limit_and_the_count_of_failures_go_on()
    {
        await using var disk = new Disk();
        await using (var before = await Exchange.OpenAsync(disk, ["AAPL"], [Carol]))
        {
            var catalog = before.Grains.Catalog();
            await catalog.SetSignalStrategy(
                new SignalStrategy(
                    "momentum", 0, "sealed", false, [new(Carol, 100)], [], SignalPolicy.Add, 2, 3_600, 3, 86_400, 60,
                    false), "desk");
            foreach (var key in (string[])["k-1", "k-2"])
            {
                Assert.Equal(RejectReason.None, (await catalog.AdmitSignal("momentum", key)).Reason);
                await catalog.EndSignal(Failed(key));
            }

            await before.CrashAsync();
        }

        await using var after = await Exchange.StartAsync(disk);
        var still = after.Grains.Catalog();
        var full = await still.AdmitSignal("momentum", "k-3");
        Assert.Equal(RejectReason.TooManyRequests, full.Reason);
        Assert.InRange(full.RetryAfterNanos, 1, TimeSpan.FromHours(1).Nanos());
        Assert.Equal(RejectReason.None, (await still.AdmitSignal("momentum", "k-1")).Reason);
        Assert.Equal(2, Assert.Single(await still.SignalStrategies()).Failures);
        Assert.Equal(2, (await still.FindSignalStrategy("momentum"))!.Failures);

        await still.EndSignal(Failed("k-4"));
        Assert.Equal(RejectReason.SignalsPaused, (await still.AdmitSignal("momentum", "k-5")).Reason);

        // An end of the pause by hand begins the count anew, and so it stays.
        Assert.True(await still.ResumeSignals("momentum", "desk"));
        await after.Cluster.DeactivateAsync(still);
        await after.Cluster.DeactivateAsync(after.Grains.GetGrain<ISignalWindowGrain>("momentum"));
        Assert.Equal(0, (await still.FindSignalStrategy("momentum"))!.Failures);
    }

    private static DeadSignal Failed(string key) =>
        new(0, "momentum", key, 0, RejectReason.InsufficientFunds, "", "{}");

    [Fact]
    public async Task A_margin_account_is_short_by_a_signal_within_its_locate_and_flat_by_the_next()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.Catalog.SetLocate(new("AAPL", MarginMarket.Trader, 15, "desk", "asked for"));
        await market.Exchange.RefreshCatalogsAsync();
        var account = market.Exchange.Account(MarginMarket.Trader);
        SignalIntent Signal(string key, SignalAction action, long lots, long price) =>
            new(
                SignalNames.ClientOrderId("momentum", key), "AAPL", action, SignalPolicy.Reverse, lots, 100, price, 0,
                0);

        await market.PlaceAsync(MarginMarket.Maker, Side.Buy, 10_000, 10);
        var sold = (await account.HoldSignal(Signal("k-1", SignalAction.Sell, 10, 10_000))).Order!;
        Assert.Equal((Side.Sell, 10), (sold.Side, sold.QuantityLots));
        await market.Exchange.SubmitAsync("AAPL", sold);
        Assert.Equal(
            RejectReason.SignalSkipped,
            (await account.HoldSignal(Signal("k-2", SignalAction.Sell, 10, 10_000))).Reason);

        var bought = (await account.HoldSignal(Signal("k-3", SignalAction.Flatten, 0, 10_000))).Order!;
        Assert.Equal((Side.Buy, 10), (bought.Side, bought.QuantityLots));
        await market.PlaceAsync(MarginMarket.Maker, Side.Sell, 10_000, 10);
        await market.Exchange.SubmitAsync("AAPL", bought);
        Assert.Equal(
            RejectReason.NoLocate, (await account.HoldSignal(Signal("k-4", SignalAction.Sell, 16, 10_000))).Reason);
        Assert.Equal(
            RejectReason.SignalSkipped,
            (await account.HoldSignal(Signal("k-5", SignalAction.Flatten, 0, 10_000))).Reason);
        Assert.Empty(await market.FindingsAsync());
    }

    [Fact]
    public async Task Callers_that_bring_a_signal_at_once_by_every_silo_bring_one_order()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Carol], silos: 2);
        var intent = new SignalIntent(
            SignalNames.ClientOrderId("momentum", "k-1"), "AAPL", SignalAction.Buy, SignalPolicy.Add, 10, 100, 15_000,
            0, 0);
        var silos = exchange.Cluster.SiloCount;
        var held = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            exchange.Service<IGrainFactory>(i % silos).Account(Carol).HoldSignal(intent).AsTask()));
        Assert.Equal(held[0].Order!.Number, Assert.Single(held.Select(result => result.Order!.Number).Distinct()));
        Assert.Single(held, result => !result.IsKnown);
    }
}
