using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>http</c>: measures one JSON order per request against a running silo, and the server's smallest response beside
/// it, so that variations of the machine cancel out.
/// </summary>
internal static class HttpCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--url", "--key", "--symbol", "--price", "--connections", "--seconds", "--pid", "--get");
        var url = options.Silo;
        var (connections, seconds) = (options.Number("--connections", 64), options.Number("--seconds", 5));
        var server = ServerProcess.Of(options);
        var reading = options.Text("--get", "");
        if (reading.Length == 0)
            await BenchMoney.PayInAsync(url, options, options.Key);
        byte[] Order(long name) => reading.Length == 0
            ? BenchOrder.Request(url, options, name, options.Key)
            : KeptConnection.Request(url, "GET", reading, options.Key);
        byte[] Hello(long name) =>
            Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {url.Authority}\r\n\r\n");

        await LoadAsync(url, Order, connections, 3);
        var idle = server.Used;
        var hello = await LoadAsync(url, Hello, connections, seconds);
        var counter = await AcceptedOrders.ReadAsync(url);
        var before = server.Used;
        var orders = await LoadAsync(url, Order, connections, seconds);
        var used = server.Used - before;
        if (reading.Length == 0)
            await counter.CheckAsync(orders.Count);
        var helloAgain = await LoadAsync(url, Hello, connections, seconds);
        var baseline = (hello.PerSecond + helloAgain.PerSecond) / 2;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"connections":{{connections}},"orders":{{orders.Count}},"refused":{{orders.Refused}},"ordersPerSecond":{{orders.PerSecond:F0}},"p50Micros":{{orders.P50}},"p99Micros":{{orders.P99}},"helloPerSecond":{{baseline:F0}},"ratio":{{orders.PerSecond / baseline:F2}},"helloP50Micros":{{hello.P50}},"serverCpuMicrosPerHello":{{server.MicrosEach(before - idle, hello.Count)}},"serverCpuMicrosPerOrder":{{server.MicrosEach(used, orders.Count)}}}"""));
        return 0;
    }

    private static async Task<Load> LoadAsync(Uri url, Func<long, byte[]> request, int connections, int seconds)
    {
        var started = Stopwatch.GetTimestamp();
        var end = started + (seconds * Stopwatch.Frequency);
        var results = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => CallAsync(url, request, end)));
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var count = results.Sum(result => result.Count);
        var (p50, p99) = Latencies.Percentiles(results.Select(result => result.Latencies));
        return new Load(count, results.Sum(result => result.Refused), count / took, p50, p99);
    }

    private static async Task<(long Count, long Refused, Latencies Latencies)> CallAsync(
        Uri url, Func<long, byte[]> request, long end)
    {
        using var connection = await KeptConnection.OpenAsync(url);
        var latencies = new Latencies();
        var (count, refused) = (0L, 0L);
        while (Stopwatch.GetTimestamp() is var started && started < end)
        {
            var isTaken = await connection.AskAsync(request(BenchOrder.NextName())) == 200;
            latencies.Add(Stopwatch.GetTimestamp() - started);
            count += isTaken ? 1 : 0;
            refused += isTaken ? 0 : 1;
        }

        return (count, refused, latencies);
    }

    private sealed record Load(long Count, long Refused, double PerSecond, long P50, long P99);
}
