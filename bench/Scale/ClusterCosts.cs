namespace QuantumCore.Bench.Scale;

/// <summary>
/// Measured cost of an order by place; docs/scale.md names the measurements. Times are means in nanoseconds of one
/// processor, unless they are delays.
/// </summary>
internal sealed record ClusterCosts
{
    /// <summary>Cost at the gateway: reading, checking, responding.</summary>
    public long Edge { get; init; } = 35_000;

    /// <summary>Cost at the account: deciding and holding.</summary>
    public long Account { get; init; } = 45_000;

    /// <summary>Cost at the book, in its turn: a book handles one order at a time.</summary>
    public long Book { get; init; } = 20_000;

    /// <summary>Cost at an account that receives a fill.</summary>
    public long Deliver { get; init; } = 20_000;

    /// <summary>Cost of a call to another process, both sides together.</summary>
    public long Hop { get; init; } = 12_000;

    /// <summary>Delay of a call to another process, one way.</summary>
    public long Network { get; init; } = 45_000;

    /// <summary>Delay of a commit.</summary>
    public long Commit { get; init; } = 340_000;

    /// <summary>Cost of a commit at the database, whatever its size.</summary>
    public long Frame { get; init; } = 300_000;

    /// <summary>Cost of a journal record at the database.</summary>
    public long Record { get; init; } = 3_200;

    /// <summary>Cost of an order's history rows at the silo with the ledger, in its turn.</summary>
    public long History { get; init; } = 41_000;

    /// <summary>Cost of writing those rows at the database.</summary>
    public long Rows { get; init; } = 70_000;
}

/// <summary>Shape of the simulated cluster.</summary>
/// <param name="Silos">Number of processes, each with customers, accounts and books.</param>
/// <param name="Journals">Number of databases, each with a part of the streams and a ledger.</param>
/// <param name="Processors">Processors of each silo and each database.</param>
/// <param name="Symbols">Number of books, spread evenly.</param>
/// <param name="HotPercent">Share of all orders that goes to one book, in percent; the others share the rest.</param>
/// <param name="Callers">Number of customers at each silo. Each sends an order as soon as it has a response to the
/// last.</param>
internal sealed record ClusterShape(int Silos, int Journals, int Processors, int Symbols, int HotPercent, int Callers);

/// <summary>Result of a simulated cluster.</summary>
/// <param name="OrdersPerSecond">Orders with a response, per second.</param>
/// <param name="HistoryPerSecond">Orders written to the history, per second.</param>
/// <param name="P50Micros">50th percentile of the response time, in microseconds.</param>
/// <param name="P99Micros">99th percentile of the response time, in microseconds.</param>
/// <param name="Fullest">Busiest resource.</param>
/// <param name="FullestPercent">Utilization of that resource, in percent.</param>
internal sealed record ClusterOutcome(
    long OrdersPerSecond, long HistoryPerSecond, long P50Micros, long P99Micros, string Fullest, int FullestPercent);
