using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The examples as users run them: programs of their own, each against its own exchange. The bot on ccxt is tested with
/// the other clients.
/// </summary>
[TakesSeconds(85)]
public sealed partial class ExampleTests
{
    private const string Symbol = "AAPL";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Backtest_of_a_day_is_the_same_for_a_seed_and_its_sums_add_up()
    {
        var day = await BacktestAsync("day", "7");
        Assert.Equal(day, await BacktestAsync("day", "7"));
        Assert.NotEqual(day, await BacktestAsync("day", "8"));
        Assert.InRange(Line(day, "fills"), 100m, 10_000m);
        Assert.Equal(Line(day, "profit"), Line(day, "before fees") - Line(day, "fees"));
        Assert.True(Line(day, "drawdown") >= Math.Max(0m, -Line(day, "profit")));
    }

    [Fact]
    public async Task Backtest_through_a_whole_exchange_is_the_same_for_a_seed_and_its_account_agrees()
    {
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = await SiloProcess.StartAsync(
            "--storage", "volatile", "--no-quotes", "AAPL,MSFT,BTC-USD", "--admin-port", port);
        Task<string> RunAsync(string seed) =>
            BacktestAsync(
                "exchange", seed, "300", silo.Address.ToString(), $"http://127.0.0.1:{port}", "demo-alice", "AMZN");
        var first = await RunAsync("7");
        Assert.Equal(first, await RunAsync("7"));
        Assert.NotEqual(first, await RunAsync("8"));
        Assert.EndsWith("the account agrees", first.TrimEnd(), StringComparison.Ordinal);
        Assert.True(Line(first, "fills") > 0m, first);
    }

