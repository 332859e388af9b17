using QuantumCore.Client;
using QuantumCore.Gateway;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Thousands of open orders of an account end at once: a follower that reads gets a report of each.</summary>
public sealed class ManyOrdersTests
{
    private const int Many = 2_000;

    /// <summary>A small backlog: the orders' reports are many times what a connection may buffer.</summary>
    private static readonly GatewayOptions s_narrow = new() { StreamBacklogBytes = 64 * 1024 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Over_FIX()
    {
        await using var exchange = await ServedExchange.OpenAsync(s_narrow, hasFix: true);
        using var desk = await FixClient.LogOnAsync(exchange.FixAddress, "alice");
        await PlaceAsync(exchange.Alice);
        var entered = await HearAsync(desk, "0");
        await desk.SendAsync("q", "11=end|530=7");
        Assert.Equal(entered, await HearAsync(desk, "4"));
        Assert.Equal(Many, entered.Count);
    }

    [Fact]
    public async Task Over_the_Binance_interface()
    {
        await using var wire = await Wire.OpenAsync(s_narrow);
        await wire.ListenAsync();
        await PlaceAsync(wire.Exchange.Alice);
        Assert.All(await wire.ReportsAsync(Many), report => Assert.Equal("NEW", report.GetProperty("x").GetString()));
        var open = await wire.CallAsync("openOrders.status", new Dictionary<string, object> { ["symbol"] = "AAPL" });
        Assert.Equal(Many, open.GetProperty("result").GetArrayLength());
        await wire.Exchange.Alice.Orders.CancelAllAsync(cancellation: Token);
        var ended = await wire.ReportsAsync(Many);
        Assert.All(ended, report => Assert.Equal("CANCELED", report.GetProperty("x").GetString()));
        Assert.Equal(Many, ended.DistinctBy(report => report.GetProperty("i").GetInt64()).Count());
    }

    private static async Task PlaceAsync(QuantumCoreClient owner)
    {
        for (var placed = 0; placed < Many; placed += OrdersClient.BatchLimit)
        {
            var orders = Enumerable.Range(placed, OrdersClient.BatchLimit)
                .Select(i => ServedExchange.Buy(1, 1 + (0.01m * i))).ToArray();
            Assert.All(await owner.Orders.PlaceBatchAsync(orders, Token), result => Assert.NotNull(result.Order));
        }
    }

    /// <summary>Returns the orders of a number of reports of a kind; other messages are skipped.</summary>
    private static async Task<HashSet<string>> HearAsync(FixClient desk, string execType)
    {
        var heard = new HashSet<string>(StringComparer.Ordinal);
        while (heard.Count < Many)
        {
            var told = await desk.ReadAsync();
            Assert.NotEmpty(told);
            if (told[35] == "8" && told[150] == execType)
                Assert.True(heard.Add(told[37]));
        }

        return heard;
    }
}
