using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>The behaviour on the runtime as it is.</summary>
public sealed class GrainBehaviourTests(ClusterFixture fixture) : GrainBehaviour(fixture.Cluster), IClassFixture<ClusterFixture>;

/// <summary>The behaviour when the runtime uses every freedom that a cluster has.</summary>
public sealed class HostileGrainBehaviourTests(HostileClusterFixture fixture)
    : GrainBehaviour(fixture.Cluster), IClassFixture<HostileClusterFixture>;

/// <summary>A cluster that the tests of one class share.</summary>
public class ClusterFixture : IAsyncLifetime
{
    private GrainCluster? _cluster;

    public GrainCluster Cluster => _cluster!;

    protected virtual bool Hostile => false;

    public async ValueTask InitializeAsync() =>
        _cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            Hostile = Hostile,
            StreamProviders = ["events"],
            GrainAssemblies = [typeof(DeskGrain).Assembly],
        });

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Cluster.DisposeAsync();
    }
}

public sealed class HostileClusterFixture : ClusterFixture
{
    protected override bool Hostile => true;
}
