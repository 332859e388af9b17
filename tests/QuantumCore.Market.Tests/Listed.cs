using QuantumCore.Instruments;

namespace QuantumCore.Market.Tests;

/// <summary>Instruments as the demo lists them.</summary>
internal static class Listed
{
    public static Instrument Apple { get; } = Share("AAPL", 15_000);

    public static Instrument Bitcoin { get; } = new()
    {
        Symbol = "BTC-USD",
        Base = new Asset("BTC", 8),
        Quote = new Asset("USD", 2),
        PriceDecimals = 0,
        TickSize = 10,
        QuantityDecimals = 3,
        LotSize = 1,
        MaxPriceTicks = 1_000_000,
        MaxQuantityLots = 100_000_000,
        ReferencePriceTicks = 9_500,
    };

    public static IReadOnlyList<Instrument> All { get; } = [
        Apple, Share("AMZN", 18_500), Bitcoin, Share("MSFT", 42_000)];

    public static Instrument Share(string symbol, long priceTicks) => new()
    {
        Symbol = symbol,
        Base = new Asset(symbol, 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        MaxPriceTicks = 100_000_000,
        MaxQuantityLots = 1_000_000_000,
        ReferencePriceTicks = priceTicks,
    };
}
