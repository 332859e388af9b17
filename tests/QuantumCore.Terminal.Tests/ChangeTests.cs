using System.Text.RegularExpressions;
using System.Web;
using Microsoft.Playwright;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Change of symbol, user, tab or connection: earlier data is neither shown nor sent afterwards.</summary>
public sealed class ChangeTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = QuietExchange.Symbol;
    private const string Other = "MSFT";

    /// <summary>Script that collects the texts of each panel's canvas since its last full repaint.</summary>
    internal const string WatchTexts = """
        (() => {
          window.texts = {};
          const drawing = CanvasRenderingContext2D.prototype;
          const { fillText, fillRect } = drawing;
          drawing.fillText = function (text, ...rest) { window.texts[this.canvas.parentElement?.id]?.push(text); return fillText.call(this, text, ...rest); };
          drawing.fillRect = function (x, y, width, height) {
            if (x === 0 && y === 0 && height >= this.canvas.clientHeight - 1 && width >= this.canvas.clientWidth - 1 && this.globalAlpha === 1) window.texts[this.canvas.parentElement?.id] = [];
            return fillRect.call(this, x, y, width, height);
          };
        })()
        """;

    [Fact]
    public async Task Symbol_without_a_book_does_not_keep_the_prices_of_the_one_before()
    {
        await using var page =
            await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", bid: "149.00", ask: "151.00");
        await page.ClearAsync(Other);
        await page.Page.AddInitScriptAsync(WatchTexts);
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await page.Page.WaitForFunctionAsync(
            "() => window.texts.tape?.some(text => text.includes('150.00')) && window.texts.depth?.length > 3");
        await page.Page.Locator("#tape canvas").HoverAsync();
        await ChooseAsync(page, Other);
        await page.Page.WaitForFunctionAsync("() => window.texts.depth?.includes('No depth on both sides')");
        await page.Page.WaitForFunctionAsync("() => !window.texts.tape?.some(text => text.includes('150.00'))");
        await page.Page.Locator("#depth canvas").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#price")).ToHaveValueAsync("");
        page.AssertSound();
    }

    [Fact]
    public async Task Symbol_that_is_listed_while_the_page_is_open_is_shown_with_its_orders()
    {
        const string New = "NEWCO";
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.CallAsync("demo-admin", HttpMethod.Post, "admin/instruments", new
        {
            symbol = New,
            baseAsset = New,
            baseDecimals = 0,
            quoteAsset = "USD",
            quoteDecimals = 2,
            tickSize = "0.01",
            lotSize = "1",
            minPrice = "0.01",
            maxPrice = "1000.00",
            minQuantity = "1",
            maxQuantity = "1000000",
            referencePrice = "20.00",
        });
        await page.PlaceAsync("demo-alice", new { symbol = New, side = "buy", price = "19.00", quantity = "2" });
        var row = page.Page.Locator("#blotter tr[data-order]", new PageLocatorOptions { HasText = New });
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await page.Page.Locator("#list button", new PageLocatorOptions { HasText = New }).ClickAsync();
        await page.LiveAsync();
        await Assertions.Expect(page.Page.Locator("#symbol")).ToHaveTextAsync(New);
        await row.Locator(".actions button", new LocatorLocatorOptions { HasText = "Cancel" }).ClickAsync();
        await Assertions.Expect(row).ToHaveCountAsync(0);
        page.AssertSound();
    }

    /// <summary>
    /// Checks prices after a split: it is no trade, but the last price and its reference are in the new units all the
    /// same.
    /// </summary>
    [Fact]
    public async Task Last_price_comes_from_the_book_state_if_newer_than_the_last_trade()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", bid: "70.00");
        var split = $$"""
            {"type":"state","symbol":"{{Symbol}}","sequence":1000000,"phase":"continuous","lastPrice":"75.00","markPrice":null,"referencePrice":null,"indicative":null,
            "phaseReason":null,"phaseSince":null,"nextPhase":null,"nextPhaseTime":null,"auctionSeconds":null}
            """;
        IWebSocketRoute? stream = null;
        var isSplit = false;
        await page.Page.RouteWebSocketAsync(Stream(), socket =>
        {
            stream = socket;
            var server = socket.ConnectToServer();

            // The exchange knows of no split. A state that it sends late must not undo this one, and a page that has
            // connected again must get it too. A market that stands still sends no tickers.
            server.OnMessage(message =>
            {
                if (isSplit && IsOf(message, "tickers"))
                    return;
                socket.Send(isSplit && IsOf(message, "state") ? split : message.Text!);
            });
        });
        await page.ReloadUntilAnsweredAsync("**/fills?*");
        await page.LiveAsync();
        await Assertions.Expect(page.Page.Locator("#last")).ToHaveTextAsync("150.00");
        isSplit = true;
        stream!.Send(split);
        await Assertions.Expect(page.Page.Locator("#last")).ToHaveTextAsync("75.00");
        await page.FillAsync("buy", "stop", ("trigger", "80.00"), ("quantity", "1"));
        await page.SendAsync();
        page.AssertSound();

        static bool IsOf(IWebSocketFrame message, string type) =>
            message.Text?.StartsWith($"{{\"type\":\"{type}\"", StringComparison.Ordinal) == true;
    }

    [Fact]
    public async Task Last_price_is_of_the_new_units_as_soon_as_a_symbol_that_is_halted_was_split()
    {
        const string Split = "SPLIT-USD";
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/instruments",
            new
            {
                symbol = Split,
                baseAsset = "SPLIT",
                baseDecimals = 0,
                quoteAsset = "USD",
                quoteDecimals = 2,
                tickSize = "0.01",
                lotSize = "1",
                referencePrice = "100.00",
                maxPrice = "10000.00",
            });
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/accounts/ACC-1002/deposits",
            new { key = "to-split", asset = "SPLIT", amount = "100" });
        await page.Page.GotoAsync(new Uri(exchange.Address, $"/trade/{Split}").ToString());
        await page.LiveAsync();
        await page.PlaceAsync("demo-bob", new { symbol = Split, side = "sell", price = "100.00", quantity = "4" });
        await page.PlaceAsync("demo-alice", new { symbol = Split, side = "buy", price = "100.00", quantity = "4" });
        await Assertions.Expect(page.Page.Locator("#last")).ToHaveTextAsync("100.00");

        await page.PhaseAsync(Split, "halt");
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/corporate-actions",
            new
            {
                id = "split-2-1",
                type = "split",
                symbol = Split,
                ratio = "2:1",
                amount = "50.00",
                why = "two for one",
            });
        await Assertions.Expect(page.Page.Locator("#last")).ToHaveTextAsync("50.00");
        await Assertions.Expect(page.Page.Locator("#notice-text")).ToContainTextAsync("Trading is halted");
        page.AssertSound();
    }

    [Fact]
    public async Task Trade_of_a_strategy_leg_is_not_the_last_price()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await page.Page.RouteAsync($"**/trades/{Symbol}*", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = """
                {"trades":[
                {"tradeId":"9000001-0","price":"160.00","quantity":"7","takerSide":"buy","time":"2026-11-27T06:00:00Z","timeNanos":"1795759200000000000","leg":true},
                {"tradeId":"9000000-0","price":"151.00","quantity":"8","takerSide":"buy","time":"2026-11-27T05:00:00Z","timeNanos":"1795755600000000000"}]}
                """,
        }));
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await Assertions.Expect(page.Page.Locator("#last")).ToHaveTextAsync("151.00");
        page.AssertSound();
    }

    [Fact]
    public async Task Nothing_is_sent_into_a_book_that_was_not_told_yet()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00", ask: "151.00");
        var goOn = false;
        await page.Page.RouteWebSocketAsync(Stream(), socket =>
        {
            var server = socket.ConnectToServer();
            server.OnMessage(message =>
            {
                if (goOn || !message.Text!.Contains($"\"symbol\":\"{Other}\",\"sequence\"", StringComparison.Ordinal))
                    socket.Send(message.Text!);
            });
        });
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await ChooseAsync(page, Other);
        await Assertions.Expect(page.Page.Locator("#link")).ToHaveAttributeAsync("data-state", "connecting");
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Waiting for live data…");
        goOn = true;
        await page.LiveAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Silent_connection_is_reopened()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var isDead = false;
        var connections = 0;
        await page.Page.RouteWebSocketAsync(Stream(), socket =>
        {
            var mine = ++connections;
            var server = socket.ConnectToServer();
            socket.OnMessage(message =>
            {
                if (mine > 1 || !isDead)
                    server.Send(message.Text!);
            });
            server.OnMessage(message =>
            {
                if (mine > 1 || !isDead)
                    socket.Send(message.Text!);
            });
        });
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        connections = 1;
        isDead = true;
        await Assertions.Expect(page.Page.Locator("#link")).ToHaveAttributeAsync("data-state", "stale");
        await page.LiveAsync();
        Assert.True(connections > 1);
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "117.00", quantity = "8" });
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        page.AssertSound();
    }

    [Fact]
    public async Task Book_that_was_asked_for_anew_and_did_not_come_is_asked_for_again()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00");
        var (loses, losesWhole) = (0, 0);
        await page.Page.RouteWebSocketAsync(Stream(), socket =>
        {
            var server = socket.ConnectToServer();
            server.OnMessage(message =>
            {
                var text = message.Text!;
                if (loses > 0 && text.Contains("\"type\":\"update\"", StringComparison.Ordinal) && loses-- > 0)
                    return;
                if (losesWhole > 0 && text.Contains("\"type\":\"snapshot\"", StringComparison.Ordinal)
                    && losesWhole-- > 0)
                    return;
                socket.Send(text);
            });
        });
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        (loses, losesWhole) = (1, 1);

        // The state lasts a second. A check once a second could miss it, so each frame is checked.
        var asks =
            page.Page.WaitForFunctionAsync("() => document.getElementById('link').dataset.state === 'resyncing'");
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = "148.00", quantity = "3" });
        await asks;
        await page.LiveAsync();
        await page.Page.Locator("#book-table").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#ladder .as-table tbody tr"))
            .ToHaveTextAsync(["Bid149.0055", "Bid148.0038"]);
        page.AssertSound();
    }

    [Fact]
    public async Task Account_of_which_a_message_is_missing_is_asked_for_anew()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var loses = 0;
        await page.Page.RouteWebSocketAsync(Stream(), socket => socket.ConnectToServer().OnMessage(message =>
        {
            if (loses > 0 && message.Text!.Contains("\"type\":\"account\"", StringComparison.Ordinal)
                && message.Text.Contains("116.11", StringComparison.Ordinal) && loses-- > 0)
                return;
            socket.Send(message.Text!);
        }));
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        loses = 1;
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "116.11", quantity = "3" });
        await Wait.UntilAsync(() => loses == 0);
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "116.22", quantity = "3" });
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(2);
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Missed_trades_and_candles_are_loaded_after_a_reconnect()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await page.Page.EvaluateAsync("() => { const real = Date.now; Date.now = () => real() + 30 * 60_000; }");
        var trades = page.Page.WaitForRequestAsync(new Regex("/trades/AAPL"));
        var candles = page.Page.WaitForRequestAsync(
            request => request.Url.Contains("/candles/AAPL", StringComparison.Ordinal)
                && Limit(request.Url) is > 30 and < 60);
        await page.CallAsync(
            "demo-alice", HttpMethod.Post, "sim/faults", new { kind = "drop", on = "stream", count = 1 },
            exchange.Admin);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = "148.00", quantity = "5" });
        await trades;
        await candles;
        page.AssertSound();

        static int Limit(string url) =>
            int.Parse(
                HttpUtility.ParseQueryString(new Uri(url).Query)["limit"]!,
                System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Trades_and_candles_that_were_not_answered_are_asked_for_again()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        var (trades, candles) = (0, 0);
        await page.Page.RouteAsync(
            "**/trades/AAPL*", route => ++trades == 1 ? TradePage.BusyAsync(route) : route.ContinueAsync());
        await page.Page.RouteAsync(
            "**/candles/AAPL*", route => ++candles == 1 ? TradePage.BusyAsync(route) : route.ContinueAsync());
        var tradesAgain = page.Page.WaitForResponseAsync(
            response => response.Url.Contains("/trades/AAPL", StringComparison.Ordinal) && response.Ok);
        var candlesAgain = page.Page.WaitForResponseAsync(
            response => response.Url.Contains("/candles/AAPL", StringComparison.Ordinal)
                && response.Url.Contains("limit=1440", StringComparison.Ordinal) && response.Ok);
        await page.Page.ReloadAsync();
        await tradesAgain;
        await candlesAgain;
        page.AssertSound();
    }

    [Fact]
    public async Task Positions_of_one_person_are_not_shown_to_the_next()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await page.Page.Locator("[data-tab=positions]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr")).Not.ToHaveCountAsync(0);
        await page.Page.RouteAsync("**/account/positions", TradePage.BusyAsync);
        await page.GoOnAsAsync("demo-bob");
        await Assertions.Expect(page.Page.Locator("#blotter")).ToHaveTextAsync("Loading positions…");
        await page.Page.UnrouteAsync("**/account/positions");
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr")).Not.ToHaveCountAsync(0);
        page.AssertSound();
    }

    [Fact]
    public async Task Position_that_is_about_to_be_closed_keeps_the_focus()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await page.Page.Locator("[data-tab=positions]").ClickAsync();
        var close = page.Page.Locator("#blotter button", new PageLocatorOptions { HasText = "Close" });
        await close.First.FocusAsync();
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "117.00", quantity = "8" });
        await Assertions.Expect(page.Page.Locator("#blotter-tabs .count")).ToHaveTextAsync("1");
        await Assertions.Expect(close.First).ToBeFocusedAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Other_tab_switches_to_the_signed_in_user()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "158.00", quantity = "9" });
        var other = await page.Page.Context.NewPageAsync();
        await other.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await other.Locator("button", new PageLocatorOptions { HasText = "Go on as demo-bob" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-bob");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToContainTextAsync("Sell");

        await other.Locator("#account").ClickAsync();
        await other.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Sign in to trade");
        await Assertions.Expect(other.Locator("#account")).ToHaveTextAsync("Sign in");
        page.AssertSound();
    }

    [Fact]
    public async Task Settings_apply_to_other_tabs_and_are_not_overwritten_by_them()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var other = await page.Page.Context.NewPageAsync();
        await other.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await other.Locator("#settings").ClickAsync();
        await other.Locator("dialog label", new PageLocatorOptions { HasText = "Confirm orders above" })
            .Locator("input").FillAsync("500");
        await other.Locator("dialog label", new PageLocatorOptions { HasText = "Theme" }).Locator("select")
            .SelectOptionAsync("light");
        await Assertions.Expect(page.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await page.Page.Keyboard.PressAsync("t");
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        await page.Page.Locator("dialog button", new PageLocatorOptions { HasText = "No, go back" }).ClickAsync();
        Assert.Contains(
            "500", await page.Page.EvaluateAsync<string>("() => localStorage.getItem('quantumcore.prefs')"),
            StringComparison.Ordinal);
        Assert.Empty(await page.OpenOrdersAsync(Symbol));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Slow_clock_shows_no_old_fills_as_new(bool timeComesLate)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        var fills = FillOf("1-0", "9", TimeProvider.System.GetUtcNow().AddMinutes(-10));
        await page.Page.RouteAsync(
            "**/api/qc/v1/fills*",
            route => route.FulfillAsync(
                new RouteFulfillOptions { ContentType = "application/json", Body = $$"""{"fills":[{{fills}}]}""" }));
        await page.Page.AddInitScriptAsync("{ const real = Date.now; Date.now = () => real() - 3_600_000; }");
        var keepsTime = timeComesLate;
        await page.Page.RouteWebSocketAsync(Stream(), socket => socket.ConnectToServer().OnMessage(message =>
        {
            if (!keepsTime || (!message.Text!.Contains("\"tickers\"", StringComparison.Ordinal)
                && !message.Text.Contains("\"heartbeat\"", StringComparison.Ordinal)))
                socket.Send(message.Text!);
        }));
        await page.ReloadUntilAnsweredAsync("**/fills?*");
        await page.LiveAsync();
        keepsTime = false;
        fills = $"{FillOf("2-0", "4", TimeProvider.System.GetUtcNow())},{fills}";
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "117.00", quantity = "8" });
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 4 AAPL" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("#bell-count")).ToHaveTextAsync("1");
        page.AssertSound();

        static string FillOf(string trade, string quantity, DateTimeOffset time) =>
            $$"""{"symbol":"{{Symbol}}","tradeId":"{{trade}}","orderId":7,"clientOrderId":"of-{{trade}}","side":"buy","price":"150.00","quantity":"{{quantity}}","fee":"0.00","liquidity":"taker","timeNanos":"{{time.ToUnixTimeMilliseconds()}}000000"}""";
    }

    [Fact]
    public async Task Groups_of_the_address_are_shown_and_own_orders_stand_in_theirs()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00", ask: "151.00");
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "sell", price = "150.53", quantity = "2" });
        await page.Page.AddInitScriptAsync(WatchTexts);
        await page.Page.GotoAsync(new Uri(exchange.Address, $"/trade/{Symbol}?group=10").ToString());
        await page.LiveAsync();
        await Assertions.Expect(page.Page.Locator("#grouping")).ToHaveValueAsync("10");
        Assert.EndsWith("group=10", page.Page.Url, StringComparison.Ordinal);
        await page.ShowOneClickAsync();
        await page.Page.WaitForFunctionAsync("() => window.texts['oneclick-ladder']?.includes('▸ 150.6')");
        page.AssertSound();
    }

    internal static Regex Stream() => new("/api/qc/v1/stream$");

    private static async Task ChooseAsync(TradePage page, string symbol)
    {
        await page.Page.EvaluateAsync(
            "symbol => { history.pushState(null, '', `/trade/${symbol}`); dispatchEvent(new PopStateEvent('popstate')); }",
            symbol);
        await Assertions.Expect(page.Page.Locator("#symbol")).ToHaveTextAsync(symbol);
    }
}
