using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using QuantumCore.SystemTests;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>The trade page as a user works with it, and beside it the API as others use it.</summary>
internal sealed class TradePage : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMilliseconds(Browser.PatienceMilliseconds) };
    private readonly List<string> _problems = [];
    private readonly List<string> _console = [];

    private TradePage(IPage page, Uri address) => (Page, Address) = (page, address);

    public IPage Page { get; }

    public Uri Address { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens the page of a symbol and waits until its book is live.</summary>
    public static async Task<TradePage> OpenAsync(
        Browser browser, Uri address, string symbol, int width = 1440, int height = 900, string theme = "dark")
    {
        var page = new TradePage(await browser.PageAsync(width, height, theme, width < 720), address);
        page.Page.PageError += (_, error) => page._problems.Add(error);
        page.Page.Console += (_, message) =>
        {
            page._console.Add(message.Text);
            if (message.Type == "error" && !message.Text.Contains("ERR_CONNECTION", StringComparison.Ordinal)
                && !message.Text.Contains("WebSocket", StringComparison.Ordinal)
                && !message.Text.Contains("the server responded", StringComparison.Ordinal))
                page._problems.Add(message.Text);
        };
        await page.Page.GotoAsync(new Uri(address, $"/trade/{symbol}").ToString());
        await page.LiveAsync();
        return page;
    }

    /// <summary>
    /// Opens the page of the quiet symbol and waits for its book: 5 at each given price, and a last trade of 1.
    /// </summary>
    public static async Task<TradePage> OpenAsync(
        Browser browser, QuietExchange exchange, string? lastPrice = null, string? bid = null, string? ask = null)
    {
        const string Symbol = QuietExchange.Symbol;
        var page = await OpenAsync(browser, exchange.Address, Symbol);
        await page.ClearAsync(Symbol);
        if (lastPrice is not null)
            await page.TradeAsync(lastPrice);
        if (bid is not null)
            await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "buy", price = bid, quantity = "5" });
        if (ask is not null)
            await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = ask, quantity = "5" });
        await page.ShowsAsync(bid, ask);
        return page;
    }

    /// <summary>Responds in place of the exchange that it is busy.</summary>
    public static Task BusyAsync(IRoute route) => route.FulfillAsync(new RouteFulfillOptions
    {
        Status = 503,
        ContentType = "application/problem+json",
        Body = """{"title":"Too busy; nothing was done.","status":503,"code":"Overloaded","field":null,"limit":null}""",
    });

    /// <summary>Waits until the book is live and the account is known.</summary>
    public async Task LiveAsync()
    {
        try
        {
            await Assertions.Expect(Page.Locator("#link")).ToHaveAttributeAsync("data-state", "live");
        }
        catch (PlaywrightException late)
        {
            var shown = await Page.Locator("body").InnerTextAsync();
            throw new InvalidOperationException(
                $"The page did not come to life. Its console: {string.Join(" | ", _console)}. It shows: {shown}", late);
        }

        await Assertions.Expect(Page.Locator("#ticket-form dd").First).Not.ToHaveTextAsync("–");
    }

    /// <summary>
    /// Reloads the page and waits for the response to a call of its own: requests of the old page get no response.
    /// </summary>
    public async Task ReloadUntilAnsweredAsync(string call)
    {
        var address = Page.Url;
        await Page.GotoAsync("about:blank");
        await Page.RunAndWaitForResponseAsync(() => Page.GotoAsync(address), call);
    }

    /// <summary>Switches to another of the demo's users without reloading the page.</summary>
    public async Task GoOnAsAsync(string name)
    {
        await Page.Locator("#account").ClickAsync();
        await Page.Locator("button", new PageLocatorOptions { HasText = $"Go on as {name}" }).ClickAsync();
        await Assertions.Expect(Page.Locator("#account")).ToContainTextAsync(name);
        await LiveAsync();
    }

    /// <summary>Shows the ladder for one-click trading in place of the other one.</summary>
    public async Task ShowOneClickAsync()
    {
        await Page.Locator("#settings").ClickAsync();
        await Page.Locator("dialog label", new PageLocatorOptions { HasText = "One-click trading" }).Locator("input")
            .CheckAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Page.Locator("#oneclick-toggle").ClickAsync();
        await Assertions.Expect(Page.Locator("#oneclick-ladder canvas")).ToBeVisibleAsync();
        await Assertions.Expect(Page.Locator("#ladder")).ToBeHiddenAsync();
    }

    /// <summary>Fills the ticket: side, kind, and fields by their names.</summary>
    public async Task FillAsync(string side, string kind, params (string Field, string Text)[] fields)
    {
        await Page.Locator($".sides button[data-side={side}]").ClickAsync();
        await Page.Locator("#kind").SelectOptionAsync(kind);
        foreach (var (field, text) in fields)
        {
            var control = Page.Locator($"#{field}");
            if (await control.EvaluateAsync<string>("e => e.tagName") == "SELECT")
                await control.SelectOptionAsync(text);
            else
                await control.FillAsync(text);
        }
    }

    /// <summary>Clicks the send button.</summary>
    public async Task SendAsync() => await Page.Locator("#send:enabled").ClickAsync();

    /// <summary>Places an order through the API for another user.</summary>
    public Task<JsonElement> PlaceAsync(string key, object order) => CallAsync(key, HttpMethod.Post, "orders", order);

    /// <summary>Buys 1 of the quiet symbol from the other demo user.</summary>
    public async Task TradeAsync(string price)
    {
        await PlaceAsync("demo-bob", new { symbol = QuietExchange.Symbol, side = "sell", price, quantity = "1" });
        await PlaceAsync("demo-alice", new { symbol = QuietExchange.Symbol, side = "buy", price, quantity = "1" });
    }

    /// <summary>Calls the API.</summary>
    public async Task<JsonElement> CallAsync(
        string key, HttpMethod method, string path, object? body = null, Uri? atAdmin = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(atAdmin ?? Address, $"/api/qc/v1/{path}"));
        request.Headers.Add("X-Api-Key", key);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await _http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Returns the open orders of the page's account, from the API.</summary>
    public async Task<JsonElement[]> OpenOrdersAsync(string symbol) =>
        [.. (await CallAsync("demo-alice", HttpMethod.Get, $"orders?open=true&symbol={symbol}")).GetProperty("orders")
            .EnumerateArray()];

    /// <summary>Sets a phase, as the operator.</summary>
    public Task<JsonElement> PhaseAsync(string symbol, string phase) =>
        CallAsync("demo-admin", HttpMethod.Post, $"admin/symbols/{symbol}/phase", new { phase });

    /// <summary>
    /// Cancels the orders of an earlier test, and waits until the page shows none: its rows would be taken for the
    /// test's own.
    /// </summary>
    public async Task ClearAsync(string symbol)
    {
        foreach (var key in new[] { "demo-alice", "demo-bob" })
            await CallAsync(key, HttpMethod.Delete, $"orders?symbol={symbol}");
        await Assertions.Expect(
            Page.Locator("#blotter tr[data-order]:visible", new PageLocatorOptions { HasText = symbol }))
            .ToHaveCountAsync(0);
    }

    /// <summary>Waits a number of frames, so that arrived data is shown.</summary>
    public async Task FramesAsync(int count) =>
        await Page.EvaluateAsync(
            "count => new Promise(done => { const next = () => count-- > 0 ? requestAnimationFrame(next) : done(); next(); })",
            count);

    /// <summary>Asserts that the page itself had no errors.</summary>
    public void AssertSound() => Assert.Empty(_problems);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Page.Context.DisposeAsync();
    }

    /// <summary>
    /// Waits until the page has data of both sides: before, drawings and clicks are about another book.
    /// </summary>
    private async Task ShowsAsync(string? bid, string? ask)
    {
        string[] rows =
            [.. new[] { ask is null ? null : $"Ask{ask}55", bid is null ? null : $"Bid{bid}55" }.OfType<string>()];
        if (rows.Length == 0)
            return;
        var table = Page.Locator("#book-table");
        await table.ClickAsync();
        await Assertions.Expect(Page.Locator("#ladder .as-table tbody tr")).ToHaveTextAsync(rows);
        await table.ClickAsync();
    }
}

