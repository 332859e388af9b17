using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Operator calls about trading, and the public state of a symbol.</summary>
public sealed class OperatorCallTests(SharedGateway shared) : IClassFixture<SharedGateway>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("phase", """{"phase":"preOpen"}""", "SetTradingPhase PreOpen None")]
    [InlineData("phase", """{"phase":"opening"}""", "SetTradingPhase Opening None")]
    [InlineData("phase", """{"phase":"continuous"}""", "SetTradingPhase Continuous None")]
    [InlineData("phase", """{"phase":"volatility"}""", "SetTradingPhase Volatility None")]
    [InlineData("phase", """{"phase":"closing"}""", "SetTradingPhase Closing None")]
    [InlineData("phase", """{"phase":"halt"}""", "SetTradingPhase Halt None")]
    [InlineData("phase", """{"phase":"closed"}""", "SetTradingPhase Closed None")]
    [InlineData("phase", """{"phase":"halt","reason":"technical"}""", "SetTradingPhase Halt Technical")]
    [InlineData(
        "phase", """{"phase":"halt","forSeconds":900,"thenForSeconds":"300"}""",
        "SetTradingPhase Halt None then Volatility at 1767626100000000000 for 300000000000")]
    [InlineData(
        "phase", """{"phase":"preOpen","forSeconds":"1"}""",
        "SetTradingPhase PreOpen None then Opening at 1767625201000000000 for 0")]
    [InlineData(
        "phase", """{"phase":"continuous","forSeconds":604800,"then":"halt"}""",
        "SetTradingPhase Continuous None then Halt at 1768230000000000000 for 0")]
    [InlineData("rules", """{"auctionSeconds":120}""", "SetBookRules AuctionNanos=120000000000")]
    [InlineData("rules", """{"auctionSeconds":"none"}""", "SetBookRules AuctionNanos=-1")]
    [InlineData("mark", """{"price":"150.05"}""", "SetMarkPrice PriceTicks=15005")]
    [InlineData("reference", """{"price":"150.05"}""", "SetReferencePrice PriceTicks=15005")]
    [InlineData(
        "rules",
        """{"staticBand":500,"dynamicBand":"200","dynamicBandMode":"auction","auctionCollar":300,"maxExtensions":2,"protection":"1.50"}""",
        "SetBookRules ProtectionTicks=150 StaticBandBasisPoints=500 DynamicBandBasisPoints=200 DynamicBandAuction=True AuctionCollarBasisPoints=300 MaxExtensions=2")]
    [InlineData(
        "rules",
        """{"staticBand":"none","dynamicBand":"none","dynamicBandMode":"reject","auctionCollar":"none","protection":"none"}""",
        "SetBookRules ProtectionTicks=-1 StaticBandBasisPoints=-1 DynamicBandBasisPoints=-1 DynamicBandAuction=False AuctionCollarBasisPoints=-1")]
    public async Task Command_reaches_its_book_and_the_state_is_the_answer(string call, string body, string command)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 5, 15, 0, 0, TimeSpan.Zero));
        await using var exchange = await OpenGateway.StartAsync(time: time);
        var reply = await exchange.SendAsync("POST", $"admin/symbols/AAPL/{call}", body, "admin", Token);

        Assert.Contains($"Operate AAPL {command}", exchange.Floor.Calls);
        Assert.Equal(("AAPL", "continuous"), (reply["symbol"], reply["phase"]));
    }

    [Theory]
    [InlineData("phase", """{"phase":"open"}""", "phase")]
    [InlineData("phase", """{}""", "phase")]
    [InlineData("phase", """{"phase":"halt","reason":"priceBand"}""", "reason")]
    [InlineData("phase", """{"phase":"halt","reason":""}""", "reason")]
    [InlineData("phase", """{"phase":"halt","forSeconds":0}""", "forSeconds")]
    [InlineData("phase", """{"phase":"halt","forSeconds":-1}""", "forSeconds")]
    [InlineData("phase", """{"phase":"halt","forSeconds":604801}""", "forSeconds")]
    [InlineData("phase", """{"phase":"halt","forSeconds":"1.5"}""", "forSeconds")]
    [InlineData("phase", """{"phase":"halt","then":"volatility"}""", "forSeconds")]
    [InlineData("phase", """{"phase":"halt","thenForSeconds":1}""", "forSeconds")]
    [InlineData("phase", """{"phase":"halt","forSeconds":1,"then":"preOpen"}""", "then")]
    [InlineData("phase", """{"phase":"halt","forSeconds":1,"then":"lunch"}""", "then")]
    [InlineData("phase", """{"phase":"halt","forSeconds":1,"then":"closed","thenForSeconds":1}""", "thenForSeconds")]
    [InlineData("phase", """{"phase":"halt","forSeconds":1,"thenForSeconds":0}""", "thenForSeconds")]
    [InlineData("rules", """{"auctionSeconds":0}""", "auctionSeconds")]
    [InlineData("rules", """{"auctionSeconds":604801}""", "auctionSeconds")]
    [InlineData("rules", """{"auctionSeconds":9000000000000000000}""", "auctionSeconds")]
    [InlineData("mark", """{}""", "price")]
    [InlineData("mark", """{"price":150}""", "price")]
    [InlineData("reference", """{"price":"x"}""", "price")]
    [InlineData("rules", """{}""", null)]
    [InlineData("rules", """{"staticBand":10000}""", "staticBand")]
    [InlineData("rules", """{"dynamicBand":-1}""", "dynamicBand")]
    [InlineData("rules", """{"auctionCollar":"all"}""", "auctionCollar")]
    [InlineData("rules", """{"dynamicBandMode":"none"}""", "dynamicBandMode")]
    [InlineData("rules", """{"maxExtensions":"none"}""", "maxExtensions")]
    [InlineData("rules", """{"maxExtensions":101}""", "maxExtensions")]
    [InlineData("rules", """{"protection":"-1"}""", "protection")]
    [InlineData("bust", """{"trade":"17"}""", "trade")]
    [InlineData("bust", """{"trade":"17-"}""", "trade")]
    [InlineData("bust", """{"trade":"-1-0"}""", "trade")]
    [InlineData("bust", """{"trade":17}""", "trade")]
    [InlineData("bust", """{"trade":"17-0","price":"1"}""", "price")]
    [InlineData("bust", """{}""", "trade")]
    [InlineData("correct", """{"trade":"17-0"}""", "price")]
    public async Task Command_that_is_none_is_refused(string call, string body, string? field)
    {
        var exchange = shared.Gateway;
        var reply = await exchange.SendAsync("POST", $"admin/symbols/AAPL/{call}", body, "admin", Token);
        Assert.Equal((400, "BadRequest", field), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.DoesNotContain(exchange.Floor.Calls, made => made.StartsWith("Operate", StringComparison.Ordinal)
            || made.StartsWith("ChangeTrade", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Halt_that_is_not_on_record_is_accepted_and_noted_later()
    {
        var time = new ManualTime();
        await using var exchange = await OpenGateway.StartAsync(time: time);
        (exchange.Floor.IsStalled, exchange.Floor.NotesNothing) = (true, true);
        var reply =
            await exchange.SendAsync("POST", "admin/symbols/AAPL/phase", """{"phase":"halt"}""", "admin", Token);
        Assert.Equal((202, "AAPL"), ((int)reply.Status, reply["symbol"]));
        Assert.Empty(exchange.Floor.Acts);

        exchange.Floor.NotesNothing = false;
        while (exchange.Floor.Acts.Count == 0)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            Token.ThrowIfCancellationRequested();
        }

        Assert.Equal(("phaseSet", "AAPL"), (exchange.Floor.Acts[0].What, exchange.Floor.Acts[0].Subject));
    }

    [Theory]
    [InlineData("bust", """{"trade":"17-2"}""", "ChangeTrade AAPL 17-2 0", "void", null, "0.00", "0.00")]
    [InlineData(
        "correct", """{"trade":"17-2","price":"150.05"}""", "ChangeTrade AAPL 17-2 15005", "corrected", "150.05",
        "0.16", "0.31")]
    public async Task Change_of_a_trade_names_its_sides_and_what_they_pay_now(
        string call, string body, string made, string state, string? price, string buyerFee, string sellerFee)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", $"admin/symbols/AAPL/{call}", body, "admin", Token);

        Assert.Contains(made, exchange.Floor.Calls);
        Assert.Equal(
            ("AAPL", "17-2", state, "150.00", price),
            (reply["symbol"], reply["tradeId"], reply["state"], reply["tradedPrice"], reply["price"]));
        Assert.Equal(
            ("ACC-1002", "ACC-1001", buyerFee, sellerFee),
            (reply["buyer"], reply["seller"], reply["buyerFee"], reply["sellerFee"]));
        // Both accounts are updated before the response.
        Assert.Equal(
            ["View 1001", "View 1002"],
            exchange.Floor.Calls.Where(told => told.StartsWith("View", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("150.001")]
    public async Task Price_that_a_symbol_can_not_have_is_no_correction(string price)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync(
            "POST", "admin/symbols/AAPL/correct", $$"""{"trade":"17-0","price":"{{price}}"}""", "admin", Token);
        Assert.Equal((400, "InvalidPrice", "price"), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.DoesNotContain(exchange.Floor.Calls, made => made.StartsWith("ChangeTrade", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RejectReason.UnknownTrade, 404, "trade")]
    [InlineData(RejectReason.InvalidPrice, 400, "price")]
    [InlineData(RejectReason.Overloaded, 503, null)]
    public async Task Change_of_a_trade_may_be_refused(RejectReason reason, int status, string? field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesToOperate["AAPL"] = reason;
        var reply = await exchange.SendAsync(
            "POST", "admin/symbols/AAPL/correct", """{"trade":"17-2","price":"150.05"}""", "admin", Token);
        Assert.Equal((status, reason.ToString(), field), ((int)reply.Status, reply.Code, reply["field"]));
    }

    [Fact]
    public async Task Account_that_lacks_what_a_changed_trade_took_stays_frozen()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesToUnfreeze = RejectReason.InsufficientFunds;
        var reply = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/unfreeze", "{}", "admin", Token);
        Assert.Equal((422, "InsufficientFunds"), ((int)reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("admin/symbols/AAPL/phase", """{"phase":"halt"}""")]
    [InlineData("admin/symbols/AAPL/mark", """{"price":"1"}""")]
    [InlineData("admin/symbols/AAPL/reference", """{"price":"1"}""")]
    [InlineData("admin/symbols/AAPL/rules", """{"staticBand":1}""")]
    [InlineData("admin/symbols/AAPL/bust", """{"trade":"1-0"}""")]
    [InlineData("admin/symbols/AAPL/correct", """{"trade":"1-0","price":"1"}""")]
    [InlineData("admin/accounts/ACC-1001/block", "{}")]
    [InlineData("admin/accounts/ACC-1001/unblock", "{}")]
    [InlineData("admin/breaker", """{"index":1,"previousClose":2}""")]
    public async Task Trader_may_not_operate(string path, string body)
    {
        var exchange = shared.Gateway;
        Assert.Equal("Forbidden", (await exchange.SendAsync("POST", path, body, "alice", Token)).Code);
        Assert.Equal("Unauthorized", (await exchange.SendAsync("POST", path, body, null, Token)).Code);
        Assert.DoesNotContain(exchange.Floor.Calls, made => made.StartsWith("Operate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Book_may_refuse_its_operator()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesToOperate["AAPL"] = RejectReason.NotInThisPhase;
        var reply =
            await exchange.SendAsync("POST", "admin/symbols/AAPL/phase", """{"phase":"opening"}""", "admin", Token);
        Assert.Equal((422, "NotInThisPhase"), ((int)reply.Status, reply.Code));
        Assert.Equal(
            "UnknownSymbol",
            (await exchange.SendAsync(
                "POST", "admin/symbols/GOOG/phase", """{"phase":"halt"}""", "admin", Token)).Code);
    }

    [Fact]
    public async Task Symbol_shows_its_phase_its_prices_and_what_an_auction_would_give()
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(
            """{"symbol":"AAPL","sequence":0,"phase":"continuous","lastPrice":null,"markPrice":null,"referencePrice":null,"priceLimits":null,"indicative":null,"phaseReason":null,"phaseSince":null,"nextPhase":null,"nextPhaseTime":null,"auctionSeconds":null,"rules":{"protection":null,"staticBand":null,"dynamicBand":null,"dynamicBandMode":"reject","auctionCollar":null,"maxExtensions":2}}""",
            (await exchange.SendAsync("GET", "symbols/AAPL/state", null, null, Token)).Text);

        exchange.Floor.BookState = new BookState(
            0, 0, false, TradingPhase.Opening, 15_000, 15_001, 14_900, new IndicativeAuction(15_050, 30, -12), 0,
            PhaseReason.PriceBand, 1_767_625_200_000_000_000,
            new PhasePlan(TradingPhase.Continuous, 1_767_625_320_000_000_000), 120_000_000_000,
            new RuleChanges(250, 1_000, 300, true, 500, 3),
            13_410, 16_390);
        Assert.Equal(
            """{"symbol":"AAPL","sequence":0,"phase":"opening","lastPrice":"150.00","markPrice":"150.01","referencePrice":"149.00","priceLimits":{"lowest":"134.10","highest":"163.90"},"indicative":{"price":"150.50","quantity":"30","imbalance":"-12"},"phaseReason":"priceBand","phaseSince":"2026-01-05T15:00:00.000000000Z","nextPhase":"continuous","nextPhaseTime":"2026-01-05T15:02:00.000000000Z","auctionSeconds":120,"rules":{"protection":"2.50","staticBand":1000,"dynamicBand":300,"dynamicBandMode":"auction","auctionCollar":500,"maxExtensions":3}}""",
            (await exchange.SendAsync("GET", "symbols/AAPL/state", null, null, Token)).Text);

        exchange.Floor.BookState = new BookState(0, 0, true);
        Assert.Equal(
            "SymbolUnavailable", (await exchange.SendAsync("GET", "symbols/AAPL/state", null, null, Token)).Code);
        Assert.Equal("UnknownSymbol", (await exchange.SendAsync("GET", "symbols/GOOG/state", null, null, Token)).Code);
    }

    [Fact]
    public async Task Kill_switch_freezes_first_and_then_closes_what_is_open()
    {
        await using var exchange = await OpenGateway.StartAsync();
        await exchange.SendAsync(
            "POST", "orders", """{"symbol":"AAPL","side":"buy","price":"1.00","quantity":"5"}""", "alice", Token);
        var before = exchange.Floor.Calls.Count;

        var all = await exchange.SendAsync(
            "POST", "admin/accounts/ACC-1001/block", """{"why":"runs wild"}""", "admin", Token);

        Assert.Equal("""{"account":"ACC-1001","blocked":true,"symbols":["AAPL"]}""", all.Text);
        Assert.Equal(
            ["Freeze 1001 True admin runs wild", "CloseAll AAPL 1"],
            exchange.Floor.Calls.Skip(before)
                .Where(
                    call => call.StartsWith("Freeze", StringComparison.Ordinal)
                        || call.StartsWith("CloseAll", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Kill_switch_works_in_one_book_alone()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var one =
            await exchange.SendAsync("POST", "admin/accounts/ACC-1001/block", """{"symbol":"MSFT"}""", "admin", Token);
        Assert.Equal("""{"account":"ACC-1001","blocked":true,"symbols":["MSFT"]}""", one.Text);
        var all = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/unblock", "{}", "admin", Token);
        Assert.Equal("""{"account":"ACC-1001","blocked":false,"symbols":["AAPL","MSFT"]}""", all.Text);
        Assert.Equal(
            "UnknownSymbol",
            (await exchange.SendAsync(
                "POST", "admin/accounts/ACC-1001/block", """{"symbol":"GOOG"}""", "admin", Token)).Code);

        Assert.Equal(
            [
                "Operate MSFT BlockAccount Account=1001", "Unfreeze 1001 admin",
                "Operate AAPL UnblockAccount Account=1001", "Operate MSFT UnblockAccount Account=1001"],
            exchange.Floor.Calls.Where(
                call => call.StartsWith("Operate", StringComparison.Ordinal)
                    || call.StartsWith("Unfreeze", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Unblock_goes_on_where_one_book_fails_and_says_which()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesToOperate["AAPL"] = RejectReason.Overloaded;
        var reply = await exchange.SendAsync("POST", "admin/accounts/ACC-1001/unblock", "{}", "admin", Token);
        Assert.Equal((503, "Overloaded", "symbol"), ((int)reply.Status, reply.Code, reply["field"]));
        Assert.Contains(" AAPL;", reply["detail"], StringComparison.Ordinal);
        Assert.Contains("Operate MSFT UnblockAccount Account=1001", exchange.Floor.Calls);
    }

    [Fact]
    public async Task Freeze_leaves_orders_and_says_who_asked_for_it()
    {
        await using var exchange = await OpenGateway.StartAsync();
        Assert.Equal(
            """{"account":"ACC-1001","state":"frozen"}""",
            (await exchange.SendAsync(
                "POST", "admin/accounts/ACC-1001/freeze", """{"why":"lost key"}""", "admin", Token)).Text);
        Assert.Equal(
            """{"account":"ACC-1001","state":"open"}""",
            (await exchange.SendAsync("POST", "admin/accounts/ACC-1001/unfreeze", "{}", "admin", Token)).Text);
        Assert.Equal(
            "why",
            (await exchange.SendAsync(
                "POST", "admin/accounts/ACC-1001/freeze", $$"""{"why":"{{new string('x', 201)}}"}""", "admin",
                Token))["field"]);
        Assert.Equal(
            ["Freeze 1001 False admin lost key", "Unfreeze 1001 admin"],
            exchange.Floor.Calls.Where(call => call.Contains("reeze", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Breaker_halts_every_symbol_once_for_a_level_and_closes_them_at_the_third()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 5, 15, 0, 0, TimeSpan.Zero));
        await using var exchange = await OpenGateway.StartAsync(time: time);
        async Task<string> At(string index) => (await exchange.SendAsync(
            "POST", "admin/breaker", $$"""{"index":{{index}},"previousClose":"1000"}""", "admin", Token)).Text;
        string[] Phases() =>
            [.. exchange.Floor.Calls.Where(call => call.StartsWith("Operate", StringComparison.Ordinal))
            .Select(call => $"{call.Split(' ')[1]} {string.Join(' ', call.Split(' ')[3..])}")];
        // Halted for 15 minutes, then an auction of five minutes. The third level is for the day.
        const string Halted = "Halt MarketWideBreaker then Volatility at 1767626100000000000 for 300000000000";

        Assert.Equal("""{"level":0,"acted":false,"symbols":[]}""", await At("931"));
        Assert.Equal("""{"level":1,"acted":true,"symbols":["AAPL","MSFT"]}""", await At("930"));
        Assert.Equal("""{"level":1,"acted":false,"symbols":[]}""", await At("900"));
        Assert.Equal([$"AAPL {Halted}", $"MSFT {Halted}"], Phases());

        Assert.Equal("""{"level":3,"acted":true,"symbols":["AAPL","MSFT"]}""", await At("800"));
        Assert.Equal(
            [
                "AAPL Halt MarketWideBreaker", "AAPL Closed MarketWideBreaker", "MSFT Halt MarketWideBreaker",
                "MSFT Closed MarketWideBreaker"],
            Phases()[2..]);
    }

    [Theory]
    // Before the opening, a halt is reached through the opening and ends in it.
    [InlineData(
        TradingPhase.PreOpen, "930",
        "Opening MarketWideBreaker|Halt MarketWideBreaker then Opening at 1767626100000000000 for 300000000000")]
    [InlineData(
        TradingPhase.Opening, "930", "Halt MarketWideBreaker then Opening at 1767626100000000000 for 300000000000")]
    [InlineData(
        TradingPhase.Volatility, "870",
        "Halt MarketWideBreaker then Volatility at 1767626100000000000 for 300000000000")]
    // A closing auction goes on until it is ended: there is no trading after it.
    [InlineData(TradingPhase.Closing, "870", "Halt MarketWideBreaker then Closing at 1767626100000000000 for 0")]
    [InlineData(
        TradingPhase.Halt, "870",
        "Halt MarketWideBreaker then Volatility at 1767626100000000000 for 300000000000")]
    [InlineData(TradingPhase.Closed, "870", "")]
    [InlineData(
        TradingPhase.PreOpen, "800", "Opening MarketWideBreaker|Halt MarketWideBreaker|Closed MarketWideBreaker")]
    [InlineData(TradingPhase.Halt, "800", "Halt MarketWideBreaker|Closed MarketWideBreaker")]
    [InlineData(TradingPhase.Closed, "800", "")]
    public async Task Breaker_leaves_out_no_symbol_whatever_its_phase(TradingPhase phase, string index, string expected)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 5, 15, 0, 0, TimeSpan.Zero));
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.BookState = new BookState(0, 0, Phase: phase);
        var reply = await exchange.SendAsync(
            "POST", "admin/breaker", $$"""{"index":{{index}},"previousClose":"1000"}""", "admin", Token);
        Assert.Equal(200, (int)reply.Status);
        Assert.Equal(expected, string.Join('|', PhaseCalls(exchange, "AAPL")));
    }

    [Theory]
    [InlineData("2026-01-05T22:59:59Z", "Closed MarketWideBreaker")]
    // In the exchange's time zone, it is the next day by then.
    [InlineData("2026-01-05T23:00:00Z", "")]
    public async Task A_closed_symbol_does_not_open_on_the_day_that_the_breaker_closed(string opens, string expected)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 5, 15, 0, 0, TimeSpan.Zero));
        var zone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(1), "east", "east");
        await using var exchange = await OpenGateway.StartAsync(new GatewayOptions { TimeZone = zone }, time: time);
        var plan = new PhasePlan(
            TradingPhase.PreOpen,
            DateTimeOffset.Parse(opens, CultureInfo.InvariantCulture).ToUnixTimeSeconds() * 1_000_000_000);
        exchange.Floor.BookState = new BookState(0, 0, Phase: TradingPhase.Closed, Plan: plan);
        await exchange.SendAsync("POST", "admin/breaker", """{"index":800,"previousClose":"1000"}""", "admin", Token);
        Assert.Equal(expected, string.Join('|', PhaseCalls(exchange, "AAPL")));
    }

    [Fact]
    public async Task Breaker_says_where_a_symbol_may_still_trade()
    {
        await using var exchange = await OpenGateway.StartAsync();
        exchange.Floor.RefusesToOperate["MSFT"] = RejectReason.NotInThisPhase;
        var reply = await exchange.SendAsync(
            "POST", "admin/breaker", """{"index":800,"previousClose":"1000"}""", "admin", Token);
        Assert.Equal(("NotInThisPhase", "symbol"), (reply.Code, reply["field"]));
        Assert.Contains("MSFT", reply.Text, StringComparison.Ordinal);
        Assert.Equal(["Halt MarketWideBreaker", "Closed MarketWideBreaker"], PhaseCalls(exchange, "AAPL"));
    }

    private static string[] PhaseCalls(OpenGateway exchange, string symbol) =>
        [.. exchange.Floor.Calls.Where(call => call.StartsWith($"Operate {symbol}", StringComparison.Ordinal))
            .Select(call => string.Join(' ', call.Split(' ')[3..]))];

    [Theory]
    [InlineData("""{"index":0,"previousClose":1000}""", "index")]
    [InlineData("""{"index":930,"previousClose":0}""", "previousClose")]
    public async Task Breaker_takes_no_index_of_nothing_for_a_fall(string body, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", "admin/breaker", body, "admin", Token);
        Assert.Equal((400, "BadRequest", field, "1"), ((int)reply.Status, reply.Code, reply["field"], reply["limit"]));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Operate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Breaker_stops_nothing_for_a_level_that_another_gateway_has_used_up_today()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 5, 15, 0, 0, TimeSpan.Zero));
        await using var exchange = await OpenGateway.StartAsync(time: time);
        async Task<string> At(string index) => (await exchange.SendAsync(
            "POST", "admin/breaker", $$"""{"index":{{index}},"previousClose":"1000"}""", "admin", Token)).Text;
        exchange.Floor.Breaker = new BreakerUse(20_458, 1, "elsewhere");

        Assert.Equal("""{"level":1,"acted":false,"symbols":[]}""", await At("930"));
        Assert.DoesNotContain(exchange.Floor.Calls, call => call.StartsWith("Operate", StringComparison.Ordinal));
        Assert.Contains("\"level\":2,\"acted\":true", await At("870"), StringComparison.Ordinal);
        Assert.Equal((20_458, 2), (exchange.Floor.Breaker.Day, exchange.Floor.Breaker.Level));
    }

    [Fact]
    public async Task Breaker_that_failed_in_a_book_may_be_asked_again()
    {
        var time = new ManualTime(new DateTimeOffset(2026, 1, 5, 15, 0, 0, TimeSpan.Zero));
        await using var exchange = await OpenGateway.StartAsync(time: time);
        exchange.Floor.RefusesToOperate["AAPL"] = RejectReason.Overloaded;
        const string Body = """{"index":"930","previousClose":"1000"}""";
        Assert.Equal(503, (int)(await exchange.SendAsync("POST", "admin/breaker", Body, "admin", Token)).Status);
        exchange.Floor.RefusesToOperate.Clear();
        Assert.Contains(
            "\"acted\":true", (await exchange.SendAsync("POST", "admin/breaker", Body, "admin", Token)).Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"index":"930"}""", "previousClose")]
    [InlineData("""{"previousClose":"930"}""", "index")]
    [InlineData("""{"index":"930","previousClose":0}""", "previousClose")]
    [InlineData("""{"index":"930.5","previousClose":1000}""", "index")]
    [InlineData("""{"index":"9007199254740992","previousClose":1000}""", "index")]
    public async Task Index_that_is_none_is_refused(string body, string field)
    {
        await using var exchange = await OpenGateway.StartAsync();
        var reply = await exchange.SendAsync("POST", "admin/breaker", body, "admin", Token);
        Assert.Equal((400, "BadRequest", field), ((int)reply.Status, reply.Code, reply["field"]));
    }
}
