using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Checks and estimates of the ticket: exactly those of the exchange.</summary>
public sealed class TicketTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = QuietExchange.Symbol;

    [Fact]
    public async Task Trigger_is_compared_with_the_price_that_it_goes_by()
    {
        await using var page =
            await TradePage.OpenAsync(browser, exchange, lastPrice: "151.00", bid: "110.00", ask: "112.00");
        var problem = page.Page.Locator("#trigger-problem");
        await page.FillAsync("buy", "stop", ("trigger", "120.00"), ("quantity", "1"));
        await Assertions.Expect(problem).ToHaveTextAsync("would trigger immediately: above 151.00 is needed");
        await page.FillAsync("buy", "stop", ("triggerBy", "quote"), ("trigger", "112.00"));
        await Assertions.Expect(problem).ToHaveTextAsync("would trigger immediately: above 112.00 is needed");
        await page.Page.Locator("#trigger").FillAsync("120.00");
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Max_takes_no_price_from_a_field_of_another_kind()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        var quantity = page.Page.Locator("#quantity");
        await page.FillAsync("buy", "market");
        await HasPaidAsync(page, "150.00");
        await MaxAsync(page);
        var most = await quantity.InputValueAsync();
        await page.FillAsync("buy", "stop", ("trigger", "500.00"));
        await page.FillAsync("buy", "market");
        await quantity.FillAsync("");
        await MaxAsync(page);
        await Assertions.Expect(quantity).ToHaveValueAsync(most);
        page.AssertSound();
    }

    [Fact]
    public async Task Max_of_a_stop_is_what_it_is_covered_for()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await page.FillAsync("buy", "stop", ("trigger", "160.00"));
        await HasPaidAsync(page, "150.00");
        await MaxAsync(page);
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Market_peg_stands_away_from_what_it_follows()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00", ask: "151.00");
        await page.FillAsync(
            "buy", "pegged", ("peg", "market"), ("price", "151.00"), ("quantity", "3"), ("offset", "0"));
        await Assertions.Expect(page.Page.Locator("#offset-problem")).ToHaveTextAsync("at least 0.01");
        await page.Page.Locator("#offset").FillAsync("");
        await Assertions.Expect(page.Page.Locator("#offset-problem"))
            .ToHaveTextAsync("away from the other side's best: at least 0.01");
        await page.Page.Locator("#offset").PressAsync("ArrowUp");
        await Assertions.Expect(page.Page.Locator("#offset")).ToHaveValueAsync("0.01");
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        var placed = Assert.Single(await page.OpenOrdersAsync(Symbol));
        Assert.Equal("0.01", placed.GetProperty("pegOffset").GetString());
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Preview_shows_no_trades_before_the_opening()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        await page.PhaseAsync(Symbol, "closed");
        await page.PhaseAsync(Symbol, "preOpen");
        await Assertions.Expect(page.Page.Locator("#notice-text")).ToContainTextAsync("Pre-open");
        await page.FillAsync("buy", "limit", ("price", "152.00"), ("quantity", "2"));
        await Assertions.Expect(page.Page.Locator(".preview div", new PageLocatorOptions { HasText = "Takes / rests" }))
            .ToContainTextAsync("0 / 2");
        await Assertions.Expect(page.Page.Locator(".preview div", new PageLocatorOptions { HasText = "Average price" }))
            .ToContainTextAsync("auction");
        await page.ClearAsync(Symbol);
        await page.PhaseAsync(Symbol, "opening");
        await page.PhaseAsync(Symbol, "continuous");
        page.AssertSound();
    }

    [Theory]
    [InlineData(
        "limit", "price=119.00 quantity=3 tif=ioc", "Order expired",
        "Buy 3 AAPL at 119.00, limit: immediate or cancel")]
    [InlineData("trailingStop", "trail=5 quantity=3", "Order placed", "Buy 3 AAPL 5 % behind, trailing stop")]
    public async Task Order_outcome_is_shown_in_words(string kind, string fields, string title, string text)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");

        // The stream would also report an order that ends at once.
        await page.Page.RouteAsync("**/api/qc/v1/orders/AAPL/*", TradePage.BusyAsync);
        await page.FillAsync(
            "buy", kind, [.. fields.Split(' ').Select(field => field.Split('=')).Select(pair => (pair[0], pair[1]))]);
        await page.SendAsync();
        var toast = page.Page.Locator(".toast", new PageLocatorOptions { HasText = title });
        await Assertions.Expect(toast.Locator("p")).ToHaveTextAsync(text);
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Low_window_shows_the_ticket_whole()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol, 1280, 720);
        foreach (var part in new[] { "#tif", ".preview .total", "#send" })
            await Assertions.Expect(page.Page.Locator(part)).ToBeInViewportAsync(new() { Ratio = 1 });
        var total = await page.Page.Locator(".preview .total").BoundingBoxAsync();
        Assert.True(total!.Y + total.Height <= (await page.Page.Locator(".send-row").BoundingBoxAsync())!.Y + 1);
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(LayoutTests.Flaws));
        page.AssertSound();
    }

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public async Task Bracket_ticket_fits_without_scrolling(string theme)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol, 1440, 900, theme);
        await page.FillAsync(
            "buy", "bracket", ("price", "120.00"), ("quantity", "10"), ("target", "130.00"), ("trigger", "110.00"));
        foreach (var part in new[] { "#price", "#stopPrice", ".preview .total", "#send" })
            await Assertions.Expect(page.Page.Locator(part)).ToBeInViewportAsync(new() { Ratio = 1 });
        Assert.True(
            await page.Page.Locator("#ticket")
                .EvaluateAsync<bool>("ticket => ticket.scrollHeight <= ticket.clientHeight"));
        await LayoutTests.PictureAsync(page, $"1440x900-{theme}-bracket");
        page.AssertSound();
    }

    [Fact]
    public async Task Limit_far_through_the_market_asks_first()
    {
        await using var page =
            await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", bid: "149.00", ask: "151.00");
        var dialog = page.Page.Locator("dialog");
        await page.FillAsync("sell", "limit", ("price", "140.00"), ("quantity", "1"));
        await page.SendAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("This limit is 6.04 % below the best bid.");
        await LayoutTests.PictureAsync(page, "1440x900-dark-far-through");
        await dialog.GetByText("No, go back").ClickAsync();
        await page.FillAsync("buy", "limit", ("price", "160.00"), ("quantity", "1"));
        await page.SendAsync();
        await Assertions.Expect(dialog).ToContainTextAsync("This limit is 5.96 % above the best ask.");
        await dialog.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(
            page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 1 AAPL" }).Last)
            .ToBeVisibleAsync();

        // A limit within two per cent is ordinary. The page asks as soon as it is changed to one that is not.
        await page.FillAsync("buy", "limit", ("price", "148.50"), ("quantity", "1"));
        await page.SendAsync();
        var row = page.Page.Locator("#blotter tr[data-order]");
        await row.Locator("input").First.FillAsync("165.00");
        await row.Locator("input").First.PressAsync("Enter");
        await Assertions.Expect(dialog).ToContainTextAsync("This limit is 9.27 % above the best ask.");
        await dialog.GetByText("No, go back").ClickAsync();
        Assert.Equal("148.50", Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("price").GetString());
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    /// <summary>Waits until the page knows of a trade made by the API, and of the balance after it.</summary>
    private static async Task HasPaidAsync(TradePage page, string lastPrice)
    {
        var balances =
            (await page.CallAsync("demo-alice", HttpMethod.Get, "account")).GetProperty("balances").EnumerateArray();
        var left = decimal.Parse(
            balances.Single(balance => balance.GetProperty("asset").GetString() == "USD").GetProperty("available")
                .GetString()!,
            CultureInfo.InvariantCulture);
        await Assertions.Expect(page.Page.Locator("#ticket-form dd").First)
            .ToHaveTextAsync(string.Create(CultureInfo.InvariantCulture, $"{left:N2} USD"));
        await Assertions.Expect(page.Page.Locator("#last")).ToHaveTextAsync(lastPrice);
    }

    private static Task MaxAsync(TradePage page) =>
        page.Page.Locator(".shares button", new PageLocatorOptions { HasText = "Max" }).ClickAsync();
}
