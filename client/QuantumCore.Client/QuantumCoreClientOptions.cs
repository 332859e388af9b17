namespace QuantumCore.Client;

/// <summary>The way in which what is followed comes.</summary>
public enum UpdateTransport
{
    /// <summary>By WebSocket; by polling for as long as something on the way, such as a proxy, lets none through.</summary>
    Automatic = 0,

    /// <summary>By WebSocket alone.</summary>
    WebSockets = 1,

    /// <summary>By polling alone: calls over HTTP, each <see cref="QuantumCoreClientOptions.PollInterval"/>.</summary>
    Polling = 2,
}

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

    /// <summary>The way in which followed books, accounts and alerts come.</summary>
    public UpdateTransport Updates { get; init; } = UpdateTransport.Automatic;

    /// <summary>
    /// Pause between two polls, where what is followed comes by polling. An update is late by up to this and the time of a call. A poll is a
    /// call for each book, and one more when the book has changed; three calls for an account, one for alerts.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long is polled before a WebSocket is tried again.</summary>
    internal TimeSpan WebSocketRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a stream may be silent before it is pinged, and how long the answer may take before it is lost.</summary>
    internal TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Seed of the pauses' jitter, for repeatable tests; null draws one.</summary>
    public int? JitterSeed { get; init; }

    /// <summary>Clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
