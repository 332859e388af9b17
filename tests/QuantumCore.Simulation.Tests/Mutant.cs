using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>
/// A fault that the simulation must find. It removes one rule from the product by replacing some tokens of its source.
/// Layout, comments and files are irrelevant.
/// </summary>
internal sealed record Mutant
{
    /// <summary>Name: the resulting defect of the product.</summary>
    public required string Rule { get; init; }

    /// <summary>
    /// Member that contains the original, as Type.Member or Type.Method(Type, Type). Only needed if the original occurs
    /// elsewhere too.
    /// </summary>
    public string? In { get; init; }

    /// <summary>Tokens that occur once in the product, or once in that member.</summary>
    public required string Original { get; init; }

    /// <summary>Replacement text.</summary>
    public required string Changed { get; init; }

    /// <summary>Habit of the customers on the days that reach the rule.</summary>
    public Habit Habit { get; init; }

    /// <summary>Kinds of days that reach the rule.</summary>
    public Days Days { get; init; }

    /// <summary>
    /// First seed, for a rule that few days reach. It reached the rule once. If it no longer does, the other seeds are
    /// tried as for every rule.
    /// </summary>
    public int? Seed { get; init; }

    /// <summary>Returns the first seeds to try, in order.</summary>
    public IEnumerable<int> Seeds(int count)
    {
        var seeds = Enumerable.Range(1, count).Where(seed => Days.Has(seed));
        return Seed is { } known ? seeds.Prepend(known) : seeds;
    }
}
