using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Client;
using QuantumCore.Client.Cluster;
using QuantumCore.Contracts;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>SDK over the grains themselves, without a gateway.</summary>
public sealed class JoinedExchangeTests : IAsyncLifetime
{
    private readonly TradingFloor _floor = new();
    private GrainCluster? _cluster;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await GrainCluster.StartAsync(new GrainClusterOptions
    {
        ConfigureServices = services => services.AddSingleton(_floor),
    });

    public async ValueTask DisposeAsync()
    {
        _floor.Close();
        await _cluster!.DisposeAsync();
    }

    [Fact]
    public async Task A_service_that_joined_trades_and_watches_as_any_client_does()
    {
        await using var exchange = await JoinedExchange.OverAsync(_cluster!.Grains, Token);
        using var alice = exchange.CreateClient("alice");
        _floor.Publish("AAPL", new MarketUpdate(true, 0, 5, 50, [new DepthLevel(15_000, 100, 1)], [], []));
        await foreach (var book in alice.Market.WatchBooksAsync(["AAPL"], Token))
        {
            Assert.Equal(150.00m, Assert.Single(book.Book.Bids).Price);
            break;
        }

        var resting =
            await alice.Orders.PlaceAsync(
                new PlaceOrder
                {
                    Symbol = "AAPL",
                    Side = OrderSide.Buy,
                    Quantity = 5,
                    Price = 150.00m,
                    ClientOrderId = "in-1",
                },
                Token);
        Assert.Equal(OrderStatus.New, resting.Status);
        Assert.Equal(5, _floor.Held("in-1").QuantityLots);
        Assert.Equal(OrderStatus.Cancelled, (await alice.Orders.CancelAsync("AAPL", resting.OrderId, Token)).Status);
    }

    [Fact]
    public async Task Keys_are_asked_for_here_as_well()
    {
        await using var exchange = await JoinedExchange.OverAsync(_cluster!.Grains, Token);
        using var nobody = exchange.CreateClient("nobody");
        var order = new PlaceOrder { Symbol = "AAPL", Side = OrderSide.Buy, Quantity = 5, Price = 150.00m };
        Assert.Equal(
            RejectCodes.Unauthorized,
            (await Assert.ThrowsAsync<QuantumCoreException>(() => nobody.Orders.PlaceAsync(order, Token))).Code);
        Assert.Equal(
            RejectCodes.Unauthorized,
            (await Assert.ThrowsAsync<QuantumCoreException>(
                () => nobody.Orders.CancelOnDisconnectAsync(cancellation: Token))).Code);
        Assert.DoesNotContain("Hold", _floor.Calls);
    }

    [Fact]
    public async Task Its_door_is_its_owners_alone_and_goes_with_it()
    {
        var before = Doors();
        string door;
        await using (await JoinedExchange.OverAsync(_cluster!.Grains, Token))
        {
            door = Assert.Single(Doors().Except(before, StringComparer.Ordinal));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(door));
        }

        Assert.False(Directory.Exists(door));
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_nothing_behind()
    {
        _floor.Fail("Keys", new InvalidOperationException("not now"));
        var before = Doors();
        await Assert.ThrowsAnyAsync<Exception>(() => JoinedExchange.OverAsync(_cluster!.Grains, Token));
        Assert.Empty(Doors().Except(before, StringComparer.Ordinal));
    }

    private static string[] Doors() =>
        Directory.GetDirectories(Path.GetTempPath(), $"quantumcore-joined-{Environment.ProcessId}-*");
}
