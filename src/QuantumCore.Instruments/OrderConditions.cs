using System.Collections.Immutable;

namespace QuantumCore.Instruments;

/// <summary>Yes-or-no conditions of an order.</summary>
[Flags]
public enum OrderFlag : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Hidden: it trades after all displayed orders at its price.</summary>
    Hidden = 1,

    /// <summary>All-or-none: it trades whole or not at all, now or later.</summary>
    AllOrNone = 2,

    /// <summary>Post-only: it slides one tick away from the best order it would meet.</summary>
    Slide = 4,

    /// <summary>Do not reduce: a dividend leaves its prices unchanged.</summary>
    DoNotReduce = 8,
}

/// <summary>Words of the yes-or-no conditions of an order.</summary>
public static class OrderFlagWords
{
    /// <summary>Each condition with its member in JSON, and its instruction in FIX (tag 18) if it has one.</summary>
    public static ImmutableArray<(OrderFlag Flag, string Json, string? Fix)> All { get; } =
    [
        (OrderFlag.Slide, "slide", null),
        (OrderFlag.Hidden, "hidden", null),
        (OrderFlag.AllOrNone, "allOrNone", "G"),
        (OrderFlag.DoNotReduce, "doNotReduce", "F"),
    ];

    /// <summary>Returns the conditions that are set, each with its words.</summary>
    public static IEnumerable<(OrderFlag Flag, string Json, string? Fix)> Words(this OrderFlag flags) =>
        flags == OrderFlag.None ? [] : All.Where(word => (flags & word.Flag) != 0);

    /// <summary>Returns the condition of a member in JSON; none for any other member.</summary>
    public static OrderFlag OfJson(string member) => All.FirstOrDefault(word => word.Json == member).Flag;

    /// <summary>Returns the condition of an instruction in FIX; none for any other instruction.</summary>
    public static OrderFlag OfFix(string instruction) => All.FirstOrDefault(word => word.Fix == instruction).Flag;
}

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

    /// <summary>Yes-or-no conditions.</summary>
    public OrderFlag Flags { get; init; }

    /// <summary>True for a hidden order.</summary>
    public bool Hidden { get => Has(OrderFlag.Hidden); init => Flags = With(OrderFlag.Hidden, value); }

    /// <summary>True for all-or-none.</summary>
    public bool AllOrNone { get => Has(OrderFlag.AllOrNone); init => Flags = With(OrderFlag.AllOrNone, value); }

    /// <summary>True for post-only that slides instead of being rejected.</summary>
    public bool Slide { get => Has(OrderFlag.Slide); init => Flags = With(OrderFlag.Slide, value); }

    /// <summary>True for do not reduce.</summary>
    public bool DoNotReduce { get => Has(OrderFlag.DoNotReduce); init => Flags = With(OrderFlag.DoNotReduce, value); }

    /// <summary>
    /// Minimum quantity to fill at entry, else the order expires; in lots, 1 to the total (FIX tag 110).
    /// </summary>
    public long? MinimumLots { get; init; }

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

    private bool Has(OrderFlag flag) => (Flags & flag) != 0;

    private OrderFlag With(OrderFlag flag, bool isSet) => isSet ? Flags | flag : Flags & ~flag;
}
