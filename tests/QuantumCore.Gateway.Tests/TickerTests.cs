using System.Net;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Tickers of all symbols over the last 24 hours, each second.</summary>
public sealed class TickerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Day_statistics_are_recomputed_only_after_new_records_or_a_minute()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        var first = await AskedAsync(exchange);
        Assert.NotEmpty(first);
        Assert.Empty(await AskedAsync(exchange));

        await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1"}""",
            cancellationToken: Token);
        Assert.Equal(["Candles AAPL 1"], await AskedAsync(exchange));
        Assert.Empty(await AskedAsync(exchange));

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first.Length, (await AskedAsync(exchange)).Length);
    }

    [Fact]
    public async Task A_reading_that_fails_is_to_be_asked_again_and_none_is_no_empty_market()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var symbols =
            JsonDocument.Parse(
                (await exchange.SendAsync(
                    "GET", "instruments", key: null, cancellationToken: Token)).Text).RootElement.GetProperty(
                    "instruments")
            .GetArrayLength();
        exchange.Floor.Fail("Candles", new TimeoutException());
        await AssertUnreadAsync("candles/AAPL");
        for (var i = 0; i < symbols; i++)
            exchange.Floor.Fail("Candles", new TimeoutException());
        await AssertUnreadAsync("tickers");

        // An unreadable ticker is left out, and the others are sent.
        exchange.Floor.Fail("Candles", new TimeoutException());
        var some = await exchange.SendAsync("GET", "tickers", key: null, cancellationToken: Token);
        Assert.Equal(
            (HttpStatusCode.OK, symbols - 1),
            (some.Status, JsonDocument.Parse(some.Text).RootElement.GetProperty("tickers").GetArrayLength()));

        async Task AssertUnreadAsync(string path)
        {
            var reply = await exchange.SendAsync("GET", path, key: null, cancellationToken: Token);
            Assert.Equal(
                (HttpStatusCode.ServiceUnavailable, "OutcomeUnknown", "1"),
                (reply.Status, reply.Code, reply.RetryAfter));
            Assert.Equal("This can't be read now. Ask again.", reply["title"]);
        }
    }

    [Fact]
    public async Task Symbols_that_cannot_be_read_are_told_as_they_were_for_two_minutes()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        var before = await CountAsync();
        time.Advance(TimeSpan.FromMinutes(1));
        FailAll();
        Assert.Equal(before, await CountAsync());

        time.Advance(TimeSpan.FromSeconds(61));
        FailAll();
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable,
            (await exchange.SendAsync("GET", "tickers", key: null, cancellationToken: Token)).Status);

        async Task<int> CountAsync() =>
            (await exchange.SendAsync("GET", "tickers", key: null, cancellationToken: Token)).Json.GetProperty(
                "tickers")
                .GetArrayLength();

        void FailAll()
        {
            for (var i = 0; i < before; i++)
                exchange.Floor.Fail("Candles", new TimeoutException());
        }
    }

    [Fact]
    public async Task Newest_candles_are_told_as_last_read_while_the_history_cannot_be_read()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        var ended = new Candle { EndNanos = time.UnixNanos(), OpenTicks = 15_000, CloseTicks = 15_100 };
        exchange.Floor.Candles = [ended, ended with { EndNanos = time.UnixNanos() + 60_000_000_000 }];
        var before = await AskAsync();
        Assert.Equal(HttpStatusCode.OK, before.Status);
        Assert.Equal(2, before.Json.GetProperty("candles").GetArrayLength());

        time.Advance(TimeSpan.FromMinutes(1));
        exchange.Floor.Fail("Candles", new TimeoutException());
        var after = (await AskAsync()).Json.GetProperty("candles");
        Assert.Equal(before.Json.GetProperty("candles")[0].GetRawText(), Assert.Single(after.EnumerateArray()).GetRawText());

        async Task<Reply> AskAsync() =>
            await exchange.SendAsync("GET", "candles/AAPL", key: null, cancellationToken: Token);
    }

    [Fact]
    public async Task Candles_as_last_read_are_told_at_once_while_a_reading_is_late()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.Candles = [new Candle { EndNanos = time.UnixNanos(), OpenTicks = 15_000, CloseTicks = 15_100 }];
        var before = (await AskAsync()).Text;
        var database = new TaskCompletionSource();
        exchange.Floor.Reading = database.Task;
        var readings = exchange.Floor.Calls.Count;

        var late = AskAsync();
        await Wait.UntilAsync(
            () =>
            {
                time.Advance(MarketPulse.Patience / 4);
                return Task.FromResult(late.IsCompleted);
            },
            "the candles as last read");
        Assert.Equal(before, (await late).Text);

        // The late reading goes on, and its answer counts from then on. Until then nobody waits for another one.
        exchange.Floor.Candles = [];
        Assert.Equal(before, (await AskAsync()).Text);
        Assert.Single(exchange.Floor.Calls.Skip(readings), "Candles AAPL 0");
        database.SetResult();
        await Wait.UntilAsync(async () => (await AskAsync()).Text != before, "the late reading to end");

        async Task<Reply> AskAsync() =>
            await exchange.SendAsync("GET", "candles/AAPL", key: null, cancellationToken: Token);
    }

    [Fact]
    public async Task Candles_as_last_read_are_told_for_no_longer_than_two_minutes()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync()).Status);
        time.Advance(MarketPulse.LongestAge);
        exchange.Floor.Fail("Candles", new TimeoutException());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync()).Status);

        async Task<Reply> AskAsync() =>
            await exchange.SendAsync("GET", "candles/AAPL", key: null, cancellationToken: Token);
    }

    /// <summary>Returns the history queries that one reading of all tickers makes.</summary>
    private static async Task<string[]> AskedAsync(OpenGateway exchange)
    {
        var before = exchange.Floor.Calls.Count;
        var answer = await exchange.SendAsync("GET", "tickers", key: null, cancellationToken: Token);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. exchange.Floor.Calls.Skip(before)
            .Where(static call => call.StartsWith("Candles", StringComparison.Ordinal))];
    }
}