/// <summary>Exchange without simulated participants: it starts with half of the processor time.</summary>
public sealed class StillExchange() : QuietExchange("--simulate", "none");

/// <summary>Exchange for the tests of a class. Only they trade its AAPL and MSFT.</summary>
public class QuietExchange : IAsyncLifetime
{
    /// <summary>Symbol that only the tests trade.</summary>
    public const string Symbol = "AAPL";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("qc-terminal-");
    private readonly string[] _market;
    private SiloProcess? _silo;

    /// <summary>Makes one whose other symbols are traded by simulated participants.</summary>
    public QuietExchange()
        : this("--no-quotes", $"{Symbol},MSFT")
    {
    }

    protected QuietExchange(params string[] market) => _market = market;

    public Uri Address => _silo!.Address;

    /// <summary>Address of the simulation's controls; everything else is served there, too.</summary>
    public Uri Admin { get; private set; } = null!;

    /// <summary>Folder of recordings, with one recording in it.</summary>
    public DirectoryInfo Recordings { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Recordings = _data.CreateSubdirectory("recordings");
        await File.WriteAllTextAsync(
            Path.Combine(Recordings.FullName, "TAPE.cmds.csv"),
            "A,1,B,100,1500000\nIOC,S,40,1500000,1:40@1500000\nA,2,S,5,1600000,oops\n",
            TestContext.Current.CancellationToken);
        var port = SiloProcess.FreePort();
        Admin = new Uri($"http://127.0.0.1:{port}");
        _silo = await SiloProcess.StartAsync(
            [
                "--storage", "volatile", .. _market, "--data", _data.FullName, "--admin-port",
                port.ToString(CultureInfo.InvariantCulture), "--recordings", Recordings.FullName]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
            await _silo.DisposeAsync();
        _data.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}
