using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Price alerts, from the trade to the state on disk.</summary>
public sealed class PriceAlertTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;

    private int _orders;

    [Fact]
    public async Task An_alert_fires_once_by_the_first_trade_that_reaches_it()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await TradeAsync(exchange, 15_000);
        var (high, low) = (await AddAsync(exchange, 15_100, isAbove: true),
            await AddAsync(exchange, 14_900, isAbove: false));
        Assert.Equal(high, await AddAsync(exchange, 15_100, isAbove: true));
        foreach (var price in (long[])[15_099, 15_120, 15_130])
            await TradeAsync(exchange, price);

        Assert.Equal(
            [(high.Id, 15_120), (low.Id, 0)],
            (await FiredAsync(exchange, 1)).Select(alert => (alert.Id, alert.FiredTicks)));
        await TradeAsync(exchange, 14_900);
        Assert.Equal(
            [(high.Id, 15_120), (low.Id, 14_900)],
            (await FiredAsync(exchange, 2)).Select(alert => (alert.Id, alert.FiredTicks)));
        Assert.Equal(
            [low.Id], (await exchange.Grains.PriceAlerts(Alice).Remove(high.Id)).Alerts.Select(alert => alert.Id));
    }

    [Fact]
    public async Task Trades_before_an_alert_was_asked_for_do_not_fire_it_and_those_since_do()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await TradeAsync(exchange, 15_200);
        await TradeAsync(exchange, 15_000);
        var asked = (await exchange.Book("AAPL").State()).Sequence;
        await TradeAsync(exchange, 15_110);
        await TradeAsync(exchange, 15_000);

        // As if the price traded while the alert is in flight.
        await AddAsync(exchange, 15_200, isAbove: true, asked);
        await AddAsync(exchange, 15_100, isAbove: true, asked);
        Assert.Equal([0, 15_110], (await FiredAsync(exchange, 1)).Select(alert => alert.FiredTicks));
    }

    [Fact]
    public async Task A_trade_wakes_alerts_that_nobody_has_awake()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk, silos: 2);
        await TradeAsync(exchange, 15_000);
        await AddAsync(exchange, 15_100, isAbove: true);
        await exchange.Cluster.DeactivateAsync(exchange.Grains.PriceAlerts(Alice));
        await exchange.Cluster.DeactivateAsync(exchange.Grains.PriceWatch("AAPL"));
        await TradeAsync(exchange, 15_100);
        Assert.Equal(15_100, Assert.Single(await FiredAsync(exchange, 1)).FiredTicks);
    }

    [Fact]
    public async Task An_alert_survives_a_restart_with_its_number_and_its_time()
    {
        await using var disk = new Disk();
        AccountAlerts before;
        await using (var exchange = await OpenAsync(disk))
        {
            await TradeAsync(exchange, 15_000);
            await AddAsync(exchange, 15_100, isAbove: true);
            before = await exchange.Grains.PriceAlerts(Alice).Alerts();
        }

        await using var later = await Exchange.StartAsync(disk);
        var after = await later.Grains.PriceAlerts(Alice).Alerts();
        Assert.Equal((before.Version, before.SinceNanos), (after.Version, after.SinceNanos));
        Assert.Equal(before.Alerts.AsEnumerable(), after.Alerts);
        Assert.True((await AddAsync(later, 15_300, isAbove: true)).Id > before.Alerts[0].Id);
        await TradeAsync(later, 15_200);
        Assert.Equal([15_200, 0], (await FiredAsync(later, 1)).Select(alert => alert.FiredTicks));
    }

    [Fact]
    public async Task Alert_missed_in_a_crash_fires_when_its_owner_comes_back()
    {
        await using var disk = new Disk();
        await using (var exchange = await OpenAsync(disk))
        {
            await TradeAsync(exchange, 15_000);
            await AddAsync(exchange, 15_100, isAbove: true);
        }

        var copy = await disk.CopyStateAsync();
        await using (var exchange = await Exchange.StartAsync(disk))
        {
            await TradeAsync(exchange, 15_120);
            await TradeAsync(exchange, 15_130);
            await TradeAsync(exchange, 15_000);
            await FiredAsync(exchange, 1);
        }

        // The trades are on disk, but the alerts they fired are not.
        await disk.SetStateBackAsync(copy);
        await using var later = await Exchange.StartAsync(disk);
        Assert.Equal(15_120, Assert.Single(await FiredAsync(later, 1)).FiredTicks);
    }

    [Fact]
    public async Task An_account_has_fifty_alerts_and_the_oldest_that_fired_makes_room()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await TradeAsync(exchange, 15_000);
        for (var i = 1; i <= PriceAlert.MostOfOne; i++)
            await AddAsync(exchange, 15_000 + 100 * i, isAbove: true);
        var alerts = exchange.Grains.PriceAlerts(Alice);
        var next = new AlertRequest("AAPL", 10_000, IsAbove: false, AfterSequence: -1);
        Assert.Equal(new AlertResult(RejectReason.Forbidden, null), await alerts.Add(next));

        await TradeAsync(exchange, 15_100);
        await FiredAsync(exchange, 1);
        Assert.Equal(RejectReason.None, (await alerts.Add(next)).Reason);
        var all = (await alerts.Alerts()).Alerts;
        Assert.Equal((PriceAlert.MostOfOne, false), (all.Length, all.Any(alert => alert.HasFired)));
    }

    [Fact]
    public async Task A_price_that_is_reached_already_fires_at_once()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var result = await exchange.Grains.PriceAlerts(Alice)
            .Add(new AlertRequest("AAPL", 15_100, IsAbove: true, AfterSequence: 3, ReachedTicks: 15_200));
        Assert.Equal(15_200, result.Alert?.FiredTicks);
        Assert.Equal(result.Alert, Assert.Single((await exchange.Grains.PriceAlerts(Alice).Alerts()).Alerts));
    }

    [Fact]
    public async Task A_follower_is_told_each_change_of_its_alerts_and_nothing_of_other_accounts()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await TradeAsync(exchange, 15_000);
        var alerts = exchange.Grains.PriceAlerts(Alice);
        var first = await alerts.WaitForChange(-1);
        Assert.Empty(first!.Alerts);
        var waiting = alerts.WaitForChange(first.Version).AsTask();
        await AddAsync(exchange, 15_100, isAbove: true);
        var second = await waiting;
        Assert.Single(second!.Alerts);
        await TradeAsync(exchange, 15_100);
        await FiredAsync(exchange, 1);
        Assert.True((await alerts.WaitForChange(second.Version))!.Alerts[0].HasFired);
        Assert.Empty((await exchange.Grains.PriceAlerts(Bob).Alerts()).Alerts);
    }

    private static Task<Exchange> OpenAsync(Disk disk, short silos = 1) =>
        Exchange.OpenAsync(disk, ["AAPL"], [Alice, Bob], silos: silos);

    private static async Task<PriceAlert> AddAsync(Exchange exchange, long ticks, bool isAbove, long? after = null)
    {
        after ??= (await exchange.Book("AAPL").State()).Sequence;
        var result =
            await exchange.Grains.PriceAlerts(Alice).Add(new AlertRequest("AAPL", ticks, isAbove, after.Value));
        Assert.Equal(RejectReason.None, result.Reason);
        return result.Alert!;
    }

    private async Task TradeAsync(Exchange exchange, long ticks)
    {
        await exchange.PlaceAsync(Bob, $"ask-{ticks}-{++_orders}", "AAPL", Side.Sell, ticks, 10);
        var report = await exchange.PlaceAsync(Alice, $"bid-{ticks}-{_orders}", "AAPL", Side.Buy, ticks, 10);
        Assert.Equal(RejectReason.None, report.Reason);
    }

    /// <summary>Returns the alerts once a number of them have fired.</summary>
    private static async Task<ImmutableArray<PriceAlert>> FiredAsync(Exchange exchange, int count)
    {
        var alerts = await exchange.Grains.PriceAlerts(Alice).Alerts();
        await Wait.UntilAsync(
            async () =>
                (alerts = await exchange.Grains.PriceAlerts(Alice).Alerts()).Alerts.Count(alert => alert.HasFired)
                    >= count,
            () => $"{count} of {string.Join(", ", alerts.Alerts)} to fire");
        Assert.Equal(count, alerts.Alerts.Count(alert => alert.HasFired));
        return alerts.Alerts;
    }
}
