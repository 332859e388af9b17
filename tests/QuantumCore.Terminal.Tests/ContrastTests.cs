using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.TerminalTests;

/// <summary>
/// Contrast between the colours of the style sheet and their backgrounds, in every theme and palette.
/// </summary>
public sealed partial class ContrastTests
{
    private static readonly string s_tokens = Path.Combine(
        Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "Terminal").Value!,
        "wwwroot", "tokens.css");

    private static readonly string s_styles = File.ReadAllText(s_tokens);

    public static TheoryData<string, string> Palettes => new()
    {
        { "dark", "green" }, { "light", "green" }, { "dark", "blue" }, { "light", "blue" }, { "dark", "east" },
        { "light", "east" },
    };

    [Theory]
    [MemberData(nameof(Palettes))]
    public void Text_and_edges_stand_out(string theme, string colours)
    {
        var tokens = Tokens(theme, colours);
        var flaws = new List<string>();
        void Demand(string ink, string ground, double least)
        {
            var ratio = Contrast(tokens[ink], tokens[ground]);
            if (ratio < least)
                flaws.Add($"{ink} on {ground}: {ratio:F2}, at least {least}");
        }

        foreach (var ink in new[] { "text", "muted", "muted2", "up", "down", "own", "warn", "accent", "good", "bad",
            "study1", "study2" })
            Demand(ink, "panel", 4.5);
        foreach (var ground in new[] { "up-fill", "down-fill" })
            Demand("muted2", ground, 4.5);
        Demand("up", "up-fill", 4.5);
        Demand("down", "down-fill", 4.5);
        Demand("on-btn", "up-btn", 4.5);
        Demand("on-btn", "down-btn", 4.5);
        Demand("on-btn", "bad-btn", 4.5);
        Demand("edge", "panel", 3);
        Assert.Empty(flaws);
    }

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public void Palette_changes_sides_alone_and_what_is_your_own_looks_like_no_warning(string theme)
    {
        var (green, east) = (Tokens(theme, "green"), Tokens(theme, "east"));
        Assert.Equal(
            ["down", "down-btn", "down-fill", "up", "up-btn", "up-fill"],
            green.Where(token => east[token.Key] != token.Value).Select(token => token.Key)
                .Order(StringComparer.Ordinal));
        Assert.NotEqual(green["own"], green["warn"]);
        var styles =
            string.Concat(Directory.EnumerateFiles(Path.GetDirectoryName(s_tokens)!, "*.css").Select(File.ReadAllText));
        Assert.DoesNotMatch(@"(problem|invalid|danger|toast|#link)[^}]*var\(--(up|down)", styles);
    }

    private static Dictionary<string, string> Tokens(string theme, string colours)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        string[] blocks =
        [
            ":root {", ":root[data-theme=\"light\"] {", $":root[data-colours=\"{colours}\"] {{",
            $":root[data-colours=\"{colours}\"][data-theme=\"light\"] {{",
        ];
        for (var i = 0; i < blocks.Length; i++)
        {
            var start = s_styles.IndexOf(blocks[i], StringComparison.Ordinal);
            if (start < 0 || (i is 1 or 3 && theme != "light"))
                continue;
            foreach (Match token in Token().Matches(s_styles[start..s_styles.IndexOf('}', start)]))
                tokens[token.Groups[1].Value] = token.Groups[2].Value;
        }

        return tokens;
    }

    private static double Contrast(string left, string right)
    {
        var (light, dark) = (Luminance(left), Luminance(right));
        return (Math.Max(light, dark) + 0.05) / (Math.Min(light, dark) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Part(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
    }

    [GeneratedRegex(@"--([\w-]+): (#[0-9a-f]{6})")]
    private static partial Regex Token();
}
