using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests;

/// <summary>Puts orders straight into the memory of a book, past its commands.</summary>
internal static class StoredOrders
{
    /// <summary>Adds a plain order without a place; returns its slot.</summary>
    public static int Add(this OrderStore store, Side side, long lots)
    {
        var slot = store.TakeSlot();
        ref var entry = ref store.Entries[slot];
        entry = new OrderRecord
        {
            Id = store.Index.Issue(),
            Side = side,
            Leaves = lots,
            TotalLots = lots,
            Place = OrderPlace.Entering,
        };
        store.Index.Add(entry.Id, slot);
        store.OpenOrders++;
        return slot;
    }

    /// <summary>Adds an order with conditions and without a place; returns its slot.</summary>
    public static int Add(
        this OrderStore store, Side side, long lots, in Conditions conditions, Traits traits = Traits.None)
    {
        var slot = store.Add(side, lots);
        store.Attach(slot) = conditions;
        store.Entries[slot].Traits |= traits;
        return slot;
    }

    /// <summary>Puts an order last at a price; returns its slot.</summary>
    public static int Rest(this OrderStore store, int slot, long priceTicks)
    {
        ref var entry = ref store.Entries[slot];
        entry.Place = OrderPlace.Resting;
        entry.Priority = store.NextPriority++;
        store.Enqueue(slot, store.SideOf(slot), priceTicks, entry.Leaves);
        return slot;
    }

    /// <summary>Puts a plain order last at a price; returns its slot.</summary>
    public static int Rest(this OrderStore store, Side side, long lots, long priceTicks) =>
        store.Rest(store.Add(side, lots), priceTicks);

    /// <summary>Removes a resting order.</summary>
    public static void Remove(this OrderStore store, int slot)
    {
        store.Dequeue(slot, store.SideOf(slot), store.Entries[slot].Leaves);
        store.OpenOrders--;
        store.Free(slot);
    }
}
