using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Messages of the pages if a response is missing, or arrives for an outdated request.</summary>
public sealed partial class PageTests
{
    [Fact]
    public async Task Orders_that_can_not_be_read_are_not_called_none()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.RouteAsync(
            "**/orders/history?*",
            route => route.FulfillAsync(new RouteFulfillOptions { Status = 503, Body = "busy" }));
        await GoAsync(page, "/orders");
        await Assertions.Expect(page.Page.Locator(".card .empty")).ToContainTextAsync("can't be read now");
        await page.Page.UnrouteAsync("**/orders/history?*");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Refresh" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".card table")).ToBeVisibleAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Late_orders_of_one_symbol_are_not_shown_for_the_next()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.PlaceAsync("demo-alice", new { symbol = Symbol, side = "buy", price = "100.00", quantity = "1" });
        await GoAsync(page, "/orders");
        await Assertions.Expect(page.Page.Locator(".card table")).ToBeVisibleAsync();
        var goOn = new TaskCompletionSource();
        await page.Page.RouteAsync($"**/orders/history?*symbol={Symbol}", async route =>
        {
            await goOn.Task;
            await route.ContinueAsync();
        });
        var symbol = page.Page.Locator("label", new PageLocatorOptions { HasText = "Symbol" }).Locator("select");
        await symbol.SelectOptionAsync(Symbol);
        await page.Page.RunAndWaitForResponseAsync(() => symbol.SelectOptionAsync("AMZN"), "**/fills?*symbol=AMZN");
        await Assertions.Expect(page.Page.Locator(".card .empty")).ToContainTextAsync("No such orders");
        await page.Page.RunAndWaitForResponseAsync(
            () =>
            {
                goOn.SetResult();
                return Task.CompletedTask;
            },
            $"**/orders/history?*symbol={Symbol}");
        await page.FramesAsync(20);
        await Assertions.Expect(page.Page.Locator(".card .empty")).ToContainTextAsync("No such orders");
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Page_that_is_late_does_not_take_the_place_of_the_next()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Admin, Symbol);
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await page.Page.RouteAsync("**/api/qc/v1/sim", async route =>
        {
            asked.TrySetResult();
            await goOn.Task;
            await route.ContinueAsync();
        });
        await page.Page.Locator("#sim-link").ClickAsync();
        await asked.Task;
        await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = "Orders" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Orders");
        await page.Page.RunAndWaitForResponseAsync(
            () =>
            {
                goOn.SetResult();
                return Task.CompletedTask;
            },
            "**/api/qc/v1/sim");
        await page.FramesAsync(20);
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Orders");
        page.AssertSound();
    }

    [Fact]
    public async Task Sign_in_page_shows_the_current_user_after_a_late_response()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        var goOn = new TaskCompletionSource();
        await page.Page.RouteAsync("**/sessions/current", async route =>
        {
            await goOn.Task;
            await route.ContinueAsync();
        });
        await page.Page.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Sign in");
        goOn.SetResult();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Your access");
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-alice");
        page.AssertSound();
    }

    [Fact]
    public async Task Failed_sign_out_is_reported()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.RouteAsync("**/sessions/current", route => route.Request.Method == "DELETE"
            ? route.AbortAsync(RequestAbortErrorCode.ConnectionReset)
            : route.ContinueAsync());
        await GoAsync(page, "/signin");
        var leave = page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" });
        await leave.ClickAsync();
        await Assertions.Expect(page.Page.Locator(".toast b")).ToHaveTextAsync("Not signed out");
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-alice");
        await page.Page.UnrouteAsync("**/sessions/current");
        await leave.ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");
        page.AssertSound();
    }

    [Fact]
    public async Task Ended_session_is_shown_as_signed_out_without_a_demo()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.RouteAsync("**/sessions/demo", route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 404,
            ContentType = "application/problem+json",
            Body = """{"title":"There is nothing here.","status":404,"code":"NotFound","field":null,"limit":null}""",
        }));
        await page.FillAsync("buy", "limit", ("price", "100.00"), ("quantity", "1"));
        await page.Page.Locator("#send:enabled").WaitForAsync();
        await page.Page.EvaluateAsync("() => fetch('/api/qc/v1/sessions/current', { method: 'DELETE' })");

        // The page may have learnt it before.
        await page.Page.EvaluateAsync("() => document.getElementById('ticket-form').requestSubmit()");
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Sign in to trade");
        page.AssertSound();
    }

    [Fact]
    public async Task Person_whose_session_ended_elsewhere_is_told_and_does_not_go_on_as_somebody_else()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.GoOnAsAsync("demo-bob");
        await page.FillAsync("buy", "limit", ("price", "100.00"), ("quantity", "1"));
        await page.Page.Locator("#send:enabled").WaitForAsync();
        var orders = 0;
        page.Page.Request += (_, request) =>
            orders += request.Method == "POST" && request.Url.EndsWith("/orders", StringComparison.Ordinal) ? 1 : 0;
        await page.Page.EvaluateAsync("() => fetch('/api/qc/v1/sessions/current', { method: 'DELETE' })");

        await Assertions.Expect(page.Page.Locator(".toast p"))
            .ToHaveTextAsync("The session of demo-bob has ended. Nothing is sent until you sign in again.");
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("Sign in to trade");
        await page.Page.EvaluateAsync("() => document.getElementById('ticket-form').requestSubmit()");
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("#link")).ToHaveAttributeAsync("data-state", "live");
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");
        Assert.Equal(0, orders);
        page.AssertSound();
    }

    [Fact]
    public async Task Invalid_limit_is_not_sent_as_unlimited()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.EvaluateAsync(
            "() => fetch('/api/qc/v1/sessions/demo', { method: 'POST', body: JSON.stringify({ name: 'demo-admin' }) })");
        await page.Page.GotoAsync(new Uri(exchange.Address, "/operator").ToString());
        var card = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Risk limits" });
        await card.Locator("input[aria-label=Account]").FillAsync("ACC-1001");
        await card.Locator("input[aria-label='Open orders']").FillAsync("1,000");
        await card.Locator("button", new LocatorLocatorOptions { HasText = "Set" }).ClickAsync();
        await Assertions.Expect(card.Locator("[role=status]"))
            .ToHaveTextAsync("Open orders: a whole number, or nothing for no limit.");
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeHiddenAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Address_that_is_badly_written_names_what_is_listed()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.EvaluateAsync("() => history.replaceState(null, '', '/trade/%zz')");
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("%zz is not listed here");
        await page.Page.Locator("#page a", new PageLocatorOptions { HasText = Symbol }).ClickAsync();
        await page.LiveAsync();
        page.AssertSound();
    }
}
