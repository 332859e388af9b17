using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Risk limits of an account in a scope. Null means no limit.</summary>
public sealed record RiskLimits
{
    /// <summary>
    /// Scope: an instrument, or <c>*</c> for all orders of the account (open orders, order rate and duplicates only),
    /// or <c>*USD</c> for all instruments quoted in USD (values only).
    /// </summary>
    public required string Symbol { get; init; }

    /// <summary>
    /// Time during which a duplicate of an earlier order is rejected, in milliseconds, at most 60,000.
    /// </summary>
    public int? DuplicateWindowMillis { get; init; }

    /// <summary>Most orders a second, at most 1,000,000.</summary>
    public int? MaxOrdersPerSecond { get; init; }

    /// <summary>
    /// Most orders at once; requires <see cref="MaxOrdersPerSecond"/>. Null for as many as in a second.
    /// </summary>
    public int? OrderBurst { get; init; }

    /// <summary>Largest quantity of one order, in the base asset.</summary>
    public decimal? MaxOrderQuantity { get; init; }

    /// <summary>Largest value of one order at its worst price, in the quote asset.</summary>
    public decimal? MaxOrderValue { get; init; }

    /// <summary>Most open orders at a time.</summary>
    public long? MaxOpenOrders { get; init; }

    /// <summary>Largest position, long or short, with open orders filled, in the base asset.</summary>
    public decimal? MaxPosition { get; init; }

    /// <summary>
    /// Largest value traded in a UTC day with open orders filled, in the quote asset. Sells of held units always pass.
    /// </summary>
    public decimal? MaxDailyVolume { get; init; }

    /// <summary>
    /// Realised loss in a UTC day, fees included, in the quote asset. Once reached, the account cannot buy or sell
    /// short until the next day.
    /// </summary>
    public decimal? MaxDailyLoss { get; init; }

    /// <summary>
    /// Largest quantity of one order as a multiple of the account's usual order in the symbol, the median of its last
    /// 31 orders. It applies from the tenth order on.
    /// </summary>
    public int? MaxQuantityMultiple { get; init; }

    /// <summary>
    /// Most orders within <see cref="KillWindowSeconds"/>. One more is rejected, the account is frozen, and its orders
    /// are cancelled.
    /// </summary>
    public int? KillOrders { get; init; }

    /// <summary>
    /// Largest value of the orders within <see cref="KillWindowSeconds"/>, in the quote asset. An order above it is
    /// rejected, the account is frozen, and its orders are cancelled.
    /// </summary>
    public decimal? KillValue { get; init; }

    /// <summary>
    /// Length of the window of <see cref="KillOrders"/> and <see cref="KillValue"/>, in seconds, at most 86,400.
    /// </summary>
    public int? KillWindowSeconds { get; init; }

    /// <summary>
    /// Realised loss in a UTC day, fees included, in the quote asset. Once reached, the account is frozen and its
    /// orders are cancelled.
    /// </summary>
    public decimal? KillDailyLoss { get; init; }
}

/// <summary>All risk limits of an account.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="FrozenWhy">Reason of a freeze that no operator made, such as a kill switch; null if there is
/// none.</param>
/// <param name="Limits">Its own limits: one entry for each scope with any.</param>
/// <param name="Everyones">Limits that every account has: one entry for each symbol with any.</param>
/// <param name="Owners">Its shares of its owner's limits: one entry for each scope with any; null for none.</param>
public sealed record AccountLimits(
    string Account,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FrozenWhy,
    IReadOnlyList<RiskLimits> Limits,
    IReadOnlyList<RiskLimits> Everyones,
    IReadOnlyList<RiskLimits>? Owners = null);

/// <summary>Limits of an owner over all its accounts.</summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Limits">Limits of all accounts together, in one scope.</param>
/// <param name="Shares">Shares by account. An account that is not listed has none.</param>
public sealed record OwnerLimits(string Owner, RiskLimits Limits, IReadOnlyList<OwnerShare> Shares);

/// <summary>An account's share of its owner's limits.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Weight">Weight relative to the other accounts, 0 to 1,000,000.</param>
/// <param name="Limits">Resulting limits; null in a request.</param>
public sealed record OwnerShare(string Account, int Weight, RiskLimits? Limits = null);
