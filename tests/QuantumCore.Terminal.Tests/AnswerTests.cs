using System.Collections.Concurrent;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>
/// Responses that are lost, late, busy, or not the exchange's: the messages about an order, and retries.
/// </summary>
public sealed class AnswerTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = QuietExchange.Symbol;

    /// <summary>Script that collects all notices from here on: they disappear by themselves.</summary>
    private const string Listen = """
        () => {
          window.said = [];
          new MutationObserver((changes) => { for (const { addedNodes } of changes) for (const node of addedNodes) window.said.push(node.textContent); })
            .observe(document.getElementById("toasts"), { childList: true });
        }
        """;

    [Fact]
    public async Task Busy_exchange_that_is_asked_for_a_lost_order_has_not_said_that_there_is_none()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.Page.EvaluateAsync(Listen);
        var asked = 0;
        await page.Page.RouteAsync("**/api/qc/v1/orders", LoseAnswerAsync);
        await page.Page.RouteAsync(
            "**/orders/by-client-id/*", route => ++asked <= 3 ? TradePage.BusyAsync(route) : route.ContinueAsync());
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Order placed" }))
            .ToBeVisibleAsync();
        Assert.Equal(4, asked);
        var said = await page.Page.EvaluateAsync<string[]>("() => window.said");
        Assert.Contains(said, text => text.Contains("Outcome unknown", StringComparison.Ordinal));
        Assert.DoesNotContain(said, text => text.Contains("Not placed", StringComparison.Ordinal));
        page.AssertSound();
    }

    [Fact]
    public async Task Same_order_sent_again_before_its_outcome_is_known_is_the_same_order()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var sent = 0;
        await page.Page.RouteAsync("**/api/qc/v1/orders", route => ++sent switch
        {
            1 => LoseAnswerAsync(route),
            2 => TradePage.BusyAsync(route),
            _ => route.ContinueAsync(),
        });
        await page.Page.RouteAsync(
            "**/orders/by-client-id/*", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset));
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Outcome unknown" }))
            .ToBeVisibleAsync();
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Refused" }))
            .ToBeVisibleAsync();
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#quantity")).ToHaveValueAsync("");
        Assert.Equal(3, sent);
        Assert.Single(await page.OpenOrdersAsync(Symbol));

        // Its outcome is known: the next identical ticket is another order.
        await page.Page.Locator("#quantity").FillAsync("7");
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(2);
        page.AssertSound();
    }

    [Fact]
    public async Task Response_of_another_server_leaves_the_outcome_unknown_and_the_order_is_retried()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var names = new ConcurrentQueue<string>();
        await page.Page.RouteAsync("**/api/qc/v1/orders", route =>
        {
            names.Enqueue(route.Request.PostDataJSON()!.Value.GetProperty("clientOrderId").GetString()!);
            return names.Count == 1
                ? route.FulfillAsync(
                    new RouteFulfillOptions { ContentType = "text/html", Body = "<p>Sign in to the hotel" })
                : route.ContinueAsync();
        });
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Not placed" }))
            .ToBeVisibleAsync();
        await page.Page.Locator(".toast button", new PageLocatorOptions { HasText = "Send it again" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        Assert.Equal(2, names.Count);
        Assert.Single(names.Distinct());
        page.AssertSound();
    }

    [Fact]
    public async Task Newest_orders_are_loaded_when_thousands_end_at_once()
    {
        const int Many = 2_000;
        await using var page = await TradePage.OpenAsync(browser, exchange);
        for (var placed = 0; placed < Many; placed += 500)
        {
            var orders = Enumerable.Range(placed, 500)
                .Select(i => new { symbol = "AAPL", side = "buy", price = $"{1 + (0.01m * i):F2}", quantity = "1" });
            await page.CallAsync("demo-alice", HttpMethod.Post, "orders/batch", new { orders });
        }

        await Assertions.Expect(page.Page.Locator("#blotter-tabs .count")).ToHaveTextAsync("2000");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(200);
        await Assertions.Expect(page.Page.Locator("#blotter .pager span")).ToHaveTextAsync("1 to 200 of 2000");
        var asked = 0;
        page.Page.Request += (_, request) =>
        {
            if (new Uri(request.Url).AbsolutePath.StartsWith("/api/qc/v1/orders/AAPL/", StringComparison.Ordinal))
                Interlocked.Increment(ref asked);
        };
        await page.CallAsync("demo-alice", HttpMethod.Delete, "orders?symbol=AAPL");
        await Assertions.Expect(page.Page.Locator("#blotter-tabs .count")).ToHaveTextAsync("0");
        await page.Page.Locator("[data-tab=history]").ClickAsync();
        var ended = page.Page.Locator("#blotter tbody tr");
        await Assertions.Expect(ended).ToHaveCountAsync(200, new() { Timeout = 2 * Browser.PatienceMilliseconds });
        await Assertions.Expect(ended.First).ToContainTextAsync("20.99");

        // They may come in several messages. A page that asked for each would make as many requests as there were
        // orders.
        Assert.InRange(asked, 200, Many / 2);
        page.AssertSound();
    }

    [Fact]
    public async Task Retry_of_one_user_is_not_offered_to_the_next()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.Page.RouteAsync(
            "**/api/qc/v1/orders", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset));
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        await Assertions.Expect(
            page.Page.Locator(".toast button", new PageLocatorOptions { HasText = "Send it again" }))
            .ToBeVisibleAsync();
        await page.GoOnAsAsync("demo-bob");
        await Assertions.Expect(page.Page.Locator(".toast")).ToHaveCountAsync(0);
        await page.Page.Locator("#bell").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync("Nothing yet.");
    }

    [Fact]
    public async Task Next_order_that_is_being_written_is_left_alone_by_the_answer_to_the_last()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var goOn = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/qc/v1/orders", async route =>
        {
            await goOn.Task;
            await route.ContinueAsync();
        });
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Sending…");
        await page.Page.Locator("#quantity").FillAsync("9");
        goOn.SetResult();
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Buy AAPL");
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Page.Locator("#quantity")).ToHaveValueAsync("9");
        page.AssertSound();
    }

    [Fact]
    public async Task Refusal_stands_at_its_field_until_that_is_written_anew()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.Page.RouteAsync("**/api/qc/v1/orders", route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 422,
            ContentType = "application/json",
            Body =
                """{"title":"Too much.","status":422,"detail":"More than this account may order.","code":"LimitExceeded","field":"quantity","limit":"5"}""",
        }));
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        var problem = page.Page.Locator("#quantity-problem");
        await Assertions.Expect(problem).ToHaveTextAsync("More than this account may order. (limit 5)");
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = "118.00", quantity = "1" });
        await Assertions.Expect(page.Page.Locator("#quantity")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.Page.Locator("#quantity").FillAsync("5");
        await Assertions.Expect(problem).ToBeHiddenAsync();
        page.AssertSound();
    }

    [Theory]
    [InlineData("121.", "121.00")]
    [InlineData(".5", "0.50")]
    [InlineData("1,100", "1100.00")]
    [InlineData("0121", "121.00")]
    public async Task Price_is_sent_as_the_exchange_reads_it(string written, string placed)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "121.00");
        await page.FillAsync("sell", "limit", ("price", written), ("quantity", "1"));
        if (placed == "0.50")
            await page.FillAsync("buy", "limit", ("price", written), ("quantity", "1"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        Assert.Equal(placed, Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("price").GetString());
        page.AssertSound();
    }

    [Theory]
    [InlineData("0,125")]
    [InlineData("1,5")]
    [InlineData("12,3456")]
    [InlineData(",125")]
    public async Task Comma_is_accepted_between_thousands_only(string written)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD");
        await page.FillAsync("buy", "limit", ("price", "100"), ("quantity", written));
        await Assertions.Expect(page.Page.Locator("#quantity-problem")).ToHaveTextAsync("digits and one dot");
        await Assertions.Expect(page.Page.Locator("#send")).ToBeDisabledAsync();
    }

    [Fact]
    public async Task Amount_to_ask_above_that_can_not_be_read_asks_before_each_order()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.Page.Locator("#settings").ClickAsync();
        await page.Page.Locator("dialog label", new PageLocatorOptions { HasText = "Confirm orders above" })
            .Locator("input").FillAsync("1 000");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"));
        await page.SendAsync();
        await page.Page.Locator("dialog button", new PageLocatorOptions { HasText = "No, go back" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Buy AAPL");
        Assert.Empty(await page.OpenOrdersAsync(Symbol));
        page.AssertSound();
    }

    [Fact]
    public async Task Date_of_a_year_with_five_digits_is_told_and_the_page_goes_on()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.FillAsync("buy", "limit", ("price", "119.00"), ("quantity", "7"), ("tif", "gtd"));
        await Assertions.Expect(page.Page.Locator("label[for=goodTill] span")).ToHaveTextAsync("Until, UTC");
        await page.Page.Locator("#goodTill")
            .EvaluateAsync(
                "input => { input.value = '20266-01-31T10:00'; input.dispatchEvent(new Event('input', { bubbles: true })); }");
        await Assertions.Expect(page.Page.Locator("#goodTill-problem")).ToHaveTextAsync("a year of four digits");
        await Assertions.Expect(page.Page.Locator("#send")).ToBeDisabledAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task End_of_an_order_is_asked_for_until_it_is_told()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var placed = await page.PlaceAsync(
            "demo-alice", new { symbol = Symbol, side = "buy", price = "116.37", quantity = "8" });
        var order = placed.GetProperty("orderId").GetInt64();
        var asked = 0;
        await page.Page.RouteAsync($"**/api/qc/v1/orders/AAPL/{order}", route => ++asked switch
        {
            1 => TradePage.BusyAsync(route),
            2 => route.AbortAsync(RequestAbortErrorCode.ConnectionReset),
            _ => route.ContinueAsync(),
        });
        await Assertions.Expect(page.Page.Locator($"#blotter tr[data-order='{order}']")).ToHaveCountAsync(1);
        await page.CallAsync("demo-alice", HttpMethod.Delete, $"orders/{Symbol}/{order}");
        await page.Page.Locator("[data-tab=history]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tbody tr", new PageLocatorOptions { HasText = "116.37" }))
            .ToContainTextAsync("cancelled");
        Assert.Equal(3, asked);
        page.AssertSound();
    }

    [Fact]
    public async Task Fills_are_read_one_answer_after_the_other()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00", ask: "151.00");
        var inside = 0;
        var most = 0;
        var asked = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/qc/v1/fills*", async route =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            asked.TrySetResult();
            await goOn.Task;
            var answer = await route.FetchAsync();
            Interlocked.Decrement(ref inside);
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
        });
        await page.FillAsync("buy", "market", ("quantity", "2"));
        await page.SendAsync();
        await asked.Task;
        await Assertions.Expect(page.Page.Locator("#quantity")).ToHaveValueAsync("");
        await page.Page.Locator("#quantity").FillAsync("3");
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#quantity")).ToHaveValueAsync("");
        goOn.SetResult();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 2 AAPL" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Bought 3 AAPL" }))
            .ToBeVisibleAsync();
        Assert.Equal(1, most);
        page.AssertSound();
    }

    [Fact]
    public async Task Second_press_on_Amend_sends_nothing()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var order = await page.PlaceAsync(
            "demo-alice", new { symbol = Symbol, side = "buy", price = "117.00", quantity = "8" });
        var sent = 0;
        var goOn = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/qc/v1/orders/AAPL/*", async route =>
        {
            if (route.Request.Method == "PATCH")
            {
                sent++;
                await goOn.Task;
            }

            await route.ContinueAsync();
        });
        var row = page.Page.Locator($"#blotter tr[data-order='{order.GetProperty("orderId").GetInt64()}']");
        await row.Locator("input").First.FillAsync("118.");
        await row.Locator("button.amend").DblClickAsync();
        await row.Locator("input").First.PressAsync("Enter");
        goOn.SetResult();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Amended" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order] input").First).ToHaveValueAsync("118.00");
        Assert.Equal(1, sent);
        page.AssertSound();
    }

    [Fact]
    public async Task Rejected_amendment_stays_in_its_field_until_it_is_undone()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var order = await page.PlaceAsync(
            "demo-alice", new { symbol = Symbol, side = "buy", price = "117.00", quantity = "8" });
        await page.Page.RouteAsync("**/api/qc/v1/orders/AAPL/*", route => route.Request.Method != "PATCH"
            ? route.ContinueAsync()
            : route.FulfillAsync(new RouteFulfillOptions
            {
                Status = 422,
                ContentType = "application/problem+json",
                Body =
                    """{"title":"Not enough free cash, including fees.","status":422,"code":"InsufficientFunds","field":"quantity","limit":"9"}""",
            }));
        var row = page.Page.Locator($"#blotter tr[data-order='{order.GetProperty("orderId").GetInt64()}']");
        await row.Locator("input").Nth(1).FillAsync("9000");
        await row.Locator("input").Nth(1).PressAsync("Enter");
        await Assertions.Expect(page.Page.Locator(".toast b")).ToHaveTextAsync("Refused");
        await Assertions.Expect(row.Locator("input").Nth(1)).ToHaveValueAsync("9000");
        await Assertions.Expect(row.Locator(".note")).ToHaveTextAsync("loses priority");
        await row.Locator("input").Nth(1).PressAsync("Escape");
        await Assertions.Expect(row.Locator("input").Nth(1)).ToHaveValueAsync("8");
        await page.ClearAsync(Symbol);
    }

    [Fact]
    public async Task Order_that_was_filled_before_it_could_be_cancelled_is_not_called_cancelled()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var order = await page.PlaceAsync(
            "demo-alice", new { symbol = Symbol, side = "buy", price = "117.00", quantity = "8" });
        await page.Page.RouteAsync("**/api/qc/v1/orders/AAPL/*", route => route.Request.Method == "DELETE"
            ? route.FulfillAsync(
                new RouteFulfillOptions { ContentType = "application/json", Body = """{"status":"filled"}""" })
            : route.ContinueAsync());
        await page.Page.Locator(
            $"#blotter tr[data-order='{order.GetProperty("orderId").GetInt64()}'] .actions button",
            new PageLocatorOptions { HasText = "Cancel" })
            .ClickAsync();
        await Assertions.Expect(page.Page.Locator(".toast b")).ToHaveTextAsync("Order filled");
        await page.ClearAsync(Symbol);
    }

    [Fact]
    public async Task Key_that_cancels_the_newest_order_pressed_twice_cancels_two()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        var orders = new List<long>();
        for (var i = 0; i < 3; i++)
            orders.Add(
                (await page.PlaceAsync(
                    "demo-alice",
                    new { symbol = Symbol, side = "buy", price = $"117.0{i}", quantity = "8" })).GetProperty("orderId")
                    .GetInt64());
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(3);
        var goOn = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/qc/v1/orders/AAPL/*", async route =>
        {
            await goOn.Task;
            await route.ContinueAsync();
        });
        await page.Page.Keyboard.PressAsync("x");
        await page.Page.Keyboard.PressAsync("x");
        goOn.SetResult();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        Assert.Equal(orders[0], Assert.Single(await page.OpenOrdersAsync(Symbol)).GetProperty("orderId").GetInt64());
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Keys_of_the_trade_page_do_nothing_on_another_page()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "117.00", quantity = "8" });
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        var cancels = 0;
        page.Page.Request += (_, request) => cancels += request.Method == "DELETE" ? 1 : 0;
        await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = "Orders" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Orders");
        foreach (var key in (string[])["x", "Shift+X", "/", "a"])
            await page.Page.Keyboard.PressAsync(key);
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeHiddenAsync();
        await page.Page.Locator("#pages a").First.ClickAsync();
        await Assertions.Expect(page.Page.Locator("#trade")).ToBeVisibleAsync();
        Assert.EndsWith($"/trade/{Symbol}", page.Page.Url, StringComparison.Ordinal);
        await page.Page.Keyboard.PressAsync("l");
        await page.Page.Keyboard.PressAsync("b");
        await Assertions.Expect(page.Page.Locator("#quantity")).ToBeFocusedAsync();
        Assert.Equal(0, cancels);
        Assert.Single(await page.OpenOrdersAsync(Symbol));
        page.AssertSound();
    }

    /// <summary>Carries the request out and loses its response.</summary>
    private static async Task LoseAnswerAsync(IRoute route)
    {
        await route.FetchAsync();
        await route.AbortAsync(RequestAbortErrorCode.ConnectionReset);
    }
}
