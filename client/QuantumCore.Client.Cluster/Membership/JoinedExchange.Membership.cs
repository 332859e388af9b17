using Microsoft.Extensions.Hosting;
using QuantumCore.Gateway.Cluster;

namespace QuantumCore.Client.Cluster;

public sealed partial class JoinedExchange
{
    /// <summary>
    /// Joins a cluster as an Orleans client (<c>IClusterClient</c>) of its silos that have a gateway port. Waits for
    /// the first such silo; silos that join or leave later are discovered automatically.
    /// </summary>
    /// <param name="address">Address of the cluster.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public static Task<JoinedExchange> JoinAsync(ClusterAddress address, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return StartAsync(
            builder => builder.Host.UseOrleansClient(client => client.JoinCluster(address.Cluster, address.Postgres)),
            cancellation);
    }
}
