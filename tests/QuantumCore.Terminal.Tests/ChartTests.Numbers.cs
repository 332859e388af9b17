using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Large numbers: a number that is cut off is another number.</summary>
public sealed partial class ChartTests
{
    /// <summary>Script that collects texts of the chart's axis that are longer than it is wide.</summary>
    private const string WatchCuts = """
        (() => {
          window.cuts = new Set();
          const { fillText } = CanvasRenderingContext2D.prototype;
          CanvasRenderingContext2D.prototype.fillText = function (text, x, ...rest) {
            if (this.canvas.parentElement?.id === "chart") {
              window.painted = true;
              if (this.textAlign === "left" && x + this.measureText(text).width > this.canvas.clientWidth) window.cuts.add(text);
              else window.cuts.delete(text);
            }
            return fillText.call(this, text, x, ...rest);
          };
        })()
        """;

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(390, 844)]
    public async Task No_digit_of_a_large_number_is_cut_off(int width, int height)
    {
        const string Large = "BIG-USD";
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "MSFT", width, height);
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/instruments",
            new
            {
                symbol = Large,
                baseAsset = "BIG",
                baseDecimals = 0,
                quoteAsset = "USD",
                quoteDecimals = 2,
                tickSize = "25",
                lotSize = "1",
                referencePrice = "500000000",
                maxPrice = "900000000000",
            });
        foreach (var account in (string[])["ACC-1001", "ACC-1002"])
        {
            await page.CallAsync(
                "demo-admin", HttpMethod.Post, $"admin/accounts/{account}/deposits",
                new { key = "large-usd", asset = "USD", amount = "9000000000000" });
            await page.CallAsync(
                "demo-admin", HttpMethod.Post, $"admin/accounts/{account}/deposits",
                new { key = "large-big", asset = "BIG", amount = "1000000" });
        }

        await page.ClearAsync(Large);

        await page.PlaceAsync("demo-bob", new { symbol = Large, side = "sell", price = "500000025", quantity = "50" });
        await page.PlaceAsync("demo-alice", new { symbol = Large, side = "buy", price = "500000025", quantity = "45" });
        await page.PlaceAsync(
            "demo-alice", new { symbol = Large, side = "buy", price = "499999975", quantity = "5765" });
        await page.Page.AddInitScriptAsync(WatchCuts);
        await page.Page.GotoAsync(new Uri(exchange.Address, $"/trade/{Large}").ToString());
        await page.LiveAsync();
        await page.Page.WaitForFunctionAsync("() => window.painted");
        await page.FramesAsync(20);
        Assert.Empty(await page.Page.EvaluateAsync<string[]>("() => [...window.cuts]"));
        if (width < 720)
            await page.Page.Locator("#views button[data-view=orders]").ClickAsync();
        var price = page.Page.Locator("#blotter tr[data-order] input").First;
        await Assertions.Expect(price).ToHaveValueAsync("499999975");
        Assert.True(await price.EvaluateAsync<bool>("input => input.scrollWidth <= input.clientWidth"));
        if (width < 720)
            await page.Page.Locator(".dock button[data-side=buy]").ClickAsync();
        await page.FillAsync("buy", "limit", ("price", "500000025"), ("quantity", "12000"));
        await Assertions.Expect(page.Page.Locator("#ticket-form .total dd"))
            .ToHaveTextAsync("6,000,000,300,000.00 USD");
        await LayoutTests.PictureAsync(page, $"{width}x{height}-dark-large");
        Assert.Empty(
            await page.Page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('#ticket-form dd')].filter(dd => dd.scrollWidth > dd.clientWidth || dd.getBoundingClientRect().right > innerWidth).map(dd => dd.textContent)"));
        await page.ClearAsync(Large);
        page.AssertSound();
    }

    /// <summary>
    /// Checks sums of large orders. An order has at most 2^53 lots, as many as a number of a browser holds exactly. A
    /// level and a candle have the lots of several orders.
    /// </summary>
    [Fact]
    public async Task Lots_of_several_large_orders_are_told_to_the_last_one()
    {
        const string Huge = "HUGE-COIN";
        string[] quantities = ["9007199254740992", "9007199254740991"];
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "MSFT");
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/instruments",
            new
            {
                symbol = Huge,
                baseAsset = "HUGE",
                baseDecimals = 0,
                quoteAsset = "COIN",
                quoteDecimals = 2,
                tickSize = "0.01",
                lotSize = "1",
                referencePrice = "0.01",
                maxPrice = "1.00",
                maxQuantity = "9007199254740992",
            });
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/accounts/ACC-1001/deposits",
            new { key = "huge-coin", asset = "COIN", amount = "400000000000000" });
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/accounts/ACC-1002/deposits",
            new { key = "huge", asset = "HUGE", amount = "20000000000000000" });
        await page.Page.GotoAsync(new Uri(exchange.Address, $"/trade/{Huge}").ToString());
        await page.LiveAsync();
        await page.Page.Locator("#book-table").ClickAsync();
        await page.Page.Locator("#chart-table").ClickAsync();
        foreach (var quantity in quantities)
            await page.PlaceAsync("demo-alice", new { symbol = Huge, side = "buy", price = "0.01", quantity });
        await Assertions.Expect(page.Page.Locator("#ladder tbody tr").Last.Locator("td").Last)
            .ToHaveTextAsync("18,014,398,509,481,983");
        await Assertions.Expect(page.Page.Locator("#ladder tbody tr").Last.Locator("td").Nth(2))
            .ToHaveTextAsync("18,014,398,509,481,983");

        // They may fall into two minutes. For one minute, the sum is shown by the page itself and by the exchange.
        await page.Page.ClickAsync("[data-interval='1d']");
        foreach (var quantity in quantities)
            await page.PlaceAsync("demo-bob", new { symbol = Huge, side = "sell", price = "0.01", quantity });
        await Assertions.Expect(page.Page.Locator("#chart tbody tr").First.Locator("td").Last)
            .ToHaveTextAsync("18,014,398,509,481,983");
        page.AssertSound();
    }
}
