using Microsoft.Extensions.DependencyInjection;

namespace QuantumCore.TestKit;

/// <summary>Configuration of a <see cref="GrainCluster"/>.</summary>
public sealed class GrainClusterOptions
{
    /// <summary>Number of silos to start.</summary>
    public short Silos { get; init; } = 1;

    /// <summary>
    /// True if QUANTUMCORE_TEST_SILOS may set more silos. False if a test moves the clock, by which silos judge whether
    /// others are alive.
    /// </summary>
    public bool MayHaveMore { get; init; } = true;

    /// <summary>Adds services to each silo, such as a journal shared by the silos of one test.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }

    /// <summary>Connection string of the PostgreSQL database with the membership table; null for the default.</summary>
    public string? MembersIn { get; init; }

    /// <summary>True to let concurrent calls from outside overtake each other.</summary>
    public bool CallsOvertake { get; init; }

    /// <summary>Response timeout of calls.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most queued requests of one activation; zero for no limit.</summary>
    public int MaxRequestsPerActivation { get; init; }

    /// <summary>Clock of reminders.</summary>
    public TimeProvider ReminderTime { get; init; } = TimeProvider.System;

    /// <summary>Configures each silo beyond services, such as streams.</summary>
    public Action<ISiloBuilder>? ConfigureSilo { get; init; }
}