    [Fact]
    public async Task Market_maker_leans_against_inventory_survives_faults_and_leaves_no_orders()
    {
        using var storage = Storage.InFiles();
        var (port, admin) = (SiloProcess.FreePort(), SiloProcess.FreePort());
        string[] arguments =
        [
            .. storage.Arguments, "--urls", $"http://127.0.0.1:{port}", "--simulate", "none",
            "--admin-port", admin.ToString(CultureInfo.InvariantCulture),
        ];
        var silo = await SiloProcess.StartAsync(arguments);
        try
        {
            using var faults = new QuantumCoreClient(new Uri($"http://127.0.0.1:{admin}"));
            using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
            using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
            using var maker =
                Process.Start(Programs.StartOf(Programs.MarketMaker, silo.Address.ToString(), "demo-alice", Symbol))!;
            var output = new StringBuilder();
            Programs.Listen(maker, output);
            try
            {
                // Around the listed price of 150.00, three ticks away; after buying, the maker wants to sell.
                await ShowsAsync(bob, output, bid: (149.97m, 10m), ask: (150.03m, 10m));
                await bob.Orders.PlaceAsync(PlaceOrder.Market(Symbol, OrderSide.Sell, 10m), Token);
                await ShowsAsync(bob, output, bid: (149.92m, 10m), ask: (149.98m, 10m));
                await bob.Orders.PlaceAsync(PlaceOrder.Market(Symbol, OrderSide.Sell, 10m), Token);
                await ShowsAsync(bob, output, bid: null, ask: (149.91m, 10m));

                // Responses are lost, then a connection: there is still one order on each side.
                var lost =
                    (await faults.Simulation.AddFaultAsync(
                        new NewFault(FaultKind.Timeout, Key: "demo-alice", Count: 6, Millis: 1), Token)).Faults[^1].Id;
                await bob.Orders.PlaceAsync(PlaceOrder.Market(Symbol, OrderSide.Buy, 10m), Token);
                await ShowsAsync(bob, output, bid: (149.86m, 10m), ask: (149.92m, 10m));
                await FiredAsync(faults, lost);
                var cut =
                    (await faults.Simulation.AddFaultAsync(
                        new NewFault(FaultKind.Drop, FaultPlace.Stream, "demo-alice", Symbol), Token)).Faults[^1].Id;
                // If the connection is cut before the order arrives, the quotes are missing for a moment.
                await UntilAsync(
                    output,
                    async () =>
                        (await bob.Orders.PlaceAsync(
                            PlaceOrder.Market(Symbol, OrderSide.Buy, 10m), Token)).Filled == 10m);
                await FiredAsync(faults, cut);
                await ShowsAsync(bob, output, bid: (149.89m, 10m), ask: (149.95m, 10m));
                Assert.Equal(2, (await alice.Orders.GetOpenAsync(Symbol, Token)).Count);

                // The exchange is killed and comes back. The resting orders stay, until the maker is back and places
                // its own.
                var before =
                    (await alice.Orders.GetOpenAsync(Symbol, Token)).Select(order => order.ClientOrderId).ToArray();
                await silo.DisposeAsync();
                silo = await SiloProcess.StartAsync(arguments);
                await UntilAsync(
                    output, async () => (await alice.Orders.GetOpenAsync(Symbol, Token)) is { Count: 2 } now
                    && !now.Any(order => before.Contains(order.ClientOrderId)));
                await ShowsAsync(bob, output, bid: (149.89m, 10m), ask: (149.95m, 10m));
            }
            finally
            {
                maker.Kill();
            }

            // Only the exchange is left to cancel.
            await UntilAsync(output, async () => (await alice.Orders.GetOpenAsync(Symbol, Token)).Count == 0);
            var names = (await alice.Orders.GetFillsAsync(
                Symbol, 100, Token)).Select(fill => fill.ClientOrderId).ToArray();
            Assert.Equal(4, names.Distinct().Count());
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    [Fact]
    public async Task Walk_through_an_auction_prints_what_it_says()
    {
        await using var silo = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none");
        var text = await File.ReadAllTextAsync(Path.Combine(Programs.Examples, "auction.md"), Token);
        var steps = Step().Matches(text).ToArray();
        Assert.Equal(steps.Length, Regex.Count(text, "^```sh$", RegexOptions.Multiline));
        Assert.True(steps.Length >= 8, "The walk has lost its steps.");

        // One shell for all of them, as at a terminal. A line that nothing else prints separates their outputs.
        var script = new StringBuilder($"qc() {{ '{Programs.Host}' '{Programs.Cli}' \"$@\"; }}\n");
        foreach (var step in steps)
            script.Append(step.Groups["run"].Value).Append("\necho '--- step ---'\n");
        var start = new ProcessStartInfo("/bin/bash", ["-c", script.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["QC_URL"] = silo.Address.ToString();
        start.Environment["LC_ALL"] = "C.UTF-8";
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, output);
        var printed = output.Split("--- step ---");
        for (var i = 0; i < steps.Length; i++)
            Assert.Equal(Lines(steps[i].Groups["prints"].Value), Lines(printed[i]));
    }

    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0);

    private static async Task<string> BacktestAsync(params string[] arguments)
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Backtest, arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    /// <summary>Returns a figure of a report.</summary>
    private static decimal Line(string report, string name) => decimal.Parse(
        report.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[name.Length..],
        CultureInfo.InvariantCulture);

    private static Task ShowsAsync(
        QuantumCoreClient client, StringBuilder output, (decimal, decimal)? bid, (decimal, decimal)? ask) =>
        UntilAsync(output, async () =>
        {
            var book = await client.Market.GetBookAsync(Symbol, cancellation: Token);
            return Sides(book.Bids).SequenceEqual(Wanted(bid)) && Sides(book.Asks).SequenceEqual(Wanted(ask));
        });

    private static IEnumerable<(decimal, decimal)> Sides(IEnumerable<PriceLevel> levels) =>
        levels.Select(level => (level.Price, level.Quantity));

    private static IEnumerable<(decimal, decimal)> Wanted((decimal, decimal)? level) => level is { } one ? [one] : [];

    private static async Task FiredAsync(QuantumCoreClient faults, long fault)
    {
        var nothing = new StringBuilder();
        await UntilAsync(
            nothing, async () => (await faults.Simulation.GetAsync(Token)).Fired.Any(one => one.Fault == fault));
    }

    private static Task UntilAsync(StringBuilder output, Func<Task<bool>> isSo)
    {
        return Wait.UntilAsync(isSo, What);

        string What()
        {
            lock (output)
                return $"what the maker does. It said:\n{output}";
        }
    }

    [GeneratedRegex(
        "^```sh\n(?<run>.*?)\n```\n```text\n(?<prints>.*?)\n```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Step();
}
