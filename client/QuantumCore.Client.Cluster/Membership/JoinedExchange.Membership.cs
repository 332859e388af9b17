using Microsoft.Extensions.Hosting;
using QuantumCore.Gateway.Cluster;

namespace QuantumCore.Client.Cluster;

public sealed partial class JoinedExchange
{
    /// <summary>
    /// Joins a cluster as an Orleans client (<c>IClusterClient</c>) of its silos that have a gateway port. Waits until there is one; silos that
    /// come and go later are found by themselves.
    /// </summary>
    /// <param name="address">Which cluster.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<JoinedExchange> JoinAsync(ClusterAddress address, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return StartAsync(
            builder => builder.Host.UseOrleansClient(client => client.JoinCluster(address.Cluster, address.Postgres)), cancellation);
    }
}
