using System.Text;

namespace QuantumCore.Tidy.Tests;

/// <summary>
/// C# source reduced to code, for rules about words: comments, strings and characters become spaces. Line ends and the
/// code in the holes of interpolated strings stay. Positions do not move.
/// </summary>
internal sealed class CSharpText
{
    private readonly string _text;
    private readonly StringBuilder _code;
    private int _at;

    private CSharpText(string text) => (_text, _code) = (text, new StringBuilder(text));

    /// <summary>Returns the code of a source.</summary>
    public static string Code(string text)
    {
        var reading = new CSharpText(text);
        reading.ReadCode(inHole: false);
        return reading._code.ToString();
    }

    /// <summary>Returns the line of a position, from 1.</summary>
    public static int Line(string text, int position) => text.AsSpan(0, position).Count('\n') + 1;

    private void ReadCode(bool inHole)
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            if (inHole && depth == 0 && _text[_at] == '}')
            {
                return;
            }

            depth += _text[_at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (Starts("//"))
            {
                BlankUntil("\n", keepEnd: true);
            }
            else if (Starts("/*"))
            {
                BlankUntil("*/", keepEnd: false);
            }
            else if (_text[_at] == '\'')
            {
                Blank(Starts("'\\") ? 3 : 2);
                BlankUntil("'", keepEnd: false);
            }
            else if (!TryReadText())
            {
                _at++;
            }
        }
    }

    private bool TryReadText()
    {
        var quote = _at;
        while (quote < _text.Length && _text[quote] is '$' or '@')
        {
            quote++;
        }

        if (quote >= _text.Length || _text[quote] != '"')
        {
            return false;
        }

        var prefix = _text[_at..quote];
        var quotes = CountFrom(quote, '"');
        Blank(prefix.Length);
        if (quotes >= 3)
        {
            Blank(quotes);
            ReadTextUntil(new string('"', quotes), prefix.Count(c => c == '$'), escapes: false, doubles: false);
        }
        else
        {
            Blank(1);
            var verbatim = prefix.Contains('@', StringComparison.Ordinal);
            ReadTextUntil("\"", prefix.Count(c => c == '$'), escapes: !verbatim, doubles: verbatim);
        }

        return true;
    }

    private void ReadTextUntil(string end, int braces, bool escapes, bool doubles)
    {
        var raw = end.Length > 1;
        while (_at < _text.Length)
        {
            if (escapes && _text[_at] == '\\' || doubles && Starts("\"\"") || braces > 0 && !raw && Starts("{{"))
            {
                Blank(2);
            }
            else if (Starts(end))
            {
                Blank(end.Length);
                return;
            }
            else if (braces > 0 && CountFrom(_at, '{') >= braces)
            {
                Blank(CountFrom(_at, '{'));
                ReadCode(inHole: true);
                Blank(braces);
            }
            else
            {
                Blank(1);
            }
        }
    }

    private bool Starts(string what) => string.CompareOrdinal(_text, _at, what, 0, what.Length) == 0;

    private int CountFrom(int from, char what)
    {
        var count = 0;
        while (from + count < _text.Length && _text[from + count] == what)
        {
            count++;
        }

        return count;
    }

    private void BlankUntil(string end, bool keepEnd)
    {
        while (_at < _text.Length && !Starts(end))
        {
            Blank(1);
        }

        Blank(keepEnd ? 0 : end.Length);
    }

    private void Blank(int length)
    {
        for (var end = Math.Min(_at + length, _text.Length); _at < end; _at++)
        {
            if (_text[_at] != '\n')
            {
                _code[_at] = ' ';
            }
        }
    }
}
