namespace QuantumCore.Gateway;

/// <summary>What the gateway is told at its start.</summary>
public sealed record GatewayOptions
{
    /// <summary>
    /// Published demo keys are accepted, and the three compatibility calls need no key: from this machine, not
    /// through a proxy. Decided while the exchange starts, before it is ready; never later.
    /// </summary>
    public bool DemoMode { get; set; }

    /// <summary>The account that the compatibility calls act for without a key, in demo mode.</summary>
    public long DemoAccount { get; init; } = 1001;

    /// <summary>Bytes that may wait for one WebSocket reader before they are replaced by a snapshot.</summary>
    public int StreamBacklogBytes { get; init; } = 1 << 20;

    /// <summary>How long one WebSocket message may take to be sent.</summary>
    public TimeSpan StreamSendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Symbols one WebSocket may follow.</summary>
    public int StreamSubscriptions { get; init; } = 100;

    /// <summary>WebSockets at the same time.</summary>
    public int StreamConnections { get; init; } = 10_000;

    /// <summary>Whose local time the market-wide breaker goes by.</summary>
    public TimeZoneInfo BreakerTimeZone { get; init; } = TimeZoneInfo.Utc;
}
