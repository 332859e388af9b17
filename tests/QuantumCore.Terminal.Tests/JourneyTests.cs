using System.Text.RegularExpressions;
using Microsoft.Playwright;
using QuantumCore.SystemTests;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>A user's work on the trade page, from the first order to a restart of the exchange.</summary>
public sealed partial class JourneyTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = QuietExchange.Symbol;

    [Fact]
    public async Task Limit_order_rests_is_amended_and_cancelled_by_click()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.FillAsync("buy", "limit", ("price", "120.00"), ("quantity", "100"));
        await Assertions.Expect(page.Page.Locator("#ticket-form .total dd")).ToHaveTextAsync("12,002.40 USD");
        await page.SendAsync();
        var row = page.Page.Locator("#blotter tr[data-order]");

        // The notice disappears by itself; the row stays.
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Order placed" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(row).ToHaveCountAsync(1);

        await row.Locator("input").First.FillAsync("121.50");
        await Assertions.Expect(row.Locator(".note")).ToHaveTextAsync("loses priority");
        await row.Locator("button.amend").ClickAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Amended" }))
            .ToBeVisibleAsync();
        Assert.Equal("121.50", Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("price").GetString());

        // Until the book responds, the order and its replacement are both there.
        await Assertions.Expect(row).ToHaveCountAsync(1);
        await Assertions.Expect(row.Locator("input").First).ToHaveValueAsync("121.50");

        await page.Page.Locator(
            "#blotter tr[data-order] .actions button", new PageLocatorOptions { HasText = "Cancel" })
            .ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter .empty")).ToContainTextAsync("No open orders");
        Assert.Empty(await page.OpenOrdersAsync(Symbol));
        page.AssertSound();
    }

    [Theory]
    [InlineData("limit", "price=120.00 quantity=10 tif=day", "limit")]
    [InlineData("postOnly", "price=120.00 quantity=10", "limit")]
    [InlineData("stop", "trigger=160.00 quantity=10", "stop")]
    [InlineData("stopLimit", "trigger=160.00 price=161.00 quantity=10", "stopLimit")]
    [InlineData("takeProfit", "trigger=140.00 quantity=10", "takeProfit")]
    [InlineData("takeProfitLimit", "trigger=140.00 price=140.00 quantity=10", "takeProfitLimit")]
    [InlineData("trailingStop", "trail=2.5 quantity=10", "trailingStop")]
    [InlineData("iceberg", "price=120.00 quantity=100 display=10", "limit")]
    [InlineData("pegged", "price=151.00 quantity=10", "pegged")]
    [InlineData("oco", "target=140.00 trigger=160.00 stopPrice=161.00 quantity=10", "limit,stopLimit")]
    [InlineData("bracket", "price=120.00 quantity=10 target=130.00 trigger=110.00", "limit,limit,stop")]
    public async Task Every_kind_of_order_is_placed_and_shown(string kind, string fields, string types)
    {
        await using var page =
            await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", bid: "149.00", ask: "151.00");
        await page.FillAsync(
            "buy", kind, [.. fields.Split(' ').Select(field => field.Split('=')).Select(pair => (pair[0], pair[1]))]);
        await page.SendAsync();
        var expected = types.Split(',');
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(expected.Length);
        var orders = await page.OpenOrdersAsync(Symbol);
        Assert.Equal(expected.Order(), orders.Select(order => order.GetProperty("type").GetString()!).Order());
        page.AssertSound();
    }

    [Fact]
    public async Task Market_order_previews_what_it_takes_and_is_filled_at_that()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "150.00", quantity = "10" });
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "150.10", quantity = "10" });
        await page.FillAsync("buy", "market", ("quantity", "15"));

        // 10 at 150.00 and 5 at 150.10 are 2,250.50. The fee is half a thousandth of that, rounded up.
        await Assertions.Expect(page.Page.Locator("#ticket-form .total dd")).ToHaveTextAsync("2,251.63 USD");
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 15 AAPL" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator(".toast p", new PageLocatorOptions { HasText = "in 2 fills, taker" }))
            .ToBeVisibleAsync();
        await page.Page.Locator("[data-tab=fills]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr").First).ToContainTextAsync("150.10");
        page.AssertSound();
    }

    [Fact]
    public async Task Market_order_beyond_the_book_can_not_be_sent()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        await page.FillAsync("buy", "market", ("quantity", "1000"));
        await Assertions.Expect(page.Page.Locator("#quantity-problem")).ToHaveTextAsync("the book has 5 now");
        await Assertions.Expect(page.Page.Locator("#send")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Post_only_that_would_match_is_refused_before_it_is_sent()
    {
        await using var page =
            await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", bid: "149.00", ask: "151.00");
        await page.FillAsync("buy", "postOnly", ("price", "151.00"), ("quantity", "1"));
        await Assertions.Expect(page.Page.Locator("#price-problem")).ToContainTextAsync("would match now");
        await Assertions.Expect(page.Page.Locator("#send")).ToBeDisabledAsync();
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Use the best bid" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#price")).ToHaveValueAsync("149.00");
        await Assertions.Expect(page.Page.Locator("#send")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Stop_triggers_and_its_fill_is_told()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        await page.FillAsync("buy", "stop", ("trigger", "150.50"), ("quantity", "2"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await page.PlaceAsync(
            "demo-bob", new { symbol = Symbol, side = "buy", price = "151.00", quantity = "1", selfTrade = "none" });
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 2 AAPL" }))
            .ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fill_that_could_not_be_read_at_first_is_told_all_the_same(bool neitherThoseBefore)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        var refused = 0;
        await page.Page.RouteAsync("**/api/qc/v1/fills*", route => ++refused <= 6
            ? route.FulfillAsync(new RouteFulfillOptions { Status = 503, Body = "busy" })
            : route.ContinueAsync());
        if (neitherThoseBefore)
        {
            // The page has read no fills yet: it distinguishes fills from before it was opened and later ones.
            await page.Page.ReloadAsync();
            await page.LiveAsync();
        }

        await page.FillAsync("buy", "market", ("quantity", "3"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 3 AAPL" }))
            .ToBeVisibleAsync();
        Assert.True(refused > 6);
        if (neitherThoseBefore)
            await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought" }))
                .ToHaveCountAsync(1);
        page.AssertSound();
    }

    [Fact]
    public async Task User_switch_shows_the_orders_and_balances_of_the_new_user()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.FillAsync("buy", "limit", ("price", "118.00"), ("quantity", "6"));
        await page.SendAsync();
        var rows = page.Page.Locator("#blotter tr[data-order]");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "158.00", quantity = "9" });

        // With rows in its table, the page switches to another user, who has some as well, and back.
        await page.GoOnAsAsync("demo-bob");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.First).ToContainTextAsync("Sell");
        await page.GoOnAsAsync("demo-alice");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows.First).ToContainTextAsync("Buy");
        page.AssertSound();
    }

    [Fact]
    public async Task A_late_answer_for_one_account_is_not_shown_to_the_next()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        var isAlice = true;
        var asked = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var answered = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/qc/v1/fills*", async route =>
        {
            // Alice's request gets its response when she has gone.
            if (!isAlice)
            {
                await route.ContinueAsync();
                return;
            }

            var late = await route.FetchAsync();
            asked.TrySetResult();
            await goOn.Task;
            await route.FulfillAsync(new RouteFulfillOptions { Response = late });
            answered.TrySetResult();
        });
        await page.FillAsync("buy", "market", ("quantity", "3"));
        await page.SendAsync();
        await asked.Task;
        await page.Page.RouteAsync("**/api/qc/v1/sessions/demo", route =>
        {
            isAlice = false;
            return route.ContinueAsync();
        });
        await page.GoOnAsAsync("demo-bob");
        await page.Page.Locator("[data-tab=fills]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr").First).ToContainTextAsync("Sell");
        // Collects all messages from here on: notices disappear by themselves.
        await page.Page.EvaluateAsync(
            """
            () => {
              window.said = [];
              new MutationObserver((changes) => { for (const { addedNodes } of changes) for (const node of addedNodes) window.said.push(node.textContent); })
                .observe(document.body, { childList: true, subtree: true });
            }
            """);
        goOn.SetResult();
        await answered.Task;

        // The messages after that are Bob's own.
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "150.00", quantity = "4" });
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "150.00", quantity = "4" });
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Sold 4 AAPL" }))
            .ToBeVisibleAsync();
        var said = await page.Page.EvaluateAsync<string[]>("() => window.said");
        Assert.Contains(said, text => text.Contains("Sold 4 AAPL", StringComparison.Ordinal));
        Assert.DoesNotContain(said, text => text.Contains("Bought", StringComparison.Ordinal));
        page.AssertSound();
    }

    [Fact]
    public async Task Enter_twice_sends_one_order()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.Page.Locator("#send:enabled").WaitForAsync();
        await page.Page.EvaluateAsync(
            """
            () => {
              const form = document.getElementById("ticket-form");
              form.requestSubmit();
              form.requestSubmit();
            }
            """);
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        Assert.Single(await page.OpenOrdersAsync(Symbol));
    }

    [Fact]
    public async Task Keyboard_alone_places_and_cancels_an_order()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var keyboard = page.Page.Keyboard;
        await page.Page.Locator("body").PressAsync("l");
        await keyboard.PressAsync("b");
        await keyboard.TypeAsync("3");
        await keyboard.PressAsync("Shift+Tab");
        await keyboard.TypeAsync("118.00");
        await keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await keyboard.PressAsync("Escape");
        await keyboard.PressAsync("x");
        await Assertions.Expect(page.Page.Locator("#blotter .empty")).ToBeVisibleAsync();
        Assert.Empty(await page.OpenOrdersAsync(Symbol));
    }

    [Fact]
    public async Task Ladder_shows_the_book_level_by_level_and_a_click_fills_the_ticket()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, bid: "149.00", ask: "151.00");
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = "148.00", quantity = "30" });
        await page.Page.Locator("#book-table").ClickAsync();
        var rows = page.Page.Locator("#ladder .as-table tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(3);
        Assert.Equal(["Ask151.0055", "Bid149.0055", "Bid148.003035"], await rows.AllTextContentsAsync());

        await page.Page.Locator("#book-table").ClickAsync();
        await page.Page.Locator("#ladder canvas").FocusAsync();
        await page.Page.Keyboard.PressAsync("Home");
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator("#price")).ToHaveValueAsync("151.00");
        await Assertions.Expect(page.Page.Locator("#send")).ToContainTextAsync("Buy");
        Assert.Empty(await page.OpenOrdersAsync(Symbol));
    }

    [Theory]
    [InlineData("#ladder", 0.25, @"^151\.00$")]
    [InlineData("#depth", 0.75, @"^150\.[4-6]\d$")]
    public async Task Quantity_is_typed_after_a_click_on_a_price(string surface, double across, string price)
    {
        await using var page =
            await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", bid: "149.00", ask: "151.00");
        var quantity = page.Page.Locator("#quantity");
        await quantity.FillAsync("17");
        var canvas = page.Page.Locator($"{surface} canvas");
        var box = (await canvas.BoundingBoxAsync())!;

        // The lowest ask is just above the middle of the ladder; in the depth, every place is a price.
        await canvas.ClickAsync(new LocatorClickOptions
        {
            Position = new Position
            {
                X = (float)(box.Width * across),
                Y = (box.Height / 2) - 20,
            }
        });
        await Assertions.Expect(quantity).ToBeFocusedAsync();
        await page.Page.Keyboard.TypeAsync("250");
        await Assertions.Expect(quantity).ToHaveValueAsync("250");
        await Assertions.Expect(page.Page.Locator("#price")).ToHaveValueAsync(new Regex(price));

        // Outside the fields, a digit means nothing, so that a lost focus does no harm.
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Keyboard.TypeAsync("250");
        await Assertions.Expect(page.Page.Locator("#intervals [aria-selected=true]")).ToHaveTextAsync("1m");
        await page.Page.Keyboard.TypeAsync("..,");
        await Assertions.Expect(page.Page.Locator("#intervals [aria-selected=true]")).ToHaveTextAsync("5m");
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Halt_closes_the_ticket_and_an_auction_reopens_with_fills()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        await page.FillAsync("buy", "limit", ("price", "140.00"), ("quantity", "1"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await page.PhaseAsync(Symbol, "halt");
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Trading is halted");
        await Assertions.Expect(page.Page.Locator("#notice-text")).ToContainTextAsync("halted");
        await page.Page.Locator("#blotter .actions button", new PageLocatorOptions { HasText = "Cancel" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter .empty")).ToBeVisibleAsync();

        await page.PhaseAsync(Symbol, "opening");
        await Assertions.Expect(page.Page.Locator("#notice-text")).ToContainTextAsync("Opening auction");
        await page.FillAsync("buy", "limit", ("price", "152.00"), ("quantity", "3"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#notice-text")).ToContainTextAsync("3 AAPL would match");
        await page.PhaseAsync(Symbol, "continuous");
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 3 AAPL" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("#notice")).ToBeHiddenAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Page_comes_back_by_itself_when_the_exchange_restarts_and_its_orders_are_there()
    {
        var data = Directory.CreateTempSubdirectory("qc-terminal-");
        string[] options =
            ["--data", data.FullName, "--urls", $"http://127.0.0.1:{SiloProcess.FreePort()}", "--no-quotes", Symbol];
        var silo = await SiloProcess.StartAsync(options);
        try
        {
            await using var page = await TradePage.OpenAsync(browser, silo.Address, Symbol);
            await page.FillAsync("buy", "limit", ("price", "117.00"), ("quantity", "4"));
            await page.SendAsync();
            await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
            await silo.KillAsync();
            await Assertions.Expect(page.Page.Locator("#link")).ToHaveAttributeAsync("data-state", "offline");
            await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Waiting for live data…");
            await silo.DisposeAsync();

            silo = await SiloProcess.StartAsync(options);
            await page.LiveAsync();
            await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
            await page.Page.Locator("#book-table").ClickAsync();
            await Assertions.Expect(page.Page.Locator("#ladder .as-table tbody tr")).ToHaveTextAsync(["Bid117.0044"]);
        }
        finally
        {
            await silo.DisposeAsync();
            data.Delete(recursive: true);
        }
    }
}
