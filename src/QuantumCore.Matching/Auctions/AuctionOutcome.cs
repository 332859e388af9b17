namespace QuantumCore.Matching;

internal enum AuctionOutcome
{
    Done = 0,
    Extended = 1,

    /// <summary>Its price was confined to the collar.</summary>
    Confined = 2,
}

/// <summary>
/// A market order with a worst price, in an auction. It trades if a limit order at that price would.
/// </summary>
internal readonly record struct CappedOrder(long Price, Int128 Lots, long Priority, int Slot);
