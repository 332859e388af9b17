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
            """{"accepted":true,"order_id":2,"remaining":0,"fills":[{"price":150.00,"quantity":100}]}""", await Order("sell"));
        Assert.Equal("""{"accepted":true,"order_id":3,"remaining":7,"fills":[]}""", await Order("buy", 7));
        Assert.Equal(
            """{"symbol":"AAPL","bids":[{"price":150.00,"quantity":7}],"asks":[]}""",
            (await exchange.SendAsync("GET", "/book/AAPL", null, null, Token)).Text);
        Assert.Equal("""{"cancelled":true,"order_id":3}""", (await exchange.SendAsync("DELETE", "/order/AAPL/3", null, null, Token)).Text);
        Assert.Equal("OrderClosed", (await exchange.SendAsync("DELETE", "/order/AAPL/3", null, null, Token)).Code);
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
            "POST", "/order", $$"""{"symbol":"AAPL","side":"buy","type":"limit","price":{{price}},"quantity":1}""", null, Token);
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Empty(exchange.Floor.Open(TradingFloor.Alice));
    }

    [Fact]
    public async Task Price_beyond_the_precision_of_floating_point_is_kept()
    {
        await using var exchange = await OpenGateway.StartAsync(s_demo);
        await exchange.SendAsync(
            "POST", "/order", """{"symbol":"AAPL","side":"buy","type":"limit","price":999999.990000000000000000000000001e0,"quantity":1}""", null, Token);
        Assert.Empty(exchange.Floor.Open(TradingFloor.Alice));
        await exchange.SendAsync(
            "POST", "/order", """{"symbol":"AAPL","side":"buy","type":"limit","price":999999.990000000000000000000000000,"quantity":1}""", null, Token);
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
            request.Content = new StringContent("""{"symbol":"AAPL","side":"buy","type":"limit","price":1,"quantity":1}""");
            using var response = await exchange.Http.SendAsync(request, Token);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.Forbidden, await From("https://elsewhere.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await From("null"));
        Assert.Equal(HttpStatusCode.OK, await From(exchange.Address.GetLeftPart(UriPartial.Authority)));
    }
}
