namespace QuantumCore.Contracts;

/// <summary>
/// Last use of the market-wide circuit breaker (NYSE 7.12). The breaker does not stop trading again on that day at this
/// level or below.
/// </summary>
/// <param name="Day">The day in the breaker's time zone, in days since 1970-01-01; 0 if never used.</param>
/// <param name="Level">The highest level of that day, 1 to 3; 0 if never used.</param>
/// <param name="By">Label of the requesting API key.</param>
[GenerateSerializer, Immutable, Alias("breaker-use")]
public sealed record BreakerUse(long Day, int Level, string By)
{
    /// <summary>The value before the first use.</summary>
    public static BreakerUse None { get; } = new(0, 0, "");
}
