using Xunit;

namespace QuantumCore.SimulationTests;

/// <summary>Whether the simulation would notice: each rule that is taken out of the product must make some seed fail.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    private const int MostSeeds = 3_000;

    /// <summary>Only rules with this text in them; all without it.</summary>
    private const string RuleVariable = "QUANTUMCORE_MUTANTS";

    public static TheoryData<string> Rules =>
    [
        .. Mutants.All.Select(mutant => mutant.Rule).Where(rule => rule.Contains(
            Environment.GetEnvironmentVariable(RuleVariable) ?? "", StringComparison.Ordinal)),
    ];

    [Theory]
    [Trait("Suite", "Slow")]
    [MemberData(nameof(Rules))]
    public void A_rule_that_is_taken_out_is_missed(string rule)
    {
        var (_, file, original, changed) = Mutants.All.Single(mutant => mutant.Rule == rule);
        var seeds = Mutation.SeedsUntilCaught(file, original, changed, 0, MostSeeds, out var finding);
        output.WriteLine($"{rule}: after {seeds} seeds: {finding}");
        Assert.True(seeds is not null, $"{MostSeeds} seeds did not notice that {rule}.");
    }
}
