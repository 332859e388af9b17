using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Windows over time: order rate, duplicate orders, the trading day.</summary>
public class WindowTests
{
    private const long Second = 1_000_000_000;
    private const long Day = 86_400 * Second;

    private static readonly OrderContent s_order = new("AAPL", Side.Buy, OrderType.Limit, 100, 5, 0);

    [Fact]
    public void A_burst_passes_at_once_and_then_the_rate()
    {
        var bucket = new OrderBucket(perSecond: 10, burst: 3, timeNanos: 50);
        bucket.Take(3, 50);
        Assert.False(bucket.Has(1, 50 + (Second / 10) - 1));
        Assert.True(bucket.Has(1, 50 + (Second / 10)));
        Assert.False(bucket.Has(2, 50 + (Second / 10)));
        // It never holds more than the burst, however long the pause.
        Assert.True(bucket.Has(3, 1_000 * Day));
        Assert.False(bucket.Has(4, 1_000 * Day));
    }

    [Fact]
    public void A_bucket_loses_nothing_however_often_it_is_touched()
    {
        // A rate at which no nanosecond adds a whole order.
        var (often, once) = (new OrderBucket(7, 100, 0), new OrderBucket(7, 100, 0));
        often.Take(100, 0);
        once.Take(100, 0);
        for (var nanos = 1L; nanos <= 3_000; nanos++)
            often.Take(0, nanos * 1_000_003);

        once.Take(0, 3_000L * 1_000_003);
        Assert.Equal((once.Level, once.TimeNanos), (often.Level, often.TimeNanos));
        Assert.Equal(7L * 3_000 * 1_000_003, once.Level);
    }

    [Fact]
    public void Time_that_goes_back_gives_nothing_and_takes_nothing_back()
    {
        var bucket = new OrderBucket(1, 2, 10 * Second);
        bucket.Take(1, 5 * Second);
        Assert.True(bucket.Has(1, 5 * Second));
        Assert.False(bucket.Has(2, 10 * Second));
        Assert.True(bucket.Has(2, 11 * Second));
    }

    [Fact]
    public void An_order_is_the_same_until_its_window_ends()
    {
        var recent = new RecentOrders(Second);
        recent.Add(s_order, 100);
        Assert.True(recent.Contains(s_order, 100 + Second - 1));
        Assert.False(recent.Contains(s_order, 100 + Second));
        Assert.False(recent.Contains(s_order with { Side = Side.Sell }, 101));
        Assert.False(recent.Contains(s_order with { QuantityLots = 6 }, 101));
        Assert.False(recent.Contains(s_order with { PriceTicks = 101 }, 101));

        // The newer one counts, and outlives the older one's end.
        recent.Add(s_order, 100 + (Second / 2));
        recent.Add(s_order with { PriceTicks = 1 }, 100 + Second);
        Assert.True(recent.Contains(s_order, 99 + Second + (Second / 2)));
        Assert.Equal(2, recent.Orders.Count);
    }

    [Fact]
    public void A_window_remembers_so_many_and_no_more()
    {
        var recent = new RecentOrders(Second);
        for (var i = 0; i < RecentOrders.Most; i++)
            recent.Add(s_order with { PriceTicks = i }, i);

        Assert.True(recent.IsFull(1, RecentOrders.Most));
        Assert.True(recent.IsFull(2, Second));
        Assert.False(recent.IsFull(1, Second));
        recent.Add(s_order, Second);
        Assert.Equal(RecentOrders.Most, recent.Orders.Count);
    }

    [Fact]
    public void A_day_counts_both_sides_and_earns_by_average_cost_less_fees()
    {
        var day = new TradingDay();
        day.Fill(Day + 1, 10, 100, 3);
        day.Fill(Day + 2, -4, 90, 1);
        Assert.Equal((1_360, -44), (day.VolumeOn(1), day.EarnedOn(1)));

        // Midnight belongs to the new day; open orders keep their cost.
        Assert.Equal((0, 0), (day.VolumeOn(2), day.EarnedOn(2)));
        day.Fill(2 * Day, -6, 110, 0);
        Assert.Equal((660, 60), (day.VolumeOn(2), day.EarnedOn(2)));
        Assert.Equal((0, 0), (day.Quantity, day.Cost));
        // An account's clock may be behind a book's.
        Assert.Equal((660, 60), (day.VolumeOn(1), day.EarnedOn(1)));
    }

