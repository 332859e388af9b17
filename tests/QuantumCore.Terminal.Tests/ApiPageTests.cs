using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>The reference of the API at /docs, under the exchange's policy for browsers.</summary>
public sealed class ApiPageTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    [Fact]
    public async Task The_reference_shows_the_calls_and_asks_no_other_server()
    {
        var page = await browser.PageAsync();
        var elsewhere = new ConcurrentQueue<string>();
        page.Request += (_, request) =>
        {
            var url = new Uri(request.Url);
            if (url.Scheme is "http" or "https" && url.Authority != exchange.Address.Authority)
                elsewhere.Enqueue(request.Url);
        };
        page.PageError += (_, error) => elsewhere.Enqueue(error);

        await page.GotoAsync(new Uri(exchange.Address, "docs").ToString());

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Places an order" }).First)
            .ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Operators: accounts").First).ToBeVisibleAsync();
        Assert.Empty(elsewhere);
        await page.Context.CloseAsync();
    }
}
