using QuantumCore.Gateway.Markets;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>The index of last prices that the market-wide breaker follows.</summary>
public sealed class MarketIndexTests
{
    [Theory]
    [InlineData(10_000, 10_000, 10_000)]
    [InlineData(9_300, 10_000, 9_300)]
    // Rounded up: a fall by a little less than a level does not reach it.
    [InlineData(930_001, 1_000_000, 9_301)]
    [InlineData(1, 3, 3_334)]
    [InlineData(long.MaxValue, 1, 1_000_000)]
    public void One_symbol_is_its_last_price_against_its_close_rounded_up(long last, long close, long index) =>
        Assert.Equal(index, MarketIndex.Value([new(last, close, 1)]));

    [Fact]
    public void Symbols_count_by_their_weight()
    {
        Assert.Equal(9_500, MarketIndex.Value([new(100, 100, 1), new(90, 100, 1)]));
        Assert.Equal(9_100, MarketIndex.Value([new(100, 100, 1), new(90, 100, 9)]));
        Assert.Equal(9_100, MarketIndex.Value([new(100, 100, long.MaxValue / 9), new(90, 100, long.MaxValue / 9 * 9)]));
    }

    [Fact]
    public void Symbol_without_price_or_weight_does_not_count_and_without_any_there_is_no_index()
    {
        Assert.Equal(9_000, MarketIndex.Value([new(90, 100, 1), new(50, 0, 1), new(0, 100, 1), new(50, 100, 0)]));
        Assert.Null(MarketIndex.Value([new(50, 100, 0)]));
        Assert.Null(MarketIndex.Value([]));
    }
}
