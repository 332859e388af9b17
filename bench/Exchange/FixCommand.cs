using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>fix</c>: measures orders over FIX sessions of a running silo, with a fixed number in flight each. An order is
/// done at its first report.
/// </summary>
internal static class FixCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options =
            new Options(arguments, "--address", "--keys", "--symbol", "--price", "--in-flight", "--seconds", "--pid");
        var keys = options.Text("--keys", "demo-alice,demo-bob").Split(',');
        var inFlight = options.Number("--in-flight", 64);
        var server = ServerProcess.Of(options);
        await LoadAsync(options, keys, inFlight, 3);
        var before = server.Used;
        var load = await LoadAsync(options, keys, inFlight, options.Number("--seconds", 5));
        var used = server.Used - before;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"sessions":{{keys.Length}},"inFlight":{{inFlight}},"orders":{{load.Orders}},"refused":{{load.Refused}},"reports":{{load.Reports}},"ordersPerSecond":{{load.PerSecond:F0}},"p50Micros":{{load.P50}},"p99Micros":{{load.P99}},"slowestMicros":{{load.Slowest}},"serverCpuMicrosPerOrder":{{server.MicrosEach(used, load.Orders)}}}"""));
        return 0;
    }

    private static async Task<Load> LoadAsync(Options options, string[] keys, int inFlight, int seconds)
    {
        var started = Stopwatch.GetTimestamp();
        var end = started + (seconds * Stopwatch.Frequency);
        var results = await Task.WhenAll(keys.Select(key => TradeAsync(options, key, inFlight, end)));
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var orders = results.Sum(result => result.Orders);
        var (p50, p99) = Latencies.Percentiles(results.Select(result => result.Latencies));
        return new Load(
            orders, results.Sum(result => result.Refused), results.Sum(result => result.Reports), orders / took, p50,
            p99, Latencies.Slowest(results.Select(result => result.Latencies)));
    }

    /// <summary>
    /// Trades on a session. A client order id ends with its slot: the first report frees the slot for the next order.
    /// </summary>
    private static async Task<Result> TradeAsync(Options options, string key, int inFlight, long end)
    {
        if (!IPEndPoint.TryParse(options.Text("--address", "127.0.0.1:9878"), out var address))
            throw new UsageException("--address takes an address and a port, such as 127.0.0.1:9878");

        using var session = await FixSocket.OpenAsync(address, key);
        var (result, sent) = (new Result(), new long[inFlight]);
        for (var place = 0; place < inFlight; place++)
            await SendAsync(place);
        for (var open = inFlight; open > 0;)
        {
            var message = await session.ReceiveAsync();
            var now = Stopwatch.GetTimestamp();
            if (PlaceOf(message.Span, out var isRefused) is not { } place)
                continue;

            result.Reports++;
            if (sent[place] == 0)
                continue;

            result.Latencies.Add(now - sent[place]);
            result.Orders += isRefused ? 0 : 1;
            result.Refused += isRefused ? 1 : 0;
            sent[place] = 0;
            if (now < end)
                await SendAsync(place);
            else
                open--;
        }

        await session.SendAsync("5", "");
        return result;

        async ValueTask SendAsync(int place)
        {
            sent[place] = Stopwatch.GetTimestamp();
            var name = BenchOrder.NextName();
            await session.SendAsync("D", string.Create(
                CultureInfo.InvariantCulture,
                $"11={name:x}-{place}|55={options.Text("--symbol", "AAPL")}|54={(name % 2 == 0 ? 1 : 2)}|60={FixSocket.Now}|38=1|40=2|44={options.Text("--price", "150.00")}|59=1|"));
        }
    }

    /// <summary>Returns the slot of the order that a message first reports; null for other messages.</summary>
    /// <exception cref="InvalidOperationException">The exchange rejects a message or ends the session.</exception>
    private static int? PlaceOf(ReadOnlySpan<byte> message, out bool isRefused)
    {
        isRefused = FixSocket.Is(message, 150, "8"u8);
        if (FixSocket.Is(message, 35, "0"u8) || FixSocket.Is(message, 35, "1"u8))
            return null;
        if (!FixSocket.Is(message, 35, "8"u8))
            throw new InvalidOperationException($"The silo said: {Encoding.UTF8.GetString(message)}");
        if (!isRefused && !FixSocket.Is(message, 150, "0"u8))
            return null;

        var name = FixSocket.Field(message, 11);
        return Utf8Parser.TryParse(name[(name.LastIndexOf((byte)'-') + 1)..], out int place, out _) ? place : null;
    }

    private sealed class Result
    {
        public Latencies Latencies { get; } = new();

        public long Orders { get; set; }

        public long Refused { get; set; }

        public long Reports { get; set; }
    }

    private sealed record Load(
        long Orders, long Refused, long Reports, double PerSecond, long P50, long P99, long Slowest);
}
