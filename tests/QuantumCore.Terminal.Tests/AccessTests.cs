using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>A person's own page: API keys with programs to paste, demo funds, and the authenticator.</summary>
public sealed partial class AccessTests(Browser browser, StillExchange exchange) : IClassFixture<StillExchange>
{
    private const string Symbol = QuietExchange.Symbol;
    private const string Password = "correct horse battery";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_user_sees_a_balance_creates_a_key_and_trades_with_the_ccxt_snippet()
    {
        await using var page = await OpenAsync("grace");
        await PageTests.GoAsync(page, "/portfolio");
        await Assertions.Expect(page.Page.Locator(".card[aria-label=Balances]")).ToContainTextAsync("100,000.00");
        await PageTests.GoAsync(page, "/signin");
        await CreateAsync(page, "hmac");
        var snippet = await page.Page.Locator("#snippet").TextContentAsync() ?? "";
        string Held(Regex expression) => expression.Match(snippet) is { Success: true } found
            ? found.Groups[1].Value
            : throw new InvalidOperationException(snippet);
        Assert.StartsWith("# pip install ccxt", snippet, StringComparison.Ordinal);
        Assert.Equal(exchange.Address.GetLeftPart(UriPartial.Authority), Held(AddressOfSnippet()));
        Assert.Equal(await page.Page.Locator("#new-key").TextContentAsync(), Held(KeyOfSnippet()));

        // ccxt signs the query, and sends it with the signature.
        var order = OrderOfSnippet().Match(snippet);
        var query =
            $"symbol={order.Groups["base"]}&side={order.Groups["side"].Value.ToUpperInvariant()}&type={order.Groups["type"].Value.ToUpperInvariant()}"
            + $"&quantity={order.Groups["quantity"]}&timestamp={TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}";
        var signature = Convert.ToHexStringLower(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(Held(SecretOfSnippet())), Encoding.UTF8.GetBytes(query)));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-MBX-APIKEY", Held(KeyOfSnippet()));
        using var content =
            new StringContent($"{query}&signature={signature}", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer =
            await http.PostAsync(new Uri(new Uri(Held(AddressOfSnippet())), "/api/v3/order"), content, Token);
        Assert.Contains(
            "\"status\":\"FILLED\"", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);

        // It is shown once, and opens nothing when it is revoked.
        await page.Page.ReloadAsync();
        var rows = page.Page.Locator("#keys-list tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        await Assertions.Expect(rows).ToContainTextAsync("HMAC");
        await Assertions.Expect(page.Page.Locator("#new-secret")).ToHaveCountAsync(0);
        await rows.Locator("button", new LocatorLocatorOptions { HasText = "Revoke" }).ClickAsync();
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#keys-list")).ToContainTextAsync("You have no keys yet");
        using var after =
            await http.PostAsync(new Uri(new Uri(Held(AddressOfSnippet())), "/api/v3/order"), content, Token);
        Assert.False(after.IsSuccessStatusCode);
        page.AssertSound();
    }

    [Theory]
    [InlineData("hmac")]
    [InlineData("ed25519")]
    [InlineData("plain")]
    public async Task The_curl_snippet_of_each_kind_of_key_trades_as_it_is_pasted(string kind)
    {
        await using var page = await OpenAsync($"heidi-{kind}");
        await PageTests.GoAsync(page, "/signin");
        await CreateAsync(page, kind);
        await page.Page.Locator("[data-snippet=curl]").ClickAsync();
        var snippet = await page.Page.Locator("#snippet").TextContentAsync() ?? "";

        var folder = Directory.CreateTempSubdirectory("qc-snippet-");
        try
        {
            var start = new ProcessStartInfo("bash", ["-c", snippet])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            using var shell = Process.Start(start)!;
            var (output, errors) = (shell.StandardOutput.ReadToEndAsync(Token),
                shell.StandardError.ReadToEndAsync(Token));
            await shell.WaitForExitAsync(Token);
            Assert.True(
                (await output).Contains("\"status\":\"filled\"", StringComparison.OrdinalIgnoreCase),
                $"{await output} {await errors} {snippet}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        page.AssertSound();
    }

    [Fact]
    public async Task The_csharp_snippet_compiles_and_trades_as_it_is_pasted()
    {
        await using var page = await OpenAsync("olivia");
        await PageTests.GoAsync(page, "/signin");
        await CreateAsync(page, "plain");
        await page.Page.Locator("[data-snippet=csharp]").ClickAsync();
        var program = PastedProgram.Compile(await page.Page.Locator("#snippet").TextContentAsync() ?? "");
        Assert.Contains(": Filled, 1 filled", await program.RunAsync(), StringComparison.Ordinal);
        page.AssertSound();
    }

    [Fact]
    public async Task Visitor_of_a_demo_gets_a_program_with_its_published_key()
    {
        await using var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol);
        await PageTests.GoAsync(page, "/signin");
        await Assertions.Expect(page.Page.Locator("#snippet")).ToContainTextAsync("'apiKey': 'demo-alice'");
        await Assertions.Expect(page.Page.Locator("#snippet")).ToContainTextAsync("'secret': 'demo-alice-secret'");
        await page.Page.Locator("[data-snippet=csharp]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#snippet"))
            .ToContainTextAsync($"new Uri(\"{exchange.Address.GetLeftPart(UriPartial.Authority)}\"), \"demo-alice\")");
        page.AssertSound();
    }

    [Fact]
    public async Task Key_that_the_exchange_refuses_is_explained_beside_its_field()
    {
        await using var page = await OpenAsync("ivan");
        await PageTests.GoAsync(page, "/signin");
        await page.Page.Locator("#key-addresses").FillAsync("10.0.0.0/8, elsewhere");
        await page.Page.Locator(".keys button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator(".keys .problem"))
            .ToContainTextAsync("an IP address such as 192.0.2.7");
        await page.Page.Locator("#key-addresses").FillAsync("10.0.0.0/8, 127.0.0.1");
        await page.Page.Locator("#key-read-only").CheckAsync();
        await page.Page.Locator(".keys button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#keys-list tbody tr")).ToContainTextAsync("10.0.0.0/8, 127.0.0.1");
        await Assertions.Expect(page.Page.Locator("#keys-list tbody tr td").Nth(2)).ToHaveTextAsync("read");
        page.AssertSound();
    }

    [Fact]
    public async Task Demo_funds_are_added_and_a_reset_leads_back_to_the_start()
    {
        await using var page = await OpenAsync("judy");
        await page.FillAsync("buy", "limit", ("price", "120.00"), ("quantity", "10"));
        await page.SendAsync();
        await Assertions.Expect(page.Page.Locator("#blotter tr[data-order]")).ToHaveCountAsync(1);
        await PageTests.GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Add demo funds" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#funds-said")).ToContainTextAsync("Added 100,000.00 USD");
        await PageTests.GoAsync(page, "/portfolio");
        await Assertions.Expect(page.Page.Locator(".card[aria-label=Balances]")).ToContainTextAsync("200,000.00");

