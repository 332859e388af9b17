using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>docs/known-defects.md covers every known defect with existing tests.</summary>
public partial class KnownDefectsPageTests
{
    private const string Page = "docs/known-defects.md";

    /// <summary>Groups of defects, with the number of each.</summary>
    private static readonly (string Group, int Count)[] s_groups =
    [
        ("L", 8), ("A", 10), ("B", 12), ("C", 8), ("D", 8), ("E", 6), ("F", 10), ("G", 8), ("H", 5),
    ];

    private static readonly (string Group, int Count)[] s_incidents = [("S0.", 3), ("S1.", 8), ("S2.", 8), ("S3.", 8)];

    /// <summary>Points of the report on attacks and use, with the number of parts of each.</summary>
    private static readonly (string Group, int Count)[] s_found =
    [
        ("N1.", 4), ("N2.", 2), ("N3.", 1), ("N4.", 2), ("N5.", 2), ("N6.", 1), ("N7.", 2), ("N8.", 2), ("N9.", 6),
        ("N10.", 2), ("N11.", 4), ("N12.", 3), ("N13.", 1), ("N14.", 2), ("N15.", 1), ("N16.", 3), ("N17.", 4),
        ("N18.", 4), ("N19.", 6), ("N20.", 5), ("N21.", 2), ("NA.", 2), ("NB.", 2), ("NC.", 6), ("ND.", 2),
        ("NE.", 2), ("NF.", 4), ("NG.", 7),
    ];

    [Fact]
    public void Every_defect_has_one_line()
    {
        var ids = Lines().Select(line => line.Id).ToArray();
        Assert.Equal((75, 27, 21 + 7), (Ids(s_groups).Count(), Ids(s_incidents).Count(), s_found.Length));
        Findings.Match([.. Ids(s_groups), .. Ids(s_incidents), .. Ids(s_found)], ids);
        Assert.Distinct(ids);
    }

    [Fact]
    public void Every_line_names_a_test_or_says_what_is_open() => Findings.None(
        from line in Lines()
        where line.Defect.Length == 0 || line.Answer.Length == 0 || (line.Tests.Count == 0 && !line.IsOpen)
        select line.Id);

    [Fact]
    public void Open_lines_say_what_is_missing() => Findings.None(
        from line in Lines()
        where TestName().Replace(line.Shown, "").Contains("open", StringComparison.OrdinalIgnoreCase) && !line.IsOpen
        select line.Id);

    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var named = Lines().SelectMany(line => line.Tests.Select(test => (line.Id, Test: test))).ToArray();
        Assert.NotEmpty(named);
        var there = TestsThere(named.Select(name => name.Test.Split('.')[0]).ToHashSet(StringComparer.Ordinal));
        Findings.None(named.Where(name => !there.Contains(name.Test)).Select(name => $"{name.Id}: {name.Test}"));
    }

    [Fact]
    public void Tests_are_found_by_class_and_attribute() => Assert.Equal(
        ["ATests.First", "ATests.Second", "BTests.Third"],
        TestsIn("""
            public class ATests
            {
                [Fact]
                [Trait("Suite", "Slow")]
                public void First() => Call();

                public void None() { }

                [Theory]
                [InlineData("[Fact] public void Text()")]
                public async Task Second(string text)
                {
                }
            }

            public sealed class BTests : ATests
            {
                [Fact]
                public void Third() { }
            }
            """));

    private static IEnumerable<string> Ids((string Group, int Count)[] groups) =>
        groups.SelectMany(of => Enumerable.Range(1, of.Count).Select(number => $"{of.Group}{number}"));

    private static IEnumerable<DefectLine> Lines() =>
        TableLine().Matches(Repository.Read(Page)).Select(match => new DefectLine(
        match.Groups["id"].Value, match.Groups["defect"].Value.Trim(), match.Groups["answer"].Value.Trim(),
        match.Groups["shown"].Value.Trim()));

    private static HashSet<string> TestsThere(HashSet<string> classes) => Repository.Under(["tests"], ".cs")
        .Select(Repository.Read)
        .Where(text => TestClass().Matches(text).Any(match => classes.Contains(match.Groups["name"].Value)))
        .SelectMany(TestsIn)
        .ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<string> TestsIn(string text)
    {
        var code = CSharpText.Code(text);
        var classes = TestClass().Matches(code).ToArray();
        return
            from Match test in TestMethod().Matches(code)
            let holder = classes.Last(found => found.Index < test.Index)
            select $"{holder.Groups["name"].Value}.{test.Groups["name"].Value}";
    }

    private sealed record DefectLine(string Id, string Defect, string Answer, string Shown)
    {
        public bool IsOpen => OpenPart().IsMatch(Shown);

        public IReadOnlyList<string> Tests { get; } = [
            .. TestName().Matches(Shown).Select(match => match.Groups["name"].Value)];
    }

    [GeneratedRegex(
        @"^\| (?<id>[A-Z](\d+|[A-G])(\.\d+)?) \|(?<defect>[^|]*)\|(?<answer>[^|]*)\|(?<shown>[^|]*)\|$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TableLine();

    [GeneratedRegex(@"`(?<name>\w+\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\*\*Open\*\*: [^*`|]{10,}\.")]
    private static partial Regex OpenPart();

    [GeneratedRegex(@"^(?:\w+ )*class (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TestClass();

    [GeneratedRegex(
        @"\[(Fact|Theory)\b.*?\bpublic [^;{}(]*?(?<name>\w+)\(",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex TestMethod();
}
