namespace QuantumCore.Client.Cluster;

/// <summary>Which cluster to join, and how to find its silos.</summary>
/// <param name="Postgres">The Npgsql connection string of the cluster's database: its list of members is read.</param>
public sealed record ClusterAddress(string Postgres)
{
    /// <summary>The name of the exchange (a silo's <c>--cluster</c>).</summary>
    public string Cluster { get; init; } = "quantumcore";
}
