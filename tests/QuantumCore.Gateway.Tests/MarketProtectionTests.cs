using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class MarketProtectionTests
{
    [Theory]
    [InlineData(Side.Buy, 15_000, 50_000, 15_750)]
    [InlineData(Side.Sell, 15_000, 50_000, 14_250)]
    [InlineData(Side.Buy, 15_001, 50_000, 15_751)] // 15751.05: down, toward the reference
    [InlineData(Side.Sell, 15_001, 50_000, 14_251)] // 14250.95: up, toward the reference
    [InlineData(Side.Buy, 18_743, 50_000, 19_680)] // E04: a market buy, a market sell, a stop at 180.00
    [InlineData(Side.Sell, 18_743, 50_000, 17_806)]
    [InlineData(Side.Sell, 18_000, 50_000, 17_100)]
    [InlineData(Side.Buy, 1, 50_000, 1)]
    [InlineData(Side.Sell, 1, 50_000, 1)]
    [InlineData(Side.Buy, 15_000, 0, 15_000)]
    [InlineData(Side.Sell, 15_000, 1_000_000, 10)] // all the way: the lowest price there is
    [InlineData(Side.Buy, 99_000, 1_000_000, 100_000)] // beyond the highest price there is
    [InlineData(Side.Buy, 1L << 47, 1_000_000, 100_000)]
    public void Protection_price_rounds_toward_the_reference_within_the_prices_of_the_instrument(
        Side side, long reference, int ppm, long expected)
    {
        var instrument = new Instrument
        {
            Symbol = "AAPL",
            Base = new Asset("AAPL", 0),
            Quote = new Asset("USD", 2),
            PriceDecimals = 2,
            TickSize = 1,
            QuantityDecimals = 0,
            LotSize = 1,
            MinPriceTicks = expected == 1 ? 1 : 10,
            MaxPriceTicks = 100_000,
            ProtectionPpm = ppm,
        };

        Assert.Equal(expected, MarketProtection.PriceTicks(instrument, side, reference));
    }
}
