using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>A client behind a proxy that blocks WebSockets: polling gives the same updates.</summary>
public sealed class PollingTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = new(Wait.Limit);
    private TestExchange _exchange = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _exchange = await TestExchange.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _patience.Dispose();
        await _exchange.DisposeAsync();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(426)]
    [InlineData(501)]
    public async Task A_book_is_followed_through_a_proxy_that_refuses_upgrades(int status)
    {
        _exchange.UpgradeRefusal = status;
        using var client = Client();
        await PlaceAsync(client, OrderSide.Buy, 10m, 149m);
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);
        var first = await NextAsync(feed);
        Assert.Equal((BookChange.Snapshot, 10m), (first.Change, first.Book.Bids.Single().Quantity));

        await PlaceAsync(client, OrderSide.Sell, 4m, 149m);
        await PlaceAsync(client, OrderSide.Sell, 7m, 151m);
        await PlaceAsync(client, OrderSide.Sell, 6m, 149m);
        var trades = new List<Trade>();
        do
        {
            var update = await NextAsync(feed);
            Assert.Equal(BookChange.Update, update.Change);
            trades.AddRange(update.Trades);
        }
        while (trades.Count < 2);

        var book = await client.Market.GetBookAsync("AAPL", cancellation: Cancellation);
        Assert.Equal([4m, 6m], trades.Select(trade => trade.Quantity));
        Assert.Equal((book.Sequence, book.TimeNanos), (first.Book.Sequence, first.Book.TimeNanos));
        Assert.Equal(book.Asks, first.Book.Asks);
        Assert.Empty(first.Book.Bids);
        Assert.Equal((1, 0), (_exchange.UpgradesRefused, _exchange.StreamsOpened));
    }

    [Fact]
    public async Task A_book_is_followed_through_a_proxy_that_cuts_upgrades()
    {
        _exchange.UpgradeRefusal = TestExchange.Cut;
        using var client = Client();
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.Equal(BookChange.Snapshot, (await NextAsync(feed)).Change);
        Assert.Equal(3, _exchange.UpgradesRefused);
    }

    [Fact]
    public async Task An_account_is_followed_without_a_WebSocket()
    {
        _exchange.UpgradeRefusal = 403;
        using var client = Client();
        await using var feed = client.Account.WatchAsync(_patience.Token).GetAsyncEnumerator(CancellationToken.None);
        var first = await NextAsync(feed);
        Assert.Equal(
            (AccountChange.Snapshot, "ACC-1001", false), (first.Change, first.Account.Account, first.Account.IsStale));

        var placed = await PlaceAsync(client, OrderSide.Buy, 10m, 149m);
        var update = await NextAsync(feed);
        Assert.Equal(
            (AccountChange.Update, placed.ClientOrderId),
            (update.Change, update.Account.OpenOrders.Single().ClientOrderId));

        await client.Orders.CancelAsync("AAPL", placed.OrderId, Cancellation);
        update = await NextAsync(feed);
        Assert.Equal((AccountChange.Update, placed.OrderId), (update.Change, update.Closed.Single().OrderId));
        Assert.Empty(update.Account.OpenOrders);
    }

    [Fact]
    public async Task Alerts_are_followed_without_a_WebSocket()
    {
        _exchange.UpgradeRefusal = 426;
        using var client = Client();
        await using var feed = client.Alerts.WatchAsync(_patience.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.Equal(AlertChange.Snapshot, (await NextAsync(feed)).Change);
        await client.Alerts.AddAsync("AAPL", 160m, true, Cancellation);
        var update = await NextAsync(feed);
        Assert.Equal((AlertChange.Update, 160m), (update.Change, update.Now.Alerts.Single().Price));
    }

    [Fact]
    public async Task A_WebSocket_is_tried_again_and_taken_when_it_is_to_be_had()
    {
        _exchange.UpgradeRefusal = 404;
        using var client = Client(new() { WebSocketRetry = TimeSpan.FromMilliseconds(1) });
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.Equal(BookChange.Snapshot, (await NextAsync(feed)).Change);
        _exchange.UpgradeRefusal = null;
        Assert.Equal(BookChange.Snapshot, (await NextAsync(feed)).Change);
        Assert.Equal(1, _exchange.StreamsOpened);
        await PlaceAsync(client, OrderSide.Buy, 10m, 149m);
        Assert.Equal(BookChange.Update, (await NextAsync(feed)).Change);
    }

    [Fact]
    public async Task Polling_alone_opens_no_WebSocket()
    {
        using var client = Client(new() { Updates = UpdateTransport.Polling });
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.Equal(BookChange.Snapshot, (await NextAsync(feed)).Change);
        await PlaceAsync(client, OrderSide.Buy, 10m, 149m);
        Assert.Equal(BookChange.Update, (await NextAsync(feed)).Change);
        Assert.Equal(0, _exchange.StreamsOpened);
    }

    [Fact]
    public async Task WebSockets_alone_are_given_up_where_there_is_none()
    {
        _exchange.UpgradeRefusal = 404;
        using var client = Client(new() { Updates = UpdateTransport.WebSockets, MaxAttempts = 2 });
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            async () => await NextAsync(
                client.Market.WatchBooksAsync(["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None)));
        Assert.Equal(RejectCodes.Unreachable, refused.Code);
        Assert.Equal(2, _exchange.UpgradesRefused);
    }

    [Fact]
    public async Task A_symbol_that_is_none_ends_the_polling()
    {
        _exchange.UpgradeRefusal = 404;
        using var client = Client();
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            async () => await NextAsync(
                client.Market.WatchBooksAsync(["NOPE"], _patience.Token).GetAsyncEnumerator(CancellationToken.None)));
        Assert.Equal(RejectCodes.UnknownSymbol, refused.Code);
    }

    [Fact]
    public async Task A_key_that_is_none_ends_the_polling()
    {
        _exchange.UpgradeRefusal = 403;
        using var client =
            new QuantumCoreClient(_exchange.Address, "nobody", new() { PollInterval = TimeSpan.FromMilliseconds(1) });
        var refused = await Assert.ThrowsAsync<QuantumCoreException>(
            async () =>
                await NextAsync(client.Account.WatchAsync(_patience.Token).GetAsyncEnumerator(CancellationToken.None)));
        Assert.Equal(RejectCodes.Unauthorized, refused.Code);
    }

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<T> feed)
    {
        Assert.True(await feed.MoveNextAsync());
        return feed.Current;
    }

    private static Task<Order> PlaceAsync(QuantumCoreClient client, OrderSide side, decimal quantity, decimal price) =>
        client.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", side, quantity, price), Cancellation);

    private QuantumCoreClient Client(QuantumCoreClientOptions? options = null) => new(
        _exchange.Address,
        "demo-alice",
        (options ?? new()) with
        {
            PollInterval = TimeSpan.FromMilliseconds(5),
            FirstPause = TimeSpan.FromMilliseconds(1),
            JitterSeed = 7,
        });
}
