using System.Globalization;
using QuantumCore.Bench.Exchange;

namespace QuantumCore.Bench.Calibration;

/// <summary><c>market FILE</c>: compares a simulated day with a recorded one.</summary>
internal static class MarketCommand
{
    // Approximate start of the recorded day, in cents.
    private const int PriceTicks = 22_000;

    public static int Run(string[] arguments)
    {
        if (arguments is not [var path, .. var rest])
            throw new UsageException("market takes one file");

        var options = new Options(rest, "--seed", "--hours", "--plot");
        var recorded = RecordedDay.Read(path);
        var simulated = SimulatedDay.Run((ulong)options.Number("--seed", 1), options.Number("--hours", 24), PriceTicks);
        Console.Out.WriteLine($$"""{"recorded":{{Text(recorded)}},"simulated":{{Text(simulated)}}}""");
        if (options.Text("--plot", "") is { Length: > 0 } plot)
            File.WriteAllText(plot, MarketPlot.Draw(recorded, simulated));
        return 0;
    }

    private static string Text(MarketStatistics market)
    {
        var returns = new Distribution(market.Returns());
        var trades = new Distribution(market.Sizes);
        var lives = new Distribution(market.Lifetimes);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {"hours":{{market.Seconds / 3_600:0.0}},"spreadBp":{{Three(market.Spreads)}},"bestShares":{{Three(market.Best)}},"fiveShares":{{Three(market.Five)}},"lifetimeSeconds":{{Three(market.Lifetimes)}},"livesUnderTenth":{{lives.Share(life => life < 0.1):0.000}},"prints":{{trades.Count}},"printsPerMinute":{{trades.Count / market.Seconds * 60:0.0}},"printShares":{{Three(market.Sizes)}},"printsOf100":{{trades.Share(size => size == 100):0.000}},"printsUnder100":{{trades.Share(size => size < 100):0.000}},"returnBp":{{returns.Deviation:0.00}},"kurtosis":{{returns.Kurtosis:0.0}},"beyondThree":{{returns.Share(value => Math.Abs(value) > 3 * returns.Deviation):0.0000}}}
            """);
    }

    /// <summary>Formats the 10th, 50th and 90th percentile.</summary>
    private static string Three(IEnumerable<double> values)
    {
        var all = new Distribution(values);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{all.Quantile(0.1):0.###},{all.Quantile(0.5):0.###},{all.Quantile(0.9):0.###}]");
    }
}
