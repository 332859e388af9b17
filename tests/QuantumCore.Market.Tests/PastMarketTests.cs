using Xunit;

namespace QuantumCore.Market.Tests;

public class PastMarketTests
{
    private const long Minute = 60_000_000_000;
    private const long Now = (1_800_000_000_000_000_000 / Minute * Minute) + 17_000_000_123;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_minute_before_now_has_a_candle_of_its_trades()
    {
        var past = Make(600, 1_000);

        Assert.Equal(
            Enumerable.Range(1, 600).Select(back => (Now / Minute) - 601 + back),
            past.Minutes.Select(candle => candle.Minute));
        Assert.All(past.Minutes, candle =>
        {
            Assert.InRange(candle.OpenTicks, candle.LowTicks, candle.HighTicks);
            Assert.InRange(candle.CloseTicks, candle.LowTicks, candle.HighTicks);
            Assert.InRange(candle.Value, candle.Lots * candle.LowTicks, candle.Lots * candle.HighTicks);
            Assert.InRange(candle.BoughtLots, 1, candle.Lots - 1);
            Assert.InRange(candle.Trades, 60, 2_000);
        });
    }

    [Fact]
    public void The_newest_trades_are_those_of_the_last_candles()
    {
        var past = Make(30, 400);

        Assert.Equal(400, past.Trades.Count);
        Assert.Equal(past.Trades.OrderBy(trade => trade.TimeNanos), past.Trades);
        Assert.All(past.Trades, trade => Assert.InRange(trade.TimeNanos, 0, (Now / Minute * Minute) - 1));
        Assert.Equal(past.Minutes[^1].CloseTicks, past.LastTicks);
        var last = past.Trades.Where(trade => trade.TimeNanos / Minute == past.Minutes[^1].Minute).ToArray();
        Assert.Equal(
            (past.Minutes[^1].Trades, past.Minutes[^1].Lots), (last.Length, last.Sum(trade => trade.QuantityLots)));
    }

    [Fact]
    public void Earlier_days_end_where_the_past_begins_and_have_no_gap()
    {
        var past = Make(30, 10);

        var earlier = EarlierDays.Make(past, Listed.Apple, new MarketModel(), 1, 29);

        Assert.Equal(29 * 288, earlier.Count);
        Assert.InRange(past.Minutes[0].Minute - earlier[^1].Minute, 1, EarlierDays.StepMinutes);
        Assert.Equal(past.Minutes[0].OpenTicks, earlier[^1].CloseTicks);
        Assert.All(
            earlier.Zip(earlier.Skip(1)),
            pair => Assert.Equal(
                (pair.First.Minute + 5, pair.First.CloseTicks), (pair.Second.Minute, pair.Second.OpenTicks)));
        Assert.All(earlier, candle =>
        {
            Assert.InRange(candle.OpenTicks, candle.LowTicks, candle.HighTicks);
            Assert.InRange(candle.CloseTicks, candle.LowTicks, candle.HighTicks);
            Assert.InRange(candle.Value, candle.Lots * candle.LowTicks, candle.Lots * candle.HighTicks);
            Assert.InRange(candle.BoughtLots, 1, candle.Lots - 1);
        });

        // A month of a few per cent a day goes somewhere, and not to nothing.
        Assert.InRange(
            earlier.Max(candle => candle.HighTicks) / (double)earlier.Min(candle => candle.LowTicks), 1.05, 3);
        Assert.Equal(earlier, EarlierDays.Make(past, Listed.Apple, new MarketModel(), 1, 29));
    }

    [Fact]
    public void It_can_be_given_up()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => PastMarket.Make(Listed.Apple, new MarketModel(), 1, 15_000, Now, 1_440, 10, cancelled.Token));
    }

    private static PastMarket Make(int minutes, int trades) =>
        PastMarket.Make(Listed.Apple, new MarketModel(), 1, 15_000, Now, minutes, trades, Token);
}
