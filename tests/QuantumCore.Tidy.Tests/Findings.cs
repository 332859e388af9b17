using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Assertions that list every finding, not only the first.</summary>
internal static class Findings
{
    /// <summary>Checks that nothing was found.</summary>
    public static void None(IEnumerable<string> found)
    {
        var lines = found.ToArray();
        Assert.True(lines.Length == 0, "Found:\n" + string.Join('\n', lines));
    }

    /// <summary>Checks that exactly the expected findings were found, in any sequence.</summary>
    public static void Match(IEnumerable<string> table, IEnumerable<string> found)
    {
        var (expected, actual) = (table.ToArray(), found.ToArray());
        None(actual.Except(expected).Select(line => $"not in the table: {line}")
            .Concat(expected.Except(actual).Select(line => $"in the table only: {line}")));
    }
}
