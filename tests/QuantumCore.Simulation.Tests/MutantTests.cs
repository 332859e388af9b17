using Xunit;

namespace QuantumCore.SimulationTests;

/// <summary>Whether the simulation would notice: each rule that is taken out of the product must make some seed fail.</summary>
public abstract class MutantTests(ITestOutputHelper output)
{
    private const int MostSeeds = 3_000;

    /// <summary>Only rules with this text in them; all without it.</summary>
    private const string RuleVariable = "QUANTUMCORE_MUTANTS";

    /// <summary>The rules of one half: the two halves run side by side.</summary>
    protected static TheoryData<string> RulesOf(bool accounts) =>
    [
        .. Mutants.All.Where(mutant => mutant.File.Contains("/Accounts/", StringComparison.Ordinal) == accounts)
            .Select(mutant => mutant.Rule)
            .Where(rule => rule.Contains(Environment.GetEnvironmentVariable(RuleVariable) ?? "", StringComparison.Ordinal)),
    ];

    /// <summary>Runs seeds on the product without the rule: first one that met it before, if it is rarely met, then all of its kind of day in turn.</summary>
    protected void MustBeMissed(string rule)
    {
        var (_, file, original, changed) = Mutants.All.Single(mutant => mutant.Rule == rule);
        var kind = Mutants.Kinds.GetValueOrDefault(rule, DayKind.Any);
        var seeds = Enumerable.Range(1, MostSeeds).Where(kind.Has);
        if (Mutants.Met.TryGetValue(rule, out var known))
            seeds = seeds.Prepend(known);
        var seed = Mutation.SeedThatCatches(file, original, changed, kind.Habit, seeds, out var finding);
        output.WriteLine($"{rule}: caught by seed {seed}: {finding}");
        Assert.True(seed is not null, $"{MostSeeds} seeds did not notice that {rule}.");
    }
}

/// <summary>The list itself, long before its rules are tried.</summary>
public sealed class MutantListTests
{
    [Fact]
    public void Every_rule_is_found_in_the_product_once() => Assert.All(
        Mutants.All, mutant => Assert.NotEmpty(Mutation.Read(mutant.File, mutant.Original, mutant.Changed)));

    [Fact]
    public void Every_seed_that_is_kept_is_of_a_rule() =>
        Assert.Empty(Mutants.Met.Keys.Except(Mutants.All.Select(mutant => mutant.Rule), StringComparer.Ordinal));
}

/// <summary>Rules of accounts.</summary>
[Trait("Suite", "Slow")]
[Trait("Suite", "Nightly")]
public sealed class AccountMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Rules => RulesOf(accounts: true);

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_that_is_taken_out_is_missed(string rule) => MustBeMissed(rule);
}

/// <summary>Rules of books, journal, ledger, agents and payouts.</summary>
[Trait("Suite", "Slow")]
[Trait("Suite", "Nightly")]
public sealed class OtherMutantTests(ITestOutputHelper output) : MutantTests(output)
{
    public static TheoryData<string> Rules => RulesOf(accounts: false);

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_that_is_taken_out_is_missed(string rule) => MustBeMissed(rule);
}
