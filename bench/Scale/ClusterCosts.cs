namespace QuantumCore.Bench.Scale;

/// <summary>
/// What an order costs where, as measured: docs/scale.md says by what. Times are means in nanoseconds of one processor unless they are
/// called delays.
/// </summary>
internal sealed record ClusterCosts
{
    /// <summary>At the process that was asked: reading, checking, answering.</summary>
    public long Edge { get; init; } = 35_000;

    /// <summary>At the account: deciding and holding.</summary>
    public long Account { get; init; } = 45_000;

    /// <summary>At the book, in its turn: no two orders of a book at a time.</summary>
    public long Book { get; init; } = 20_000;

    /// <summary>At an account that is told of a fill.</summary>
    public long Deliver { get; init; } = 20_000;

    /// <summary>A call to another process, both sides together.</summary>
    public long Hop { get; init; } = 12_000;

    /// <summary>Delay of a call to another process, one way.</summary>
    public long Network { get; init; } = 45_000;

    /// <summary>Delay of a commit.</summary>
    public long Commit { get; init; } = 340_000;

    /// <summary>At the database: a commit, whatever is in it.</summary>
    public long Frame { get; init; } = 300_000;

    /// <summary>At the database: a record of the journal.</summary>
    public long Record { get; init; } = 3_200;

    /// <summary>At the silo that has the ledger, in its turn: making an order's rows of the history.</summary>
    public long History { get; init; } = 41_000;

    /// <summary>At the database: writing them.</summary>
    public long Rows { get; init; } = 70_000;
}

/// <summary>The cluster that is simulated.</summary>
/// <param name="Silos">Processes, each with customers, accounts and books.</param>
/// <param name="Journals">Databases with a part of the streams each, and a ledger each.</param>
/// <param name="Processors">Of a silo, and of a database.</param>
/// <param name="Symbols">Books, spread evenly.</param>
/// <param name="HotPercent">The share of all orders that goes to one book; the others share the rest.</param>
/// <param name="Callers">Customers at each silo, who send an order as soon as the last one is answered.</param>
internal sealed record ClusterShape(int Silos, int Journals, int Processors, int Symbols, int HotPercent, int Callers);

/// <summary>What a simulated cluster did.</summary>
/// <param name="OrdersPerSecond">Orders answered.</param>
/// <param name="HistoryPerSecond">Orders that were made rows of the history.</param>
/// <param name="P50Micros">Half of all answers came within this.</param>
/// <param name="P99Micros">99 of 100 did.</param>
/// <param name="Fullest">What was busiest.</param>
/// <param name="FullestPercent">How much of the time it was busy.</param>
internal sealed record ClusterOutcome(
    long OrdersPerSecond, long HistoryPerSecond, long P50Micros, long P99Micros, string Fullest, int FullestPercent);
