using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace QuantumCore.TestKit;

/// <summary>What a <see cref="GrainCluster"/> is made of. The same options serve both grain runtimes.</summary>
public sealed class GrainClusterOptions
{
    /// <summary>How many silos to start; the embedded runtime is always one.</summary>
    public short Silos { get; init; } = 1;

    /// <summary>
    /// Whether there may be more than that, where QUANTUMCORE_TEST_SILOS says so. Not where a test moves the clock: silos judge by it
    /// whether the others are alive.
    /// </summary>
    public bool MayHaveMore { get; init; } = true;

    /// <summary>The services of each silo, such as a journal that the silos of one test share.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Embedded runtime: behave as badly as a cluster may. A cluster needs no telling.</summary>
    public bool Hostile { get; init; }

    /// <summary>How long a caller waits for an answer.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most requests one activation holds; zero for no limit.</summary>
    public int MaxRequestsPerActivation { get; init; }

    /// <summary>Adds to each silo what is no service, such as streams.</summary>
    public Action<ISiloBuilder>? ConfigureSilo { get; init; }

    /// <summary>
    /// The assemblies with grain classes. Orleans finds them by itself among what the test project references.
    /// </summary>
    public IReadOnlyList<Assembly> GrainAssemblies { get; init; } = [];
}
