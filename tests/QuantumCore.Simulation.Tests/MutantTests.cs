using System.Diagnostics;
using Xunit;

namespace QuantumCore.SimulationTests;

/// <summary>Mutation testing: each rule that is taken out of the product must make some seed fail.</summary>
public abstract class MutantTests(ITestOutputHelper output)
{
    private const int MostSeeds = 3_000;

    /// <summary>Only rules with this text in them; all without it.</summary>
    private const string RuleVariable = "QUANTUMCORE_MUTANTS";

    /// <summary>Returns every second rule. The two halves run side by side.</summary>
    protected static TheoryData<string> RulesOf(int half) =>
    [
        .. MutantList.All.Select(mutant => mutant.Rule)
            .Where((rule, i) => i % 2 == half
                && rule.Contains(Environment.GetEnvironmentVariable(RuleVariable) ?? "", StringComparison.Ordinal)),
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
            if (product.Run(mutant, seed) is not [var finding, ..])
                continue;

            output.WriteLine(
                $"{rule}: caught by seed {seed}, the {tried}. of its seeds, in {started.Elapsed.TotalSeconds:F1} s: {finding.Split('\n')[0]}");
            return;
        }

        Assert.Fail($"{MostSeeds} seeds did not notice that {rule}.");
    }
}

/// <summary>The list itself, long before its rules are tried.</summary>
public sealed class MutantListTests
{
    [Fact]
    public void Every_original_stands_in_the_product_once() =>
        Assert.All(MutantList.All, mutant => Assert.NotNull(ProductSource.Find(mutant)));

    [Fact]
    public void Every_rule_has_a_name_of_its_own() =>
        Assert.Equal(MutantList.All.Count, MutantList.All.DistinctBy(mutant => mutant.Rule).Count());

    [Fact]
    public void The_product_compiles_with_all_mutants() => Assert.NotNull(SwitchedProduct.One);

    [Fact]
    public void The_product_with_all_mutants_off_is_the_product()
    {
        var off = new Mutant { Rule = "", Original = "", Changed = "" };
        Assert.All(Enumerable.Range(1, 4), seed => Assert.Empty(SwitchedProduct.One.Run(off, seed)));
    }
}

/// <summary>Half of the rules.</summary>
[Trait("Suite", "Slow")]
[Trait("Suite", "Nightly")]
public sealed class EvenMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Rules => RulesOf(half: 0);

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_that_is_taken_out_is_missed(string rule) => MustBeCaught(rule);
}

/// <summary>The other half.</summary>
[Trait("Suite", "Slow")]
[Trait("Suite", "Nightly")]
public sealed class OddMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Rules => RulesOf(half: 1);

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_that_is_taken_out_is_missed(string rule) => MustBeCaught(rule);
}
