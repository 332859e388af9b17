using System.Text;

namespace QuantumCore.Cli.Live;

/// <summary>Meaning of a piece of text on the screen, which is its colour.</summary>
internal enum LiveStyle
{
    /// <summary>Ordinary text.</summary>
    Plain,

    /// <summary>Bids and purchases: green.</summary>
    Buy,

    /// <summary>Asks and sales: red.</summary>
    Sell,

    /// <summary>The account's own orders: yellow.</summary>
    Own,

    /// <summary>Head and foot, the selected row: reverse.</summary>
    Reverse,
}

/// <summary>A line of the screen: pieces of text, each with its meaning.</summary>
internal sealed class LiveLine
{
    private readonly List<(string Text, LiveStyle Style)> _pieces = [];

    internal LiveLine(string text = "", LiveStyle style = LiveStyle.Plain) => Add(text, style);

    /// <summary>Number of characters.</summary>
    internal int Width => _pieces.Sum(static piece => piece.Text.Length);

    /// <summary>Adds text at the end.</summary>
    internal LiveLine Add(string text, LiveStyle style = LiveStyle.Plain)
    {
        // An exchange that is not ours, or an error message, might send sequences that a terminal obeys.
        if (text.Length > 0)
            _pieces.Add((string.Create(text.Length, text, static (safe, from) =>
            {
                for (var i = 0; i < safe.Length; i++)
                    safe[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
            }), style));
        return this;
    }

    /// <summary>Adds blanks up to a width.</summary>
    internal LiveLine PadTo(int width) => Add(new string(' ', Math.Max(width - Width, 0)));

    /// <summary>Returns its text without colours.</summary>
    public override string ToString() => string.Concat(_pieces.Select(static piece => piece.Text));

    /// <summary>
    /// Writes at most <paramref name="width"/> characters; a line that begins in reverse fills the width.
    /// </summary>
    internal void WriteTo(StringBuilder frame, int width, bool inColour)
    {
        var left = width;
        foreach (var (text, style) in _pieces)
        {
            var shown = text.Length <= left ? text : text[..left];
            left -= shown.Length;
            var code = Code(style, inColour);
            frame.Append(code).Append(shown).Append(code.Length > 0 ? "\e[m" : "");
        }

        if (left > 0 && _pieces is [(_, LiveStyle.Reverse), ..])
            frame.Append("\e[7m").Append(' ', left).Append("\e[m");
    }

    private static string Code(LiveStyle style, bool inColour) => style switch
    {
        LiveStyle.Reverse => "\e[7m",
        LiveStyle.Buy when inColour => "\e[32m",
        LiveStyle.Sell when inColour => "\e[31m",
        LiveStyle.Own when inColour => "\e[33m",
        _ => "",
    };
}
