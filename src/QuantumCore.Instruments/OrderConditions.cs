namespace QuantumCore.Instruments;

/// <summary>
/// Conditions of an order beyond side, type, time in force, price and quantity. Null or false means "not requested". A
/// plain order has no conditions at all.
/// </summary>
public sealed record OrderConditions
{
    /// <summary>Maximum amount of a market order by amount, in ticks times lots.</summary>
    public const long AmountLimit = 1L << 62;

    /// <summary>Maximum trailing distance, in basis points.</summary>
    public const int BasisPointsLimit = 9_999;

    /// <summary>Maximum number of slices of an iceberg. A sweep makes one trade of each.</summary>
    public const int IcebergPartsLimit = 1_000;

    /// <summary>Iceberg: maximum quantity displayed at a time, in lots, 1 to the total (FIX tag 1138).</summary>
    public long? DisplayLots { get; init; }

    /// <summary>True for a hidden order. It trades after all displayed orders at its price.</summary>
    public bool Hidden { get; init; }

    /// <summary>True for all-or-none: it trades whole or not at all, now or later (FIX tag 18 = G).</summary>
    public bool AllOrNone { get; init; }

    /// <summary>
    /// Minimum quantity to fill at entry, else the order expires; in lots, 1 to the total (FIX tag 110).
    /// </summary>
    public long? MinimumLots { get; init; }

    /// <summary>True for do not reduce: a dividend leaves its prices unchanged (FIX tag 18 = F, "DNR").</summary>
    public bool DoNotReduce { get; init; }

    /// <summary>
    /// Post-only: true to slide one tick away from the best order it would meet, instead of being rejected.
    /// </summary>
    public bool Slide { get; init; }

    /// <summary>Trigger price of a stop or take-profit, in ticks (FIX tag 1102).</summary>
    public long? TriggerTicks { get; init; }

    /// <summary>The price compared with the trigger.</summary>
    public TriggerReference TriggerReference { get; init; }

    /// <summary>Trailing stop: distance, in ticks, from 1.</summary>
    public long? TrailTicks { get; init; }

    /// <summary>Trailing stop: distance, in basis points, 1 to 9,999.</summary>
    public int? TrailBasisPoints { get; init; }

    /// <summary>Trailing stop: activation price at which it begins to follow, in ticks.</summary>
    public long? ActivationTicks { get; init; }

    /// <summary>Trailing stop-limit: distance of its limit beyond the trigger, in ticks, from 0.</summary>
    public long? LimitOffsetTicks { get; init; }

    /// <summary>Pegged: the quote it follows.</summary>
    public PegReference Peg { get; init; }

    /// <summary>
    /// Pegged: distance from the reference away from the market, in ticks, from 0; for a market peg, from 1.
    /// </summary>
    public long PegOffsetTicks { get; init; }

    /// <summary>
    /// Market order by amount: maximum amount to spend or receive, in ticks times lots, 1 to 2^62. The quantity is then
    /// 0.
    /// </summary>
    public long? Amount { get; init; }

    /// <summary>Market order: maximum distance from the first order it meets, in ticks, from 0.</summary>
    public long? ProtectionTicks { get; init; }

    /// <summary>Good till date: expiry time, Unix nanoseconds.</summary>
    public long? ExpiryNanos { get; init; }

    /// <summary>
    /// First order of a list: the client's name of the list, 1 to 36 characters like a client order id.
    /// </summary>
    public string? ListName { get; init; }

    /// <summary>Leg of a multi-leg order: the terms of the whole order.</summary>
    public StrategyTerms? Strategy { get; init; }
}
