using System.Net.Sockets;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

[assembly: TimeLimit]
[assembly: AssemblyFixture(typeof(QuantumCore.Testing.Tests.TemporaryFolder))]

namespace QuantumCore.Testing.Tests;

/// <summary>An exchange inside the process of a test.</summary>
public sealed class TestExchangeTests(TemporaryFolder temporary)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Order_of_one_account_fills_that_of_another()
    {
        await using var exchange = await TestExchange.StartAsync(cancellation: Token);
        var seller = await exchange.CreateAccountAsync(("AAPL", 100m));
        var buyer = await exchange.CreateAccountAsync(cash: 10_000m, cancellation: Token);

        await seller.Client.Orders.PlaceAsync(Limit(OrderSide.Sell, 10m), Token);
        var order = await buyer.Client.Orders.PlaceAsync(Limit(OrderSide.Buy, 10m), Token);

        Assert.Equal(OrderStatus.Filled, order.Status);
        var balances = (await buyer.Client.Account.GetAsync(Token)).Balances;
        Assert.Equal([("AAPL", 10m), ("USD", 8_500m)], balances.Select(one => (one.Asset, one.Total)).Order());
        Assert.NotEqual(seller.Id, buyer.Id);
    }

    [Fact]
    public async Task Two_exchanges_at_once_do_not_see_each_other()
    {
        var both = await Task.WhenAll(
            TestExchange.StartAsync(cancellation: Token), TestExchange.StartAsync(cancellation: Token));
        await using var first = both[0];
        await using var second = both[1];
        var account = await first.CreateAccountAsync(cash: 1_000m, cancellation: Token);
        await account.Client.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m), Token);

        Assert.NotEqual(first.Address, second.Address);
        await Wait.UntilAsync(
            async () => (await first.Admin.Market.GetBookAsync("AAPL", cancellation: Token)).Bids.Count == 1);
        Assert.Empty((await second.Admin.Market.GetBookAsync("AAPL", cancellation: Token)).Bids);
        using var stranger = second.CreateClient(account.ApiKey);
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(() => stranger.Account.GetAsync(Token));
        Assert.Equal(RejectCodes.Unauthorized, refused.Code);
    }

    [Theory]
    [InlineData(TestStorage.Volatile)]
    [InlineData(TestStorage.Sqlite)]
    public async Task Dispose_frees_the_port_and_leaves_no_file(TestStorage storage)
    {
        var exchange = await TestExchange.StartAsync(new TestExchangeOptions { Storage = storage }, Token);
        var account = await exchange.CreateAccountAsync(cash: 1_000m, cancellation: Token);
        await account.Client.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m), Token);
        Assert.NotEmpty(temporary.Entries);

        await exchange.DisposeAsync();

        Assert.Empty(temporary.Entries);
        using var socket = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(
            async () => await socket.ConnectAsync("127.0.0.1", exchange.Address.Port, Token));
    }

    [Fact]
    public async Task Exchange_on_the_directory_of_an_earlier_one_continues_it()
    {
        using var folder = new TemporaryFolder.Part();
        var options = new TestExchangeOptions { DataDirectory = folder.Path };
        string id;
        string key;
        await using (var earlier = await TestExchange.StartAsync(options, Token))
        {
            var account = await earlier.CreateAccountAsync(cash: 1_000m, cancellation: Token);
            (id, key) = (account.Id, account.ApiKey);
            await account.Client.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m), Token);
        }

        await using (var later = await TestExchange.StartAsync(options, Token))
        {
            Assert.Single(await later.CreateClient(key).Orders.GetOpenAsync(cancellation: Token));
            Assert.NotEqual(id, (await later.CreateAccountAsync()).Id);
        }
    }

    [Fact]
    public async Task Listed_instrument_trades_in_its_own_ticks_and_lots()
    {
        await using var exchange = await TestExchange.StartAsync(cancellation: Token);
        await exchange.ListAsync("COIN", tickSize: 0.5m, lotSize: 0.1m, cancellation: Token);
        var account = await exchange.CreateAccountAsync(cash: 1_000m, cancellation: Token);

        var order =
            await account.Client.Orders.PlaceAsync(
                Limit(OrderSide.Buy, 0.3m) with { Symbol = "COIN", Price = 10.5m }, Token);

        Assert.Equal((OrderStatus.New, 0.3m), (order.Status, order.Quantity));
        await Assert.ThrowsAsync<QuantumCoreException>(
            () => account.Client.Orders.PlaceAsync(
                Limit(OrderSide.Buy, 0.3m) with { Symbol = "COIN", Price = 10.1m }, Token));
    }

    [Fact]
    public async Task Fault_of_one_account_is_not_met_by_another()
    {
        var options = new TestExchangeOptions { Client = new QuantumCoreClientOptions { MaxAttempts = 1 } };
        await using var exchange = await TestExchange.StartAsync(options, Token);
        var unlucky = await exchange.CreateAccountAsync(cash: 1_000m, cancellation: Token);
        var other = await exchange.CreateAccountAsync(cash: 1_000m, cancellation: Token);
        await exchange.AddFaultAsync(new NewFault(FaultKind.Reject, Count: 2), unlucky, Token);

        await other.Client.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m), Token);
        var rejected = await Assert.ThrowsAsync<QuantumCoreException>(
            () => unlucky.Client.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m), Token));
        await exchange.ClearFaultsAsync(Token);
        await unlucky.Client.Orders.PlaceAsync(Limit(OrderSide.Buy, 1m), Token);

        Assert.Equal(RejectCodes.Overloaded, rejected.Code);
        Assert.Single((await exchange.Admin.Simulation.GetAsync(Token)).Fired);
    }

    [Fact]
    public async Task Order_expires_when_the_clock_is_moved_past_its_end()
    {
        var start = new DateTimeOffset(2031, 3, 4, 15, 0, 0, TimeSpan.Zero);
        await using var exchange = await TestExchange.StartAsync(new TestExchangeOptions { StartTime = start }, Token);
        var account = await exchange.CreateAccountAsync(cash: 1_000m, cancellation: Token);
        var order = await account.Client.Orders.PlaceAsync(
            Limit(OrderSide.Buy, 1m) with { TimeInForce = TimeInForce.GoodTillDate, GoodTill = start.AddHours(2) },
            Token);
        Assert.Equal(OrderStatus.New, order.Status);

        exchange.Clock.Advance(TimeSpan.FromHours(3));

        await Wait.UntilAsync(async () =>
            (await account.Client.Orders.GetAsync("AAPL", order.OrderId, Token)).Status == OrderStatus.Expired);
        Assert.InRange(exchange.Clock.GetUtcNow(), start.AddHours(3), start.AddHours(4));
    }

    private static PlaceOrder Limit(OrderSide side, decimal quantity) =>
        new() { Symbol = "AAPL", Side = side, Price = 150m, Quantity = quantity };
}
