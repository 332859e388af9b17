using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Amounts of each asset that open orders are to receive, minor units: the units of buys, and the value of sells at
/// their limits before fees.
/// </summary>
public sealed class ExpectedReceipts
{
    private readonly Dictionary<string, Int128> _amounts = new(StringComparer.Ordinal);

    /// <summary>Returns the expected amount of an asset, minor units.</summary>
    public Int128 Of(string asset) => _amounts.GetValueOrDefault(asset);

    /// <summary>
    /// Returns the asset that an order is to receive, and the amount in minor units, capped at 2^63 - 1.
    /// </summary>
    public static (Asset Asset, Int128 Amount) Of(Instrument instrument, Side side, long priceTicks, long lots) =>
        side == Side.Buy
        ? (instrument.Base, Int128.Min((Int128)lots * instrument.LotUnits, long.MaxValue))
        : (instrument.Quote, Int128.Min(instrument.Notional(priceTicks, lots), long.MaxValue));

    /// <summary>Adds an order, or removes it as it was added.</summary>
    internal void Add(Instrument instrument, HeldOrder order, int sign)
    {
        var (asset, amount) = Of(instrument, order.Side, order.PriceTicks, order.OpenLots);
        _amounts[asset.Name] = _amounts.GetValueOrDefault(asset.Name) + (sign * amount);
    }
}
