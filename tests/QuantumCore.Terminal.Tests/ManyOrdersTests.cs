using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Accounts with more orders and fills than are shown at once: all that are open can be reached, and what is left out is said.</summary>
[Trait("Suite", "Browser")]
public sealed class ManyOrdersTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    private const string Symbol = QuietExchange.Symbol;

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(390, 844)]
    public async Task Every_open_order_can_be_reached_and_cancelled_however_many_there_are(int width, int height)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol, width, height);
        await page.ClearAsync(Symbol);
        await PlaceAsync(page, "demo-alice", 450, i => new { symbol = Symbol, side = "buy", price = $"{20 + (0.01m * i):F2}", quantity = "1" });
        if (width < 720)
            await page.Page.Locator("#views button[data-view=orders]").ClickAsync();
        var pager = page.Page.Locator("#blotter .pager");
        var (next, said) = (pager.Locator("button", new LocatorLocatorOptions { HasText = "Next" }), pager.Locator("span"));
        await Assertions.Expect(said).ToHaveTextAsync("1 to 200 of 450");
        await next.ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("201 to 400 of 450");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(200);

        // The 225th of 450 is among neither the newest two hundred nor the oldest.
        var row = page.Page.Locator("#blotter tr[data-order]").Nth(25);
        await Assertions.Expect(row.Locator("input").First).ToHaveValueAsync("22.24");
        await row.Locator("button", new LocatorLocatorOptions { HasText = "Cancel" }).ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("201 to 400 of 449");
        await next.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(said).ToHaveTextAsync("401 to 449 of 449");
        await Assertions.Expect(next).ToBeFocusedAsync();
        await Assertions.Expect(next).ToHaveAttributeAsync("aria-disabled", "true");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]").Last.Locator("input").First).ToHaveValueAsync("20.00");

        await page.Page.Locator("#cancel-all").ClickAsync();
        await page.Page.Locator("dialog button", new PageLocatorOptions { HasText = "Cancel 449 orders" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".toast p", new PageLocatorOptions { HasText = $"449 orders of {Symbol}" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("#blotter-tabs .count")).ToHaveTextAsync("0");
        await Assertions.Expect(pager).ToHaveCountAsync(0);
        page.AssertSound();
    }

    private static async Task PlaceAsync(TradePage page, string key, int count, Func<int, object> order)
    {
        const int AtOnce = 500;
        for (var placed = 0; placed < count; placed += AtOnce)
            await page.CallAsync(key, HttpMethod.Post, "orders/batch", new { orders = Enumerable.Range(placed, Math.Min(AtOnce, count - placed)).Select(order) });
    }
}
