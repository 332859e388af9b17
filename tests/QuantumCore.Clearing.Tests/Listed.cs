using QuantumCore.Instruments;

namespace QuantumCore.Clearing.Tests;

/// <summary>Instruments of the tests.</summary>
internal static class Listed
{
    public static readonly Instrument Aapl = Share("AAPL");

    public static Instrument Share(string symbol) => new()
    {
        Symbol = symbol,
        Base = new Asset(symbol, 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        MakerFeePpm = 200,
        TakerFeePpm = 777,
        ReferencePriceTicks = 15_000,
    };
}
