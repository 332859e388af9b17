using System.Collections.Immutable;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Streams for a page: conflated books in ticks, states, heartbeats, tickers, an account.</summary>
public sealed class MergedStreamTests
{
    private const string Subscribe = """{"op":"subscribe","symbol":"AAPL","units":"ticks","conflate":50}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Updates_of_an_interval_are_one_with_last_quantities_and_all_trades()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.Publish(
            "AAPL",
            new MarketUpdate(true, 0, 5, 50, [new DepthLevel(15_000, 100, 1)], [new DepthLevel(15_010, 7, 1)], []));
        using var merged = await ConnectAsync(exchange, null);
        await SendAsync(merged, Subscribe);
        Assert.Equal(
            """{"type":"snapshot","symbol":"AAPL","sequence":5,"timeNanos":"50","bids":[[15000,100]],"asks":[[15010,7]],"trades":[]}""",
            await ReadAsync(merged, time, "snapshot"));

        using var whole = await ConnectAsync(exchange, null);
        await SendAsync(whole, """{"op":"subscribe","symbol":"AAPL"}""");
        await ReadAsync(whole, time, "snapshot");
        exchange.Floor.Publish("AAPL", new MarketUpdate(
            false, 5, 6, 60, [new DepthLevel(15_000, 90, 1)], [], [new PublicTrade(6, 0, 60, 15_000, 10, Side.Sell)]));
        exchange.Floor.Publish("AAPL", new MarketUpdate(
            false, 6, 8, 80, [new DepthLevel(15_000, 70, 1), new DepthLevel(14_990, 5, 1)],
            [new DepthLevel(15_010, 0, 0)],
            [new PublicTrade(8, 0, 80, 15_000, 20, Side.Sell)],
            [new PublicTradeChange(7, 70, new(6, 0, 60, 15_000, 10, Side.Sell), 15_000, 14_995)]));

        // An unconflated subscription to the same book has received both updates, so the conflated one has them, too,
        // and sends them later. The clock stands still meanwhile, so that the interval does not end between the two.
        for (var updates = 0; updates < 2;)
            updates += (await ReceiveAsync(whole)).StartsWith("{\"type\":\"update\"", StringComparison.Ordinal) ? 1 : 0;
        Assert.Equal(
            """{"type":"update","symbol":"AAPL","previousSequence":5,"sequence":8,"timeNanos":"80","bids":[[15000,70],[14990,5]],"asks":[[15010,0]],"trades":[{"tradeId":"6-0","price":15000,"quantity":10,"takerSide":"sell","timeNanos":"60"},{"tradeId":"8-0","price":15000,"quantity":20,"takerSide":"sell","timeNanos":"80"}],"tradeChanges":[{"tradeId":"6-0","state":"corrected","tradedPrice":15000,"priceBefore":15000,"price":14995,"quantity":10,"takerSide":"sell","tradedTimeNanos":"60","sequence":7,"timeNanos":"70"}]}""",
            await ReadAsync(merged, time, "update"));

        // Updates that were sent are not sent again.
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 8, 9, 90, [], [], []));
        Assert.Equal(
            """{"type":"update","symbol":"AAPL","previousSequence":8,"sequence":9,"timeNanos":"90","bids":[],"asks":[],"trades":[]}""",
            await ReadAsync(merged, time, "update"));
    }

    [Fact]
    public async Task State_is_told_when_it_changes_and_a_silent_book_has_a_heartbeat_each_second()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, Subscribe);
        Assert.Contains("\"phase\":\"continuous\"", await ReadAsync(reader, time, "state"), StringComparison.Ordinal);
        // The same state is not sent again.
        Assert.StartsWith(
            """{"type":"heartbeat","symbol":"AAPL","sequence":1,"timeNanos":""",
            await ReadAsync(reader, time, "heartbeat", not: "state"), StringComparison.Ordinal);
        exchange.Floor.BookState = exchange.Floor.BookState with
        {
            Phase = TradingPhase.Opening,
            Indicative = new IndicativeAuction(15_000, 30, -5),
        };
        Assert.Contains(
            "\"phase\":\"opening\",\"lastPrice\":null,\"markPrice\":null,\"referencePrice\":null,\"priceLimits\":null,\"indicative\":{\"price\":\"150.00\",\"quantity\":\"30\",\"imbalance\":\"-5\"}",
            await ReadAsync(reader, time, "state"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Busy_book_and_its_heartbeats_do_not_stand_in_each_others_way()
    {
        const int Updates = 5_000;
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, Subscribe);
        await ReadAsync(reader, time, "snapshot");
        var publishing = Task.Run(() =>
        {
            for (var i = 1; i <= Updates; i++)
                exchange.Floor.Publish(
                    "AAPL", new MarketUpdate(false, i, i + 1, i, [new DepthLevel(15_000, i, 1)], [], []));
        }, Token);
        long sequence;
        do
        {
            time.Advance(TimeSpan.FromSeconds(1));
            sequence = JsonDocument.Parse(await ReadAsync(reader, time, "update")).RootElement.GetProperty("sequence")
                .GetInt64();
        }
        while (sequence <= Updates);
        await publishing;
    }

    [Fact]
    public async Task Tickers_come_for_all_symbols_and_then_for_those_that_changed()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, """{"op":"subscribe","channel":"tickers"}""");
        var all = JsonDocument.Parse(await ReadAsync(reader, time, "tickers")).RootElement.GetProperty("tickers");
        Assert.True(all.GetArrayLength() > 1);
        exchange.Floor.BookState = exchange.Floor.BookState with { LastPriceTicks = 15_001 };
        Assert.Contains("\"lastPrice\":\"150.01\"", await ReadAsync(reader, time, "tickers"), StringComparison.Ordinal);
        var answer = await exchange.SendAsync("GET", "tickers", key: null, cancellationToken: Token);
        Assert.Equal(all.GetArrayLength(), answer.Json.GetProperty("tickers").GetArrayLength());
    }

    [Fact]
    public async Task Account_comes_whole_and_then_by_what_changed()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        await exchange.SendAsync(
            "POST", "orders",
            """{"symbol":"AAPL","side":"buy","price":"140.00","quantity":"10","clientOrderId":"rests"}""",
            cancellationToken: Token);
        using var reader = await ConnectAsync(exchange, "alice");
        await SendAsync(reader, """{"op":"subscribe","channel":"account"}""");
        var first = JsonDocument.Parse(await ReadAsync(reader, time, "account")).RootElement;
        Assert.True(first.GetProperty("snapshot").GetBoolean());
        Assert.Equal(
            "rests",
            Assert.Single(first.GetProperty("orders").EnumerateArray()).GetProperty("clientOrderId").GetString());

        var account = AccountId.TryParse(first.GetProperty("account").GetString()!, out var id) ? id.Value : 0;
        exchange.Floor.Changes.Writer.TryWrite(new AccountChange(
            1, new AccountView(account, 13, [new AssetBalance("USD", 2, 100_000, 0)], [], [], []), []));
        var second = JsonDocument.Parse(await ReadAsync(reader, time, "account")).RootElement;
        Assert.False(second.GetProperty("snapshot").GetBoolean());
        Assert.Equal("1000.00", second.GetProperty("balances")[0].GetProperty("available").GetString());
        Assert.Empty(second.GetProperty("orders").EnumerateArray());
        Assert.Equal("rests", second.GetProperty("closed")[0].GetProperty("clientOrderId").GetString());
    }

    [Fact]
    public async Task Trades_of_before_that_were_changed_are_told_one_by_one_behind_the_account()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var reader = await ConnectAsync(exchange, "alice");
        await SendAsync(reader, """{"op":"subscribe","channel":"account"}""");
        await ReadAsync(reader, time, "account");

        var trade = new MatchedTrade(
            Side.Buy, 15_000, 4, new(TradingFloor.Alice, 7, 70, 30), new(TradingFloor.Alice, 9, 90, 12));
        var bust = Changed(new TradePlace(17, 1), 0, new TradeReversed(trade.At(14_000, 28, 11)));
        var withOther = trade with { Maker = trade.Maker with { Account = 1 } };
        var correction = Changed(
            new TradePlace(18, 0), 15_300, new TradeReversed(withOther),
            new TradeRestated(withOther.At(15_300, 31, 13)));
        exchange.Floor.Changes.Writer.TryWrite(new AccountChange(
            1,
            new AccountView(TradingFloor.Alice, 13, [], [], [new SeenSequence("AAPL", 41)], []),
            [new BookDelivery("AAPL", [new DeliveredRecord(40, 0, bust), new DeliveredRecord(41, 0, correction)])]));
        Assert.Contains(
            "\"snapshot\":false", await ReadAsync(reader, time, "account", not: "tradeChanged"),
            StringComparison.Ordinal);
        foreach (var told in new[]
        {
            "\"tradeId\":\"17-1\",\"orderId\":70,\"side\":\"buy\",\"state\":\"void\",\"tradedPrice\":\"150.00\",\"price\":null,\"quantity\":\"4\",\"fee\":\"0.00\",\"sequence\":40",
            "\"tradeId\":\"17-1\",\"orderId\":90,\"side\":\"sell\",\"state\":\"void\",\"tradedPrice\":\"150.00\",\"price\":null,\"quantity\":\"4\",\"fee\":\"0.00\",\"sequence\":40",
            "\"tradeId\":\"18-0\",\"orderId\":70,\"side\":\"buy\",\"state\":\"corrected\",\"tradedPrice\":\"150.00\",\"price\":\"153.00\",\"quantity\":\"4\",\"fee\":\"0.31\",\"sequence\":41",
        })
        {
            Assert.StartsWith(
                $$"""{"type":"tradeChanged","account":"ACC-{{TradingFloor.Alice}}","symbol":"AAPL",{{told}},"time":"1970-01-01T00:00:00""",
                await ReadAsync(reader, time, "tradeChanged", not: "account"),
                StringComparison.Ordinal);
        }

