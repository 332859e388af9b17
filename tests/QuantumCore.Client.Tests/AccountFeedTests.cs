using System.Text.Json.Nodes;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

/// <summary>A followed account, with reports other than balances and orders.</summary>
public sealed class AccountFeedTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = new(Wait.Limit);
    private TestExchange _exchange = null!;
    private QuantumCoreClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _exchange = await TestExchange.StartAsync();
        _client = new QuantumCoreClient(
            _exchange.Address, "demo-alice", new() { FirstPause = TimeSpan.FromMilliseconds(1), JitterSeed = 7 });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _patience.Dispose();
        await _exchange.DisposeAsync();
    }

    [Fact]
    public async Task A_message_that_is_missing_makes_the_account_stale_until_a_new_snapshot()
    {
        await using var feed = _client.Account.WatchAsync(_patience.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.Equal((AccountChange.Snapshot, null), await StepAsync(feed));
        Tell(Numbered(2, "900.00"));
        Tell(Numbered(4, "700.00"));

        Assert.Equal((AccountChange.Update, null), await StepAsync(feed));
        Assert.Equal((AccountChange.Stale, null), await StepAsync(feed));
        Assert.True(feed.Current.Account.IsStale);
        Assert.Equal((AccountChange.Snapshot, null), await StepAsync(feed));
        Assert.Equal(
            (1000m, false, 1),
            (feed.Current.Account.TotalOf("USD"), feed.Current.Account.IsStale, _exchange.StreamsOpened));
        Tell(Numbered(1, "600.00"));
        Assert.Equal((AccountChange.Stale, null), await StepAsync(feed));

        static JsonObject Numbered(long number, string cash)
        {
            var message = TestStream.AccountMessage(isSnapshot: false, cash: cash);
            message["message"] = number;
            return message;
        }
    }

    [Fact]
    public async Task A_changed_trade_is_a_step_of_its_own_on_the_same_connection()
    {
        await using var feed = _client.Account.WatchAsync(_patience.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.Equal((AccountChange.Snapshot, null), await StepAsync(feed));
        Tell(TestStream.AccountMessage(isSnapshot: false, state: "frozen", cash: "800.00"));
        Tell(Changed("corrected", "\"149.00\"", "0.45"));
        Tell(Changed("void", "null", "0.00"));
        Tell(TestStream.AccountMessage(isSnapshot: false));

        Assert.Equal((AccountChange.Update, null), await StepAsync(feed));
        AccountTradeChange corrected = new(
            "ACC-1001", "AAPL", "17-0", 9_007_199_254_740_993, OrderSide.Buy, TradeState.Corrected, 150m, 149m, 2m,
            0.45m, 40,
            new UtcTime(410), 410);
        Assert.Equal((AccountChange.TradeChanged, corrected), await StepAsync(feed));

        // The account behind it is the last reported state: the change itself is no balance.
        var account = feed.Current.Account;
        Assert.Equal((AccountState.Frozen, 800m, false), (account.State, account.TotalOf("USD"), account.IsStale));
        Assert.Empty(feed.Current.Closed);
        Assert.Equal(
            (AccountChange.TradeChanged, corrected with { State = TradeState.Void, Price = null, Fee = 0m }),
            await StepAsync(feed));
        Assert.Equal((AccountChange.Update, null), await StepAsync(feed));
        Assert.Equal((AccountState.Open, 1000m, 1), (account.State, account.TotalOf("USD"), _exchange.StreamsOpened));
    }

    [Fact]
    public async Task A_message_that_is_not_known_is_passed_over()
    {
        await using var feed = _client.Account.WatchAsync(_patience.Token).GetAsyncEnumerator(CancellationToken.None);
        await StepAsync(feed);
        Tell(JsonNode.Parse("""{"type":"weather","state":"fair","degrees":21}""")!.AsObject());
        Tell(TestStream.AccountMessage(isSnapshot: false));

        Assert.Equal((AccountChange.Update, null), await StepAsync(feed));
        Assert.Equal(1, _exchange.StreamsOpened);
    }

    private void Tell(JsonObject message) => _exchange.Publish(message, TestStream.Account);

    private static JsonObject Changed(string state, string price, string fee) => JsonNode.Parse(
        $$"""
        {"type":"tradeChanged","account":"ACC-1001","symbol":"AAPL","tradeId":"17-0","orderId":9007199254740993,"side":"buy","state":"{{state}}","tradedPrice":"150.00",
         "price":{{price}},"quantity":"2","fee":"{{fee}}","sequence":40,"time":"1970-01-01T00:00:00.000000410Z","timeNanos":"410"}
        """)!.AsObject();

    private static async Task<(AccountChange Change, AccountTradeChange? Trade)> StepAsync(
        IAsyncEnumerator<AccountUpdate> feed)
    {
        Assert.True(await feed.MoveNextAsync());
        return (feed.Current.Change, feed.Current.TradeChange);
    }
}
