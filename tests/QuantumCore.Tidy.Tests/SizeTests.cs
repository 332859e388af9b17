using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>A source can be read in a sitting. The analyzer limits the length of methods (MA0051).</summary>
public class SizeTests
{
    private const int LinesLimit = 700;
    private const int ColumnsLimit = 120;

    /// <summary>Beginnings of raw and interpolated strings, and of code in a raw one.</summary>
    private static readonly string[] s_strings = ["\"\"\"", "$\"", "{{"];

    [Fact]
    public void No_source_is_longer_than_a_sitting() => Findings.None(
        from file in Repository.Under(Repository.CodeFolders, ".cs", ".js", ".ts", ".css", ".html", ".sql")
        let lines = LinesOf(file)
        where lines > LinesLimit
        select $"{file}: {lines} lines");

    [Fact]
    public void No_line_of_code_is_longer_than_120_columns() => Findings.None(
        from file in Repository.Under(Repository.CodeFolders, ".cs")
        let text = Repository.Read(file)
        let code = CSharpText.Code(text).Split('\n')
        from line in text.Split('\n').Index()
        where line.Item.Length > ColumnsLimit && !IsLongByString(line.Item, code[line.Index])
        select $"{file}:{line.Index + 1}: {line.Item.Length} columns");

    [Fact]
    public void Only_a_string_may_make_a_line_longer()
    {
        var word = new string('x', ColumnsLimit);
        Assert.True(IsLong($"Call(\"{word}\");"));
        Assert.False(IsLong($"Call({word});"));
        Assert.False(IsLong($"// {word}"));

        static bool IsLong(string line) => IsLongByString(line, CSharpText.Code(line));
    }

    /// <summary>
    /// Tells if a line of code would be short enough without its strings. Raw and interpolated ones count with their
    /// code.
    /// </summary>
    private static bool IsLongByString(string line, string code) =>
        !line.AsSpan().TrimStart().StartsWith("//", StringComparison.Ordinal)
        && (s_strings.Any(start => line.Contains(start, StringComparison.Ordinal))
            || code.Where((character, at) => character == line[at]).Count() <= ColumnsLimit);

    /// <summary>
    /// Returns the number of lines besides documentation: a unit or a range that is told must not split a class.
    /// </summary>
    private static int LinesOf(string file) =>
        Repository.Read(file).Split('\n').SkipLast(1)
            .Count(static line => !line.AsSpan().TrimStart().StartsWith("///", StringComparison.Ordinal));
}
