namespace QuantumCore.Client;

/// <summary>How a client retries. The defaults suit an exchange on the same machine or network.</summary>
public sealed record QuantumCoreClientOptions
{
    /// <summary>Most attempts of one call, the first included.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>After this time no further attempt starts.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one attempt may take before its outcome counts as unknown.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause before the second attempt; each later one doubles it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause, unless the exchange asks for a longer one.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a stream may be silent before it is pinged, and how long the answer may take before it is lost.</summary>
    internal TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Seed of the pauses' jitter, for repeatable tests; null draws one.</summary>
    public int? JitterSeed { get; init; }

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
