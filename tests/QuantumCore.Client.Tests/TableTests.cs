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
        Tables.Show(
            screen.Console, "none", ["id", "strategy", "why", "detail"], [["94", "momentum", "BadRequest", detail]]);

        var lines = output.ToString().Split('\n');
        Assert.Contains(
            lines, line => line.Contains("94   momentum   BadRequest   sentence sentence", StringComparison.Ordinal));
        Assert.Equal(30, lines.Sum(line => line.Split("sentence").Length - 1));
    }

    [Theory]
    [InlineData(null, "Trade 17-0 of 10 AAPL between ACC-1001, who bought, and ACC-1002 is void.")]
    [InlineData(
        "150.01", "Trade 17-0 of 10 AAPL between ACC-1001, who bought, and ACC-1002 is of 150.01 instead of 150.00.")]
    public void Trade_change_is_shown_as_a_sentence(string? price, string sentence)
    {
        using var output = new StringWriter();
        var now =
            price is null ? default(decimal?) : decimal.Parse(price, System.Globalization.CultureInfo.InvariantCulture);
        Tables.Change(
            new Screen(output, TextWriter.Null, json: false).Console,
            new TradeChange(
                "AAPL", "17-0", now is null ? TradeState.Void : TradeState.Corrected, 150.00m, now, 10m, "ACC-1001",
                "ACC-1002", 0m, 0m, 18));
        Assert.Equal(sentence, output.ToString().ReplaceLineEndings(" ").Trim());
    }
}
