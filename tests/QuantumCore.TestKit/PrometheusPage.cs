using System.Globalization;
using System.Text.RegularExpressions;

namespace QuantumCore.TestKit;

/// <summary>A page of metrics, read as Prometheus reads its text format (version 0.0.4).</summary>
public sealed partial class PrometheusPage
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _samples = new(StringComparer.Ordinal);

    /// <summary>Reads a page.</summary>
    /// <exception cref="FormatException">It is no such text.</exception>
    public PrometheusPage(string text)
    {
        if (!text.EndsWith('\n'))
            throw new FormatException("The last line has no end.");
        var family = "";
        foreach (var line in text[..^1].Split('\n'))
        {
            if (TypeLine().Match(line) is { Success: true } type)
            {
                family = type.Groups["name"].Value;
                if (!_types.TryAdd(family, type.Groups["type"].Value))
                    throw new FormatException($"There are two families {family}.");
            }
            else if (!HelpLine().IsMatch(line))
            {
                ReadSample(line, family);
            }
        }
    }

    /// <summary>Types of the families, by name.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>
    /// Values by series, such as <c>orders_total{outcome="Accepted"}</c>; a series without labels has no braces.
    /// </summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    private void ReadSample(string line, string family)
    {
        var sample = SampleLine().Match(line);
        if (!sample.Success)
            throw new FormatException($"'{line}' is no sample.");
        var name = sample.Groups["name"].Value;
        string[] suffixes = _types.GetValueOrDefault(family) == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
        if (!suffixes.Any(suffix => name == family + suffix))
            throw new FormatException($"'{line}' is not of {family}.");
        var series = name + (sample.Groups["labels"].Value is "{}" ? "" : sample.Groups["labels"].Value);
        if (!_samples.TryAdd(
            series, double.Parse(sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture)))
            throw new FormatException($"There are two series {series}.");
    }

    [GeneratedRegex(@"^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* .+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex(
        """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"(?:,(?=[a-zA-Z_]))?)*\})? (?<value>\S+)$""")]
    private static partial Regex SampleLine();
}
