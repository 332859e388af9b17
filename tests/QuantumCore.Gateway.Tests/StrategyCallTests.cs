using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>
/// Multi-leg orders. A, B and C are in one group: A and B trade single shares in cents, C thousandths in steps of
/// 10.00. D has no group, E has another, F is quoted in euros, and G has no reference price.
/// </summary>
public sealed class StrategyCallTests(StrategyCallTests.Groups shared) : IClassFixture<StrategyCallTests.Groups>
{
    private const string Buy = """{"symbol":"A","side":"buy","quantity":"1"}""";
    private const string Sell = """{"symbol":"B","side":"sell","quantity":"2"}""";
    private const string Spread = $$"""{"clientOrderId":"s1","net":"2.00","units":10,"legs":[{{Buy}},{{Sell}}]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Legs_are_held_together_at_their_worst_prices_then_entered_together()
    {
        await using var exchange = await OpenAsync();
        var reply = await PlaceAsync(exchange, Spread);

        // 5 per cent beyond 150.00 and 100.00.
        const string Legs = """
            "legs":[{"symbol":"A","side":"buy","quantity":"1"},{"symbol":"B","side":"sell","quantity":"2"}]}
            """;
        const string Time = """
            "sequence":1,"time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001","fills":[]}
            """;
        Assert.Equal(
            $$"""{"kind":"strategy","net":"2.00","units":10,"orders":[{"orderId":1,"clientOrderId":"s1","symbol":"A","account":"ACC-1001","side":"buy","type":"leg","timeInForce":"gtc","strategy":{"net":"2.00","leg":1,{{Legs}},"price":"157.50","quantity":"10","filled":"0","remaining":"10","status":"new","endReason":null,{{Time}},{"orderId":1,"clientOrderId":"s1.2","symbol":"B","account":"ACC-1001","side":"sell","type":"leg","timeInForce":"gtc","strategy":{"net":"2.00","leg":2,{{Legs}},"price":"95.00","quantity":"20","filled":"0","remaining":"20","status":"new","endReason":null,{{Time}}]}""",
            reply.Text);
        Assert.Equal(
            ["HoldList Strategy 2", "SubmitStrategy 2"],
            exchange.Floor.Calls.Where(
                call => call.StartsWith("Hold", StringComparison.Ordinal)
                    || call.StartsWith("Submit", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Same_name_is_the_same_strategy_and_another_under_it_a_conflict()
    {
        await using var exchange = await OpenAsync();
        var first = await PlaceAsync(exchange, Spread);
        Assert.Equal(first.Text, (await PlaceAsync(exchange, Spread)).Text);

        var other = await PlaceAsync(exchange, Spread.Replace("2.00", "2.02", StringComparison.Ordinal));
        Assert.Equal((409, "KeyConflict", "clientOrderId"), ((int)other.Status, other.Code, other["field"]));
    }

    [Fact]
    public async Task Terms_reach_the_account_in_lots_and_minor_units()
    {
        await using var exchange = await OpenAsync();
        var reply = await PlaceAsync(
            exchange,
            $$"""{"clientOrderId":"t","net":"-40.5","units":"3","timeInForce":"gtd","goodTill":"2030-01-01T00:00:00Z","legs":[{{Buy}},{"symbol":"C","side":"sell","quantity":"0.002"},{{Sell}}]}""");
        Assert.Equal(("-40.50", "3"), (reply["net"], reply["units"]));

        var third = exchange.Floor.Held("t.3");
        var conditions = third.Conditions.Decode()!;
        Assert.Equal(
            new StrategyTerms(-4_050, 2, [new("A", Side.Buy, 1), new("C", Side.Sell, 2), new("B", Side.Sell, 2)]),
            conditions.Strategy);
        Assert.Equal(
            (1_893_456_000_000_000_000L, TimeInForce.GoodTillDate), (conditions.ExpiryNanos, third.TimeInForce));
        Assert.Equal(
            ("B", Side.Sell, OrderType.Leg, 6L, 9_500L),
            (third.Symbol, third.Side, third.Type, third.QuantityLots, third.PriceTicks));
        Assert.Equal(("C", 6L), (exchange.Floor.Held("t.2").Symbol, exchange.Floor.Held("t.2").QuantityLots));
        Assert.Equal(
            "0.002",
            reply.Json.GetProperty("orders")[0].GetProperty("strategy").GetProperty("legs")[1].GetProperty("quantity")
                .GetString());
    }

    [Theory]
    [InlineData("gtc")]
    [InlineData("day")]
    [InlineData("ioc")]
    [InlineData("fok")]
    public async Task Strategy_lives_as_long_as_told(string timeInForce)
    {
        await using var exchange = await OpenAsync();
        var reply = await PlaceAsync(
            exchange, $$"""{"net":"0","units":1,"timeInForce":"{{timeInForce}}","legs":[{{Buy}},{{Sell}}]}""");
        var orders = reply.Json.GetProperty("orders").EnumerateArray().ToArray();
        Assert.All(orders, order => Assert.Equal(timeInForce, order.GetProperty("timeInForce").GetString()));

        // A generated client order id leaves room for the suffixes of the other legs.
        var names = orders.Select(order => order.GetProperty("clientOrderId").GetString()!).ToArray();
        Assert.Equal(34, names[0].Length);
        Assert.Equal($"{names[0]}.2", names[1]);
    }

    [Fact]
    public async Task Legs_are_shown_as_legs_wherever_orders_are()
    {
        await using var exchange = await OpenAsync();
        var placed = (await PlaceAsync(exchange, Spread)).Json.GetProperty("orders")[1].ToString();

        var open =
            (await exchange.SendAsync("GET", "orders?open=true&symbol=B", cancellationToken: Token)).Json.GetProperty(
                "orders");
        Assert.Equal(
            ("leg", 2),
            (open[0].GetProperty("type").GetString(), open[0].GetProperty("strategy").GetProperty("leg").GetInt32()));
        Assert.Equal(placed, (await exchange.SendAsync("GET", "orders/B/1", cancellationToken: Token)).Text);
        var cancelled = await exchange.SendAsync("DELETE", "orders/by-client-id/s1.2", cancellationToken: Token);
        Assert.Equal(("leg", "cancelled"), (cancelled["type"], cancelled["status"]));
        Assert.Equal("2.00", cancelled.Json.GetProperty("strategy").GetProperty("net").GetString());
        var closed = await exchange.SendAsync("DELETE", "orders/B/1", cancellationToken: Token);
        Assert.Equal("OrderClosed", closed.Code);
        Assert.Equal(2, closed.Json.GetProperty("order").GetProperty("strategy").GetProperty("leg").GetInt32());
    }

    [Theory]
    [InlineData("orders", """{"symbol":"A","side":"buy","type":"leg","quantity":"1"}""", "type")]
    [InlineData(
        "orders",
        """{"symbol":"A","side":"buy","price":"1","quantity":"1","strategy":{"net":"1.00","leg":1,"legs":[]}}""",
        "strategy")]
    [InlineData("order-lists", $$"""{"kind":"strategy","orders":[{{Buy}},{{Sell}}]}""", "kind")]
    [InlineData(
        "order-lists",
        """{"kind":"oco","orders":[{"symbol":"A","side":"buy","type":"leg","quantity":"1"},{"symbol":"A","side":"buy","type":"leg","quantity":"1"}]}""",
        "orders[0].type")]
    public async Task Leg_comes_in_by_no_other_door(string call, string body, string field)
    {
        await using var exchange = await OpenAsync();
        var reply = await exchange.SendAsync("POST", call, body, cancellationToken: Token);
        Assert.Equal((400, "BadRequest", field), ((int)reply.Status, reply.Code, reply["field"]));
        var batch = await exchange.SendAsync(
            "POST", "orders/batch", """{"orders":[{"symbol":"A","side":"buy","type":"leg","quantity":"1"}]}""",
            cancellationToken: Token);
        Assert.Equal(
            "type", batch.Json.GetProperty("results")[0].GetProperty("error").GetProperty("field").GetString());
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Hold", StringComparison.Ordinal));
    }

    public static TheoryData<string, string, string?, string?> Unfit => new()
    {
        // The form, before anything else.
        { Order("1.00", 1, Buy, Sell, """,{"clientOrderId":"a b"}"""), "BadRequest", "clientOrderId", null },
        { Order("1.00", 1, Buy, Sell, """,{"clientOrderId":"12345678901234567890123456789012345"}"""), "BadRequest",
            "clientOrderId", "34" },
        { $$"""{"units":1,"legs":[{{Buy}},{{Sell}}]}""", "BadRequest", "net", null },
        { $$"""{"net":"1.00","legs":[{{Buy}},{{Sell}}]}""", "BadRequest", "units", null },
        { """{"net":"1.00","units":1}""", "BadRequest", "legs", "2" },
        { $$"""{"net":"1.00","units":1,"legs":[{{Buy}}]}""", "BadRequest", "legs", "2" },
        { $$"""{"net":"1.00","units":1,"legs":[{{Buy}},{{Sell}},{{Buy}},{{Sell}},{{Buy}}]}""", "BadRequest", "legs",
            "4" },
        { Order("1.00", 1, Buy, "null"), "BadRequest", "legs[1]", null },
        { Order("1.00", 1, Buy, """{"side":"buy","quantity":"1"}"""), "BadRequest", "legs[1].symbol", null },
        { Order("1.00", 1, """{"symbol":"A","quantity":"1"}""", Sell), "BadRequest", "legs[0].side", null },
        { Order("1.00", 1, Buy, """{"symbol":"B","side":"SELL","quantity":"1"}"""), "BadRequest", "legs[1].side",
            null },
        { Order("1.00", 1, Buy, """{"symbol":"B","side":"sell"}"""), "BadRequest", "legs[1].quantity", null },
        { Order("1.00", 1, Buy, Sell, """,{"timeInForce":"always"}"""), "BadRequest", "timeInForce", null },
        { Order("1.00", 1, Buy, Sell, """,{"timeInForce":"gtd"}"""), "BadRequest", "goodTill", null },
        { Order("1.00", 1, Buy, Sell, """,{"timeInForce":"gtd","goodTill":"soon"}"""), "BadRequest", "goodTill", null },

        // Symbols, then combinations that exclude each other.
        { Order("1.00", 1, Buy, """{"symbol":"Z","side":"sell","quantity":"1"}"""), "UnknownSymbol", "legs[1].symbol",
            null },
        { Order("1.00", 1, Buy, Sell, """,{"timeInForce":"opg"}"""), "InvalidCombination", "legs,timeInForce", null },
        { Order("1.00", 1, Buy, Sell, """,{"timeInForce":"cls"}"""), "InvalidCombination", "legs,timeInForce", null },
        { Order("1.00", 1, Buy, Sell, """,{"goodTill":"2030-01-01T00:00:00Z"}"""), "InvalidCombination",
            "goodTill,timeInForce", null },
        { Order("1.00", 1, Buy, Sell.Replace("\"B\"", "\"A\"", StringComparison.Ordinal)), "InvalidCombination",
            "legs[0].symbol,legs[1].symbol", null },
        { Order("1.00", 1, Buy, Sell + "," + Sell), "InvalidCombination", "legs[1].symbol,legs[2].symbol", null },
        { Order("1.00", 1, Buy, Sell + ",{\"symbol\":\"D\",\"side\":\"buy\",\"quantity\":\"x\"}"), "InvalidCombination",
            "legs[0].symbol,legs[2].symbol", null },
        { Order(
            "1.00", 1, """{"symbol":"AAPL","side":"buy","quantity":"1"}""",
            """{"symbol":"D","side":"buy","quantity":"1"}"""),
            "InvalidCombination", "legs[0].symbol,legs[1].symbol", null },
        { Order("1.00", 1, Buy, """{"symbol":"E","side":"buy","quantity":"1"}"""), "InvalidCombination",
            "legs[0].symbol,legs[1].symbol", null },
        { Order("1.00", 1, Buy, """{"symbol":"F","side":"buy","quantity":"1"}"""), "InvalidCombination",
            "legs[0].symbol,legs[1].symbol", null },

        // Numbers.
        { Order("1.00", 0, Buy, Sell), "InvalidQuantity", "units", "1" },
        { Order("1.00", 9_007_199_254_740_993, Buy, Sell), "InvalidQuantity", "units", "9007199254740992" },
        { Order("1.00", long.MaxValue, Buy, Sell), "InvalidQuantity", "units", "9007199254740992" },
        { Order("1.00", -1, Buy, Sell), "BadRequest", "units", null },
        { $$"""{"net":"1.00","units":1.5,"legs":[{{Buy}},{{Sell}}]}""", "BadRequest", "units", null },
        { Order("1.00", 1, Buy, """{"symbol":"B","side":"sell","quantity":"0"}"""), "InvalidQuantity",
            "legs[1].quantity", "1" },
        { Order("1.00", 1, Buy, """{"symbol":"B","side":"sell","quantity":"-1"}"""), "BadRequest", "legs[1].quantity",
            null },
        { Order("1.00", 1, Buy, """{"symbol":"C","side":"sell","quantity":"0.0005"}"""), "InvalidQuantity",
            "legs[1].quantity", "0.001" },
        { Order("1.00", 1, """{"symbol":"A","side":"sell","quantity":"9223372036854775808"}""", Sell),
            "InvalidQuantity", "legs[0].quantity", "9007199254740992" },
        { Order("1.00", 1, """{"symbol":"A","side":"sell","quantity":"9223372036854775807"}""", Sell),
            "InvalidQuantity", "legs[0].quantity", "9007199254740992" },
        { Order("1.00", 1_000_000, Buy, Sell), "InvalidQuantity", "units,legs[1].quantity", "1000000" },
        { Order("1.00", 1L << 53, Buy, """{"symbol":"B","side":"sell","quantity":"9007199254740992"}"""),
            "InvalidQuantity", "units,legs[0].quantity", "1000000" },
        { Order(
            "1.00", 4, """{"symbol":"E","side":"buy","quantity":"1"}""",
            """{"symbol":"E2","side":"buy","quantity":"1"}"""), "InvalidQuantity", "units,legs[0].quantity", "5" },
        { Order("2,00", 1, Buy, Sell), "BadRequest", "net", null },
        { Order("+2.00", 1, Buy, Sell), "BadRequest", "net", null },
        { Order("--2.00", 1, Buy, Sell), "BadRequest", "net", null },
        { Order("-", 1, Buy, Sell), "BadRequest", "net", null },
        { Order("", 1, Buy, Sell), "BadRequest", "net", null },
        { Order("1e2", 1, Buy, Sell), "BadRequest", "net", null },
        { Order("2.001", 1, Buy, Sell), "InvalidPrice", "net", "0.01" },
        { Order("-2.001", 1, Buy, Sell), "InvalidPrice", "net", "0.01" },
        { Order("11529215046068469.77", 1, Buy, Sell), "InvalidPrice", "net", "11529215046068469.76" },
        { Order("-11529215046068469.77", 1, Buy, Sell), "InvalidPrice", "net", "-11529215046068469.76" },
        { Order("99999999999999999999", 1, Buy, Sell), "InvalidPrice", "net", "11529215046068469.76" },

        // A tick of one leg in one unit must be able to make up the difference: 2 and 3 cents cannot; 2 cents cannot
        // make up 1.
        { Order("1.00", 1, """{"symbol":"A","side":"buy","quantity":"3"}""", Sell), "InvalidCombination",
            "legs[0].quantity,legs[1].quantity", null },
        { Order("1.01", 1, """{"symbol":"A","side":"buy","quantity":"2"}""", Sell), "InvalidCombination",
            "net,legs[0].quantity", "0.02" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task Strategy_that_does_not_fit_together_is_refused_whole(
        string body, string code, string? field, string? limit)
    {
        var exchange = shared.Gateway;
        var reply = await PlaceAsync(exchange, body);
        Assert.Equal((code, field, limit), (reply.Code, reply["field"], reply["limit"]));
        Assert.Equal(code == "UnknownSymbol" ? 404 : 400, (int)reply.Status);

        // A rejection about the numbers or the symbol of one leg names that symbol.
        if (code is "UnknownSymbol" or "InvalidQuantity" && field != "units")
            Assert.StartsWith($"The leg of {SymbolOf(body, field!)}: ", reply["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Hold", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData($$"""{"net":2.00,"units":1,"legs":[{{Buy}},{{Sell}}]}""")]
    [InlineData($$"""{"net":"2.00","units":true,"legs":[{{Buy}},{{Sell}}]}""")]
    [InlineData($$"""{"net":"2.00","net":"2.00","units":1,"legs":[{{Buy}},{{Sell}}]}""")]
    [InlineData($$"""{"net":"2.00","units":1,"selfTrade":"none","legs":[{{Buy}},{{Sell}}]}""")]
    [InlineData($$"""{"net":"2.00","units":1,"legs":{{Buy}}}""")]
    [InlineData($$"""{"net":"2.00","units":1,"legs":[{{Buy}},{"symbol":"B","side":"sell","quantity":1}]}""")]
    [InlineData(
        $$"""{"net":"2.00","units":1,"legs":[{{Buy}},{"symbol":"B","side":"sell","quantity":"1","price":"1"}]}""")]
    [InlineData($$"""{"net":"2.00","units":1e1,"legs":[{{Buy}},{{Sell}}]}""")]
    public async Task Malformed_strategy_changes_nothing(string body)
    {
        var exchange = shared.Gateway;
        var before = exchange.Floor.State();
        var reply = await PlaceAsync(exchange, body);
        Assert.Equal((400, "BadRequest", "application/problem+json"), ((int)reply.Status, reply.Code, reply.Type));
        Assert.Equal(before, exchange.Floor.State());
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Hold", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leg_without_a_reference_price_has_no_worst_price()
    {
        await using var exchange = await OpenAsync();
        var reply =
            await PlaceAsync(exchange, Order("1.00", 1, Buy, """{"symbol":"G","side":"sell","quantity":"1"}"""));
        Assert.Equal((422, "NoReference", "legs[1]"), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.StartsWith("The leg of G: ", reply["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strategy_needs_a_traders_key()
    {
        await using var exchange = await OpenAsync();
        Assert.Equal("Unauthorized", (await exchange.SendAsync("POST", "strategies", Spread, null, Token)).Code);
        Assert.Equal("Forbidden", (await exchange.SendAsync("POST", "strategies", Spread, "admin", Token)).Code);
    }

    [Fact]
    public async Task Refusal_of_the_account_names_the_leg_it_is_about()
    {
        await using var exchange = await OpenAsync();
        exchange.Floor.RefusesHolds = new(RejectReason.InvalidNotional, "quantity", "3000.00", [], At: 1);
        var notional =
            await PlaceAsync(exchange, Order("1.00", 30, Buy, """{"symbol":"B","side":"sell","quantity":"1"}"""));
        Assert.Equal(
            (400, "InvalidNotional", "legs[1].quantity", "3000.00"),
            ((int)notional.Status, notional.Code, notional["field"], notional["limit"]));
        Assert.Equal("The leg of B: Price times quantity is outside this instrument's limits.", notional["detail"]);

        exchange.Floor.RefusesHolds = new(RejectReason.InvalidCombination, "legs", "these do not fit", []);
        var combination = await PlaceAsync(exchange, Spread);
        Assert.Equal(
            ("InvalidCombination", "legs", null, "these do not fit"),
            (combination.Code, combination["field"], combination["limit"], combination["detail"]));

        exchange.Floor.RefusesHolds = new(RejectReason.InsufficientFunds, null, null, []);
        var funds = await PlaceAsync(exchange, Spread);
        Assert.Equal((422, "InsufficientFunds", null), ((int)funds.Status, funds.Code, funds["field"]));
        Assert.False(funds.Json.TryGetProperty("detail", out _));
    }

    [Fact]
    public async Task Refusal_of_a_book_is_of_the_whole_and_an_unknown_outcome_can_be_asked_again()
    {
        await using var exchange = await OpenAsync();
        exchange.Floor.RefusesLists = RejectReason.NotInThisPhase;
        Assert.Equal("NotInThisPhase", (await PlaceAsync(exchange, Spread)).Code);

        exchange.Floor.RefusesLists = RejectReason.Overloaded;
        Assert.Equal("OutcomeUnknown", (await PlaceAsync(exchange, Spread)).Code);
        exchange.Floor.RefusesLists = RejectReason.None;
        exchange.Floor.Fail("SubmitStrategy", new TimeoutException());
        var late = await PlaceAsync(exchange, Spread);
        Assert.Equal((503, "OutcomeUnknown", "1"), ((int)late.Status, late.Code, late.RetryAfter));
        Assert.Equal("strategy", (await PlaceAsync(exchange, Spread))["kind"]);
    }

    /// <summary>Returns the symbol of the leg that a field belongs to.</summary>
    private static string SymbolOf(string body, string field) => JsonDocument.Parse(body).RootElement
        .GetProperty("legs")[field[field.IndexOf('[', StringComparison.Ordinal) + 1] - '0'].GetProperty("symbol")
        .GetString()!;

    private static string Order(string net, long units, string first, string second, string more = "")
    {
        var members = more.Length == 0 ? "" : $",{more[2..^1]}";
        return $$"""{"net":"{{net}}","units":{{units}},"legs":[{{first}},{{second}}]{{members}}}""";
    }

    private static Task<Reply> PlaceAsync(OpenGateway exchange, string body) =>
        exchange.SendAsync("POST", "strategies", body, cancellationToken: Token);

    private static async Task<OpenGateway> OpenAsync()
    {
        var exchange = await OpenGateway.StartAsync();
        var plain = exchange.Floor.Instruments[0] with { Group = "TECH", MaxQuantityLots = 1_000_000 };
        var other = plain with { Group = "MORE", MinQuantityLots = 5 };
        exchange.Floor.Instruments.AddRange(
        [
            Named(plain, "A"),
            Named(plain, "B") with { ReferencePriceTicks = 10_000, MinNotional = 300_000 },
            Named(plain, "C") with
            {
                Base = new Asset("C", 8), PriceDecimals =
                    0, TickSize = 10, QuantityDecimals = 3, ReferencePriceTicks = 9_500,
            },
            Named(plain, "D") with { Group = "" },
            Named(other, "E"),
            Named(other, "E2"),
            Named(plain, "F") with { Quote = new Asset("EUR", 2) },
            Named(plain, "G") with { ReferencePriceTicks = 0 },
        ]);
        return exchange;
    }

    private static Instrument Named(Instrument like, string symbol) => like with
    {
        Symbol = symbol,
        Base = new Asset(symbol, 0),
    };

    /// <summary>A gateway with two groups of symbols, for the tests that change nothing in it.</summary>
    public sealed class Groups : IAsyncLifetime
    {
        public OpenGateway Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await OpenAsync();

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}
