using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Candles of one second, made from trades.</summary>
public sealed class SecondFoldTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Trades_of_a_second_are_its_candle_and_a_second_without_any_has_the_price_before()
    {
        PublicTrade[] trades =
        [
            Trade(1, 10 * Second, 100, 5, Side.Buy), Trade(2, (10 * Second) + 1, 103, 1, Side.Sell),
            Trade(3, (11 * Second) - 1, 99, 2, Side.Buy),
            Trade(4, 12 * Second, 101, 4, Side.Sell),
        ];

        var candles = SecondFold.Of(trades, 10, 13, 0);

        Assert.Equal(
            [
                new Candle(
                    10 * Second, 11 * Second, 100, 103, 99, 99, 8, 801, 3, 7, 698, new TradePlace(1, 0),
                    new TradePlace(3, 0)),
                new Candle(11 * Second, 12 * Second, 99, 99, 99, 99, 0, 0, 0, 0, 0, default, default),
                new Candle(
                    12 * Second, 13 * Second, 101, 101, 101, 101, 4, 404, 1, 0, 0, new TradePlace(4, 0),
                    new TradePlace(4, 0)),
                new Candle(13 * Second, 14 * Second, 101, 101, 101, 101, 0, 0, 0, 0, 0, default, default),
            ],
            candles);
    }

    [Fact]
    public void Before_the_first_trade_there_is_no_candle_unless_there_is_a_price()
    {
        PublicTrade[] trades = [
            Trade(1, 9 * Second, 50, 1, Side.Buy), Trade(2, 11 * Second, 100, 1, Side.Buy),
            Trade(3, 12 * Second, 70, 1, Side.Buy)];

        Assert.Equal([11 * Second], SecondFold.Of(trades, 10, 11, 0).Select(candle => candle.StartNanos));
        Assert.Equal(
            [(10 * Second, 50L), (11 * Second, 100L)],
            SecondFold.Of(trades, 10, 11, 50).Select(candle => (candle.StartNanos, candle.CloseTicks)));
        Assert.Empty(SecondFold.Of([], 10, 11, 0));
    }

    [Fact]
    public void Values_of_a_second_have_more_than_64_bits()
    {
        PublicTrade[] trades = [Trade(1, 0, long.MaxValue / 2, 3, Side.Buy), Trade(2, 1, 1, long.MaxValue, Side.Sell)];

        var candle = Assert.Single(SecondFold.Of(trades, 0, 0, 0));

        var bought = (Int128)(long.MaxValue / 2) * 3;
        Assert.Equal(
            ((Int128)long.MaxValue + 3, bought + long.MaxValue, (Int128)3, bought),
            (candle.Lots, candle.Value, candle.BoughtLots, candle.BoughtValue));
    }

    private static PublicTrade Trade(long sequence, long nanos, long ticks, long lots, Side taker) =>
        new(sequence, 0, nanos, ticks, lots, taker);
}
