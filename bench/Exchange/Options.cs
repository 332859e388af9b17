using System.Globalization;

namespace QuantumCore.Bench.Exchange;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public Options(string[] arguments, params string[] known)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!known.Contains(arguments[i]) || i + 1 == arguments.Length)
            {
                throw new UsageException($"'{arguments[i]}' is no option here, or has no value");
            }

            _values[arguments[i]] = arguments[i + 1];
        }
    }

    /// <summary>Address of the silo: <c>--url</c>, or port 8080 of this machine.</summary>
    public Uri Silo => new(Text("--url", "http://127.0.0.1:8080"));

    /// <summary>Key of the trader: <c>--key</c>, or that of the demo.</summary>
    public string Key => Text("--key", "demo-alice");

    /// <summary>Parses options and a single positional argument, in any order.</summary>
    /// <param name="problem">Error message if the argument is missing.</param>
    /// <param name="arguments">Arguments of the command.</param>
    /// <param name="path">Positional argument.</param>
    /// <param name="known">Names of the options.</param>
    public static Options WithFile(string problem, string[] arguments, out string path, params string[] known)
    {
        var at = 0;
        while (at < arguments.Length && known.Contains(arguments[at]))
            at += 2;
        path = at < arguments.Length ? arguments[at] : throw new UsageException(problem);
        if (path.StartsWith("--", StringComparison.Ordinal))
            throw new UsageException($"'{path}' is no option here");
        return new Options([.. arguments[..at], .. arguments[(at + 1)..]], known);
    }

    public string Text(string name, string otherwise) => _values.GetValueOrDefault(name, otherwise);

    public int Number(string name, int otherwise)
    {
        if (!_values.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"{name} takes a number from 1 to {int.MaxValue}");
    }
}
