using System.Globalization;
using System.Text.Json;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Price alerts with <c>qc</c> and the SDK, against an exchange in its own process.</summary>
public sealed class PriceAlertTests(PostgresServer server)
{
    private const string Symbol = "AAPL";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task An_alert_that_was_set_before_kill_9_fires_after_it(string kind)
    {
        using var storage = await Storage.CreateAsync(kind, server);
        string[] arguments =
            [.. storage.Arguments, "--market-maker", "off", "--urls", $"http://127.0.0.1:{SiloProcess.FreePort()}"];
        long high, low;
        UtcTime since;
        await using (var silo = await SiloProcess.StartAsync(arguments))
        {
            using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
            using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
            await TradeAsync(alice, bob, 150m);
            high = (await alice.Alerts.AddAsync(Symbol, 151m, cancellation: Token)).Id;
            low = (await alice.Alerts.AddAsync(Symbol, 149m, cancellation: Token)).Id;
            since = (await alice.Alerts.GetAsync(Token)).Since;
            await silo.KillAsync();
        }

        await using (var silo = await SiloProcess.StartAsync(arguments))
        {
            using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
            using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
            var kept = await alice.Alerts.GetAsync(Token);
            Assert.Equal((since, 2), (kept.Since, kept.Alerts.Count(alert => alert.Fired is null)));
            await TradeAsync(alice, bob, 151.20m);
            await TradeAsync(alice, bob, 151.30m);
            Assert.Equal((high, 151.20m), await NextFiredAsync(alice, new HashSet<long>()));

            // The trade that fires the other alert is the last thing this process does.
            await TradeAsync(alice, bob, 148.90m);
            await silo.KillAsync();
        }

        await using (var silo = await SiloProcess.StartAsync(arguments))
        {
            using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
            Assert.Equal((low, 148.90m), await NextFiredAsync(alice, new HashSet<long> { high }));
            Assert.Equal(
                [(high, 151.20m), (low, 148.90m)],
                (await alice.Alerts.GetAsync(Token)).Alerts.Select(alert => (alert.Id, alert.Fired!.Price)));
        }
    }

