using QuantumCore.Bench.Scenarios;
using Xunit;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>The reference book follows the rules, example by example.</summary>
public class ReferenceBookTests
{
    public static TheoryData<string> Titles => [.. ScenarioTests.Scenarios.Select(scenario => scenario.ToString())];

    [Theory]
    [MemberData(nameof(Titles))]
    public void The_reference_book_does_what_the_rules_say(string title)
    {
        var scenario = Assert.Single(ScenarioTests.Scenarios, scenario => scenario.ToString() == title);
        Assert.Empty(ScenarioRun.Of(scenario, maxLevels => new TwinScenarioBook(maxLevels)));
    }
}
