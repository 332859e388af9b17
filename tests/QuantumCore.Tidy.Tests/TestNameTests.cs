using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>The name of a test is a sentence that begins with its subject.</summary>
public sealed partial class TestNameTests
{
    private const int Longest = 80;

    [Fact]
    public void No_test_name_begins_with_a_question_word() => Findings.None(
        from test in Names()
        where Headless().IsMatch(test.Name)
        select $"{test.File}: {test.Name}");

    [Fact]
    public void No_test_name_is_longer_than_80_characters() => Findings.None(
        from test in Names()
        where test.Name.Length > Longest
        select $"{test.File}: {test.Name} has {test.Name.Length}");

    [Theory]
    [InlineData("What_is_refused_names_the_field", true)]
    [InlineData("Of_two_orders_the_first_trades", true)]
    [InlineData("Whoever_joins_is_lost", true)]
    [InlineData("Rejection_names_the_field", false)]
    [InlineData("Whole_lots_are_traded", false)]
    [InlineData("Offers_are_sorted", false)]
    public void Question_words_are_found_at_the_beginning_alone(string name, bool isFound) =>
        Assert.Equal(isFound, Headless().IsMatch(name));

    private static IEnumerable<(string File, string Name)> Names() =>
        from file in Repository.Under(["tests", "bench"], ".cs")
        from Match test in TestMethod().Matches(Repository.Code(file))
        select (file, test.Groups["name"].Value);

    [GeneratedRegex(@"\b(void|Task|ValueTask)\s+(?<name>[A-Z][A-Za-z0-9]*_\w+)\s*\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex("^(What|Which|Who|Whom|Whose|How)(ever)?_|^(Whether|Of)_")]
    private static partial Regex Headless();
}
