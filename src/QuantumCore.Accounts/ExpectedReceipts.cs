using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>What open orders are to receive of each asset, minor units: units of buys, and of sells what they come to at their limits, fees not taken off.</summary>
public sealed class ExpectedReceipts
{
    private readonly Dictionary<string, Int128> _amounts = new(StringComparer.Ordinal);

    /// <summary>What is expected of an asset.</summary>
    public Int128 Of(string asset) => _amounts.GetValueOrDefault(asset);

    /// <summary>What an order is to receive, and of which asset; more than an account may have is told as 2^63 - 1.</summary>
    public static (Asset Asset, Int128 Amount) Of(Instrument instrument, Side side, long priceTicks, long lots) => side == Side.Buy
        ? (instrument.Base, Int128.Min((Int128)lots * instrument.LotUnits, long.MaxValue))
        : (instrument.Quote, Int128.Min(instrument.Notional(priceTicks, lots), long.MaxValue));

    /// <summary>Adds an order, or takes it off as it was added.</summary>
    internal void Add(Instrument instrument, HeldOrder order, int sign)
    {
        var (asset, amount) = Of(instrument, order.Side, order.PriceTicks, order.OpenLots);
        _amounts[asset.Name] = _amounts.GetValueOrDefault(asset.Name) + (sign * amount);
    }
}
