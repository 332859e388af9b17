using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>A source can be read in a sitting. The analyzer limits the length of methods (MA0051).</summary>
public class SizeTests
{
    private const int LinesLimit = 600;

    private static readonly Dictionary<string, string> s_longer = new(StringComparer.Ordinal)
    {
        ["tests/QuantumCore.Journal.Tests/JournalContract.cs"] =
            "one contract, inherited whole by every kind of journal",
    };

    [Fact]
    public void No_source_is_longer_than_a_sitting() => Findings.None(
        from file in Repository.Under(Repository.CodeFolders, ".cs", ".js", ".ts", ".css", ".html", ".sql")
        where !s_longer.ContainsKey(file)
        let lines = LinesOf(file)
        where lines > LinesLimit
        select $"{file}: {lines} lines");

    [Fact]
    public void Every_exception_is_still_needed() => Assert.All(
        s_longer.Keys, file => Assert.True(LinesOf(file) > LinesLimit, file));

    /// <summary>
    /// Returns the number of lines besides documentation: a unit or a range that is told must not split a class.
    /// </summary>
    private static int LinesOf(string file) =>
        Repository.Read(file).Split('\n').SkipLast(1)
            .Count(static line => !line.AsSpan().TrimStart().StartsWith("///", StringComparison.Ordinal));
}
