using QuantumCore.Bench.Scenarios;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>The rules and their interactions, by example; rules.txt explains its rows in its head.</summary>
public class ScenarioTests
{
    internal static readonly IReadOnlyList<Scenario> Scenarios = [.. Read("rules.txt"), .. Read("interactions.txt")];

    public static TheoryData<string> Titles => [.. Scenarios.Select(scenario => scenario.ToString())];

    [Theory]
    [MemberData(nameof(Titles))]
    public void The_book_does_what_the_rules_say(string title)
    {
        var scenario = Assert.Single(Scenarios, scenario => scenario.ToString() == title);
        Assert.Empty(ScenarioRun.Of(scenario, maxLevels => new CoreScenarioBook(maxLevels)));
    }

    private static IReadOnlyList<Scenario> Read(string name) =>
        ScenarioFile.Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Scenarios", name)));
}
