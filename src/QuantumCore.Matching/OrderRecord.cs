using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// An open order: 64 bytes. The fields that matching uses come first. Rarely used fields are next to them, so that
/// entering an order touches one place in memory, not two.
/// </summary>
internal struct OrderRecord
{
    public long Id;
    public long Leaves;
    public int Next;
    public int Previous;

    /// <summary>Its level; 0 if it is in no queue.</summary>
    public int Level;
    public Side Side;
    public OrderPlace Place;
    public Traits Traits;

    public long Account;
    public long TotalLots;
    public long Owner;

    /// <summary>Priority of its queue position, or of its right to one: smaller is earlier. 0 for none.</summary>
    public long Priority;
}

internal struct BookSide
{
    /// <summary>The best price as a taker of the other side sees it: higher is farther (see SignedPriceKey).</summary>
    public long BestKey;
    public int Best;

    /// <summary>
    /// The level behind the best one; 0 if unknown. In a sparse book, most levels come and go at the best price,
    /// and the next best one then needs no search.
    /// </summary>
    public int Second;
    public int Levels;
}

/// <summary>Reasons that keep a plain order from the fast path.</summary>
[Flags]
internal enum SlowPath
{
    None = 0,
    Phase = 1,
    Rules = 2,
    HiddenOrders = 4,
    Blocked = 8,
}

[InlineArray(SidesOfLadder)]
internal struct BookSides
{
    private BookSide _first;
}
