using System.Diagnostics;
using System.Globalization;
using QuantumCore.Bench.Exchange;

namespace QuantumCore.Bench.Ops;

/// <summary><c>ops FILE</c>: measures the speed of the bare core on an operations file.</summary>
internal static class OpsCommand
{
    /// <summary>
    /// Length of the warm-up. The runtime compiles a method at its final tier once it was busy for some time and no new
    /// method appeared for a while. It optimizes for the calls seen until then, and a file's preload is not typical.
    /// </summary>
    private static readonly TimeSpan s_practice = TimeSpan.FromSeconds(1.5);

    public static int Run(string[] arguments)
    {
        var options = Options.WithFile("ops takes one file", arguments, out var path, "--repeat");
        var repeat = options.Number("--repeat", 3);
        var replay = new OpsReplay(OpsFile.Read(path));
        Practise();
        // Sizes the books' memory.
        var first = replay.Play([]);
        var best = SameOutcome(first, replay.Play([]));
        for (var round = 1; round < repeat; round++)
            best = Faster(best, SameOutcome(first, replay.Play([])));

        var percentiles = Latencies(replay, repeat, first);
        if (best.Outcome.Refused > 0)
            Console.Error.WriteLine($"{path}: the book refused {best.Outcome.Refused} operations.");
        Print(replay.Operations, best, percentiles);
        return 0;
    }

    /// <summary>Runs a mixture of all operations, with and without timing, until all of it is compiled.</summary>
    private static void Practise()
    {
        var practice =
            new OpsReplay(OpsGenerator.Generate(symbols: 4, depth: 1_000, count: 100_000, width: 16, seed: 1));
        var latencies = new long[practice.Operations];
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < s_practice)
        {
            practice.Play([]);
            practice.Play(latencies);
        }
    }

    /// <summary>Returns the percentiles of the best round; zeros without operations to time.</summary>
    internal static OpsPercentiles Latencies(OpsReplay replay, int rounds, OpsRound first)
    {
        if (replay.Operations == 0)
            return default;

        var latencies = new long[replay.Operations];
        var best = OpsPercentiles.Worst;
        for (var round = 0; round < rounds; round++)
        {
            SameOutcome(first, replay.Play(latencies));
            best = best.Better(OpsPercentiles.Of(latencies));
        }

        return best;
    }

    private static OpsRound Faster(OpsRound one, OpsRound other) => one.Time <= other.Time ? one : other;

    private static OpsRound SameOutcome(OpsRound one, OpsRound other) => one.Outcome == other.Outcome
        ? other
        : throw new InvalidOperationException("Two rounds of the same operations came out differently.");

    private static void Print(int operations, OpsRound best, OpsPercentiles percentiles)
    {
        var seconds = Math.Max(best.Time.TotalSeconds, 1e-7);
        var outcome = best.Outcome;
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"ops\":{operations},\"seconds\":{seconds:F6},\"opsPerSecond\":{operations / seconds:F0},"
            + $"\"trades\":{outcome.Trades},\"quantity\":{outcome.QuantityLots},\"hash\":\"{outcome.Hash:x16}\","
            + $"\"p50ns\":{percentiles.P50},\"p99ns\":{percentiles.P99},\"p999ns\":{percentiles.P999},"
            + $"\"maxNs\":{percentiles.Max},\"allocatedBytes\":{best.AllocatedBytes}}}"));
    }
}

/// <summary>Latencies of one round, in nanoseconds; each includes one reading of the clock.</summary>
internal readonly record struct OpsPercentiles(long P50, long P99, long P999, long Max)
{
    public static OpsPercentiles Worst => new(0, long.MaxValue, 0, 0);

    /// <summary>Returns the percentiles of stopwatch ticks, which it sorts in place.</summary>
    public static OpsPercentiles Of(long[] stopwatchTicks)
    {
        Array.Sort(stopwatchTicks);
        return new OpsPercentiles(
            Nanos(stopwatchTicks, 500), Nanos(stopwatchTicks, 990), Nanos(stopwatchTicks, 999),
            Nanos(stopwatchTicks, 1000));
    }

    /// <summary>Returns the round with the lower 99th percentile, as a whole, never a mixture.</summary>
    public OpsPercentiles Better(OpsPercentiles other) =>
        (other.P99, other.P999, other.Max).CompareTo((P99, P999, Max)) < 0 ? other : this;

    private static long Nanos(long[] sorted, int perMille) =>
        (long)((Int128)sorted[(int)((long)(sorted.Length - 1) * perMille / 1000)] * 1_000_000_000
            / Stopwatch.Frequency);
}
