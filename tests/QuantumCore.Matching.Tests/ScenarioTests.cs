using QuantumCore.Bench.Scenarios;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>The rules by example, one row each; what a row means stands in the head of its file.</summary>
public class ScenarioTests
{
    private static readonly IReadOnlyList<Scenario> s_scenarios =
        ScenarioFile.Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenarios", "rules.txt")));

    public static TheoryData<string> Titles => [.. s_scenarios.Select(scenario => scenario.ToString())];

    [Theory]
    [MemberData(nameof(Titles))]
    public void The_book_does_what_the_rules_say(string title)
    {
        var scenario = Assert.Single(s_scenarios, scenario => scenario.ToString() == title);
        Assert.Empty(ScenarioRun.Of(scenario, maxLevels => new CoreScenarioBook(maxLevels)));
    }
}
