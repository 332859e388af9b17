using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>
/// A fault that the simulation must find. It takes one rule out of the product: some tokens of its source stand for
/// others. Layout, comments and files don't matter.
/// </summary>
internal sealed record Mutant
{
    /// <summary>Name: what is wrong with the product then.</summary>
    public required string Rule { get; init; }

    /// <summary>
    /// Member that holds the original, as Type.Member or Type.Method(Type, Type). Only where the original stands
    /// elsewhere too.
    /// </summary>
    public string? In { get; init; }

    /// <summary>Tokens that stand once in the product, or once in that member.</summary>
    public required string Original { get; init; }

    /// <summary>Text in their place.</summary>
    public required string Changed { get; init; }

    /// <summary>Habit of the customers in the days that meet the rule.</summary>
    public Habit Habit { get; init; }

    /// <summary>Days that meet the rule.</summary>
    public Days Days { get; init; }

    /// <summary>
    /// Seed to begin with, for a rule that few days meet. It met the rule once. If it no longer does, the other seeds
    /// are tried as for every rule.
    /// </summary>
    public int? Seed { get; init; }

    /// <summary>Returns the first so many seeds to try, in their order.</summary>
    public IEnumerable<int> Seeds(int count)
    {
        var seeds = Enumerable.Range(1, count).Where(seed => Days.Has(seed));
        return Seed is { } known ? seeds.Prepend(known) : seeds;
    }
}
