using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.History.Tests;

/// <summary>Longer candles from one-minute candles.</summary>
public class CandleTests
{
    private const long Minute = 60_000_000_000;

    private static readonly UnitsOfNow s_units = new([]);

    // Wednesday 2026-01-28, 23:58 UTC.
    private static readonly long s_evening =
        (long)(new DateTime(2026, 1, 28, 23, 58, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMinutes;

    [Fact]
    public void Minutes_without_trades_have_the_last_price_and_there_is_none_before_the_first()
    {
        var fold = new CandleFold(CandlePeriod.Minute, s_evening, s_evening + 3, isNewest: false, 10, s_units);
        fold.Add(s_evening + 1, Of(open: 10, high: 15, low: 8, close: 12, lots: 4));
        fold.Add(s_evening + 3, Of(open: 20, high: 21, low: 20, close: 21, lots: 1));
        var candles = fold.Candles();
        Assert.Equal(
            [(1L, 10L, 15L, 8L, 12L, 4L), (2, 12, 12, 12, 12, 0), (3, 20, 21, 20, 21, 1)],
            candles.Select(
                c => ((c.StartNanos / Minute) - s_evening, c.OpenTicks, c.HighTicks, c.LowTicks, c.CloseTicks,
                    (long)c.Lots)));
        Assert.All(candles, candle => Assert.Equal(Minute, candle.EndNanos - candle.StartNanos));
    }

    [Fact]
    public void Longer_candles_add_up_and_the_price_before_them_fills_what_is_empty()
    {
        var fold = new CandleFold(CandlePeriod.FiveMinutes, s_evening - 8, s_evening + 4, isNewest: false, 10, s_units);
        fold.StartFrom(7);
        fold.Add(s_evening - 1, Of(open: 10, high: 15, low: 8, close: 12, lots: 4));
        fold.Add(s_evening + 1, Of(open: 20, high: 21, low: 5, close: 6, lots: 1));
        Assert.Equal(
            [(-8L, 7L, 7L, 7L, 7L, 0L), (-3, 10, 21, 5, 6, 5), (2, 6, 6, 6, 6, 0)],
            fold.Candles()
                .Select(
                    c => ((c.StartNanos / Minute) - s_evening, c.OpenTicks, c.HighTicks, c.LowTicks, c.CloseTicks,
                        (long)c.Lots)));
    }

    [Theory]
    [InlineData(CandlePeriod.Day, "2026-01-28", "2026-01-29")]
    [InlineData(CandlePeriod.Week, "2026-01-26", "2026-02-02")]
    [InlineData(CandlePeriod.Month, "2026-01-01", "2026-02-01")]
    public void The_newest_candle_begins_where_the_calendar_says(CandlePeriod period, string start, string end)
    {
        var fold = new CandleFold(period, 0, s_evening, isNewest: true, 1, s_units);
        fold.Add(s_evening, Of(open: 1, high: 1, low: 1, close: 1, lots: 1));
        var candle = Assert.Single(fold.Candles());
        Assert.Equal((start, end), (Date(candle.StartNanos), Date(candle.EndNanos)));
    }

    [Fact]
    public void No_more_candles_than_were_asked_for()
    {
        var fold = new CandleFold(CandlePeriod.Month, 0, s_evening, isNewest: false, 3, s_units);
        fold.StartFrom(5);
        Assert.Equal(
            ["1970-01-01", "1970-02-01", "1970-03-01"], fold.Candles().Select(candle => Date(candle.StartNanos)));
        Assert.Equal(31 + 28 + 31, fold.EndMinute / 1_440);
    }

    [Fact]
    public void Values_of_a_minute_have_more_than_64_bits()
    {
        var row = new CandleRow(1L << 47, default);
        row.Add(default, 1L << 47, 1L << 53, isBought: true);
        Assert.Equal(((Int128)1 << 53, (Int128)1 << 100, (Int128)1 << 100), (row.Lots, row.Value, row.BoughtValue));
    }

    private static Candle Of(long open, long high, long low, long close, long lots) =>
        new(0, 0, open, high, low, close, lots, lots * close, 1, 0, 0, default, default);

    private static string Date(long nanos) => DateTime.UnixEpoch.AddTicks(nanos / 100).ToString("yyyy-MM-dd");
}
