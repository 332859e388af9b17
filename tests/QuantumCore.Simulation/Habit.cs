namespace QuantumCore.Simulation;

/// <summary>
/// What customers do again and again beside all else, in some days: situations that few days have are in most of those. A day
/// without a habit is the same day as if there were none.
/// </summary>
public enum Habit
{
    /// <summary>Nothing more than anything else.</summary>
    None,

    /// <summary>Small amounts of money go to others and out, also of accounts that are called or liquidated.</summary>
    MovesMoney,

    /// <summary>Orders are replaced while they trade.</summary>
    Amends,

    /// <summary>All orders are cancelled while more are on their way.</summary>
    CancelsAll,

    /// <summary>An administrator limits what may be entered, and orders are replaced under that.</summary>
    IsLimited,

    /// <summary>Orders over two books at once.</summary>
    TradesStrategies,

    /// <summary>All that is free or has settled goes to others. Orders and batches must find what was promised them.</summary>
    GivesAll,

    /// <summary>Accounts are looked at for seconds, while nobody writes to them. The directory is often split.</summary>
    Watches,
}
