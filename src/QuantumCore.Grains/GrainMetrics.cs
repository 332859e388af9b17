using System.Diagnostics.Metrics;

namespace QuantumCore.Grains;

/// <summary>What the grains of this process count.</summary>
internal static class GrainMetrics
{
    private static readonly Meter s_meter = new("QuantumCore.Grains");

    /// <summary>Books that do not trade because their journal can't be explained: anything above 0 is an alarm.</summary>
    public static readonly UpDownCounter<long> HaltedBooks =
        s_meter.CreateUpDownCounter<long>("quantumcore_halted_books", null, "Books halted over their journal.");
}
