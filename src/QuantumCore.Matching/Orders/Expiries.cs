using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Times at which orders expire.</summary>
internal sealed class Expiries(OrderStore store)
{
    // By expiry, then id. Entries whose order has ended, or now expires at another time, are skipped.
    private readonly PriorityQueue<long, (long Expiry, long Id)> _expiries = new();

    public void Add(long id, long expiry)
    {
        // Entries of orders that ended long before their expiry would otherwise stay until then.
        if (_expiries.Count > 64 && _expiries.Count > 2 * store.OpenOrders)
            DropStaleExpiries();
        _expiries.Enqueue(id, (expiry, id));
        store.NextExpiryNanos = Math.Min(store.NextExpiryNanos, expiry);
    }

    /// <summary>Takes the next open order that expires by a time; returns false if none is left.</summary>
    public bool TryTakeDue(long timeNanos, out int slot)
    {
        while (_expiries.TryPeek(out var id, out var due) && due.Expiry <= timeNanos)
        {
            _ = _expiries.Dequeue();
            if (store.FindOpen(id, out slot) == RejectReason.None
                && store.ConditionsOf(slot) is { Ending: false } kept && kept.Expiry == due.Expiry)
                return true;
        }

        store.NextExpiryNanos = _expiries.TryPeek(out _, out var next) ? next.Expiry : long.MaxValue;
        slot = 0;
        return false;
    }

    private void DropStaleExpiries()
    {
        _expiries.Clear();
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            if (store.Entries[slot].Id != 0 && store.Has(slot, Traits.Conditional)
                && store.ConditionsOf(slot).Expiry is not 0 and var expiry)
                _expiries.Enqueue(store.Entries[slot].Id, (expiry, store.Entries[slot].Id));
        }
    }
}
