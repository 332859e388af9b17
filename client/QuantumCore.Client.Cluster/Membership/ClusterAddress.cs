namespace QuantumCore.Client.Cluster;

/// <summary>Address of a cluster to join.</summary>
/// <param name="Postgres">Npgsql connection string of the cluster's database, which holds its membership.</param>
public sealed record ClusterAddress(string Postgres)
{
    /// <summary>Name of the exchange (a silo's <c>--cluster</c>).</summary>
    public string Cluster { get; init; } = "quantumcore";
}
