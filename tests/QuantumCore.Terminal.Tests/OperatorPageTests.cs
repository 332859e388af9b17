using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>The operator's page with errors, with elements in the way, and with data of somebody else.</summary>
public sealed class OperatorPageTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = "AAPL";
    private const string Other = "MSFT";

    [Fact]
    public async Task Second_click_of_a_double_click_does_not_confirm_what_the_first_asked_for()
    {
        await using var page = await OpenAsync();
        var halt = Card(page, Symbol).Locator("button[data-phase=halt]");
        await halt.ClickAsync();
        var answer = page.Page.Locator("dialog button[type=submit]");
        await answer.ClickAsync(new LocatorClickOptions { Trial = true });
        var yes = await answer.BoundingBoxAsync();
        await page.Page.Keyboard.PressAsync("Escape");

        // A scrolled element may lie under the answer button of the dialog that it opens.
        var (x, y) = (yes!.X + (yes.Width / 2), yes.Y + (yes.Height / 2));
        await halt.EvaluateAsync(
            "(button, at) => { button.style.cssText = `position: fixed; z-index: 9; left: ${at.x - 20}px; top: ${at.y - 12}px`; }",
            new { x = (int)x, y = (int)y });
        await page.Page.Mouse.DblClickAsync(x, y);
        await page.FramesAsync(5);
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeVisibleAsync();
        Assert.Equal("continuous", await PhaseAsync(page));

        // A separate click confirms.
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        await answer.ClickAsync();
        await Assertions.Expect(Card(page, Symbol).Locator(".chip")).ToHaveTextAsync("Halted");
        await ReopenAsync(page);
        page.AssertSound();
    }

    [Fact]
    public async Task Key_that_is_held_down_does_not_confirm_what_it_asked_for()
    {
        await using var page = await OpenAsync();
        await Card(page, Symbol).Locator("button[data-phase=halt]").FocusAsync();
        for (var repeat = 0; repeat < 4; repeat++)
            await page.Page.Keyboard.DownAsync("Enter");
        await page.Page.Keyboard.UpAsync("Enter");
        await page.FramesAsync(5);
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync($"Halt: {Symbol}?");
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeVisibleAsync();
        Assert.Equal("continuous", await PhaseAsync(page));

        // A new press of the key confirms.
        await page.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Card(page, Symbol).Locator(".chip")).ToHaveTextAsync("Halted");
        await ReopenAsync(page);
        page.AssertSound();
    }

    [Fact]
    public async Task Fields_of_a_dialog_stand_under_each_other_and_are_as_wide()
    {
        await using var page = await OpenAsync();
        await Card(page, Symbol).Locator("button[data-phase=halt]").ClickAsync();
        var boxes = await page.Page.Locator("dialog form").EvaluateAsync<string[]>(
            "form => [...form.querySelectorAll('select, input')].map(field => field.getBoundingClientRect()).map(box => `${box.left} ${box.width}`)");
        await LayoutTests.PictureAsync(page, "1440x900-dark-halt-dialog");
        Assert.Equal(3, boxes.Length);
        Assert.Single(boxes.Distinct(StringComparer.Ordinal));
        page.AssertSound();
    }

    [Fact]
    public async Task Visitor_of_a_demo_goes_on_as_its_operator_who_is_told_that_he_has_no_account()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.Locator("#operator-link").ClickAsync();
        await page.Page.Locator("#page")
            .GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Go on as the demo's operator" })
            .ClickAsync();
        await Assertions.Expect(Card(page, Symbol).Locator(".chip")).ToHaveTextAsync("Trading");
        await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = "Trade" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#send")).ToHaveTextAsync("demo-admin has no trading account");
        await Assertions.Expect(page.Page.Locator("#blotter")).ToHaveTextAsync("demo-admin has no trading account.");
        foreach (var name in new[] { "Portfolio", "Orders" })
        {
            await page.Page.Locator("#pages a", new PageLocatorOptions { HasText = name }).ClickAsync();
            await Assertions.Expect(page.Page.Locator("#page .empty"))
                .ToHaveTextAsync("demo-admin has no trading account.");
        }

        page.AssertSound();
    }

    [Fact]
    public async Task Many_symbols_are_filtered_and_only_the_chosen_one_is_asked_for()
    {
        await using var page = await OpenAsync();
        var listed = (await page.CallAsync("demo-alice", HttpMethod.Get, "instruments")).GetProperty("instruments")
            .EnumerateArray().ToArray();
        var aapl = listed.Single(one => one.GetProperty("symbol").GetString() == Symbol).GetRawText();
        var many = listed.Select(one => one.GetRawText())
            .Concat(
                Enumerable.Range(1, 46)
                    .Select(
                        i => aapl.Replace(
                            "\"symbol\":\"AAPL\"",
                            string.Create(CultureInfo.InvariantCulture, $"\"symbol\":\"QQ{i:00}\""),
                            StringComparison.Ordinal)));
        await page.Page.RouteAsync(
            "**/api/qc/v1/instruments",
            route =>
                route.FulfillAsync(
                    new RouteFulfillOptions
                    {
                        ContentType = "application/json",
                        Body = $$"""{"instruments":[{{string.Join(',', many)}}]}""",
                    }));
        var asked = new System.Collections.Concurrent.ConcurrentQueue<string>();
        page.Page.Request += (_, request) =>
        {
            if (request.Url.EndsWith("/state", StringComparison.Ordinal))
                asked.Enqueue(new Uri(request.Url).AbsolutePath);
        };
        await page.Page.ReloadAsync();
        var rows = page.Page.Locator("[aria-label=Symbols] tbody tr:visible");
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        await page.Page.GetByLabel("Filter symbols").FillAsync("ms");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        asked.Clear();
        await rows.First.Locator("button").ClickAsync();
        await Assertions.Expect(Card(page, Other).Locator(".chip")).ToHaveTextAsync("Trading");
        await page.Page.WaitForResponseAsync("**/admin/system");
        await page.Page.WaitForResponseAsync("**/admin/system");
        Assert.Contains($"/api/qc/v1/symbols/{Other}/state", asked);
        Assert.All(asked.Skip(1), path => Assert.EndsWith($"/{Other}/state", path, StringComparison.Ordinal));
        await page.Page.GetByLabel("Filter symbols").FillAsync("");
        await page.Page.Locator("select[aria-label=State]").SelectOptionAsync("other");
        await page.CallAsync("demo-admin", HttpMethod.Post, $"admin/symbols/{Other}/phase", new { phase = "halt" });
        await Assertions.Expect(page.Page.Locator($"tr[data-symbol={Other}] .chip")).ToHaveTextAsync("Halted");
        await LayoutTests.PictureAsync(page, "1440x900-dark-operator-50");
        await page.PhaseAsync(Other, "volatility");
        await page.PhaseAsync(Other, "continuous");
        page.AssertSound();
    }

    [Fact]
    public async Task Card_says_which_prices_its_symbol_takes()
    {
        await using var page = await OpenAsync();
        var takes = Card(page, Symbol).Locator("dt:has-text('Takes prices') + dd");
        await Assertions.Expect(takes).ToHaveTextAsync("any");
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, $"admin/symbols/{Symbol}/reference", new { price = "150.00" });
        await page.CallAsync("demo-admin", HttpMethod.Post, $"admin/symbols/{Symbol}/rules", new { staticBand = 500 });
        await Assertions.Expect(takes).ToHaveTextAsync("142.50 to 157.50");
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, $"admin/symbols/{Symbol}/rules", new { staticBand = "none" });
        await Assertions.Expect(takes).ToHaveTextAsync("any");
        page.AssertSound();
    }

    [Fact]
    public async Task Limits_of_every_kind_are_shown_and_only_what_was_changed_changes()
    {
        const string Account = "ACC-1002";
        await using var page = await OpenAsync();
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, $"admin/accounts/{Account}/limits",
            new
            {
                symbol = Symbol,
                maxOrderQuantity = "500",
                maxDailyLoss = "900.00",
                maxOrdersPerSecond = 50,
                killOrders = 1000,
                killWindowSeconds = 10,
            });
        var card = Limits(page);
        await card.GetByLabel("Account", Exact()).FillAsync(Account);
        await card.GetByLabel("Symbol", Exact()).SelectOptionAsync(Symbol);
        await ClickAsync(card, "Look up");
        await Assertions.Expect(card.GetByLabel("Order quantity", Exact())).ToHaveValueAsync("500");
        await Assertions.Expect(card.GetByLabel("Kill switch: orders", Exact())).ToHaveValueAsync("1000");
        await card.GetByLabel("Kill switch: daily loss", Exact()).FillAsync("5000.00");
        await card.GetByLabel("Order quantity", Exact()).FillAsync("400");
        await card.GetByLabel("Open orders", Exact()).FillAsync("7");
        await ClickAsync(card, "Set");
        var dialog = page.Page.Locator("dialog");
        await Assertions.Expect(dialog).ToContainTextAsync($"{Account} in {Symbol}");
        await dialog.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(card.Locator("[role=status]")).ToContainTextAsync("Set");
        var limits =
            (await page.CallAsync(
                "demo-admin", HttpMethod.Get, $"admin/accounts/{Account}/limits")).GetProperty("limits")[0];
        Assert.Equal(
            ("400", 7, "900.00", 50),
            (limits.GetProperty("maxOrderQuantity").GetString(), limits.GetProperty("maxOpenOrders").GetInt32(),
                limits.TryGetProperty("maxDailyLoss", out var loss) ? loss.GetString() : null,
                limits.TryGetProperty("maxOrdersPerSecond", out var rate) ? rate.GetInt32() : 0));
        Assert.Equal(
            (1000, 10, "5000.00"),
            (limits.GetProperty("killOrders").GetInt32(), limits.GetProperty("killWindowSeconds").GetInt32(),
                limits.GetProperty("killDailyLoss").GetString()));
        page.AssertSound();
    }

    [Fact]
    public async Task Limits_of_one_symbol_or_account_are_not_offered_for_another()
    {
        const string Account = "ACC-1001";
        await using var page = await OpenAsync();
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, $"admin/accounts/{Account}/limits",
            new { symbol = Symbol, maxOrderQuantity = "500" });
        var card = Limits(page);
        var quantity = card.GetByLabel("Order quantity", Exact());
        await card.GetByLabel("Account", Exact()).FillAsync(Account);
        await card.GetByLabel("Symbol", Exact()).SelectOptionAsync(Symbol);
        await ClickAsync(card, "Look up");
        await Assertions.Expect(quantity).ToHaveValueAsync("500");
        await card.GetByLabel("Symbol", Exact()).SelectOptionAsync(Other);
        await Assertions.Expect(quantity).ToHaveValueAsync("");
        await card.GetByLabel("Symbol", Exact()).SelectOptionAsync(Symbol);
        await Assertions.Expect(quantity).ToHaveValueAsync("500");
        await card.GetByLabel("Account", Exact()).FillAsync("ACC-1003");
        await Assertions.Expect(quantity).ToHaveValueAsync("");
        page.AssertSound();
    }

    [Fact]
    public async Task Limits_that_would_go_are_named_before_they_do()
    {
        const string Account = "ACC-1004";
        await using var page = await OpenAsync();
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, $"admin/accounts/{Account}/limits",
            new { symbol = Symbol, maxOrderValue = "100000.00", maxOpenOrders = 20 });

        // The current limits were not looked up. The new values replace all of them all the same.
        var card = Limits(page);
        await card.GetByLabel("Account", Exact()).FillAsync(Account);
        await card.GetByLabel("Symbol", Exact()).SelectOptionAsync(Symbol);
        await card.GetByLabel("Open orders", Exact()).FillAsync("20");
        await ClickAsync(card, "Set");
        await Assertions.Expect(page.Page.Locator("dialog li"))
            .ToHaveTextAsync(["Order value: 100000.00, from now on no limit"]);
        await page.Page.Keyboard.PressAsync("Escape");
        page.AssertSound();
    }

    [Fact]
    public async Task Answers_that_did_not_come_are_not_told_as_something_else()
    {
        await using var page = await OpenAsync();
        var (silos, audit) = (page.Page.Locator(".card[aria-label=Silos]"),
            page.Page.Locator(".card[aria-label='Who did what']"));
        await Assertions.Expect(silos.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.Page.RouteAsync("**/admin/**", TradePage.BusyAsync);
        await page.Page.RouteAsync($"**/symbols/{Symbol}/state", TradePage.BusyAsync);
        await Assertions.Expect(silos).ToContainTextAsync("did not come");
        await Assertions.Expect(Card(page, Symbol).Locator(".chip")).ToHaveTextAsync("Overloaded");
        await Assertions.Expect(Card(page, Symbol).Locator("dl")).ToHaveAttributeAsync("data-old", "");
        await page.Page.ReloadAsync();
        await Assertions.Expect(audit).ToContainTextAsync("did not come");
        await page.Page.UnrouteAllAsync();
        await Assertions.Expect(silos.Locator("tbody tr")).ToHaveCountAsync(1);
        await Assertions.Expect(audit.Locator("table")).ToBeVisibleAsync();
        await Assertions.Expect(Card(page, Symbol).Locator("dl")).Not.ToHaveAttributeAsync("data-old", "");
        page.AssertSound();
    }

    [Fact]
    public async Task Log_of_changes_is_an_administrators_and_tells_what_was_done_meanwhile()
    {
        await using var page = await OpenAsync();
        var audit = page.Page.Locator(".card[aria-label='Who did what']");
        await Assertions.Expect(audit.Locator("table")).ToBeVisibleAsync();
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/users",
            new { name = "olga", password = "correct horse battery", role = "marketOperator" });
        await Assertions.Expect(audit).ToContainTextAsync("olga");
        await page.Page.EvaluateAsync(
            "() => fetch('/api/qc/v1/sessions', { method: 'POST', body: JSON.stringify({ name: 'olga', password: 'correct horse battery' }) })");
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("olga");
        await Assertions.Expect(audit).ToContainTextAsync("an administrator's to read");
        page.AssertSound();
    }

    [Fact]
    public async Task Page_is_taken_away_from_who_signs_in_as_somebody_else_in_another_tab()
    {
        await using var page = await OpenAsync();
        var second = await page.Page.Context.NewPageAsync();
        await second.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await second.Locator("button", new PageLocatorOptions { HasText = "Go on as demo-alice" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-alice");
        await Assertions.Expect(page.Page.Locator("#page")).ToContainTextAsync("This page is for operators");
        await second.GotoAsync(new Uri(exchange.Address, "/signin").ToString());
        await second.Locator("button", new PageLocatorOptions { HasText = "Go on as demo-admin" }).ClickAsync();
        await Assertions.Expect(Card(page, Symbol)).ToBeVisibleAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Account_that_is_none_is_asked_for_and_a_lost_answer_is_called_that()
    {
        await using var page = await OpenAsync();
        var card = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Unfreeze" });
        var said = card.Locator("[role=status]");
        await ClickAsync(card, "Freeze");
        await Assertions.Expect(said).ToContainTextAsync("ACC-");
        await Assertions.Expect(page.Page.Locator("dialog")).ToBeHiddenAsync();

        // An account exists from its first deposit.
        await page.CallAsync(
            "demo-admin", HttpMethod.Post, "admin/accounts/ACC-1003/deposits",
            new { key = "to-exist", asset = "USD", amount = "1.00" });
        await card.GetByLabel("Account", Exact()).FillAsync(" ACC-1003 ");
        await ClickAsync(card, "Block");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("ACC-1003 is blocked. It had no open orders.");
        await page.Page.RouteAsync("**/unblock", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset));
        await ClickAsync(card, "Unblock");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(said).ToContainTextAsync("It may have been done");
        await page.Page.UnrouteAllAsync();
        await ClickAsync(card, "Unblock");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("ACC-1003 is let go, in every symbol.");
        page.AssertSound();
    }

    [Fact]
    public async Task Trade_is_corrected_and_declared_void_and_its_sides_see_it()
    {
        await using var page = await OpenAsync();
        await using var trader = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await trader.Page.Locator("[data-tab=fills]").ClickAsync();
        await trader.Page.Locator("#tape-table").ClickAsync();
        var tape = trader.Page.Locator("#tape .as-table tbody tr").First;
        await Assertions.Expect(tape).ToContainTextAsync("150.00");
        var trade =
            (await page.CallAsync(
                "demo-alice", HttpMethod.Get,
                $"fills?symbol={Symbol}&limit=1")).GetProperty("fills")[0].GetProperty("tradeId")
            .GetString()!;
        var row = trader.Page.Locator("#blotter tbody tr:visible").Filter(new LocatorFilterOptions { HasText = trade });
        await Assertions.Expect(row).ToHaveCountAsync(1);

        var card = page.Page.Locator(".card", new PageLocatorOptions { HasText = "A trade that was wrong" });
        var said = card.Locator("[role=status]");
        await card.GetByLabel("Symbol", Exact()).SelectOptionAsync(Symbol);
        await ClickAsync(card, "Declare void");
        await Assertions.Expect(said).ToContainTextAsync("Which trade?");
        await card.GetByLabel("Trade", Exact()).FillAsync($" {trade} ");
        await ClickAsync(card, "Correct");
        await Assertions.Expect(said).ToContainTextAsync("At which price?");
        await card.GetByLabel("Right price", Exact()).FillAsync("149.00");
        await card.GetByLabel("Why", Exact()).FillAsync("a slip");
        await ClickAsync(card, "Correct");
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync("settle the difference to 149.00");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(said)
            .ToHaveTextAsync($"{Symbol} {trade}: 1 that ACC-1001 bought of ACC-1002 at 150.00 is at 149.00 now.");
        await Assertions.Expect(row).ToContainTextAsync("149.00");
        await Assertions.Expect(row).ToContainTextAsync("Corrected, was 150.00");
        await Assertions.Expect(tape).ToContainTextAsync("150.00, corrected to 149.00");

        // A confirmation that was not given does nothing.
        await ClickAsync(card, "Declare void");
        await page.Page.Keyboard.PressAsync("Escape");
        await ClickAsync(card, "Declare void");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(said)
            .ToHaveTextAsync($"{Symbol} {trade}: 1 that ACC-1001 bought of ACC-1002 at 150.00 is void.");
        await Assertions.Expect(row).ToContainTextAsync("Void: all of it was given back");
        await Assertions.Expect(tape).ToContainTextAsync("150.00, void");
        var log = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Who did what" }).Locator("tr");
        await Assertions.Expect(log.Filter(new LocatorFilterOptions { HasText = "tradeVoided" }))
            .ToContainTextAsync($"demo-admin");
        await Assertions.Expect(log.Filter(new LocatorFilterOptions { HasText = "tradeCorrected" }))
            .ToContainTextAsync($"trade {trade}, price 149.00, why a slip");
        await Assertions.Expect(
            trader.Page.Locator(".toast", new PageLocatorOptions { HasText = "Trade declared void" }))
            .ToBeVisibleAsync();
        await trader.Page.ReloadAsync();
        await trader.Page.Locator("#tape-table").ClickAsync();
        await Assertions.Expect(tape).ToContainTextAsync("150.00, void");
        await ClickAsync(card, "Declare void");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(said).ToContainTextAsync("it is already void");
        await page.Page.RouteAsync("**/bust", route => route.AbortAsync(RequestAbortErrorCode.ConnectionReset));
        await ClickAsync(card, "Declare void");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(said).ToContainTextAsync("It may have been done");
        page.AssertSound();
        trader.AssertSound();
    }

    [Fact]
    public async Task Trade_of_an_auction_stands_on_the_tape_without_a_side()
    {
        await using var trader = await TradePage.OpenAsync(browser, exchange, lastPrice: "150.00");
        await trader.Page.Locator("#tape-table").ClickAsync();
        var tape = trader.Page.Locator("#tape .as-table tbody tr").First;
        await Assertions.Expect(tape).ToContainTextAsync("150.00");
        await trader.PhaseAsync(Symbol, "volatility");
        await trader.CallAsync(
            "demo-bob", HttpMethod.Post, "orders",
            new { symbol = Symbol, side = "sell", price = "149.00", quantity = "7" });
        await trader.CallAsync(
            "demo-alice", HttpMethod.Post, "orders",
            new { symbol = Symbol, side = "buy", price = "151.00", quantity = "7" });
        await trader.PhaseAsync(Symbol, "continuous");
        await Assertions.Expect(tape).ToContainTextAsync("Auction");
        await trader.Page.ReloadAsync();
        await trader.Page.Locator("#tape-table").ClickAsync();
        await Assertions.Expect(tape).ToContainTextAsync("Auction");
        trader.AssertSound();
    }

    private static LocatorGetByLabelOptions Exact() => new() { Exact = true };

    private static ILocator Card(TradePage page, string symbol) => page.Page.Locator($".card[data-symbol={symbol}]");

    private static ILocator Limits(TradePage page) =>
        page.Page.Locator(".card", new PageLocatorOptions { HasText = "Risk limits" });

    private static Task ClickAsync(ILocator card, string label) =>
        card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = label, Exact = true }).ClickAsync();

    private static async Task<string?> PhaseAsync(TradePage page) =>
        (await page.CallAsync(
            "demo-alice", HttpMethod.Get,
            string.Create(CultureInfo.InvariantCulture, $"symbols/{Symbol}/state"))).GetProperty("phase")
            .GetString();

    private static async Task ReopenAsync(TradePage page)
    {
        await page.PhaseAsync(Symbol, "volatility");
        await page.PhaseAsync(Symbol, "continuous");
    }

    private async Task<TradePage> OpenAsync()
    {
        var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.EvaluateAsync(
            "() => fetch('/api/qc/v1/sessions/demo', { method: 'POST', body: JSON.stringify({ name: 'demo-admin' }) })");
        await page.Page.GotoAsync(new Uri(exchange.Address, "/operator").ToString());
        await Assertions.Expect(Card(page, Symbol).Locator(".chip")).ToHaveTextAsync("Trading");
        return page;
    }
}
