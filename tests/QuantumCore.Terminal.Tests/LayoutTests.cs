using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>
/// Layout of the page at its sizes, in both themes. If QUANTUMCORE_SCREENSHOTS names a folder, pictures are stored
/// there for a person to look at.
/// </summary>
public sealed class LayoutTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    /// <summary>Script that finds visible panels beyond the window, and visible labels that are cut off.</summary>
    internal const string Flaws = """
        () => {
          const flaws = [];
          const wide = document.documentElement.scrollWidth - innerWidth;
          if (wide > 0) flaws.push(`the page is ${wide} px too wide`);
          const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
          for (const e of document.querySelectorAll(".panel, header, .symbol-bar, .dock, .views")) {
            if (!shown(e)) continue;
            const r = e.getBoundingClientRect();
            if (r.left < -0.5 || r.right > innerWidth + 0.5 || r.top < -0.5 || r.bottom > innerHeight + 0.5) flaws.push(`${e.className || e.tagName} lies outside`);
          }
          for (const e of document.querySelectorAll("header *, .symbol-bar *, .bar *, h2, #ticket-form button, #ticket-form span, .columns span, #list span, .views button")) {
            const rolls = innerWidth < 720 && e.closest(".segments");
            if (!shown(e) || rolls || e.closest("#stats, .hidden-text, select, .skip") || e.matches("input, select")) continue;
            if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0) flaws.push(`cut: ${e.tagName} ${e.textContent}`);
            const r = e.getBoundingClientRect();
            const panel = e.closest(".panel, header, .symbol-bar")?.getBoundingClientRect();
            if (panel && (r.right > panel.right + 1 || r.left < panel.left - 1)) flaws.push(`beyond its panel: ${e.tagName} ${e.textContent}`);
          }
          for (const e of document.querySelectorAll("button, select, a, input")) {
            if (!shown(e) || e.matches(".skip")) continue;
            const r = e.getBoundingClientRect();
            if (r.height < 23.5) flaws.push(`small target: ${e.id || e.textContent} ${r.height}`);
          }
          return flaws;
        }
        """;

    private const string Boxes = """
        () => [...document.querySelectorAll(".panel, .symbol-bar")].filter(e => e.checkVisibility()).map(e => {
          const r = e.getBoundingClientRect();
          return `${e.className} ${r.x} ${r.y} ${r.width} ${r.height}`;
        }).join("\n")
        """;

    private static readonly (int, int)[] s_sizes = [(1440, 900), (1024, 768), (800, 1000), (390, 844)];
    private static readonly string[] s_themes = ["dark", "light"];
    private static readonly string[] s_phoneViews = ["chart", "book", "tape", "depth", "orders"];
    private static readonly string[] s_views = ["all"];
    private static readonly string[] s_phases = ["halt", "opening"];

    public static TheoryData<int, int, string> Sizes => new(
        from size in s_sizes
        from theme in s_themes
        select (size.Item1, size.Item2, theme));

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Nothing_is_cut_off_or_beyond_its_place(int width, int height, string theme)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD", width, height, theme);
        var views = width < 720 ? s_phoneViews : s_views;
        foreach (var view in views)
        {
            if (width < 720)
                await page.Page.Locator($"#views button[data-view={view}]").ClickAsync();
            await PictureAsync(page, $"{width}x{height}-{theme}-{view}");
            Assert.Empty(await page.Page.EvaluateAsync<string[]>(Flaws));
        }

        if (width < 1024)
        {
            await page.Page.Locator(".dock button[data-side=buy]").ClickAsync();
            await PictureAsync(page, $"{width}x{height}-{theme}-ticket");
            await Assertions.Expect(page.Page.Locator("#send")).ToBeInViewportAsync();
        }

        page.AssertSound();
    }

    [Theory]
    [InlineData(1024, 768, "light")]
    [InlineData(390, 844, "dark")]
    public async Task Armed_ladder_fits_and_says_so(int width, int height, string theme)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD", width, height, theme);
        await page.Page.EvaluateAsync(
            "() => localStorage.setItem('quantumcore.prefs', JSON.stringify({ ...JSON.parse(localStorage.getItem('quantumcore.prefs') ?? '{}'), oneClick: true }))");
        await page.Page.ReloadAsync();
        if (width < 720)
            await page.Page.Locator(".views button[data-view=book]").ClickAsync();
        await page.Page.Locator("#oneclick-toggle").ClickAsync();
        await page.Page.Locator("#oneclick-quantity").FillAsync("0.01");
        await page.Page.Locator("#oneclick-arm:enabled").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#oneclick-said")).ToContainTextAsync("Armed:");
        await page.Page.Locator("#grouping").SelectOptionAsync("100");
        await Assertions.Expect(page.Page.Locator("#oneclick")).ToHaveAttributeAsync("data-armed", "false");
        await page.Page.Locator("#oneclick-arm:enabled").ClickAsync();
        await PictureAsync(page, $"{width}x{height}-{theme}-oneclick");
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(Flaws));
        page.AssertSound();
    }

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(390, 844)]
    public async Task Nothing_moves_when_trading_halts_and_an_auction_begins(int width, int height)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "MSFT", width, height);
        var before = await page.Page.EvaluateAsync<string>(Boxes);
        foreach (var phase in s_phases)
        {
            await page.PhaseAsync("MSFT", phase);
            await Assertions.Expect(page.Page.Locator("#notice-text"))
                .ToContainTextAsync(phase == "halt" ? "halted" : "auction");
            await Assertions.Expect(page.Page.Locator("#notice")).ToBeInViewportAsync();
            await PictureAsync(page, $"{width}x{height}-dark-{phase}");
            Assert.Equal(before, await page.Page.EvaluateAsync<string>(Boxes));
        }

        await page.PhaseAsync("MSFT", "continuous");
    }

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public async Task Phone_has_its_pages_at_the_bottom_and_tables_as_cards(string theme)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "MSFT", 390, 844, theme);
        await page.PlaceAsync("demo-bob", new { symbol = "MSFT", side = "sell", price = "400.00", quantity = "2" });
        await page.PlaceAsync("demo-alice", new { symbol = "MSFT", side = "buy", price = "400.00", quantity = "2" });
        foreach (var name in new[] { "Portfolio", "Orders", "Trade" })
        {
            var link = page.Page.Locator("#pages a", new PageLocatorOptions { HasText = name });
            var box = (await link.BoundingBoxAsync())!;
            Assert.True(
                box.Y >= 844 - 53 && box.Y + box.Height <= 845 && box.X >= 0 && box.X + box.Width <= 391,
                $"{name}: {box.X} {box.Y} {box.Width} {box.Height}");
            await link.ClickAsync();
            await Assertions.Expect(page.Page.Locator("#pages a[aria-current]")).ToHaveTextAsync(name);
            if (name == "Trade")
                continue;

            // Every cell has a label, and all are visible without scrolling.
            var cell = page.Page.Locator(
                "#page tbody td[data-label=Symbol]", new PageLocatorOptions { HasText = "MSFT" }).First;
            await Assertions.Expect(cell).ToBeVisibleAsync();
            Assert.Equal(
                "\"Symbol\"", await cell.EvaluateAsync<string>("cell => getComputedStyle(cell, '::before').content"));
            Assert.Empty(
                await page.Page.EvaluateAsync<string[]>(
                    "() => [...document.querySelectorAll('#page .card')].filter(card => card.scrollWidth > card.clientWidth + 1).map(card => card.ariaLabel)"));
            Assert.Empty(await page.Page.EvaluateAsync<string[]>(Flaws));
            await cell.ScrollIntoViewIfNeededAsync();
            await PictureAsync(page, $"390x844-{theme}-{name}");
        }

        page.AssertSound();
    }

    internal static async Task PictureAsync(TradePage page, string name)
    {
        if (Environment.GetEnvironmentVariable("QUANTUMCORE_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.Page.WaitForTimeoutAsync(1_500);
            await page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") });
        }
    }
}
