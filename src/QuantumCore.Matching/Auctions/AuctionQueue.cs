namespace QuantumCore.Matching;

/// <summary>A side's cursor while an auction fills it: by price, displayed first, then time.</summary>
internal struct AuctionQueue
{
    public int Side;
    public int Stage;
    public int Lit;
    public int Dark;
    public int Slot;

    /// <summary>Index of the next market order with a worst price.</summary>
    public int Capped;

    /// <summary>
    /// True if the order is visited alone: the one behind it in its queue has another worst price, or none.
    /// </summary>
    public bool IsAlone;
}
