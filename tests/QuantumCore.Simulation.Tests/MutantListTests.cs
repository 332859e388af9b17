using QuantumCore.Simulation;
using Xunit;

namespace QuantumCore.SimulationTests;

/// <summary>The list of mutants and their build, long before they run.</summary>
public sealed class MutantListTests
{
    [Fact]
    public void Every_original_stands_in_the_product_once() =>
        Assert.All(MutantList.All, mutant => Assert.NotNull(ProductSource.Find(mutant)));

    [Fact]
    public void Every_rule_has_a_name_of_its_own() =>
        Assert.Equal(MutantList.All.Count, MutantList.All.DistinctBy(mutant => mutant.Rule).Count());

    [Fact]
    public void The_product_with_all_mutants_off_is_the_product()
    {
        var off = new Mutant { Rule = "", Original = "", Changed = "" };
        Assert.All(Enumerable.Range(1, 3), seed =>
        {
            var (findings, trace) = SwitchedProduct.One.Run(off, seed);
            Assert.Empty(findings);
            Assert.Equal(SimulatedDay.Run(seed).Trace, trace);
        });
    }
}
