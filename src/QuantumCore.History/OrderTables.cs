namespace QuantumCore.History;

/// <summary>
/// Tables of a batch by order. Kept from batch to batch and emptied, because tables of this size are collected only
/// together with everything else in memory.
/// </summary>
internal sealed class OrderTables
{
    /// <summary>Orders that entered in this batch.</summary>
    public Dictionary<OrderKey, OrderRow> Entered { get; } = [];

    /// <summary>Changes of orders that entered before.</summary>
    public Dictionary<OrderKey, OrderChange> Changes { get; } = [];

    /// <summary>Holds changed by this batch, as they were before it.</summary>
    public Dictionary<OrderKey, HoldRow?> Holds { get; } = [];

    /// <summary>Orders that books recorded anything about.</summary>
    public HashSet<OrderKey> Touched { get; } = [];

    /// <summary>Orders that accounts placed a hold for.</summary>
    public HashSet<OrderKey> Placed { get; } = [];

    /// <summary>Empties all tables.</summary>
    public void Clear()
    {
        Entered.Clear();
        Changes.Clear();
        Holds.Clear();
        Touched.Clear();
        Placed.Clear();
    }
}
