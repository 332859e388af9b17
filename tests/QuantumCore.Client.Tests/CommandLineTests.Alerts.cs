using System.Text.Json.Nodes;
using QuantumCore.TestKit;

namespace QuantumCore.Client.Tests;

// Price alerts.
public sealed partial class CommandLineTests
{
    [Theory]
    [InlineData("alerts add AAPL 151.00", true)]
    [InlineData("alerts add AAPL 149.00", false)]
    [InlineData("alerts add AAPL 151.00 --below", false)]
    [InlineData("alerts add AAPL 149.00 --above", true)]
    public async Task An_alert_waits_on_the_side_that_is_named_or_that_is_away_from_the_price(string line, bool isAbove)
    {
        Assert.Equal(0, await RunAsync(line + " --json"));
        Assert.Equal(isAbove, Document().GetProperty("above").GetBoolean());
        Assert.Equal(0, await RunFreshAsync("alerts"));
        Assert.Contains(isAbove ? "at or above" : "at or below", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alerts_are_listed_and_taken_away_by_their_number()
    {
        Assert.Equal(0, await RunAsync("alerts"));
        Assert.Equal("No alerts.", _output.ToString().Trim());
        Assert.Equal(0, await RunFreshAsync("alerts add AAPL 151.00"));
        Assert.Contains(": AAPL at or above 151.00.", _output.ToString(), StringComparison.Ordinal);
        await RunFreshAsync("alerts add AAPL 152.00");
        Assert.Equal(0, await RunFreshAsync("alerts --json"));
        var ids = Document().GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("id").GetInt64())
            .ToArray();
        Assert.Equal(0, await RunFreshAsync($"alerts remove {ids[0]} --json"));
        Assert.Equal(ids[1], Document().GetProperty("alerts")[0].GetProperty("id").GetInt64());
        _exchange.Trade("152.50");
        Assert.Equal(0, await RunFreshAsync("alerts"));
        var row = string.Join(' ', _output.ToString().Replace("│", "", StringComparison.Ordinal)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.EndsWith(
            " AAPL at or above 152.00 2026-01-02 08:30:00.000000 152.50 2026-01-02 09:00:00.000000", row,
            StringComparison.Ordinal);
        Assert.Equal(0, await RunFreshAsync($"alerts remove {ids[1]}"));
        Assert.Equal("No alerts.", _output.ToString().Trim());
        Assert.Equal(1, await RunFreshAsync("alerts add AAPL 150.00"));
        Assert.Equal(
            "qc: BadRequest: This is the current price; choose another one. [field price]", _error.ToString().Trim());
    }

    [Fact]
    public async Task Each_alert_that_fires_is_told_once_and_one_a_line()
    {
        foreach (var price in (string[])["151.00", "152.00", "153.00"])
            await RunAsync($"alerts add AAPL {price}");
        _exchange.Trade("151.50");
        var watching = RunFreshAsync("alerts watch --json --updates 3");
        await Wait.UntilAsync(
            () => _output.ToString().Contains('\n', StringComparison.Ordinal), "those that have fired before");
        _exchange.Trade("152.50");
        _exchange.Trade("153.50");
        Assert.Equal(0, await watching);

        var lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!).ToArray();
        Assert.Equal(
            ["151.00 151.50", "152.00 152.50", "153.00 153.50"],
            lines.Select(alert => $"{alert["price"]} {alert["fired"]!["price"]}"));
        Assert.Equal(0, await RunFreshAsync("alerts watch --updates 1"));
        Assert.Contains(
            "09:00:00.000000 AAPL is at 151.50: at or above 151.00 (alert ", _output.ToString(),
            StringComparison.Ordinal);
        Assert.Equal("waiting for 0 of ACC-1001", _error.ToString().Trim());
    }

    [Fact]
    public async Task Alerts_watch_reports_alerts_lost_by_an_exchange_restart_until_interrupted()
    {
        await RunAsync("alerts add AAPL 151.00");
        await RunAsync("alerts add AAPL 149.00");
        using var interrupt = new CancellationTokenSource();
        _error.GetStringBuilder().Clear();
        var watching = RunAsync("alerts watch", interrupt.Token);
        await Wait.UntilAsync(
            () => _error.ToString().Contains("waiting for 2", StringComparison.Ordinal), "the first alerts");
        _exchange.ForgetAlerts(again: "149.00");
        await Wait.UntilAsync(
            () => _error.ToString().Contains("forgotten: AAPL at or above 151.00", StringComparison.Ordinal),
            "what is forgotten");
        await interrupt.CancelAsync();

        Assert.Equal(0, await watching);
        Assert.Contains("the connection is lost", _error.ToString(), StringComparison.Ordinal);
    }
}
