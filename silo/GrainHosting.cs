#if ORLEANS
using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
#else
using QuantumCore.Grains;
#endif
using QuantumCore.Contracts;

namespace QuantumCore.Silo;

/// <summary>The grain runtime of this process. The one place of the product that knows which it is.</summary>
internal static class GrainHosting
{
    private const int RequestsPerActivation = 50_000;
    private static readonly TimeSpan s_responseTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_deactivationTimeout = TimeSpan.FromSeconds(2);

    // A long journal takes long to replay; a book that was given up would start from the beginning again.
    private static readonly TimeSpan s_activationTimeout = TimeSpan.FromMinutes(10);

#if ORLEANS
    /// <summary>Refuses options that this build can't keep.</summary>
    /// <exception cref="FormatException">The message is for the user.</exception>
    public static void Check(SiloOptions options)
    {
        if (options.Primary is null)
            return;
        if (!IPAddress.IsLoopback(options.Primary.Address))
            throw new FormatException($"--primary: {options.Primary} is not on this machine; a cluster runs on one.");
        if (options.Storage != StorageKind.Postgres)
            throw new FormatException("--primary needs --storage postgres: silos share one journal.");
    }

    public static void AddGrainRuntime(this WebApplicationBuilder builder, SiloOptions options) =>
        builder.Host.UseOrleans(silo =>
        {
            silo.Configure<SiloMessagingOptions>(messaging =>
                (messaging.ResponseTimeout, messaging.MaxEnqueuedRequestsHardLimit) = (s_responseTimeout, RequestsPerActivation));
            silo.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = s_responseTimeout);
            silo.Configure<GrainCollectionOptions>(collection =>
                (collection.ActivationTimeout, collection.DeactivationTimeout) = (s_activationTimeout, s_deactivationTimeout));
            if (options.LongTurn > TimeSpan.Zero)
                silo.Configure<SchedulingOptions>(scheduling => scheduling.TurnWarningLengthThreshold = options.LongTurn);
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                // A silo that hangs is missed after some four seconds; the defaults take a minute.
                membership.ProbeTimeout = TimeSpan.FromSeconds(1);
                membership.NumMissedProbesLimit = 3;
                membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            });
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(EventStreams.Provider, streams => streams.ConfigurePullingAgent(agent =>
                agent.Configure(pulling => pulling.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10))));

            // Only silos of one journal can be one cluster: a silo with a file of its own refuses all others.
            var cluster = options.Storage == StorageKind.Postgres ? "quantumcore" : "quantumcore-alone";
            silo.UseLocalhostClustering(
                options.SiloPort ?? FreePort(), options.GatewayPort ?? 0, options.Primary, "quantumcore", cluster);
        });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
#else
    /// <summary>Refuses options that this build can't keep.</summary>
    /// <exception cref="FormatException">The message is for the user.</exception>
    public static void Check(SiloOptions options)
    {
        if (options.SiloPort is not null || options.GatewayPort is not null || options.Primary is not null)
            throw new FormatException("--silo-port, --gateway-port and --primary need a build with -p:GrainRuntime=Orleans.");
    }

    public static void AddGrainRuntime(this WebApplicationBuilder builder, SiloOptions options) =>
        builder.Services.AddLocalGrains(grains =>
        {
            grains.GrainAssemblies.Add(typeof(ExchangeGrains).Assembly);
            grains.StreamProviders.Add(EventStreams.Provider);
            grains.ResponseTimeout = s_responseTimeout;
            grains.ActivationTimeout = s_activationTimeout;
            grains.LongTurn = options.LongTurn;
            grains.DeactivationTimeout = s_deactivationTimeout;
            grains.MaxRequestsPerActivation = RequestsPerActivation;
        });
#endif
}
