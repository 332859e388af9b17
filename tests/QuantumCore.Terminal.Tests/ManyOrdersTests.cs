using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>
/// Accounts with more orders and fills than are shown at once: all open orders can be reached, and the page says that
/// it omits some.
/// </summary>
public sealed class ManyOrdersTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = QuietExchange.Symbol;

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(390, 844)]
    public async Task Every_open_order_can_be_reached_and_cancelled_however_many_there_are(int width, int height)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol, width, height);
        await page.ClearAsync(Symbol);
        await PlaceAsync(
            page, "demo-alice", 450,
            i => new { symbol = Symbol, side = "buy", price = $"{20 + (0.01m * i):F2}", quantity = "1" });
        if (width < 720)
            await page.Page.Locator("#views button[data-view=orders]").ClickAsync();
        var pager = page.Page.Locator("#blotter .pager");
        var (next, said) = (pager.Locator("button", new LocatorLocatorOptions { HasText = "Next" }),
            pager.Locator("span"));
        await Assertions.Expect(said).ToHaveTextAsync("1 to 200 of 450");
        await next.ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("201 to 400 of 450");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(200);

        // The 225th of 450 is neither among the newest two hundred nor among the oldest.
        var row = page.Page.Locator("#blotter tr[data-order]").Nth(25);
        await Assertions.Expect(row.Locator("input").First).ToHaveValueAsync("22.24");
        await row.Locator("button", new LocatorLocatorOptions { HasText = "Cancel" }).ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("201 to 400 of 449");
        await next.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(said).ToHaveTextAsync("401 to 449 of 449");
        await Assertions.Expect(next).ToBeFocusedAsync();
        await Assertions.Expect(next).ToHaveAttributeAsync("aria-disabled", "true");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]").Last.Locator("input").First)
            .ToHaveValueAsync("20.00");

        await page.Page.Locator("#cancel-all").ClickAsync();
        await page.Page.Locator("dialog button", new PageLocatorOptions { HasText = "Cancel 449 orders" }).ClickAsync();
        await Assertions.Expect(
            page.Page.Locator(".toast p", new PageLocatorOptions { HasText = $"449 orders of {Symbol}" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("#blotter-tabs .count")).ToHaveTextAsync("0");
        await Assertions.Expect(pager).ToHaveCountAsync(0);
        page.AssertSound();
    }

    [Fact]
    public async Task Open_orders_behind_a_thousand_later_ones_are_shown_and_listed_with_older_ones()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.ClearAsync("MSFT");
        await page.PlaceAsync(
            "demo-alice",
            new
            {
                symbol = "MSFT",
                side = "buy",
                price = "11.10",
                quantity = "1",
                timeInForce = "ioc",
                clientOrderId = "done-long-ago",
            });
        await page.PlaceAsync("demo-alice", new { symbol = "MSFT", side = "buy", price = "11.11", quantity = "1" });
        await PlaceAsync(
            page, "demo-alice", 1_000,
            _ => new { symbol = "MSFT", side = "buy", price = "12.00", quantity = "1", timeInForce = "ioc" });
        await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = "Orders" }).ClickAsync();
        var rows = page.Page.Locator("#page tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(1_001);
        var done = page.Page.Locator("#page tbody tr", new PageLocatorOptions { HasText = "done-long-ago" });
        await Assertions.Expect(done).ToHaveCountAsync(0);
        await page.Page.Locator("#page button", new PageLocatorOptions { HasText = "Older orders" }).ClickAsync();
        await Assertions.Expect(done).ToHaveCountAsync(1);
        await Assertions.Expect(page.Page.Locator("#page tbody tr", new PageLocatorOptions { HasText = "11.11" }))
            .ToHaveCountAsync(1);
        await Choose(page, "State").SelectOptionAsync("open");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync("11.11");
        await page.ClearAsync("MSFT");
        page.AssertSound();
    }

    [Fact]
    public async Task Fills_of_an_order_are_found_behind_a_thousand_that_came_later()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.ClearAsync("MSFT");
        await page.PlaceAsync("demo-bob", new { symbol = "MSFT", side = "sell", price = "40.00", quantity = "3" });
        await page.PlaceAsync(
            "demo-alice",
            new { symbol = "MSFT", side = "buy", price = "40.00", quantity = "3", clientOrderId = "first-of-many" });
        await page.PlaceAsync("demo-alice", new { symbol = "MSFT", side = "sell", price = "40.00", quantity = "1001" });
        await PlaceAsync(
            page, "demo-bob", 1_001, _ => new { symbol = "MSFT", side = "buy", price = "40.00", quantity = "1" });
        await page.Page.Locator("[data-tab=fills]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter .empty"))
            .ToHaveTextAsync("The newest 200. Older ones are on the Orders page.");

        await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = "Orders" }).ClickAsync();
        await Choose(page, "Show").SelectOptionAsync("fills");
        await Assertions.Expect(page.Page.Locator("#page .muted").First).ToContainTextAsync("The newest 1,000 fills");
        await Choose(page, "Show").SelectOptionAsync("orders");
        await page.Page.Locator("#page tbody tr", new PageLocatorOptions { HasText = "first-of-many" })
            .Locator("button").ClickAsync();
        var fills = page.Page.Locator("dialog tbody tr");
        await Assertions.Expect(fills).ToHaveCountAsync(1);
        await Assertions.Expect(fills).ToContainTextAsync("40.00");
        page.AssertSound();
    }

    private static ILocator Choose(TradePage page, string label) =>
        page.Page.Locator("label", new PageLocatorOptions { HasText = label }).Locator("select");

    private static async Task PlaceAsync(TradePage page, string key, int count, Func<int, object> order)
    {
        const int AtOnce = 500;
        for (var placed = 0; placed < count; placed += AtOnce)
            await page.CallAsync(
                key, HttpMethod.Post, "orders/batch",
                new { orders = Enumerable.Range(placed, Math.Min(AtOnce, count - placed)).Select(order) });
    }
}
