using System.Text.Json.Nodes;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>A followed market-by-order book.</summary>
public sealed class OrderByOrderFeedTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = new(Wait.Limit);
    private TestExchange _exchange = null!;
    private QuantumCoreClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _client = new QuantumCoreClient(
            _exchange.Address, null,
            new()
            {
                FirstPause = TimeSpan.FromMilliseconds(1),
                LongestPause = TimeSpan.FromMilliseconds(20),
                JitterSeed = 7,
            });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _patience.Dispose();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public async Task Orders_queue_as_their_updates_say()
    {
        await using var feed = Watch();
        var first = await NextAsync(feed);
        Assert.Equal(
            (BookChange.Snapshot, "AAPL", 5, 50),
            (first.Change, first.Book.Symbol, first.Book.Sequence, first.Book.TimeNanos));
        Assert.Equal([new(3, 150.00m, 10m), new(1, 150.00m, 7m), new(2, 149.90m, 1m)], first.Book.Bids);
        Assert.Equal(new OrderPosition("AAPL", 1, 1, 10m), first.Book.PositionOf(1));
        Assert.Equal(new OrderPosition("AAPL", 2, 0, 0m), first.Book.PositionOf(2));

        Publish(
            5, 8,
            """{"kind":"executed","side":"buy","orderId":3,"price":"150.00","quantity":"4","tradeId":"6-0","sequence":6,"timeNanos":"60"}""",
            """{"kind":"printed","side":"sell","price":"149.95","quantity":"9","tradeId":"6-1","sequence":6,"timeNanos":"60"}""",
            """{"kind":"resized","side":"buy","orderId":1,"price":"150.00","quantity":"5","sequence":7,"timeNanos":"70"}""",
            """{"kind":"removed","side":"sell","orderId":4,"price":"150.10","sequence":8,"timeNanos":"80"}""",
            """{"kind":"added","side":"buy","orderId":9,"price":"150.00","quantity":"8","before":1,"sequence":8,"timeNanos":"80"}""",
            """{"kind":"added","side":"sell","orderId":10,"price":"151.00","quantity":"1","sequence":8,"timeNanos":"80"}""");
        var update = await NextAsync(feed);
        Assert.Equal(
            (BookChange.Update, 8, 80, false),
            (update.Change, update.Book.Sequence, update.Book.TimeNanos, update.Book.IsStale));
        Assert.Equal(
            [new(3, 150.00m, 6m), new(9, 150.00m, 8m), new(1, 150.00m, 5m), new(2, 149.90m, 1m)], update.Book.Bids);
        Assert.Equal([new(10, 151.00m, 1m)], update.Book.Asks);
        Assert.Equal(new OrderPosition("AAPL", 1, 2, 14m), update.Book.PositionOf(1));
        Assert.Equal((null, null), (update.Book.Find(4), update.Book.PositionOf(4)));
        Assert.Equal(new BookOrder(9, 150.00m, 8m), update.Book.Find(9));
        Assert.Equal(
            [
                new(BookOrderChangeKind.Executed, OrderSide.Buy, 3, 150.00m, 4m, 0, "6-0", 6, 60),
                new(BookOrderChangeKind.Printed, OrderSide.Sell, 0, 149.95m, 9m, 0, "6-1", 6, 60),
            ],
            update.Changes.Take(2));

        Publish(
            8, 9,
            """{"kind":"executed","side":"buy","orderId":3,"price":"150.00","quantity":"6","tradeId":"9-0","sequence":9,"timeNanos":"90"}""");
        Assert.Equal([9, 1, 2], (await NextAsync(feed)).Book.Bids.Select(order => order.OrderId));
    }

    [Theory]
    [InlineData(
        6,
        """{"kind":"resized","side":"buy","orderId":1,"price":"150.00","quantity":"5","sequence":7,"timeNanos":"70"}""")]
    [InlineData(
        5,
        """{"kind":"resized","side":"buy","orderId":99,"price":"150.00","quantity":"5","sequence":7,"timeNanos":"70"}""")]
    [InlineData(
        5,
        """{"kind":"resized","side":"buy","orderId":1,"price":"150.01","quantity":"5","sequence":7,"timeNanos":"70"}""")]
    [InlineData(
        5,
        """{"kind":"executed","side":"buy","orderId":1,"price":"150.00","quantity":"8","tradeId":"6-0","sequence":7,"timeNanos":"70"}""")]
    [InlineData(
        5,
        """{"kind":"added","side":"buy","orderId":1,"price":"150.00","quantity":"8","sequence":7,"timeNanos":"70"}""")]
    [InlineData(
        5,
        """{"kind":"added","side":"buy","orderId":9,"price":"150.00","quantity":"8","before":2,"sequence":7,"timeNanos":"70"}""")]
    public async Task Update_that_does_not_fit_the_book_makes_it_stale_until_the_next_snapshot(
        long previous, string change)
    {
        await using var feed = Watch();
        await NextAsync(feed);
        Publish(previous, 7, change);
        var stale = await NextAsync(feed);
        Assert.Equal((BookChange.Stale, true), (stale.Change, stale.Book.IsStale));
        var again = await NextAsync(feed);
        Assert.Equal((BookChange.Snapshot, false, 1), (again.Change, again.Book.IsStale, _exchange.StreamsOpened));
        Assert.Equal([3, 1, 2], again.Book.Bids.Select(order => order.OrderId));
    }

    [Fact]
    public async Task Lost_connection_is_made_again()
    {
        await using var feed = Watch();
        await NextAsync(feed);
        await _exchange.CutStreamsAsync();
        Assert.Equal(BookChange.Stale, (await NextAsync(feed)).Change);
        Assert.Equal((BookChange.Snapshot, 2), ((await NextAsync(feed)).Change, _exchange.StreamsOpened));
    }

    [Fact]
    public void Empty_list_of_symbols_is_rejected_at_once() =>
        Assert.Throws<ArgumentException>(() => _client.Market.WatchBookOrdersAsync([], _patience.Token));

    private void Publish(long previous, long sequence, params ReadOnlySpan<string> changes) => _exchange.Publish(
        JsonNode.Parse(
            $$"""{"type":"level3","snapshot":false,"symbol":"AAPL","previousSequence":{{previous}},"sequence":{{sequence}},"timeNanos":"{{sequence}}0","changes":[{{string.Join(',', changes!)}}]}""")!
            .AsObject(),
        TestStream.Orders);

    private IAsyncEnumerator<OrderByOrderUpdate> Watch() =>
        _client.Market.WatchBookOrdersAsync(["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);

    private static async Task<OrderByOrderUpdate> NextAsync(IAsyncEnumerator<OrderByOrderUpdate> feed)
    {
        Assert.True(await feed.MoveNextAsync());
        return feed.Current;
    }
}
