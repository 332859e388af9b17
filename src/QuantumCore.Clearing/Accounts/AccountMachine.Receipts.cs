using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Checks room for receipts. A fill cannot be rejected once its book has decided it, so the order is.
/// </summary>
internal sealed partial class AccountMachine
{
    /// <summary>Returns the amount of an asset that withdrawals may bring back, minor units.</summary>
    private Int128 PromisedOf(Asset asset)
    {
        Int128 promised = 0;
        foreach (var withdrawal in _openWithdrawals.Values)
        {
            promised += withdrawal.Asset == asset ? withdrawal.Amount : 0;
        }

        return promised;
    }

    /// <summary>
    /// Checks that there is room for what an order is to receive at its limit; a better price may bring more.
    /// </summary>
    private RejectReason CheckReceipt(HoldRequest request, Instrument instrument, long need, FeeTerms fees)
    {
        var order = MarginOrderOf(request, instrument, need, fees);
        var asset = order.Side == Side.Buy ? instrument.Base : instrument.Quote;
        return Account.CheckReceipt(
            instrument, order.Side, order.PriceTicks, (long)Int128.Min(order.Lots, long.MaxValue), PromisedOf(asset));
    }

    /// <summary>Checks the same for a replacement of an order.</summary>
    private RejectReason CheckReceipt(HeldOrder old, long priceTicks, long quantityLots)
    {
        var (asset, replaced) = ExpectedReceipts.Of(old.Instrument, old.Side, old.PriceTicks, old.OpenLots);
        return Account.CheckReceipt(old.Instrument, old.Side, priceTicks, quantityLots, PromisedOf(asset) - replaced);
    }
}
