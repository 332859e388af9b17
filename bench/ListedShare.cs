using QuantumCore.Instruments;

namespace QuantumCore.Bench;

/// <summary>What the commands trade: a share in whole units, cents a tick, paid in dollars.</summary>
internal static class ListedShare
{
    /// <summary>The share of this symbol.</summary>
    public static Instrument Of(string symbol) => new()
    {
        Symbol = symbol,
        Base = new Asset(symbol, 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        MakerFeePpm = 200,
        TakerFeePpm = 500,
    };
}
