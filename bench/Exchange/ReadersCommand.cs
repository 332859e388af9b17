using System.Diagnostics;
using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>readers</c>: changes one symbol of a running silo at a fixed rate. Measures the silo's cost and the latency of
/// those orders, without and with a number of WebSocket readers.
/// </summary>
internal static class ReadersCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--url", "--key", "--symbol", "--price", "--readers", "--updates", "--channel", "--conflate",
            "--seconds", "--pid");
        var (readers, updates, seconds) = (options.Number("--readers", 500), options.Number("--updates", 100),
            options.Number("--seconds", 10));
        var server = ServerProcess.Of(options);
        await PlaceAsync(options, updates, 2);
        var alone = await MeasureAsync(options, server, updates, seconds);

        using var end = new CancellationTokenSource();
        var counts = new long[2];
        var reading = Enumerable.Range(0, readers).Select(_ => ReadAsync(options, counts, end.Token)).ToArray();
        await PlaceAsync(options, updates, 3);
        var before = Volatile.Read(ref counts[0]);
        var read = await MeasureAsync(options, server, updates, seconds);
        var messages = Volatile.Read(ref counts[0]) - before;
        var open = reading.Count(reader => !reader.IsCompleted);
        await end.CancelAsync();
        await Task.WhenAll(reading);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"readers":{{open}},"ordersPerSecond":{{read.PerSecond:F0}},"messagesPerSecondAndReader":{{messages / read.Took.TotalSeconds / readers:F1}},"bytesPerMessage":{{counts[1] / Math.Max(1, counts[0])}},"serverCores":{{read.Cores}},"serverCoresWithoutReaders":{{alone.Cores}},"orderP50Micros":{{read.P50}},"orderP99Micros":{{read.P99}},"orderP50MicrosWithout":{{alone.P50}},"orderP99MicrosWithout":{{alone.P99}}}"""));
        return 0;
    }

    private static async Task<(double PerSecond, TimeSpan Took, string Cores, long P50, long P99)> MeasureAsync(
        Options options, ServerProcess server, int updates, int seconds)
    {
        var (before, started) = (server.Used, Stopwatch.GetTimestamp());
        var latencies = await PlaceAsync(options, updates, seconds);
        var took = Stopwatch.GetElapsedTime(started);
        var (p50, p99) = Latencies.Percentiles([latencies]);
        return (latencies.Count / took.TotalSeconds, took, server.Cores(server.Used - before, took), p50, p99);
    }

    /// <summary>Places orders at an even rate on one connection. Each changes the book.</summary>
    private static async Task<Latencies> PlaceAsync(Options options, int updates, int seconds)
    {
        var url = options.Silo;
        using var connection = await KeptConnection.OpenAsync(url);
        var latencies = new Latencies();
        var started = Stopwatch.GetTimestamp();
        for (var n = 0; n < updates * seconds; n++)
        {
            var wait = TimeSpan.FromSeconds((double)n / updates) - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, CancellationToken.None);
            var order = BenchOrder.Request(url, options, BenchOrder.NextName(), options.Key);
            var asked = Stopwatch.GetTimestamp();
            await connection.AskAsync(order);
            latencies.Add(Stopwatch.GetTimestamp() - asked);
        }

        return latencies;
    }

    private static async Task ReadAsync(Options options, long[] counts, CancellationToken end)
    {
        using var socket = await BenchSocket.OpenAsync(
            options.Silo, "stream", options.Key);
        var (channel, conflate) = (options.Text("--channel", ""), options.Text("--conflate", ""));
        var how = (channel.Length == 0 ? "" : $",\"channel\":\"{channel}\"")
            + (conflate.Length == 0 ? "" : $",\"conflate\":{conflate}");
        await socket.SendAsync($"{{\"op\":\"subscribe\",\"symbol\":\"{options.Text("--symbol", "AAPL")}\"{how}}}");
        try
        {
            while (true)
            {
                var message = await socket.ReceiveAsync(end);
                Interlocked.Increment(ref counts[0]);
                Interlocked.Add(ref counts[1], message.Length);
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
