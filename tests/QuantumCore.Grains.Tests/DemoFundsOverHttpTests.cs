using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.Gateway;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Play money of a demo: starting balances, demo funds and the reset, over a real socket.</summary>
public sealed class DemoFundsOverHttpTests
{
    private const string Zoe = """{"name":"zoe","password":"correct horse"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_user_of_a_demo_starts_with_a_recorded_deposit_of_each_asset()
    {
        await using var exchange = await ServedExchange.OpenAsync(new GatewayOptions { DemoMode = true });
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        Assert.Equal("AAPL 1000, MSFT 1000, USD 100000.00", await BalancesAsync(browser));
        var entries = (await browser.AskAsync("GET", "account/statement")).Body.GetProperty("entries").EnumerateArray()
            .Select(entry => $"{entry.GetProperty("cause")} {entry.GetProperty("key")} {entry.GetProperty("amount")}");
        Assert.Equal(
            ["deposit demo-AAPL 1000", "deposit demo-MSFT 1000", "deposit demo-USD 100000.00"],
            entries.Order(StringComparer.Ordinal));
        Assert.Equal(
            "AAPL 1000, MSFT 1000, USD 100000.00",
            Amounts((await browser.AskAsync("GET", "demo/funds")).Body));
    }

    [Fact]
    public async Task Exchange_that_is_no_demo_gives_nothing_away()
    {
        await using var exchange = await ServedExchange.OpenAsync();
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        Assert.Equal("", await BalancesAsync(browser));
        foreach (var method in new[] { "GET", "POST", "PUT" })
        {
            var (status, body) = await browser.AskAsync(method, "demo/funds");
            Assert.Equal((403, "This exchange is no demo."), (status, body.GetProperty("detail").GetString()));
        }

        Assert.Equal("", await BalancesAsync(browser));
    }

    [Fact]
    public async Task Demo_funds_are_added_once_an_hour_for_each_asset()
    {
        var time = new ShiftedTime();
        await using var exchange = await ServedExchange.OpenAsync(new GatewayOptions { DemoMode = true }, time);
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);

        // The first minute of an hour, so that the hour does not end within the test.
        time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromTicks(time.GetUtcNow().UtcTicks % TimeSpan.TicksPerHour));
        Assert.Equal(
            "USD 100000.00", Amounts((await browser.AskAsync("POST", "demo/funds", """{"asset":"USD"}""")).Body));
        Assert.Equal(400, (await browser.AskAsync("POST", "demo/funds", """{"asset":"GOLD"}""")).Status);
        Assert.Equal("AAPL 1000, MSFT 1000", Amounts((await browser.AskAsync("POST", "demo/funds")).Body));
        var next = time.GetUtcNow().AddHours(1).ToString("HH:00", System.Globalization.CultureInfo.InvariantCulture);
        using (var early = await browser.RawAsync("POST", "demo/funds"))
        {
            Assert.Equal(429, (int)early.StatusCode);
            Assert.InRange(early.Headers.RetryAfter!.Delta!.Value.TotalMinutes, 50, 60);
            Assert.Contains(
                $"the next are from {next} UTC on", await early.Content.ReadAsStringAsync(Token),
                StringComparison.Ordinal);
        }

        Assert.Equal("AAPL 2000, MSFT 2000, USD 200000.00", await BalancesAsync(browser));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(
            "AAPL 1000, MSFT 1000, USD 100000.00", Amounts((await browser.AskAsync("POST", "demo/funds")).Body));
    }

    [Fact]
    public async Task Reset_cancels_all_orders_and_moves_the_balances_back_to_the_start()
    {
        await using var exchange = await ServedExchange.OpenAsync(new GatewayOptions { DemoMode = true });
        using var browser = new Browser(exchange.Address);
        await browser.AskAsync("POST", "users", Zoe);
        var key = (await browser.AskAsync("POST", "keys")).Body.GetProperty("apiKey").GetString();
        using var zoe = new QuantumCoreClient(exchange.Address, key);
        await exchange.AliceAsync(ServedExchange.Sell(10m, 150.00m));
        await zoe.Orders.PlaceAsync(ServedExchange.Buy(10m, 150.00m), Token);
        await zoe.Orders.PlaceAsync(ServedExchange.Buy(5m, 140.00m), Token);
        await zoe.Orders.PlaceAsync(PlaceOrder.Stop("AAPL", OrderSide.Sell, 3m, 120.00m), Token);

        var reset = await zoe.Demo.ResetFundsAsync(Token);

        // 1,500.00 were paid, and a fee of 777 millionths.
        Assert.Equal(2, reset.Cancelled);
        Assert.Equal(
            ["AAPL -10", "USD 1501.17"],
            reset.Amounts.Select(amount => FormattableString.Invariant($"{amount.Asset} {amount.Amount}"))
                .Order(StringComparer.Ordinal));
        Assert.Empty(await zoe.Orders.GetOpenAsync(cancellation: Token));
        Assert.Equal("AAPL 1000, MSFT 1000, USD 100000.00", await BalancesAsync(browser));

        // Nothing was lost: the units are in the demo's bank.
        var bank = await exchange.Grains.GetGrain<Grains.IAccountGrain>(
            Gateway.Accounts.DemoFunds.Bank.ToString(System.Globalization.CultureInfo.InvariantCulture)).View([]);
        Assert.Equal(10, bank.Balances.Single(balance => balance.Asset == "AAPL").Total);
        Assert.Empty((await zoe.Demo.ResetFundsAsync(Token)).Amounts);
    }

    [Fact]
    public async Task Client_adds_demo_funds_and_reads_the_starting_balances()
    {
        await using var exchange = await ServedExchange.OpenAsync(new GatewayOptions { DemoMode = true });
        var starting = await exchange.Alice.Demo.GetFundsAsync(Token);
        var added = await exchange.Alice.Demo.AddFundsAsync("MSFT", Token);

        Assert.Equal("ACC-1001", starting.Account);
        Assert.Equal(
            [("AAPL", 1000m), ("MSFT", 1000m), ("USD", 100_000m)],
            starting.Amounts.Select(amount => (amount.Asset, amount.Amount)).Order());
        Assert.Equal([("MSFT", 1000m)], added.Amounts.Select(amount => (amount.Asset, amount.Amount)));
    }

    private static async Task<string> BalancesAsync(Browser browser) => string.Join(
        ", ",
        (await browser.AskAsync("GET", "account")).Body.GetProperty("balances").EnumerateArray()
            .Select(balance => $"{balance.GetProperty("asset")} {balance.GetProperty("total")}"));

    private static string Amounts(JsonElement funds) => string.Join(
        ", ",
        funds.GetProperty("amounts").EnumerateArray()
            .Select(amount => $"{amount.GetProperty("asset")} {amount.GetProperty("amount")}")
            .Order(StringComparer.Ordinal));
}
