namespace QuantumCore.Bench.Exchange;

/// <summary>Latencies of one caller; merged and sorted at the end.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = [];

    public int Count => _ticks.Count;

    public void Add(long stopwatchTicks) => _ticks.Add(stopwatchTicks);

    /// <summary>Returns the highest latency, in microseconds.</summary>
    public static long Slowest(IEnumerable<Latencies> callers) =>
        callers.SelectMany(caller => caller._ticks).DefaultIfEmpty()
            .Max() * 1_000_000 / System.Diagnostics.Stopwatch.Frequency;

    /// <summary>Returns the 50th and 99th percentile, in microseconds.</summary>
    public static (long P50, long P99) Percentiles(IEnumerable<Latencies> callers)
    {
        var all = callers.SelectMany(caller => caller._ticks).Order().ToArray();
        return all.Length == 0 ? (0, 0) : (Micros(all, 50), Micros(all, 99));
    }

    private static long Micros(long[] sorted, int percent) =>
        sorted[(int)((long)(sorted.Length - 1) * percent / 100)] * 1_000_000 / System.Diagnostics.Stopwatch.Frequency;
}
