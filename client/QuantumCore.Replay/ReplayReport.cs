using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>A trade of a replay.</summary>
/// <param name="Line">Line of the recording that made it.</param>
/// <param name="Price">Price, in the quote asset.</param>
/// <param name="Quantity">Quantity, in the base asset.</param>
public readonly record struct ReplayPrint(int Line, decimal Price, decimal Quantity);

/// <summary>Results of a replay so far.</summary>
public sealed class ReplayReport
{
    private const int DifferencesKept = 20;

    private readonly List<string> _differences = [];
    private readonly List<ReplayPrint> _prints = [];

    /// <summary>Number of aggressive orders sent.</summary>
    public int Aggressive { get; internal set; }

    /// <summary>
    /// Number of aggressive orders compared. The makers of an order are known shortly after its response.
    /// </summary>
    public int AggressiveCompared { get; internal set; }

    /// <summary>Number of those that met exactly the recorded orders, quantities and prices.</summary>
    public int AggressiveExact { get; internal set; }

    /// <summary>Number of fills of the aggressive orders.</summary>
    public int Fills { get; internal set; }

    /// <summary>Number of book rows compared.</summary>
    public int Rows { get; internal set; }

    /// <summary>Number of those that were equal.</summary>
    public int RowsEqual { get; internal set; }

    /// <summary>Number of commands sent that change the book: adds, reductions, cancels, aggressive orders.</summary>
    public int Orders { get; internal set; }

    /// <summary>Elapsed time.</summary>
    public TimeSpan Elapsed { get; internal set; }

    /// <summary>Trades of the aggressive orders, in the sequence of the recording.</summary>
    public IReadOnlyList<ReplayPrint> Prints => _prints;

    /// <summary>Number of all differences from the recording.</summary>
    public int DifferenceCount { get; private set; }

    /// <summary>The first differences, as sentences that name the line.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Average commands a second.</summary>
    public long OrdersPerSecond =>
        Elapsed > TimeSpan.Zero ? (long)(Orders * (Int128)TimeSpan.TicksPerSecond / Elapsed.Ticks) : 0;

    internal void Print(int line, IEnumerable<OrderFill> fills) =>
        _prints.AddRange(fills.Select(fill => new ReplayPrint(line, fill.Price, fill.Quantity)));

    internal void Differs(int line, string how)
    {
        DifferenceCount++;
        if (_differences.Count < DifferencesKept)
            _differences.Add($"line {line}: {how}");
    }

    /// <summary>
    /// Returns the progress of the comparison, as a sentence without its full stop. Orders that wait for comparison are
    /// not differences.
    /// </summary>
    public string Progress()
    {
        var waiting = Aggressive - AggressiveCompared;
        var compared = AggressiveCompared == AggressiveExact
            ? $"all {AggressiveExact} aggressive orders compared so far are as recorded"
            : $"{AggressiveExact} of {AggressiveCompared} aggressive orders compared so far are as recorded";
        var orders = (AggressiveCompared, waiting) switch
        {
            (0, 0) => "no aggressive order was sent yet",
            (0, _) => $"{waiting} aggressive orders wait to be compared",
            (_, 0) => compared,
            _ => $"{compared}, {waiting} wait",
        };
        return $"{Orders} orders sent; {orders}; {RowsEqual} of {Rows} book rows equal; {OrdersPerSecond} orders/s";
    }

    /// <summary>Returns the report as one line of JSON.</summary>
    public string ToJson() => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"ioc":{{Aggressive}},"iocExact":{{AggressiveExact}},"fills":{{Fills}},"q":{{Rows}},"qExact":{{RowsEqual}},"orders":{{Orders}},"seconds":{{(decimal)Elapsed.Ticks / TimeSpan.TicksPerSecond:0.000}},"ordersPerSecond":{{OrdersPerSecond}}}""");
}
