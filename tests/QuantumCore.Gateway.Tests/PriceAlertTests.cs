using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Requests for price alerts that the gateway rejects by itself.</summary>
public sealed class PriceAlertTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"symbol":"GOOG","price":"150.00"}""", "UnknownSymbol", "symbol")]
    [InlineData("""{"symbol":"AAPL"}""", "BadRequest", "price")]
    [InlineData("""{"symbol":"AAPL","price":"150.001"}""", "InvalidPrice", "price")]
    [InlineData("""{"symbol":"AAPL","price":"0.00"}""", "InvalidPrice", "price")]
    [InlineData("""{"symbol":"AAPL","price":"150.00"}""", "BadRequest", "price")]
    public async Task Invalid_alert_is_rejected_with_its_field(string body, string code, string field)
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
    public async Task Invalid_alert_id_is_rejected_rather_than_not_found(string id)
    {
        await using var exchange = await StartAsync(new ManualTime(), last: 15_000);
        var refused = await exchange.SendAsync("DELETE", $"alerts/{id}", cancellationToken: Token);
        Assert.Equal(("BadRequest", "id"), (refused.Code, refused["field"]));
    }

    [Fact]
    public async Task Alert_needs_a_current_price_or_a_side()
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

    private static Task<Reply> AddAsync(OpenGateway exchange, string body) =>
        exchange.SendAsync("POST", "alerts", body, cancellationToken: Token);
}
