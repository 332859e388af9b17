using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Documentation begins with a verb or a noun, never with a clause that stands for one.</summary>
public sealed partial class SummaryTests
{
    [Fact]
    public void No_documentation_begins_with_a_question_word() => Findings.None(
        from file in Repository.Under(Repository.CodeFolders, ".cs")
        from Match match in Headless().Matches(Repository.Read(file))
        select $"{file}: {match.Value.ReplaceLineEndings(" ")}");

    [Theory]
    [InlineData("/// <summary>What the exchange answers.</summary>", true)]
    [InlineData("/// <summary>\n    /// Whether it trades.\n    /// </summary>", true)]
    [InlineData("/// <param name=\"count\">How many.</param>", true)]
    [InlineData("/// <returns>Of the two the larger one.</returns>", true)]
    [InlineData("/// <summary>Whole lots.</summary>", false)]
    [InlineData("/// <summary>Returns what the exchange answers.</summary>", false)]
    [InlineData("/// <param name=\"owner\">Owner of the account.</param>", false)]
    public void Question_words_are_found_at_the_beginning_alone(string text, bool isFound) =>
        Assert.Equal(isFound, Headless().IsMatch(text));

    [GeneratedRegex(
        """^\s*///\s*<(summary|returns|param name="\w+"|typeparam name="\w+")>(\s*///)?\s*(What|Whether|How|Who|Of|One)\b""",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1_000)]
    private static partial Regex Headless();
}
