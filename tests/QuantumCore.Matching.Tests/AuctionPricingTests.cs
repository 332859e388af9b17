using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;

namespace QuantumCore.Matching.Tests;

/// <summary>Prices of auctions apart from a book.</summary>
public class AuctionPricingTests
{
    private readonly OrderStore _store = new(100);
    private readonly AuctionPricing _pricing;

    public AuctionPricingTests() => _pricing = new AuctionPricing(_store);

    [Fact]
    public void A_book_that_does_not_cross_gives_no_price()
    {
        _store.Rest(Buy, 5, 100);
        _store.Rest(Sell, 5, 101);
        Assert.Equal(default, FindPrice());
    }

    [Fact]
    public void The_price_of_maximum_volume_wins()
    {
        _store.Rest(Buy, 10, 105);
        _store.Rest(Buy, 10, 103);
        _store.Rest(Sell, 15, 102);
        _store.Rest(Sell, 5, 104);
        // 15 lots at 102 and 103, with 5 buyers left.
        Assert.Equal(new AuctionResult(103, 15, 5), FindPrice());
    }

    [Fact]
    public void Sellers_left_press_the_price_down()
    {
        _store.Rest(Buy, 10, 105);
        _store.Rest(Sell, 15, 102);
        Assert.Equal(new AuctionResult(102, 10, -5), FindPrice());
    }

    [Fact]
    public void Without_pressure_the_last_price_decides_within_the_range()
    {
        _store.Rest(Buy, 10, 105);
        _store.Rest(Sell, 10, 101);
        Assert.Equal(103, FindPrice().PriceTicks);
        _store.LastPriceTicks = 104;
        Assert.Equal(104, FindPrice().PriceTicks);
        _store.LastPriceTicks = 200;
        Assert.Equal(105, FindPrice().PriceTicks);
    }

    [Fact]
    public void A_price_stays_within_its_bounds()
    {
        _store.Rest(Buy, 10, 105);
        _store.Rest(Sell, 10, 101);
        Assert.Equal(101, _pricing.FindPrice(1, 102).PriceTicks);
        Assert.Equal(0, _pricing.FindPrice(106, 110).Lots);
    }

    [Fact]
    public void All_or_none_orders_take_no_part()
    {
        var order = _store.Add(Buy, 10, new Conditions { Type = OrderType.Limit }, Traits.AllOrNone | Traits.Hidden);
        _store.Rest(order, 105);
        _store.Rest(Sell, 10, 101);
        Assert.Equal(default, FindPrice());
    }

    [Fact]
    public void Market_orders_trade_at_the_limits_of_the_others()
    {
        var order = _store.Add(Buy, 10, new Conditions { Type = OrderType.Market }, Traits.MarketOrder);
        _store.Rest(order, 1);
        _store.Rest(Sell, 4, 101);
        Assert.Equal(new AuctionResult(101, 4, 6), FindPrice());
    }

    [Fact]
    public void A_market_order_trades_no_farther_than_its_worst_price()
    {
        var order = _store.Add(Buy, 10, new Conditions { Type = OrderType.Market, Price = 100 }, Traits.MarketOrder);
        _store.Rest(order, 1);
        _store.Rest(Sell, 4, 101);
        Assert.Equal(0, FindPrice().Lots);
    }

    [Fact]
    public void A_queue_gives_market_orders_first_and_then_the_best_prices()
    {
        var low = _store.Rest(Sell, 1, 101);
        var hidden = _store.Rest(_store.Add(Sell, 1, new Conditions { Type = OrderType.Limit }, Traits.Hidden), 101);
        var high = _store.Rest(Sell, 1, 102);
        var market = _store.Rest(
            _store.Add(Sell, 1, new Conditions { Type = OrderType.Market }, Traits.MarketOrder), 1);
        var queue = new AuctionQueue(_store, _pricing, LadderSide.Sell);
        foreach (var expected in (int[])[market, low, hidden, high])
        {
            Assert.Equal(expected, queue.Next());
            queue.Step(expected);
        }

        _ = Assert.Throws<InvalidOperationException>(() => queue.Next());
    }

    private AuctionResult FindPrice() => _pricing.FindPrice(1, Instrument.PriceTicksLimit);
}
