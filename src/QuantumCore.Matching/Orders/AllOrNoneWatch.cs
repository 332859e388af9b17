using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Quantity added to the book since all-or-none orders were last checked (RULES 4.6).</summary>
internal sealed class AllOrNoneWatch(OrderStore store)
{
    // The best price, as the other side sees it, at which quantity was added since the last check of all-or-none
    // orders.
    private readonly long[] _added = [FarthestKey, FarthestKey];

    /// <summary>Summary of what all-or-none orders could trade with.</summary>
    public AllOrNoneSupply Supply { get; } = new(store);

    /// <summary>Counts all-or-none orders that come to rest or leave.</summary>
    public void Count(int change)
    {
        store.AllOrNoneCount += change;
        if (change > 0)
            store.Watching = true;
    }

    public void NoteAdded(int side, long price) =>
        _added[side] = Math.Min(_added[side], SignedPriceKey(side ^ 1, price));

    /// <summary>Has both sides checked as if quantity had been added at their best prices.</summary>
    public void NoteAllAdded() => _added[Buy] = _added[Sell] = long.MinValue;

    /// <summary>
    /// Returns the best price at which quantity was added to a side since the last call, as a key that is lower for
    /// better prices of either side.
    /// </summary>
    public long TakeAdded(int side)
    {
        var added = _added[side];
        _added[side] = FarthestKey;
        return added;
    }
}
