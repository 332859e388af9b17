using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Work with the chart: own orders dragged to another price, price alerts.</summary>
public sealed partial class ChartTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    private const string Symbol = "AAPL";

    [Theory]
    [InlineData("Enter")]
    [InlineData("button")]
    public async Task Order_drawn_to_another_price_is_amended_when_a_person_says_so(string how)
    {
        await using var page = await WithOrderAsync();
        var asked = await DrawAsync(page, 24);
        Assert.Equal("145.00", Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("price").GetString());
        if (how == "Enter")
            await page.Page.Keyboard.PressAsync("Enter");
        else
            await page.Page.Locator(".drag-ask button", new PageLocatorOptions { HasText = "Amend" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Amended" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order] input").First).ToHaveValueAsync(asked);
        Assert.Equal(asked, Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("price").GetString());
        Assert.NotEqual("145.00", asked);
        page.AssertSound();
    }

    [Fact]
    public async Task Escape_takes_a_drawn_line_back_and_nothing_is_sent()
    {
        await using var page = await WithOrderAsync();
        await DrawAsync(page, -30);
        await page.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Page.Locator(".drag-ask")).ToBeHiddenAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Amended" }))
            .ToHaveCountAsync(0);
        Assert.Equal("145.00", Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("price").GetString());
    }

    [Fact]
    public async Task Question_is_gone_when_its_order_is()
    {
        await using var page = await WithOrderAsync();
        await DrawAsync(page, 24);
        await page.CallAsync("demo-alice", HttpMethod.Delete, $"orders?symbol={Symbol}");
        await Assertions.Expect(page.Page.Locator("#blotter .empty")).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator(".drag-ask")).ToBeHiddenAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Question_is_gone_when_another_symbol_is_shown_that_has_no_candles()
    {
        await using var page = await WithOrderAsync();
        await DrawAsync(page, 24);
        await page.Page.RouteAsync(
            "**/candles/MSFT*", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset));
        await page.Page.Locator("#list button", new PageLocatorOptions { HasText = "MSFT" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#symbol")).ToHaveTextAsync("MSFT");
        await Assertions.Expect(page.Page.Locator(".drag-ask")).ToBeHiddenAsync();
        Assert.Equal("145.00", Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("price").GetString());
        page.AssertSound();
    }

    [Fact]
    public async Task Older_candles_that_come_do_not_move_what_is_looked_at()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        var older = 0;
        await page.Page.RouteAsync("**/candles/AAPL*", route =>
        {
            var isOlder = AsksForOlder(route.Request.Url);
            if (isOlder)
                older++;
            if (isOlder && older == 1)
                return route.FulfillAsync(new RouteFulfillOptions { Status = 503, Body = "busy" });
            const long Minute = 60_000;
            var last = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / Minute)
                - (isOlder ? 1_440 * (older - 1) : 0);
            var rows = Enumerable.Range(0, 1_440)
                .Select(i => $"[{(last - 1_439 + i) * Minute},\"150\",\"151\",\"149\",\"150\",\"1\",1]");
            return route.FulfillAsync(
                new RouteFulfillOptions
                {
                    ContentType = "application/json",
                    Body = $$"""{"symbol":"AAPL","candles":[{{string.Join(",", rows)}}]}""",
                });
        });
        await page.ReloadUntilAnsweredAsync("**/candles/AAPL*");
        await page.LiveAsync();
        await page.Page.Locator("#chart canvas").FocusAsync();

        // To the oldest candles and the older ones there: at the first request, the exchange is busy.
        await page.Page.RunAndWaitForResponseAsync(
            () => page.Page.Keyboard.PressAsync("Home"), static response => AsksForOlder(response.Url));
        var again = page.Page.WaitForResponseAsync(static response => AsksForOlder(response.Url));
        while (!again.IsCompleted)
        {
            // Painted again at the same place: a user who goes on to the left wants the older candles, too.
            await page.Page.Keyboard.PressAsync("ArrowLeft");
            await page.Page.Keyboard.PressAsync("ArrowRight");
            await page.FramesAsync(10);
        }

        // The new candles are to the left of the visible ones: no older candles are requested.
        await page.FramesAsync(60);
        Assert.Equal(2, older);
        page.AssertSound();
    }

    /// <summary>Checks that a split reloads all candles: their units change, even of candles long complete.</summary>
    [Fact]
    public async Task Changed_past_candle_reloads_all_candles()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        const long Minute = 60_000;
        var address = page.Page.Url;
        var (limits, isSplit) = (new List<string>(), false);

        // Requests of the page before are not counted.
        await page.Page.GotoAsync("about:blank");
        await page.Page.RouteAsync("**/candles/AAPL*", route =>
        {
            if (IsOfTheDaysProfit(route.Request.Url))
                return route.ContinueAsync();
            if (limits.Count > 0 && !isSplit)
                return route.AbortAsync(RequestAbortErrorCode.ConnectionReset);
            limits.Add(route.Request.Url.Split("limit=")[1]);
            var price = isSplit ? "100.00" : "300.00";
            var last = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / Minute;
            var rows = Enumerable.Range(0, limits.Count == 2 ? 4 : 90).Reverse()
                .Select(back => $"[{(last - back) * Minute},\"{price}\",\"{price}\",\"{price}\",\"{price}\",\"1\",1]");
            return route.FulfillAsync(
                new RouteFulfillOptions
                {
                    ContentType = "application/json",
                    Body = $$"""{"symbol":"AAPL","candles":[{{string.Join(",", rows)}}]}""",
                });
        });

        // Missed trades or candles are soon requested again.
        await page.Page.RouteAsync(
            "**/trades/AAPL*", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset),
            new PageRouteOptions { Times = 1 });
        await page.Page.GotoAsync(address);
        await page.LiveAsync();
        await page.Page.Locator("#chart-table").ClickAsync();
        var oldest = page.Page.Locator("#chart table tbody tr").Last;
        await Assertions.Expect(oldest).ToContainTextAsync("300.00");
        isSplit = true;
        await Assertions.Expect(oldest).ToContainTextAsync("100.00");
        Assert.Equal(limits[0], limits[2]);
        Assert.NotEqual(limits[0], limits[1]);
        page.AssertSound();
    }

    [Fact]
    public async Task Alert_is_told_again_to_an_exchange_that_was_busy_when_it_had_begun()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        var sent = 0;
        await page.Page.RouteAsync("**/api/qc/v1/alerts", route => ++sent == 1
            ? route.FulfillAsync(new RouteFulfillOptions { Status = 503, Body = "busy" })
            : route.ContinueAsync());
        await WaitedForBeforeAsync(page, "998.00");
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await page.Page.Locator("#add-alert").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog .alerts p")).ToContainTextAsync("AAPL at or above 998.00");
        await page.Page.Locator("dialog .alerts button").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog .alerts p")).ToHaveCountAsync(0);
        page.AssertSound();
    }

    [Fact]
    public async Task Price_that_is_waited_for_is_told_once_also_after_the_page_was_read_anew()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.ClearAsync(Symbol);
        await TradeAsync(page, "150.00");
        await Assertions.Expect(page.Page.Locator("#last")).ToContainTextAsync("150.00");
        await page.Page.Locator("#ladder canvas").FocusAsync();
        await page.Page.Keyboard.PressAsync("a");
        var wanted = page.Page.Locator("#alert-price");
        await wanted.FillAsync("150.00");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("dialog .problem"))
            .ToHaveTextAsync("price 150.00 is the current price; choose another one");
        await wanted.FillAsync("151.005");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("dialog .problem")).ToHaveTextAsync("at most 2 decimals");
        await wanted.FillAsync("151.00");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeHiddenAsync();

        await page.ReloadUntilAnsweredAsync("**/fills?*");
        await page.LiveAsync();
        await TradeAsync(page, "150.99");
        await Assertions.Expect(page.Page.Locator("#last")).ToContainTextAsync("150.99");
        var told = page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "AAPL is at" });
        await Assertions.Expect(told).ToHaveCountAsync(0);
        await TradeAsync(page, "151.20");
        await Assertions.Expect(told).ToHaveTextAsync("AAPL is at 151.20");

        // More fill notices than there is room for: they disappear by themselves, and the alert stays.
        foreach (var price in (string[])["151.30", "151.40", "151.50", "151.60"])
        {
            await TradeAsync(page, price);
            await Assertions.Expect(page.Page.Locator("#last")).ToContainTextAsync(price);
        }

        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought" }).First)
            .ToBeVisibleAsync();
        await Assertions.Expect(told).ToHaveCountAsync(1);

        await page.Page.Locator("#add-alert").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog .alerts p")).ToHaveCountAsync(0);
        page.AssertSound();
    }

    [Fact]
    public async Task Price_that_was_reached_while_no_page_was_open_is_told_by_the_next_one()
    {
        await using (var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol))
        {
            await page.ClearAsync(Symbol);
            await TradeAsync(page, "150.00");
            await Assertions.Expect(page.Page.Locator("#last")).ToContainTextAsync("150.00");
            await page.Page.Locator("#add-alert").ClickAsync();
            await page.Page.Locator("#alert-price").FillAsync("149.50");
            await page.Page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Alert set" }))
                .ToBeVisibleAsync();
        }

        await using var later = await TradePage.OpenAsync(browser, exchange.Address, "MSFT");
        var told = later.Page.Locator(".toast b", new PageLocatorOptions { HasText = "AAPL is at" });
        await TradeAsync(later, "149.40");
        await Assertions.Expect(told).ToHaveTextAsync("AAPL is at 149.40");

        // The alert is set and fires while no page is open. The page removes alerts it has shown: otherwise they would
        // be shown again.
        await NothingWaitsAsync(later);
        await later.Page.GotoAsync("about:blank");
        await later.CallAsync("demo-alice", HttpMethod.Post, "alerts", new { symbol = Symbol, price = "148.00" });
        await TradeAsync(later, "147.90");
        await later.Page.GotoAsync(new Uri(exchange.Address, "/trade/MSFT").ToString());
        await Assertions.Expect(told).ToHaveTextAsync("AAPL is at 147.90");
        await NothingWaitsAsync(later);
        await later.Page.ReloadAsync();
        await later.LiveAsync();
        await Assertions.Expect(told).ToHaveCountAsync(0);
        later.AssertSound();
    }

    [Fact]
    public async Task Exchange_that_was_started_anew_is_told_by_the_page_what_was_waited_for()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await WaitedForBeforeAsync(page, "999.00");
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await page.Page.Locator("#add-alert").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog .alerts p")).ToContainTextAsync("AAPL at or above 999.00");
        await page.Page.Locator("dialog .alerts button").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog .alerts p")).ToHaveCountAsync(0);
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        Assert.Empty(
            (await page.CallAsync("demo-alice", HttpMethod.Get, "alerts")).GetProperty("alerts").EnumerateArray());
        page.AssertSound();
    }

    [Fact]
    public async Task Hundreds_of_changes_leave_the_page_no_larger()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.ClearAsync(Symbol);
        var session = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await session.SendAsync("Performance.enable");
        await ChangeAsync(page, 300);
        var before = await SizeAsync(session);
        await ChangeAsync(page, 600);
        var after = await SizeAsync(session);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{after.Nodes - before.Nodes:F0} nodes, {after.Bytes - before.Bytes:F0} bytes more");

        // Notices may still be visible. If each change left a single node, there would be six hundred.
        Assert.InRange(after.Nodes - before.Nodes, -500, 200);
        Assert.InRange(after.Bytes - before.Bytes, -20_000_000, 500_000);
        page.AssertSound();
    }

    /// <summary>Returns true if the day's profit asks for a candle, and not the chart.</summary>
    private static bool IsOfTheDaysProfit(string url) => url.Split('&', '?').Contains("limit=1");

    private static bool AsksForOlder(string url) => url.Contains("/candles/AAPL", StringComparison.Ordinal)
        && url.Contains("before=", StringComparison.Ordinal) && !IsOfTheDaysProfit(url);

    private static async Task ChangeAsync(TradePage page, int times)
    {
        var last = "";
        for (var i = 0; i < times; i++)
        {
            last = (140 + i % 7).ToString(CultureInfo.InvariantCulture) + ".00";
            var order = await page.PlaceAsync(
                "demo-alice", new { symbol = Symbol, side = "buy", price = last, quantity = "1" });
            if (i < times - 1)
                await page.CallAsync(
                    "demo-alice", HttpMethod.Delete, $"orders/{Symbol}/{order.GetProperty("orderId").GetInt64()}");
        }

        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order] input").First).ToHaveValueAsync(last);
        await page.ClearAsync(Symbol);
        await Assertions.Expect(page.Page.Locator("#blotter .empty")).ToBeVisibleAsync();

        // Notices about cancelled orders disappear by themselves; then only the page's own nodes are left.
        await Assertions.Expect(page.Page.Locator(".toast.good")).ToHaveCountAsync(0);
    }

    private static async Task<(double Bytes, double Nodes)> SizeAsync(ICDPSession session)
    {
        await session.SendAsync("HeapProfiler.collectGarbage");
        var metrics = (await session.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray()
            .ToArray();
        double Metric(string name) =>
            metrics.Single(metric => metric.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();
        return (Metric("JSHeapUsedSize"), Metric("Nodes"));
    }

    /// <summary>Waits until the exchange has no alerts left.</summary>
    private static Task NothingWaitsAsync(TradePage page) =>
        Wait.UntilAsync(
            async () => (await page.CallAsync("demo-alice", HttpMethod.Get, "alerts")).GetProperty("alerts")
                .GetArrayLength() == 0);

    /// <summary>
    /// Stores an alert of an earlier run of the exchange in the browser, in place of the page's own copy once that
    /// exists.
    /// </summary>
    private static async Task WaitedForBeforeAsync(TradePage page, string price)
    {
        await page.Page.WaitForFunctionAsync("""() => localStorage.getItem("quantumcore.alerts.ACC-1001") !== null""");
        await page.Page.EvaluateAsync(
            """price => localStorage.setItem("quantumcore.alerts.ACC-1001", JSON.stringify({ since: "an earlier run", alerts: [{ symbol: "AAPL", price, above: true }] }))""", price);
    }

    /// <summary>Opens a chart from 140 to 150, with an own order in the middle.</summary>
    private async Task<TradePage> WithOrderAsync()
    {
        var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.ClearAsync(Symbol);
        await TradeAsync(page, "140.00");
        await TradeAsync(page, "150.00");
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "145.00", quantity = "7" });
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        return page;
    }

    private static async Task TradeAsync(TradePage page, string price)
    {
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price, quantity = "1" });
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price, quantity = "1" });
    }

    /// <summary>
    /// Finds the line of the order as a user does, with the pointer over it, and drags it up by some pixels.
    /// </summary>
    /// <returns>Price in the page's question.</returns>
    private static async Task<string> DrawAsync(TradePage page, int up)
    {
        var canvas = page.Page.Locator("#chart canvas");
        var box = (await canvas.BoundingBoxAsync())!;
        var x = box.X + (box.Width / 2);
        var mouse = page.Page.Mouse;
        var y = 0f;

        // Starts from the top again if the line was not painted yet, or moved with the scale before it was caught.
        var question = page.Page.Locator(".drag-ask span");
        await Wait.UntilAsync(IsDrawnAsync, "a line to take hold of");
        await Assertions.Expect(question).ToContainTextAsync("Buy 7 at");
        return Regex.Match(
            (await question.TextContentAsync())!, @"at (?<price>[\d.]+):", RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1)).Groups["price"].Value;

        async Task<bool> IsDrawnAsync()
        {
            if (!await IsOverLineAsync())
                return false;
            await mouse.DownAsync();
            await mouse.MoveAsync(x, y - up, new MouseMoveOptions { Steps = 4 });
            await mouse.UpAsync();
            return await question.IsVisibleAsync();
        }

        async Task<bool> IsOverLineAsync()
        {
            for (y = box.Y + 30; y < box.Y + box.Height - 30; y += 5)
            {
                await mouse.MoveAsync(x, y);
                if (await canvas.EvaluateAsync<string>("c => c.style.cursor") == "ns-resize")
                    return true;
            }

            return false;
        }
    }
}
