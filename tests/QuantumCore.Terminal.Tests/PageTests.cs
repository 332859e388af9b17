using System.Globalization;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>Pages beside the trade page, and rules for all pages.</summary>
public sealed partial class PageTests(Browser browser, QuietExchange exchange) : IClassFixture<QuietExchange>
{
    private const string Symbol = "AAPL";

    [Fact]
    public async Task First_look_shows_a_moving_market_without_a_login_wall()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, "BTC-USD");
        var messages = await page.Page.Locator("#last").TextContentAsync();
        await Assertions.Expect(page.Page.Locator("#list button")).ToHaveCountAsync(4);
        await Assertions.Expect(
            page.Page.Locator("#list button[aria-pressed=true] span").Nth(1)).Not.ToHaveTextAsync("–");
        await Assertions.Expect(page.Page.Locator("#last")).Not.ToHaveTextAsync(messages!);
        await Assertions.Expect(page.Page.Locator("#volume")).ToContainTextAsync("BTC");
        page.AssertSound();
    }

    [Fact]
    public async Task Operator_halts_a_market_and_reopens_it_through_an_auction()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "150.00", quantity = "5" });
        await GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Go on as demo-admin" }).ClickAsync();
        await page.Page.Locator("#operator-link").ClickAsync();
        var card = page.Page.Locator($".card[data-symbol={Symbol}]");
        var chip = card.Locator(".chip");
        await Assertions.Expect(chip).ToHaveTextAsync("Trading");

        await ActAsync(page, card, "halt", ("technical", 900));
        await Assertions.Expect(chip).ToHaveTextAsync("Halted");
        await Assertions.Expect(card.Locator("dt:has-text('Why') + dd")).ToHaveTextAsync("technical");
        await Assertions.Expect(card.Locator("dt:has-text('Next') + dd")).ToContainTextAsync("volatility at");
        // A user who opens the trade page only now sees the notice, too.
        await page.Page.GotoAsync(new Uri(exchange.Address, $"/trade/{Symbol}").ToString());
        await Assertions.Expect(page.Page.Locator("#notice-text")).ToContainTextAsync("(technical)");
        await Assertions.Expect(page.Page.Locator("#notice-text")).ToContainTextAsync("Auction from");
        await LayoutTests.PictureAsync(page, "1440-dark-halt-planned");
        await page.Page.GotoAsync(new Uri(exchange.Address, "/operator").ToString());
        await ActAsync(page, card, "opening");
        await Assertions.Expect(chip).ToHaveTextAsync("Auction");
        var bought = await page.PlaceAsync(
            "demo-alice", new { symbol = Symbol, side = "buy", price = "151.00", quantity = "3" });
        await Assertions.Expect(card.Locator("dt:has-text('Indicative price') + dd")).Not.ToHaveTextAsync("–");
        await Assertions.Expect(card.Locator("dt:has-text('Would match') + dd")).ToHaveTextAsync("3");
        await ActAsync(page, card, "continuous");
        await Assertions.Expect(chip).ToHaveTextAsync("Trading");
        await Assertions.Expect(card.Locator("dt:has-text('Last') + dd")).Not.ToHaveTextAsync("–");

        // The buyer's order is filled and ended: the book itself reports that, however far behind the history is.
        var order = await page.CallAsync(
            "demo-alice", HttpMethod.Get, $"orders/{Symbol}/{bought.GetProperty("orderId").GetInt64()}");
        Assert.Equal(
            ("filled", "3"), (order.GetProperty("status").GetString(), order.GetProperty("filled").GetString()));
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Operator_sees_the_silos_the_journal_and_what_was_logged()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.EvaluateAsync(
            "() => fetch('/api/qc/v1/sessions/demo', { method: 'POST', body: JSON.stringify({ name: 'demo-admin' }) })");
        await page.Page.GotoAsync(new Uri(exchange.Address, "/operator").ToString());
        var silo = page.Page.Locator(".card[aria-label=Silos] tbody tr");
        await Assertions.Expect(silo).ToHaveCountAsync(1);
        await Assertions.Expect(silo).ToContainTextAsync("active");
        await Assertions.Expect(silo).ToContainTextAsync("OrderBook");
        // Rows are painted again each second; the card stays.
        await page.Page.Locator(".card[aria-label=Silos]").ScrollIntoViewIfNeededAsync();
        await LayoutTests.PictureAsync(page, "1440-dark-operator-silos");
        var facts =
            page.Page.Locator(".facts", new PageLocatorOptions { HasText = "Records in the journal" }).Locator("dd");
        await Assertions.Expect(facts.First).ToHaveTextAsync(WholeNumber());
        await Assertions.Expect(facts.Nth(4)).ToContainTextAsync(" ms");

        await page.Page.RouteAsync("**/admin/system", route => AnswerAsync(
            route,
            """
            {"silos":[],"journal":null,"log":[{"sequence":1000002,"time":"2026-01-01T00:00:01Z","level":"error","category":"QuantumCore.Grains.Ledger","event":9,"message":"it <b>failed</b>","exception":"InvalidDataException: half a record"},
            {"sequence":1000001,"time":"2026-01-01T00:00:00Z","level":"warn","category":"QuantumCore.Gateway","event":8,"message":"it will fail","exception":null}]}
            """));
        var log = page.Page.Locator(".card[aria-label=Log]");
        await Assertions.Expect(log.Locator("tbody tr")).ToHaveCountAsync(2);
        await Assertions.Expect(log.Locator("summary")).ToHaveTextAsync("it <b>failed</b>");
        await log.Locator("summary").ClickAsync();
        await LayoutTests.PictureAsync(page, "1440-dark-operator-log");
        await Assertions.Expect(log.Locator("pre")).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.Locator(".card[aria-label=Silos]"))
            .ToContainTextAsync("No silo has told of itself");
        await Assertions.Expect(facts.First).ToHaveTextAsync("–");
        await Assertions.Expect(log.Locator("pre")).ToBeVisibleAsync();
        page.AssertSound();
    }

    [GeneratedRegex(@"^[\d,\u2009]+$")]
    private static partial Regex WholeNumber();

    [Fact]
    public async Task Person_signs_up_signs_out_and_signs_in_again()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await page.Page.Locator("#name").FillAsync("carol");
        await page.Page.Locator("#password").FillAsync("correct horse battery");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign up" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("carol");
        await GoAsync(page, "/signin");
        var card = page.Page.Locator(".card", new PageLocatorOptions { HasText = "New password" });
        await Assertions.Expect(card.Locator("input")).ToHaveCountAsync(2);
        await LayoutTests.PictureAsync(page, "1440x900-dark-password");
        Assert.Single(
            (await card.EvaluateAsync<int[]>(
                "card => [...card.querySelectorAll('input')].map(input => input.getBoundingClientRect().left)")).Distinct());
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("Sign in");

        await page.Page.Locator("#name").FillAsync("carol");
        await page.Page.Locator("#password").FillAsync("wrong horse battery");
        await page.Page.Locator("#page button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#page .problem")).Not.ToBeEmptyAsync();
        await page.Page.Locator("#password").FillAsync("correct horse battery");
        await page.Page.Locator("#page button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("carol");
        page.AssertSound();
    }

    [Fact]
    public async Task Settings_go_with_the_person_to_another_browser()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await page.Page.Locator("#name").FillAsync("dora");
        await page.Page.Locator("#password").FillAsync("correct horse battery");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign up" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("dora");
        await page.Page.Locator("#settings").ClickAsync();
        await page.Page.RunAndWaitForResponseAsync(
            () => page.Page.Locator("dialog select").First.SelectOptionAsync("light"),
            response => response.Url.EndsWith("/user/preferences", StringComparison.Ordinal)
                && response.Request.Method == "PATCH" && response.Ok);

        await using var other = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await Assertions.Expect(other.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await GoAsync(other, "/signin");
        await other.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await other.Page.Locator("#name").FillAsync("dora");
        await other.Page.Locator("#password").FillAsync("correct horse battery");
        await other.Page.Locator("#page button[type=submit]").ClickAsync();
        await Assertions.Expect(other.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        page.AssertSound();
        other.AssertSound();
    }

    [Fact]
    public async Task Portfolio_and_orders_show_what_was_traded_to_the_cent()
    {
        const string Other = "MSFT";
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Other);
        await page.PlaceAsync("demo-bob", new { symbol = Other, side = "sell", price = "400.00", quantity = "2" });
        await page.PlaceAsync(
            "demo-alice",
            new
            {
                symbol = Other,
                side = "buy",
                price = "400.00",
                quantity = "2",
                clientOrderId = "seen-on-the-orders-page",
            });
        await GoAsync(page, "/portfolio");
        var positions = page.Page.Locator(".card", new PageLocatorOptions { HasText = "Positions and profit" });
        await Assertions.Expect(
            positions.Locator("tr", new LocatorLocatorOptions { HasText = Other }).Locator("td").Nth(2))
            .ToHaveTextAsync("419.960079");

        // A thousand were deposited at the listed price of 420.00. The total worth is in one place, over the balances.
        await Assertions.Expect(
            positions.Locator("tr", new LocatorLocatorOptions { HasText = Other }).Locator("td").Nth(1))
            .ToHaveTextAsync("1,002");
        await Assertions.Expect(
            page.Page.Locator("[aria-label=Balances] tr", new PageLocatorOptions { HasText = Other }).Locator("td")
                .Nth(1))
            .ToHaveTextAsync("1,002");
        await Assertions.Expect(page.Page.Locator("[aria-label=Equity] .card-title b")).ToContainTextAsync(" USD (");
        await Assertions.Expect(page.Page.Locator("#page b")).ToHaveCountAsync(1);
        await LayoutTests.PictureAsync(page, "1440x900-dark-portfolio");
        await Assertions.Expect(page.Page.Locator(".card", new PageLocatorOptions { HasText = "Statement" }))
            .ToContainTextAsync("−800.00");
        await GoAsync(page, "/orders");
        var row = page.Page.Locator("tr", new PageLocatorOptions { HasText = "seen-on-the-orders-page" });
        await Assertions.Expect(row).ToContainTextAsync("filled");
        await row.Locator("button").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync("400.00");
        page.AssertSound();
    }

    [Fact]
    public async Task File_of_the_orders_has_those_that_are_chosen()
    {
        const string Other = "MSFT";
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Other);
        await page.PlaceAsync(
            "demo-alice",
            new
            {
                symbol = Other,
                side = "buy",
                price = "390.00",
                quantity = "1",
                clientOrderId = "bought-for-a-file",
            });
        await page.PlaceAsync(
            "demo-alice",
            new { symbol = Other, side = "sell", price = "450.00", quantity = "1", clientOrderId = "sold-for-a-file" });
        await GoAsync(page, "/orders");
        await Assertions.Expect(page.Page.Locator("tr", new PageLocatorOptions { HasText = "bought-for-a-file" }))
            .ToBeVisibleAsync();
        await page.Page.Locator(".filters label", new PageLocatorOptions { HasText = "Side" }).Locator("select")
            .SelectOptionAsync("sell");

        var download = await page.Page.RunAndWaitForDownloadAsync(
            () => page.Page.Locator("button", new PageLocatorOptions { HasText = "CSV" }).ClickAsync());

        await using var file = await download.CreateReadStreamAsync();
        using var reader = new StreamReader(file);
        var lines = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("sold-for-a-file", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("bought-for-a-file", lines, StringComparison.Ordinal);
        await page.ClearAsync(Other);
        page.AssertSound();
    }

    [Fact]
    public async Task Equity_is_the_ledger_of_a_moment_at_the_prices_of_that_moment()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        var now = TimeProvider.System.GetUtcNow();
        var bought = (now.AddHours(-1).ToUnixTimeMilliseconds() * 1_000_000).ToString(CultureInfo.InvariantCulture);
        var rose = now.AddHours(-2).ToUnixTimeMilliseconds();
        await page.Page.RouteAsync(
            "**/account/statement?*",
            route =>
                AnswerAsync(route, route.Request.Url.Contains("limit=1&", StringComparison.Ordinal)
                    || route.Request.Url.EndsWith("limit=1", StringComparison.Ordinal)
                ? """{"assets":[{"asset":"USD","opening":"0.00","closing":"700.00"},{"asset":"AAPL","opening":"0","closing":"3"}],"entries":[],"next":null}"""
                : $$"""{"assets":[{"asset":"USD","opening":"1000.00","closing":"700.00"},{"asset":"AAPL","opening":"10","closing":"12"}],"entries":[{"time":"2026-01-01T00:00:00Z","cause":"trade","key":null,"symbol":"AAPL","tradeId":"1-0","timeNanos":"{{bought}}","asset":"USD","amount":"-300.00"},{"time":"2026-01-01T00:00:00Z","cause":"trade","key":null,"symbol":"AAPL","tradeId":"1-0","timeNanos":"{{bought}}","asset":"AAPL","amount":"2"}],"next":null}"""));
        await page.Page.RouteAsync("**/candles/AAPL?*", route =>
        {
            var step = route.Request.Url.Contains("period=1d", StringComparison.Ordinal) ? 86_400_000L : 900_000L;
            var last = now.ToUnixTimeMilliseconds() / step;
            var rows = Enumerable.Range(0, 98).Select(i => (last - 97 + i) * step)
                .Select(start => start + step > rose
                    ? $"[{start},\"160\",\"160\",\"160\",\"160\",\"1\",1]"
                    : $"[{start},\"150\",\"150\",\"150\",\"150\",\"1\",1]");
            return AnswerAsync(route, $$"""{"symbol":"AAPL","candles":[{{string.Join(",", rows)}}]}""");
        });
        await GoAsync(page, "/portfolio");
        var card = page.Page.Locator(".card[aria-label=Equity]");

        await card.Locator("button", new LocatorLocatorOptions { HasText = "24 hours" }).ClickAsync();

        // 1,000 and 10 at 150 are 2,500 a day ago; 700 and 12 at 160 are 2,620 now.
        await Assertions.Expect(card.Locator(".card-title b")).ToHaveTextAsync("2,620.00 USD (+4.80 %)");
        await Assertions.Expect(card.Locator("svg polyline")).ToHaveAttributeAsync("points", PointsOfPicture());
        await Assertions.Expect(card.Locator(".equity-values span"))
            .ToHaveTextAsync(["2,620.00", "2,560.00", "2,500.00"]);
        await card.Locator("summary").ClickAsync();
        await Assertions.Expect(card.Locator("tbody tr")).ToHaveCountAsync(97);
        await Assertions.Expect(card.Locator("tbody tr").Last).ToContainTextAsync("2,500.00");
        await Assertions.Expect(
            card.Locator("tbody tr", new LocatorLocatorOptions { HasText = "2,600.00" })).Not.ToHaveCountAsync(0);

        await card.Locator("button", new LocatorLocatorOptions { HasText = "30 days" }).ClickAsync();
        await Assertions.Expect(card.Locator(".card-title b")).ToHaveTextAsync("1,180.00 USD (+2.60 %)");
        page.AssertSound();
    }

    [Fact]
    public async Task Equity_of_a_few_days_is_points_and_no_line()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await GoAsync(page, "/portfolio");
        var card = page.Page.Locator(".card[aria-label=Equity]");
        await card.Locator("button", new LocatorLocatorOptions { HasText = "30 days" }).ClickAsync();

        // The demo has begun today: there is one day, and nothing before it.
        await Assertions.Expect(card.Locator("svg .equity-points")).ToHaveAttributeAsync("d", "M 0.0,170.0 h 0");
        await Assertions.Expect(card.Locator(".equity-values span")).ToHaveCountAsync(1);
        await Assertions.Expect(card.Locator("svg polyline")).ToHaveCountAsync(0);
        await LayoutTests.PictureAsync(page, "1440x900-dark-equity-points");
        page.AssertSound();
    }

    [Fact]
    public async Task Profit_of_the_day_is_without_what_was_paid_in()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.RouteAsync("**/account/statement?*", route => AnswerAsync(
            route,
            """
            {"assets":[{"asset":"USD","opening":"1000.00","closing":"2000.00","causes":[{"cause":"deposit","lines":1,"in":"1300.00","out":"0.00"},{"cause":"trade","lines":1,"in":"0.00","out":"300.00"}]},
            {"asset":"AAPL","opening":"10","closing":"12","causes":[{"cause":"trade","lines":1,"in":"2","out":"0"}]}],"entries":[],"next":null}
            """));
        var today = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 86_400_000 * 86_400_000;
        await page.Page.RouteAsync(
            "**/candles/AAPL?period=1d*",
            route =>
                AnswerAsync(route, $$"""{"symbol":"AAPL","candles":[[{{today}},"140","155","140","150","9",3]]}"""));
        await page.TradeAsync("150.00");
        await page.Page.ReloadAsync();

        // 10 at 140 were 1,400 and 12 at 150 are 1,800; 300 were paid for two of them: 100.
        await Assertions.Expect(page.Page.Locator("#today")).ToHaveTextAsync("+100.00 USD");
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [Fact]
    public async Task Units_that_a_demo_pays_in_count_in_the_day_from_the_minute_in_which_they_came()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        var midnight = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 86_400_000 * 86_400_000;
        await page.Page.RouteAsync("**/account/statement?*", route => AnswerAsync(
            route,
            $$"""
            {"assets":[{"asset":"USD","opening":"0.00","closing":"100.00","causes":[{"cause":"deposit","lines":1,"in":"100.00","out":"0.00"}]},
            {"asset":"AAPL","opening":"0","closing":"7","causes":[{"cause":"deposit","lines":1,"in":"10","out":"0"},{"cause":"transfer","lines":1,"in":"0","out":"3"}]}],
            "entries":[{"timeNanos":"{{midnight + 5_000}}000000","cause":"deposit","key":"a","asset":"USD","amount":"100.00"},
            {"timeNanos":"{{midnight + 5_000}}000000","cause":"deposit","key":"b","asset":"AAPL","amount":"10"},
            {"timeNanos":"{{midnight + 65_000}}000000","cause":"transfer","key":"c","asset":"AAPL","amount":"-3"}],"next":null}
            """));
        await page.Page.RouteAsync("**/candles/AAPL?period=1d*", route => AnswerAsync(
            route, $$"""{"symbol":"AAPL","candles":[[{{midnight}},"140","155","140","150","9",3]]}"""));
        await page.Page.RouteAsync("**/candles/AAPL?period=1m&limit=1&before=*", route => AnswerAsync(
            route,
            route.Request.Url.Contains("00%3A01%3A00", StringComparison.Ordinal)
                ? $$"""{"symbol":"AAPL","candles":[[{{midnight}},"140","155","140","145","9",3]]}"""
                : $$"""{"symbol":"AAPL","candles":[[{{midnight + 60_000}},"145","148","145","148","9",3]]}"""));
        await page.TradeAsync("150.00");
        await page.Page.ReloadAsync();

        // 10 came at 145, of which 3 went at 148; 7 are 150 each: 1,050 + 444 - 1,450.
        await Assertions.Expect(page.Page.Locator("#today")).ToHaveTextAsync("+44.00 USD");
        await page.ClearAsync(Symbol);
        page.AssertSound();
    }

    [GeneratedRegex(@"^0\.0,170\.0 .* 1000\.0,10\.0$")]
    private static partial Regex PointsOfPicture();

    private static Task AnswerAsync(IRoute route, string json) =>
        route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = json });

    [Fact]
    public async Task Address_that_is_no_page_says_so_and_leads_back()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        var answer = await page.Page.GotoAsync(new Uri(exchange.Address, "/nowhere").ToString());
        Assert.Equal(404, answer!.Status);
        await Assertions.Expect(page.Page.Locator("h1", new PageLocatorOptions { HasText = "no such page" }))
            .ToBeVisibleAsync();
        await page.Page.Locator("#pages a").First.ClickAsync();
        await Assertions.Expect(page.Page.Locator("#trade")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Address_of_a_symbol_that_is_not_listed_says_so_and_names_those_that_are()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await page.Page.GotoAsync(new Uri(exchange.Address, "/trade/XYZ").ToString());
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("XYZ is not listed here");
        await Assertions.Expect(page.Page.Locator("#trade")).ToBeHiddenAsync();
        Assert.EndsWith("/trade/XYZ", page.Page.Url, StringComparison.Ordinal);
        await LayoutTests.PictureAsync(page, "1440x900-dark-not-listed");
        await page.Page.Locator("#page a", new PageLocatorOptions { HasText = "MSFT" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#symbol")).ToHaveTextAsync("MSFT");
        await GoAsync(page, "/trade/ABC");
        await Assertions.Expect(page.Page.Locator("#page h1")).ToHaveTextAsync("ABC is not listed here");
        page.AssertSound();
    }

    [Theory]
    [InlineData("/trade/BTC-USD", 1440, "dark")]
    [InlineData("/trade/BTC-USD", 390, "light")]
    [InlineData("/portfolio", 1440, "light")]
    [InlineData("/orders", 390, "dark")]
    [InlineData("/signin", 1440, "dark")]
    [InlineData("/operator", 1440, "light")]
    [InlineData("/operator", 390, "dark")]
    [InlineData("/sim", 1440, "dark")]
    [InlineData("/sim", 390, "light")]
    public async Task Nothing_stands_in_the_way_of_who_reads_with_other_means(string path, int width, string theme)
    {
        var address = path == "/sim" ? exchange.Admin : exchange.Address;
        await using var page = await TradePage.OpenAsync(browser, address, "BTC-USD", width, 844, theme);
        if (path == "/operator")
            await page.Page.EvaluateAsync(
                "() => fetch('/api/qc/v1/sessions/demo', { method: 'POST', body: JSON.stringify({ name: 'demo-admin' }) })");
        await page.Page.GotoAsync(new Uri(address, path).ToString());
        await Assertions.Expect(page.Page.Locator("#account")).Not.ToHaveTextAsync("Sign in");
        await Assertions.Expect(
            page.Page.Locator(path.StartsWith("/trade", StringComparison.Ordinal) ? "#trade" : "#page h1"))
            .ToBeVisibleAsync();
        await LayoutTests.PictureAsync(page, $"{width}-{theme}{path.Replace('/', '-')}");
        var found = await page.Page.RunAxe();
        Assert.Empty(found.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(
                violation =>
                    $"{violation.Id}: {violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html))}"));
    }

    internal static async Task GoAsync(TradePage page, string path)
    {
        await page.Page.EvaluateAsync(
            "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }", path);
        await Assertions.Expect(page.Page.Locator("#page")).ToBeVisibleAsync();
    }

    private static async Task ActAsync(
        TradePage page, ILocator card, string phase, (string Reason, int Seconds)? terms = null)
    {
        await card.Locator($"button[data-phase={phase}]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("dialog")).ToContainTextAsync(Symbol);
        if (terms is { } said)
        {
            await page.Page.Locator("dialog select[aria-label=Reason]").SelectOptionAsync(said.Reason);
            await page.Page.Locator("dialog input[aria-label='For how many seconds']")
                .FillAsync(said.Seconds.ToString(CultureInfo.InvariantCulture));
        }

        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
    }
}
