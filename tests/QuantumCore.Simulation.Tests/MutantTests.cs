using System.Diagnostics;
using Xunit;

namespace QuantumCore.SimulationTests;

/// <summary>Mutation testing: each removed rule must make some seed fail.</summary>
public abstract class MutantTests(ITestOutputHelper output)
{
    private const int MostSeeds = 3_000;

    /// <summary>
    /// Environment variable that selects rules by parts of their names, separated by semicolons; unset for all.
    /// </summary>
    private const string RuleVariable = "QUANTUMCORE_MUTANTS";

    private static readonly string[] s_chosen = (Environment.GetEnvironmentVariable(RuleVariable) ?? "").Split(';');

    /// <summary>Returns every second rule. The two halves run in parallel.</summary>
    protected static TheoryData<string> RulesOf(int half) =>
    [
        .. MutantList.All.Select(mutant => mutant.Rule)
            .Where(rule => Array.Exists(s_chosen, text => rule.Contains(text, StringComparison.Ordinal)))
            .Where((_, i) => i % 2 == half),
    ];

    /// <summary>Runs seeds on the product without the rule until one fails.</summary>
    protected void MustBeCaught(string rule)
    {
        var mutant = MutantList.All.Single(mutant => mutant.Rule == rule);
        var product = SwitchedProduct.One;
        var (started, tried) = (Stopwatch.StartNew(), 0);
        foreach (var seed in mutant.Seeds(MostSeeds))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            tried++;
            if (product.Run(mutant, seed).Findings is not [var finding, ..])
                continue;

            output.WriteLine(
                $"{rule}: caught by seed {seed}; {tried} days, {started.Elapsed.TotalSeconds:F1} s. "
                + finding.Split('\n')[0]);
            return;
        }

        Assert.Fail($"{MostSeeds} seeds did not notice that {rule}.");
    }
}

/// <summary>A few rules that the first days reach: the gate checks that mutants are caught at all.</summary>
public sealed class FewMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    [Theory]
    [InlineData("an account answers before its record is durable")]
    [InlineData("a name gives a new order each time")]
    [InlineData("a submit that comes twice is two orders")]
    [InlineData("no pull on activation")]
    [InlineData("cover is not asked for")]
    [InlineData("a commit of unknown outcome is taken for done")]
    public void The_simulation_catches_a_rule_taken_out(string rule) => MustBeCaught(rule);
}

/// <summary>Half of the rules.</summary>
[Trait("Suite", "Slow")]
[Trait("Suite", "Nightly")]
public sealed class EvenMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Rules => RulesOf(half: 0);

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_simulation_catches_a_rule_taken_out(string rule) => MustBeCaught(rule);
}

/// <summary>The other half.</summary>
[Trait("Suite", "Slow")]
[Trait("Suite", "Nightly")]
public sealed class OddMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Rules => RulesOf(half: 1);

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_simulation_catches_a_rule_taken_out(string rule) => MustBeCaught(rule);
}
