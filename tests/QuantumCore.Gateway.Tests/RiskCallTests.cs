using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class RiskCallTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Path = "admin/accounts/ACC-1001/limits";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Limits_are_set_in_the_instruments_units_and_shown_again()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var body =
            """{"symbol":"AAPL","maxOrderQuantity":"500","maxOrderValue":"1000.5","maxOpenOrders":20,"maxPosition":"900","why":"new"}""";
        const string Shown =
            """{"account":"ACC-1001","limits":[{"symbol":"AAPL","maxOrderQuantity":"500","maxOrderValue":"1000.50","maxOpenOrders":20,"maxPosition":"900"}],"everyones":[]}""";

        Assert.Equal(Shown, (await exchange.SendAsync("POST", Path, body, "admin", Token)).Text);
        Assert.Equal(Shown, (await exchange.SendAsync("GET", Path, null, "admin", Token)).Text);
        Assert.Equal(Shown, (await exchange.SendAsync("GET", "limits", null, "alice", Token)).Text);
        Assert.Contains(
            "SetLimits 1001 AAPL OrderQuantity=500 OrderValue=100050 OpenOrders=20 Position=900 admin new",
            exchange.Floor.Calls);
        await exchange.SendAsync("POST", Path, """{"symbol":"AAPL"}""", "admin", Token);
        Assert.Contains("SetLimits 1001 AAPL  admin", exchange.Floor.Calls);
    }

    [Fact]
    public async Task The_largest_limit_of_open_orders_is_shown_as_it_was_set()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var body = """{"symbol":"AAPL","maxOpenOrders":9223372036854775807}""";
        var shown = $$"""{"account":"ACC-1001","limits":[{{body}}],"everyones":[]}""";
        Assert.Equal(shown, (await exchange.SendAsync("POST", Path, body, "admin", Token)).Text);
        Assert.Equal(shown, (await exchange.SendAsync("GET", Path, null, "admin", Token)).Text);
    }

    [Fact]
    public async Task Other_scopes_have_their_own_units()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var all =
            """{"symbol":"*","maxOpenOrders":50,"duplicateWindowMillis":500,"maxOrdersPerSecond":20,"orderBurst":40}""";
        Assert.Equal(
            $$"""{"account":"ACC-1001","limits":[{"symbol":"*","duplicateWindowMillis":500,"maxOrdersPerSecond":20,"orderBurst":40,"maxOpenOrders":50}],"everyones":[]}""",
            (await exchange.SendAsync("POST", Path, all, "admin", Token)).Text);
        Assert.Contains(
            "SetLimits 1001 * DuplicateWindow=500 OrdersPerSecond=20 OrderBurst=40 OpenOrders=50 admin",
            exchange.Floor.Calls);

        await exchange.SendAsync(
            "POST", Path, """{"symbol":"*USD","maxDailyVolume":"1000000","maxDailyLoss":"50.25"}""", "admin", Token);
        Assert.Contains("SetLimits 1001 *USD DailyVolume=100000000 DailyLoss=5025 admin", exchange.Floor.Calls);
    }

    [Fact]
    public async Task Kill_switches_are_limits_of_an_account()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var all = """{"symbol":"*","maxQuantityMultiple":20,"killOrders":100,"killWindowSeconds":10}""";
        Assert.Equal(
            $$"""{"account":"ACC-1001","limits":[{{all}}],"everyones":[]}""",
            (await exchange.SendAsync("POST", Path, all, "admin", Token)).Text);
        Assert.Contains(
            "SetLimits 1001 * QuantityMultiple=20 KillOrders=100 KillWindow=10 admin", exchange.Floor.Calls);

        var paidIn = """{"symbol":"*USD","killValue":"5000.00","killWindowSeconds":"60","killDailyLoss":"50.25"}""";
        await exchange.SendAsync("POST", Path, paidIn, "admin", Token);
        Assert.Contains("SetLimits 1001 *USD KillValue=500000 KillWindow=60 KillLoss=5025 admin", exchange.Floor.Calls);
    }

    [Fact]
    public async Task Everyones_limits_are_an_administrators_and_are_shown_with_each_accounts()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var body = """{"symbol":"AAPL","maxOpenOrders":200,"why":"queue"}""";
        Assert.Equal(
            System.Net.HttpStatusCode.Forbidden,
            (await exchange.SendAsync("POST", "admin/limits", body, "alice", Token)).Status);
        var shown = """[{"symbol":"AAPL","maxOpenOrders":200}]""";
        Assert.Equal(
            $$"""{"everyones":{{shown}}}""",
            (await exchange.SendAsync("POST", "admin/limits", body, "admin", Token)).Text);
        Assert.Equal(
            $$"""{"everyones":{{shown}}}""",
            (await exchange.SendAsync("GET", "admin/limits", null, "admin", Token)).Text);
        Assert.Equal(
            $$"""{"account":"ACC-1001","limits":[],"everyones":{{shown}}}""",
            (await exchange.SendAsync("GET", "limits", null, "alice", Token)).Text);
        Assert.Contains("SetLimits everyone AAPL OpenOrders=200 admin queue", exchange.Floor.Calls);
    }

    [Theory]
    [InlineData("""{"symbol":"*","maxOpenOrders":1}""", "symbol")]
    [InlineData("""{"symbol":"AAPL","maxOrdersPerSecond":1}""", "maxOrdersPerSecond")]
    [InlineData("""{"symbol":"AAPL","duplicateWindowMillis":1}""", "duplicateWindowMillis")]
    [InlineData("""{"symbol":"AAPL","maxQuantityMultiple":2}""", "maxQuantityMultiple")]
    [InlineData("""{"symbol":"AAPL","killOrders":1,"killWindowSeconds":1}""", "killOrders")]
    [InlineData("""{"symbol":"AAPL","killDailyLoss":"1"}""", "killDailyLoss")]
    public async Task Everyone_shares_no_window_of_time(string body, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(field, (await exchange.SendAsync("POST", "admin/limits", body, "admin", Token))["field"]);
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("SetLimits", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"symbol":"GOOG"}""", "symbol")]
    [InlineData("""{}""", "symbol")]
    [InlineData("""{"symbol":"AAPL","maxOrderQuantity":"1.5"}""", "maxOrderQuantity")]
    [InlineData("""{"symbol":"AAPL","maxOrderValue":"-1"}""", "maxOrderValue")]
    [InlineData("""{"symbol":"AAPL","maxOpenOrders":1.5}""", "maxOpenOrders")]
    [InlineData("""{"symbol":"AAPL","maxPosition":"x"}""", "maxPosition")]
    [InlineData("""{"symbol":"*XYZ","maxDailyLoss":"1"}""", "symbol")]
    [InlineData("""{"symbol":"*","maxOrderQuantity":"1"}""", "maxOrderQuantity")]
    [InlineData("""{"symbol":"*","maxDailyLoss":"1"}""", "maxDailyLoss")]
    [InlineData("""{"symbol":"*USD","maxOpenOrders":1}""", "maxOpenOrders")]
    [InlineData("""{"symbol":"AAPL","duplicateWindowMillis":60001}""", "duplicateWindowMillis")]
    [InlineData("""{"symbol":"AAPL","maxOrdersPerSecond":1000001}""", "maxOrdersPerSecond")]
    [InlineData("""{"symbol":"AAPL","orderBurst":5}""", "orderBurst")]
    [InlineData("""{"symbol":"AAPL","killOrders":5}""", "killWindowSeconds")]
    [InlineData("""{"symbol":"AAPL","killWindowSeconds":5}""", "killWindowSeconds")]
    [InlineData("""{"symbol":"AAPL","killOrders":0,"killWindowSeconds":5}""", "killOrders")]
    [InlineData("""{"symbol":"AAPL","killOrders":5,"killWindowSeconds":86401}""", "killWindowSeconds")]
    [InlineData("""{"symbol":"AAPL","killDailyLoss":"0"}""", "killDailyLoss")]
    [InlineData("""{"symbol":"*","killDailyLoss":"1"}""", "killDailyLoss")]
    [InlineData("""{"symbol":"*","killValue":"1","killWindowSeconds":5}""", "killValue")]
    [InlineData("""{"symbol":"*USD","maxQuantityMultiple":2}""", "maxQuantityMultiple")]
    [InlineData("""{"symbol":"*USD","killOrders":5,"killWindowSeconds":5}""", "killOrders")]
    public async Task Limits_that_are_none_name_their_field_and_change_nothing(string body, string field)
    {
        var exchange = shared.Gateway;
        Assert.Equal(field, (await exchange.SendAsync("POST", Path, body, "admin", Token))["field"]);
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("SetLimits", StringComparison.Ordinal));
    }
}
