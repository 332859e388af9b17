using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Order lists, amended conditions and queue positions.</summary>
public sealed class OrderListCallTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Target =
        """{"symbol":"AAPL","side":"sell","price":"160.00","quantity":"5","clientOrderId":"a"}""";
    private const string Stop =
        """{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"140.00","quantity":"5"}""";
    private const string Parent =
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"5","clientOrderId":"p"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Legs_are_held_together_then_entered_together_and_named_after_the_first()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var body = $$"""{"kind":"oco","orders":[{{Target}},{{Stop}}]}""";
        var reply = await exchange.SendAsync("POST", "order-lists", body, cancellationToken: Token);

        Assert.Equal("oco", reply["kind"]);
        var orders = reply.Json.GetProperty("orders").EnumerateArray().ToArray();
        Assert.Equal(["a limit 160.00", "a-2 stop 133.00"], orders.Select(order =>
            $"{order.GetProperty("clientOrderId")} {order.GetProperty("type")} {order.GetProperty("price")}"));
        Assert.Equal(
            ["HoldList OneCancelsOther 2", "SubmitList AAPL OneCancelsOther 2"],
            exchange.Floor.Calls.Where(call => call.Contains("List", StringComparison.Ordinal)));

        var again = await exchange.SendAsync("POST", "order-lists", body, cancellationToken: Token);
        Assert.Equal(reply.Text, again.Text);
    }

    [Fact]
    public async Task Parent_and_bracket_are_entered()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var named = Target.Replace("\"a\"", "\"t\"", StringComparison.Ordinal);
        var oto = await exchange.SendAsync(
            "POST", "order-lists", $$"""{"kind":"oto","orders":[{{Parent}},{{Stop}}]}""", cancellationToken: Token);
        Assert.Equal(2, oto.Json.GetProperty("orders").GetArrayLength());
        var bracket = Parent.Replace("\"p\"", "\"q\"", StringComparison.Ordinal);
        var otoco = await exchange.SendAsync(
            "POST", "order-lists", $$"""{"kind":"otoco","orders":[{{bracket}},{{named}},{{Stop}}]}""",
            cancellationToken: Token);
        Assert.Equal(["q", "t", "q-3"], otoco.Json.GetProperty("orders").EnumerateArray()
            .Select(order => order.GetProperty("clientOrderId").GetString()));
    }

    [Theory]
    [InlineData("""{"orders":[]}""", "BadRequest", "kind", null)]
    [InlineData("""{"kind":"ouo","orders":[]}""", "BadRequest", "kind", null)]
    [InlineData("""{"kind":"oco","orders":[]}""", "BadRequest", "orders", "2")]
    [InlineData("""{"kind":"oco"}""", "BadRequest", "orders", "2")]
    [InlineData("""{"kind":"oco","orders":[null,null]}""", "BadRequest", "orders", "2")]
    [InlineData($$"""{"kind":"otoco","orders":[{{Parent}},{{Stop}}]}""", "BadRequest", "orders", "3")]
    [InlineData($$"""{"kind":"oco","orders":[{{Target}},{{Target}}]}""", "BadRequest", "orders[1].clientOrderId", null)]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Stop}},{{Stop}}]}""", "InvalidCombination", "orders[0].type,orders[1].type",
        null)]
    [InlineData(
        $$"""{"kind":"oto","orders":[{{Stop}},{{Target}}]}""", "InvalidCombination", "kind,orders[0].type", null)]
    [InlineData(
        $$"""{"kind":"oto","orders":[{{Parent}},{"symbol":"AAPL","side":"sell","type":"market","quoteAmount":"5"}]}""",
        "InvalidCombination", "kind,orders[1].quoteAmount", null)]
    [InlineData(
        $$"""{"kind":"oto","orders":[{{Parent}},{"symbol":"AAPL","side":"sell","price":"160","quantity":"5","timeInForce":"opg"}]}""",
        "InvalidCombination", "kind,orders[1].timeInForce", null)]
    [InlineData(
        $$"""{"kind":"otoco","orders":[{{Parent}},{{Target}},{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"140","quantity":"5","timeInForce":"opg"}]}""",
        "InvalidCombination", "orders[2].type,orders[2].timeInForce", null)]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Target}},{"symbol":"MSFT","side":"sell","type":"stop","triggerPrice":"140","quantity":"5"}]}""",
        "InvalidCombination", "orders[0].symbol,orders[1].symbol", null)]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Target}},{"symbol":"AAPL","side":"buy","type":"stop","triggerPrice":"140","quantity":"5"}]}""",
        "InvalidCombination", "orders[0].side,orders[1].side", null)]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Target}},{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"140","quantity":"4"}]}""",
        "InvalidCombination", "orders[0].quantity,orders[1].quantity", null)]
    [InlineData(
        """{"kind":"oto","orders":[{"symbol":"AAPL","side":"buy","price":"1","quantity":"5","timeInForce":"ioc","allOrNone":true},{"symbol":"AAPL","side":"sell","price":"2","quantity":"5"}]}""",
        "InvalidCombination", "kind,orders[0].timeInForce", null)]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Target}},{"symbol":"AAPL","side":"sell","type":"stop","quantity":"5"}]}""",
        "BadRequest", "orders[1].triggerPrice", null)]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Target}},{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"1.001","quantity":"5"}]}""",
        "InvalidPrice", "orders[1].triggerPrice", "0.01")]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Target}},{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"1000000.01","quantity":"5"}]}""",
        "InvalidPrice", "orders[1].triggerPrice", "1000000.00")]
    [InlineData(
        $$"""{"kind":"oco","orders":[{{Target}},{"symbol":"AAPL","side":"sell","type":"stop","price":"1","triggerPrice":"140","quantity":"5"}]}""",
        "InvalidCombination", "orders[1].type,orders[1].price", null)]
    public async Task List_that_does_not_fit_together_is_refused_whole(
        string body, string code, string field, string? limit)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync("POST", "order-lists", body, cancellationToken: Token);
        Assert.Equal((400, code, field, limit), ((int)reply.Status, reply.Code, reply["field"], reply["limit"]));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("HoldList", StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_rejected_by_the_book_is_a_problem_and_an_unknown_outcome_can_be_retried()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var body = $$"""{"kind":"oco","orders":[{{Target}},{{Stop}}]}""";
        exchange.Floor.RefusesLists = RejectReason.ListPrices;
        var refused = await exchange.SendAsync("POST", "order-lists", body, cancellationToken: Token);
        Assert.Equal((422, "ListPrices"), ((int)refused.Status, refused.Code));

        exchange.Floor.RefusesLists = RejectReason.Overloaded;
        Assert.Equal(
            "OutcomeUnknown", (await exchange.SendAsync("POST", "order-lists", body, cancellationToken: Token)).Code);
        exchange.Floor.RefusesLists = RejectReason.None;
        Assert.Equal("oco", (await exchange.SendAsync("POST", "order-lists", body, cancellationToken: Token))["kind"]);
    }

    [Theory]
    [InlineData("""{"displayQuantity":"2"}""", "DisplayLots=2")]
    [InlineData("""{"triggerPrice":"151.00"}""", "TriggerTicks=15100")]
    [InlineData("""{"trailingDistance":"0.50"}""", "TrailTicks=50")]
    [InlineData("""{"trailingBasisPoints":75}""", "TrailBasisPoints=75")]
    [InlineData("""{"goodTill":"2030-01-01T00:00:00Z"}""", "ExpiryNanos=1893456000000000000")]
    [InlineData(
        """{"displayQuantity":"2","goodTill":"2030-01-01T00:00:00Z"}""",
        "DisplayLots=2 ExpiryNanos=1893456000000000000")]
    public async Task Conditions_are_amended_where_the_order_stands(string change, string changes)
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Parent, cancellationToken: Token);
        var reply = await exchange.SendAsync("PATCH", "orders/AAPL/1", change, cancellationToken: Token);

        Assert.Equal("p", reply["clientOrderId"]);
        Assert.Contains($"AmendConditions AAPL 1 {changes}", exchange.Floor.Calls);
        Assert.DoesNotContain("Amend", exchange.Floor.Calls);
    }

    [Theory]
    [InlineData(
        """{"price":"1","triggerPrice":"1","goodTill":"2030-01-01T00:00:00Z"}""", "InvalidCombination",
        "price,goodTill", null)]
    [InlineData("""{"price":"1","triggerPrice":"1000000.01"}""", "InvalidPrice", "triggerPrice", "1000000.00")]
    [InlineData("""{"quantity":"1","displayQuantity":"1"}""", "InvalidCombination", "quantity,displayQuantity", null)]
    [InlineData(
        """{"quantity":"1","goodTill":"2030-01-01T00:00:00Z"}""", "InvalidCombination", "quantity,goodTill", null)]
    [InlineData(
        """{"trailingDistance":"1","trailingBasisPoints":1}""", "InvalidCombination",
        "trailingDistance,trailingBasisPoints", null)]
    [InlineData("""{"triggerPrice":"1000000.01"}""", "InvalidPrice", "triggerPrice", "1000000.00")]
    [InlineData("""{"trailingBasisPoints":0}""", "InvalidPrice", "trailingBasisPoints", "1")]
    [InlineData("""{"displayQuantity":"0"}""", "InvalidQuantity", "displayQuantity", "1")]
    [InlineData("""{"goodTill":"soon"}""", "BadRequest", "goodTill", null)]
    [InlineData("""{}""", "BadRequest", "quantity", null)]
    public async Task Amendment_that_is_none_is_refused(string change, string code, string field, string? limit)
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Parent, cancellationToken: Token);
        var reply = await exchange.SendAsync("PATCH", "orders/AAPL/1", change, cancellationToken: Token);
        Assert.Equal((400, code, field, limit), ((int)reply.Status, reply.Code, reply["field"], reply["limit"]));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Amend", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Place_in_line_is_told_to_the_owner()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Parent, cancellationToken: Token);
        var reply = await exchange.SendAsync("GET", "orders/AAPL/1/position", cancellationToken: Token);
        Assert.Equal("""{"symbol":"AAPL","orderId":1,"ordersAhead":3,"quantityAhead":"120"}""", reply.Text);

        Assert.Equal("NotOwner", (await exchange.SendAsync("GET", "orders/AAPL/1/position", null, "bob", Token)).Code);
        Assert.Equal(
            "UnknownOrder", (await exchange.SendAsync("GET", "orders/AAPL/7/position", cancellationToken: Token)).Code);
        Assert.Equal(
            "UnknownSymbol",
            (await exchange.SendAsync("GET", "orders/GOOG/1/position", cancellationToken: Token)).Code);
        Assert.Equal(
            "BadRequest", (await exchange.SendAsync("GET", "orders/AAPL/x/position", cancellationToken: Token)).Code);
    }
}