        await PageTests.GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Reset account" }).ClickAsync();
        await page.Page.Locator("dialog button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#funds-said"))
            .ToHaveTextAsync("Reset. One order is cancelled; the balances are as at the start.");
        await PageTests.GoAsync(page, "/portfolio");
        await Assertions.Expect(page.Page.Locator(".card[aria-label=Balances]")).Not.ToContainTextAsync("200,000.00");
        page.AssertSound();
    }

    [Fact]
    public async Task Authenticator_is_added_asked_for_at_sign_in_and_removed()
    {
        await using var page = await OpenAsync("mallory");
        await PageTests.GoAsync(page, "/signin");
        var card =
            page.Page.Locator("section", new PageLocatorOptions { Has = page.Page.Locator("#authenticator-title") });
        await card.Locator("input[type=password]").FillAsync(Password);
        await card.Locator("button[type=submit]").ClickAsync();
        var secret = await card.Locator("#authenticator-secret").TextContentAsync() ?? "";
        await LayoutTests.PictureAsync(page, "1440x900-dark-authenticator");
        var step = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30;
        await card.Locator("input[inputmode=numeric]").FillAsync(AuthenticatorApp.Code(secret, step));
        await card.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(card).ToContainTextAsync("It is on");

        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await page.Page.Locator("#name").FillAsync("mallory");
        await page.Page.Locator("#password").FillAsync(Password);
        await page.Page.Locator("#page button[type=submit]").ClickAsync();

        // Each code serves once. That of the next half minute is taken already.
        await page.Page.Locator("#code").FillAsync(AuthenticatorApp.Code(secret, step + 1));
        await page.Page.Locator("#page button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync("mallory");
        await PageTests.GoAsync(page, "/signin");
        await Assertions.Expect(card).ToContainTextAsync("It is on");
        await Assertions.Expect(card.Locator("button[type=submit]")).ToHaveTextAsync("Turn it off");
        page.AssertSound();
    }

    [Theory]
    [InlineData(1440, 900, "dark")]
    [InlineData(1440, 900, "light")]
    [InlineData(390, 844, "dark")]
    [InlineData(390, 844, "light")]
    public async Task Page_of_a_person_fits_and_can_be_read_with_other_means(int width, int height, string theme)
    {
        await using var page = await OpenAsync($"niaj-{width}-{theme}", width, height, theme);
        await PageTests.GoAsync(page, "/signin");
        await Assertions.Expect(page.Page.Locator("button", new PageLocatorOptions { HasText = "Add demo funds" }))
            .ToBeVisibleAsync();
        await LayoutTests.PictureAsync(page, $"{width}x{height}-{theme}-access");
        await CreateAsync(page, "ed25519");
        await page.Page.Locator("#snippet").ScrollIntoViewIfNeededAsync();
        await LayoutTests.PictureAsync(page, $"{width}x{height}-{theme}-new-key");
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(LayoutTests.Flaws));
        Assert.Empty(
            await page.Page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('#page .card')].filter(card => card.scrollWidth > card.clientWidth + 1).map(card => card.textContent.slice(0, 40))"));
        var found = await page.Page.RunAxe();
        Assert.Empty(found.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(
                violation =>
                    $"{violation.Id}: {violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html))}"));
        page.AssertSound();
    }

    [GeneratedRegex(@"address = '([^']+)'")]
    private static partial Regex AddressOfSnippet();

    [GeneratedRegex(@"'apiKey': '([^']+)'")]
    private static partial Regex KeyOfSnippet();

    [GeneratedRegex(@"'secret': '([^']+)'")]
    private static partial Regex SecretOfSnippet();

    [GeneratedRegex(@"create_order\('(?<base>\w+)/USD', '(?<type>\w+)', '(?<side>\w+)', (?<quantity>[\d.]+)\)")]
    private static partial Regex OrderOfSnippet();

    /// <summary>Opens the trade page of somebody who has just signed up, with an offer in the book.</summary>
    private async Task<TradePage> OpenAsync(string name, int width = 1440, int height = 900, string theme = "dark")
    {
        var page = await TradePage.OpenAsync(browser, exchange.Address, Symbol, width, height, theme);
        await page.ClearAsync(Symbol);
        await page.PlaceAsync("demo-bob", new { symbol = Symbol, side = "sell", price = "150.00", quantity = "5" });
        await PageTests.GoAsync(page, "/signin");
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign out" }).ClickAsync();
        await page.Page.Locator("#name").FillAsync(name);
        await page.Page.Locator("#password").FillAsync(Password);
        await page.Page.Locator("button", new PageLocatorOptions { HasText = "Sign up" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#account")).ToHaveTextAsync(name);
        await page.LiveAsync();
        return page;
    }

    /// <summary>Creates a key of a kind, and waits until it is shown.</summary>
    private static async Task CreateAsync(TradePage page, string kind)
    {
        await page.Page.Locator("#key-kind").SelectOptionAsync(kind);
        if (kind == "ed25519")
        {
            await page.Page.Locator("#key-pair").ClickAsync();
            await Assertions.Expect(page.Page.Locator("#key-public")).ToHaveValueAsync(new Regex("BEGIN PUBLIC KEY"));
        }

        await page.Page.Locator(".keys button[type=submit]").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#new-key")).ToBeVisibleAsync();
    }
}
