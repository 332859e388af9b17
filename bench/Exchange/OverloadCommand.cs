using System.Diagnostics;
using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>overload</c>: measures the capacity of a running silo with callers that wait for responses. Then it sends a
/// multiple of that load from callers that do not wait, beside cancels and an operator's calls.
/// </summary>
internal sealed class OverloadCommand
{
    private static readonly string[] s_traders = ["demo-alice", "demo-bob"];
    private static readonly TimeSpan s_longestRecovery = TimeSpan.FromSeconds(60);

    private readonly Uri _url;
    private readonly Options _options;
    private readonly ServerProcess _server;
    private long _lastAccepted;
    private long _mostMemory;

    private OverloadCommand(Options options)
    {
        _options = options;
        _url = options.Silo;
        _server = ServerProcess.Of(options);
    }

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--url", "--pid", "--symbol", "--price", "--callers", "--connections", "--seconds", "--factor",
            "--cancels");
        return await new OverloadCommand(options).MeasureAsync();
    }

    private async Task<int> MeasureAsync()
    {
        await BenchMoney.PayInAsync(_url, _options, s_traders);
        await ClosedLoopAsync(3);
        var calm = await ProbeAsync(TimeSpan.FromSeconds(2));
        var capacity = await ClosedLoopAsync(10);
        var seconds = _options.Number("--seconds", 60);
        var offered = capacity * _options.Number("--factor", 10);
        await using var memory = new Timer(_ => NoteMemory(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        var end = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var cancels = Stormproof(_options.Number("--cancels", 200), end, Cancel);
        var patient = Stormproof(20, end, _ => Next(out long _));
        var operators = Stormproof(1, end, Block);
        var storm = await Storm.RunAsync(
            _url, _options.Number("--connections", 1000), offered, TimeSpan.FromSeconds(seconds), Place,
            name => _lastAccepted = name);
        var recovery = await RecoverAsync(calm.P99);
        var (p50, p99) = Latencies.Percentiles(storm.Accepted);
        var (refused50, refused99) = Latencies.Percentiles(storm.Refused);
        var goodput = storm.CountOf(200) / storm.Took.TotalSeconds;
        var cancelled = await cancels;
        var operated = await operators;
        var served = await patient;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"capacity":{{capacity:F0}},"offered":{{offered:F0}},"sent":{{storm.Sent / storm.Took.TotalSeconds:F0}},"goodput":{{goodput:F0}},"ratio":{{goodput / capacity:F2}},"acceptedP50Micros":{{p50}},"acceptedP99Micros":{{p99}},"refusedP50Micros":{{refused50}},"refusedP99Micros":{{refused99}},"cancelP50Micros":{{cancelled.P50}},"cancelP99Micros":{{cancelled.P99}},"cancelsRefused":{{cancelled.Refused}},"patientP50Micros":{{served.P50}},"patientP99Micros":{{served.P99}},"patientRefused":{{served.Refused}},"operatorP99Micros":{{operated.P99}},"operatorsRefused":{{operated.Refused}},"calmP50Micros":{{calm.P50}},"calmP99Micros":{{calm.P99}},"recoverySeconds":{{recovery.TotalSeconds:F1}},"maxMemoryMiB":{{_mostMemory >> 20}},"statuses":{{storm.Statuses()}},"torn":{{storm.Torn}}}"""));
        return 0;
    }

    private byte[] Place(long name) => BenchOrder.Request(_url, _options, name, Trader(name));

    /// <summary>Returns a cancel by client order id, for the last accepted order: open, or just done.</summary>
    private byte[] Cancel(long number)
    {
        var name = Volatile.Read(ref _lastAccepted);
        return KeptConnection.Request(_url, "DELETE", $"/api/qc/v1/orders/by-client-id/{name:x}", Trader(name));
    }

    private byte[] Block(long number) => KeptConnection.Request(
        _url, "POST", $"/api/qc/v1/admin/accounts/ACC-1009/{(number % 2 == 0 ? "block" : "unblock")}", "demo-admin",
        "{}");

    // Each trader buys and sells the same quantity, so nobody runs out of assets.
    private static string Trader(long name) => s_traders[name / 2 % 2];

    private byte[] Next(out long name) => Place(name = BenchOrder.NextName());

    /// <summary>Returns orders per second with callers that wait for responses.</summary>
    private async Task<double> ClosedLoopAsync(int seconds)
    {
        var started = Stopwatch.GetTimestamp();
        var end = started + (seconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, _options.Number("--callers", 256)).Select(async _ =>
        {
            using var connection = await KeptConnection.OpenAsync(_url);
            var accepted = 0L;
            while (Stopwatch.GetTimestamp() < end)
            {
                accepted += await connection.AskAsync(Next(out var _)) == 200 ? 1 : 0;
            }

            return accepted;
        }));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Returns latencies of sequential orders on one connection, in microseconds.</summary>
    private async Task<(long P50, long P99)> ProbeAsync(TimeSpan length)
    {
        using var connection = await KeptConnection.OpenAsync(_url);
        var latencies = new Latencies();
        var end = Stopwatch.GetTimestamp() + (length.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() is var started && started < end)
        {
            await connection.AskAsync(Next(out _));
            latencies.Add(Stopwatch.GetTimestamp() - started);
            await Task.Delay(5, CancellationToken.None);
        }

        return Latencies.Percentiles([latencies]);
    }

    /// <summary>
    /// Returns the time from the end of the storm until 100 consecutive orders are accepted at normal latency.
    /// </summary>
    private async Task<TimeSpan> RecoverAsync(long calmMicros)
    {
        using var connection = await KeptConnection.OpenAsync(_url);
        var ended = Stopwatch.GetTimestamp();
        var good = 0;
        var since = TimeSpan.Zero;
        while (good < 100 && Stopwatch.GetElapsedTime(ended) < s_longestRecovery)
        {
            var started = Stopwatch.GetTimestamp();
            var status = await connection.AskAsync(Next(out _));
            var isCalm =
                status == 200 && Stopwatch.GetElapsedTime(started).TotalMicroseconds < Math.Max(20_000, calmMicros * 3);
            since = isCalm && good > 0 ? since : Stopwatch.GetElapsedTime(ended);
            good = isCalm ? good + 1 : 0;
            await Task.Delay(5, CancellationToken.None);
        }

        return good < 100 ? s_longestRecovery : since;
    }

    /// <summary>Calls at a steady rate during the storm. The latency of a late call counts from its due time.</summary>
    private async Task<(long P99, long P50, long Refused)> Stormproof(
        int perSecond, long end, Func<long, byte[]> request)
    {
        var latencies = new Latencies();
        var refused = 0L;
        var next = Stopwatch.GetTimestamp();
        var number = 0L;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(perSecond, 32)).Select(async _ =>
        {
            using var connection = await KeptConnection.OpenAsync(_url);
            while (Interlocked.Add(ref next, Stopwatch.Frequency / perSecond) is var due && due < end)
            {
                var wait = TimeSpan.FromSeconds((due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, CancellationToken.None);
                }

                // The timer is coarse: a late wake-up is not a delay of the exchange.
                due = Math.Max(due, Stopwatch.GetTimestamp() - (Stopwatch.Frequency / 500));
                var status = await connection.AskAsync(request(Interlocked.Increment(ref number)));
                var took = Stopwatch.GetTimestamp() - due;
                lock (latencies)
                {
                    if (status is 429 or 503)
                    {
                        refused++;
                    }
                    else
                    {
                        latencies.Add(took);
                    }
                }
            }
        }));
        var (p50, p99) = Latencies.Percentiles([latencies]);
        return (p99, p50, refused);
    }

    private void NoteMemory() => _mostMemory = Math.Max(_mostMemory, _server.Memory);
}
