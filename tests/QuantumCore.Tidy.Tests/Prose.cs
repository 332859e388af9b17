using System.Text;
using System.Text.RegularExpressions;

namespace QuantumCore.Tidy.Tests;

/// <summary>
/// Text written for readers. Code becomes spaces, so positions and lines do not move; a code span becomes one word.
/// </summary>
internal static partial class Prose
{
    /// <summary>All Markdown files.</summary>
    public static IEnumerable<string> Documents =>
        Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    /// <summary>Returns the prose of a Markdown text: no code, no link targets, no tags.</summary>
    public static string OfDocument(string markdown)
    {
        var text = Fence().Replace(markdown, Blank);
        text = CodeSpan().Replace(text, span => $"X{Blank(span)[1..]}");
        text = LinkTarget().Replace(text, Blank);
        return Tag().Replace(text, Blank);
    }

    /// <summary>Returns the prose of a C# source: comments and strings, without tags.</summary>
    public static string OfSource(string source)
    {
        var code = CSharpText.Code(source);
        var prose = new StringBuilder(source);
        for (var at = 0; at < source.Length; at++)
        {
            if (code[at] == source[at] && !char.IsWhiteSpace(code[at]))
            {
                prose[at] = ' ';
            }
        }

        return CodeTag().Replace(CommentMark().Replace(prose.ToString(), Blank), Blank);
    }

    /// <summary>
    /// Returns the sentences of a Markdown text with their first lines; a table cell ends a sentence.
    /// </summary>
    public static IEnumerable<(int Line, string Sentence)> Sentences(string markdown)
    {
        var paragraph = new StringBuilder();
        var first = 0;
        foreach (var (index, line) in OfDocument(markdown).Split('\n').Index())
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] is '|' or '#' || ListMark().IsMatch(text))
            {
                foreach (var sentence in Split(paragraph))
                {
                    yield return (first, sentence);
                }
            }

            if (text.StartsWith('|'))
            {
                foreach (var sentence in text.Split('|').SelectMany(cell => Split(new StringBuilder(cell))))
                {
                    yield return (index + 1, sentence);
                }
            }
            else if (text.Length > 0 && text[0] != '#')
            {
                first = paragraph.Length == 0 ? index + 1 : first;
                paragraph.Append(ListMark().Replace(text, "")).Append(' ');
            }
        }

        foreach (var sentence in Split(paragraph))
        {
            yield return (first, sentence);
        }
    }

    /// <summary>Returns the number of words of a sentence.</summary>
    public static int Words(string sentence) => sentence.Split(' ').Count(word => word.Any(char.IsLetterOrDigit));

    private static string[] Split(StringBuilder paragraph)
    {
        var text = paragraph.ToString();
        paragraph.Clear();
        return [
            .. SentenceEnd().Split(text).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0)];
    }

    private static string Blank(Match match) => NotLineEnd().Replace(match.Value, " ");

    [GeneratedRegex(@"[^\n]", RegexOptions.None, 1_000)]
    private static partial Regex NotLineEnd();

    [GeneratedRegex(
        @"^[ \t]*(?<mark>```|~~~)[\s\S]*?^[ \t]*\k<mark>[ \t]*$", RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        1_000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"(?<mark>`+)[^`]+\k<mark>", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"(?<=\])\([^)\s]*\)", RegexOptions.None, 1_000)]
    private static partial Regex LinkTarget();

    [GeneratedRegex(@"</?[A-Za-z][^<>]*>|<!--[\s\S]*?-->", RegexOptions.None, 1_000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"^([-*+]|\d+\.)\s+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex ListMark();

    [GeneratedRegex(@"(?<=[.!?])[)""*_]*\s+(?![a-z])", RegexOptions.None, 1_000)]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"(?<=^\s*)//+", RegexOptions.Multiline, 1_000)]
    private static partial Regex CommentMark();

    [GeneratedRegex(@"<c>[^<]*</c>|<code>[^<]*</code>|</?[a-z]+( [^<>]*)?/?>", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CodeTag();
}
