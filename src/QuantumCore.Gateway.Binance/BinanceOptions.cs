namespace QuantumCore.Gateway.Binance;

/// <summary>Rate limits of the Binance Spot interface, set at its start.</summary>
public sealed record BinanceOptions
{
    /// <summary>Request weight of one address per minute.</summary>
    public int WeightPerMinute { get; init; } = 6_000;

    /// <summary>Orders of one account per ten seconds.</summary>
    public int OrdersPerTenSeconds { get; init; } = 100;

    /// <summary>Orders of one account per UTC day.</summary>
    public int OrdersPerDay { get; init; } = 200_000;
}
