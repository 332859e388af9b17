using System.Diagnostics.Metrics;
using System.Globalization;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class MetricsPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_is_told_while_labels_that_it_has_not_seen_are_counted()
    {
        for (var round = 0; round < 100; round++)
        {
            using var page = new MetricsPage();
            using var meter = new Meter("QuantumCore.MetricsPageTests");
            var counter = meter.CreateCounter<int>("counted");
            var counting = Task.Run(
                () =>
                {
                    for (var i = 0; i < MetricsPage.MostSeries; i++)
                        counter.Add(1, new KeyValuePair<string, object?>("number", i.ToString(CultureInfo.InvariantCulture)));
                },
                Token);
            while (!counting.IsCompleted)
                Assert.StartsWith("# HELP", page.Text(), StringComparison.Ordinal);

            await counting;
            Assert.Contains("counted_total{number=\"999\"} 1\n", page.Text(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Page_is_told_while_what_it_asks_ends()
    {
        using var page = new MetricsPage();
        var ending = Task.Run(
            () =>
            {
                for (var i = 0; i < 20_000; i++)
                {
                    using var meter = new Meter("QuantumCore.MetricsPageTests");
                    meter.CreateObservableGauge("asked", static () => 1);
                }
            },
            Token);
        while (!ending.IsCompleted)
            Assert.NotNull(page.Text());

        await ending;
    }

    [Fact]
    public void What_is_measured_no_more_is_shown_no_more()
    {
        using var page = new MetricsPage();
        using var meter = new Meter("QuantumCore.MetricsPageTests");
        var here = new List<string> { "AAPL", "MSFT" };
        meter.CreateObservableGauge("here", () => here.Select(symbol => new Measurement<long>(1, new KeyValuePair<string, object?>("symbol", symbol))));
        Assert.Contains("here{symbol=\"MSFT\"} 1\n", page.Text(), StringComparison.Ordinal);

        here.Remove("MSFT");

        Assert.DoesNotContain("here{symbol=\"MSFT\"}", page.Text(), StringComparison.Ordinal);
        Assert.Contains("here{symbol=\"AAPL\"} 1\n", page.Text(), StringComparison.Ordinal);
    }
}
