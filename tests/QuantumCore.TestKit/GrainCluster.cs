using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.TestingHost;
using QuantumCore.Gateway.Cluster;

namespace QuantumCore.TestKit;

/// <summary>
/// An Orleans cluster inside this process, with memory storage. Its silos find each other in memory, or with
/// QUANTUMCORE_TEST_POSTGRES=1 by the list of members in PostgreSQL, as those of the exchange do.
/// </summary>
public sealed class GrainCluster : IAsyncDisposable
{
    /// <summary>Silos of every cluster, unless a test asks for more, or for no more than it says.</summary>
    private const string SilosVariable = "QUANTUMCORE_TEST_SILOS";

    private readonly InProcessTestCluster _cluster;

    private GrainCluster(InProcessTestCluster cluster)
    {
        _cluster = cluster;
        Grains = cluster.Options.InitializeClientOnDeploy
            ? cluster.Client
            : SiloServices(0).GetRequiredService<IClusterClient>();
    }

    /// <summary>The way to the grains: from within a lone silo, as the exchange's own gateway has it, or a client outside.</summary>
    public IClusterClient Grains { get; }

    /// <summary>How many silos are alive.</summary>
    public int SiloCount => _cluster.Silos.Count;

    /// <summary>Starts a cluster and waits until it takes calls.</summary>
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
        builder.ConfigureSiloHost((_, host) =>
        {
            // Idle activations are collected by the system's clock, and so it is to begin by it, whatever clock a test's grains have.
            host.Services.AddKeyedSingleton("Orleans.ActivationManagement", TimeProvider.System);
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
        var cluster = builder.Build();
        await cluster.DeployAsync(CancellationToken.None);
        return new GrainCluster(cluster);
    }

    /// <summary>The services of one silo, counted from zero in the order of their start.</summary>
    public IServiceProvider SiloServices(int silo) => _cluster.Silos[silo].SiloHost.Services;

    /// <summary>Ends the activation of a grain, wherever it lives, and waits until it has ended.</summary>
    public Task DeactivateAsync(IAddressable grain) => _cluster.DeactivateAsync(grain);

    /// <summary>Ends one silo without any farewell, as a crash would.</summary>
    public Task KillSiloAsync(int silo) => _cluster.KillSiloAsync(_cluster.Silos[silo], CancellationToken.None);

    /// <summary>Starts one more silo.</summary>
    public async Task StartSiloAsync()
    {
        await _cluster.StartAdditionalSiloAsync();
        await _cluster.WaitForLivenessToStabilizeAsync();
    }

    /// <summary>Stops the cluster.</summary>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>The members of this cluster, which has a name of its own, are in the database.</summary>
    private static async Task KeepMembersAsync(InProcessTestClusterBuilder builder, string postgres)
    {
        await ClusterMembership.CreateTablesAsync(postgres, CancellationToken.None);
        KeepMembersInMemory(builder.Options, false);
        builder.Options.ServiceId = ClusterMembership.Service;
        builder.Options.ClusterId = "test-" + Path.GetRandomFileName();
        builder.ConfigureSilo((_, silo) => silo.JoinCluster(builder.Options.ClusterId, postgres));
        builder.ConfigureClient(client => client.JoinCluster(builder.Options.ClusterId, postgres));
    }

    // Orleans' own tests alone may say so.
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
        // A dead silo is missed after seconds: a test of a crash should not wait for a production's patience.
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            membership.NumMissedProbesLimit = 2;
            membership.NumVotesForDeathDeclaration = 1;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            // Who takes too long to join is given up by the silos' clock, and where a test moves that, the one silo would give up itself.
            membership.EvictWhenMaxJoinAttemptTimeExceeded = options.MayHaveMore;
        });
        silo.AddMemoryGrainStorageAsDefault();
        options.ConfigureSilo?.Invoke(silo);
    }
}
