using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>The simulation page in a browser at the admin port, and for the operator at the ordinary port.</summary>
public sealed partial class SimulationPageTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    private const string Quiet = "AAPL";
    private const string Simulated = "AMZN";

    [Fact]
    public async Task Operator_of_a_demo_pauses_steps_and_shapes_its_market()
    {
        await using var page = await OpenAsync();
        var chip = page.Page.Locator("#page .card-title .chip").First;
        await Assertions.Expect(chip).ToHaveTextAsync("running ×1");
        await ClickAsync(page, "Pause");
        await Assertions.Expect(chip).ToHaveTextAsync("paused");

        // A paused market takes the requested steps.
        var steps = page.Page.Locator("#page .facts dd").Nth(1);
        await ClickAsync(page, "Begin anew", seed => seed.Locator("input[aria-label=Seed]").FillAsync("9"));
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync("Begin the market anew?");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page .facts dd").First).ToHaveTextAsync("9");
        await ClickAsync(page, "Step", card => card.Locator("input[aria-label=Steps]").FillAsync("7"));
        await Assertions.Expect(steps).ToHaveTextAsync("7");

        await ClickAsync(page, "Set volatility", card => card.Locator("input[aria-label=Volatility]").FillAsync("2.5"));
        await Assertions.Expect(page.Page.Locator("#page .facts dd").Nth(2)).ToHaveTextAsync("×2.5");
        await ClickAsync(page, "Set speed", card => card.Locator("input[aria-label=Speed]").FillAsync("99"));
        await Assertions.Expect(page.Page.Locator("#page .problem").First).ToContainTextAsync("speed");
        await ClickAsync(page, "Set speed", card => card.Locator("input[aria-label=Speed]").FillAsync("4"));
        await ClickAsync(
            page, "Set clock", card => card.Locator("input[aria-label='Clock ahead, ms']").FillAsync("2500"));
        await Assertions.Expect(page.Page.Locator("#page .facts dd").Nth(3)).ToHaveTextAsync("2500 ms");

        // The clock of one key is shown beside the clock for all keys, and each is corrected by itself.
        var faults = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Faults for clients" });
        await ClickAsync(
            page, "Set clock", card => card.Locator("input[aria-label='Whose clock, API key']").FillAsync("demo-bob"));
        await Assertions.Expect(faults).ToContainTextAsync("clock 2500 ms ahead, demo-bob");
        await ClickAsync(page, "Put right, every key");
        await Assertions.Expect(page.Page.Locator("#page .facts dd").Nth(3)).ToHaveTextAsync("0 ms");
        await Assertions.Expect(page.Page.Locator("#page .facts dd").Nth(4)).ToHaveTextAsync("1");
        await ClickAsync(page, "Put right, demo-bob");
        await Assertions.Expect(faults).Not.ToContainTextAsync("demo-bob");
        await ClickAsync(page, "Resume");
        await Assertions.Expect(chip).ToHaveTextAsync("running ×4");
        await Assertions.Expect(page.Page.Locator("#page .problem").First).ToBeEmptyAsync();
        page.AssertSound();
    }

    [Fact]
    public async Task Operator_of_a_demo_sends_everybody_away_and_the_book_empties()
    {
        await using var page = await OpenAsync();
        foreach (var box in await page.Page.Locator("input[data-participant]").AllAsync())
            await box.UncheckAsync();
        await Wait.UntilAsync(
            async () =>
                (await page.CallAsync("demo-bob", HttpMethod.Get, $"book/{Simulated}?depth=1")).GetProperty("bids")
                    .GetArrayLength() == 0);

        // The book may be empty before the last participant has been sent away.
        await Wait.UntilAsync(
            async () =>
                (await page.CallAsync("demo-bob", HttpMethod.Get, "sim", atAdmin: exchange.Admin)).GetProperty("market")
                    .GetProperty("away").GetArrayLength() >= 6);

        // A page that is opened later knows which participants are away.
        await page.Page.ReloadAsync();
        await Assertions.Expect(page.Page.Locator("input[data-participant=noise]")).Not.ToBeCheckedAsync();
        foreach (var box in await page.Page.Locator("input[data-participant]").AllAsync())
            await box.CheckAsync();
        await Wait.UntilAsync(
            async () =>
                (await page.CallAsync("demo-bob", HttpMethod.Get, $"book/{Simulated}?depth=1")).GetProperty("bids")
                    .GetArrayLength() > 0);
        page.AssertSound();
    }

    [Fact]
    public async Task Operator_of_a_demo_halts_a_symbol_and_lets_it_trade_on()
    {
        await using var page = await OpenAsync();
        var row = page.Page.Locator(".halts", new PageLocatorOptions { HasText = Simulated });
        await row.Locator("button", new LocatorLocatorOptions { HasText = "Halt" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync($"Halt {Simulated}?");
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(row.Locator(".chip")).ToHaveTextAsync("Halted");
        Assert.Equal(
            "halt",
            (await page.CallAsync("demo-alice", HttpMethod.Get, $"symbols/{Simulated}/state")).GetProperty("phase")
                .GetString());
        await row.Locator("button", new LocatorLocatorOptions { HasText = "Trade on" }).ClickAsync();
        await Assertions.Expect(row.Locator(".chip")).ToHaveTextAsync("Trading");
        page.AssertSound();
    }

    [Fact]
    public async Task Replay_is_shown_and_told_to_wait_and_how_fast_to_go()
    {
        await using var page = await OpenAsync();
        var card = page.Page.Locator("[aria-label=Replay]");
        await WhileToldAsync(() => TellAsync(1_200, ended: false), async () =>
        {
            await Assertions.Expect(card.Locator(".chip")).ToHaveTextAsync("running");
            await Assertions.Expect(card.Locator("dd:visible"))
                .ToHaveTextAsync(["day.cmds.csv", "AAPL.L", "1200 of 5000", "50 commands a second"]);
            await Assertions.Expect(
                card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Stop the replay" }))
                .ToBeHiddenAsync();
            await LayoutTests.PictureAsync(page, "sim-replay");
            await ClickAsync(page, "Pause the replay");
            await Assertions.Expect(card.Locator(".chip")).ToHaveTextAsync("paused");
            await ClickAsync(
                page, "Set its speed",
                fields => fields.Locator("input[aria-label='Commands a second']").FillAsync("7"));
            await ClickAsync(page, "Go on");
        });

        // The page's request is in flight when the button is clicked: a later report gets it.
        await Wait.UntilAsync(
            async () => (await TellAsync(1_300, ended: false)).GetProperty("replay") is var wanted
                && wanted.GetProperty("speed").GetInt32() == 7 && !wanted.GetProperty("paused").GetBoolean());
        await TellAsync(5_000, ended: true);
        await Assertions.Expect(card.Locator(".chip")).ToHaveTextAsync("ended");
        await Assertions.Expect(card.Locator("button").First).ToBeDisabledAsync();
        page.AssertSound();

        Task<System.Text.Json.JsonElement> TellAsync(int done, bool ended) => page.CallAsync(
            "demo-alice", HttpMethod.Post, "sim/replay/report",
            new { run = "monday", file = "day.cmds.csv", symbol = "AAPL.L", done, of = 5_000, speed = 50, ended },
            exchange.Admin);
    }

    [Fact]
    public async Task Recording_is_begun_from_the_page_seen_in_its_book_stopped_and_begun_again()
    {
        File.Copy(
            OrderFlowFiles.Find("MSFT_2012-06-21_50_1000rows.cmds.csv.gz"),
            Path.Combine(exchange.Recordings.FullName, "MSFT_day.cmds.csv.gz"), overwrite: true);
        await using var page = await OpenAsync();
        await page.Page.SetViewportSizeAsync(1_440, 1_310);
        var card = page.Page.Locator("[aria-label=Replay]");
        var (chip, told) = (card.Locator(".chip"), card.Locator("dd:visible"));
        await card.GetByLabel("Recording", new LocatorGetByLabelOptions { Exact = true })
            .SelectOptionAsync("MSFT_day.cmds.csv.gz");
        await card.GetByLabel("Symbol of the replay").FillAsync("MSFT.P");
        await card.GetByLabel("Begin with commands a second").FillAsync("20");
        await ClickAsync(page, "Start the replay");
        await Assertions.Expect(chip).ToHaveTextAsync("running");
        await Assertions.Expect(told.Nth(2)).ToHaveTextAsync(new Regex("^[1-9][0-9]* of 1308$"));
        await Assertions.Expect(
            card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Start the replay" }))
            .ToBeDisabledAsync();
        await LayoutTests.PictureAsync(page, "sim-recording");
        await ClickAsync(page, "As fast as it goes");
        await Wait.UntilAsync(
            async () => (await page.CallAsync("demo-bob", HttpMethod.Get, "trades/MSFT.P")).GetProperty("trades")
                .GetArrayLength() > 0);

        // A link opens its book in a window of its own.
        var book = await page.Page.RunAndWaitForPopupAsync(() => told.Nth(1).Locator("a").ClickAsync());
        await Assertions.Expect(book.Locator("#symbol")).ToContainTextAsync("MSFT.P");
        await book.Locator("#book-table").ClickAsync();
        await Assertions.Expect(book.Locator("#ladder .as-table tbody tr")).Not.ToHaveCountAsync(0);
        await book.CloseAsync();
        await Assertions.Expect(chip).ToHaveTextAsync("done");
        await Assertions.Expect(told.Nth(4)).ToHaveTextAsync("35 of 35 aggressive orders, 80 of 80 book rows");

        // The same again by keys alone: the replay cancels the orders of the first run, is paused, and is stopped.
        await card.GetByLabel("Begin with commands a second").FillAsync("20");
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Start the replay" })
            .PressAsync("Enter");
        await Assertions.Expect(chip).ToHaveTextAsync("running");
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Pause the replay" })
            .PressAsync("Enter");
        await Assertions.Expect(chip).ToHaveTextAsync("paused");
        await card.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Stop the replay" })
            .PressAsync("Enter");
        await Assertions.Expect(chip).ToHaveTextAsync("stopped");
        await Assertions.Expect(card).ToContainTextAsync("stay in the book");
        page.AssertSound();
    }

    [Fact]
    public async Task Stock_of_a_day_of_all_stocks_is_asked_for_and_replayed()
    {
        var day = new ItchFile().Event('O').Directory(7, "AAPL").Directory(8, "ZYX").Event('S')
            .Add(8, 1, 'B', 100, "ZYX", 1_500_000).Add(8, 2, 'S', 100, "ZYX", 1_500_100).Execute(8, 1, 40).Event('C');
        await File.WriteAllBytesAsync(
            Path.Combine(exchange.Recordings.FullName, "day.NASDAQ_ITCH50"), day.ToArray(),
            TestContext.Current.CancellationToken);
        await using var page = await OpenAsync();
        var card = page.Page.Locator("[aria-label=Replay]");
        var recording = card.GetByLabel("Recording", new LocatorGetByLabelOptions { Exact = true });
        var stock = card.GetByLabel("Stock of the recording");
        await recording.SelectOptionAsync("TAPE.cmds.csv");
        await Assertions.Expect(stock).ToBeHiddenAsync();
        await recording.SelectOptionAsync("day.NASDAQ_ITCH50");
        await ClickAsync(page, "Start the replay");
        await Assertions.Expect(card)
            .ToContainTextAsync("day.NASDAQ_ITCH50 holds 2 stocks: name one by its ticker, such as AAPL, ZYX");
        await stock.FillAsync("ZYX");
        await ClickAsync(page, "Start the replay");
        await Assertions.Expect(card.Locator(".chip")).ToHaveTextAsync("done");
        await Assertions.Expect(card.Locator("dd:visible").Nth(1)).ToHaveTextAsync("ZYX.L");
        await Assertions.Expect(card.Locator("dd:visible").Nth(4))
            .ToHaveTextAsync("1 of 1 aggressive orders, 1 of 1 book rows");
        page.AssertSound();
    }

    [Fact]
    public async Task Replay_that_cannot_be_begun_or_go_on_says_why()
    {
        await using var page = await OpenAsync();
        var card = page.Page.Locator("[aria-label=Replay]");
        await card.GetByLabel("Recording", new LocatorGetByLabelOptions { Exact = true })
            .SelectOptionAsync("TAPE.cmds.csv");
        await card.GetByLabel("Symbol of the replay").FillAsync("not a symbol");
        await ClickAsync(page, "Start the replay");
        await Assertions.Expect(card.Locator("[role=alert]")).ToContainTextAsync("capital letters");
        await card.GetByLabel("Symbol of the replay").FillAsync("");
        await ClickAsync(page, "Start the replay");
        await Assertions.Expect(card.Locator(".chip")).ToHaveTextAsync("failed");
        await Assertions.Expect(card)
            .ToContainTextAsync(
                "It could not go on. TAPE.cmds.csv, line 3, column 6 (place): 'oops' is not a place in the queue; only 'back' is known");
        await Assertions.Expect(card.Locator("[role=alert]")).ToBeEmptyAsync();
        page.AssertSound();
    }

    [Theory]
    [InlineData("""{"configured":false,"recordings":[]}""", "--recordings DIR")]
    [InlineData(
        """{"configured":true,"recordings":[{"name":"a.txt","format":null,"bytes":1}]}""",
        "No recording lies in the silo's folder")]
    public async Task Page_without_recordings_says_what_would_offer_some(string told, string text)
    {
        await using var page = await OpenAsync();
        await page.Page.RouteAsync("**/api/qc/v1/sim", async route =>
        {
            var now = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
            now["replay"] = null;
            await route.FulfillAsync(
                new RouteFulfillOptions { ContentType = "application/json", Body = now.ToJsonString() });
        });
        await page.Page.RouteAsync(
            "**/sim/recordings",
            route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = told }));
        await ClickAsync(page, "Look for recordings");
        var card = page.Page.Locator("[aria-label=Replay]");
        await Assertions.Expect(card).ToContainTextAsync(text);
        await Assertions.Expect(card).ToContainTextAsync("qc replay FILE");
        await Assertions.Expect(card.Locator("button").First).ToBeDisabledAsync();
        await Assertions.Expect(card.GetByLabel("Recording", new LocatorGetByLabelOptions { Exact = true }))
            .ToBeHiddenAsync();
        page.AssertSound();
    }

    [Theory]
    [InlineData(1440, "light")]
    [InlineData(390, "dark")]
    public async Task Nothing_of_the_page_is_cut_off(int width, string theme)
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Admin, "BTC-USD", width, 844, theme);
        await page.Page.GotoAsync(new Uri(exchange.Admin, "/sim").ToString());
        await Assertions.Expect(
            page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start the replay" }))
            .ToBeVisibleAsync();
        await page.CallAsync(
            "demo-alice", HttpMethod.Post, "sim/skew", new { millis = -86_400_000, key = "demo-alice" },
            exchange.Admin);
        await Assertions.Expect(page.Page.Locator("#page")).ToContainTextAsync("clock -86400000 ms ahead");
        await LayoutTests.PictureAsync(page, $"sim-{width}-{theme}");
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(LayoutTests.Flaws));
        await page.CallAsync(
            "demo-alice", HttpMethod.Post, "sim/skew", new { millis = 0, key = "demo-alice" }, exchange.Admin);
    }

    [Fact]
    public async Task Fault_that_is_set_meets_its_client_and_is_told()
    {
        await using var page = await OpenAsync();
        await using var clients = await TradePage.OpenAsync(browser, exchange.Address, Quiet);
        var card = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Faults for clients" });
        await card.Locator("select[aria-label=Fault]").SelectOptionAsync("skip");
        await Assertions.Expect(card.Locator("select[aria-label='What it meets']")).ToHaveValueAsync("stream");
        await card.Locator("select[aria-label=Fault]").SelectOptionAsync("reject");
        await Assertions.Expect(card.Locator("select[aria-label='What it meets']")).ToHaveValueAsync("requests");
        await card.Locator("select[aria-label=Symbol]").SelectOptionAsync(Quiet);
        await card.Locator("input[aria-label='API key']").FillAsync("demo-bob");
        await card.Locator("input[aria-label='How many times']").FillAsync("2");
        await ClickAsync(page, "Set the fault");
        await Assertions.Expect(card).ToContainTextAsync($"reject of requests, {Quiet}, demo-bob: 2 left");

        var refused =
            await Assert.ThrowsAnyAsync<Exception>(
                () => clients.PlaceAsync(
                    "demo-bob", new { symbol = Quiet, side = "buy", price = "100.00", quantity = "1" }));
        Assert.Contains("Overloaded", refused.Message, StringComparison.Ordinal);
        await clients.PlaceAsync("demo-alice", new { symbol = Quiet, side = "buy", price = "100.00", quantity = "1" });
        await Assertions.Expect(page.Page.Locator("section[aria-label='Faults that happened'] tbody tr").First)
            .ToContainTextAsync("POST /api/qc/v1/orders");
        await Assertions.Expect(card).ToContainTextAsync($"reject of requests, {Quiet}, demo-bob: 1 left");
        await LayoutTests.PictureAsync(page, "sim-faults");
        await card.Locator("button", new LocatorLocatorOptions { HasText = "Take away" }).ClickAsync();
        await Assertions.Expect(card).Not.ToContainTextAsync("1 left");
        await clients.PlaceAsync("demo-bob", new { symbol = Quiet, side = "buy", price = "100.00", quantity = "1" });
        await clients.ClearAsync(Quiet);
        page.AssertSound();
    }

    [Fact]
    public async Task Terminal_sees_that_a_message_was_left_out_and_its_book_is_right_again()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Quiet);
        using var http = new HttpClient { BaseAddress = exchange.Admin };
        using var fault = new StringContent(
            $$"""{"kind":"skip","symbol":"{{Quiet}}"}""", System.Text.Encoding.UTF8, "application/json");
        using var set = await http.PostAsync(
            new Uri("/api/qc/v1/sim/faults", UriKind.Relative), fault, TestContext.Current.CancellationToken);
        Assert.True(set.IsSuccessStatusCode);
        await page.Page.Locator("#book-table").ClickAsync();
        await page.PlaceAsync("demo-bob", new { symbol = Quiet, side = "sell", price = "150.00", quantity = "3" });

        // The page did not get that order; the next message does not follow on the page's last one.
        await Wait.UntilAsync(
            async () =>
                (await http.GetStringAsync(
                    new Uri("/api/qc/v1/sim", UriKind.Relative), TestContext.Current.CancellationToken)).Contains(
                    "\"kind\":\"skip\",\"to\"", StringComparison.Ordinal));
        await page.PlaceAsync("demo-bob", new { symbol = Quiet, side = "sell", price = "151.00", quantity = "4" });
        await Assertions.Expect(page.Page.Locator("#ladder .as-table tbody tr"))
            .ToHaveTextAsync(["Ask151.0047", "Ask150.0033"]);
        await page.ClearAsync(Quiet);
        page.AssertSound();
    }

    [Fact]
    public async Task Visitor_goes_on_as_the_operator_and_shapes_the_market_at_the_ordinary_port()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Quiet);
        await page.Page.Locator("#sim-link").ClickAsync();
        await LayoutTests.PictureAsync(page, "1440x900-dark-sim-offer");
        await page.Page.Locator("#page")
            .GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Go on as the demo's operator" })
            .ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToContainTextAsync("demo-admin");
        var chip = Section(page, "Market").Locator(".chip");
        await Assertions.Expect(chip).ToContainTextAsync("running");
        await ClickAsync(page, "Pause");
        await Assertions.Expect(chip).ToHaveTextAsync("paused");
        await ClickAsync(page, "Resume");
        await Assertions.Expect(chip).ToContainTextAsync("running");
        page.AssertSound();
    }

    private async Task<TradePage> OpenAsync()
    {
        var page = await TradePage.OpenAsync(browser, exchange.Admin, "BTC-USD");
        await page.Page.Locator("#sim-link").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("Simulation");
        return page;
    }

    /// <summary>
    /// Runs a test while a replay elsewhere is reported once a second; a replay without reports is shown as silent.
    /// </summary>
    private static async Task WhileToldAsync(Func<Task> tell, Func<Task> does)
    {
        using var again = new PeriodicTimer(TimeSpan.FromSeconds(1));
        await tell();
        var done = does();
        for (var next = again.WaitForNextTickAsync(TestContext.Current.CancellationToken).AsTask();
            await Task.WhenAny(done, next) == next;
            next = again.WaitForNextTickAsync(TestContext.Current.CancellationToken).AsTask())
        {
            await next;
            await tell();
        }

        await done;
    }

    /// <summary>Fills the fields that belong to a button, and presses it.</summary>
    private static async Task ClickAsync(TradePage page, string button, Func<ILocator, Task>? fill = null)
    {
        if (fill is not null)
            await fill(page.Page.Locator("#page"));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true })
            .ClickAsync();
    }
}
