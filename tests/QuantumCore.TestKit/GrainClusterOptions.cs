using Microsoft.Extensions.DependencyInjection;

namespace QuantumCore.TestKit;

/// <summary>The make-up of a <see cref="GrainCluster"/>.</summary>
public sealed class GrainClusterOptions
{
    /// <summary>Number of silos to start.</summary>
    public short Silos { get; init; } = 1;

    /// <summary>
    /// Whether there may be more than that, where QUANTUMCORE_TEST_SILOS says so. Not where a test moves the clock: silos judge by it
    /// whether the others are alive.
    /// </summary>
    public bool MayHaveMore { get; init; } = true;

    /// <summary>The services of each silo, such as a journal that the silos of one test share.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Connection string of the PostgreSQL database that keeps the list of members; null for the default.</summary>
    public string? MembersIn { get; init; }

    /// <summary>True if calls from outside that are in flight together overtake each other.</summary>
    public bool CallsOvertake { get; init; }

    /// <summary>Time that a caller waits for an answer.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most requests one activation holds; zero for no limit.</summary>
    public int MaxRequestsPerActivation { get; init; }

    /// <summary>Adds to each silo what is no service, such as streams.</summary>
    public Action<ISiloBuilder>? ConfigureSilo { get; init; }
}
