using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>The pages beside the trade page, and what is true of all of them.</summary>
[Trait("Suite", "Browser")]
public sealed class PageTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    private const string Symbol = "AAPL";

    [Fact]
    public async Task Operator_halts_a_market_and_reopens_it_through_an_auction()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "150.00", quantity = "5" });
        await GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Go on as demo-admin" }).ClickAsync();
        await page.Page.Locator("#operator-link").ClickAsync();
        var card = page.Page.Locator($".card[data-symbol={Symbol}]");
        var chip = card.Locator(".chip");
        await Assertions.Expect(chip).ToHaveTextAsync("Trading");

        await ActAsync(page, card, "halt");
        await Assertions.Expect(chip).ToHaveTextAsync("Halted");
        await ActAsync(page, card, "opening");
        await Assertions.Expect(chip).ToHaveTextAsync("Auction");
        var bought = await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "151.00", quantity = "3" });
        await Assertions.Expect(card.Locator("dd").Nth(4)).Not.ToHaveTextAsync("–");
        await Assertions.Expect(card.Locator("dd").Nth(5)).ToHaveTextAsync("3");
        await ActAsync(page, card, "continuous");
        await Assertions.Expect(chip).ToHaveTextAsync("Trading");
        await Assertions.Expect(card.Locator("dd").Nth(1)).Not.ToHaveTextAsync("–");

        // The buyer's order is over, and it was filled: the book itself says so, however far the history is.
        var order = await page.CallAsync("demo-alice", HttpMethod.Get, $"orders/{Symbol}/{bought.GetProperty("orderId").GetInt64()}");
        Assert.Equal(("filled", "3"), (order.GetProperty("status").GetString(), order.GetProperty("filled").GetString()));
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Person_signs_up_signs_out_and_signs_in_again()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await page.Page.Locator("#name").FillAsync("carol");
        await page.Page.Locator("#password").FillAsync("correct horse battery");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign up" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("carol");
        await GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");

        await page.Page.Locator("#name").FillAsync("carol");
        await page.Page.Locator("#password").FillAsync("wrong horse battery");
        await page.Page.Locator("#page button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page .problem")).Not.ToBeEmptyAsync();
        await page.Page.Locator("#password").FillAsync("correct horse battery");
        await page.Page.Locator("#page button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("carol");
        page.AssertSound();
    }

    [Fact]
    public async Task Portfolio_and_orders_show_what_was_traded_to_the_cent()
    {
        const string Other = "MSFT";
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Other);
        await page.PlaceAsync("demo-bob", new { symbol = Other, side = "sell", price = "400.00", quantity = "2" });
        await page.PlaceAsync("demo-alice", new { symbol = Other, side = "buy", price = "400.00", quantity = "2", clientOrderId = "seen-on-the-orders-page" });
        await GoAsync(page, "/portfolio");
        var positions = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Positions and profit" });
        await Assertions.Expect(positions.Locator("tr", new LocatorLocatorOptions { HasText = Other }).Locator("td").Nth(2)).ToHaveTextAsync("400.00");
        await Assertions.Expect(page.Page.Locator(".card", new PageLocatorOptions { HasText = "Statement" })).ToContainTextAsync("−800.00");
        await GoAsync(page, "/orders");
        var row = page.Page.Locator("tr", new PageLocatorOptions { HasText = "seen-on-the-orders-page" });
        await Assertions.Expect(row).ToContainTextAsync("filled");
        await row.Locator("button").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync("400.00");
        page.AssertSound();
    }

    [Fact]
    public async Task Address_that_is_no_page_says_so_and_leads_back()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        var answer = await page.Page.GotoAsync(new Uri(exchange.Address, "/nowhere").ToString());
        Assert.Equal(404, answer!.Status);
        await Assertions.Expect(page.Page.Locator("h1", new PageLocatorOptions { HasText = "no such page" })).ToBeVisibleAsync();
        await page.Page.Locator("#pages a").First.ClickAsync();
        await Assertions.Expect(page.Page.Locator("#trade")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/trade/BTC-USD", 1440, "dark")]
    [InlineData("/trade/BTC-USD", 390, "light")]
    [InlineData("/portfolio", 1440, "light")]
    [InlineData("/orders", 390, "dark")]
    [InlineData("/signin", 1440, "dark")]
    [InlineData("/operator", 1440, "light")]
    [InlineData("/sim", 1440, "dark")]
    [InlineData("/sim", 390, "light")]
    public async Task Nothing_stands_in_the_way_of_who_reads_with_other_means(string path, int width, string theme)
    {
        var address = path == "/sim" ? exchange.Admin : exchange.Address;
        await using var page = await TradePage.OpenAsync(browser, address, "BTC-USD", width, 844, theme);
        if (path == "/operator")
            await page.Page.EvaluateAsync("() => fetch('/api/qc/v1/sessions/demo', { method: 'POST', body: JSON.stringify({ name: 'demo-admin' }) })");
        await page.Page.GotoAsync(new Uri(address, path).ToString());
        await Assertions.Expect(page.Page.Locator("#account")).Not.ToHaveTextAsync("Sign in");
        await Assertions.Expect(page.Page.Locator(path.StartsWith("/trade", StringComparison.Ordinal) ? "#trade" : "#page h1")).ToBeVisibleAsync();
        await LayoutTests.PictureAsync(page, $"{width}-{theme}{path.Replace('/', '-')}");
        var found = await page.Page.RunAxe();
        Assert.Empty(found.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html))}"));
    }

    private static async Task GoAsync(TradePage page, string path)
    {
        await page.Page.EvaluateAsync("path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path);
        await Assertions.Expect(page.Page.Locator("#page")).ToBeVisibleAsync();
    }

    private static async Task ActAsync(TradePage page, ILocator card, string phase)
    {
        await card.Locator($"button[data-phase={phase}]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync(Symbol);
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
    }
}
