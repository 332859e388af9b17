using Microsoft.Playwright;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>
/// Late responses, while the user has gone on: they change nothing done since, and show nothing on another page.
/// </summary>
public sealed class LateTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = QuietExchange.Symbol;

    [Theory]
    [InlineData("sessions/current", 401)]
    [InlineData("sessions/current", 200)]
    [InlineData("sessions/demo", 200)]
    public async Task Late_session_response_does_not_sign_a_user_out(string call, int status)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        if (call == "sessions/demo")
        {
            // The page before would sign in again by itself, as soon as it learns that nobody is signed in.
            await page.Page.GotoAsync("about:blank");
            await page.Page.Context.ClearCookiesAsync();
        }

        using var held = new Held();
        await page.Page.RouteAsync($"**/{call}", held.HoldFirstAsync(status == 401 ? NobodyAsync : GoOnAsync));
        await page.Page.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await held.Asked;
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Use the demo's operator" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-admin");
        await held.LetGoAsync();
        await page.FramesAsync(20);
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-admin");
        await Assertions.Expect(page.Page.Locator(".toast")).ToHaveCountAsync(0);
        Assert.Equal("demo-admin", await UserAsync(page));
        page.AssertSound();
    }

    [Fact]
    public async Task Sign_out_wins_over_an_earlier_pending_sign_in()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await PageTests.GoAsync(page, "/signin");
        using var held = new Held();
        await page.Page.RouteAsync("**/sessions/demo", held.HoldFirstAsync(GoOnAsync));
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Go on as demo-bob" }).ClickAsync();
        await held.Asked;
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Sign in");
        await held.LetGoAsync();
        await page.FramesAsync(20);
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");
        Assert.Equal("", await UserAsync(page));
        page.AssertSound();
    }

    [Fact]
    public async Task Sign_out_with_a_lost_response_is_shown()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.GoOnAsAsync("demo-bob");
        await page.Page.RouteAsync("**/sessions/current", async route =>
        {
            if (route.Request.Method != "DELETE")
            {
                await route.ContinueAsync();
                return;
            }

            await route.FetchAsync();
            await route.AbortAsync(RequestAbortErrorCode.ConnectionReset);
        });
        await PageTests.GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Sign in");
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");
        page.AssertSound();
    }

    [Fact]
    public async Task Other_tab_shows_who_is_signed_in_before_the_exchange_is_asked()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        using var held = new Held();
        await page.Page.RouteAsync("**/sessions/current", held.HoldFirstAsync(GoOnAsync));
        var other = await page.Page.Context.NewPageAsync();
        await other.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await other.Locator("button", new PageLocatorOptions { HasText = "Go on as demo-bob" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-bob");
        page.AssertSound();
    }

    [Theory]
    [InlineData("Portfolio", "Portfolio of ACC-1001")]
    [InlineData("Orders", "Orders")]
    public async Task Page_that_is_asked_for_before_it_is_known_who_reads_it_waits_for_that(string link, string heading)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        using var held = new Held();
        await page.Page.RouteAsync("**/sessions/current", held.HoldFirstAsync(GoOnAsync));
        await page.Page.ReloadAsync();
        await held.Asked;
        await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = link }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page")).ToHaveTextAsync("Loading…");
        await held.LetGoAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync(heading);
        await Assertions.Expect(page.Page.Locator("#page")).Not.ToContainTextAsync("Sign in with an account");
        page.AssertSound();
    }

    [Fact]
    public async Task Late_responses_keep_the_text_in_the_sign_in_form()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        using var held = new Held();
        await page.Page.RouteAsync("**/sessions/current", held.HoldFirstAsync(GoOnAsync));
        await page.Page.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await page.Page.Locator("#name").FillAsync("carol");
        await held.LetGoAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-alice");
        await page.FramesAsync(20);
        await Assertions.Expect(page.Page.Locator("#name")).ToHaveValueAsync("carol");
        page.AssertSound();
    }

    [Fact]
    public async Task Page_whose_script_does_not_come_says_so_and_is_tried_again()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.RouteAsync(
            "**/portfolio*.js", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset));
        await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = "Portfolio" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("The page did not come");
        await page.Page.UnrouteAllAsync();
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Try again" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToContainTextAsync("Portfolio of");
        page.AssertSound();
    }

    [Fact]
    public async Task Life_of_an_order_that_comes_late_is_not_shown_on_another_page()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.PlaceAsync(
            "demo-alice",
            new
            {
                symbol = Symbol,
                side = "buy",
                price = "100.00",
                quantity = "1",
                clientOrderId = "asked-for-its-life",
            });
        await PageTests.GoAsync(page, "/orders");
        var row = page.Page.Locator("tr", new PageLocatorOptions { HasText = "asked-for-its-life" });
        await Assertions.Expect(row).ToHaveCountAsync(1);
        using var held = new Held();
        await page.Page.RouteAsync("**/fills?symbol=*", held.HoldFirstAsync(GoOnAsync));
        await row.Locator("button").ClickAsync();
        await held.Asked;
        await page.Page.Locator("#pages a").First.ClickAsync();
        await held.LetGoAsync();
        await page.FramesAsync(20);
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeHiddenAsync();
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Question_that_comes_late_is_not_asked_on_another_page()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.EvaluateAsync(
            "() => fetch('/api/qc/v1/sessions/demo', { method: 'POST', body: JSON.stringify({ name: 'demo-admin' }) })");
        await page.Page.GotoAsync(new Uri(exchange.Address, "/operator").ToString());
        var card = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Risk limits" });
        await card.Locator("input[aria-label=Account]").FillAsync("ACC-1001");
        await card.Locator("input[aria-label='Open orders']").FillAsync("1000");
        using var held = new Held();
        await page.Page.RouteAsync("**/admin/accounts/*/limits", held.HoldFirstAsync(GoOnAsync));
        await card.Locator("button", new LocatorLocatorOptions { HasText = "Set" }).ClickAsync();
        await held.Asked;
        await page.Page.Locator("#pages a").First.ClickAsync();
        await held.LetGoAsync();
        await page.FramesAsync(20);
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeHiddenAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Fills_that_were_not_read_are_not_called_none()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.RouteAsync("**/fills?limit=1000*", TradePage.BusyAsync);
        await PageTests.GoAsync(page, "/orders");
        await Assertions.Expect(page.Page.Locator(".card .empty")).ToContainTextAsync("can't be read now");
        await page.Page.Locator("label", new PageLocatorOptions { HasText = "Show" }).Locator("select")
            .SelectOptionAsync("fills");
        await Assertions.Expect(page.Page.Locator(".card .empty")).ToContainTextAsync("can't be read now");
        await Assertions.Expect(page.Page.Locator("button", new PageLocatorOptions { HasText = "CSV" }))
            .ToBeDisabledAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Order_that_came_after_it_was_called_not_placed_is_told()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange);
        string? sent = null;
        await page.Page.RouteAsync("**/api/qc/v1/orders", route =>
        {
            sent = route.Request.PostData;
            return route.AbortAsync(RequestAbortErrorCode.ConnectionReset);
        });
        await page.FillAsync("buy", "limit", ("price", "101.00"), ("quantity", "4"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Not placed" }))
            .ToBeVisibleAsync();
        await page.PlaceAsync("demo-alice", System.Text.Json.JsonDocument.Parse(sent!).RootElement);
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Order placed" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator(".toast b", new PageLocatorOptions { HasText = "Not placed" }))
            .ToHaveCountAsync(0);
        page.AssertSound();
    }

    /// <summary>Script that counts connections and delays their opening; the page's clock goes on by itself.</summary>
    private const string SlowSockets = """
        (() => {
          window.opened = 0;
          const Real = WebSocket;
          window.WebSocket = class {
            static CONNECTING = 0; static OPEN = 1;
            readyState = 0;
            constructor(address) { window.opened++; window.letOpen = () => { const real = new Real(address); this.send = (text) => real.send(text); this.close = () => real.close();
              real.onopen = () => { this.readyState = 1; this.onopen(); }; real.onmessage = (event) => this.onmessage(event); real.onclose = () => { this.readyState = 3; this.onclose(); }; }; }
            close() {}
          };
          const now = performance.now.bind(performance);
          window.ahead = 0;
          performance.now = () => now() + window.ahead;
        })()
        """;

    [Fact]
    public async Task Connection_that_is_slow_to_open_is_waited_for()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.AddInitScriptAsync(SlowSockets);
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("#symbol")).ToHaveTextAsync(Symbol);

        // If the user is known only then, the connection is opened again for that user.
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-alice");
        await page.Page.WaitForFunctionAsync("() => window.opened > 0");

        // The page checks twice a second; at each check, six seconds have passed.
        var before = await page.Page.EvaluateAsync<int>("() => window.opened");
        for (var looks = 0; looks < 3; looks++)
        {
            await page.Page.EvaluateAsync("() => { window.ahead += 6_000; }");
            await page.Page.EvaluateAsync("() => new Promise((done) => setTimeout(done, 600))");
        }

        Assert.Equal(before, await page.Page.EvaluateAsync<int>("() => window.opened"));
        await page.Page.EvaluateAsync("() => window.letOpen()");
        await page.LiveAsync();
        page.AssertSound();
    }

    private static Task GoOnAsync(IRoute route) => route.ContinueAsync();

    private static Task NobodyAsync(IRoute route) => route.FulfillAsync(new RouteFulfillOptions
    {
        Status = 401,
        ContentType = "application/problem+json",
        Body = """{"title":"Nobody is signed in.","status":401,"code":"Unauthorized","field":null,"limit":null}""",
    });

    /// <summary>Returns the name of the signed-in user, by the browser's cookie; empty for none.</summary>
    private static async Task<string> UserAsync(TradePage page) =>
        await page.Page.EvaluateAsync<string>(
            "async () => (await (await fetch('/api/qc/v1/sessions/current')).json()).user ?? ''");

    /// <summary>Holds the response to the first call; the page may abort the call meanwhile.</summary>
    private sealed class Held : IDisposable
    {
        private readonly TaskCompletionSource _asked = new();
        private readonly TaskCompletionSource _goOn = new();
        private readonly TaskCompletionSource _answered = new();
        private int _calls;

        /// <summary>Completes when the call has arrived.</summary>
        public Task Asked => _asked.Task.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);

        /// <summary>Releases the response, and waits until it is sent.</summary>
        public Task LetGoAsync()
        {
            _goOn.TrySetResult();
            return _answered.Task.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
        }

        public Func<IRoute, Task> HoldFirstAsync(Func<IRoute, Task> answer) => async route =>
        {
            if (Interlocked.Increment(ref _calls) > 1)
            {
                await route.ContinueAsync();
                return;
            }

            _asked.TrySetResult();
            await _goOn.Task;
            try
            {
                await answer(route);
            }
            catch (PlaywrightException)
            {
                // The call was aborted meanwhile, or the page is gone.
            }

            _answered.TrySetResult();
        };

        /// <inheritdoc/>
        public void Dispose() => _goOn.TrySetResult();
    }
}
