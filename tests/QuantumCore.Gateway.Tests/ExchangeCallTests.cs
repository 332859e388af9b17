using System.Net;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Account, market, admin, health and metrics.</summary>
public sealed class ExchangeCallTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Account_shows_balances_with_all_their_decimals()
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(
            """{"account":"ACC-1001","sequence":12,"state":"open","balances":[{"asset":"USD","total":"1000.00","held":"15.00","available":"985.00"}]}""",
            (await exchange.SendAsync("GET", "account", cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task Fills_are_shown_as_the_history_has_them()
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(
            """{"fills":[{"tradeId":"7-0","symbol":"AAPL","orderId":1,"clientOrderId":"my-1","side":"buy","price":"150.00","quantity":"10","fee":"0.30","liquidity":"taker","time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001"}]}""",
            (await exchange.SendAsync("GET", "fills?symbol=AAPL&limit=1", cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task Prevented_matches_are_shown_as_the_history_has_them_without_what_is_not_told()
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(
            """{"matches":[{"matchId":"7-0","symbol":"AAPL","mode":"expireBoth","role":"taker","takerOrderId":2,"makerOrderId":1,"price":"150.00","quantity":"10","takerPrevented":"12","time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001"}]}""",
            (await exchange.SendAsync("GET", "prevented-matches", cancellationToken: Token)).Text);
        await exchange.SendAsync(
            "GET", "prevented-matches?symbol=AAPL&orderId=2&limit=5&after=6-2", cancellationToken: Token);
        Assert.Equal(
            [new PreventedQuery(1001, Limit: 100), new PreventedQuery(1001, "AAPL", 2, new TradePlace(6, 3), Limit: 5)],
            exchange.Floor.Prevented);
    }

    [Theory]
    [InlineData("symbol=NONE", "symbol")]
    [InlineData("orderId=2", "symbol")]
    [InlineData("after=7-0", "symbol")]
    [InlineData("symbol=AAPL&orderId=x", "orderId")]
    [InlineData("symbol=AAPL&orderId=0", "orderId")]
    [InlineData("symbol=AAPL&after=7", "after")]
    [InlineData("limit=1001", "limit")]
    public async Task A_question_for_prevented_matches_that_can_not_be_read_names_its_field(string query, string field)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync("GET", $"prevented-matches?{query}", cancellationToken: Token);
        Assert.Equal(field, reply.Json.GetProperty("field").GetString());
        Assert.Empty(exchange.Floor.Prevented);
    }

    [Fact]
    public async Task Book_and_trades_are_shown_best_and_newest_first()
    {
        await using var exchange = await OpenGateway.StartAsync();
        foreach (var price in new[] { "1.00", "1.02", "1.01" })
            await exchange.SendAsync(
                "POST", "orders", $$"""{"symbol":"AAPL","side":"buy","price":"{{price}}","quantity":"5"}""",
                cancellationToken: Token);
        PublicTrade trade = new(9, 1, 1_767_225_600_000_000_001, 101, 3, Side.Sell);
        exchange.Floor.Trades = [trade];

        Assert.Equal(
            """{"symbol":"AAPL","sequence":3,"time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001","bids":[["1.02","5"],["1.01","5"]],"asks":[]}""",
            (await exchange.SendAsync("GET", "book/AAPL?depth=2", null, null, Token)).Text);
        Assert.Equal(
            """{"trades":[{"tradeId":"9-1","price":"1.01","quantity":"3","takerSide":"sell","time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001"}]}""",
            (await exchange.SendAsync("GET", "trades/AAPL", null, null, Token)).Text);

        // A bust or correction is shown beside the original price.
        exchange.Floor.Trades = [trade with { Index = 2, ChangedTicks = 0 }, trade with { ChangedTicks = 99 }];
        Assert.Equal(
            """{"trades":[{"tradeId":"9-2","price":"1.01","quantity":"3","takerSide":"sell","time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001","state":"void"},{"tradeId":"9-1","price":"1.01","quantity":"3","takerSide":"sell","time":"2026-01-01T00:00:00.000000001Z","timeNanos":"1767225600000000001","state":"corrected","correctedPrice":"0.99"}]}""",
            (await exchange.SendAsync("GET", "trades/AAPL", null, null, Token)).Text);
    }

    [Fact]
    public async Task Deposit_is_counted_in_minor_units_of_its_asset()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST", "admin/accounts/ACC-1001/deposits", """{"key":"dep-1","asset":"USD","amount":"1000"}""", "admin",
            Token);

        Assert.Equal(
            """{"account":"ACC-1001","key":"dep-1","asset":"USD","amount":"1000.00","sequence":1}""", reply.Text);
        Assert.Equal([new DepositRequest("dep-1", "USD", 100_000)], exchange.Floor.Deposits);
    }

    [Fact]
    public async Task Listed_instrument_reads_back_as_it_was_written()
    {
        await using var exchange = await OpenGateway.StartAsync();
        const string Bitcoin =
            """{"symbol":"BTC-USD","baseAsset":"BTC","baseDecimals":8,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"10","lotSize":"0.001","minPrice":"10","maxPrice":"10000000","minQuantity":"0.001","maxQuantity":"100000.000","minNotional":"0.00","maxNotional":"1000000000.00","makerFeePpm":200,"takerFeePpm":500,"referencePrice":"95000","protectionPpm":50000,"maxLevels":100000}""";
        var listed = await exchange.SendAsync("POST", "admin/instruments", Bitcoin, "admin", Token);

        Assert.Equal(Bitcoin, listed.Text);
        var all = await exchange.SendAsync("GET", "instruments", null, null, Token);
        Assert.Equal(Bitcoin, all.Json.GetProperty("instruments")[1].ToString());
        var order = await exchange.SendAsync(
            "POST", "orders", """{"symbol":"BTC-USD","side":"buy","price":"95000","quantity":"0.015"}""",
            cancellationToken: Token);
        Assert.Equal(("95000", "0.015"), (order["price"], order["quantity"]));
    }

    [Fact]
    public async Task Group_of_an_instrument_is_told_and_never_changes()
    {
        await using var exchange = await OpenGateway.StartAsync();
        const string Plain =
            """{"symbol":"X","baseAsset":"X","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.01","lotSize":"1"}""";
        string Grouped(string group) => Plain.Replace("}", $",\"group\":\"{group}\"}}", StringComparison.Ordinal);
        var listed = await exchange.SendAsync("POST", "admin/instruments", Grouped("TECH-1"), "admin", Token);
        Assert.Equal("TECH-1", listed["group"]);
        var all = (await exchange.SendAsync("GET", "instruments", null, null, Token)).Json.GetProperty("instruments");
        Assert.Equal("AAPL ,MSFT ,X TECH-1", string.Join(',', all.EnumerateArray().Select(instrument =>
            $"{instrument.GetProperty("symbol")} {(instrument.TryGetProperty("group", out var group) ? group : "")}")));

        foreach (var other in new[] { Grouped("TECH-2"), Grouped(""), Plain })
        {
            var refused = await exchange.SendAsync("POST", "admin/instruments", other, "admin", Token);
            Assert.Equal((400, "BadRequest", "group"), ((int)refused.Status, refused.Code, refused["field"]));
            Assert.Contains("never change", refused["detail"], StringComparison.Ordinal);
        }

        // An instrument without a group cannot join one; the same group again is no change.
        var joining = Grouped("TECH-1").Replace("\"X\"", "\"AAPL\"", StringComparison.Ordinal);
        Assert.Equal(
            "group", (await exchange.SendAsync("POST", "admin/instruments", joining, "admin", Token))["field"]);
        Assert.Equal(
            HttpStatusCode.OK,
            (await exchange.SendAsync("POST", "admin/instruments", Grouped("TECH-1"), "admin", Token)).Status);
    }

    [Theory]
    [InlineData("tech")]
    [InlineData("TECH 1")]
    [InlineData("group:TECH")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTU")]
    public async Task Invalid_group_name_is_rejected(string group)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST",
            "admin/instruments",
            $$"""{"symbol":"X","baseAsset":"X","quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.01","lotSize":"1","group":"{{group}}"}""",
            "admin",
            Token);
        Assert.Equal((400, "BadRequest", "group"), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.Equal(2, exchange.Floor.Instruments.Count);
    }

    [Theory]
    [InlineData("symbol", "\"x\"", "20")]
    [InlineData("symbol", "null", null)]
    [InlineData("baseAsset", "\"TOO-LONG-NAME\"", "12")]
    [InlineData("quoteAsset", "\"usd\"", "12")]
    [InlineData("quoteAsset", "null", null)]
    [InlineData("baseDecimals", "19", "18")]
    [InlineData("quoteDecimals", "-1", "18")]
    [InlineData("tickSize", "\"100000000.01\"", "10000000000")]
    [InlineData("lotSize", "\"0.5\"", null)]
    [InlineData("minPrice", "\"0.00\"", "1")]
    [InlineData("minPrice", "\"2000000000000.00\"", null)]
    [InlineData("maxPrice", "\"2000000000000.00\"", "140737488355328")]
    [InlineData("minQuantity", "\"0\"", "1")]
    [InlineData("maxNotional", "\"11529215046068469.77\"", "1152921504606846976")]
    [InlineData("makerFeePpm", "1000001", "1000000")]
    [InlineData("takerFeePpm", "-1", "1000000")]
    [InlineData("protectionPpm", "1000001", "1000000")]
    [InlineData("maxLevels", "0", "1")]
    [InlineData("settlementDays", "3", "2")]
    [InlineData("settlementVenue", "\"MAIN\"", null)]
    public async Task Instrument_that_cannot_be_listed_is_refused_with_its_field_and_the_limit(
        string field, string value, string? limit)
    {
        var exchange = shared.Gateway;
        var instrument = System.Text.Json.Nodes.JsonNode.Parse(
            """{"symbol":"X","baseAsset":"X","baseDecimals":0,"quoteAsset":"EUR","quoteDecimals":2,"tickSize":"0.01","lotSize":"1"}""")!;
        instrument[field] = System.Text.Json.Nodes.JsonNode.Parse(value);
        var reply = await exchange.SendAsync("POST", "admin/instruments", instrument.ToJsonString(), "admin", Token);
        Assert.Equal((400, "BadRequest", field), ((int)reply.Status, reply.Code, reply["field"]));
        if (limit is not null)
            Assert.Equal(limit, reply["limit"]);
        Assert.Equal(2, exchange.Floor.Instruments.Count);
    }

    [Theory]
    [InlineData("0.01", "0.001", 2, "tickSize times lotSize")]
    [InlineData("0", "1", 2, "positive")]
    [InlineData("-1", "1", 2, "positive")]
    [InlineData("0.01", "1", 3, "the 2 decimals that USD already has")]
    public async Task Instrument_that_cannot_be_traded_exactly_is_refused(
        string tick, string lot, int decimals, string why)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST",
            "admin/instruments",
            $$"""{"symbol":"X","baseAsset":"X","baseDecimals":8,"quoteAsset":"USD","quoteDecimals":{{decimals}},"tickSize":"{{tick}}","lotSize":"{{lot}}"}""",
            "admin",
            Token);
        Assert.Equal((400, "BadRequest"), ((int)reply.Status, reply.Code));
        Assert.Contains(why, reply["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AAPL", 0, "AAPL", 2, "0.05", "1", "tickSize")]
    [InlineData("AAPL", 0, "AAPL", 2, "0.010", "1", "tickSize")]
    [InlineData("AAPL", 0, "AAPL", 2, "0.01", "10", "lotSize")]
    [InlineData("AAPL", 0, "MSFT", 2, "0.01", "1", "baseAsset")]
    [InlineData("AAPL", 2, "AAPL", 2, "0.01", "1", "baseDecimals")]
    [InlineData("X", 0, "X", 3, "0.01", "1", "quoteDecimals")]
    public async Task Units_of_what_is_listed_never_change(
        string symbol, int baseDecimals, string asset, int quoteDecimals, string tick, string lot, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST",
            "admin/instruments",
            $$"""{"symbol":"{{symbol}}","baseAsset":"{{asset}}","baseDecimals":{{baseDecimals}},"quoteAsset":"USD","quoteDecimals":{{quoteDecimals}},"tickSize":"{{tick}}","lotSize":"{{lot}}"}""",
            "admin",
            Token);
        Assert.Equal((400, "BadRequest", field), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.Equal(2, exchange.Floor.Instruments.Count);
    }

    [Fact]
    public async Task Listing_that_the_catalog_refuses_is_a_bad_request()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesListings = true;
        var reply = await exchange.SendAsync(
            "POST",
            "admin/instruments",
            """{"symbol":"X","baseAsset":"X","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.01","lotSize":"1"}""",
            "admin",
            Token);
        Assert.Equal(
            (400, "BadRequest", "symbol", "Another was quicker."),
            ((int)reply.Status, reply.Code, reply["field"], reply["detail"]));
    }

    [Theory]
    [InlineData("9223372036854775807", "9223372036854775807", 18)]
    [InlineData("1", "9223372036854775807", 2)]
    [InlineData("10000000000", "10000000000", 18)]
    public async Task Instrument_beyond_the_range_of_its_units_is_refused(string tick, string lot, int decimals)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST",
            "admin/instruments",
            $$"""{"symbol":"X","baseAsset":"X","baseDecimals":18,"quoteAsset":"Y","quoteDecimals":{{decimals}},"tickSize":"{{tick}}","lotSize":"{{lot}}"}""",
            "admin",
            Token);
        Assert.Equal((400, "BadRequest"), ((int)reply.Status, reply.Code));
    }

    [Fact]
    public async Task Exchange_that_is_not_open_is_alive_but_serves_nothing()
    {
        await using var exchange = await OpenGateway.StartAsync(isReady: false);
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("GET", "/health/live", cancellationToken: Token)).Status);
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable,
            (await exchange.SendAsync("GET", "/health/ready", cancellationToken: Token)).Status);
        var order = await exchange.SendAsync("POST", "orders", "{}", cancellationToken: Token);
        Assert.Equal((503, "Overloaded", "1"), ((int)order.Status, order.Code, order.RetryAfter));

        exchange.Services.GetRequiredService<ExchangeReadiness>().Open();
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("GET", "/health/ready", cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task Readiness_tells_that_the_history_of_a_stream_has_stopped_and_trading_goes_on()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.LedgerStatus = Task.FromResult(
            new LedgerStatus(1_000, 7, 0, [new StoppedStream("book/AAPL", 17)]));
        var ready = await exchange.SendAsync("GET", "/health/ready", cancellationToken: Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal(
            "not ready: The history has stopped of book/AAPL at record 17: it can't take the record.\n", ready.Text);
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("GET", "/health/trading", cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task Readiness_tells_that_the_history_can_not_be_written()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.LedgerStatus = Task.FromResult(new LedgerStatus(1_000, 7, 4_000_000_000, Fails: true));
        var ready = await exchange.SendAsync("GET", "/health/ready", cancellationToken: Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal(
            "not ready: The history can't be written, and 7 records wait: its database is locked, full or gone. The log says which.\n",
            ready.Text);
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("GET", "/health/trading", cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task Readiness_tells_that_the_history_does_not_advance()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.LedgerStatus = Task.FromResult(new LedgerStatus(1_000, 7, 31_000_000_000));
        var ready = await exchange.SendAsync("GET", "/health/ready", cancellationToken: Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal("not ready: The history has not advanced for 31 s; 7 records wait.\n", ready.Text);
        Assert.Equal(
            HttpStatusCode.OK, (await exchange.SendAsync("GET", "/health/trading", cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task History_query_above_the_concurrency_limit_gets_503_with_Retry_After()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.Fail("FillsAfter", new LimitExceededException("full"));
        var reply = await exchange.SendAsync("GET", "fills?symbol=AAPL&after=1-0", cancellationToken: Token);

        Assert.Equal((503, "Overloaded", "1"), ((int)reply.Status, reply.Code, reply.RetryAfter));
        Assert.Contains(
            "quantumcore_turned_away_total{why=\"readings\"} 1",
            (await exchange.SendAsync("GET", "/metrics", cancellationToken: Token)).Text.Split('\n'));
    }

    [Fact]
    public async Task Metrics_count_orders_by_outcome_and_requests_by_route()
    {
        await using var exchange = await OpenGateway.StartAsync();
        // Latencies are counted from the first scrape.
        await exchange.SendAsync("GET", "/metrics", cancellationToken: Token);
        await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1"}""",
            cancellationToken: Token);
        await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"1","quantity":"1000001"}""",
            cancellationToken: Token);
        var page = (await exchange.SendAsync("GET", "/metrics", cancellationToken: Token)).Text.Split('\n');

        Assert.Contains("# TYPE quantumcore_orders_total counter", page);
        Assert.Contains("# TYPE quantumcore_order_seconds histogram", page);
        Assert.Contains(
            page, line => line.StartsWith("quantumcore_orders_total{outcome=\"Accepted\"} ", StringComparison.Ordinal));
        Assert.Contains(
            page,
            line =>
                line.StartsWith("quantumcore_orders_total{outcome=\"InsufficientFunds\"} ", StringComparison.Ordinal));
        // Counters are on the page before their first count.
        Assert.Contains("quantumcore_orders_total{outcome=\"OutcomeUnknown\"} 0", page);
        Assert.Contains("quantumcore_stream_readers{} 0", page);
        Assert.Contains(
            page,
            line => line.StartsWith(
                "quantumcore_http_requests_total{route=\"POST /api/qc/v1/orders\",status=\"200\"} ",
                StringComparison.Ordinal));
        Assert.Contains(
            page, line => line.StartsWith("quantumcore_order_seconds_bucket{le=\"+Inf\"} ", StringComparison.Ordinal));
    }
}
