namespace QuantumCore.Matching;

/// <summary>New values for an open order; null keeps the old one. The same values again change nothing.</summary>
/// <remarks>
/// Smaller total, display and expiry keep the order's priority; price and a larger total lose it (FIX 4.4 volume 4,
/// RULES 10.2).
/// </remarks>
public sealed record Amendment
{
    /// <summary>Limit, cap of a peg, or protection price of an untriggered stop, in ticks.</summary>
    public long? PriceTicks { get; init; }

    /// <summary>New total in lots: filled, prevented and open together. No more than is done: the order ends.</summary>
    public long? TotalLots { get; init; }

    /// <summary>Iceberg: lots shown at a time.</summary>
    public long? DisplayLots { get; init; }

    /// <summary>Stop or take-profit: the trigger price in ticks.</summary>
    public long? TriggerTicks { get; init; }

    /// <summary>Trailing stop: the distance in ticks.</summary>
    public long? TrailTicks { get; init; }

    /// <summary>Trailing stop: the distance in hundredths of a per cent.</summary>
    public int? TrailBasisPoints { get; init; }

    /// <summary>Good till date: Unix nanoseconds.</summary>
    public long? ExpiryNanos { get; init; }

    /// <summary>What the sender believes is open, in lots; anything else is refused as stale.</summary>
    public long? ExpectedLeavesLots { get; init; }
}
