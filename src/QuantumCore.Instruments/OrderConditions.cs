namespace QuantumCore.Instruments;

/// <summary>
/// What an order may carry beyond side, type, time in force, price and quantity. Null or false is "not asked for";
/// a plain order has no conditions at all.
/// </summary>
public sealed record OrderConditions
{
    /// <summary>Largest amount of a market order by amount, in ticks times lots.</summary>
    public const long AmountLimit = 1L << 62;

    /// <summary>Largest trail in basis points.</summary>
    public const int BasisPointsLimit = 9_999;

    /// <summary>Most slices an iceberg may need: a sweep makes one trade of each.</summary>
    public const int IcebergPartsLimit = 1_000;

    /// <summary>Iceberg: most lots shown at a time, 1 to the total (FIX tag 1138).</summary>
    public long? DisplayLots { get; init; }

    /// <summary>Not shown at all; behind everything that is shown at its price.</summary>
    public bool Hidden { get; init; }

    /// <summary>Trades whole or not at all, now or later (FIX tag 18 = G).</summary>
    public bool AllOrNone { get; init; }

    /// <summary>Least lots to be filled at entry, else it expires; 1 to the total (FIX tag 110).</summary>
    public long? MinimumLots { get; init; }

    /// <summary>A dividend leaves its prices as they are (FIX tag 18 = F, "DNR").</summary>
    public bool DoNotReduce { get; init; }

    /// <summary>Post-only: moves one tick away from the best order it would meet, rather than be refused.</summary>
    public bool Slide { get; init; }

    /// <summary>Price in ticks that triggers a stop or take-profit (FIX tag 1102).</summary>
    public long? TriggerTicks { get; init; }

    /// <summary>Which price is compared with the trigger.</summary>
    public TriggerReference TriggerReference { get; init; }

    /// <summary>Trailing stop: distance in ticks, from 1.</summary>
    public long? TrailTicks { get; init; }

    /// <summary>Trailing stop: distance in hundredths of a per cent, 1 to 9,999.</summary>
    public int? TrailBasisPoints { get; init; }

    /// <summary>Trailing stop: the price in ticks at which it begins to follow.</summary>
    public long? ActivationTicks { get; init; }

    /// <summary>Trailing stop-limit: how far its limit stands beyond the trigger, in ticks, from 0.</summary>
    public long? LimitOffsetTicks { get; init; }

    /// <summary>Pegged: what it follows.</summary>
    public PegReference Peg { get; init; }

    /// <summary>Pegged: distance from the reference in ticks, away from the market; from 0, for a market peg from 1.</summary>
    public long PegOffsetTicks { get; init; }

    /// <summary>
    /// Market order by amount: what to spend or receive at most, in ticks times lots, 1 to 2^62. The quantity is
    /// then 0.
    /// </summary>
    public long? Amount { get; init; }

    /// <summary>Market order: how far from the first order it meets it may trade, in ticks, from 0.</summary>
    public long? ProtectionTicks { get; init; }

    /// <summary>Good till date: Unix nanoseconds.</summary>
    public long? ExpiryNanos { get; init; }

    /// <summary>First order of a list: the client's name for the whole list, 1 to 36 characters as those of an order's name.</summary>
    public string? ListName { get; init; }

    /// <summary>Leg of a strategy order: what it belongs to.</summary>
    public StrategyTerms? Strategy { get; init; }
}
