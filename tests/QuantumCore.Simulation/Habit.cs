namespace QuantumCore.Simulation;

/// <summary>
/// Additional behaviour of customers on some days, which makes rare situations frequent. A day without a habit is
/// unchanged by it.
/// </summary>
public enum Habit
{
    /// <summary>No additional behaviour.</summary>
    None,

    /// <summary>Small transfers and withdrawals, also from accounts that are called or liquidated.</summary>
    MovesMoney,

    /// <summary>Replaces orders while they trade.</summary>
    Amends,

    /// <summary>Cancels all orders while more are in flight.</summary>
    CancelsAll,

    /// <summary>An administrator sets risk limits, and orders are replaced under them.</summary>
    IsLimited,

    /// <summary>Strategies over two books.</summary>
    TradesStrategies,

    /// <summary>
    /// Transfers all available or settled assets away. Orders and batches must still find what was promised to them.
    /// </summary>
    GivesAll,

    /// <summary>Reads accounts for seconds while nobody writes to them. The directory is often split.</summary>
    Watches,
}
