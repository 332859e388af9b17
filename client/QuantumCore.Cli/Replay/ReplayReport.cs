using System.Globalization;

namespace QuantumCore.Cli.Replay;

/// <summary>A trade of a replay.</summary>
/// <param name="Line">The line of the recording that made it.</param>
/// <param name="Price">Its price.</param>
/// <param name="Quantity">Its quantity.</param>
internal readonly record struct ReplayPrint(int Line, decimal Price, decimal Quantity);

/// <summary>What a replay has found so far.</summary>
internal sealed class ReplayReport
{
    private const int DifferencesKept = 20;

    private readonly List<string> _differences = [];

    /// <summary>Aggressive orders sent.</summary>
    internal int Aggressive { get; set; }

    /// <summary>Of these, how many met exactly the recorded orders, quantities and prices.</summary>
    internal int AggressiveExact { get; set; }

    /// <summary>Fills of the aggressive orders.</summary>
    internal int Fills { get; set; }

    /// <summary>Book rows compared.</summary>
    internal int Rows { get; set; }

    /// <summary>Of these, how many were equal.</summary>
    internal int RowsEqual { get; set; }

    /// <summary>Commands sent that change the book: adds, reductions, cancels, aggressive orders.</summary>
    internal int Orders { get; set; }

    /// <summary>How long it took.</summary>
    internal TimeSpan Elapsed { get; set; }

    /// <summary>What the aggressive orders traded, in the sequence of the recording.</summary>
    internal List<ReplayPrint> Prints { get; } = [];

    /// <summary>All that differs from the recording, whatever it is.</summary>
    internal int DifferenceCount { get; private set; }

    /// <summary>The first differences, as sentences that name the line.</summary>
    internal IReadOnlyList<string> Differences => _differences;

    internal long OrdersPerSecond =>
        Elapsed > TimeSpan.Zero ? (long)(Orders * (Int128)TimeSpan.TicksPerSecond / Elapsed.Ticks) : 0;

    internal void Differs(int line, string how)
    {
        DifferenceCount++;
        if (_differences.Count < DifferencesKept)
            _differences.Add($"line {line}: {how}");
    }

    /// <summary>The report as one line of JSON.</summary>
    internal string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"ioc":{{Aggressive}},"iocExact":{{AggressiveExact}},"fills":{{Fills}},"q":{{Rows}},"qExact":{{RowsEqual}},"orders":{{Orders}},"seconds":{{(decimal)Elapsed.Ticks / TimeSpan.TicksPerSecond:0.000}},"ordersPerSecond":{{OrdersPerSecond}}}""");
}
