using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// <c>grains</c>: measures orders through the grains in this process, each responded to when durable.
/// </summary>
internal static class GrainsCommand
{
    private static readonly TimeSpan s_breath = TimeSpan.FromMilliseconds(25);
    private static long s_names;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments, "--storage", "--postgres", "--directory", "--batch", "--callers", "--symbols", "--accounts",
            "--seconds");
        var storage = options.Text("--storage", "sqlite");
        var (symbols, accounts) = (options.Number("--symbols", 8), options.Number("--accounts", 64));
        var (callers, batch) = (options.Number("--callers", 256), options.Number("--batch", 1));
        var length = TimeSpan.FromSeconds(options.Number("--seconds", 5));
        await using var exchange = await EmbeddedExchange.StartAsync(
            storage,
            options.Text("--postgres", ""),
            options.Text("--directory", Path.GetTempPath()),
            symbols,
            accounts);
        await LoadAsync(exchange, callers, batch, symbols, accounts, TimeSpan.FromSeconds(2));

        var (before, _) = await exchange.HistoryAsync();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        var results = await LoadAsync(exchange, callers, batch, symbols, accounts, length);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var used = Process.GetCurrentProcess().TotalProcessorTime - processor;
        var (projected, durable) = await exchange.HistoryAsync();
        var orders = results.Sum(result => result.Orders);
        var (p50, p99) = Latencies.Percentiles(results.Select(result => result.Latencies));
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"storage":"{{storage}}","callers":{{callers}},"batch":{{batch}},"symbols":{{symbols}},"accounts":{{accounts}},"orders":{{orders}},"fills":{{results.Sum(r => r.Fills)}},"turnedAway":{{results.Sum(r => r.TurnedAway)}},"seconds":{{seconds:F2}},"ordersPerSecond":{{orders / seconds:F0}},"cpuMicrosPerOrder":{{used.TotalMicroseconds / orders:F1}},"allocatedBytesPerOrder":{{allocated / Math.Max(orders, 1)}},"projectedPerSecond":{{(projected - before) / seconds:F0}},"historyBehind":{{durable - projected}},"p50Micros":{{p50}},"p99Micros":{{p99}}}"""));
        return 0;
    }

    internal static async Task<CallerResult[]> LoadAsync(
        EmbeddedExchange exchange, int callers, int batch, int symbols, int accounts, TimeSpan length)
    {
        var end = Stopwatch.GetTimestamp() + (long)(length.TotalSeconds * Stopwatch.Frequency);
        return await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(
            () => CallAsync(exchange, caller, batch, symbols, accounts, end))));
    }

    // A caller holds, then submits, as the gateway does. Buys and sells surround one price, so that half of them trade.
    private static async Task<CallerResult> CallAsync(
        EmbeddedExchange exchange, int caller, int batch, int symbols, int accounts, long end)
    {
        var random = new Random(caller);
        var holder = exchange.Grains.Account(EmbeddedExchange.Account(caller % accounts));
        var latencies = new Latencies();
        var (orders, fills, turnedAway) = (0L, 0L, 0L);
        while (Stopwatch.GetTimestamp() is var started && started < end)
        {
            var symbol = EmbeddedExchange.Symbol(random.Next(symbols));
            var requests = ImmutableArray.CreateBuilder<HoldRequest>(batch);
            for (var i = 0; i < batch; i++)
            {
                requests.Add(new HoldRequest(
                    Interlocked.Increment(ref s_names).ToString("x16", CultureInfo.InvariantCulture),
                    symbol,
                    random.Next(2) == 0 ? Side.Buy : Side.Sell,
                    OrderType.Limit,
                    TimeInForce.GoodTillCancel,
                    PostOnly: false,
                    10_000 + random.Next(-5, 6),
                    random.Next(1, 100)));
            }

            var (holds, last) = exchange.HasOneWriter
                ? await holder.HoldAhead(requests.MoveToImmutable())
                : new HeldAhead(await holder.Hold(requests.MoveToImmutable()), null);
            if (holds.Any(hold => hold.Reason == RejectReason.Overloaded))
            {
                // The disk stalls. Without a pause the bench would measure rejections.
                turnedAway += holds.Count(hold => hold.Reason == RejectReason.Overloaded);
                holds = holds.RemoveAll(hold => hold.Reason == RejectReason.Overloaded);
                await Task.Delay(s_breath, CancellationToken.None);
                if (holds.IsEmpty)
                    continue;
            }

            var book = exchange.Grains.GetGrain<IOrderBookGrain>(symbol);
            ImmutableArray<SubmitOrder> held = [.. holds.Select(
                hold => hold.Order ?? throw new InvalidOperationException($"Refused: {hold.Reason}"))];
            var reports =
                await (last is { } after ? book.SubmitAfter(symbol, held, after) : book.Submit(symbol, held));
            latencies.Add(Stopwatch.GetTimestamp() - started);
            orders += reports.Length;
            fills += reports.Sum(report => report.Fills.Length);
        }

        return new CallerResult(orders, fills, turnedAway, latencies);
    }

    internal sealed record CallerResult(long Orders, long Fills, long TurnedAway, Latencies Latencies);
}
