using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Unmodified clients of other projects, from npm, each against an exchange of its own. The scripts are in
/// tests/clients. They need node and npm. If these are missing, the tests say so and skip; on CI they fail.
/// </summary>
[Collection(typeof(OthersClients))]
public sealed class BinanceClientTests(NodePackages packages)
{
    [Theory]
    [InlineData("ccxt-account.mjs")]
    [InlineData("ccxt-rest.mjs")]
    [InlineData("ccxt-snippet.mjs")]
    [InlineData("ccxt-streams.mjs")]
    [InlineData("ccxt-ws-api.mjs")]
    [InlineData("others-rest.mjs")]
    [InlineData("others-streams.mjs")]
    public async Task An_unmodified_client_trades_here(string script)
    {
        Assert.SkipWhen(packages.Missing is not null && !packages.AreRequired, packages.Missing ?? "");
        Assert.Null(packages.Missing);
        await using var silo = await SiloProcess.StartAsync(
            "--storage", "volatile", "--market-maker", "off", "--exchange",
            Path.Combine(Programs.Clients, "exchange.json"));
        await PayInAsync(silo);
        var start = NodePackages.Start("node", script, silo.Address.GetLeftPart(UriPartial.Authority));
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, $"{output}\n{silo.Output}");
    }

    /// <summary>
    /// Gives the traders of the scripts a million USDT and ten thousand of each coin, with what a demo has already.
    /// </summary>
    private static async Task PayInAsync(SiloProcess silo)
    {
        using var administrator = new Customer(silo.Address, "demo-admin");
        foreach (var account in new[] { 1001, 1002 })
        {
            foreach (var (asset, amount) in new[] { ("USDT", 900_000), ("BTC", 9_998), ("ETH", 9_000) })
            {
                var deposit = $$"""{"key":"purse-{{asset}}","asset":"{{asset}}","amount":"{{amount}}"}""";
                Assert.True((await administrator.PostAsync($"admin/accounts/ACC-{account}/deposits", deposit)).IsDone);
            }
        }
    }

    [Fact]
    public async Task Grid_bot_of_the_examples_makes_its_round_trips_and_leaves_nothing_behind()
    {
        Assert.SkipWhen(packages.Missing is not null && !packages.AreRequired, packages.Missing ?? "");
        Assert.Null(packages.Missing);
        var cancellation = TestContext.Current.CancellationToken;
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = await SiloProcess.StartAsync(
            "--storage", "volatile", "--no-quotes", "AMZN,MSFT,BTC-USD", "--admin-port", port, "--binance-orders",
            "10000");
        using var admin = new QuantumCoreClient(new Uri($"http://127.0.0.1:{port}"));
        await admin.Simulation.ChangeMarketAsync(new MarketChange(Speed: 20m), cancellation);

        // The responses to two of its orders are lost: it finds out that the orders exist.
        await admin.Simulation.AddFaultAsync(
            new NewFault(FaultKind.Timeout, Key: "demo-alice", Count: 2, Millis: 1), cancellation);
        var folder = Directory.CreateTempSubdirectory("quantumcore-example-");
        try
        {
            var script = Path.Combine(folder.FullName, "bot.mjs");
            File.Copy(Path.Combine(Programs.Examples, "ccxt-bot", "bot.mjs"), script);
            Directory.CreateSymbolicLink(
                Path.Combine(folder.FullName, "node_modules"), Path.Combine(Programs.Clients, "node_modules"));
            var start = NodePackages.Start(
                "node", script, silo.Address.GetLeftPart(UriPartial.Authority), "demo-alice", "demo-alice-secret",
                "AAPL/USD", "3");
            var (exitCode, output) = await Programs.RunAsync(start);
            Assert.True(exitCode == 0, $"{output}\n{silo.Output}");
            Assert.Contains("3 round trips of 3 ticks", output, StringComparison.Ordinal);
            Assert.Equal(2, output.Split("asking again after").Length - 1);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        // Its report matches the exchange: as many names as orders, and more sold above than was bought below.
        using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
        Assert.Empty(await alice.Orders.GetOpenAsync("AAPL", cancellation));
        var fills = await alice.Orders.GetFillsAsync("AAPL", 1_000, cancellation);
        Assert.True(fills.Where(fill => fill.Side == OrderSide.Sell).Sum(fill => fill.Quantity) >= 30m);
        Assert.Equal(2, (await admin.Simulation.GetAsync(cancellation)).Fired.Count);
    }

    [Fact]
    public async Task An_unmodified_client_meets_every_fault_of_the_admin_port()
    {
        Assert.SkipWhen(packages.Missing is not null && !packages.AreRequired, packages.Missing ?? "");
        Assert.Null(packages.Missing);
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        await using var silo = await SiloProcess.StartAsync(
            "--storage", "volatile", "--simulate", "none", "--admin-port", port, "--exchange",
            Path.Combine(Programs.Clients, "exchange.json"));
        var start = NodePackages.Start(
            "node", "ccxt-faults.mjs", silo.Address.GetLeftPart(UriPartial.Authority), $"http://127.0.0.1:{port}");
        var (exitCode, output) = await Programs.RunAsync(start);
        Assert.True(exitCode == 0, $"{output}\n{silo.Output}");
    }
}

/// <summary>Tests with clients of other projects. They share one download of the packages.</summary>
[CollectionDefinition]
[TakesSeconds(100)]
public sealed class OthersClients : ICollectionFixture<NodePackages>;

/// <summary>Packages of tests/clients, fetched once according to their lock file.</summary>
public sealed class NodePackages : IAsyncLifetime
{
    /// <summary>True if tests without the packages fail instead of being skipped.</summary>
    public bool AreRequired { get; } = Environment.GetEnvironmentVariable("QUANTUMCORE_REQUIRE_NODE") == "1";

    /// <summary>Reason why the packages are missing; null if they are there.</summary>
    public string? Missing { get; private set; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        try
        {
            // No scripts of the packages run while they are fetched.
            var (exitCode, output) = await Programs.RunAsync(
                Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
            Missing = exitCode == 0 ? null : $"npm ci could not fetch the clients: {output}";
        }
        catch (Win32Exception error)
        {
            Missing = $"There is no npm here: {error.Message}";
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Returns the start information of a Node program in the folder of the scripts.</summary>
    internal static ProcessStartInfo Start(string program, params IEnumerable<string> arguments) =>
        new(program, arguments)
        {
            WorkingDirectory = Programs.Clients,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
}
