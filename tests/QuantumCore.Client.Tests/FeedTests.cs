using System.Text.Json.Nodes;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>A followed book, through gaps and lost connections.</summary>
public sealed class FeedTests : IAsyncLifetime
{
    private readonly QuantumCoreClientOptions _options = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
        JitterSeed = 7,
    };

    private readonly CancellationTokenSource _patience = new(Wait.Limit);
    private TestExchange _exchange = null!;
    private QuantumCoreClient _client = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _client = new QuantumCoreClient(_exchange.Address, "demo-alice", _options);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _patience.Dispose();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public async Task A_followed_book_shows_what_the_exchange_shows()
    {
        await PlaceAsync(OrderSide.Buy, 10m, 149m);
        await using var feed = Watch();
        var first = await NextAsync(feed, "the first snapshot");
        Assert.Equal(BookChange.Snapshot, first.Change);

        await PlaceAsync(OrderSide.Buy, 5m, 149m);
        await PlaceAsync(OrderSide.Sell, 7m, 151m);
        await PlaceAsync(OrderSide.Sell, 12m, 149m);
        var trades = new List<Trade>();
        for (var i = 0; i < 3; i++)
        {
            var update = await NextAsync(feed, "an update");
            Assert.Equal(BookChange.Update, update.Change);
            trades.AddRange(update.Trades);
        }

        var book = await _client.Market.GetBookAsync("AAPL", cancellation: Cancellation);
        Assert.Equal(book.Bids, first.Book.Bids);
        Assert.Equal(book.Asks, first.Book.Asks);
        Assert.Equal((book.Sequence, 3m), (first.Book.Sequence, first.Book.Bids.Single().Quantity));
        Assert.Equal([10m, 2m], trades.Select(trade => trade.Quantity));
        await PlaceAsync(OrderSide.Sell, 3m, 149m);
        Assert.Empty((await NextAsync(feed, "the emptied level")).Book.Bids);
    }

    [Fact]
    public async Task A_gap_makes_the_book_stale_until_a_new_snapshot()
    {
        await using var feed = Watch();
        await NextAsync(feed, "the first snapshot");
        _exchange.UpdatesToLose = 1;
        await PlaceAsync(OrderSide.Buy, 10m, 149m);
        await PlaceAsync(OrderSide.Buy, 10m, 148m);

        var stale = await NextAsync(feed, "word of the gap");
        Assert.Equal((BookChange.Stale, true), (stale.Change, stale.Book.IsStale));
        var again = await NextAsync(feed, "the snapshot after the gap");

        Assert.Equal((BookChange.Snapshot, false, 2), (again.Change, again.Book.IsStale, _exchange.Snapshots));
        Assert.Equal([149m, 148m], again.Book.Bids.Select(level => level.Price));
        Assert.Equal(1, _exchange.StreamsOpened);
    }

    [Fact]
    public async Task A_snapshot_that_does_not_come_after_a_gap_is_asked_for_again()
    {
        using var client = Impatient();
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);
        await NextAsync(feed, "the first snapshot");
        var opened = _exchange.StreamsOpened;
        (_exchange.UpdatesToLose, _exchange.SnapshotsToLose) = (1, 2);
        await PlaceAsync(OrderSide.Buy, 10m, 149m);
        await PlaceAsync(OrderSide.Buy, 10m, 148m);

        Assert.Equal(BookChange.Stale, (await NextAsync(feed, "word of the gap")).Change);
        var again = await NextAsync(feed, "the snapshot after the gap");

        Assert.Equal(
            (BookChange.Snapshot, opened, 0), (again.Change, _exchange.StreamsOpened, _exchange.SnapshotsToLose));
        Assert.Equal([149m, 148m], again.Book.Bids.Select(level => level.Price));
    }

    [Fact]
    public async Task A_connection_over_which_nothing_comes_is_made_again()
    {
        using var client = Impatient();
        _exchange.SnapshotsToLose = 1;
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);

        Assert.Equal(BookChange.Snapshot, (await NextAsync(feed, "the snapshot of a later connection")).Change);
        Assert.InRange(_exchange.StreamsOpened, 2, int.MaxValue);
    }

    [Fact]
    public async Task A_feed_over_which_nothing_ever_comes_ends_as_one_that_can_not_be_reached()
    {
        using var client = Impatient(attempts: 3);
        _exchange.SnapshotsToLose = int.MaxValue;
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(async () => await feed.MoveNextAsync());

        Assert.Equal(RejectCodes.Unreachable, failure.Code);
        Assert.IsType<TimeoutException>(failure.InnerException);
    }

    /// <summary>A busy machine may need several attempts for the first snapshot.</summary>
    private QuantumCoreClient Impatient(int attempts = 100) =>
        new(
            _exchange.Address, "demo-alice",
            _options with
            {
                AttemptTimeout = TimeSpan.FromMilliseconds(500),
                MaxAttempts = attempts,
                RetryBudget = Wait.Limit,
            });

    [Fact]
    public async Task A_lost_connection_is_made_again()
    {
        await using var feed = Watch();
        await NextAsync(feed, "the first snapshot");
        await _exchange.CutStreamsAsync();

        Assert.Equal(BookChange.Stale, (await NextAsync(feed, "word of the loss")).Change);
        await PlaceAsync(OrderSide.Buy, 10m, 149m);
        var again = await NextAsync(feed, "the snapshot of the new connection");

        Assert.Equal((BookChange.Snapshot, 2), (again.Change, _exchange.StreamsOpened));
        Assert.Equal([new PriceLevel(149m, 10m)], again.Book.Bids);
    }

    [Fact]
    public async Task A_connection_that_fell_silent_is_made_again()
    {
        using var client = new QuantumCoreClient(
            _exchange.Address, "demo-alice", _options with { PingInterval = TimeSpan.FromMilliseconds(50) });
        _exchange.FallsSilent = true;
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);
        await NextAsync(feed, "the first snapshot");
        _exchange.FallsSilent = false;

        Assert.Equal(BookChange.Stale, (await NextAsync(feed, "word of the loss")).Change);
        Assert.Equal(BookChange.Snapshot, (await NextAsync(feed, "the snapshot of the new connection")).Change);
    }

    [Fact]
    public async Task A_feed_of_a_client_that_was_disposed_of_ends_with_its_connection()
    {
        await using var feed = Watch();
        await NextAsync(feed, "the first snapshot");
        _client.Dispose();
        await _exchange.CutStreamsAsync();

        Assert.Equal(BookChange.Stale, (await NextAsync(feed, "word of the loss")).Change);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => feed.MoveNextAsync().AsTask());
    }

    [Fact]
    public async Task Several_books_are_followed_at_once()
    {
        _exchange.List("MSFT");
        await using var feed = _client.Market.WatchBooksAsync(["AAPL", "MSFT"], _patience.Token)
            .GetAsyncEnumerator(CancellationToken.None);

        var symbols = new List<string>
        {
            (await NextAsync(feed, "the first snapshot")).Book.Symbol,
            (await NextAsync(feed, "the second snapshot")).Book.Symbol,
        };

        Assert.Equal(["AAPL", "MSFT"], symbols);
    }

    [Fact]
    public async Task A_symbol_that_is_not_there_ends_the_feed()
    {
        await using var feed = _client.Market.WatchBooksAsync(
            ["NONE"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(() => feed.MoveNextAsync().AsTask());

        Assert.Equal((RejectCodes.UnknownSymbol, "symbol"), (failure.Code, failure.Field));
    }

    [Fact]
    public async Task A_feed_of_an_exchange_that_is_not_there_ends()
    {
        var time = new InstantTime(_options.AttemptTimeout);
        using var client =
            new QuantumCoreClient(new Uri("http://127.0.0.1:1"), null, new() { JitterSeed = 7, Time = time });
        await using var feed = client.Market.WatchBooksAsync(
            ["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(() => feed.MoveNextAsync().AsTask());

        Assert.Equal(RejectCodes.Unreachable, failure.Code);
        Assert.Equal(_options.MaxAttempts - 1, time.Pauses.Count);
    }

    [Fact]
    public async Task A_feed_that_the_exchange_ends_before_it_stands_says_so()
    {
        _exchange.ClosesStreams = true;
        await using var feed = Watch();

        var failure = await Assert.ThrowsAsync<QuantumCoreException>(() => feed.MoveNextAsync().AsTask());

        Assert.Equal(RejectCodes.Unreachable, failure.Code);
        Assert.EndsWith(
            "The exchange has ended the connection (PolicyViolation).", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_that_stood_outlives_an_exchange_that_went_away()
    {
        await using var feed = Watch();
        await NextAsync(feed, "the first snapshot");
        var http = _exchange.Address;
        await _exchange.DisposeAsync();
        Assert.Equal(BookChange.Stale, (await NextAsync(feed, "word of the loss")).Change);
        var next = feed.MoveNextAsync().AsTask();

        _exchange = await TestExchange.StartAsync(http.Port);
        Assert.True(await next);
        Assert.Equal(BookChange.Snapshot, feed.Current.Change);
    }

    [Fact]
    public async Task Changed_trades_are_told_with_the_update_they_belong_to()
    {
        await using var feed = Watch();
        var first = await NextAsync(feed, "the first snapshot");
        Assert.Empty(first.TradeChanges);
        _exchange.Publish(
            JsonNode.Parse(
                $$"""
                {"type":"update","symbol":"AAPL","previousSequence":{{first.Book.Sequence}},"sequence":41,"timeNanos":"410","bids":[],"asks":[],"trades":[],"tradeChanges":[
                 {"tradeId":"17-1","state":"corrected","tradedPrice":"150.10","priceBefore":"150.10","price":"150.00","quantity":"7","takerSide":"buy","tradedTimeNanos":"60","sequence":40,"timeNanos":"400"},
                 {"tradeId":"17-1","state":"void","tradedPrice":"150.10","priceBefore":"150.00","price":null,"quantity":"7","takerSide":"buy","tradedTimeNanos":"60","sequence":41,"timeNanos":"410"}]}
                """)!.AsObject(),
            "AAPL");

        var update = await NextAsync(feed, "the update with the changes");
        Assert.Equal((BookChange.Update, 41), (update.Change, update.Book.Sequence));
        Assert.Equal(
            [
                new PublicTradeChange(
                    "17-1", TradeState.Corrected, 150.10m, 150.10m, 150.00m, 7m, OrderSide.Buy, 60, 40, 400),
                new PublicTradeChange("17-1", TradeState.Void, 150.10m, 150.00m, null, 7m, OrderSide.Buy, 60, 41, 410),
            ],
            update.TradeChanges);
    }

    private IAsyncEnumerator<BookUpdate> Watch() =>
        _client.Market.WatchBooksAsync(["AAPL"], _patience.Token).GetAsyncEnumerator(CancellationToken.None);

    private static async Task<BookUpdate> NextAsync(IAsyncEnumerator<BookUpdate> feed, string awaited)
    {
        try
        {
            Assert.True(await feed.MoveNextAsync(), $"the feed ended before {awaited}");
            return feed.Current;
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"30 s without {awaited}", late);
        }
    }

    private Task<Order> PlaceAsync(OrderSide side, decimal quantity, decimal price) =>
        _client.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", side, quantity, price), Cancellation);
}
