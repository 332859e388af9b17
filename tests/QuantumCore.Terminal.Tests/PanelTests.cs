using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Two or four charts, each of a symbol of its own, and a layout that is kept.</summary>
public sealed class PanelTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    private const string Password = "correct horse battery";

    /// <summary>Number of colours of a chart's picture: one without candles has two or three.</summary>
    private const string Colours = """
        canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return new Set(Array.from({ length: data.length / 4 }, (_, i) => `${data[4 * i]} ${data[4 * i + 1]} ${data[4 * i + 2]}`)).size;
        }
        """;

    [Fact]
    public async Task Layout_of_four_charts_is_kept_and_goes_with_the_person()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "AAPL");
        await SignAsync(page, "olivia", isNew: true);
        var charts = page.Page.Locator(".side-chart");
        await Assertions.Expect(charts).ToHaveCountAsync(0);
        await page.Page.Locator("#layout").SelectOptionAsync("4");
        await Assertions.Expect(charts).ToHaveCountAsync(3);
        await page.Page.RunAndWaitForResponseAsync(
            () => charts.Nth(1).Locator("select").SelectOptionAsync("BTC-USD"),
            response => response.Url.EndsWith("/user/preferences", StringComparison.Ordinal)
                && response.Request.Method == "PATCH" && response.Ok);
        await page.Page.ReloadAsync();
        await Assertions.Expect(charts).ToHaveCountAsync(3);
        await Assertions.Expect(charts.Nth(1).Locator("select")).ToHaveValueAsync("BTC-USD");

        await using var other = await TradePage.OpenAsync(browser, exchange.Address, "MSFT");
        await Assertions.Expect(other.Page.Locator(".side-chart")).ToHaveCountAsync(0);
        await SignAsync(other, "olivia", isNew: false);
        await Assertions.Expect(other.Page.Locator(".side-chart")).ToHaveCountAsync(3);
        await Assertions.Expect(other.Page.Locator(".side-chart").Nth(1).Locator("select")).ToHaveValueAsync("BTC-USD");
        await other.Page.Locator("#layout").SelectOptionAsync("1");
        await Assertions.Expect(other.Page.Locator(".side-chart")).ToHaveCountAsync(0);
        page.AssertSound();
        other.AssertSound();
    }

    [Fact]
    public async Task Chart_beside_the_main_one_moves_with_its_market_and_is_traded_by_a_click()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "AAPL");
        await page.Page.Locator("#layout").SelectOptionAsync("2");
        var chart = page.Page.Locator(".side-chart");
        await chart.Locator("select").SelectOptionAsync("BTC-USD");
        var last = chart.Locator(".side-head b");
        await Assertions.Expect(last).Not.ToHaveTextAsync("–");
        var before = await last.TextContentAsync();
        await Assertions.Expect(last).Not.ToHaveTextAsync(before!);
        await page.FramesAsync(10);
        Assert.True(await chart.Locator("canvas").EvaluateAsync<int>(Colours) > 4);
        await chart.Locator("button").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#symbol")).ToHaveTextAsync("BTC-USD");
        page.AssertSound();
    }

    [Theory]
    [InlineData(1440, 900, "dark", "4")]
    [InlineData(1440, 900, "light", "2")]
    [InlineData(1024, 768, "light", "4")]
    [InlineData(390, 844, "dark", "4")]
    public async Task Charts_fit_and_a_phone_has_the_main_one(int width, int height, string theme, string layout)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD", width, height, theme);
        await page.Page.EvaluateAsync(
            "layout => localStorage.setItem('quantumcore.prefs', JSON.stringify({ ...JSON.parse(localStorage.getItem('quantumcore.prefs') ?? '{}'), layout, panels: 'AMZN,BTC-USD,AMZN' }))", layout);
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        var visible = page.Page.Locator(".side-chart:visible");
        await Assertions.Expect(visible).ToHaveCountAsync(width < 720 ? 0 : layout == "4" ? 3 : 1);
        await LayoutTests.PictureAsync(page, $"{width}x{height}-{theme}-charts-{layout}");
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(LayoutTests.Flaws));
        page.AssertSound();
    }

    private static async Task SignAsync(TradePage page, string name, bool isNew)
    {
        await PageTests.GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await page.Page.Locator("#name").FillAsync(name);
        await page.Page.Locator("#password").FillAsync(Password);
        await (isNew
            ? page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign up" })
            : page.Page.Locator("#page button[type=submit]")).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync(name);
        await page.LiveAsync();
    }
}
