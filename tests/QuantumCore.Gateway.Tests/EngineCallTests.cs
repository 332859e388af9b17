using System.Net;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>The calls of the order matching engine's README, as a reader pastes them.</summary>
public sealed class EngineCallTests
{
    private static readonly GatewayOptions s_demo = new() { DemoMode = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Buy_sell_book_and_cancel_answer_as_the_readme_shows()
    {
        await using var exchange = await OpenGateway.StartAsync(s_demo);
        async Task<string> Order(string side, int quantity = 100) => (await exchange.SendAsync(
            "POST",
            "/order",
            $$"""
            {
                "symbol": "AAPL",
                "side": "{{side}}",
                "type": "limit",
                "price": 150.00,
                "quantity": {{quantity}}
              }
            """,
            null,
            Token)).Text;

        Assert.Equal("""{"accepted":true,"order_id":1,"remaining":100,"fills":[]}""", await Order("buy"));
        Assert.Equal(
            """{"accepted":true,"order_id":2,"remaining":0,"fills":[{"price":150.00,"quantity":100}]}""",
            await Order("sell"));
        Assert.Equal("""{"accepted":true,"order_id":3,"remaining":7,"fills":[]}""", await Order("buy", 7));
        Assert.Equal(
            """{"symbol":"AAPL","bids":[{"price":150.00,"quantity":7}],"asks":[]}""",
            (await exchange.SendAsync("GET", "/book/AAPL", null, null, Token)).Text);
        Assert.Equal(
            """{"cancelled":true,"order_id":3}""",
            (await exchange.SendAsync("DELETE", "/order/AAPL/3", null, null, Token)).Text);
        Assert.Equal("OrderClosed", (await exchange.SendAsync("DELETE", "/order/AAPL/3", null, null, Token)).Code);
    }

    [Fact]
    public async Task Second_example_of_the_readme_trades_for_named_traders()
    {
        await using var exchange = await OpenGateway.StartAsync(s_demo);
        async Task<string> Order(string trader, string side, string type, int quantity) => (await exchange.SendAsync(
            "POST",
            "/order",
            $$"""{"symbol":"AAPL","side":"{{side}}","type":"{{type}}","price":"150.00","quantity":{{quantity}},"account_id":"{{trader}}"}""",
            null,
            Token)).Text;

        Assert.Equal(
            """{"accepted":true,"order_id":1,"remaining":100,"fills":[]}""",
            await Order("TRADER1", "buy", "limit", 100));
        Assert.Equal(100, exchange.Floor.Open(TradingFloor.Alice).Single().Order.QuantityLots);
        Assert.Equal(
            """{"accepted":true,"order_id":2,"remaining":0,"fills":[{"price":150.00,"quantity":40}]}""",
            await Order("TRADER2", "sell", "ioc", 40));
        Assert.Equal(
            """{"accepted":true,"order_id":3,"remaining":0,"fills":[]}""", await Order("ACC-1002", "sell", "fok", 61));
        Assert.Equal(
            """{"accepted":true,"order_id":4,"remaining":20,"fills":[{"price":150.00,"quantity":60}]}""",
            await Order("TRADER2", "sell", "limit", 80));
        Assert.Equal(
            """{"symbol":"AAPL","bids":[],"asks":[{"price":150.00,"quantity":20}]}""",
            (await exchange.SendAsync("GET", "/book?symbol=AAPL&levels=10", null, null, Token)).Text);
        Assert.Equal(
            "BadRequest", (await exchange.SendAsync("GET", "/book?symbol=AAPL&levels=0", null, null, Token)).Code);

        Assert.Equal(
            "NotOwner", (await exchange.SendAsync("DELETE", "/cancel?symbol=AAPL&order_id=4", null, null, Token)).Code);
        Assert.Equal(
            """{"cancelled":true,"order_id":4}""",
            (await exchange.SendAsync(
                "DELETE", "/cancel?symbol=AAPL&order_id=4&account_id=TRADER2", null, null, Token)).Text);
    }

    [Theory]
    [InlineData(null, "TRADER3")]
    [InlineData(null, "trader1")]
    [InlineData(null, "ACC-1003")]
    [InlineData("alice", "TRADER1")]
    [InlineData("alice", "ACC-1002")]
    public async Task Account_of_somebody_else_is_refused(string? key, string account)
    {
        await using var exchange = await OpenGateway.StartAsync(s_demo);
        var body =
            $$"""{"symbol":"AAPL","side":"buy","type":"limit","price":150,"quantity":1,"account_id":"{{account}}"}""";
        var reply = await exchange.SendAsync("POST", "/order", body, key, Token);
        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden"), (reply.Status, reply.Code));
        Assert.Empty(exchange.Floor.Open(TradingFloor.Alice));
    }

    [Theory]
    [InlineData("1.5e2")]
    [InlineData("15E1")]
    [InlineData("-150.00")]
    [InlineData("150.001")]
    [InlineData("1e400")]
    [InlineData("9223372036854775808")]
    [InlineData("true")]
    public async Task Price_is_read_as_its_text_and_refused_when_it_is_no_plain_decimal(string price)
    {
        await using var exchange = await OpenGateway.StartAsync(s_demo);
        var reply = await exchange.SendAsync(
            "POST", "/order", $$"""{"symbol":"AAPL","side":"buy","type":"limit","price":{{price}},"quantity":1}""",
            null, Token);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Empty(exchange.Floor.Open(TradingFloor.Alice));
    }

    [Fact]
    public async Task Price_beyond_the_precision_of_floating_point_is_kept()
    {
        await using var exchange = await OpenGateway.StartAsync(s_demo);
        await exchange.SendAsync(
            "POST", "/order",
            """{"symbol":"AAPL","side":"buy","type":"limit","price":999999.990000000000000000000000001e0,"quantity":1}""",
            null, Token);
        Assert.Empty(exchange.Floor.Open(TradingFloor.Alice));
        await exchange.SendAsync(
            "POST", "/order",
            """{"symbol":"AAPL","side":"buy","type":"limit","price":999999.990000000000000000000000000,"quantity":1}""",
            null, Token);
        Assert.Equal(99_999_999, exchange.Floor.Open(TradingFloor.Alice).Single().Order.PriceTicks);
    }

    [Fact]
    public async Task Page_of_another_site_needs_a_key()
    {
        await using var exchange = await OpenGateway.StartAsync(s_demo);
        async Task<HttpStatusCode> From(string origin)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/order");
            request.Headers.Add("Origin", origin);
            request.Content = new StringContent(
                """{"symbol":"AAPL","side":"buy","type":"limit","price":1,"quantity":1}""");
            using var response = await exchange.Http.SendAsync(request, Token);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Forbidden, await From("https://elsewhere.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await From("null"));
        Assert.Equal(HttpStatusCode.OK, await From(exchange.Address.GetLeftPart(UriPartial.Authority)));
    }
}