        BookTurn Changed(TradePlace place, long priceTicks, params ImmutableArray<TurnStep> steps) => new(
            5_000_000, new RecordedTrade(place, 1_000_000, trade).Change(priceTicks), RejectReason.None,
            TradingPhase.Continuous, steps, [], null);
    }

    [Fact]
    public async Task Revoked_key_gets_one_error_and_no_further_account_updates()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var reader = await ConnectAsync(exchange, "alice");
        await SendAsync(reader, """{"op":"subscribe","channel":"account"}""");
        await SendAsync(reader, """{"op":"subscribe","channel":"alerts"}""");
        await ReadAsync(reader, time, "account");
        exchange.Floor.Keys.RemoveAll(key => key.Label == "alice");
        time.Advance(TimeSpan.FromSeconds(10));

        AccountView poorer = new(TradingFloor.Alice, 13, [new AssetBalance("USD", 2, 100_000, 0)], [], [], []);
        exchange.Floor.Changes.Writer.TryWrite(new AccountChange(1, poorer, []));

        var ended = JsonDocument.Parse(await ReadAsync(reader, time, "error", not: "account")).RootElement;
        Assert.Equal(
            ("Unauthorized", "channel"),
            (ended.GetProperty("code").GetString(), ended.GetProperty("field").GetString()));
    }

    /// <summary>
    /// Checks that a session is recognised after its connection has gone: account streams check the session when they
    /// wake up.
    /// </summary>
    [Fact]
    public async Task Session_is_recognised_after_its_connection_has_gone()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var context = new DefaultHttpContext();
        context.Request.Headers["X-Api-Key"] = "alice";
        context.Request.Host = new HostString("127.0.0.1");
        var known = Call.StillKnown(
            context, exchange.Services.GetRequiredService<KeyRing>(),
            exchange.Services.GetRequiredService<UserSessions>());
        context.Uninitialize();
        Assert.True(await known());
    }

    [Fact]
    public async Task Next_read_includes_updates_already_sent_to_the_account()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var reader = await ConnectAsync(exchange, "alice");
        await SendAsync(reader, """{"op":"subscribe","channel":"account"}""");
        await ReadAsync(reader, time, "account");
        SeenSequence filled = new("AAPL", 41);
        exchange.Floor.Changes.Writer.TryWrite(new AccountChange(
            1, new AccountView(TradingFloor.Alice, 13, [new AssetBalance("USD", 2, 100_000, 0)], [], [filled], []),
            []));
        await ReadAsync(reader, time, "account");

        await exchange.SendAsync("GET", "fills", cancellationToken: Token);
        Assert.Equal([filled], exchange.Floor.Seen);
    }

    [Theory]
    [InlineData("""{"op":"subscribe","channel":"account"}""", "Unauthorized", "channel")]
    [InlineData("""{"op":"subscribe","channel":"alerts"}""", "Unauthorized", "channel")]
    [InlineData("""{"op":"subscribe","channel":"books"}""", "BadRequest", "channel")]
    [InlineData("""{"op":"subscribe","symbol":"AAPL","conflate":1001}""", "BadRequest", "conflate")]
    [InlineData("""{"op":"subscribe","symbol":"AAPL","conflate":-1}""", "BadRequest", "conflate")]
    [InlineData("""{"op":"subscribe","symbol":"AAPL","units":"ticks"}""", "BadRequest", "conflate")]
    [InlineData("""{"op":"subscribe","symbol":"AAPL","units":"pips","conflate":50}""", "BadRequest", "units")]
    public async Task Invalid_subscription_is_rejected_with_its_field(string message, string code, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, message);
        var error = JsonDocument.Parse(await ReceiveAsync(reader)).RootElement;
        Assert.Equal(("error", code, field), (error.GetProperty("type").GetString(),
            error.GetProperty("code").GetString(), error.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Unsubscribed_book_sends_nothing_more()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        using var reader = await ConnectAsync(exchange, null);
        await SendAsync(reader, Subscribe);
        await ReadAsync(reader, time, "heartbeat");
        await SendAsync(reader, """{"op":"unsubscribe","symbol":"AAPL"}""");
        await SendAsync(reader, """{"op":"?"}""");
        await ReadAsync(reader, time, "error");
        time.Advance(TimeSpan.FromSeconds(2));
        await SendAsync(reader, """{"op":"?"}""");
        Assert.StartsWith("""{"type":"error""", await ReceiveAsync(reader), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("candles/AAPL?period=7m", "period")]
    [InlineData("candles/AAPL?limit=0", "limit")]
    [InlineData("candles/AAPL?limit=1501", "limit")]
    [InlineData("candles/AAPL?before=yesterday", "before")]
    [InlineData("candles/GOOG", "symbol")]
    public async Task Invalid_candles_request_is_rejected_with_its_field(string path, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var answer = await exchange.SendAsync("GET", path, key: null, cancellationToken: Token);
        Assert.True(answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, answer.Text);
        Assert.Equal(field, answer["field"]);
    }

    internal static async Task<ClientWebSocket> ConnectAsync(OpenGateway exchange, string? key)
    {
        var reader = new ClientWebSocket();
        if (key is not null)
            reader.Options.SetRequestHeader("X-Api-Key", key);
        await reader.ConnectAsync(
            new UriBuilder(exchange.Address) { Scheme = "ws", Path = "/api/qc/v1/stream" }.Uri, Token);
        return reader;
    }

    internal static Task SendAsync(ClientWebSocket reader, string message) =>
        reader.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, Token);

    /// <summary>
    /// Returns the next message of a kind. The clock advances until it arrives, since conflated updates are sent at the
    /// end of an interval.
    /// </summary>
    internal static async Task<string> ReadAsync(
        ClientWebSocket reader, ManualTime time, string type, string? not = null)
    {
        while (true)
        {
            var message = ReceiveAsync(reader);
            while (!message.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.WhenAny(message, Task.Delay(5, Token));
            }

            Assert.False((await message).StartsWith($$"""{"type":"{{not}}",""", StringComparison.Ordinal));
            if ((await message).StartsWith($$"""{"type":"{{type}}",""", StringComparison.Ordinal))
                return await message;
        }
    }

    internal static async Task<string> ReceiveAsync(ClientWebSocket reader)
    {
        var buffer = new byte[64 * 1024];
        var received = await reader.ReceiveAsync(buffer, Token).WaitAsync(Wait.Limit, Token);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
