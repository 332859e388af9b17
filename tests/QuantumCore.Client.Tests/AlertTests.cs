using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>Price alerts: set, listed, removed and followed.</summary>
public sealed class AlertTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = new(Wait.Limit);
    private TestExchange _exchange = null!;
    private QuantumCoreClient _client = null!;

    private CancellationToken Token => _patience.Token;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _client = new QuantumCoreClient(
            _exchange.Address, "demo-alice",
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
    public async Task Alert_is_set_listed_and_removed()
    {
        var above = await _client.Alerts.AddAsync("AAPL", 151.00m, cancellation: Token);
        Assert.Equal(
            (new PriceAlert(
                above.Id, "AAPL", 151.00m, true, new UtcTime(1_767_342_600_000_000_009),
                1_767_342_600_000_000_009), true),
            (above, above.Id > 0));
        var below = await _client.Alerts.AddAsync("AAPL", 151.00m, isAbove: false, Token);
        Assert.False(below.IsAbove);
        Assert.Equal(below, await _client.Alerts.AddAsync("AAPL", 151.00m, isAbove: false, Token));

        var all = await _client.Alerts.GetAsync(Token);
        Assert.Equal([above, below], all.Alerts);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 8, 0, 1, TimeSpan.Zero).AddTicks(1_234_567), all.Since);

        Assert.Equal([below], (await _client.Alerts.RemoveAsync(above.Id, Token)).Alerts);
        Assert.Equal([below], (await _client.Alerts.RemoveAsync(above.Id, Token)).Alerts);
    }

    [Fact]
    public async Task Rejected_alert_names_the_field_and_the_limit()
    {
        var now = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Alerts.AddAsync("AAPL", 150m, cancellation: Token));
        Assert.Equal((RejectCodes.BadRequest, "price"), (now.Code, now.Field));
        var unknown = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Alerts.AddAsync("NONE", 150m, cancellation: Token));
        Assert.Equal((RejectCodes.UnknownSymbol, "symbol"), (unknown.Code, unknown.Field));
        for (var i = 1; i <= 50; i++)
            await _client.Alerts.AddAsync("AAPL", 150m + i, cancellation: Token);
        var full = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Alerts.AddAsync("AAPL", 250m, cancellation: Token));
        Assert.Equal((RejectCodes.Forbidden, "50"), (full.Code, full.Limit));
    }

    [Fact]
    public async Task Alert_with_a_side_is_retried_after_a_lost_response()
    {
        _exchange.Next(Fault.DropAfter, Fault.Crash);
        var alert = await _client.Alerts.AddAsync("AAPL", 151m, isAbove: true, Token);
        Assert.Equal(3, _exchange.Changes.Count);
        Assert.Equal([alert], (await _client.Alerts.GetAsync(Token)).Alerts);

        _exchange.Next(Fault.DropAfter);
        Assert.Empty((await _client.Alerts.RemoveAsync(alert.Id, Token)).Alerts);
    }

    [Fact]
    public async Task Alert_without_a_side_is_not_retried_after_a_lost_response()
    {
        _exchange.Next(Fault.DropAfter);
        var lost = await Assert.ThrowsAsync<QuantumCoreException>(
            () => _client.Alerts.AddAsync("AAPL", 151m, cancellation: Token));
        Assert.Equal(RejectCodes.OutcomeUnknown, lost.Code);
        Assert.Single(_exchange.Changes);
        Assert.Equal(151m, Assert.Single((await _client.Alerts.GetAsync(Token)).Alerts).Price);

        _exchange.Next(Fault.Overloaded);
        await _client.Alerts.AddAsync("AAPL", 152m, cancellation: Token);
    }

    [Fact]
    public async Task Each_fired_alert_is_reported_once()
    {
        var high = await _client.Alerts.AddAsync("AAPL", 152m, cancellation: Token);
        await using var feed = Watch();
        var first = await NextAsync(feed);
        Assert.Equal((AlertChange.Snapshot, "ACC-1001"), (first.Change, first.Account));
        Assert.Equal([high], first.Now.Alerts);
        Assert.Empty(first.Fired);

        var low = await _client.Alerts.AddAsync("AAPL", 151m, cancellation: Token);
        Assert.Equal([high, low], (await NextAsync(feed)).Now.Alerts);

        _exchange.Trade("151.20");
        var fired = await NextAsync(feed);
        Assert.Equal(AlertChange.Update, fired.Change);
        Assert.Equal(
            low with
            {
                Fired = new AlertFired(151.20m, new UtcTime(1_767_344_400_000_000_410), 1_767_344_400_000_000_410),
            },
            Assert.Single(fired.Fired));

        _exchange.Trade("152.00");
        Assert.Equal([high.Id], (await NextAsync(feed)).Fired.Select(alert => alert.Id));
        await _client.Alerts.RemoveAsync(low.Id, Token);
        var rest = await NextAsync(feed);
        Assert.Equal((high.Id, 0), (Assert.Single(rest.Now.Alerts).Id, rest.Fired.Count));

        await using var later = Watch();
        Assert.Equal([high.Id], (await NextAsync(later)).Fired.Select(alert => alert.Id));
    }

    [Fact]
    public async Task Alerts_that_fired_during_a_lost_connection_are_reported_once()
    {
        await _client.Alerts.AddAsync("AAPL", 151m, cancellation: Token);
        var high = await _client.Alerts.AddAsync("AAPL", 152m, cancellation: Token);
        _exchange.Trade("151.00");
        await using var feed = Watch();
        Assert.Single((await NextAsync(feed)).Fired);

        await _exchange.CutStreamsAsync();
        var stale = await NextAsync(feed);
        Assert.Equal((AlertChange.Stale, 2, 0), (stale.Change, stale.Now.Alerts.Count, stale.Fired.Count));
        _exchange.Trade("152.50");
        var again = await NextAsync(feed);
        Assert.Equal(AlertChange.Snapshot, again.Change);
        if (again.Fired.Count == 0)
            again = await NextAsync(feed);
        Assert.Equal([high.Id], again.Fired.Select(alert => alert.Id));
        Assert.Equal((0, 2), (again.Forgotten.Count, _exchange.StreamsOpened));
    }

    [Fact]
    public async Task Alerts_lost_by_an_exchange_restart_are_reported_with_their_side()
    {
        await _client.Alerts.AddAsync("AAPL", 151m, cancellation: Token);
        var high = await _client.Alerts.AddAsync("AAPL", 152m, cancellation: Token);
        var low = await _client.Alerts.AddAsync("AAPL", 149m, cancellation: Token);
        _exchange.Trade("151.00");
        await using var feed = Watch();
        await NextAsync(feed);

        _exchange.ForgetAlerts(again: "149");
        Assert.Equal((AlertChange.Stale, 0), ((await NextAsync(feed)).Change, feed.Current.Forgotten.Count));
        Assert.Equal(AlertChange.Snapshot, (await NextAsync(feed)).Change);
        Assert.Equal([high], feed.Current.Forgotten);
        Assert.Equal([low], feed.Current.Now.Alerts);
        Assert.Empty(feed.Current.Fired);
    }

    private IAsyncEnumerator<AlertUpdate> Watch() =>
        _client.Alerts.WatchAsync(Token).GetAsyncEnumerator(CancellationToken.None);

    private static async Task<AlertUpdate> NextAsync(IAsyncEnumerator<AlertUpdate> feed)
    {
        Assert.True(await feed.MoveNextAsync());
        return feed.Current;
    }
}
