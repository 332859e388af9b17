using QuantumCore.Contracts;
using QuantumCore.Grains.Alerts;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Prices of a symbol that a trade reaches.</summary>
public sealed class WaitingPricesTests
{
    [Theory]
    [InlineData(99, new long[] { 4 })]
    [InlineData(100, new long[] { })]
    [InlineData(101, new long[] { 1 })]
    [InlineData(102, new long[] { 1, 2 })]
    [InlineData(98, new long[] { 3, 4 })]
    public void A_trade_fires_what_it_reaches_or_passes(long ticks, long[] fired)
    {
        var prices = Filled();
        Assert.Equal(fired, prices.Fire(ticks, 7, 11).Select(price => price.Id).Order());
        Assert.Empty(prices.Fire(ticks, 8, 12));
        Assert.Equal(fired, prices.All.Where(price => (price.FiredTicks, price.FiredNanos) == (ticks, 7))
            .Select(price => price.Id).Order());
    }

    [Fact]
    public void A_trade_up_to_its_sequence_does_not_fire_it()
    {
        var prices = Filled();
        Assert.Empty(prices.Fire(500, 7, 10));
        Assert.Equal(2, prices.Fire(500, 7, 11).Count);
    }

    [Fact]
    public void A_removed_price_never_fires()
    {
        var prices = Filled();
        Assert.True(prices.Remove(1, 2));
        Assert.False(prices.Remove(1, 2));
        Assert.False(prices.Remove(2, 1));
        Assert.Equal([1], prices.Fire(500, 7, 11).Select(price => price.Id));
        Assert.True(prices.Remove(1, 1));
        Assert.Equal(2, prices.Count);
    }

    private static WaitingPrices Filled()
    {
        var prices = new WaitingPrices();
        prices.Add(new WatchedPrice(1, 1, 101, IsAbove: true, 10));
        prices.Add(new WatchedPrice(1, 2, 102, IsAbove: true, 10));
        prices.Add(new WatchedPrice(1, 3, 98, IsAbove: false, 10));
        prices.Add(new WatchedPrice(1, 4, 99, IsAbove: false, 10));
        return prices;
    }
}
