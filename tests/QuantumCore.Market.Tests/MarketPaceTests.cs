using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Market.Tests;

public sealed class MarketPaceTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);

    private readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);
    private readonly MarketPace _pace;

    public MarketPaceTests() => _pace = new MarketPace(s_step, _time);

    [Fact]
    public void Market_slows_down_once_nobody_has_used_the_exchange_for_a_while()
    {
        Assert.Equal(s_step, _pace.Next(0, 0));
        _time.Advance(MarketPace.Patience - TimeSpan.FromTicks(1));
        Assert.Equal(s_step, _pace.Next(0, 0));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(s_step * MarketPace.Slowness, _pace.Next(0, 0));
    }

    [Fact]
    public void One_request_brings_the_market_back_to_full_speed()
    {
        _pace.Next(0, 7);
        _time.Advance(MarketPace.Patience);
        Assert.Equal(s_step * MarketPace.Slowness, _pace.Next(0, 7));
        Assert.Equal(s_step, _pace.Next(0, 8));
        Assert.Equal(s_step, _pace.Next(0, 8));
    }

    [Fact]
    public void Open_connection_keeps_the_market_at_full_speed()
    {
        _pace.Next(1, 0);
        _time.Advance(MarketPace.Patience * 2);
        Assert.Equal(s_step, _pace.Next(1, 0));
        _time.Advance(MarketPace.Patience - TimeSpan.FromTicks(1));
        Assert.Equal(s_step, _pace.Next(0, 0));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(s_step * MarketPace.Slowness, _pace.Next(0, 0));
    }
}
