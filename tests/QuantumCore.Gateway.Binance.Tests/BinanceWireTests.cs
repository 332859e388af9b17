using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Binance.Tests;

/// <summary>Binance Spot interface over HTTP: authentication, reads, rejections and their codes.</summary>
public class BinanceWireTests
{
    private const string Limit = "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150.00";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parameters_come_in_the_query_the_body_or_both()
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal("NEW", (await wire.SendAsync("POST", "order", query: Limit))["status"]);
        Assert.Equal("NEW", (await wire.SendAsync("POST", "order", body: Limit))["status"]);
        Assert.Equal("NEW", (await wire.SendAsync("POST", "order", Limit[..20], Limit[21..]))["status"]);

        // If both have a value, the query's wins.
        var both = await wire.SendAsync("POST", "order", "price=140.00", Limit);
        Assert.Equal("140.00000000", both["price"]);
    }

    [Theory]
    [InlineData(0, 5000, null)]
    [InlineData(999, 5000, null)]
    [InlineData(1000, 5000, "Timestamp for this request was 1000ms ahead of the server's time.")]
    [InlineData(-5000, 5000, null)]
    [InlineData(-5001, 5000, "Timestamp for this request is outside of the recvWindow.")]
    [InlineData(-60000, 60000, null)]
    [InlineData(0, 60001, "recvWindow must be less than 60000.")]
    public async Task Request_timestamp_must_be_current(int ahead, int window, string? refusal)
    {
        await using var wire = await Wire.OpenAsync();
        var stamp = $"recvWindow={window}&timestamp={wire.Now + ahead}";
        var micros = $"recvWindow={window}&timestamp={wire.Now + ahead}000";
        Assert.Equal(refusal, (await wire.SendSignedAsync("GET", "account", stamp))["msg"]);
        Assert.Equal(refusal, (await wire.SendSignedAsync("GET", "account", micros))["msg"]);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_for_one_key_measures_and_tells_that_key_alone()
    {
        await using var wire = await Wire.OpenAsync();
        var other = await wire.OtherAsync();
        var clock = wire.Exchange.Services.GetRequiredService<ClientClock>();
        var misled = new List<string>();
        clock.Misled = (key, what) => misled.Add($"{key == wire.Key} {what}");
        clock.SetFor(wire.Key, TimeSpan.FromMinutes(1));

        // Its requests are a minute late; those of another key of the same account are on time.
        Assert.Equal(
            "Timestamp for this request is outside of the recvWindow.",
            (await wire.SendAsync("GET", "account"))["msg"]);
        Assert.Equal(["True GET /api/v3/account"], misled);
        Assert.Equal(
            HttpStatusCode.OK, (await wire.SendSignedAsync("GET", "account", $"timestamp={wire.Now + 60_000}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await other.SendAsync("GET", "account")).Status);
        Assert.Equal(
            "Timestamp for this request was 1000ms ahead of the server's time.",
            (await other.SendSignedAsync("GET", "account", $"timestamp={wire.Now + 60_000}"))["msg"]);

        // Everyone can read the time. A client that sends its key gets that key's clock.
        Assert.Equal(
            (60_000L, 0L, 0L),
            (await AheadAsync("time", wire.Key), await AheadAsync("time", other.Key), await AheadAsync("time", null)));
        Assert.Equal(
            (60_000L, 0L), (await AheadAsync("exchangeInfo", wire.Key), await AheadAsync("exchangeInfo", null)));

        // A clock that is wrong for all applies to keys without a clock of their own. A request that is far too old is
        // not rejected because of a wrong clock.
        clock.Skew = TimeSpan.FromSeconds(-30);
        Assert.Equal(
            (60_000L, -30_000L, -30_000L),
            (await AheadAsync("time", wire.Key), await AheadAsync("time", other.Key), await AheadAsync("time", null)));
        Assert.Equal(-1021, (await wire.SendSignedAsync("GET", "account", "timestamp=1")).Code);
        Assert.Equal(["True GET /api/v3/account"], misled);
        clock.SetFor(wire.Key, null);
        clock.Skew = TimeSpan.Zero;
        Assert.Equal(HttpStatusCode.OK, (await wire.SendAsync("GET", "account")).Status);

        async Task<long> AheadAsync(string call, string? key) =>
            (await wire.SendRawAsync("GET", call, "", null, key)).Json.GetProperty("serverTime").GetInt64() - wire.Now;
    }

    [Theory]
    [InlineData("recvWindow=5000", -1102)]
    [InlineData("timestamp=abc", -1100)]
    [InlineData("timestamp=", -1105)]
    [InlineData("timestamp=1&recvWindow=-1", -1130)]
    public async Task A_request_without_its_time_is_refused(string query, int code)
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal(code, (await wire.SendSignedAsync("GET", "account", query)).Code);
    }

    [Fact]
    public async Task Signature_covers_the_key_and_every_character()
    {
        await using var wire = await Wire.OpenAsync();
        var query = $"timestamp={wire.Now}";
        Assert.Equal(-1102, (await wire.SendRawAsync("GET", "account", query, null, wire.Key)).Code);
        Assert.Equal(
            -1022,
            (await wire.SendRawAsync(
                "GET", "account", $"{query}&signature={new string('0', 64)}", null, wire.Key)).Code);
        Assert.Equal(
            -1022,
            (await wire.SendRawAsync(
                "GET", "account", $"omitZeroBalances=true&{wire.Signed(query)}", null, wire.Key)).Code);
        Assert.Equal(-2014, (await wire.SendRawAsync("GET", "account", wire.Signed(query), null, null)).Code);
        Assert.Equal(-2015, (await wire.SendRawAsync("GET", "account", wire.Signed(query), null, "nobody")).Code);
        // A key that does not sign has no signature.
        Assert.Equal(-2015, (await wire.SendRawAsync("GET", "account", wire.Signed(query), null, "alice")).Code);
        Assert.Equal(
            HttpStatusCode.OK, (await wire.SendRawAsync("GET", "account", wire.Signed(query), null, wire.Key)).Status);
    }

    [Fact]
    public async Task Used_client_order_id_is_a_duplicate_here_and_idempotent_on_the_native_API()
    {
        await using var wire = await Wire.OpenAsync();
        var first = await wire.SendAsync("POST", "order", Limit + "&newClientOrderId=once");
        var again = await wire.SendAsync("POST", "order", Limit + "&newClientOrderId=once");
        Assert.Equal(
            (-2010, "Duplicate order sent.", HttpStatusCode.BadRequest), (again.Code, again["msg"], again.Status));

        var native = await wire.Exchange.SendAsync(
            "POST", "orders",
            """{"symbol":"AAPL","side":"buy","price":"150.00","quantity":"10","clientOrderId":"once"}""", "alice",
            Token);
        Assert.Equal(first["orderId"], native["orderId"]);
        var other = await wire.SendAsync(
            "POST", "order", Limit.Replace("=10", "=11", StringComparison.Ordinal) + "&newClientOrderId=once");
        Assert.Equal(-2010, other.Code);
        Assert.Single(wire.Exchange.Floor.Open(TradingFloor.Alice));
    }

    [Fact]
    public async Task A_call_that_was_repeated_inside_is_no_duplicate()
    {
        await using var wire = await Wire.OpenAsync();
        wire.Exchange.Floor.Fail("HoldAnswer", new InvalidOperationException("The answer was lost."));
        Assert.Equal("NEW", (await wire.SendAsync("POST", "order", Limit + "&newClientOrderId=once"))["status"]);
        Assert.Single(wire.Exchange.Floor.Open(TradingFloor.Alice));
    }

    [Fact]
    public async Task A_key_for_reading_reads_and_a_key_that_was_not_made_for_it_trades_nothing()
    {
        await using var wire = await Wire.OpenAsync("""{"signing":"hmac","readOnly":true}""");
        Assert.Equal(HttpStatusCode.OK, (await wire.SendAsync("GET", "account")).Status);
        Assert.Equal((-2015, HttpStatusCode.Unauthorized), Told(await wire.SendAsync("POST", "order", Limit)));
        Assert.Equal(
            (-2015, HttpStatusCode.Unauthorized), Told(await wire.SendAsync("DELETE", "openOrders", "symbol=AAPL")));
        Assert.Empty(wire.Exchange.Floor.Open(TradingFloor.Alice));
    }

    [Theory]
    [InlineData("side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150", -1102, "symbol")]
    [InlineData("symbol=NOPE&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150", -1121, "symbol")]
    [InlineData(
        "symbol=aapl&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150", -1100,
        "'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'")]
    [InlineData("symbol=AAPL%20&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150", -1100, "symbol")]
    [InlineData("symbol=AAPL&side=buy&type=LIMIT&timeInForce=GTC&quantity=10&price=150", -1117, "Invalid side.")]
    [InlineData("symbol=AAPL&side=BUY&type=limit&timeInForce=GTC&quantity=10&price=150", -1116, "orderType")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=gtc&quantity=10&price=150", -1115, "timeInForce")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&newOrderRespType=full", -1130,
        "newOrderRespType")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&selfTradePreventionMode=none", -1130,
        "selfTradePreventionMode")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&newClientOrderId=a.b", -1100,
        "newClientOrderId")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&newClientOrderId=a:b", -1100,
        "newClientOrderId")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150.000000000000000000000", -1100, "price")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=000000000000000000150", -1100, "price")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150.", -1100, "price")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=%20150", -1100, "price")]
    [InlineData("symbol=AAPL&side=LONG&type=LIMIT&timeInForce=GTC&quantity=10&price=150", -1117, "side")]
    [InlineData("symbol=AAPL&side=BUY&type=PEGGED&timeInForce=GTC&quantity=10&price=150", -1116, "orderType")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=DAY&quantity=10&price=150", -1115, "timeInForce")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&quantity=10&price=150", -1102, "timeInForce")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&price=150", -1102, "quantity")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10", -1102, "price")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1.5&price=150", -1013, "LOT_SIZE")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0&price=150", -1013, "LOT_SIZE")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150.001", -1013, "PRICE_FILTER")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=0", -1013, "PRICE_FILTER")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150.0000000001", -1111, "price")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=1e2", -1100, "price")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=-1&price=150", -1100, "quantity")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=99999999999999999999", -1108, "price")]
    [InlineData("symbol=AAPL&side=BUY&type=MARKET&quantity=10&quoteOrderQty=100", -1128, "Combination")]
    [InlineData("symbol=AAPL&side=BUY&type=MARKET&quantity=10&price=150", -1106, "price")]
    [InlineData("symbol=AAPL&side=BUY&type=MARKET&quantity=10&timeInForce=GTC", -1106, "timeInForce")]
    [InlineData("symbol=AAPL&side=BUY&type=MARKET", -1102, "'quantity' or 'quoteOrderQty'")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&stopPrice=160", -1106, "stopPrice")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&quoteOrderQty=160", -1106,
        "quoteOrderQty")]
    [InlineData("symbol=AAPL&side=BUY&type=LIMIT_MAKER&timeInForce=GTC&quantity=10&price=150", -1106, "timeInForce")]
    [InlineData("symbol=AAPL&side=BUY&type=STOP_LOSS&quantity=10&stopPrice=160&price=150", -1106, "price")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=STOP_LOSS_LIMIT&timeInForce=GTC&quantity=10&stopPrice=160&price=150&trailingDelta=100",
        -1106, "trailingDelta")]
    [InlineData("symbol=AAPL&side=BUY&type=MARKET&quantity=10&quantitty=10", -1104, "read")]
    [InlineData("symbol=AAPL&side=BUY&type=STOP_LOSS&quantity=10", -1102, "stopPrice")]
    [InlineData("symbol=AAPL&side=BUY&type=STOP_LOSS&quantity=10&trailingDelta=10000", -1013, "TRAILING_DELTA")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=STOP_LOSS&quantity=10&trailingDelta=100&stopPrice=160", -1128, "Combination")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=IOC&quantity=10&price=150&icebergQty=5", -1106, "icebergQty")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&newClientOrderId=a/b", -1100,
        "newClientOrderId")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&newOrderRespType=ALL", -1130,
        "newOrderRespType")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&selfTradePreventionMode=TRANSFER", -1130,
        "selfTradePreventionMode")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150&strategyType=7", -1134, "strategyType")]
    [InlineData(
        "symbol=AAPL&symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=10&price=150", -1101, "Duplicate")]
    [InlineData(
        "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=2000000&price=1", -2010, "insufficient balance")]
    public async Task An_order_that_is_wrong_is_told_by_number_and_text_and_changes_nothing(
        string order, int code, string text)
    {
        await using var wire = await Wire.OpenAsync();
        var state = wire.Exchange.Floor.State();
        var refused = await wire.SendAsync("POST", "order", body: order);
        Assert.Equal(code, refused.Code);
        Assert.Contains(text, refused["msg"], StringComparison.Ordinal);
        Assert.Equal(state, wire.Exchange.Floor.State());
    }

    [Theory]
    [InlineData("SELL", "LIMIT_MAKER&abovePrice=160", "LIMIT_MAKER&belowPrice=140", -1168)]
    [InlineData("SELL", "MARKET", "STOP_LOSS&belowStopPrice=140", -1158)]
    [InlineData("BUY", "LIMIT_MAKER&abovePrice=160", "STOP_LOSS&belowStopPrice=140", -1165)]
    [InlineData("SELL", "STOP_LOSS&aboveStopPrice=160", "LIMIT_MAKER&belowPrice=140", -1166)]
    [InlineData("BUY", "STOP_LOSS&aboveStopPrice=160", "STOP_LOSS&belowStopPrice=140", -1196)]
    [InlineData("SELL", "STOP_LOSS&aboveStopPrice=160", "STOP_LOSS&belowStopPrice=140", -1197)]
    [InlineData("BUY", "TAKE_PROFIT&aboveStopPrice=160", "LIMIT_MAKER&belowPrice=140", -1198)]
    [InlineData("SELL", "LIMIT_MAKER&abovePrice=160", "TAKE_PROFIT&belowStopPrice=140", -1199)]
    public async Task A_pair_whose_orders_stand_on_the_wrong_sides_says_which(
        string side, string above, string below, int code)
    {
        await using var wire = await Wire.OpenAsync();
        var pair = $"symbol=AAPL&side={side}&quantity=10&aboveType={above}&belowType={below}";
        Assert.Equal(code, (await wire.SendAsync("POST", "orderList/oco", pair)).Code);
        Assert.Empty(wire.Exchange.Floor.Open(TradingFloor.Alice));
    }

    [Theory]
    [InlineData("quantity=10&price=0140.00")]
    [InlineData("quantity=010&price=140")]
    [InlineData("quantity=00000000000000000010.000&price=00000000000000000140.00000000000000000000")]
    [InlineData("quantity=10&price=140&icebergQty=005")]
    public async Task A_number_may_be_padded_with_zeros(string numbers)
    {
        await using var wire = await Wire.OpenAsync();
        var placed =
            await wire.SendAsync("POST", "order", body: $"symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&{numbers}");
        Assert.Equal(("10.00000000", "140.00000000"), (placed["origQty"], placed["price"]));
        Assert.Equal(
            "140.00000000",
            (await wire.SendAsync("GET", "openOrders", "symbol=AAPL&recvWindow=05000")).Json[0].GetProperty("price")
                .GetString());
    }

    [Fact]
    public async Task Parameters_of_a_get_stand_in_its_query_alone()
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal(
            (-1102, HttpStatusCode.BadRequest), Told(await wire.SendRawAsync("GET", "depth", "", "symbol=AAPL", null)));
    }

    [Theory]
    [InlineData("GET", "nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "exchangeinfo", HttpStatusCode.NotFound)]
    [InlineData("GET", "exchangeInfo/", HttpStatusCode.NotFound)]
    [InlineData("POST", "ORDER", HttpStatusCode.NotFound)]
    [InlineData("POST", "depth", HttpStatusCode.MethodNotAllowed)]
    public async Task Unknown_path_or_method_gets_a_Binance_error(
        string method, string call, HttpStatusCode status)
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal((-1020, status), Told(await wire.SendRawAsync(method, call, "", null, null)));
    }

    [Theory]
    [InlineData("ticker/price?symbols=[\"AAPL\",\"AAPL\"]", -1151)]
    [InlineData("ticker/price?symbols=[\"AAPL\", \"MSFT\"]", -1100)]
    [InlineData("ticker/price?symbols=[ \"AAPL\" ]", -1100)]
    [InlineData("ticker/price?symbols=[\"aapl\"]", -1100)]
    [InlineData("ticker/price?symbols=[\"\"]", -1100)]
    [InlineData("ticker/price?symbols=[\"AAPL\",]", -1100)]
    [InlineData("ticker/price?symbols=AAPL", -1100)]
    [InlineData("ticker/price?symbols=[]", 0)]
    [InlineData("ticker/price?symbols=[\"AAPL\",\"MSFT\"]", 0)]
    [InlineData("ticker/price?symbol=aapl", -1100)]
    [InlineData("ticker/24hr?symbol=AAPL&type=mini", -1139)]
    [InlineData("ticker?symbol=AAPL&windowSize=01h", -1130)]
    [InlineData("ticker?symbol=AAPL&windowSize=1H", -1130)]
    [InlineData("klines?symbol=AAPL&interval=1D", -1120)]
    [InlineData("exchangeInfo?permissions=SPOT", 0)]
    [InlineData("exchangeInfo?permissions=[\"MARGIN\",\"TRD_GRP_002\"]", 0)]
    [InlineData("exchangeInfo?permissions=spot", -1130)]
    [InlineData("exchangeInfo?permissions=[\"SPOT\", \"MARGIN\"]", -1130)]
    [InlineData("exchangeInfo?symbol=AAPL&permissions=SPOT", -1128)]
    [InlineData("ticker/price?symbol=AAPL&symbolStatus=trading", -1122)]
    [InlineData("ticker/price?symbol=AAPL&symbolStatus=FOO", -1122)]
    [InlineData("ticker/price?symbol=AAPL&symbolStatus=HALT", -1220)]
    [InlineData("ticker/price?symbol=AAPL&symbolStatus=TRADING", 0)]
    [InlineData("depth?symbol=AAPL&symbolStatus=HALT", -1220)]
    [InlineData("depth?symbol=AAPL&symbolStatus=TRADING", 0)]
    [InlineData("exchangeInfo?symbol=AAPL&symbolStatus=TRADING", -1128)]
    [InlineData("klines?symbol=AAPL&interval=1s&startTime=9999999999999", 0)]
    public async Task Symbol_status_parameter_is_validated(string asked, int code)
    {
        await using var wire = await Wire.OpenAsync();
        var parts = asked.Split('?');
        Assert.Equal(code, (await wire.SendRawAsync("GET", parts[0], parts[1], null, null)).Code);
    }

    [Fact]
    public async Task Symbols_of_another_status_are_left_out()
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal("[]", (await wire.SendRawAsync("GET", "ticker/price", "symbolStatus=HALT", null, null)).Text);
        Assert.NotEqual(
            "[]", (await wire.SendRawAsync("GET", "ticker/price", "symbolStatus=TRADING", null, null)).Text);
    }

    [Theory]
    [InlineData("1700000000123", 1_700_000_000_123_000_000)]
    [InlineData("1700000000123456", 1_700_000_000_123_456_000)]
    [InlineData("9999999999999", 9_000_000_000_000_000_000)]
    [InlineData("9999999999999999", 9_000_000_000_000_000_000)]
    public void A_time_is_in_milliseconds_or_in_microseconds(string told, long nanos) =>
        Assert.Equal(nanos, WireMarket.Nanos(WireParameters.Of($"startTime={told}", ""), "startTime"));

    [Theory]
    [InlineData(EndReason.Amount, 3, "FILLED")]
    [InlineData(EndReason.Amount, 0, "EXPIRED")]
    [InlineData(EndReason.ImmediateOrCancel, 3, "EXPIRED")]
    [InlineData(EndReason.SelfTrade, 3, "EXPIRED_IN_MATCH")]
    [InlineData(EndReason.OneCancelsOther, 3, "EXPIRED")]
    [InlineData(EndReason.List, 0, "CANCELED")]
    [InlineData(EndReason.User, 3, "CANCELED")]
    public void An_order_that_ended_by_itself_says_how(EndReason end, long filled, string status)
    {
        var order =
            new SubmitOrder(1, 1, "a", Side.Buy, OrderType.Market, TimeInForce.ImmediateOrCancel, false, 0, 0, 0, 0);
        Assert.Equal(
            status,
            WireWords.Status(
                OrderViews.Of("AAPL", order, 1, 1) with { Status = end.Status(), End = end, FilledLots = filled }));
    }

    [Fact]
    public async Task Weight_is_told_and_who_uses_too_much_waits_and_who_does_not_wait_is_banned()
    {
        var time = new ManualTime();
        await using var wire =
            await Wire.OpenAsync(time: time, limits: new BinanceOptions { WeightPerMinute = 10 });
        for (var i = 1; i <= 10; i++)
            Assert.Equal(
                (HttpStatusCode.OK, $"{i}"),
                Told(await wire.SendRawAsync("GET", "ping", "", null, null), "X-MBX-USED-WEIGHT-1M"));
        for (var i = 0; i < 101; i++)
        {
            var refused = await wire.SendRawAsync("GET", "ping", "", null, null);
            Assert.Equal((-1003, HttpStatusCode.TooManyRequests), Told(refused));
            Assert.NotNull(refused.Header("Retry-After"));
        }

        var banned = await wire.SendRawAsync("GET", "ping", "", null, null);
        Assert.Equal((-1003, (HttpStatusCode)418, "120"), (banned.Code, banned.Status, banned.Header("Retry-After")));
        time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal((HttpStatusCode)418, (await wire.SendRawAsync("GET", "ping", "", null, null)).Status);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, (await wire.SendRawAsync("GET", "ping", "", null, null)).Status);

        // The native interface has rate limits of its own.
        Assert.Equal(
            HttpStatusCode.OK, (await wire.Exchange.SendAsync("GET", "instruments", null, null, Token)).Status);
    }

    [Fact]
    public async Task Orders_are_counted_and_cancels_are_not()
    {
        var time = new ManualTime();
        await using var wire =
            await Wire.OpenAsync(time: time, limits: new BinanceOptions { OrdersPerTenSeconds = 2 });
        Assert.Equal(
            (HttpStatusCode.OK, "1"), Told(await wire.SendAsync("POST", "order", Limit), "X-MBX-ORDER-COUNT-10S"));
        Assert.Equal(
            (HttpStatusCode.OK, "2"), Told(await wire.SendAsync("POST", "order", Limit), "X-MBX-ORDER-COUNT-1D"));
        var refused = await wire.SendAsync("POST", "order", Limit);
        Assert.Equal((-1015, HttpStatusCode.TooManyRequests), Told(refused));
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 10);
        Assert.Equal(2, wire.Exchange.Floor.Open(TradingFloor.Alice).Count);
        Assert.Equal(-2011, (await wire.SendAsync("DELETE", "order", "symbol=AAPL&orderId=77")).Code);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(
            (HttpStatusCode.OK, "1"), Told(await wire.SendAsync("POST", "order", Limit), "X-MBX-ORDER-COUNT-10S"));
    }

    [Fact]
    public async Task Closed_exchange_gives_a_Binance_error()
    {
        await using var exchange = await OpenBinance.StartAsync(isReady: false);
        var refused = await exchange.SendAsync("GET", "/api/v3/ping", null, null, Token);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "-1008", "1"), (refused.Status, refused["code"], refused.RetryAfter));
    }

    [Fact]
    public async Task Commissions_are_those_of_the_schedule_in_force()
    {
        await using var wire = await Wire.OpenAsync();
        var before = (await wire.SendAsync("GET", "account/commission", "symbol=AAPL")).Text;
        await wire.Exchange.SendAsync(
            "POST", "admin/fees", """{"asset":"USD","tiers":[{"makerFeePpm":-100,"takerFeePpm":850}]}""", "admin",
            Token);
        var after = (await wire.SendAsync("GET", "account/commission", "symbol=AAPL")).Text;
        Assert.NotEqual(before, after);
        const string Rates = "{\"maker\":\"-0.00010000\",\"taker\":\"0.00085000\"";
        Assert.Contains("\"standardCommission\":" + Rates, after, StringComparison.Ordinal);
        Assert.Contains(
            "\"commissionRates\":" + Rates, (await wire.SendAsync("GET", "account")).Text, StringComparison.Ordinal);
        Assert.Contains(
            "\"standardCommissionForOrder\":" + Rates,
            (await wire.SendAsync(
                "POST", "order/test",
                "symbol=AAPL&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=150&computeCommissionRates=true")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Random_requests_never_cause_a_server_error()
    {
        await using var wire = await Wire.OpenAsync(
            limits: new BinanceOptions { WeightPerMinute = int.MaxValue, OrdersPerTenSeconds = int.MaxValue });
        var state = wire.Exchange.Floor.State();
        var random = new Random(7);
        string[] names = [
            "symbol", "side", "type", "quantity", "price", "stopPrice", "orderId", "origClientOrderId", "limit",
            "interval", "symbols", "fromId", "startTime", "signature", "windowSize", "%00", "&", "=", "recvWindow"];
        string[] values = [
            "AAPL", "BUY", "LIMIT_MAKER", "1", "0", "-1", "1e9", "99999999999999999999999", "%ff%fe", "[\"AAPL\"]",
            "[[", "null", "", "%22", "1m", "d", "GTC"];
        string[] calls = [
            "order", "order/test", "order/cancelReplace", "orderList/oco", "orderList/otoco", "openOrders", "allOrders",
            "myTrades", "depth", "klines", "ticker", "ticker/24hr", "aggTrades", "exchangeInfo", "account",
            "order/amend/keepPriority"];
        for (var i = 0; i < 1_500; i++)
        {
            var text = string.Join('&', Enumerable.Range(0, random.Next(6))
                .Select(_ => $"{names[random.Next(names.Length)]}={values[random.Next(values.Length)]}"));
            var method = new[] { "GET", "POST", "DELETE", "PUT" }[random.Next(4)];
            var reply = random.Next(2) == 0
                ? await wire.SendAsync(method, calls[random.Next(calls.Length)], text)
                : await wire.SendAsync(method, calls[random.Next(calls.Length)], "", text);
            Assert.True((int)reply.Status < 500, $"{method} {text}: {reply.Text}");
        }

        Assert.Equal(state, wire.Exchange.Floor.State());
    }

    [Fact]
    public async Task All_balance_calls_report_the_same_balances()
    {
        await using var wire = await Wire.OpenAsync();
        var account = (await wire.SendAsync("GET", "account")).Json.GetProperty("balances").EnumerateArray()
            .Where(
                balance => balance.GetProperty("free").GetString() != "0.00000000"
                    || balance.GetProperty("locked").GetString() != "0.00000000")
            .Select(Amounts).ToArray();
        Assert.NotEmpty(account);
        Assert.Equal(
            account,
            (await wire.SendAsync("POST", "sapi/v3/asset/getUserAsset")).Json.EnumerateArray().Select(Amounts));
        var one = Assert.Single(
            (await wire.SendAsync(
                "POST", "sapi/v3/asset/getUserAsset", "asset=USD&needBtcValuation=true")).Json.EnumerateArray());
        Assert.Equal("USD", one.GetProperty("asset").GetString());
        var coins = (await wire.SendAsync("GET", "sapi/v1/capital/config/getall")).Json.EnumerateArray().ToArray();
        Assert.Equal(
            account,
            coins.Select(
                coin => (coin.GetProperty("coin").GetString(), coin.GetProperty("free").GetString(),
                    coin.GetProperty("locked").GetString()))
            .Where(coin => coin != (coin.Item1, "0.00000000", "0.00000000")));
        Assert.All(coins, coin => Assert.Equal("0.00000000", coin.GetProperty("storage").GetString()));

        static (string?, string?, string?) Amounts(JsonElement of) =>
            (of.GetProperty("asset").GetString(), of.GetProperty("free").GetString(),
                of.GetProperty("locked").GetString());
    }

    [Fact]
    public async Task Amount_with_too_many_decimals_is_rejected_and_a_test_order_returns_all_rates()
    {
        await using var wire = await Wire.OpenAsync();
        Assert.Equal(
            -1111,
            (await wire.SendAsync("POST", "order", "symbol=AAPL&side=BUY&type=MARKET&quoteOrderQty=500.123")).Code);
        var tested = (await wire.SendAsync("POST", "order/test", $"{Limit}&computeCommissionRates=true")).Json;
        Assert.Equal(
            ["standardCommissionForOrder", "specialCommissionForOrder", "taxCommissionForOrder", "discount"],
            tested.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task An_aggregate_trade_is_told_once_and_whole_wherever_an_answer_begins()
    {
        await using var wire = await Wire.OpenAsync();
        PublicTrade[] trades =
        [
            new(5, 0, 50, 100, 1, Side.Buy), new(7, 0, 70, 100, 2, Side.Buy), new(7, 1, 70, 100, 3, Side.Buy),
            new(7, 2, 70, 101, 4, Side.Buy),
            new(7, 3, 70, 101, 5, Side.Buy), new(7, 4, 70, 101, 7, Side.Sell), new(9, 0, 90, 101, 6, Side.Buy),
        ];
        wire.Exchange.Floor.PastTrades.AddRange(trades);
        var told = await AggregatesAsync("limit=5");
        Assert.Equal([
            (5L << 20, "1.00000000"), (7L << 20, "5.00000000"), ((7L << 20) + 2, "9.00000000"),
            ((7L << 20) + 4, "7.00000000"), (9L << 20, "6.00000000")], told);

        // The next page starts at the id after the last one. No aggregate has that id, and none begins there.
        var walked = new List<(long Id, string Quantity)>();
        for (var from = 0L; await AggregatesAsync($"limit=1&fromId={from}") is [var next]; from = next.Id + 1)
            walked.Add(next);
        Assert.Equal(told, walked);

        // The newest trades are read, as many as a response may hold. The oldest of these is in the middle of an
        // aggregate.
        wire.Exchange.Floor.PastTrades.AddRange(
            Enumerable.Range(0, 997).Select(at => new PublicTrade(10 + at, 0, 100 + at, 102, 1, Side.Sell)));
        Assert.Equal(
            [((7L << 20) + 2, "9.00000000"), ((7L << 20) + 4, "7.00000000")],
            (await AggregatesAsync("limit=1000")).SkipWhile(trade => trade.Id < (7L << 20) + 2).Take(2));

        async Task<(long Id, string Quantity)[]> AggregatesAsync(string query)
        {
            var reply = await wire.SendRawAsync("GET", "aggTrades", $"symbol=AAPL&{query}", null, null);
            return [.. reply.Json.EnumerateArray()
                .Select(trade => (trade.GetProperty("a").GetInt64(), trade.GetProperty("q").GetString()!))];
        }
    }

    private static (int Code, HttpStatusCode Status) Told(WireReply reply) => (reply.Code, reply.Status);

    private static (HttpStatusCode Status, string? Header) Told(WireReply reply, string header) =>
        (reply.Status, reply.Header(header));

    /// <summary>An exchange and a signing key of Alice's.</summary>
    private sealed class Wire(OpenGateway exchange, TimeProvider time, string key, string secret) : IAsyncDisposable
    {
        public OpenGateway Exchange => exchange;

        public string Key => key;

        public long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

        public static async Task<Wire> OpenAsync(
            string made = """{"signing":"hmac"}""", TimeProvider? time = null, BinanceOptions? limits = null)
        {
            time ??= new ManualTime();
            var exchange = await OpenBinance.StartAsync(time: time, limits: limits);
            var grant = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/keys", made, "admin", Token);
            return new Wire(exchange, time, grant["apiKey"]!, grant["secret"]!);
        }

        /// <summary>Returns another key of the same account.</summary>
        public async Task<Wire> OtherAsync()
        {
            var grant = await exchange.SendAsync(
                "POST", "admin/accounts/ACC-1001/keys", """{"signing":"hmac"}""", "admin", Token);
            return new Wire(exchange, time, grant["apiKey"]!, grant["secret"]!);
        }

        public string Signed(string query, string body = "")
        {
            var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(query + body));
            return $"{query}{(query.Length > 0 ? "&" : "")}signature={Convert.ToHexStringLower(hash)}";
        }

        /// <summary>Sends a signed request with the current time.</summary>
        public Task<WireReply> SendAsync(string method, string call, string query = "", string? body = null)
        {
            var stamped = $"{query}{(query.Length > 0 ? "&" : "")}timestamp={Now}";
            return SendSignedAsync(method, call, stamped, body);
        }

        public Task<WireReply> SendSignedAsync(string method, string call, string query, string? body = null) =>
            SendRawAsync(method, call, Signed(query, body ?? ""), body, key);

        public async Task<WireReply> SendRawAsync(
            string method, string call, string query, string? body, string? header)
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(method),
                new Uri(
                    $"{exchange.Address}{(call.StartsWith("sapi", StringComparison.Ordinal) ? "" : "api/v3/")}{call}?{query}"));
            if (header is not null)
                request.Headers.Add("X-MBX-APIKEY", header);
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
            using var response = await exchange.Http.SendAsync(request, Token);
            var headers = response.Headers.ToDictionary(
                h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase);
            return new WireReply(response.StatusCode, await response.Content.ReadAsStringAsync(Token), headers);
        }

        public ValueTask DisposeAsync() => exchange.DisposeAsync();
    }

    private sealed record WireReply(HttpStatusCode Status, string Text, IReadOnlyDictionary<string, string> Headers)
    {
        public JsonElement Json => JsonDocument.Parse(Text).RootElement;

        public int Code =>
            Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("code", out var code)
                && code.TryGetInt32(out var number)
                ? number
                : 0;

        public string? this[string name] =>
            Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value)
            ? Convert.ToString(value, CultureInfo.InvariantCulture)
            : null;

        public string? Header(string name) => Headers.GetValueOrDefault(name);
    }
}
