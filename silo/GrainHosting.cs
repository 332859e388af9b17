using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Orleans.Reminders;
using QuantumCore.Gateway.Cluster;
using QuantumCore.Grains.Storage;
using QuantumCore.Grains.Streams;
using QuantumCore.Journal;
using QuantumCore.Silo.Cluster;

namespace QuantumCore.Silo;

/// <summary>
/// Grain runtime of this process: Orleans. Silos that share a PostgreSQL database find each other by its membership
/// table. A silo with other storage is a cluster by itself.
/// </summary>
internal static class GrainHosting
{
    /// <summary>Sources of the runtime's spans.</summary>
    public static IReadOnlyList<string> TraceSources { get; } = ["Microsoft.Orleans.Application"];

    /// <summary>Rejects cluster options without PostgreSQL storage.</summary>
    /// <exception cref="FormatException">The message is for the user.</exception>
    public static void Check(SiloOptions options)
    {
        if (options.Storage != StorageKind.Postgres && options.IsOfCluster)
            throw new FormatException(
                "--cluster, --role, --tag, --advertise, --silo-port and --gateway-port need --storage postgres: silos share one journal.");
    }

    /// <summary>Creates the tables of members, reminders and grain state before they are first used.</summary>
    public static async Task PrepareAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        if (options.Storage != StorageKind.Postgres)
            return;

        await ClusterMembership.CreateTablesAsync(options.Postgres!, cancellationToken);
        if (options.Role != SiloRole.Gateway)
            await GrainStateTables.CreateAsync(options.Postgres!, cancellationToken);
    }

    public static void AddOrleans(this WebApplicationBuilder builder, SiloOptions options)
    {
        builder.Services.AddSingleton<ClusterView>();
        builder.Services.AddSingleton<ReadSilos>(
            services => services.GetRequiredService<ClusterView>().ReadAsync);
        builder.Services.AddSingleton<ReadBookPlaces>(
            services => services.GetRequiredService<ClusterView>().FindAsync);
        if (options.Role == SiloRole.Gateway)
        {
            builder.Host.UseOrleansClient(client =>
            {
                client.JoinCluster(options.Cluster, options.Postgres!);
                if (options.Otlp is not null)
                    client.AddActivityPropagation();
                if (options.HasDashboard)
                    client.AddOrleansDashboard();
            });
            return;
        }

        builder.Services.AddHostedService<LongTurns>();
        builder.Host.UseOrleans(silo =>
        {
            silo.Services.SendExceptionsWhole();
            silo.Services.AddSingleton<IFatalErrorHandler, Abandoned>();
            Limit(silo, options);
            Watch(silo);
            silo.Configure<Orleans.Configuration.SiloOptions>(self => self.SiloName = SiloName.Of(options));
            if (options.Otlp is not null)
                silo.AddActivityPropagation();
            if (options.HasDashboard)
                silo.AddOrleansDashboard();

            silo.AddEventStreams();
            KeepGrainState(silo, options);
            if (options.Storage == StorageKind.Postgres)
                Join(silo, options);
            else
                silo.UseLocalhostClustering(FreePort(), 0, null, ClusterMembership.Service, "alone")
                    .UseInMemoryReminderService();
        });
        if (options.Storage == StorageKind.Postgres)
        {
            builder.Services.AddHostedService<LostSilos>();
            builder.Services.AddHostedService<ClusterWatch>();
            builder.Services.AddHostedService<BookBalance>();
        }
    }

    private static void KeepGrainState(ISiloBuilder silo, SiloOptions options) => _ = options.Storage switch
    {
        StorageKind.Sqlite => silo.KeepGrainStateInFile(),
        StorageKind.Postgres => silo.KeepGrainStateInPostgres(options.Postgres!),
        StorageKind.Volatile => silo.AddMemoryGrainStorageAsDefault(),
    };

    private static void Limit(ISiloBuilder silo, SiloOptions options)
    {
        silo.Configure<SiloMessagingOptions>(messaging =>
            (messaging.ResponseTimeout, messaging.MaxEnqueuedRequestsHardLimit) = (Gateway.GatewayOptions.GrainPatience,
                GrainLimits.RequestsPerActivation));
        silo.Configure<ClientMessagingOptions>(
            messaging => messaging.ResponseTimeout = Gateway.GatewayOptions.GrainPatience);
        silo.Configure<GrainCollectionOptions>(collection =>
            (collection.ActivationTimeout,
                collection.DeactivationTimeout) = (GrainLimits.Activation, GrainLimits.Deactivation));
        if (options.LongTurn > TimeSpan.Zero)
            silo.Configure<SchedulingOptions>(scheduling => scheduling.TurnWarningLengthThreshold = options.LongTurn);
    }

    // Orleans' default timeout is a minute, too long for traders. A probe waits at most a second. Orleans shortens that
    // when replies are quick, and lengthens it when this silo is slow itself. Three missed probes, with nothing heard
    // from the silo for three seconds, declare it dead. Orleans numbers silos by the machine's clock and must not
    // compare those numbers with another clock's. An exchange whose clock is shifted by a test keeps the machine's
    // clock here.
    private static void Watch(ISiloBuilder silo)
    {
        silo.Services.AddKeyedSingleton(TimeProviderNames.Membership, TimeProvider.System);
        silo.Services.AddKeyedSingleton(ReminderTimeProviderNames.Reminders, TimeProvider.System);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(0.5);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(1);
            membership.NumMissedProbesLimit = 3;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            membership.IAmAliveTablePublishTimeout = LostSilos.Period;
        });
    }

    private static void Join(ISiloBuilder silo, SiloOptions options)
    {
        silo.JoinCluster(options.Cluster, options.Postgres!);
        silo.ConfigureEndpoints(
            options.Advertise, options.SiloPort ?? FreePort(), options.GatewayPort ?? 0,
            listenOnAnyHostAddress: !IPAddress.IsLoopback(options.Advertise));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
