using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Additions to the chart's candles: indicators, the position, and enough of the past.</summary>
public sealed partial class ChartTests
{
    /// <summary>Script that computes the indicators of numbers that can be checked by hand.</summary>
    private const string Reckoned = """
        async () => {
          const { sma, ema, vwap, bollinger, rsi, macd } = await import("/js/indicators.js");
          const ramp = Array.from({ length: 40 }, (_, i) => i + 1);
          const candle = (start, price, volume) => ({ start, open: price, high: price, low: price, close: price, volume });
          const band = bollinger([1, 3, 5], 2, 2);
          const averages = macd(ramp);
          const day = 86400000;
          const last = values => values.at(-1).toFixed(4);
          return [
            sma([1, 2, 3, 4], 2).join(), ema([1, 2, 3, 4, 5], 3).join(),
            vwap([candle(0, 10, 1n), candle(60000, 20, 3n), candle(day, 30, 5n)]).join(),
            [band.middle, band.upper, band.lower].map(last).join(),
            last(rsi(ramp, 14)), last(rsi([1, 2, 1, 2, 1], 4)), rsi([5, 5, 5], 2).join(),
            [averages.line, averages.signal, averages.bars].map(last).join(),
          ];
        }
        """;

    [Fact]
    public async Task Indicators_are_reckoned_as_everybody_reckons_them()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "MSFT");
        Assert.Equal(
            [
                "NaN,1.5,2.5,3.5", "NaN,NaN,2,3,4", "10,17.5,30", "4.0000,6.0000,2.0000", "100.0000", "50.0000",
                "NaN,NaN,50", "7.0000,7.0000,0.0000"],
            await page.Page.EvaluateAsync<string[]>(Reckoned));
        page.AssertSound();
    }

    [Theory]
    [InlineData(1440, 900, "dark")]
    [InlineData(390, 844, "light")]
    public async Task Chosen_indicators_are_drawn_and_stay_chosen(int width, int height, string theme)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD", width, height, theme);
        await page.Page.AddInitScriptAsync(ChangeTests.WatchTexts);
        await page.Page.Locator("#indicators").ClickAsync();
        foreach (var study in new[] { "sma", "ema", "bollinger", "rsi", "macd" })
            await page.Page.Locator($"dialog input[data-study={study}]").CheckAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        await page.Page.WaitForFunctionAsync(
            "() => ['SMA 20 ', 'EMA 50 ', 'Bollinger 20, 2 ', 'RSI 14 ', 'MACD 12, 26, 9 '].every(name => window.texts.chart?.some(text => text.startsWith(name) && /\\d$/.test(text)))");
        await LayoutTests.PictureAsync(page, $"{width}x{height}-{theme}-indicators");

        // Other tests of the class list symbols with numbers too long for the list.
        Assert.DoesNotContain(
            await page.Page.EvaluateAsync<string[]>(LayoutTests.Flaws),
            flaw => !flaw.StartsWith("cut: SPAN", StringComparison.Ordinal));
        page.AssertSound();
    }

    [Theory]
    [InlineData("30m")]
    [InlineData("4h")]
    [InlineData("1d")]
    public async Task Chart_of_a_new_demo_has_thirty_days(string interval)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD");
        var candles =
            (await page.CallAsync(
                "demo-alice", HttpMethod.Get, $"candles/BTC-USD?period={interval}&limit=1500")).GetProperty("candles");
        var (first, last) = (candles[0][0].GetInt64(), candles[candles.GetArrayLength() - 1][0].GetInt64());
        Assert.InRange((last - first) / 86_400_000.0, 28.9, 30.1);

        // No candle stands still.
        Assert.All(
            candles.EnumerateArray().Take(candles.GetArrayLength() - 1),
            candle => Assert.NotEqual(candle[2].GetString(), candle[3].GetString()));
        await page.Page.Locator($"[data-interval='{interval}']").ClickAsync();
        await LayoutTests.PictureAsync(page, $"1440x900-dark-{interval}");
        await page.Page.Locator("#chart-table").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#chart tbody tr"))
            .ToHaveCountAsync(Math.Min(candles.GetArrayLength(), 100));
        page.AssertSound();
    }

    [Fact]
    public async Task Weeks_begin_on_mondays()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD");
        Assert.Equal("2026-11-23", await page.Page.EvaluateAsync<string>(
            "async () => new Date((await import('/js/store.js')).startOfCandle(Date.UTC(2026, 10, 29, 23), 604800000)).toISOString().slice(0, 10)"));
        await page.Page.Locator("[data-interval='1w']").ClickAsync();
        await page.Page.Locator("#chart-table").ClickAsync();
        var newest = await page.Page.Locator("#chart tbody td").First.TextContentAsync();
        Assert.Equal(
            DayOfWeek.Monday, DateTime.Parse(newest!, System.Globalization.CultureInfo.InvariantCulture).DayOfWeek);
        page.AssertSound();
    }

    [Theory]
    [InlineData(0.9, "Buy limit", "price", "buy")]
    [InlineData(0.9, "Sell stop", "trigger", "sell")]
    [InlineData(0.05, "Sell limit", "price", "sell")]
    [InlineData(0.05, "Buy stop", "trigger", "buy")]
    public async Task Right_button_on_the_chart_fills_the_ticket_at_that_price(
        double down, string offer, string field, string side)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD");
        var box = (await page.Page.Locator("#chart canvas").BoundingBoxAsync())!;
        await page.Page.Locator("#chart canvas")
            .ClickAsync(new LocatorClickOptions
            {
                Button = MouseButton.Right,
                Position = new Position
                {
                    X = 200,
                    Y = (float)(30 + ((box.Height - 60) * 0.8 * down)),
                }
            });
        var dialog = page.Page.Locator("dialog");
        var price =
            (await dialog.Locator("h2").InnerTextAsync())["At ".Length..].Replace(",", "", StringComparison.Ordinal);
        await LayoutTests.PictureAsync(page, "1440x900-dark-chart-order");
        await dialog.GetByText(offer, new LocatorGetByTextOptions { Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.Locator($"#{field}")).ToHaveValueAsync(price);
        await Assertions.Expect(page.Page.Locator("#ticket-form")).ToHaveAttributeAsync("data-side", side);
        await Assertions.Expect(page.Page.Locator("#quantity")).ToBeFocusedAsync();
        Assert.Empty(await page.OpenOrdersAsync("BTC-USD"));
        page.AssertSound();
    }

    [Fact]
    public async Task Position_is_a_line_at_its_average_price_with_its_profit()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await page.Page.AddInitScriptAsync(ChangeTests.WatchTexts);
        await page.Page.ReloadAsync();
        await page.LiveAsync();
        var held = (await page.CallAsync("demo-alice", HttpMethod.Get, "account")).GetProperty("balances")
            .EnumerateArray().Single(balance => balance.GetProperty("asset").GetString() == Symbol).GetProperty("total")
            .GetString();
        var shown = $"Position {int.Parse(held!, System.Globalization.CultureInfo.InvariantCulture):N0}";
        await page.Page.WaitForFunctionAsync(
            "shown => window.texts.chart?.some(text => text.startsWith(shown) && text.endsWith(' USD'))", shown);
        page.AssertSound();
    }
}
