using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class RiskCallTests
{
    private const string Path = "admin/accounts/ACC-1001/limits";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Limits_are_set_in_the_instruments_units_and_shown_again()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var body = """{"symbol":"AAPL","maxOrderQuantity":"500","maxOrderValue":"1000.5","maxOpenOrders":20,"maxPosition":"900","why":"new"}""";
        const string Shown =
            """{"account":"ACC-1001","limits":[{"symbol":"AAPL","maxOrderQuantity":"500","maxOrderValue":"1000.50","maxOpenOrders":20,"maxPosition":"900"}]}""";

        Assert.Equal(Shown, (await exchange.SendAsync("POST", Path, body, "admin", Token)).Text);
        Assert.Equal(Shown, (await exchange.SendAsync("GET", Path, null, "admin", Token)).Text);
        Assert.Equal(Shown, (await exchange.SendAsync("GET", "limits", null, "alice", Token)).Text);
        Assert.Contains("SetLimits 1001 AAPL OrderQuantity=500 OrderValue=100050 OpenOrders=20 Position=900 admin new", exchange.Floor.Calls);
        await exchange.SendAsync("POST", Path, """{"symbol":"AAPL"}""", "admin", Token);
        Assert.Contains("SetLimits 1001 AAPL  admin", exchange.Floor.Calls);
    }

    [Theory]
    [InlineData("""{"symbol":"GOOG"}""", "symbol")]
    [InlineData("""{}""", "symbol")]
    [InlineData("""{"symbol":"AAPL","maxOrderQuantity":"1.5"}""", "maxOrderQuantity")]
    [InlineData("""{"symbol":"AAPL","maxOrderValue":"-1"}""", "maxOrderValue")]
    [InlineData("""{"symbol":"AAPL","maxOpenOrders":1.5}""", "maxOpenOrders")]
    [InlineData("""{"symbol":"AAPL","maxPosition":"x"}""", "maxPosition")]
    public async Task Limits_that_are_none_name_their_field_and_change_nothing(string body, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(field, (await exchange.SendAsync("POST", Path, body, "admin", Token))["field"]);
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("SetLimits", StringComparison.Ordinal));
    }
}
