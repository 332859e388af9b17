namespace QuantumCore.Client;

/// <summary>Transport of feed updates.</summary>
public enum UpdateTransport
{
    /// <summary>WebSocket; polling while something on the way, such as a proxy, blocks WebSockets.</summary>
    Automatic = 0,

    /// <summary>WebSocket only.</summary>
    WebSockets = 1,

    /// <summary>Polling only: HTTP calls every <see cref="QuantumCoreClientOptions.PollInterval"/>.</summary>
    Polling = 2,
}

/// <summary>Retry and timeout settings. The defaults suit an exchange on the same machine or network.</summary>
public sealed record QuantumCoreClientOptions
{
    /// <summary>Most attempts of one call, including the first.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Time after which no further attempt starts.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Timeout of one attempt, after which its outcome counts as unknown.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause before the second attempt; each later one doubles it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause, unless the exchange asks for a longer one.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Transport of followed books, accounts and alerts.</summary>
    public UpdateTransport Updates { get; init; } = UpdateTransport.Automatic;

    /// <summary>
    /// Pause between two polls. Updates are late by up to this pause and the time of a call. A poll takes one call for
    /// each book, and one more if the book changed; three calls for an account, one for alerts.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time of polling before a WebSocket is tried again.</summary>
    internal TimeSpan WebSocketRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Silence after which a stream is pinged, and timeout of the pong.</summary>
    internal TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Seed of the pauses' jitter, for repeatable tests; null for a random one.</summary>
    public int? JitterSeed { get; init; }

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
