using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The examples in Python, each against an exchange of its own. They need python3 with websockets (apt-get install
/// python3-websockets). If it is missing, the tests say so and skip; on CI they fail.
/// </summary>
public sealed partial class PythonTests
{
    private const string Symbol = "AAPL";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execution_over_time_trades_all_of_it_and_says_what_the_exchange_says()
    {
        var admin = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo =
            await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none", "--admin-port", admin);
        using var faults = new QuantumCoreClient(new Uri($"http://127.0.0.1:{admin}"));
        using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
        using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
        await QuoteAsync(bob);
        await faults.Simulation.AddFaultAsync(
            new NewFault(FaultKind.Timeout, Key: "demo-alice", Count: 2, Millis: 1), Token);

        using var process = Process.Start(await TwapAsync(silo, "40", "--seconds", "8", "--slices", "2"))!;
        var output = new StringBuilder();
        Programs.Listen(process, output);

        // Another account sells to it while it rests; orders ahead of it are removed.
        await Wait.UntilAsync(async () =>
        {
            if ((await alice.Orders.GetOpenAsync(Symbol, Token)) is [{ Price: { } price }, ..])
            {
                var sale = PlaceOrder.Limit(Symbol, OrderSide.Sell, 5m, price) with
                {
                    TimeInForce = TimeInForce.ImmediateOrCancel,
                    SelfTrade = SelfTrade.ExpireMaker,
                };
                await bob.Orders.PlaceAsync(sale, Token);
            }

            return (await alice.Orders.GetFillsAsync(
                Symbol, 100, Token)).Any(fill => fill.Liquidity == Liquidity.Maker);
        });
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, output.ToString());

        var fills = await alice.Orders.GetFillsAsync(Symbol, 100, Token);
        Assert.Equal(40m, fills.Sum(fill => fill.Quantity));
        var (paid, passive, fees) = (fills.Sum(fill => fill.Quantity * fill.Price),
            fills.Where(fill => fill.Liquidity == Liquidity.Maker).Sum(fill => fill.Quantity),
            fills.Sum(fill => fill.Fee));
        Assert.InRange(passive, 5m, 40m);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"40 of 40 at {paid / 40m:F4}, {passive} of it at rest; "),
            output.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"than 150.00 on arrival; fees {fees}"), output.ToString(),
            StringComparison.Ordinal);
        Assert.Equal(2, output.ToString().Split("asking again after").Length - 1);
        Assert.Empty(await alice.Orders.GetOpenAsync(Symbol, Token));
    }

    [Fact]
    public async Task Execution_that_is_interrupted_leaves_nothing_behind()
    {
        await using var silo = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none");
        using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
        using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
        await QuoteAsync(bob);

        using var process = Process.Start(await TwapAsync(silo, "40", "--seconds", "3600"))!;
        var output = new StringBuilder();
        Programs.Listen(process, output);
        await Wait.UntilAsync(async () => (await alice.Orders.GetOpenAsync(Symbol, Token)).Count == 1);
        using (var signal = Process.Start("/bin/sh", ["-c", $"kill -INT {process.Id}"]))
            await signal.WaitForExitAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.Equal(1, process.ExitCode);
        Assert.EndsWith("stopped: nothing of it rests any more", output.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(await alice.Orders.GetOpenAsync(Symbol, Token));
    }

    [Fact]
    public async Task Refusal_names_its_field_and_its_limit()
    {
        await using var silo = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none");
        using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
        await QuoteAsync(bob);
        var (exitCode, output) = await Programs.RunAsync(await TwapAsync(silo, "999999999", "--seconds", "8"));
        Assert.Equal(1, exitCode);
        Assert.Matches(@"refused: InsufficientFunds quantity 100000\.00", output);
    }

    [Fact]
    public async Task Lines_of_the_readme_place_their_order()
    {
        var lines = ReadmeLines().Match(
            await File.ReadAllTextAsync(Path.Combine(Programs.Docs, "../README.md"), Token)).Groups["lines"].Value;
        Assert.NotEmpty(lines);
        await using var silo = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none");
        var program = lines.Replace(
            "http://127.0.0.1:8080", silo.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        var (exitCode, output) = await Programs.RunAsync(await PythonAsync("-c", program));
        Assert.True(exitCode == 0, output);
        using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
        Assert.Equal((120.00m, 100m), Assert.Single(await alice.Orders.GetOpenAsync(Symbol, Token)) is var order
            ? (order.Price, order.Quantity)
            : default);
        Assert.Contains("new", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Package_starts_an_exchange_and_ends_it()
    {
        const string Program = """
            from quantumcore import Silo, new_name
            with Silo() as exchange:
                order = exchange.account("alice").place(
                    new_name(), symbol="AAPL", side="buy", type="limit", quantity="10", price="140.00")
                print(order["status"], exchange._process.pid)
            """;
        var start = await PythonAsync("-c", Program);
        start.Environment["QUANTUMCORE_PROGRAM"] = Programs.Silo;
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, output);
        // On a slow machine, lines about requests that are sent again come before it.
        var told = output.Trim().Split('\n')[^1].Split(' ');
        Assert.Equal("new", told[0]);
        Assert.False(Directory.Exists($"/proc/{told[1]}"), output);
    }

    /// <summary>Makes a market around 150.00 to execute in.</summary>
    private static async Task QuoteAsync(QuantumCoreClient maker)
    {
        await maker.Orders.PlaceAsync(PlaceOrder.Limit(Symbol, OrderSide.Buy, 10m, 149.90m), Token);
        await maker.Orders.PlaceAsync(PlaceOrder.Limit(Symbol, OrderSide.Sell, 100m, 150.10m), Token);
    }

    private static Task<ProcessStartInfo> TwapAsync(SiloProcess silo, string quantity, params string[] more) =>
        PythonAsync([
            "twap.py", silo.Address.GetLeftPart(UriPartial.Authority), "demo-alice", Symbol, "buy", quantity, .. more]);

    /// <summary>
    /// Returns the start information of Python in the folder of the examples: the first one found that has the modules
    /// for streams.
    /// </summary>
    private static async Task<ProcessStartInfo> PythonAsync(params string[] arguments)
    {
        foreach (var name in (string[])["python3", "/usr/bin/python3"])
        {
            try
            {
                if ((await Programs.RunAsync(Start(name, "-c", "import websockets"))).ExitCode == 0)
                    return Start(name, arguments);
            }
            catch (Win32Exception)
            {
                // This Python does not exist.
            }
        }

        const string Missing = "There is no python3 with websockets (apt-get install python3-websockets).";
        Assert.False(Environment.GetEnvironmentVariable("QUANTUMCORE_REQUIRE_PYTHON") is { Length: > 0 }, Missing);
        Assert.Skip(Missing);
        return Start("");
    }

    private static ProcessStartInfo Start(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments)
        {
            WorkingDirectory = Path.Combine(Programs.Examples, "python"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PYTHONPATH"] = Path.GetFullPath(Path.Combine(Programs.Examples, "../client/python"));
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment["PYTHONUNBUFFERED"] = "1";
        return start;
    }

    [GeneratedRegex(
        "^```python\n(?<lines>(?:(?!```).*\n)*?from quantumcore import(?:(?!```).*\n)*)```",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ReadmeLines();
}
