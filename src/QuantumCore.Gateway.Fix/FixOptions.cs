namespace QuantumCore.Gateway.Fix;

/// <summary>Options of the FIX interface, set at its start.</summary>
public sealed record FixOptions
{
    /// <summary>Maximum number of concurrent connections: 1,000, or an eighth of the open file limit.</summary>
    public int Connections { get; init; } = GatewayOptions.ReservedConnections;
}
