using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Orders as the page shows them: identity, queue position, end, and possible actions.</summary>
public sealed class OrderTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    private const string Symbol = QuietExchange.Symbol;

    private static readonly string[] s_onTheirWay = ["way-1", "way-2"];

    [Fact]
    public async Task Orders_that_were_refused_on_their_way_to_the_book_are_told_by_their_names()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        IWebSocketRoute? stream = null;
        await page.Page.RouteWebSocketAsync(ChangeTests.Stream(), socket =>
        {
            stream = socket;
            socket.ConnectToServer();
        });
        await page.Page.RouteAsync("**/orders/by-client-id/*", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = OnItsWay(
                route.Request.Url.Split('/')[^1], "\"status\":\"rejected\",\"refusal\":\"PostOnlyWouldTake\""),
        }));
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        var orders = string.Join(',', s_onTheirWay.Select(name => OnItsWay(name, "\"status\":\"new\"")));
        stream!.Send(News(orders, ""));
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order='0']")).ToHaveCountAsync(2);
        stream.Send(
            News(
                "",
                string.Join(
                    ',',
                    s_onTheirWay.Select(name => $$"""{"symbol":"AAPL","orderId":0,"clientOrderId":"{{name}}"}"""))));
        await Assertions.Expect(page.Page.Locator(".toast", new PageLocatorOptions { HasText = "Order rejected" }))
            .ToHaveCountAsync(2);
        await Assertions.Expect(page.Page.Locator(".toast p").First)
            .ToHaveTextAsync("Buy 3 AAPL: post only would take");
        await page.Page.Locator("[data-tab=history]").ClickAsync();
        await Assertions.Expect(
            page.Page.Locator(
                "#blotter tbody tr", new PageLocatorOptions { HasText = "rejected: post only would take" }))
            .ToHaveCountAsync(2);
        page.AssertSound();
    }

    [Fact]
    public async Task Order_that_waits_for_its_parent_is_not_marked_as_standing_in_the_book()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "170.00", quantity = "3" });
        await page.Page.AddInitScriptAsync(ChangeTests.WatchTexts);
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await page.FillAsync(
            "buy", "bracket", ("price", "140.00"), ("target", "170.00"), ("trigger", "130.00"), ("quantity", "9"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(3);
        await page.Page.WaitForFunctionAsync("() => window.texts.ladder?.join(' ').includes('140.00 9 9')");
        Assert.Contains(
            "170.00 3 3", await page.Page.EvaluateAsync<string>("() => window.texts.ladder.join(' ')"),
            StringComparison.Ordinal);
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(1280, 720)]
    [InlineData(1024, 768)]
    [InlineData(390, 844)]
    public async Task Each_order_says_what_it_is_and_can_be_cancelled_without_rolling_sideways(int width, int height)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol, width, height);
        await page.ClearAsync(Symbol);
        if (width < 720)
            await page.Page.Locator("#views button[data-view=orders]").ClickAsync();
        await page.PlaceAsync(
            "demo-alice",
            new
            {
                symbol = Symbol,
                side = "sell",
                type = "stopLimit",
                triggerPrice = "100.00",
                price = "99.00",
                quantity = "12",
            });
        await page.PlaceAsync(
            "demo-alice",
            new { symbol = Symbol, side = "sell", type = "trailingStop", trailingBasisPoints = 500, quantity = "13" });
        var (trailing, stop) = (page.Page.Locator("#blotter tr[data-order]").First,
            page.Page.Locator("#blotter tr[data-order]").Last);
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(2);
        foreach (var cell in new[] { stop.Locator("input").First, stop.Locator("input").Last, stop.GetByText("0 (0 %)"),
            stop.GetByText("Cancel") })
            await Assertions.Expect(cell).ToBeInViewportAsync(new() { Ratio = 1 });
        await stop.GetByText("Cancel").ClickAsync(new() { Trial = true });
        foreach (var (row,
            words) in new[] { (stop, "Stop limit"), (stop, "100.00"), (stop, Symbol), (trailing, "5.00 % behind") })
            Assert.Contains(words, await row.InnerTextAsync(), StringComparison.Ordinal);

        // Its price is chosen when it triggers. The worst price that it allows is not a price of its own.
        await Assertions.Expect(trailing.Locator("input").First).ToHaveValueAsync("");
        if (width >= 720)
            await page.Page.Locator("[data-tab=history]").ClickAsync(new() { Trial = true });
        await LayoutTests.PictureAsync(page, $"{width}x{height}-dark-orders");
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(LayoutTests.Flaws));
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Market_order_that_is_done_is_not_shown_at_the_worst_price_it_might_have_had()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        await page.FillAsync("buy", "market", ("quantity", "2"));
        await page.SendAsync();
        await page.Page.Locator("[data-tab=history]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr").First.Locator("td").Nth(4)).ToHaveTextAsync("–");
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr").First.Locator("td").Nth(5))
            .ToHaveTextAsync("151.00");

        // The exchange reports the same, at once and later.
        await PageTests.GoAsync(page, "/orders");
        var row = page.Page.Locator("#page tbody tr").First;
        await Assertions.Expect(row.Locator("td").Nth(3)).ToHaveTextAsync("Market");
        await Assertions.Expect(row.Locator("td").Nth(5)).ToHaveTextAsync("151.00");
        var newest =
            (await page.CallAsync(
                "demo-alice", HttpMethod.Get, $"orders/history?symbol={Symbol}&limit=1")).GetProperty("orders")[0];
        Assert.Equal(
            ("0.00", "151.00"),
            (newest.GetProperty("price").GetString(), newest.GetProperty("averagePrice").GetString()));
        page.AssertSound();
    }

    [Fact]
    public async Task Selected_fill_stays_selected_while_the_market_moves_and_fills_arrive()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.07");
        await page.Page.Locator("[data-tab=fills]").ClickAsync();
        await page.Page.Locator("#blotter tbody tr", new PageLocatorOptions { HasText = "150.07" })
            .EvaluateAsync("row => getSelection().selectAllChildren(row)");
        var moving = page.Page.Locator("#list button", new PageLocatorOptions { HasText = "BTC-USD" });
        await Assertions.Expect(moving).Not.ToHaveTextAsync(await moving.TextContentAsync() ?? "");
        await page.TradeAsync("150.08");
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr").First).ToContainTextAsync("150.08");
        Assert.Contains(
            "150.07", await page.Page.EvaluateAsync<string>("() => String(getSelection())"), StringComparison.Ordinal);
        page.AssertSound();
    }

    [Fact]
    public async Task Unsettled_amount_is_shown_beside_its_balance()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        IWebSocketRoute? stream = null;
        await page.Page.RouteWebSocketAsync(ChangeTests.Stream(), socket =>
        {
            stream = socket;
            socket.ConnectToServer();
        });
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await page.Page.Locator("[data-tab=balances]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter thead")).Not.ToContainTextAsync("Not settled");
        stream!.Send(
            News(
                "", "", """{"asset":"USD","total":"1000.00","held":"0.00","available":"1000.00","pending":"25.00"}"""));
        await Assertions.Expect(page.Page.Locator("#blotter thead")).ToContainTextAsync("Not settled");
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr:has(td:text-is('25.00'))"))
            .ToContainTextAsync("1,000.00");
        page.AssertSound();
    }

    [Fact]
    public async Task Position_is_as_large_as_the_balance_and_what_is_sold_of_it_is_no_short()
    {
        const string Other = "MSFT";
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Other);
        await page.PlaceAsync("demo-bob", new { symbol = Other, side = "buy", price = "430.00", quantity = "200" });
        await page.PlaceAsync("demo-alice", new { symbol = Other, side = "sell", price = "430.00", quantity = "200" });

        // A thousand were deposited at the listed price of 420.00: 200 gained 10.00 each, and 800 would gain as much.
        await page.Page.Locator("[data-tab=positions]").ClickAsync();
        var cells = page.Page.Locator("#blotter tbody tr", new PageLocatorOptions { HasText = Other }).Locator("td");
        await Assertions.Expect(cells)
            .ToHaveTextAsync([Other, "800", "420.00", "430.00", "+8,000.00", "+2,000.00", "Close"]);
        await LayoutTests.PictureAsync(page, "1440x900-dark-positions");
        await page.Page.Locator("[data-tab=balances]").ClickAsync();
        await Assertions.Expect(cells.Nth(1)).ToHaveTextAsync("800");
        await Assertions.Expect(
            page.Page.Locator("#blotter tbody tr", new PageLocatorOptions { HasText = "BTC" }).Locator("td").Nth(1))
            .ToHaveTextAsync("2.00000000");
        page.AssertSound();
    }

    private static string OnItsWay(string name, string state) =>
        $$"""
        {"orderId":0,"clientOrderId":"{{name}}","symbol":"AAPL","account":"ACC-1001","side":"buy","type":"limit","timeInForce":"gtc","price":"112.00",
        "quantity":"3","filled":"0","remaining":"0",{{state}},"endReason":null,"sequence":0,"timeNanos":"1795708161147256200","fills":[]}
        """;

    private static string News(string orders, string closed, string balances = "") =>
        $$"""{"type":"account","snapshot":false,"account":"ACC-1001","sequence":9,"state":"open","balances":[{{balances}}],"orders":[{{orders}}],"closed":[{{closed}}]}""";
}