    [Fact]
    public void Void_trade_is_removed_from_position_profit_and_the_volume_of_its_day()
    {
        var day = new TradingDay();
        day.Fill(Day + 1, 10, 100, 3);
        day.Fill(Day + 2, 10, 120, 3);
        day.Change(Day + 3, Day + 1, -10, 100, -3, isTakenBack: true);
        Assert.Equal((10, 1_200), (day.Quantity, day.VolumeOn(1)));
        day.Fill(Day + 4, -10, 130, 1);
        Assert.Equal((0, 0, 100 - 3 - 1), (day.Quantity, day.Cost, day.EarnedOn(1)));

        // The previous day's volume no longer counts on the next day.
        day.Change(2 * Day, Day + 2, -10, 120, -3, isTakenBack: true);
        Assert.Equal((0, -10), (day.VolumeOn(2), day.Quantity));
        day.Change(2 * Day, Day + 2, 10, 110, 2, isTakenBack: false);
        Assert.Equal((0, 0), (day.VolumeOn(2), day.Quantity));
        day.Fill((2 * Day) + 1, 10, 100, 0);
        day.Change((2 * Day) + 2, (2 * Day) + 1, -10, 100, 0, isTakenBack: true);
        day.Change((2 * Day) + 2, (2 * Day) + 1, 10, 90, 0, isTakenBack: false);
        Assert.Equal((900, 10, 900), (day.VolumeOn(2), day.Quantity, day.Cost));
    }

    [Fact]
    public void A_day_goes_on_from_what_was_kept_of_it()
    {
        var random = new Random(5);
        var whole = new TradingDay();
        var kept = new TradingDay();
        for (var i = 1; i < 2_000; i++)
        {
            var (time, lots) = (i * Day / 50, (random.Next(2) == 0 ? 1 : -1) * random.Next(1, 50));
            var (value, fee) = (random.Next(1, 1_000), random.Next(-2, 5));
            whole.Fill(time, lots, value, fee);
            kept.Fill(time, lots, value, fee);
            kept = new TradingDay(kept.Day, kept.VolumeOn(kept.Day), kept.EarnedOn(kept.Day), kept.Quantity, kept.Cost);
            Assert.Equal(
                (whole.Day, whole.VolumeOn(whole.Day), whole.EarnedOn(whole.Day), whole.Quantity, whole.Cost),
                (kept.Day, kept.VolumeOn(kept.Day), kept.EarnedOn(kept.Day), kept.Quantity, kept.Cost));
        }
    }

    [Fact]
    public void Thirty_complete_days_count_whatever_the_sequence_they_come_in()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var trades = Enumerable.Range(0, 300)
                .Select(_ => (Day: random.NextInt64(100, 160), Value: (Int128)random.Next(1_000))).ToArray();
            var (sorted, mixed) = (new VolumeDays(), new VolumeDays());
            foreach (var trade in trades.OrderBy(trade => trade.Day))
                sorted.Add(trade.Day, trade.Value);
            foreach (var trade in trades)
            {
                mixed.Add(trade.Day, trade.Value);
                mixed.Before(random.NextInt64(100, 162));
            }

            var seen = mixed.Before(160);
            mixed.Add(160, 5);
            Assert.Equal(seen, mixed.Before(160));
            mixed.Add(159, 5);
            Assert.Equal(seen + 5, mixed.Before(160));
            sorted.Add(159, 5);
            sorted.Add(160, 5);

            Assert.Equal(sorted.Volumes, mixed.Volumes);
            Assert.Equal(
                trades.Where(trade => trade.Day is >= 130 and < 160)
                    .Aggregate((Int128)5, (sum, trade) => sum + trade.Value),
                mixed.Before(160));
        }
    }
}
