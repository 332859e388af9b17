using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Every member of an order in requests, rejections and responses.</summary>
public sealed class OrderTypeTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Named = "\"symbol\":\"AAPL\",\"clientOrderId\":\"x\"";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Orders with their conditions in ticks, lots and nanoseconds, and the conditions as the response shows them.
    /// </summary>
    public static TheoryData<string, OrderType, TimeInForce, OrderConditions, string> Read => new()
    {
        {
            """ "side":"buy","price":"150","quantity":"100","displayQuantity":"10","timeInForce":"day" """,
            OrderType.Limit, TimeInForce.Day, new() { DisplayLots = 10 },
            "\"displayQuantity\":\"10\""
        },
        {
            """ "side":"buy","price":"150","quantity":"100","hidden":true,"timeInForce":"gtd","goodTill":"2030-01-01T00:00:00.5Z" """,
            OrderType.Limit, TimeInForce.GoodTillDate, new() { Hidden = true, ExpiryNanos = 1_893_456_000_500_000_000 },
            "\"hidden\":true,\"goodTill\":\"2030-01-01T00:00:00.500000000Z\""
        },
        {
            """ "side":"buy","price":"150","quantity":"100","allOrNone":true """,
            OrderType.Limit, TimeInForce.GoodTillCancel, new() { AllOrNone = true },
            "\"allOrNone\":true"
        },
        {
            """ "side":"buy","price":"150","quantity":"100","minQuantity":"40","timeInForce":"ioc" """,
            OrderType.Limit, TimeInForce.ImmediateOrCancel, new() { MinimumLots = 40 },
            "\"minQuantity\":\"40\""
        },
        {
            """ "side":"buy","price":"150","quantity":"100","slide":true """,
            OrderType.Limit, TimeInForce.GoodTillCancel, new() { Slide = true },
            "\"slide\":true"
        },
        {
            """ "side":"buy","type":"stop","triggerPrice":"155.00","triggerBy":"quote","quantity":"100" """,
            OrderType.Stop, TimeInForce.GoodTillCancel,
            new() { TriggerTicks = 15_500, TriggerReference = TriggerReference.Quote },
            "\"triggerPrice\":\"155.00\",\"triggerBy\":\"quote\""
        },
        {
            """ "side":"sell","type":"stopLimit","triggerPrice":"145.00","price":"144.50","quantity":"100","timeInForce":"fok" """,
            OrderType.StopLimit, TimeInForce.FillOrKill, new() { TriggerTicks = 14_500 },
            "\"triggerPrice\":\"145.00\",\"triggerBy\":\"last\""
        },
        {
            """ "side":"sell","type":"takeProfit","triggerPrice":"155","triggerBy":"mark","protection":"0","quantity":"100" """,
            OrderType.TakeProfit, TimeInForce.GoodTillCancel,
            new() { TriggerTicks = 15_500, TriggerReference = TriggerReference.Mark, ProtectionTicks = 0 },
            "\"triggerPrice\":\"155.00\",\"triggerBy\":\"mark\",\"protection\":\"0.00\""
        },
        {
            """ "side":"buy","type":"takeProfitLimit","triggerPrice":"145","price":"145.10","quantity":"100","postOnly":true """,
            OrderType.TakeProfitLimit, TimeInForce.GoodTillCancel, new() { TriggerTicks = 14_500 },
            "\"triggerPrice\":\"145.00\",\"triggerBy\":\"last\""
        },
        {
            """ "side":"sell","type":"trailingStop","trailingDistance":"1.50","activationPrice":"160","quantity":"100" """,
            OrderType.TrailingStop, TimeInForce.GoodTillCancel, new() { TrailTicks = 150, ActivationTicks = 16_000 },
            "\"triggerBy\":\"last\",\"trailingDistance\":\"1.50\",\"activationPrice\":\"160.00\""
        },
        {
            """ "side":"sell","type":"trailingStopLimit","trailingBasisPoints":250,"limitOffset":"0.10","quantity":"100" """,
            OrderType.TrailingStopLimit, TimeInForce.GoodTillCancel,
            new() { TrailBasisPoints = 250, LimitOffsetTicks = 10 },
            "\"triggerBy\":\"last\",\"trailingBasisPoints\":250,\"limitOffset\":\"0.10\""
        },
        {
            """ "side":"buy","type":"pegged","peg":"market","pegOffset":"0.02","price":"151","quantity":"100" """,
            OrderType.Pegged, TimeInForce.GoodTillCancel, new() { Peg = PegReference.Market, PegOffsetTicks = 2 },
            "\"peg\":\"market\",\"pegOffset\":\"0.02\""
        },
        {
            """ "side":"sell","type":"pegged","peg":"midpoint","quantity":"100" """,
            OrderType.Pegged, TimeInForce.GoodTillCancel, new() { Peg = PegReference.Midpoint },
            "\"peg\":\"midpoint\",\"pegOffset\":\"0.00\""
        },
        {
            """ "side":"buy","type":"market","quoteAmount":"1000.55","protection":"2.00" """,
            OrderType.Market, TimeInForce.ImmediateOrCancel, new() { Amount = 100_055, ProtectionTicks = 200 },
            "\"quoteAmount\":\"1000.55\",\"protection\":\"2.00\""
        },
    };

    [Theory]
    [MemberData(nameof(Read))]
    public async Task Order_is_read_held_and_shown_in_the_same_words(
        string members, OrderType type, TimeInForce timeInForce, OrderConditions terms, string shown)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", "orders", $"{{{Named},{members}}}", cancellationToken: Token);

        Assert.True(reply.Status == System.Net.HttpStatusCode.OK, reply.Text);
        var held = exchange.Floor.Held("x");
        Assert.Equal((type, timeInForce), (held.Type, held.TimeInForce));
        Assert.Equal(terms, held.Conditions.Decode());
        Assert.Contains(shown, reply.Text, StringComparison.Ordinal);
        var open = await exchange.SendAsync("GET", "orders", cancellationToken: Token);
        if (timeInForce is not (TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill))
            Assert.Contains(shown, open.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_order_carries_no_conditions()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync(
            "POST", "orders",
            $$"""{{{Named}},"side":"buy","price":"1","quantity":"1","hidden":false,"slide":false,"selfTrade":"none"}""",
            cancellationToken: Token);
        Assert.Null(exchange.Floor.Held("x").Conditions);
    }

    [Theory]
    [InlineData("none", SelfTradePrevention.None)]
    [InlineData("expireTaker", SelfTradePrevention.ExpireTaker)]
    [InlineData("expireMaker", SelfTradePrevention.ExpireMaker)]
    [InlineData("expireBoth", SelfTradePrevention.ExpireBoth)]
    [InlineData("decrement", SelfTradePrevention.Decrement)]
    [InlineData("cancelNewest", SelfTradePrevention.CancelNewest)]
    [InlineData("cancelOldest", SelfTradePrevention.CancelOldest)]
    public async Task Self_trade_prevention_is_read_and_shown(string word, SelfTradePrevention mode)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST", "orders", $$"""{{{Named}},"side":"buy","price":"1","quantity":"1","selfTrade":"{{word}}"}""",
            cancellationToken: Token);
        Assert.Equal(mode, exchange.Floor.Held("x").SelfTrade);
        Assert.Equal(
            mode != SelfTradePrevention.None,
            reply.Text.Contains($"\"selfTrade\":\"{word}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("opg", TimeInForce.AtTheOpening)]
    [InlineData("cls", TimeInForce.AtTheClose)]
    [InlineData("day", TimeInForce.Day)]
    [InlineData("gtc", TimeInForce.GoodTillCancel)]
    public async Task Market_order_may_wait_for_an_auction(string word, TimeInForce timeInForce)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST", "orders", $$"""{{{Named}},"side":"buy","type":"market","quantity":"1","timeInForce":"{{word}}"}""",
            cancellationToken: Token);
        Assert.Equal((word, timeInForce), (reply["timeInForce"], exchange.Floor.Held("x").TimeInForce));
    }

    /// <summary>Checks that the rejection names both of two instructions that exclude each other.</summary>
    [Theory]
    [InlineData(""" "price":"1","quantity":"1","timeInForce":"ioc","postOnly":true """, "postOnly,timeInForce")]
    [InlineData(""" "price":"1","quantity":"1","timeInForce":"opg","slide":true """, "slide,timeInForce")]
    [InlineData(""" "type":"stop","triggerPrice":"1","quantity":"1","postOnly":true """, "type,postOnly")]
    [InlineData(""" "type":"stopLimit","triggerPrice":"1","price":"1","quantity":"1","slide":true """, "type,slide")]
    [InlineData(""" "type":"stop","triggerPrice":"1","price":"1","quantity":"1" """, "type,price")]
    [InlineData(
        """ "type":"trailingStopLimit","trailingDistance":"1","limitOffset":"0","price":"1","quantity":"1" """,
        "type,price")]
    [InlineData(""" "type":"stop","triggerPrice":"1","quantity":"1","timeInForce":"ioc" """, "type,timeInForce")]
    [InlineData(
        """ "type":"stopLimit","triggerPrice":"1","price":"1","quantity":"1","timeInForce":"opg" """,
        "type,timeInForce")]
    [InlineData(
        """ "type":"pegged","peg":"primary","price":"1","quantity":"1","timeInForce":"fok" """, "type,timeInForce")]
    [InlineData(""" "price":"1","quantity":"1","goodTill":"2030-01-01T00:00:00Z" """, "goodTill,timeInForce")]
    [InlineData(""" "price":"1","quantity":"1","triggerPrice":"1" """, "type,triggerPrice")]
    [InlineData(
        """ "type":"trailingStop","trailingDistance":"1","triggerPrice":"1","quantity":"1" """, "type,triggerPrice")]
    [InlineData(""" "price":"1","quantity":"1","triggerBy":"mark" """, "type,triggerBy")]
    [InlineData(""" "price":"1","quantity":"1","triggerBy":"last" """, "type,triggerBy")]
    [InlineData(""" "price":"1","quantity":"1","trailingDistance":"1" """, "type,trailingDistance")]
    [InlineData(""" "price":"1","quantity":"1","trailingBasisPoints":1 """, "type,trailingBasisPoints")]
    [InlineData(
        """ "type":"trailingStop","trailingDistance":"1","trailingBasisPoints":1,"quantity":"1" """,
        "trailingDistance,trailingBasisPoints")]
    [InlineData(""" "price":"1","quantity":"1","activationPrice":"1" """, "type,activationPrice")]
    [InlineData(
        """ "type":"trailingStop","trailingDistance":"1","limitOffset":"1","quantity":"1" """, "type,limitOffset")]
    [InlineData(""" "price":"1","quantity":"1","peg":"primary" """, "type,peg")]
    [InlineData(""" "price":"1","quantity":"1","pegOffset":"0" """, "type,pegOffset")]
    [InlineData(""" "type":"pegged","peg":"market","price":"1","quantity":"1" """, "peg,pegOffset")]
    [InlineData(""" "price":"1","quantity":"1","protection":"1" """, "type,protection")]
    [InlineData(""" "price":"1","quoteAmount":"1" """, "type,quoteAmount")]
    [InlineData(""" "type":"market","quantity":"1","quoteAmount":"1" """, "quantity,quoteAmount")]
    [InlineData(""" "type":"market","quoteAmount":"1","timeInForce":"fok" """, "quoteAmount,timeInForce")]
    [InlineData(""" "type":"market","quoteAmount":"1","selfTrade":"decrement" """, "quoteAmount,selfTrade")]
    [InlineData(""" "type":"market","quoteAmount":"1","displayQuantity":"1" """, "quoteAmount,displayQuantity")]
    [InlineData(""" "type":"market","quoteAmount":"1","minQuantity":"1" """, "minQuantity,quoteAmount")]
    [InlineData(""" "type":"market","quoteAmount":"1","allOrNone":true """, "allOrNone,quoteAmount")]
    [InlineData(""" "price":"1","quantity":"1","minQuantity":"1","timeInForce":"fok" """, "minQuantity,timeInForce")]
    [InlineData(""" "type":"stop","triggerPrice":"1","quantity":"1","minQuantity":"1" """, "type,minQuantity")]
    [InlineData(""" "price":"1","quantity":"1","minQuantity":"1","allOrNone":true """, "minQuantity,allOrNone")]
    [InlineData(""" "price":"1","quantity":"1","minQuantity":"1","postOnly":true """, "minQuantity,postOnly")]
    [InlineData(""" "price":"1","quantity":"1","allOrNone":true,"timeInForce":"cls" """, "allOrNone,timeInForce")]
    [InlineData(""" "type":"pegged","peg":"primary","price":"1","quantity":"1","allOrNone":true """, "type,allOrNone")]
    [InlineData(""" "price":"1","quantity":"1","allOrNone":true,"hidden":true """, "allOrNone,hidden")]
    [InlineData(""" "price":"1","quantity":"1","allOrNone":true,"displayQuantity":"1" """, "allOrNone,displayQuantity")]
    [InlineData(""" "price":"1","quantity":"1","hidden":true,"displayQuantity":"1" """, "hidden,displayQuantity")]
    [InlineData(""" "price":"1","quantity":"1","hidden":true,"timeInForce":"ioc" """, "hidden,timeInForce")]
    [InlineData(""" "type":"market","quantity":"1","hidden":true """, "type,hidden")]
    [InlineData(
        """ "type":"pegged","peg":"primary","price":"1","quantity":"1","displayQuantity":"1" """,
        "type,displayQuantity")]
    public async Task Instructions_that_exclude_each_other_are_both_named(string members, string field)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync(
            "POST", "orders", $"{{{Named},\"side\":\"buy\",{members}}}", cancellationToken: Token);

        Assert.Equal((400, "InvalidCombination", field), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Hold", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(""" "price":"1","quantity":"10","displayQuantity":"11" """, "InvalidQuantity", "displayQuantity", "10")]
    [InlineData(
        """ "price":"1","quantity":"10000","displayQuantity":"9" """, "InvalidQuantity", "displayQuantity", "10")]
    [InlineData(""" "price":"1","quantity":"10","minQuantity":"11" """, "InvalidQuantity", "minQuantity", "10")]
    [InlineData(""" "price":"1","quantity":"10","minQuantity":"1.5" """, "InvalidQuantity", "minQuantity", "1")]
    [InlineData(""" "type":"stop","triggerPrice":"1.005","quantity":"1" """, "InvalidPrice", "triggerPrice", "0.01")]
    [InlineData(
        """ "type":"stop","triggerPrice":"1000000.01","quantity":"1" """, "InvalidPrice", "triggerPrice", "1000000.00")]
    [InlineData(""" "type":"stop","triggerPrice":"0","quantity":"1" """, "InvalidPrice", "triggerPrice", "0.01")]
    [InlineData(
        """ "type":"trailingStop","trailingDistance":"0","quantity":"1" """, "InvalidPrice", "trailingDistance",
        "0.01")]
    [InlineData(
        """ "type":"trailingStop","trailingBasisPoints":0,"quantity":"1" """, "InvalidPrice", "trailingBasisPoints",
        "1")]
    [InlineData(
        """ "type":"trailingStop","trailingBasisPoints":"10000","quantity":"1" """, "InvalidPrice",
        "trailingBasisPoints", "9999")]
    [InlineData(
        """ "type":"trailingStop","trailingDistance":"1","activationPrice":"1000000.01","quantity":"1" """,
        "InvalidPrice", "activationPrice", "1000000.00")]
    [InlineData(
        """ "type":"trailingStopLimit","trailingDistance":"1","limitOffset":"0.001","quantity":"1" """, "InvalidPrice",
        "limitOffset", "0.01")]
    [InlineData(""" "type":"market","quoteAmount":"0" """, "InvalidQuantity", "quoteAmount", "0.01")]
    [InlineData(""" "type":"market","quoteAmount":"1.001" """, "InvalidQuantity", "quoteAmount", "0.01")]
    [InlineData(
        """ "type":"market","quoteAmount":"1000000000000.01" """, "InvalidNotional", "quoteAmount", "1000000000000.00")]
    [InlineData(
        """ "type":"pegged","peg":"primary","price":"1000000","quantity":"1000000000" """, "InvalidNotional",
        "price,quantity", "1000000000000.00")]
    [InlineData(""" "type":"pegged","peg":"primary","price":"0","quantity":"1" """, "InvalidPrice", "price", "0.01")]
    [InlineData(""" "type":"pegged","peg":"primary","quantity":"1" """, "BadRequest", "price", null)]
    [InlineData(""" "type":"pegged","price":"1","quantity":"1" """, "BadRequest", "peg", null)]
    [InlineData(""" "type":"stop","quantity":"1" """, "BadRequest", "triggerPrice", null)]
    [InlineData(""" "type":"trailingStop","quantity":"1" """, "BadRequest", "trailingDistance", null)]
    [InlineData(
        """ "type":"trailingStopLimit","trailingBasisPoints":5,"quantity":"1" """, "BadRequest", "limitOffset", null)]
    [InlineData(""" "price":"1","quantity":"1","timeInForce":"gtd" """, "BadRequest", "goodTill", null)]
    [InlineData(
        """ "price":"1","quantity":"1","timeInForce":"gtd","goodTill":"2030-01-01" """, "BadRequest", "goodTill", null)]
    [InlineData(""" "type":"market" """, "BadRequest", "quantity", null)]
    public async Task Value_that_is_missing_or_out_of_range_is_named_with_its_limit(
        string members, string code, string field, string? limit)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync(
            "POST", "orders", $"{{{Named},\"side\":\"buy\",{members}}}", cancellationToken: Token);
        Assert.Equal((400, code, field, limit), ((int)reply.Status, reply.Code, reply["field"], reply["limit"]));
    }

    /// <summary>
    /// Checks prices worked out by hand: the floor's protection is 50,000 millionths and its reference 150.00. Prices
    /// are rounded toward the price they start from.
    /// </summary>
    [Theory]
    // 155.01 × 1.05 = 162.7605: a buy's bound is rounded down.
    [InlineData(""" "side":"buy","type":"stop","triggerPrice":"155.01","quantity":"1" """, "162.76")]
    // 145.01 × 0.95 = 137.7595: a sell's bound is rounded up.
    [InlineData(""" "side":"sell","type":"stop","triggerPrice":"145.01","quantity":"1" """, "137.76")]
    [InlineData(""" "side":"buy","type":"takeProfit","triggerPrice":"140.00","quantity":"1" """, "147.00")]
    // The reference, the distance, then 5 %: (150.00 + 1.51) × 1.05 = 159.0855.
    [InlineData(""" "side":"buy","type":"trailingStop","trailingDistance":"1.51","quantity":"1" """, "159.08")]
    // 33 basis points of 150.00: 150.495, up to 150.50 as the book rounds it, × 1.05 = 158.025.
    [InlineData(""" "side":"buy","type":"trailingStop","trailingBasisPoints":33,"quantity":"1" """, "158.02")]
    // A sell's: 149.505, down to 149.50, × 0.95 = 142.025.
    [InlineData(""" "side":"sell","type":"trailingStop","trailingBasisPoints":33,"quantity":"1" """, "142.03")]
    // A buy begins to follow at 140.00 or below: (140.00 + 1.00) × 1.05.
    [InlineData(
        """ "side":"buy","type":"trailingStop","trailingDistance":"1.00","activationPrice":"140.00","quantity":"1" """,
        "148.05")]
    // It follows at once if the price is below already.
    [InlineData(
        """ "side":"buy","type":"trailingStop","trailingDistance":"1.00","activationPrice":"160.00","quantity":"1" """,
        "158.55")]
    [InlineData(
        """ "side":"sell","type":"trailingStop","trailingDistance":"1.00","activationPrice":"160.00","quantity":"1" """,
        "151.05")]
    // The limit's worst price, without protection: 150.00 + 2.00 + 0.25.
    [InlineData(
        """ "side":"buy","type":"trailingStopLimit","trailingDistance":"2.00","limitOffset":"0.25","quantity":"1" """,
        "152.25")]
    [InlineData(
        """ "side":"sell","type":"trailingStopLimit","trailingDistance":"2.00","limitOffset":"0.25","quantity":"1" """,
        "147.75")]
    // Below the lowest price of the instrument: the lowest price.
    [InlineData(""" "side":"sell","type":"trailingStop","trailingDistance":"500.00","quantity":"1" """, "0.01")]
    [InlineData(""" "side":"buy","type":"stopLimit","triggerPrice":"155","price":"155.50","quantity":"1" """, "155.50")]
    [InlineData(""" "side":"buy","type":"pegged","peg":"primary","price":"151","quantity":"1" """, "151.00")]
    [InlineData(""" "side":"sell","type":"pegged","peg":"primary","quantity":"1" """, "0.00")]
    [InlineData(""" "side":"buy","type":"market","quoteAmount":"1000" """, "157.50")]
    public async Task Order_without_a_limit_is_held_at_the_worst_price_it_may_ever_trade_at(
        string members, string price)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", "orders", $"{{{Named},{members}}}", cancellationToken: Token);

        // A market order has no price of its own.
        var isMarket = members.Contains("market", StringComparison.Ordinal);
        Assert.Equal(isMarket ? "0.00" : price, reply["price"]);
        Assert.Equal(price, $"{exchange.Floor.LastOrder!.PriceTicks / 100m:F2}");
    }

    [Fact]
    public async Task Trailing_stop_starts_from_the_price_it_follows()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.BookState = exchange.Floor.BookState with { MarkPriceTicks = 20_000 };
        await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"sell","price":"170.00","quantity":"1"}""", "bob", Token);
        async Task<string?> PriceBy(string by) => (await exchange.SendAsync(
            "POST", "orders",
            $$"""{"symbol":"AAPL","side":"buy","type":"trailingStop","trailingDistance":"10","triggerBy":"{{by}}","quantity":"1"}""",
            cancellationToken: Token))["price"];

        Assert.Equal(
            ("220.50", "189.00", "168.00"), (await PriceBy("mark"), await PriceBy("quote"), await PriceBy("last")));
    }

    [Fact]
    public async Task Trailing_stop_without_any_price_to_start_from_is_refused()
    {
        await using var exchange = await OpenGateway.StartAsync();
        const string Order =
            """{"symbol":"MSFT","side":"buy","type":"trailingStop","trailingDistance":"1","quantity":"1"}""";
        Assert.Equal("NoReference", (await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token)).Code);
        var waiting =
            Order.Replace("\"quantity\"", "\"activationPrice\":\"100\",\"quantity\"", StringComparison.Ordinal);
        Assert.Equal(
            "106.05", (await exchange.SendAsync("POST", "orders", waiting, cancellationToken: Token))["price"]);
    }
}
