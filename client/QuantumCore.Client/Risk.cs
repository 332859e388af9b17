namespace QuantumCore.Client;

/// <summary>Risk limits of an account in a scope; what is null has no limit.</summary>
public sealed record RiskLimits
{
    /// <summary>
    /// The instrument; or <c>*</c> for everything the account enters (open orders, order rate and duplicates only), or
    /// <c>*USD</c> for all instruments that are paid in USD (values only).
    /// </summary>
    public required string Symbol { get; init; }

    /// <summary>Most of one order, in the base asset.</summary>
    public decimal? MaxOrderQuantity { get; init; }

    /// <summary>Most that price times quantity of one order may be at its worst price, in the quote asset.</summary>
    public decimal? MaxOrderValue { get; init; }

    /// <summary>Most open orders at a time.</summary>
    public int? MaxOpenOrders { get; init; }

    /// <summary>Most that the account may have, or be short of, with its open orders filled, in the base asset.</summary>
    public decimal? MaxPosition { get; init; }

    /// <summary>How long an order like one before is refused, in milliseconds, at most 60,000.</summary>
    public int? DuplicateWindowMillis { get; init; }

    /// <summary>Most orders a second, at most 1,000,000.</summary>
    public int? MaxOrdersPerSecond { get; init; }

    /// <summary>Most orders at once, where there is <see cref="MaxOrdersPerSecond"/>; without it as many as in a second.</summary>
    public int? OrderBurst { get; init; }

    /// <summary>Most that it may trade in a UTC day with its open orders filled, in the quote asset; sells of what there is pass.</summary>
    public decimal? MaxDailyVolume { get; init; }

    /// <summary>Loss realised in a UTC day, fees included, from which on it buys nothing, and sells nothing short, until the next, in the quote asset.</summary>
    public decimal? MaxDailyLoss { get; init; }
}

/// <summary>All risk limits that an account has.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Limits">Its own: one entry for each scope that has any.</param>
/// <param name="Everyones">Those that every account has: one entry for each symbol that has any.</param>
public sealed record AccountLimits(string Account, IReadOnlyList<RiskLimits> Limits, IReadOnlyList<RiskLimits> Everyones)
{
    /// <summary>Its parts of its owner's limits: one entry for each scope that has any; null for none.</summary>
    public IReadOnlyList<RiskLimits>? Owners { get; init; }
}

/// <summary>Limits of an owner over all its accounts.</summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Limits">Of all accounts together, in one scope.</param>
/// <param name="Shares">By account. One that is not here has no part.</param>
public sealed record OwnerLimits(string Owner, RiskLimits Limits, IReadOnlyList<OwnerShare> Shares);

/// <summary>How large an account's part of its owner's limits is.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Weight">Against those of the others, 0 to 1,000,000.</param>
/// <param name="Limits">What the part comes to; null when it is asked for.</param>
public sealed record OwnerShare(string Account, int Weight, RiskLimits? Limits = null);
