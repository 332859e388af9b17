using QuantumCore.Instruments;

namespace QuantumCore.Bench;

/// <summary>
/// Instrument traded by the commands: a share in whole units, with a tick of one cent, quoted in dollars.
/// </summary>
internal static class ListedShare
{
    /// <summary>Returns the share with this symbol.</summary>
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
