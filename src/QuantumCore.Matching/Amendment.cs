namespace QuantumCore.Matching;

/// <summary>New values for an open order; null keeps the old value. The same values again change nothing.</summary>
/// <remarks>
/// A smaller total, display and expiry keep the order's priority. A price and a larger total lose it (FIX 4.4 volume 4,
/// RULES 10.2).
/// </remarks>
public sealed record Amendment
{
    /// <summary>Limit, cap of a peg, or protection price of an untriggered stop, in ticks.</summary>
    public long? PriceTicks { get; init; }

    /// <summary>
    /// New total, in lots: filled, prevented and open together. If that much is done already, the order ends.
    /// </summary>
    public long? TotalLots { get; init; }

    /// <summary>Iceberg: display quantity, in lots.</summary>
    public long? DisplayLots { get; init; }

    /// <summary>Stop or take-profit: trigger price, in ticks.</summary>
    public long? TriggerTicks { get; init; }

    /// <summary>Trailing stop: distance, in ticks.</summary>
    public long? TrailTicks { get; init; }

    /// <summary>Trailing stop: distance, in basis points.</summary>
    public int? TrailBasisPoints { get; init; }

    /// <summary>Good till date: expiry time, Unix nanoseconds.</summary>
    public long? ExpiryNanos { get; init; }

    /// <summary>
    /// Open quantity that the sender expects, in lots. With any other, the amendment is rejected as stale.
    /// </summary>
    public long? ExpectedLeavesLots { get; init; }
}
