using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Silos of a cluster are replaced one by one while orders enter, as in an upgrade.</summary>
public sealed class RollingRestartTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];

    [Fact]
    public async Task No_order_is_lost_or_doubled_while_every_silo_is_replaced()
    {
        const int Silos = 2;
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, [Alice, Bob], silos: Silos);
        using var end = new CancellationTokenSource();
        var placed = Task.WhenAll(s_symbols.Select(symbol => PlaceAsync(exchange, symbol, end.Token)));
        for (var silo = 0; silo < Silos; silo++)
        {
            await exchange.Cluster.StartSiloAsync();
            await exchange.Cluster.StopSiloAsync(0);
        }

        await end.CancelAsync();
        foreach (var (symbol, reports) in s_symbols.Zip(await placed))
        {
            Assert.NotEmpty(reports);
            Assert.Equal(reports.Count, reports.Select(report => report.OrderId).Distinct().Count());
            Assert.Equal(reports.Count, (await exchange.Book(symbol).State()).OpenOrders);

            // Each is found by its key, and a last order against all of them trades all.
            var again = await exchange.PlaceAsync(Alice, symbol + "-0", symbol, Side.Buy, 15_000, 1);
            Assert.Equal(reports[0].OrderId, again.OrderId);
            var sold = await exchange.PlaceAsync(Bob, "all " + symbol, symbol, Side.Sell, 15_000, reports.Count);
            Assert.Equal(OrderStatus.Filled, sold.Status);
            Assert.Equal(100_000_000 + reports.Count, (await exchange.ViewAsync(Alice, sold)).Of(symbol).Total);
            Assert.Equal(100_000_000 - reports.Count, (await exchange.ViewAsync(Bob, sold)).Of(symbol).Total);
        }
    }

    /// <summary>Places buy orders of one lot until the end; repeats each until it is answered, as clients do.</summary>
    private static async Task<List<ExecutionReport>> PlaceAsync(Exchange exchange, string symbol, CancellationToken end)
    {
        var reports = new List<ExecutionReport>();
        while (reports.Count == 0 || !end.IsCancellationRequested)
        {
            ExecutionReport? report = null;
            await Wait.UntilAsync(async () =>
            {
                try
                {
                    report = await exchange.PlaceAsync(Alice, $"{symbol}-{reports.Count}", symbol, Side.Buy, 15_000, 1);
                    return report.Status == OrderStatus.New;
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    // The silo left; the outcome is unknown.
                    return false;
                }
            });
            reports.Add(report!);
        }

        return reports;
    }
}
