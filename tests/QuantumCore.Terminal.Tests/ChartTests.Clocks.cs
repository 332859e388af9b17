using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Times of the chart on other clocks than UTC: candles begin by UTC.</summary>
public sealed partial class ChartTests
{
    /// <summary>Script that collects the texts of the time axis.</summary>
    private const string WatchTimes = """
        (() => {
          localStorage.setItem("quantumcore.prefs", JSON.stringify({ zone: "local" }));
          window.times = new Set();
          const { fillText } = CanvasRenderingContext2D.prototype;
          CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
            if (this.canvas.parentElement?.id === "chart" && this.textAlign === "center" && y > this.canvas.clientHeight - 20) window.times.add(text);
            return fillText.call(this, text, x, y, ...rest);
          };
        })()
        """;

    [Theory]
    [InlineData("Asia/Kolkata", "1h", "12:30")]
    [InlineData("Asia/Kolkata", "4h", "01-01")]
    [InlineData("America/New_York", "4h", "01-01")]
    [InlineData("America/New_York", "1d", "12-28")]
    [InlineData("Asia/Tokyo", "1d", "12-28")]
    public async Task Axis_has_its_times_on_every_clock(string zone, string interval, string shown)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "MSFT");
        var session = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await session.SendAsync(
            "Emulation.setTimezoneOverride", new Dictionary<string, object> { ["timezoneId"] = zone });
        await page.Page.AddInitScriptAsync(WatchTimes);
        var step =
            interval == "1h" ? TimeSpan.FromHours(1) : interval == "4h" ? TimeSpan.FromHours(4) : TimeSpan.FromDays(1);
        var last = new DateTimeOffset(2026, 1, 3, 0, 0, 0, TimeSpan.Zero);
        var candles = Enumerable.Range(0, 60)
            .Select(
                i =>
                    $"[{(last - ((59 - i) * step)).ToUnixTimeMilliseconds()},\"400.00\",\"401.00\",\"399.00\",\"400.00\",\"5\",1]");
        await page.Page.RouteAsync("**/candles/**", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body =
                $$"""{"symbol":"MSFT","candles":[{{(route.Request.Url.Contains("before=", StringComparison.Ordinal) ? "" : string.Join(',', candles))}}]}""",
        }));
        await page.Page.GotoAsync(new Uri(exchange.Address, $"/trade/MSFT?iv={interval}").ToString());
        await page.LiveAsync();
        await page.Page.WaitForFunctionAsync("shown => window.times.has(shown)", shown);
        page.AssertSound();
    }
}
