using QuantumCore.Bench.Scenarios;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>Exit codes of the scenarios command.</summary>
public class ScenarioCommandTests
{
    [Theory]
    [InlineData("### 1 fine\n= B - | S -", 0)]
    [InlineData("### 1 fine\n= B - | S -\n### 2 wrong\n= B 1: a 1 | S -", 1)]
    [InlineData("### 1 malformed\n= C - | S -", 2)]
    [InlineData("### 1 malformed\n= C - | S -\n### 2 fine\n= B - | S -", 2)]
    [InlineData("no scenario", 2)]
    public void The_exit_code_tells_passed_failed_and_malformed_apart(string text, int code)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"scenarios-{code}.txt");
        File.WriteAllText(path, text);
        Assert.Equal(code, ScenariosCommand.Run([path, "--verbose"], _ => new ScriptedBook()));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_no_scenario_that_failed() => Assert.Equal(
        2, ScenariosCommand.Run([Path.Combine(AppContext.BaseDirectory, "no-such-file.txt")], _ => new ScriptedBook()));
}
