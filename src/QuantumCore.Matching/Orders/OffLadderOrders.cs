namespace QuantumCore.Matching;

/// <summary>
/// Orders that wait outside of the ladder: for their taker phase, for the closing auction, or for other legs.
/// </summary>
internal sealed class OffLadderOrders(OrderStore store)
{
    /// <summary>
    /// Orders that wait for their taker phase: triggered ones and children of filled parents. First in, first out.
    /// </summary>
    public Queue<long> Awaiting { get; } = new();

    /// <summary>Slots of at-the-close orders before the closing auction.</summary>
    public List<int> Held { get; } = [];

    /// <summary>Number of orders that stand aside.</summary>
    public int AsideCount { get; set; }

    /// <summary>Lets an order wait for its taker phase; 0 for none.</summary>
    public void Await(int slot)
    {
        if (slot == 0)
            return;

        Awaiting.Enqueue(store.Entries[slot].Id);
        store.Watching = true;
    }

    /// <summary>
    /// Parks an order until the closing auction with its current priority; for a child, the priority of its activation.
    /// </summary>
    public void Hold(int slot)
    {
        store.Entries[slot].Place = OrderPlace.Held;
        store.Entries[slot].Priority = store.NextPriority++;
        Held.Add(slot);
    }
}