    [Fact]
    public async Task Alert_set_with_qc_fires_at_its_price_and_volatile_storage_loses_it()
    {
        var port = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);
        string[] arguments = ["--storage", "volatile", "--market-maker", "off", "--urls", $"http://127.0.0.1:{port}"];
        var silo = await SiloProcess.StartAsync(arguments);
        try
        {
            using var alice = new QuantumCoreClient(silo.Address, "demo-alice");
            using var bob = new QuantumCoreClient(silo.Address, "demo-bob");
            Assert.Contains(
                "NoReference", await QcAsync(silo, 1, "alerts", "add", Symbol, "151.00"), StringComparison.Ordinal);
            await TradeAsync(alice, bob, 152m);
            await TradeAsync(alice, bob, 150m);

            // The price was reached before: that does not fire the alert.
            var high =
                (await JsonAsync(silo, "alerts", "add", Symbol, "151.00", "--json")).GetProperty("id").GetInt64();
            Assert.Contains(
                "at or below 140.00", await QcAsync(silo, 0, "alerts", "add", Symbol, "140.00"),
                StringComparison.Ordinal);
            await using var feed = alice.Alerts.WatchAsync(Token).GetAsyncEnumerator(CancellationToken.None);
            var first = await NextAsync(feed);
            Assert.Equal((AlertChange.Snapshot, "ACC-1001", 0), (first.Change, first.Account, first.Fired.Count));
            Assert.Equal(
                [(high, true), (high + 1, false)], first.Now.Alerts.Select(alert => (alert.Id, alert.IsAbove)));

            await TradeAsync(alice, bob, 150.99m);
            await TradeAsync(alice, bob, 151.20m);
            await TradeAsync(alice, bob, 151.30m);
            var fired = Assert.Single((await NextAsync(feed)).Fired);
            Assert.Equal((high, 151.20m), (fired.Id, fired.Fired?.Price));
            Assert.True(fired.Fired!.TimeNanos > fired.TimeNanos);
            var listed = (await JsonAsync(silo, "alerts", "--json")).GetProperty("alerts");
            Assert.Equal("151.20", listed[0].GetProperty("fired").GetProperty("price").GetString());
            Assert.False(listed[1].TryGetProperty("fired", out _));
            var told = await JsonAsync(silo, "alerts", "watch", "--updates", "1", "--json");
            Assert.Equal(high, told.GetProperty("id").GetInt64());

            await silo.KillAsync();
            await silo.DisposeAsync();
            Assert.Equal(AlertChange.Stale, (await NextAsync(feed)).Change);
            silo = await SiloProcess.StartAsync(arguments);
            await TradeAsync(alice, bob, 151.30m);
            await RequireForgottenAsync(silo, alice, feed, first.Now);
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    /// <summary>
    /// Checks that forgotten alerts are reported and can be set again, and that an old number removes nothing.
    /// </summary>
    private static async Task RequireForgottenAsync(
        SiloProcess silo, QuantumCoreClient alice, IAsyncEnumerator<AlertUpdate> feed, AccountAlerts before)
    {
        var anew = await NextAsync(feed);
        Assert.Equal((AlertChange.Snapshot, 0), (anew.Change, anew.Now.Alerts.Count));
        Assert.True(anew.Now.Since > before.Since);
        var forgotten = Assert.Single(anew.Forgotten);
        Assert.Equal((140m, false), (forgotten.Price, forgotten.IsAbove));

        var again = await alice.Alerts.AddAsync(forgotten.Symbol, forgotten.Price, forgotten.IsAbove, Token);
        foreach (var earlier in before.Alerts)
            Assert.Equal([again], (await alice.Alerts.RemoveAsync(earlier.Id, Token)).Alerts);
        Assert.Contains(
            "No alerts.", await QcAsync(silo, 0, "alerts", "remove", again.Id.ToString(CultureInfo.InvariantCulture)),
            StringComparison.Ordinal);

        // The price is reached already.
        var atOnce = await alice.Alerts.AddAsync(Symbol, 151m, isAbove: true, Token);
        Assert.Equal(151.30m, atOnce.Fired?.Price);
    }

    /// <summary>Returns the next alert that fires, beside those that are known.</summary>
    private static async Task<(long Id, decimal Price)> NextFiredAsync(QuantumCoreClient owner, HashSet<long> known)
    {
        await foreach (var update in owner.Alerts.WatchAsync(Token))
        {
            if (update.Fired.FirstOrDefault(alert => !known.Contains(alert.Id)) is { Fired: { } fired } alert)
                return (alert.Id, fired.Price);
        }

        throw new InvalidOperationException("The feed ended.");
    }

    private static async Task TradeAsync(QuantumCoreClient alice, QuantumCoreClient bob, decimal price)
    {
        await bob.Orders.PlaceAsync(PlaceOrder.Limit(Symbol, OrderSide.Sell, 1m, price), Token);
        var taken = await alice.Orders.PlaceAsync(PlaceOrder.Limit(Symbol, OrderSide.Buy, 1m, price), Token);
        Assert.Equal(OrderStatus.Filled, taken.Status);
    }

    private static async Task<AlertUpdate> NextAsync(IAsyncEnumerator<AlertUpdate> feed)
    {
        Assert.True(await feed.MoveNextAsync());
        return feed.Current;
    }

    private static async Task<JsonElement> JsonAsync(SiloProcess silo, params string[] line)
    {
        // Messages for people go to standard error, which is read here together with the documents.
        var output = await QcAsync(silo, 0, line);
        using var document = JsonDocument.Parse(output.Split('\n').Single(text => text.StartsWith('{')));
        return document.RootElement.Clone();
    }

    private static async Task<string> QcAsync(SiloProcess silo, int expected, params string[] line)
    {
        var (exitCode, output) = await Programs.RunAsync(Programs.Cli, [.. line, "--url", silo.Address.ToString()]);
        Assert.True(exitCode == expected, $"qc {string.Join(' ', line)} ended with {exitCode}: {output}");
        return output;
    }
}
