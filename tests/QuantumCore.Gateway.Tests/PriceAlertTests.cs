using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Alerts;
using QuantumCore.Gateway.Streams;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Prices that the exchange watches for the owner of an account.</summary>
public sealed class PriceAlertTests
{
    private const string Subscribe = """{"op":"subscribe","channel":"alerts"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_fires_once_and_who_comes_later_is_told_until_it_is_taken_away()
    {
        var time = new ManualTime();
        await using var exchange = await StartAsync(time, last: 15_000);
        var made = await AddAsync(exchange, """{"symbol":"AAPL","price":"151.00"}""");
        Assert.True(made.Json.GetProperty("above").GetBoolean());
        Assert.Equal(made["id"], (await AddAsync(exchange, """{"symbol":"AAPL","price":"151.00"}"""))["id"]);
        using var there = await FollowAsync(exchange, "alice");
        Assert.False((await NextAsync(there, time))[0].TryGetProperty("fired", out _));

        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 5, 50, [], [], []));
        Trade(exchange, 6, 15_099);
        Trade(exchange, 7, 15_110, isOfLeg: true);
        Trade(exchange, 8, 15_120);
        Trade(exchange, 9, 15_130);
        Assert.Equal("151.20", FiredAt(Assert.Single(await NextAsync(there, time))));

        using var later = await FollowAsync(exchange, "alice");
        Assert.Equal("151.20", FiredAt(Assert.Single(await NextAsync(later, time))));
        using var other = await FollowAsync(exchange, "bob");
        Assert.Empty(await NextAsync(other, time));

        var rest = await exchange.SendAsync("DELETE", $"alerts/{made["id"]}", cancellationToken: Token);
        Assert.Empty(rest.Json.GetProperty("alerts").EnumerateArray());
        Assert.Empty(await NextAsync(there, time));
        Assert.Empty(await NextAsync(later, time));
    }

    [Fact]
    public async Task A_price_that_falls_is_told_and_of_what_was_traded_while_nobody_listened_the_last_counts()
    {
        var time = new ManualTime();
        await using var exchange = await StartAsync(time, last: 15_000);
        Assert.False((await AddAsync(exchange, """{"symbol":"AAPL","price":"149.00"}""")).Json.GetProperty("above").GetBoolean());
        using var there = await FollowAsync(exchange, "alice");
        await NextAsync(there, time);

        // A feed that was interrupted begins again with a snapshot, and that has no trades.
        exchange.Floor.BookState = exchange.Floor.BookState with { LastPriceTicks = 14_880 };
        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 9, 90, [], [], []));
        exchange.Floor.Publish("AAPL", new MarketUpdate(false, 8, 9, 90, [], [], []));
        Assert.Equal("148.80", FiredAt(Assert.Single(await NextAsync(there, time))));
    }

    [Fact]
    public async Task A_price_that_is_passed_already_fires_at_once_where_its_side_is_given()
    {
        await using var exchange = await StartAsync(new ManualTime(), last: 15_000);
        var answer = await AddAsync(exchange, """{"symbol":"AAPL","price":"149.00","above":true}""");
        Assert.Equal("150.00", FiredAt(answer.Json));
        var alerts = (await exchange.SendAsync("GET", "alerts", cancellationToken: Token)).Json.GetProperty("alerts");
        Assert.Equal("150.00", FiredAt(alerts[0]));
    }

    [Fact]
    public async Task An_account_has_fifty_alerts_and_one_that_has_fired_makes_room()
    {
        await using var exchange = await StartAsync(new ManualTime(), last: 15_000);
        for (var i = 1; i <= 50; i++)
            Assert.Equal(200, (int)(await AddAsync(exchange, $$"""{"symbol":"AAPL","price":"{{150 + i}}.00"}""")).Status);
        var refused = await AddAsync(exchange, """{"symbol":"AAPL","price":"250.00"}""");
        Assert.Equal(("Forbidden", "50"), (refused.Code, refused["limit"]));

        var seventh = (await exchange.SendAsync("GET", "alerts", cancellationToken: Token)).Json.GetProperty("alerts")[6].GetProperty("id");
        await exchange.SendAsync("DELETE", $"alerts/{seventh}", cancellationToken: Token);
        await AddAsync(exchange, """{"symbol":"AAPL","price":"150.00","above":true}""");
        Assert.Equal(200, (int)(await AddAsync(exchange, """{"symbol":"AAPL","price":"250.00"}""")).Status);
        var alerts = (await exchange.SendAsync("GET", "alerts", cancellationToken: Token)).Json.GetProperty("alerts").EnumerateArray().ToArray();
        Assert.Equal((50, false), (alerts.Length, alerts.Any(alert => alert.TryGetProperty("fired", out _))));
    }

    [Fact]
    public async Task What_was_traded_before_an_alert_was_set_does_not_fire_it_when_it_is_told_afterwards()
    {
        var time = new ManualTime();
        await using var exchange = await StartAsync(time, last: 15_000);
        for (var sequence = 1; sequence <= 4; sequence++)
            await exchange.SendAsync("POST", "orders", """{"symbol":"AAPL","side":"buy","type":"limit","price":"140.00","quantity":"1"}""", cancellationToken: Token);
        Assert.Equal(4, exchange.Floor.Sequence("AAPL"));
        foreach (var body in (string[])["""{"symbol":"AAPL","price":"151.00"}""", """{"symbol":"AAPL","price":"151.10","above":true}"""])
            await AddAsync(exchange, body);
        using var there = await FollowAsync(exchange, "alice");
        await NextAsync(there, time);

        exchange.Floor.Publish("AAPL", new MarketUpdate(true, 0, 2, 20, [], [], []));
        Trade(exchange, 3, 15_200);
        Trade(exchange, 4, 15_000);
        Trade(exchange, 5, 15_150);
        Assert.Equal(["151.50", "151.50"], (await NextAsync(there, time)).Select(FiredAt));
    }

    [Fact]
    public async Task A_number_of_an_earlier_run_takes_no_alert_of_this_one_away()
    {
        var time = new ManualTime();
        string? earlier;
        await using (var exchange = await StartAsync(time, last: 15_000))
            earlier = (await AddAsync(exchange, """{"symbol":"AAPL","price":"151.00"}"""))["id"];

        time.Advance(TimeSpan.FromSeconds(1));
        await using var later = await StartAsync(time, last: 15_000);
        await AddAsync(later, """{"symbol":"AAPL","price":"152.00"}""");
        var left = await later.SendAsync("DELETE", $"alerts/{earlier}", cancellationToken: Token);
        Assert.Single(left.Json.GetProperty("alerts").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"symbol":"GOOG","price":"150.00"}""", "UnknownSymbol", "symbol")]
    [InlineData("""{"symbol":"AAPL"}""", "BadRequest", "price")]
    [InlineData("""{"symbol":"AAPL","price":"150.001"}""", "InvalidPrice", "price")]
    [InlineData("""{"symbol":"AAPL","price":"0.00"}""", "InvalidPrice", "price")]
    [InlineData("""{"symbol":"AAPL","price":"150.00"}""", "BadRequest", "price")]
    public async Task What_can_not_be_waited_for_is_refused_with_its_field(string body, string code, string field)
    {
        await using var exchange = await StartAsync(new ManualTime(), last: 15_000);
        var refused = await AddAsync(exchange, body);
        Assert.Equal((code, field), (refused.Code, refused["field"]));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("AAPL")]
    [InlineData("9223372036854775808")]
    public async Task What_is_no_number_of_an_alert_is_not_taken_for_one_that_is_gone(string id)
    {
        await using var exchange = await StartAsync(new ManualTime(), last: 15_000);
        var refused = await exchange.SendAsync("DELETE", $"alerts/{id}", cancellationToken: Token);
        Assert.Equal(("BadRequest", "id"), (refused.Code, refused["field"]));
    }

    [Fact]
    public async Task An_exchange_without_room_says_so_and_not_that_the_account_has_too_many()
    {
        await using var exchange = await StartAsync(new ManualTime(), last: 15_000);
        var services = exchange.Services;
        var alerts = new PriceAlerts(
            services.GetRequiredService<BookFeeds>(), services.GetRequiredService<IGrainFactory>(), TimeProvider.System, services.GetRequiredService<ILogger<PriceAlerts>>())
        {
            MostOfAll = 1,
        };
        var apple = (await services.GetRequiredService<Listings>().Find("AAPL"))!;
        Assert.Null((await alerts.Add(1, apple, 15_100, isAbove: null)).Refusal);
        var refusal = (await alerts.Add(2, apple, 15_100, isAbove: null)).Refusal;
        Assert.Equal((RejectReason.Forbidden, null), (refusal?.Reason, refusal?.Limit));
        Assert.Contains("exchange", refusal?.Detail, StringComparison.Ordinal);
        alerts.Remove(1, alerts.Of(1)[0].Id);
        Assert.Null((await alerts.Add(2, apple, 15_100, isAbove: null)).Refusal);
    }

    [Fact]
    public async Task Without_a_price_there_is_nothing_it_could_move_away_from()
    {
        await using var exchange = await StartAsync(new ManualTime(), last: 0);
        Assert.Equal("NoReference", (await AddAsync(exchange, """{"symbol":"AAPL","price":"150.00"}""")).Code);
    }

    private static async Task<OpenGateway> StartAsync(ManualTime time, long last)
    {
        var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.BookState = exchange.Floor.BookState with { LastPriceTicks = last };
        return exchange;
    }

    private static void Trade(OpenGateway exchange, long sequence, long ticks, bool isOfLeg = false) => exchange.Floor.Publish(
        "AAPL", new MarketUpdate(false, sequence - 1, sequence, sequence * 10, [], [], [new PublicTrade(sequence, 0, sequence * 10, ticks, 1, Side.Buy, IsOfLeg: isOfLeg)]));

    private static Task<Reply> AddAsync(OpenGateway exchange, string body) => exchange.SendAsync("POST", "alerts", body, cancellationToken: Token);

    private static async Task<ClientWebSocket> FollowAsync(OpenGateway exchange, string key)
    {
        var reader = await MergedStreamTests.ConnectAsync(exchange, key);
        await MergedStreamTests.SendAsync(reader, Subscribe);
        return reader;
    }

    private static async Task<JsonElement[]> NextAsync(ClientWebSocket reader, ManualTime time) =>
        [.. JsonDocument.Parse(await MergedStreamTests.ReadAsync(reader, time, "alerts")).RootElement.GetProperty("alerts").EnumerateArray()];

    private static string? FiredAt(JsonElement alert) => alert.GetProperty("fired").GetProperty("price").GetString();
}
