using System.Net;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class OrderCallTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private const string Order =
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"100","clientOrderId":"my-1"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(OrderStatus.PartiallyFilled, EndReason.None, "6")]
    [InlineData(OrderStatus.Cancelled, EndReason.User, "0")]
    [InlineData(OrderStatus.Expired, EndReason.Day, "0")]
    [InlineData(OrderStatus.Rejected, EndReason.None, "0")]
    public async Task Ended_order_has_no_remaining_quantity_in_the_history(
        OrderStatus status, EndReason end, string remaining)
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.PastOrders =
        [
            new PastOrder(
                "AAPL", 1, 7, "p1", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, 15_000, 10, 4, 60_000,
                status, end, 1_000, 2_000,
                PostOnly: false, SelfTradePrevention.None, Conditions: null, List: null),
        ];
        var order =
            (await exchange.SendAsync("GET", "orders/history", null, "alice", Token)).Json.GetProperty("orders")[0];
        Assert.Equal(("10", "4", remaining), (order.GetProperty("quantity").GetString(),
            order.GetProperty("filled").GetString(), order.GetProperty("remaining").GetString()));
    }

    [Fact]
    public async Task Limit_order_rests_and_is_reported_whole()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("application/json", reply.Type);
        Assert.Equal(
            """{"orderId":1,"clientOrderId":"my-1","symbol":"AAPL","account":"ACC-1001","side":"buy","type":"limit","timeInForce":"gtc","price":"150.00","quantity":"100","filled":"0","remaining":"100","status":"new","endReason":null,"sequence":1,"time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001","fills":[]}""",
            reply.Text);
    }

    [Fact]
    public async Task Matching_order_reports_its_fills()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);
        var reply = await exchange.SendAsync(
            "POST", "orders",
            """{"symbol":"AAPL","side":"sell","price":"149.99","quantity":"30","clientOrderId":"b"}""", "bob", Token);

        Assert.Equal("filled", reply["status"]);
        Assert.Equal(
            """[{"tradeId":"2-0","price":"150.00","quantity":"30","fee":"0.00","liquidity":"taker"}]""",
            reply["fills"]);
    }

    [Fact]
    public async Task Same_client_order_id_gives_the_same_report_and_other_content_conflicts()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var first = await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);
        var again = await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);
        var other = await exchange.SendAsync(
            "POST", "orders", Order.Replace("100\"", "101\"", StringComparison.Ordinal), cancellationToken: Token);

        Assert.Equal(first.Text, again.Text);
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        Assert.Equal("application/problem+json", other.Type);
        Assert.Equal("KeyConflict", other.Code);
        Assert.Equal("my-1", other["clientOrderId"]);
        Assert.Equal("AAPL", other["symbol"]);
    }

    [Fact]
    public async Task Order_without_a_name_gets_one()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1"}""",
            cancellationToken: Token);

        Assert.True(ClientOrderId.IsValid(reply["clientOrderId"]));
    }

    [Theory]
    [InlineData("""{"symbol":"GOOG","side":"buy","price":"1","quantity":"0"}""", 404, "UnknownSymbol", "symbol", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","type":"market","price":"1","quantity":"0"}""", 400, "InvalidCombination",
        "type,price", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","type":"market","timeInForce":"gtd","goodTill":"2030-01-01T00:00:00Z","quantity":"1"}""",
        400, "InvalidCombination", "type,timeInForce", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","type":"market","timeInForce":"gtc","slide":true,"quantity":"1"}""", 400,
        "InvalidCombination", "type,slide", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1","timeInForce":"ioc","postOnly":true,"quantity":"1"}""", 400,
        "InvalidCombination", "postOnly,timeInForce", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1","timeInForce":"fok","postOnly":true,"quantity":"1"}""", 400,
        "InvalidCombination", "postOnly,timeInForce", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1.001","timeInForce":"ioc","postOnly":true,"quantity":"1.5"}""", 400,
        "InvalidCombination", "postOnly,timeInForce", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","type":"market","postOnly":true,"quantity":"1.5"}""", 400,
        "InvalidCombination", "type,postOnly", null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1.001","quantity":"1.5"}""", 400, "InvalidQuantity", "quantity", "1")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"0","quantity":"0"}""", 400, "InvalidQuantity", "quantity", "1")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"0.5"}""", 400, "InvalidQuantity", "quantity", "1")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1000000001"}""", 400, "InvalidQuantity", "quantity",
        "1000000000")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"9223372036854775808"}""", 400, "InvalidQuantity",
        "quantity", "1000000000")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"0.00","quantity":"1"}""", 400, "InvalidPrice", "price", "0.01")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1.001","quantity":"1"}""", 400, "InvalidPrice", "price", "0.01")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1000000.01","quantity":"1"}""", 400, "InvalidPrice", "price",
        "1000000.00")]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1000000.00","quantity":"1000000000"}""", 400, "InvalidNotional",
        "price,quantity", "1000000000000.00")]
    [InlineData("""{"symbol":"MSFT","side":"buy","type":"market","quantity":"1"}""", 422, "NoReference", null, null)]
    [InlineData(
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1000001"}""", 422, "InsufficientFunds", "quantity",
        "1000000")]
    public async Task Refusal_names_code_field_and_limit(
        string order, int status, string code, string? field, string? limit)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync("POST", "orders", order, cancellationToken: Token);

        Assert.Equal((status, code, field, limit), ((int)reply.Status, reply.Code, reply["field"], reply["limit"]));
        Assert.Equal(status, reply.Json.GetProperty("status").GetInt32());
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Submit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refusal_says_what_was_wrong_alone_and_in_a_batch()
    {
        await using var exchange = await OpenGateway.StartAsync();
        const string Wrong = """{"symbol":"AAPL","side":"up","price":"1","quantity":"1"}""";
        var alone = await exchange.SendAsync("POST", "orders", Wrong, cancellationToken: Token);
        Assert.Equal(("side", "side 'up' is not one of buy, sell"), (alone["field"], alone["detail"]));

        var batch =
            await exchange.SendAsync("POST", "orders/batch", $$"""{"orders":[{{Wrong}}]}""", cancellationToken: Token);
        var error = batch.Json.GetProperty("results")[0].GetProperty("error");
        Assert.Equal(alone["detail"], error.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Market_order_hold_uses_the_last_trade_or_else_the_reference_price()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","type":"market","quantity":"1"}""",
            cancellationToken: Token);
        Assert.Equal(
            ("0.00", "expired", "noLiquidity", "ioc"),
            (reply["price"], reply["status"], reply["endReason"], reply["timeInForce"]));
        Assert.Equal(15_750, exchange.Floor.LastOrder!.PriceTicks);

        exchange.Floor.Trades = [new PublicTrade(1, 0, 1, 20_000, 1, Side.Buy)];
        reply = await exchange.SendAsync(
            "POST", "orders", """{"symbol":"MSFT","side":"sell","type":"market","quantity":"1"}""",
            cancellationToken: Token);
        Assert.Equal("0.00", reply["price"]);
        Assert.Equal(19_000, exchange.Floor.LastOrder!.PriceTicks);
    }

    [Fact]
    public async Task Batch_goes_in_one_hold_and_one_submit_per_run_of_a_symbol()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST",
            "orders/batch",
            """
            {"orders":[
              {"symbol":"AAPL","side":"buy","price":"1.00","quantity":"1","clientOrderId":"a"},
              {"symbol":"AAPL","side":"buy","price":"1.00","quantity":"0","clientOrderId":"b"},
              {"symbol":"AAPL","side":"buy","price":"1.00","quantity":"2","clientOrderId":"c"},
              {"symbol":"MSFT","side":"buy","price":"1.00","quantity":"1000001","clientOrderId":"d"},
              {"symbol":"MSFT","side":"buy","price":"1.00","quantity":"3","clientOrderId":"e"},
              {"symbol":"AAPL","side":"sell","price":"1.00","quantity":"3","clientOrderId":"f"}]}
            """,
            cancellationToken: Token);

        var results = reply.Json.GetProperty("results").EnumerateArray()
            .Select(result => result.TryGetProperty("order", out var order)
                ? $"{order.GetProperty("clientOrderId")} {order.GetProperty("status")} {order.GetProperty("fills").GetArrayLength()}"
                : $"{result.GetProperty("error").GetProperty("clientOrderId")} {result.GetProperty("error").GetProperty("code")}");
        Assert.Equal(
            ["a new 0", "b InvalidQuantity", "c new 0", "d InsufficientFunds", "e new 0", "f filled 2"], results);
        Assert.Equal(
            ["Hold 5", "Submit AAPL 2", "Submit MSFT 1", "Submit AAPL 1"],
            exchange.Floor.Calls.Where(
                call => call.StartsWith("Hold", StringComparison.Ordinal)
                    || call.StartsWith("Submit", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"orders":[]}""", "orders")]
    [InlineData("""{"orders":null}""", "orders")]
    [InlineData("""{"orders":[{"symbol":"AAPL","side":"buy","price":"1","quantity":"1"},null]}""", "orders[1]")]
    [InlineData("""{}""", "orders")]
    public async Task Batch_without_orders_is_refused(string body, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", "orders/batch", body, cancellationToken: Token);
        Assert.Equal((400, "BadRequest", field), ((int)reply.Status, reply.Code, reply["field"]));
    }

    [Fact]
    public async Task Batch_of_501_is_refused_and_of_500_is_not()
    {
        await using var exchange = await OpenGateway.StartAsync();
        string Body(int count) =>
            $$"""{"orders":[{{string.Join(',', Enumerable.Repeat("""{"symbol":"AAPL","side":"buy","price":"1","quantity":"1"}""", count))}}]}""";

        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await exchange.SendAsync("POST", "orders/batch", Body(501), cancellationToken: Token)).Status);
        var reply = await exchange.SendAsync("POST", "orders/batch", Body(500), cancellationToken: Token);
        Assert.Equal(500, reply.Json.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Order_is_shown_cancelled_and_then_closed()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        Assert.Equal("new", (await exchange.SendAsync("GET", "orders/AAPL/1", cancellationToken: Token))["status"]);
        var cancelled = await exchange.SendAsync("DELETE", "orders/AAPL/1", cancellationToken: Token);
        Assert.Equal(("cancelled", "user", "0"), (cancelled["status"], cancelled["endReason"], cancelled["remaining"]));

        var closed = await exchange.SendAsync("DELETE", "orders/AAPL/1", cancellationToken: Token);
        Assert.Equal((409, "OrderClosed"), ((int)closed.Status, closed.Code));
        Assert.Equal("cancelled", closed.Json.GetProperty("order").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Order_of_another_account_and_order_never_issued_are_refused()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        var foreign = await exchange.SendAsync("DELETE", "orders/AAPL/1", null, "bob", Token);
        Assert.Equal((403, "NotOwner"), ((int)foreign.Status, foreign.Code));
        var unknown = await exchange.SendAsync("DELETE", "orders/AAPL/2", cancellationToken: Token);
        Assert.Equal((404, "UnknownOrder"), ((int)unknown.Status, unknown.Code));
        var unlisted = await exchange.SendAsync("GET", "orders/GOOG/1", cancellationToken: Token);
        Assert.Equal((404, "UnknownSymbol"), ((int)unlisted.Status, unlisted.Code));
    }

    [Fact]
    public async Task Cancel_by_name_finds_the_order_or_uses_the_name_up()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        Assert.Equal(
            "cancelled",
            (await exchange.SendAsync("DELETE", "orders/by-client-id/my-1", cancellationToken: Token))["status"]);
        Assert.Equal(
            "UnknownOrder",
            (await exchange.SendAsync("DELETE", "orders/by-client-id/late", cancellationToken: Token)).Code);
        var late = await exchange.SendAsync(
            "POST", "orders", Order.Replace("my-1", "late", StringComparison.Ordinal), cancellationToken: Token);
        Assert.Equal((409, "KeyCancelled"), ((int)late.Status, late.Code));
    }

    [Fact]
    public async Task Smaller_total_reduces_in_place_and_anything_else_replaces()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        var reduced =
            await exchange.SendAsync("PATCH", "orders/AAPL/1", """{"quantity":"40"}""", cancellationToken: Token);
        Assert.Equal(("1", "40"), (reduced["orderId"], reduced["quantity"]));
        var replaced = await exchange.SendAsync(
            "PATCH", "orders/AAPL/1", """{"price":"151.00","clientOrderId":"my-2"}""", cancellationToken: Token);
        Assert.Equal(("2", "151.00", "my-2"), (replaced["orderId"], replaced["price"], replaced["clientOrderId"]));
        var nothing = await exchange.SendAsync("PATCH", "orders/AAPL/1", "{}", cancellationToken: Token);
        Assert.Equal((400, "BadRequest"), ((int)nothing.Status, nothing.Code));
        var between =
            await exchange.SendAsync("PATCH", "orders/AAPL/1", """{"price":"1.005"}""", cancellationToken: Token);
        Assert.Equal((400, "InvalidPrice"), ((int)between.Status, between.Code));
    }

    [Fact]
    public async Task Mass_cancel_ends_all_of_one_symbol_or_one_side()
    {
        await using var exchange = await OpenGateway.StartAsync();
        async Task Place(string symbol, string side, string price) => await exchange.SendAsync(
            "POST", "orders", $$"""{"symbol":"{{symbol}}","side":"{{side}}","price":"{{price}}","quantity":"1"}""",
            cancellationToken: Token);
        await Place("AAPL", "buy", "1.00");
        await Place("AAPL", "sell", "2.00");
        await Place("MSFT", "buy", "1.00");
        await Place("MSFT", "sell", "2.00");

        async Task<string> Cancel(string query) =>
            (await exchange.SendAsync("DELETE", $"orders{query}", cancellationToken: Token)).Text;
        Assert.Equal("""{"cancelled":1}""", await Cancel("?symbol=MSFT&side=sell"));
        Assert.Equal("""{"cancelled":1}""", await Cancel("?symbol=MSFT"));
        Assert.Equal("""{"cancelled":2}""", await Cancel(""));
        Assert.Contains("CloseAll AAPL 4", exchange.Floor.Calls);
        Assert.Equal(
            """{"orders":[]}""", (await exchange.SendAsync("GET", "orders?open=true", cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task Next_read_of_a_client_includes_its_own_writes()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);
        var open = await exchange.SendAsync("GET", "orders?open=true&symbol=AAPL", cancellationToken: Token);

        Assert.Equal([new SeenSequence("AAPL", 1)], exchange.Floor.Seen);
        Assert.Equal("my-1", open.Json.GetProperty("orders")[0].GetProperty("clientOrderId").GetString());
    }

    [Fact]
    public async Task One_failure_of_a_grain_is_repeated_with_the_same_key()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("Hold", new InvalidOperationException("fenced"));
        exchange.Floor.Fail("Submit", new InvalidOperationException("fenced"));
        var reply = await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(1, reply.Json.GetProperty("orderId").GetInt32());
    }

    [Theory]
    [InlineData("Hold")]
    [InlineData("Submit")]
    public async Task Call_that_fails_twice_is_of_unknown_outcome_and_a_retry_learns_it(string call)
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail(call, new InvalidOperationException("gone"));
        exchange.Floor.Fail(call, new InvalidOperationException("gone again"));
        var reply = await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        Assert.Equal(
            (503, "OutcomeUnknown", "1", "my-1"),
            ((int)reply.Status, reply.Code, reply.RetryAfter, reply["clientOrderId"]));
        Assert.DoesNotContain("gone", reply.Text, StringComparison.Ordinal);
        Assert.Equal("new", (await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token))["status"]);
    }

    [Fact]
    public async Task Timeout_is_not_retried()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("Submit", new TimeoutException());
        var reply = await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        Assert.Equal("OutcomeUnknown", reply.Code);
        Assert.Single(exchange.Floor.Calls, call => call.StartsWith("Submit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Full_queue_is_overloaded_and_nothing_was_done()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("Hold", new LimitExceededException("full"));
        var reply = await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);

        Assert.Equal((503, "Overloaded", "1"), ((int)reply.Status, reply.Code, reply.RetryAfter));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Book_too_busy_for_a_held_order_leaves_it_of_unknown_outcome(bool isThrown)
    {
        await using var exchange = await OpenGateway.StartAsync();
        if (isThrown)
            exchange.Floor.Fail("Submit", new LimitExceededException("full"));
        else
            exchange.Floor.BusySubmits = 1;
        var reply = await exchange.SendAsync(
            "POST",
            "orders/batch",
            """
            {"orders":[{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"100","clientOrderId":"my-1"},
             {"symbol":"MSFT","side":"buy","price":"1","quantity":"1"}]}
            """,
            cancellationToken: Token);

        Assert.All(
            reply.Json.GetProperty("results").EnumerateArray(),
            result => Assert.Equal("OutcomeUnknown", result.GetProperty("error").GetProperty("code").GetString()));
        Assert.Single(exchange.Floor.Calls, call => call.StartsWith("Submit", StringComparison.Ordinal));
        Assert.Equal("new", (await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token))["status"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Book_too_busy_for_a_held_replacement_leaves_it_of_unknown_outcome(bool isThrown)
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync("POST", "orders", Order, cancellationToken: Token);
        if (isThrown)
            exchange.Floor.Fail("Submit", new LimitExceededException("full"));
        else
            exchange.Floor.BusySubmits = 1;
        var reply =
            await exchange.SendAsync("PATCH", "orders/AAPL/1", """{"price":"151.00"}""", cancellationToken: Token);

        Assert.Equal((503, "OutcomeUnknown", "1"), ((int)reply.Status, reply.Code, reply.RetryAfter));
    }

    [Fact]
    public async Task Unknown_outcome_within_a_batch_ends_it_there()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("Submit", new TimeoutException());
        var reply = await exchange.SendAsync(
            "POST",
            "orders/batch",
            """{"orders":[{"symbol":"AAPL","side":"buy","price":"1","quantity":"1"},{"symbol":"MSFT","side":"buy","price":"1","quantity":"1"}]}""",
            cancellationToken: Token);

        Assert.All(
            reply.Json.GetProperty("results").EnumerateArray(),
            result => Assert.Equal("OutcomeUnknown", result.GetProperty("error").GetProperty("code").GetString()));
        Assert.Single(exchange.Floor.Calls, call => call.StartsWith("Submit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reading_that_fails_says_so_without_the_words_of_its_exception()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("View", new InvalidOperationException("secret words"));
        var reply = await exchange.SendAsync("GET", "account", cancellationToken: Token);

        Assert.Equal(
            (503, "OutcomeUnknown", "This can't be read now. Ask again."),
            ((int)reply.Status, reply.Code, reply["title"]));
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
    }
}
