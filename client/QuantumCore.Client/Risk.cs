namespace QuantumCore.Client;

/// <summary>Risk limits of an account in a symbol; what is null has no limit.</summary>
public sealed record RiskLimits
{
    /// <summary>The instrument.</summary>
    public required string Symbol { get; init; }

    /// <summary>Most of one order, in the base asset.</summary>
    public decimal? MaxOrderQuantity { get; init; }

    /// <summary>Most that price times quantity of one order may be at its worst price, in the quote asset.</summary>
    public decimal? MaxOrderValue { get; init; }

    /// <summary>Most open orders at a time.</summary>
    public int? MaxOpenOrders { get; init; }

    /// <summary>Most that the account may have with all its open buys filled, in the base asset.</summary>
    public decimal? MaxPosition { get; init; }
}

/// <summary>All risk limits of an account.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Limits">One entry for each symbol that has any.</param>
public sealed record AccountLimits(string Account, IReadOnlyList<RiskLimits> Limits);
