using QuantumCore.Bench.Calibration;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Market.Tests;

/// <summary>Bands of docs/market-simulation.md: allowed differences between a simulated and the recorded day.</summary>
public class CalibrationTests
{
    private static readonly Lazy<MarketStatistics> s_recorded =
        new(() => RecordedDay.Read(OrderFlowFiles.Find("LOBSTER_AMZN_2012-06-21_5.zip")));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [Trait("Suite", "Gate")]
    public void Simulated_day_is_within_the_bands_of_the_recorded_one(int seed)
    {
        var recorded = s_recorded.Value;
        var simulated = SimulatedDay.Run((ulong)seed, hours: 24, priceTicks: 22_000);
        AssertNear(1.25, Half(recorded.Spreads), Half(simulated.Spreads));
        AssertNear(1.5, Half(recorded.Best), Half(simulated.Best));
        AssertNear(1.6, Half(recorded.Five), Half(simulated.Five));
        AssertNear(2, Half(recorded.Lifetimes), Half(simulated.Lifetimes));
        AssertNear(2, Quantile(recorded.Lifetimes, 0.9), Quantile(simulated.Lifetimes, 0.9));
        AssertNear(1.5, Half(recorded.Sizes), Half(simulated.Sizes));
        AssertNear(2, new Distribution(recorded.Sizes).Mean, new Distribution(simulated.Sizes).Mean);
        var (was, isNow) = (new Distribution(recorded.Returns()), new Distribution(simulated.Returns()));
        AssertNear(2, was.Deviation, isNow.Deviation);
        AssertNear(3, was.Kurtosis, isNow.Kurtosis);
        Assert.InRange(isNow.Share(value => Math.Abs(value) > 3 * isNow.Deviation), 0.006, 0.03);
    }

    [Fact]
    public void Distribution_statistics_are_correct()
    {
        var values = new Distribution([4, 1, 3, 2]);
        Assert.Equal((2.5, 1, 3, 4), (values.Mean, values.Quantile(0), values.Quantile(0.5), values.Quantile(1)));
        Assert.Equal(0.25, values.Share(value => value > 3));
        Assert.Equal((1, 1), (new Distribution([1, -1]).Deviation, new Distribution([1, -1]).Kurtosis));
        Assert.Equal(
            (0, 0, 0), (new Distribution([]).Mean, new Distribution([]).Kurtosis, new Distribution([]).Quantile(0.5)));
    }

    [Fact]
    public void Order_lifetimes_and_books_per_second_are_measured()
    {
        var market = new MarketStatistics();
        market.At(0.5, [], []);
        market.Born(1);
        market.At(2.5, [(99, 10), (98, 20)], [(101, 5)]);
        market.Died(1);
        market.Died(2);
        market.Traded(7);
        Assert.Equal([2.0], market.Lifetimes);
        Assert.Equal([200.0, 200.0], market.Spreads);
        Assert.Equal([10.0, 5.0], market.Best);
        Assert.Equal([30.0, 5.0], market.Five);
        Assert.Equal(2.0, market.Seconds);
    }

    private static void AssertNear(double factor, double recorded, double simulated) =>
        Assert.InRange(simulated, recorded / factor, recorded * factor);

    private static double Half(IEnumerable<double> values) => Quantile(values, 0.5);

    private static double Quantile(IEnumerable<double> values, double part) => new Distribution(values).Quantile(part);
}
