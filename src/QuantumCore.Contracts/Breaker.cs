namespace QuantumCore.Contracts;

/// <summary>What the market-wide breaker has used up (NYSE 7.12): it has stopped trading at a level, and does so no more on that day at it or below.</summary>
/// <param name="Day">The day in the breaker's time zone, in days since 1970-01-01; 0 when it was never used.</param>
/// <param name="Level">The highest level of that day, 1 to 3; 0 when it was never used.</param>
/// <param name="By">Who asked: the label of the key.</param>
[GenerateSerializer, Immutable, Alias("breaker-use")]
public sealed record BreakerUse(long Day, int Level, string By)
{
    /// <summary>Nothing, ever.</summary>
    public static BreakerUse None { get; } = new(0, 0, "");
}

/// <content>The market-wide breaker.</content>
public partial interface ICatalogGrain
{
    /// <summary>What the market-wide breaker used up last.</summary>
    [Alias("breaker-used")]
    ValueTask<BreakerUse> BreakerUsed();

    /// <summary>The market-wide breaker has stopped trading. What was used up by then, or of an earlier day, changes nothing.</summary>
    [Alias("use-breaker")]
    ValueTask UseBreaker(BreakerUse use);
}
