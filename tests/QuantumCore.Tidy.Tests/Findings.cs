using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Assertions that name every finding, not the first.</summary>
internal static class Findings
{
    /// <summary>Nothing was found.</summary>
    public static void None(IEnumerable<string> found)
    {
        var lines = found.ToArray();
        Assert.True(lines.Length == 0, "Found:\n" + string.Join('\n', lines));
    }

    /// <summary>Exactly what the table says was found, in whatever sequence.</summary>
    public static void Match(IEnumerable<string> table, IEnumerable<string> found)
    {
        var (expected, actual) = (table.ToArray(), found.ToArray());
        None(actual.Except(expected).Select(line => $"not in the table: {line}")
            .Concat(expected.Except(actual).Select(line => $"in the table only: {line}")));
    }
}
