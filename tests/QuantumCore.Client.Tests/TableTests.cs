using QuantumCore.Cli;

namespace QuantumCore.Client.Tests;

/// <summary>Tables of qc.</summary>
public sealed class TableTests
{
    [Fact]
    public void A_long_detail_leaves_the_names_beside_it_their_room()
    {
        using var output = new StringWriter();
        var screen = new Screen(output, TextWriter.Null, json: false);
        var detail = string.Join(' ', Enumerable.Repeat("sentence", 30));
        Tables.Show(screen.Console, "none", ["id", "strategy", "why", "detail"], [["94", "momentum", "BadRequest", detail]]);

        var lines = output.ToString().Split('\n');
        Assert.Contains(lines, line => line.Contains("94   momentum   BadRequest   sentence sentence", StringComparison.Ordinal));
        Assert.Equal(30, lines.Sum(line => line.Split("sentence").Length - 1));
    }
}
