using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>How far a market order may go.</summary>
public static class MarketProtection
{
    /// <summary>
    /// The worst price, in ticks, at which a market order may trade: the reference and the instrument's protection,
    /// rounded toward the reference and kept within the instrument's prices.
    /// </summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="side">Buy or sell.</param>
    /// <param name="referenceTicks">The reference price in ticks, positive.</param>
    public static long PriceTicks(Instrument instrument, Side side, long referenceTicks)
    {
        const long Million = 1_000_000;
        var price = side switch
        {
            Side.Buy => Rounding.DivDown((Int128)referenceTicks * (Million + instrument.ProtectionPpm), Million),
            Side.Sell => Rounding.DivUp((Int128)referenceTicks * (Million - instrument.ProtectionPpm), Million),
        };
        return (long)Int128.Clamp(price, instrument.MinPriceTicks, instrument.MaxPriceTicks);
    }
}
