using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Documents have short lines and short sentences.</summary>
public sealed partial class ProseTests
{
    private const int Columns = 120;
    private const int Words = 40;

    [Fact]
    public void No_line_of_a_document_is_longer_than_120_columns() => Findings.None(
        from document in Prose.Documents
        from line in LongLines(Repository.Read(document))
        select $"{document}:{line}");

    [Fact]
    public void No_sentence_of_a_document_is_longer_than_40_words() => Findings.None(
        from document in Prose.Documents
        where !document.Contains('/', StringComparison.Ordinal)
            || document.StartsWith("docs/", StringComparison.Ordinal)
        from sentence in Prose.Sentences(Repository.Read(document))
        let words = Prose.Words(sentence.Sentence)
        where words > Words
        select $"{document}:{sentence.Line} ({words} words): {sentence.Sentence}");

    [Fact]
    public void Tables_code_and_links_may_be_longer_than_a_line()
    {
        var word = new string('x', Columns);
        Assert.Equal([3], LongLines($"short\n\nprose {word}\n"));
        Assert.Equal([1], LongLines($"- See [a page]({word}).\n"));
        Assert.Empty(LongLines($"| table | {word} |\n```sh\ncommand {word}\n```\n- [a long page]({word})\n"));
    }

    [Fact]
    public void Sentences_end_at_full_stops_list_items_cells_and_code_blocks()
    {
        var sentences = Prose.Sentences("""
            # A heading
            First sentence of
            two lines, see [a page](page.md). `code` begins
            the second.
            - An item, e.g. this
            - Another item
            ```sh
            not prose. Nor this.
            ```

            | cell one | cell two. Cell three |
            | --- | --- |
            """);
        Assert.Equal(
            [
                (2, "First sentence of two lines, see [a page]."),
                (2, "X begins the second."),
                (5, "An item, e.g. this"),
                (6, "Another item"),
                (11, "cell one"),
                (11, "cell two."),
                (11, "Cell three"),
            ],
            sentences
                .Where(sentence => Prose.Words(sentence.Sentence) > 0)
                .Select(
                    sentence => (sentence.Line,
                        Spaces().Replace(sentence.Sentence, " ").Replace("] .", "].", StringComparison.Ordinal))));
        Assert.Equal(4, Prose.Words("X begins -- the second."));
    }

    // A line can be broken where it has a space, outside the text of a link.
    private static IEnumerable<int> LongLines(string markdown) =>
        from line in Fence().Replace(markdown, code => new string('\n', code.Value.Count(c => c == '\n'))).Split('\n')
            .Index()
        let text = line.Item.TrimStart()
        where line.Item.Length > Columns && !text.StartsWith('|')
        let words = Link().Replace(ListMark().Replace(text, ""), "link")
        where words.Contains(' ', StringComparison.Ordinal)
        select line.Index + 1;

    [GeneratedRegex(
        @"^[ \t]*```[\s\S]*?^[ \t]*```[ \t]*$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1_000)]
    private static partial Regex Fence();

    [GeneratedRegex(
        @"!?\[(\[[^\]]*\]\([^)]*\)|[^\]\[]|!\[[^\]]*\]\([^)]*\))*\]\([^)]*\)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^([-*+>]|\d+\.)\s+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ListMark();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1_000)]
    private static partial Regex Spaces();
}
