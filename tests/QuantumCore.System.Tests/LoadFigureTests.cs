using System.Globalization;
using QuantumCore.Bench.Exchange;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>Figures of the bench commands, from a load on an exchange of its own.</summary>
public sealed class LoadFigureTests
{
    private const int Connections = 16;
    private const int Batch = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_counts_the_orders_that_the_exchange_counts()
    {
        await using var silo = await StartAsync();
        var before = await AcceptedAsync(silo);
        var accepted = 0L;
        foreach (var (batch, price, isAccepted) in ((int, string, bool)[])
            [(1, "150.00", true), (Batch, "150.00", true), (1, "150.001", false), (Batch, "150.001", false)])
        {
            var load = await SocketLoad.RunAsync(Load(silo, "--price", price), Connections, 4, batch, seconds: 1);
            Assert.Equal(isAccepted, load.Orders > 0);
            Assert.True(isAccepted || load.Refused > 0);
            accepted += load.Orders;
        }

        // The page may be a second old.
        var counted = 0L;
        await Wait.UntilAsync(
            async () => (counted = await AcceptedAsync(silo) - before) >= accepted,
            () => $"{accepted} orders, of which the exchange counts {counted}");
        Assert.Equal(accepted, counted);
    }

    // Measures time.
    [Fact]
    [Trait("Suite", "Nightly")]
    public async Task Goodput_under_overload_stays_above_80_percent_of_the_best()
    {
        await using var silo = await StartAsync();

        // The overload comes first, on an exchange that is not warm. Rounds are repeated, since a busy machine makes
        // some slow: only a collapse that stays fails.
        var (best, overloaded) = (0.0, 0.0);
        await Wait.UntilAsync(
            async () =>
            {
                overloaded = Math.Max(overloaded, await RateAsync(inFlight: 64));
                best = Math.Max(best, await RateAsync(inFlight: 16));
                return overloaded >= 0.8 * best;
            },
            () => string.Create(CultureInfo.InvariantCulture, $"{overloaded:F0} orders/s, of {best:F0} at best"));

        async Task<double> RateAsync(int inFlight) =>
            (await SocketLoad.RunAsync(Load(silo), Connections, inFlight / Connections, Batch, seconds: 1)).PerSecond;
    }

    private static async Task<SiloProcess> StartAsync()
    {
        var silo = await SiloProcess.StartAsync("--storage", "volatile", "--market-maker", "off");
        await BenchMoney.PayInAsync(silo.Address, Load(silo), "demo-alice");
        return silo;
    }

    private static Options Load(SiloProcess silo, params string[] more) =>
        new(["--url", silo.Address.ToString(), .. more], "--url", "--key", "--symbol", "--price");

    private static async Task<long> AcceptedAsync(SiloProcess silo)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        var page = new PrometheusPage(await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Token));
        return (long)page.Samples
            .Where(
                sample => sample.Key.StartsWith("quantumcore_orders_total{", StringComparison.Ordinal)
                    && sample.Key.Contains("outcome=\"Accepted\"", StringComparison.Ordinal))
            .Sum(sample => sample.Value);
    }
}
