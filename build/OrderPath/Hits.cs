namespace QuantumCore.OrderPath;

/// <summary>
/// Counts the calls of instrumented methods, each of which begins with a call of <see cref="Count"/>. Writes the counts
/// to the file named by QUANTUMCORE_ORDER_PATH when the process ends.
/// </summary>
public static class Hits
{
    /// <summary>Most methods that can be counted.</summary>
    public const int Most = 100_000;

    private static readonly long[] s_counts = new long[Most];

    static Hits() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        File.WriteAllLines(
            Environment.GetEnvironmentVariable("QUANTUMCORE_ORDER_PATH")!,
            s_counts.Select(count => count.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Counts a call.</summary>
    /// <param name="method">Number of the method, below <see cref="Most"/>.</param>
    public static void Count(int method) => Interlocked.Increment(ref s_counts[method]);
}
