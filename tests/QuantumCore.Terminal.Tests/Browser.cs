using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(QuantumCore.TerminalTests.Browser))]
[assembly: Trait("Suite", "Gate")]

namespace QuantumCore.TerminalTests;

/// <summary>The system's Chromium, started once. Without one the tests are skipped, unless they are required.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>
    /// Time limit of a test's waits, in milliseconds. It is far longer than needed, since a busy machine is no defect
    /// of the page.
    /// </summary>
    public const int PatienceMilliseconds = 60_000;

    // The shell first: it draws no windows of its own around a page, which costs a third of the processor time.
    private static readonly string[] s_places =
        [
            "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var named = Environment.GetEnvironmentVariable("QUANTUMCORE_CHROMIUM");
        var path = named ?? s_places.FirstOrDefault(File.Exists);
        if (path is null)
            return;

        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Args = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
        });
    }

    /// <summary>Opens a page of its own, without stored data.</summary>
    public async Task<IPage> PageAsync(int width = 1440, int height = 900, string theme = "dark", bool isPhone = false)
    {
        if (_browser is null)
        {
            const string Missing =
                "There is no Chromium: apt-get install chromium-headless-shell, or set QUANTUMCORE_CHROMIUM.";
            Assert.False(
                Environment.GetEnvironmentVariable("QUANTUMCORE_REQUIRE_CHROMIUM") is { Length: > 0 }, Missing);
            Assert.Skip(Missing);
        }

        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = theme == "light" ? ColorScheme.Light : ColorScheme.Dark,
            HasTouch = isPhone,
            IsMobile = isPhone,
            DeviceScaleFactor = isPhone ? 2 : 1,
        });
        context.SetDefaultTimeout(PatienceMilliseconds);
        var page = await context.NewPageAsync();
        return page;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
