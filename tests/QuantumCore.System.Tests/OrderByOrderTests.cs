using System.Globalization;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// A market-by-order book (L3) followed with the SDK and with <c>qc</c>, against an exchange in its own process.
/// </summary>
public sealed class OrderByOrderTests
{
    private const string Symbol = "AAPL";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follower_has_the_book_and_every_trade_through_a_kill_of_the_exchange()
    {
        using var storage = Storage.InFiles();
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        string[] arguments = [.. storage.Arguments, "--market-maker", "off", "--urls", $"http://127.0.0.1:{port}"];
        var silo = await SiloProcess.StartAsync(arguments);
        try
        {
            using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
            using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
            await using var feed =
                alice.Market.WatchBookOrdersAsync([Symbol], Token).GetAsyncEnumerator(CancellationToken.None);
            var traded = new List<string>();
            var random = new Random(4);

            await TradeAsync(alice, bob, random, "before");
            await RequireSameAsync(alice, feed, traded);
            await TradeAsync(alice, bob, random, "followed");
            await RequireSameAsync(alice, feed, traded);

            await silo.KillAsync();
            await silo.DisposeAsync();
            Assert.True(await feed.MoveNextAsync());
            Assert.Equal(BookChange.Stale, feed.Current.Change);
            silo = await SiloProcess.StartAsync(arguments);
            await RequireSameAsync(alice, feed, []);
            await TradeAsync(alice, bob, random, "after");
            var afterwards = new List<string>();
            await RequireSameAsync(alice, feed, afterwards);

            // The trades it saw before the kill are all the trades made meanwhile, each once.
            var made =
                (await alice.Market.GetTradesAsync(
                    Symbol, 1_000, Token)).Select(trade => trade.TradeId).Reverse().ToArray();
            Assert.True(traded.Count > 5 && afterwards.Count > 5, $"{traded.Count} and {afterwards.Count} trades");
            Assert.Equal(made[^afterwards.Count..], afterwards);
            var first = Array.IndexOf(made, traded[0]);
            Assert.Equal(made[first..(first + traded.Count)], traded);
            Assert.Equal(made.Length - afterwards.Count, first + traded.Count);

            await RequireLineAsync(alice, bob, feed);
            await RequireSameAsQcAsync(silo, alice);
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    private static async Task TradeAsync(QuantumCoreClient alice, QuantumCoreClient bob, Random random, string name)
    {
        for (var i = 0; i < 60; i++)
        {
            var (isBuy, quantity) = (random.Next(2) == 0, 1m + random.Next(30));
            var order = new PlaceOrder
            {
                Symbol = Symbol,
                Side = isBuy ? OrderSide.Buy : OrderSide.Sell,
                Quantity = quantity,
                Price = 150m + random.Next(-8, 9) / 100m,
                ClientOrderId = $"{name}-{i}",
                DisplayQuantity = random.Next(4) == 0 ? 1m + random.Next((int)quantity) : null,
            };
            var placed = await (random.Next(2) == 0 ? alice : bob).Orders.PlaceAsync(order, Token);
            if (random.Next(5) == 0 && placed.Remaining > 0)
                await (placed.Account == "ACC-1001" ? alice : bob).Orders.CancelAsync(Symbol, placed.OrderId, Token);
        }
    }

    /// <summary>
    /// Reads until the book equals the exchange's, which nobody changes meanwhile; trades in the updates are added.
    /// </summary>
    private static async Task RequireSameAsync(
        QuantumCoreClient client, IAsyncEnumerator<OrderByOrderUpdate> feed, List<string> traded)
    {
        var sequence = 0L;
        await Wait.UntilAsync(
            async () => (await client.Market.GetStateAsync(Symbol, Token)).Sequence is var now
                && now == (sequence = (await client.Market.GetBookOrdersAsync(Symbol, 1_000, Token)).Sequence),
            "the book to be told whole");
        var expected = await client.Market.GetBookOrdersAsync(Symbol, 1_000, Token);
        while (feed.Current is not { } last || last.Book.IsStale || last.Book.Sequence < sequence)
        {
            Assert.True(await feed.MoveNextAsync());
            traded.AddRange(
                feed.Current.Changes.Where(change => change.TradeId is not null).Select(change => change.TradeId!));
        }

        Assert.Equal(sequence, feed.Current.Book.Sequence);
        Assert.Equal(expected.Bids, feed.Current.Book.Bids);
        Assert.Equal(expected.Asks, feed.Current.Book.Asks);
    }

    /// <summary>
    /// Checks that an own order's queue position is the same by the feed and by the exchange's answer.
    /// </summary>
    private static async Task RequireLineAsync(
        QuantumCoreClient alice, QuantumCoreClient bob, IAsyncEnumerator<OrderByOrderUpdate> feed)
    {
        await bob.Orders.PlaceAsync(
            new() { Symbol = Symbol, Side = OrderSide.Buy, Quantity = 3m, Price = 140m }, Token);
        var own =
            await alice.Orders.PlaceAsync(
                new() { Symbol = Symbol, Side = OrderSide.Buy, Quantity = 2m, Price = 140m }, Token);
        await RequireSameAsync(alice, feed, []);
        Assert.Equal(
            await alice.Orders.GetQueuePositionAsync(
                Symbol, own.OrderId, Token), feed.Current.Book.PositionOf(own.OrderId));
        Assert.Equal(new OrderPosition(Symbol, own.OrderId, 1, 3m), feed.Current.Book.PositionOf(own.OrderId));
    }

    private static async Task RequireSameAsQcAsync(SiloProcess silo, QuantumCoreClient client)
    {
        var orders = await client.Market.GetBookOrdersAsync(Symbol, 3, Token);
        string[] at = ["--json", "--url", silo.Address.ToString()];
        foreach (var line in (string[][])[
            ["book", Symbol, "--orders", "--depth", "3"], ["watch", Symbol, "--orders", "--updates", "1"]])
        {
            var (exitCode, output) = await Programs.RunAsync(Programs.Cli, [.. line, .. at]);
            Assert.True(exitCode == 0, output);
            var shown = JsonDocument.Parse(output).RootElement;
            Assert.Equal(orders.Sequence, shown.GetProperty("sequence").GetInt64());
            Assert.Equal(
                orders.Bids.Select(order => order.OrderId),
                shown.GetProperty("bids").EnumerateArray().Take(3)
                    .Select(order => order.GetProperty("orderId").GetInt64()));
        }
    }
}
