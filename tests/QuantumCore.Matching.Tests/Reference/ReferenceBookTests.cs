using QuantumCore.Bench.Scenarios;
using Xunit;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>The twin does what the rules say, example by example.</summary>
public class ReferenceBookTests
{
    private static readonly IReadOnlyList<Scenario> s_scenarios =
        ScenarioFile.Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenarios", "rules.txt")));

    public static TheoryData<string> Titles => [.. s_scenarios.Select(scenario => scenario.ToString())];

    [Theory]
    [MemberData(nameof(Titles))]
    public void The_reference_book_does_what_the_rules_say(string title)
    {
        var scenario = Assert.Single(s_scenarios, scenario => scenario.ToString() == title);
        Assert.Empty(ScenarioRun.Of(scenario, maxLevels => new TwinScenarioBook(maxLevels)));
    }
}
