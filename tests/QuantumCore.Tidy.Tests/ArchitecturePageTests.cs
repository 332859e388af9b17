using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>docs/architecture.md names files and methods that exist.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string s_page = Repository.Read("docs/architecture.md");

    [Fact]
    public void Every_step_of_an_order_is_a_method_of_its_file()
    {
        var steps = Step().Matches(s_page);
        Assert.True(steps.Count >= 15, $"{steps.Count} steps");
        Findings.None(
            from step in steps
            let method = new Regex($@"\b{step.Groups["method"].Value}(<\w+>)?\(")
            where !method.IsMatch(CSharpText.Code(Repository.Read(step.Groups["file"].Value)))
            select step.Value);
    }

    [Fact]
    public void Every_place_exists() => Findings.None(
        from place in Place().Matches(s_page)
        let path = Path.Combine(Repository.Root, place.Groups["path"].Value)
        where !File.Exists(path) && !Directory.Exists(path)
        select place.Value);

    [GeneratedRegex(@"^\| [^|]+ \| `(?<file>[^`]+\.cs)` \| `(?<method>\w+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex("`(?<path>(src|silo|client|tests)/[^`]+)`")]
    private static partial Regex Place();
}
