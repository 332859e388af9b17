using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Reminders;
using Orleans.TestingHost;
using QuantumCore.Gateway.Cluster;

namespace QuantumCore.TestKit;

/// <summary>
/// An Orleans cluster inside this process, with memory storage. Its silos find each other in memory or, with
/// QUANTUMCORE_TEST_POSTGRES=1, by the membership table in PostgreSQL, with reminders, like those of the
/// exchange.
/// </summary>
public sealed class GrainCluster : IAsyncDisposable
{
    /// <summary>Number of silos of every cluster, unless a test sets more, or a maximum.</summary>
    private const string SilosVariable = "QUANTUMCORE_TEST_SILOS";

    private readonly InProcessTestCluster _cluster;

    private GrainCluster(InProcessTestCluster cluster)
    {
        _cluster = cluster;
        Grains = cluster.Options.InitializeClientOnDeploy
            ? cluster.Client
            : SiloServices(0).GetRequiredService<IClusterClient>();
    }

    /// <summary>
    /// Client of the grains: from within a lone silo, like the exchange's own gateway, or from outside.
    /// </summary>
    public IClusterClient Grains { get; }

    /// <summary>Number of live silos.</summary>
    public int SiloCount => _cluster.Silos.Count;

    /// <summary>Starts a cluster and waits until it accepts calls.</summary>
    public static async Task<GrainCluster> StartAsync(GrainClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var least = options.MayHaveMore ? Environment.GetEnvironmentVariable(SilosVariable) ?? "1" : "1";
        var silos = Math.Max(options.Silos, short.Parse(least, CultureInfo.InvariantCulture));
        var builder = new InProcessTestClusterBuilder(silos);
        builder.Options.ConfigureFileLogging = false;

        // A client is a second host, which takes as long to start as the silo.
        builder.Options.InitializeClientOnDeploy = silos > 1 || options.CallsOvertake;
        if ((options.MembersIn ?? await PostgresServer.WantedAsync()) is { } postgres)
            await KeepMembersAsync(builder, postgres);
        else
            builder.ConfigureSilo((_, silo) => silo.UseInMemoryReminderService());
        builder.ConfigureSiloHost((_, host) =>
        {
            // Idle activations are collected by the system's clock, so the cluster starts with it, whatever clock a
            // test's grains use.
            host.Services.AddKeyedSingleton("Orleans.ActivationManagement", TimeProvider.System);
            host.Services.AddKeyedSingleton(ReminderTimeProviderNames.Reminders, options.ReminderTime);
            host.Services.SendExceptionsWhole();
            options.ConfigureServices?.Invoke(host.Services);
        });
        builder.ConfigureSilo((_, silo) => Configure(silo, options));
        builder.ConfigureClient(client =>
        {
            client.Services.SendExceptionsWhole();
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
            if (options.CallsOvertake)
                client.AddOutgoingGrainCallFilter<OvertakingCalls>();
        });
        var cluster = new InProcessTestCluster(builder.Options, new PortNumbers());
        await cluster.DeployAsync(CancellationToken.None);
        return new GrainCluster(cluster);
    }

    /// <summary>Returns the services of a silo, counted from zero in start order.</summary>
    public IServiceProvider SiloServices(int silo) => _cluster.Silos[silo].SiloHost.Services;

    /// <summary>Deactivates a grain, wherever it lives, and waits until it has ended.</summary>
    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    /// <summary>Kills a silo without a shutdown, like a crash.</summary>
    public Task KillSiloAsync(int silo) => _cluster.KillSiloAsync(_cluster.Silos[silo], CancellationToken.None);

    /// <summary>Stops a silo in order: its activations end first.</summary>
    public Task StopSiloAsync(int silo) => _cluster.StopSiloAsync(_cluster.Silos[silo], CancellationToken.None);

    /// <summary>Starts another silo.</summary>
    public async Task StartSiloAsync()
    {
        await _cluster.StartAdditionalSiloAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
    }

    /// <summary>Stops the cluster.</summary>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>Stores the membership of this cluster, which has its own name, in the database.</summary>
    private static async Task KeepMembersAsync(InProcessTestClusterBuilder builder, string postgres)
    {
        await ClusterMembership.CreateTablesAsync(postgres, CancellationToken.None);
        KeepMembersInMemory(builder.Options, false);
        builder.Options.ServiceId = ClusterMembership.Service;
        builder.Options.ClusterId = "test-" + Path.GetRandomFileName();
        builder.ConfigureSilo((_, silo) => silo.JoinCluster(builder.Options.ClusterId, postgres));
        builder.ConfigureClient(client => client.JoinCluster(builder.Options.ClusterId, postgres));
    }

    /// <summary>
    /// Gives each silo a port number of its own. Silos in one process exchange messages in memory and open no port;
    /// looking for free ones takes an eighth of the CPU of a test that starts a silo.
    /// </summary>
    private sealed class PortNumbers : ITestClusterPortAllocator
    {
        private const int First = 1_024;
        private const int Most = 30_000;
        private static int s_used;

        public (int, int) AllocateConsecutivePortPairs(int numPorts)
        {
            var used = Interlocked.Add(ref s_used, numPorts) - numPorts;
            var silo = First + (used % Most);
            return (silo, silo + Most);
        }

        public void Dispose()
        {
            // Numbers need no release.
        }
    }

    // Only Orleans' own tests can set it.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_UseTestClusterMembership")]
    private static extern void KeepMembersInMemory(InProcessTestClusterOptions options, bool value);

    private static void Configure(ISiloBuilder silo, GrainClusterOptions options)
    {
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = options.ResponseTimeout;
            messaging.SystemResponseTimeout = TimeSpan.FromSeconds(30);
            messaging.MaxEnqueuedRequestsHardLimit = options.MaxRequestsPerActivation;
        });
        // A dead silo is detected after seconds, so that a crash test does not wait for production timeouts.
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            membership.NumMissedProbesLimit = 2;
            membership.NumVotesForDeathDeclaration = 1;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            // A silo that joins too slowly is evicted by the silos' clock. If a test moves the clock, a lone silo would
            // evict itself.
            membership.EvictWhenMaxJoinAttemptTimeExceeded = options.MayHaveMore;
        });
        silo.AddMemoryGrainStorageAsDefault();
        options.ConfigureSilo?.Invoke(silo);
    }
}
