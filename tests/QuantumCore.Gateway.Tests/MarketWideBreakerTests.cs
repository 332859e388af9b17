using QuantumCore.Contracts;
using QuantumCore.Gateway.Markets;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class MarketWideBreakerTests
{
    private static readonly DateTime s_noon = new(2026, 1, 5, 12, 0, 0);

    [Theory]
    [InlineData(1_001, 1_000, 0)]
    [InlineData(931, 1_000, 0)]
    [InlineData(930, 1_000, 1)]
    [InlineData(871, 1_000, 1)]
    [InlineData(870, 1_000, 2)]
    [InlineData(801, 1_000, 2)]
    [InlineData(800, 1_000, 3)]
    [InlineData(0, 1_000, 3)]
    [InlineData(94, 101, 0)] // 700 against 707
    [InlineData(93, 101, 1)] // 800 against 707
    [InlineData(long.MinValue, long.MaxValue, 3)]
    [InlineData(long.MaxValue, 1, 0)]
    public void Level_is_reached_when_the_fall_is_no_less_than_its_share(long index, long close, int level) =>
        Assert.Equal(level, MarketWideBreaker.Level(index, close));

    [Fact]
    public void Each_level_stops_trading_once_a_day_and_uses_up_the_lower_one()
    {
        Assert.Equal(new BreakerCall(2, true), MarketWideBreaker.Judge(870, 1_000, s_noon, BreakerUse.None));
        var used = Used(2);
        Assert.Equal(new BreakerCall(1, false), MarketWideBreaker.Judge(930, 1_000, s_noon, used));
        Assert.Equal(new BreakerCall(2, false), MarketWideBreaker.Judge(870, 1_000, s_noon, used));
        Assert.Equal(new BreakerCall(3, true), MarketWideBreaker.Judge(800, 1_000, s_noon, used));
        Assert.Equal(new BreakerCall(1, true), MarketWideBreaker.Judge(930, 1_000, s_noon.AddDays(1), used));
    }

    [Fact]
    public void Lower_level_leaves_the_higher_one_for_later_in_the_day()
    {
        Assert.False(MarketWideBreaker.Judge(930, 1_000, s_noon, Used(1)).Acts);
        Assert.True(MarketWideBreaker.Judge(870, 1_000, s_noon, Used(1)).Acts);
    }

    [Theory]
    [InlineData(15, 24, 59, 930, true)]
    [InlineData(15, 25, 0, 930, false)]
    [InlineData(15, 25, 0, 870, false)]
    [InlineData(15, 25, 0, 800, true)]
    [InlineData(23, 59, 59, 800, true)]
    public void Late_in_the_day_only_the_third_level_stops_trading(
        int hour, int minute, int second, long index, bool acts) =>
        Assert.Equal(
            acts,
            MarketWideBreaker.Judge(
                index, 1_000, new DateTime(2026, 1, 5, hour, minute, second), BreakerUse.None).Acts);

    private static BreakerUse Used(int level) => new(MarketWideBreaker.DayOf(s_noon), level, "desk");
}
