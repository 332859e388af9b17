using System.Net;
using System.Text;
using QuantumCore.Gateway.Tests.Description;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Malformed input is rejected with a code, never an internal error, and changes nothing.</summary>
public sealed class MalformedTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Orders =>
    [
        "",
        "null",
        "[]",
        "1",
        "\"order\"",
        "{",
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1""",
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1"}}""",
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1"} x""",
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1",}""",
        """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"1" /* more */}""",
        """{"symbol":"AAPL","symbol":"AAPL","side":"buy","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","leverage":"10"}""",
        """{"Symbol":"AAPL","side":"buy","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":1,"quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":1}""",
        """{"symbol":"AAPL","side":"buy","price":1e400,"quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1e2","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1e400","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":NaN,"quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"NaN","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"Infinity","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"-0","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"-1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"+1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":" 1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1,5","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":".5","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1.","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"01","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"0x10","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"١٥٠","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"9223372036854775808"}""",
        """{"symbol":"AAPL","side":"buy","price":"9223372036854775808","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1000000","quantity":"1000000000"}""",
        """{"symbol":"AAPL","side":"buy","price":"150.001","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1"}""",
        """{"symbol":"AAPL","side":"buy","quantity":"1"}""",
        """{"symbol":"AAPL","price":"1","quantity":"1"}""",
        """{"side":"buy","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"BUY","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"1","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","type":"stop","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"DAY","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"tomorrow"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"2030-02-30T00:00:00Z"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"2030-01-01T00:00:00"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"2030-01-01T00:00:00+01:00"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"2030-01-01T00:00:00.1234567890Z"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"9999-01-01T00:00:00Z"}""",
        """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":1893456000000}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","hidden":"yes"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","slide":1}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"10","displayQuantity":5}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"10","displayQuantity":"0"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"10","displayQuantity":"-5"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"10","minQuantity":"11"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"10","selfTrade":"cancelAll"}""",
        """{"symbol":"AAPL","side":"buy","type":"stop","quantity":"10"}""",
        """{"symbol":"AAPL","side":"buy","type":"stop","quantity":"10","triggerPrice":"1e2"}""",
        """{"symbol":"AAPL","side":"buy","type":"stop","quantity":"10","triggerPrice":"1","triggerBy":"index"}""",
        """{"symbol":"AAPL","side":"buy","type":"stopLimit","quantity":"10","triggerPrice":"1"}""",
        """{"symbol":"AAPL","side":"buy","type":"trailingStop","quantity":"10"}""",
        """{"symbol":"AAPL","side":"buy","type":"trailingStop","quantity":"10","trailingBasisPoints":1.5}""",
        """{"symbol":"AAPL","side":"buy","type":"trailingStop","quantity":"10","trailingBasisPoints":1e2}""",
        """{"symbol":"AAPL","side":"buy","type":"trailingStop","quantity":"10","trailingBasisPoints":-1}""",
        """{"symbol":"AAPL","side":"buy","type":"trailingStop","quantity":"10","trailingBasisPoints":99999999999999999999}""",
        """{"symbol":"AAPL","side":"buy","type":"trailingStop","quantity":"10","trailingDistance":"0"}""",
        """{"symbol":"AAPL","side":"buy","type":"trailingStopLimit","quantity":"10","trailingDistance":"1"}""",
        """{"symbol":"AAPL","side":"buy","type":"pegged","price":"1","quantity":"10"}""",
        """{"symbol":"AAPL","side":"buy","type":"pegged","peg":"primary","quantity":"10"}""",
        """{"symbol":"AAPL","side":"buy","type":"pegged","peg":"last","price":"1","quantity":"10"}""",
        """{"symbol":"AAPL","side":"buy","type":"pegged","peg":"primary","price":"1","pegOffset":"-0.01","quantity":"10"}""",
        """{"symbol":"AAPL","side":"buy","type":"market","quoteAmount":"0"}""",
        """{"symbol":"AAPL","side":"buy","type":"market","quoteAmount":"0.001"}""",
        """{"symbol":"AAPL","side":"buy","type":"market","quoteAmount":100}""",
        """{"symbol":"AAPL","side":"buy","type":"market","quoteAmount":"92233720368547758.08"}""",
        """{"symbol":"AAPL","side":"buy","postOnly":"true","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","postOnly":null,"price":"1","quantity":"1"}""",
        """{"symbol":["AAPL"],"side":"buy","price":"1","quantity":"1"}""",
        """{"symbol":"aapl","side":"buy","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL'; DROP TABLE ord; --","side":"buy","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL\u0000","side":"buy","price":"1","quantity":"1"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","clientOrderId":""}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","clientOrderId":"a b"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","clientOrderId":"é"}""",
        """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1","clientOrderId":"1234567890123456789012345678901234567"}""",
        """{"symbol":"\ud800","side":"buy","price":"1","quantity":"1"}""",
    ];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Malformed_order_is_refused_with_a_code_and_changes_nothing(string body)
    {
        var exchange = shared.Gateway;
        var before = exchange.Floor.State();
        var reply = await exchange.SendAsync("POST", "orders", body, cancellationToken: Token);

        Assert.InRange((int)reply.Status, 400, 499);
        Assert.Equal("application/problem+json", reply.Type);
        Assert.NotNull(reply.Code);
        Assert.Equal(before, exchange.Floor.State());
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Hold", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "admin/fees", """{"tier":[]}""", "tier",
        "There is no member 'tier' (did you mean 'tiers'?); members are asset, tiers, minimumFee, why (line 1, byte 8).")]
    [InlineData(
        "admin/fees", """{"a.b":[]}""", "['a.b']",
        "There is no member 'a.b'; members are asset, tiers, minimumFee, why (line 1, byte 7).")]
    [InlineData("admin/fees", """{"tiers":3}""", "tiers", "The value must be a list (line 1, byte 10).")]
    [InlineData(
        "admin/fees", """{"tiers":[3]}""", "tiers[0]",
        "The value must be an object with fromVolume, makerFeePpm, takerFeePpm (line 1, byte 11).")]
    [InlineData(
        "admin/fees", """{"tiers":[{"fromVolume":3}]}""", "tiers[0].fromVolume",
        "The value must be a string, in quotes (line 1, byte 25).")]
    [InlineData(
        "admin/fees", """{"tiers":[{"makerFeePpm":2.5}]}""", "tiers[0].makerFeePpm",
        "The value must be a whole number, without quotes (line 1, byte 28).")]
    [InlineData(
        "admin/fees", """[]""", null,
        "The value must be an object with asset, tiers, minimumFee, why (line 1, byte 1).")]
    [InlineData("orders", """{"price":1.5}""", "price", "The value must be a string, in quotes (line 1, byte 12).")]
    [InlineData("orders", """{"hidden":"yes"}""", "hidden", "The value must be true or false (line 1, byte 15).")]
    [InlineData(
        "orders", """{"trailingBasisPoints":true}""", "trailingBasisPoints",
        "The value must be a number (line 1, byte 27).")]
    [InlineData("orders", """{"side":"buy","side":"buy"}""", "side", "The member is given twice (line 1, byte 26).")]
    [InlineData("orders", """{"side":"buy",}""", null, "This is not valid JSON (line 1, byte 14).")]
    public async Task Member_that_is_unknown_or_of_another_kind_is_named_with_what_is_taken(
        string path, string body, string? field, string detail)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync("POST", path, body, path == "orders" ? "alice" : "admin", Token);
        Assert.Equal((400, field, detail), ((int)reply.Status, reply["field"], reply["detail"]));
    }

    public static TheoryData<string, string, string> Lists => [.. ApiLists.WithNull()];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task Null_in_a_list_is_refused(string method, string path, string body)
    {
        var call = path.Replace("{account}", "ACC-1001", StringComparison.Ordinal)
            .Replace("{symbol}", "AAPL", StringComparison.Ordinal).Replace("{strategy}", "s", StringComparison.Ordinal);
        var key = path.StartsWith("admin/", StringComparison.Ordinal) ? "admin" : "alice";
        var reply = await shared.Gateway.SendAsync(method, call, body, key, Token);
        Assert.InRange((int)reply.Status, 400, 499);
    }

    [Theory]
    [InlineData("admin/fees", """{"asset":"USD","tiers":[null]}""", "tiers[0]", "tiers[0] is null; it is a tier")]
    [InlineData(
        "admin/margin/instruments/AAPL", """{"long":{"tiers":[{"maintenancePpm":1},null]}}""", "long.tiers[1]",
        "long.tiers[1] is null; it is a tier")]
    public async Task Null_in_a_list_is_named_by_its_place(string path, string body, string field, string detail)
    {
        var reply = await shared.Gateway.SendAsync("POST", path, body, "admin", Token);
        Assert.Equal((400, field, detail), ((int)reply.Status, reply["field"], reply["detail"]));
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        var exchange = shared.Gateway;
        var body = string.Concat(Enumerable.Repeat("{\"symbol\":", 6_000));
        var reply = await exchange.SendAsync("POST", "orders", body, cancellationToken: Token);
        Assert.Equal((400, "BadRequest"), ((int)reply.Status, reply.Code));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        var exchange = shared.Gateway;
        byte[] body = [.. "{\"symbol\":\""u8, 0xC3, 0x28, .. "\",\"side\":\"buy\"}"u8];
        var reply = await exchange.SendBytesAsync("POST", "orders", body, "alice", Token);
        Assert.Equal((400, "BadRequest"), ((int)reply.Status, reply.Code));

        var marked = await exchange.SendBytesAsync("POST", "orders", [0xEF, 0xBB, 0xBF, .. "{}"u8], "alice", Token);
        Assert.Equal(HttpStatusCode.BadRequest, marked.Status);
    }

    [Theory]
    [InlineData("orders", 64 * 1024 + 1)]
    [InlineData("orders/batch", 1024 * 1024 + 1)]
    public async Task Body_over_its_bound_is_too_large(string path, int length)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendBytesAsync(
            "POST", path, Encoding.ASCII.GetBytes(new string(' ', length)), "alice", Token);
        Assert.Equal((413, "BadRequest"), ((int)reply.Status, reply.Code));
    }

    [Fact]
    public async Task Body_over_its_bound_without_a_length_is_too_large()
    {
        var exchange = shared.Gateway;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/qc/v1/orders");
        request.Headers.Add("X-Api-Key", "alice");
        request.Headers.TransferEncodingChunked = true;
        request.Content = new ByteArrayContent(new byte[70_000]);
        using var response = await exchange.Http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Text_of_10_MiB_is_cut_off()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var body = Encoding.ASCII.GetBytes("{\"symbol\":\"" + new string('A', 10 << 20) + "\"}");
        try
        {
            var reply = await exchange.SendBytesAsync("POST", "orders", body, "alice", Token);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.Status);
        }
        catch (HttpRequestException)
        {
            // The server closed while the body was still being sent; that is a valid response, too.
        }

        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("GET", "/health/live", cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task A_time_beyond_the_years_that_are_taken_is_refused_with_them()
    {
        var exchange = shared.Gateway;
        var order =
            """{"symbol":"AAPL","side":"buy","timeInForce":"gtd","price":"1","quantity":"1","goodTill":"2262-01-01T00:00:00Z"}""";
        var reply = await exchange.SendAsync("POST", "orders", order, "alice", Token);
        Assert.Equal(("BadRequest", "goodTill"), (reply.Code, reply["field"]));
        Assert.Contains("of the years 1970 to 2261", reply["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "admin/accounts/ACC-12/deposits")]
    [InlineData("POST", "admin/accounts/ACC-01001/deposits")]
    [InlineData("POST", "admin/accounts/acc-1001/deposits")]
    [InlineData("POST", "admin/accounts/1001/deposits")]
    [InlineData("POST", "admin/accounts/ACC-9999999999999999/deposits")]
    [InlineData("POST", "admin/accounts/ACC-1001'--/keys")]
    public async Task Account_that_is_none_is_refused(string method, string path)
    {
        var exchange = shared.Gateway;
        var reply =
            await exchange.SendAsync(method, path, """{"key":"k","asset":"USD","amount":"1"}""", "admin", Token);
        Assert.Equal((400, "BadRequest", "account"), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.Empty(exchange.Floor.Deposits);
    }

    [Theory]
    [InlineData("""{"asset":"USD","amount":"1"}""", "key")]
    [InlineData("""{"key":"k","asset":"XXX","amount":"1"}""", "asset")]
    [InlineData("""{"key":"k","asset":"USD","amount":"0"}""", "amount")]
    [InlineData("""{"key":"k","asset":"USD","amount":"-1"}""", "amount")]
    [InlineData("""{"key":"k","asset":"USD","amount":"1.001"}""", "amount")]
    [InlineData("""{"key":"k","asset":"USD","amount":"92233720368547758.08"}""", "amount")]
    [InlineData("""{"key":"k","asset":"USD"}""", "amount")]
    public async Task Deposit_that_is_none_is_refused(string body, string field)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/deposits", body, "admin", Token);
        Assert.Equal((400, "BadRequest", field), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.Empty(exchange.Floor.Deposits);
    }

    [Theory]
    [InlineData("GET", "orders/AAPL/0", 400)]
    [InlineData("GET", "orders/AAPL/-1", 400)]
    [InlineData("GET", "orders/AAPL/1.0", 400)]
    [InlineData("DELETE", "orders/AAPL/9007199254740992", 400)]
    [InlineData("DELETE", "orders/AAPL/99999999999999999999", 400)]
    [InlineData("DELETE", "orders/by-client-id/a%20b", 400)]
    [InlineData("DELETE", "orders?side=up", 400)]
    [InlineData("DELETE", "orders?symbol=GOOG", 404)]
    [InlineData("GET", "orders?open=false", 400)]
    [InlineData("GET", "orders?symbol=GOOG", 404)]
    [InlineData("GET", "fills?limit=0", 400)]
    [InlineData("GET", "fills?after=1-0", 400)]
    [InlineData("GET", "fills?symbol=AAPL&after=1", 400)]
    [InlineData("GET", "fills?symbol=AAPL&after=1-x", 400)]
    [InlineData("GET", "fills?symbol=AAPL&after=-1-0", 400)]
    [InlineData("GET", "fills?limit=1001", 400)]
    [InlineData("GET", "fills?limit=1&limit=2", 400)]
    [InlineData("GET", "book/AAPL?depth=1e2", 400)]
    [InlineData("GET", "book/' OR 1=1", 404)]
    [InlineData("GET", "trades/AAPL?limit=x", 400)]
    [InlineData("GET", "stream", 400)]
    [InlineData("GET", "nowhere", 404)]
    [InlineData("PUT", "orders", 405)]
    public async Task Path_or_query_that_is_none_is_refused(string method, string path, int status)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync(method, path, cancellationToken: Token);
        Assert.Equal(status, (int)reply.Status);
        Assert.NotNull(reply.Code);
    }

    /// <summary>
    /// Sends mutants of a good order: cut, flipped and doubled bytes. They are seeded; a failure names its mutant.
    /// </summary>
    [Theory]
    [InlineData(
        "orders",
        """{"symbol":"AAPL","side":"buy","type":"limit","timeInForce":"gtc","price":"150.00","quantity":"100","clientOrderId":"my-1","postOnly":false}""",
        3_000)]
    [InlineData(
        "orders/batch",
        """{"orders":[{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"100"},{"symbol":"MSFT","side":"sell","price":"1","quantity":"1"}]}""",
        1_000)]
    [InlineData("/order", """{"symbol":"AAPL","side":"sell","type":"limit","price":150.00,"quantity":100}""", 1_000)]
    [InlineData(
        "orders",
        """{"symbol":"AAPL","side":"sell","type":"trailingStopLimit","timeInForce":"gtd","goodTill":"2030-01-01T00:00:00.5Z","quantity":"100","trailingBasisPoints":250,"activationPrice":"151","limitOffset":"0.10","triggerBy":"mark","selfTrade":"expireTaker"}""",
        2_000)]
    [InlineData(
        "orders",
        """{"symbol":"AAPL","side":"buy","price":"150","quantity":"100","displayQuantity":"10","minQuantity":"5","hidden":false,"allOrNone":false,"slide":false}""",
        2_000)]
    [InlineData(
        "order-lists",
        """{"kind":"oco","orders":[{"symbol":"AAPL","side":"sell","price":"160","quantity":"1"},{"symbol":"AAPL","side":"sell","type":"stop","triggerPrice":"140","quantity":"1"}]}""",
        1_000)]
    [InlineData(
        "admin/symbols/AAPL/rules",
        """{"protection":"1.00","staticBand":500,"dynamicBand":"none","dynamicBandMode":"auction","auctionCollar":300,"maxExtensions":2}""",
        1_000)]
    [InlineData("admin/breaker", """{"index":46500,"previousClose":50000}""", 1_000)]
    public async Task Mutants_of_a_good_request_never_end_in_a_fault(string path, string good, int count)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var random = new Random(20260101);
        for (var i = 0; i < count; i++)
        {
            var mutant = Mutant.Of(Encoding.UTF8.GetBytes(good), random);
            var reply = await exchange.SendBytesAsync(
                "POST", path, mutant, path.StartsWith("admin", StringComparison.Ordinal) ? "admin" : "alice", Token);
            Assert.True(
                (int)reply.Status is 200 or (>= 400 and < 500),
                $"Mutant {i} {Convert.ToHexString(mutant)} was answered {(int)reply.Status}: {reply.Text}");
            if (reply.Status != HttpStatusCode.OK)
                Assert.NotNull(reply.Code);
        }
    }
}
