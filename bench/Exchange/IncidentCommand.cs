using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>incident</c>: times the load that froze another engine: bursts of 100 orders of one account on four symbols at
/// once, beside mass cancels.
/// </summary>
internal static class IncidentCommand
{
    private const int Symbols = 4;
    private const int OrdersInBurst = 100;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(arguments, "--storage", "--postgres", "--directory", "--rounds");
        var rounds = options.Number("--rounds", 38);
        await using var exchange = await EmbeddedExchange.StartAsync(
            options.Text("--storage", "sqlite"),
            options.Text("--postgres", ""),
            options.Text("--directory", Path.GetTempPath()),
            Symbols,
            accounts: 2);
        await using var gateway = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error))
            .AddSingleton(exchange.Grains)
            .AddExchangeGateway(new GatewayOptions())
            .BuildServiceProvider();
        var started = Stopwatch.GetTimestamp();
        long orders = 0, slowest = 0, unknown = 0;
        for (var round = 0; round < rounds; round++)
        {
            var bursts = await Task.WhenAll(
                Enumerable.Range(0, Symbols)
                    .Select(symbol => BurstAsync(gateway, EmbeddedExchange.Symbol(symbol), round)));
            orders += bursts.Sum(burst => burst.Orders);
            unknown += bursts.Sum(burst => burst.Unknown);
            slowest = Math.Max(slowest, bursts.Max(burst => burst.SlowestMicros));
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"orders":{{orders}},"seconds":{{seconds:F2}},"ordersPerSecond":{{orders / seconds:F0}},"slowestOrderMicros":{{slowest}},"unknownOutcomes":{{unknown}}}"""));
        return unknown == 0 ? 0 : 1;
    }

    private static async Task<Burst> BurstAsync(ServiceProvider gateway, string symbol, int round)
    {
        var entry = gateway.GetRequiredService<OrderEntry>();
        var massCancellation = gateway.GetRequiredService<MassCancellation>();
        var (customer, maker) = (EmbeddedExchange.Account(0), EmbeddedExchange.Account(1));
        var resting = await entry.PlaceAsync(
            maker, Order($"m-{symbol}-{round}", symbol, Side.Sell, 15_000, OrdersInBurst));
        var slowest = 0L;
        var reports = new List<Task<ExecutionReport>>();
        var cancels = new List<Task>();
        for (var i = 0; i < OrdersInBurst; i++)
        {
            var order = Order($"{symbol}-{round}-{i}", symbol, Side.Buy, i % 2 == 0 ? 15_000 : 14_900 + i, 1);
            reports.Add(Task.Run(async () =>
            {
                var started = Stopwatch.GetTimestamp();
                var report = await entry.PlaceAsync(customer, order);
                InterlockedMax(ref slowest, (long)Stopwatch.GetElapsedTime(started).TotalMicroseconds);
                return report;
            }));
            if (i % 25 == 10)
            {
                cancels.Add(Task.Run(async () => await massCancellation.CancelAllAsync(customer, symbol, null)));
            }
        }

        await Task.WhenAll(cancels);
        var all = await Task.WhenAll(reports);
        await gateway.GetRequiredService<CancelReplace>().CancelAsync(maker, symbol, resting.OrderId);
        return new Burst(
            all.Length + 1, all.Count(r => r.Reason is RejectReason.OutcomeUnknown or RejectReason.Overloaded),
            slowest);
    }

    private static HoldRequest Order(string name, string symbol, Side side, long price, long lots) =>
        new(name, symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price, lots);

    private static void InterlockedMax(ref long highest, long value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen;)
        {
            seen = Interlocked.CompareExchange(ref highest, value, seen) is var found && found == seen ? value : found;
        }
    }

    private sealed record Burst(int Orders, int Unknown, long SlowestMicros);
}
