using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>
/// Trading with one click: off by default, visibly armed, disarmed by every change of a click's meaning.
/// </summary>
public sealed partial class JourneyTests
{
    [Fact]
    public async Task Armed_ladder_sends_one_order_a_click_at_a_price_that_stands_still()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00", ask: "151.00");
        await Assertions.Expect(page.Page.Locator("#oneclick-toggle")).ToBeHiddenAsync();
        await page.ShowOneClickAsync();
        var said = page.Page.Locator("#oneclick-said");
        await LayoutTests.PictureAsync(page, "1440-dark-oneclick");

        // Without arming, a click does the same as in the other ladder.
        await ClickAsync(page, row: 12, share: 0.2f);
        await Assertions.Expect(page.Page.Locator("#price")).ToHaveValueAsync(await PriceAsync(page, 12));
        Assert.Empty(await page.OpenOrdersAsync(Symbol));
        await page.Page.Locator("#oneclick-arm").ClickAsync();
        await Assertions.Expect(said).ToContainTextAsync("Quantity:");
        await page.Page.Locator("#oneclick-quantity").FillAsync("7");
        await page.Page.Locator("#oneclick-arm").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#oneclick")).ToHaveAttributeAsync("data-armed", "true");
        await Assertions.Expect(said).ToHaveTextAsync("Armed: a click sends 7 AAPL. Esc disarms.");
        await LayoutTests.PictureAsync(page, "1440-dark-oneclick-armed");

        var rows = page.Page.Locator("#blotter tr[data-order]");
        var price = await PriceAsync(page, 20);
        await ClickAsync(page, row: 20, share: 0.2f);
        await AnsweredAsync(page, 1);
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await ClickAsync(page, row: 20, share: 0.5f);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = "150.20", quantity = "5" });
        await Assertions.Expect(page.Page.Locator("#oneclick-ladder canvas")).ToBeVisibleAsync();
        await ClickAsync(page, row: 20, share: 0.2f);
        await AnsweredAsync(page, 2);
        await Assertions.Expect(rows).ToHaveCountAsync(2);

        // The second click of a double click sends nothing.
        await ClickAsync(page, row: 2, share: 0.8f, clicks: 2);
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        Assert.Equal(
            [("buy", price, "7"), ("buy", price, "7"), ("sell", await PriceAsync(page, 2), "7")],
            (await page.OpenOrdersAsync(Symbol)).Select(
                order => (Text(order, "side"), Text(order, "price"), Text(order, "quantity")))
                .OrderBy(order => order.Item1));
        page.AssertSound();

        static string? Text(System.Text.Json.JsonElement order, string name) => order.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Click_while_an_order_is_on_its_way_sends_nothing()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00", ask: "151.00");
        await page.ShowOneClickAsync();
        await ArmAsync(page, "3");
        var sent = 0;
        var asked = new TaskCompletionSource();
        var released = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/qc/v1/orders", async route =>
        {
            Interlocked.Increment(ref sent);
            asked.TrySetResult();
            await released.Task;
            await route.ContinueAsync();
        });
        await ClickAsync(page, row: 20, share: 0.2f);
        await asked.Task;
        await ClickAsync(page, row: 21, share: 0.2f);
        await ClickAsync(page, row: 3, share: 0.8f);
        released.SetResult();
        await AnsweredAsync(page, 1);
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await ClickAsync(page, row: 22, share: 0.2f);
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(2);
        Assert.Equal(2, sent);
    }

    [Fact]
    public async Task Ladder_is_disarmed_by_Esc_a_hidden_page_a_lost_connection_a_halt_and_a_refusal()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00", ask: "151.00");
        await page.ShowOneClickAsync();
        await ArmAsync(page, "3");
        await page.Page.Keyboard.PressAsync("Escape");
        await DisarmedAsync(page, "by Esc");

        await ArmAsync(page, "3");
        await page.Page.EvaluateAsync(
            """
            () => {
              Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
              document.dispatchEvent(new Event("visibilitychange"));
              delete document.hidden;
              document.dispatchEvent(new Event("visibilitychange"));
            }
            """);
        await DisarmedAsync(page, "hidden");

        await ArmAsync(page, "3");
        await page.CallAsync(
            "demo-alice", HttpMethod.Post, "sim/faults", new { kind = "drop", on = "stream", count = 1 },
            exchange.Admin);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = "148.00", quantity = "5" });
        await DisarmedAsync(page, "no live book");
        await page.LiveAsync();

        await ArmAsync(page, "3");
        await page.PhaseAsync(Symbol, "halt");
        await DisarmedAsync(page, "not continuous trading");
        await Assertions.Expect(page.Page.Locator("#oneclick-arm")).ToBeDisabledAsync();
        await page.PhaseAsync(Symbol, "opening");
        await page.PhaseAsync(Symbol, "continuous");

        await ArmAsync(page, "900000");
        await ClickAsync(page, row: 20, share: 0.2f);
        await DisarmedAsync(page, "refused");
        await Assertions.Expect(page.Page.Locator(".toast.bad b")).ToHaveTextAsync("Refused");
        Assert.Empty(await page.OpenOrdersAsync(Symbol));
        page.AssertSound();
    }

    private static async Task ArmAsync(TradePage page, string quantity)
    {
        await page.Page.Locator("#oneclick-quantity").FillAsync(quantity);
        await page.Page.Locator("#oneclick-arm:enabled").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#oneclick")).ToHaveAttributeAsync("data-armed", "true");
    }

    /// <summary>
    /// Waits until a number of orders have responses. The stream may show an order before its response arrives, and
    /// until then a click sends nothing. Each response is a notice, and the bell counts those that disappeared, too.
    /// </summary>
    private static Task AnsweredAsync(TradePage page, int orders) =>
        Assertions.Expect(page.Page.Locator("#bell-count"))
            .ToHaveTextAsync(orders.ToString(CultureInfo.InvariantCulture));

    private static async Task DisarmedAsync(TradePage page, string why)
    {
        await Assertions.Expect(page.Page.Locator("#oneclick")).ToHaveAttributeAsync("data-armed", "false");
        await Assertions.Expect(page.Page.Locator("#oneclick-said")).ToContainTextAsync(why);
    }

    private static async Task<(float Width, float RowHeight, int Rows)> LadderAsync(TradePage page)
    {
        var box = (await page.Page.Locator("#oneclick-ladder canvas").BoundingBoxAsync())!;
        var rows = (int)(box.Height / 18);
        return (box.Width, box.Height / rows, rows);
    }

    /// <summary>Returns the price of a row: the middle of the book, 150.00, is in the middle row.</summary>
    private static async Task<string> PriceAsync(TradePage page, int row) =>
        ((15_000 + (await LadderAsync(page)).Rows / 2 - row) / 100m).ToString("F2", CultureInfo.InvariantCulture);

    private static async Task ClickAsync(TradePage page, int row, float share, int clicks = 1)
    {
        var (width, height, _) = await LadderAsync(page);
        await page.Page.Locator("#oneclick-ladder canvas").ClickAsync(new LocatorClickOptions
        {
            Position = new Position { X = width * share, Y = (row + 0.5f) * height },
            ClickCount = clicks,
        });
    }
}
