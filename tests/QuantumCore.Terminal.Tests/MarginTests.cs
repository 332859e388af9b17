using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Pages of a margin account: buying power, short sales, and margin calls.</summary>
public sealed class MarginTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = "LOAN-USD";
    private const string Admin = "demo-admin";
    private const string Account = "ACC-1071";

    [Fact]
    public async Task Margin_account_buys_on_credit_sells_short_and_is_told_that_it_is_called()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "AAPL");
        await ListAsync(page);
        await AgreeAsync(page);
        await SignInAsync(page);
        var ticket = page.Page.Locator("#ticket-form");
        var hint = page.Page.Locator("#ticket-problem");
        var available = ticket.Locator("dd").First;

        // 10,000 at half.
        await Assertions.Expect(available).ToHaveTextAsync("20,000.00 USD of buying power");
        await page.FillAsync("buy", "limit", ("price", "100.01"), ("quantity", "500"));
        await Assertions.Expect(hint).ToHaveTextAsync("More than the buying power of 20,000.00 USD.");
        await page.FillAsync("buy", "limit", ("quantity", "150"));
        await Assertions.Expect(hint).ToBeEmptyAsync();
        await page.SendAsync();
        await Assertions.Expect(Toast(page, "Bought 150 LOAN")).ToBeVisibleAsync();

        await page.Page.Locator("#blotter-tabs button[data-tab=positions]").ClickAsync();
        var position = page.Page.Locator("#blotter tbody tr", new PageLocatorOptions { HasText = Symbol });
        // 5,001.50 and the fees are owed for 150 units.
        await Assertions.Expect(position.Locator("td").Nth(4)).ToHaveTextAsync(new Regex("^3[3-5]\\.\\d\\d$"));
        await page.FillAsync("sell", "limit", ("price", "99.99"), ("quantity", "170"));
        await Assertions.Expect(available).ToHaveTextAsync("150 LOAN");
        await Assertions.Expect(hint).ToHaveTextAsync("20 LOAN are sold short: as many have to be located.");
        await page.SendAsync();
        await Assertions.Expect(Toast(page, "Sold 170 LOAN")).ToBeVisibleAsync();
        await Assertions.Expect(position.Locator("td").Nth(1)).ToHaveTextAsync("−20");
        // 20 of 50 located units are sold.
        await Assertions.Expect(available).ToHaveTextAsync("30 LOAN");

        await using var marks = new Marks(page);
        var call = page.Page.Locator(".toast[role=alert]");
        await Assertions.Expect(call.Locator("b")).ToHaveTextAsync("Margin call");
        await Assertions.Expect(call).ToContainTextAsync("USD are missing and due ");
        await page.FillAsync("buy", "limit", ("price", "100.01"), ("quantity", "21"));
        await Assertions.Expect(hint).ToHaveTextAsync("The account may only make positions smaller now.");
        await PageTests.GoAsync(page, "/portfolio");
        var card = page.Page.Locator(".card[aria-label=Margin]");
        await Assertions.Expect(card.Locator("b")).ToHaveTextAsync("called");
        await Assertions.Expect(card.Locator(".facts")).ToContainTextAsync("Missing");
        await Assertions.Expect(card.Locator("tbody td").Nth(1)).ToHaveTextAsync("−20");
        await LayoutTests.PictureAsync(page, "1440-dark-portfolio-margin");

        await page.Page.Locator("#pages a").First.ClickAsync();
        await position.Locator("button").ClickAsync();
        await page.SendAsync();
        await Assertions.Expect(Toast(page, "Margin is enough again")).ToBeVisibleAsync();
        page.AssertSound();
    }

    /// <summary>
    /// Lists a market of its own, with orders on both sides and a last price: a margin call affects no other test.
    /// </summary>
    private static async Task ListAsync(TradePage page)
    {
        await page.CallAsync(Admin, HttpMethod.Post, "admin/instruments", new
        {
            symbol = Symbol,
            baseAsset = "LOAN",
            baseDecimals = 0,
            quoteAsset = "USD",
            quoteDecimals = 2,
            tickSize = "0.01",
            lotSize = "1",
            referencePrice = "100.00",
        });
        await page.CallAsync(
            Admin, HttpMethod.Post, "admin/accounts/ACC-1002/deposits",
            new { key = "loan-1", asset = "LOAN", amount = "1000" });
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "100.01", quantity = "500" });
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = "99.99", quantity = "500" });
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "100.01", quantity = "1" });
    }

    private static async Task AgreeAsync(TradePage page)
    {
        var half = new { tiers = new[] { new { initialPpm = 500_000, maintenancePpm = 300_000 } } };
        await page.CallAsync(
            Admin, HttpMethod.Post, $"admin/margin/instruments/{Symbol}",
            new Dictionary<string, object> { ["long"] = half, ["short"] = half, ["lendable"] = "1000" });
        await page.CallAsync(
            Admin, HttpMethod.Post, "admin/margin/currencies/USD", new { loanPpm = 50_000, callSeconds = 3_600 });
        await page.CallAsync(
            Admin, HttpMethod.Post, $"admin/accounts/{Account}/deposits",
            new { key = "money-1", asset = "USD", amount = "10000.00" });
        await page.CallAsync(Admin, HttpMethod.Post, $"admin/accounts/{Account}/margin", new { currency = "USD" });
        await page.CallAsync(
            Admin, HttpMethod.Post, $"admin/accounts/{Account}/locates", new { symbol = Symbol, quantity = "50" });
        await page.CallAsync(
            Admin, HttpMethod.Post, "admin/users",
            new { name = "mara", password = "correct horse battery", account = Account });
    }

    private static async Task SignInAsync(TradePage page)
    {
        await PageTests.GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await page.Page.Locator("#name").FillAsync("mara");
        await page.Page.Locator("#password").FillAsync("correct horse battery");
        await page.Page.Locator("#page button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("mara");
        await page.Page.GotoAsync(new Uri(page.Address, $"/trade/{Symbol}").ToString());
        await page.LiveAsync();
    }

    private static ILocator Toast(TradePage page, string title) =>
        page.Page.Locator(".toast b", new PageLocatorOptions { HasText = title });

    /// <summary>
    /// A mark price at which a short sale of 20 is called but not liquidated. It counts for ten seconds, so it is sent
    /// again as long as the test runs.
    /// </summary>
    private sealed class Marks : IAsyncDisposable
    {
        private readonly PeriodicTimer _again = new(TimeSpan.FromSeconds(2));
        private readonly Task _telling;

        public Marks(TradePage page) => _telling = TellAsync(page);

        public async ValueTask DisposeAsync()
        {
            _again.Dispose();
            await _telling;
        }

        private async Task TellAsync(TradePage page)
        {
            do
                await page.CallAsync(Admin, HttpMethod.Post, $"admin/symbols/{Symbol}/mark", new { price = "490.00" });
            while (await _again.WaitForNextTickAsync(TestContext.Current.CancellationToken));
        }
    }
}
