#if ORLEANS
using System.Net;
using Orleans.Configuration;
#endif
using QuantumCore.Contracts;
#if !ORLEANS
using QuantumCore.Grains;
#endif

namespace QuantumCore.Silo;

/// <summary>The grain runtime of this process. The one place of the product that knows which it is.</summary>
internal static class GrainHosting
{
    private static readonly TimeSpan s_responseTimeout = TimeSpan.FromSeconds(5);

#if ORLEANS
    public static void AddGrainRuntime(this WebApplicationBuilder builder, SiloOptions options) =>
        builder.Host.UseOrleans(silo =>
        {
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = s_responseTimeout);
            silo.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = s_responseTimeout);
            silo.AddMemoryStreams(EventStreams.Provider);
            silo.AddMemoryGrainStorage("PubSubStore");
            if (options.Postgres is { } connection)
            {
                silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("quantumcore", "quantumcore"));
                silo.UseAdoNetClustering(clustering => (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", connection));
                silo.ConfigureEndpoints(Dns.GetHostName(), siloPort: 11111, gatewayPort: 30000);
            }
            else
            {
                silo.UseLocalhostClustering();
            }
        });
#else
    public static void AddGrainRuntime(this WebApplicationBuilder builder, SiloOptions options) =>
        builder.Services.AddLocalGrains(grains =>
        {
            grains.GrainAssemblies.Add(typeof(ExchangeGrains).Assembly);
            grains.StreamProviders.Add(EventStreams.Provider);
            grains.ResponseTimeout = s_responseTimeout;
            grains.DeactivationTimeout = TimeSpan.FromSeconds(2);
        });
#endif
}
