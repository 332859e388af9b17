using System.Globalization;

namespace QuantumCore.Instruments;

/// <summary>A limit that an order breaks.</summary>
/// <param name="Reason">Reject reason.</param>
/// <param name="Field">The field at fault; null if it is not a field of the order.</param>
/// <param name="Limit">The limit as a wire decimal; null if it is not a number.</param>
/// <param name="At">Index of the order that breaks it among several, from 0; null if all together do.</param>
public sealed record BrokenLimit(RejectReason Reason, string? Field, string? Limit, int? At = null)
{
    /// <summary>Reason for the record if the limit freezes the account; else null.</summary>
    public string? Why { get; init; }
}

/// <summary>Checks the limits of an instrument that depend on an order alone.</summary>
public static class OrderLimits
{
    /// <summary>
    /// Returns the first limit that an order breaks: quantity, then price, then notional; null if none.
    /// </summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="priceTicks">Limit or protection price, in ticks.</param>
    /// <param name="quantityLots">Quantity, in lots.</param>
    public static BrokenLimit? Check(Instrument instrument, long priceTicks, long quantityLots) =>
        Check(instrument, priceTicks, quantityLots, quantityLots);

    /// <summary>
    /// Returns true if a quantity, such as the rest of an order, is below the instrument's minimum quantity or
    /// notional.
    /// </summary>
    public static bool IsLess(Instrument instrument, long priceTicks, long quantityLots) =>
        quantityLots < instrument.MinQuantityLots
            || instrument.Notional(priceTicks, quantityLots) < instrument.MinNotional;

    /// <summary>Returns the first limit that a part of an order breaks, or null if none.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="priceTicks">Limit or protection price, in ticks.</param>
    /// <param name="quantityLots">The part, in lots; maximums apply to it.</param>
    /// <param name="wholeLots">The whole, in lots; minimums apply to it. 0 skips the minimums.</param>
    public static BrokenLimit? Check(Instrument instrument, long priceTicks, long quantityLots, long wholeLots)
    {
        var isSmall = wholeLots != 0 && wholeLots < instrument.MinQuantityLots;
        if (isSmall || quantityLots > instrument.MaxQuantityLots)
        {
            var limit = isSmall
                ? instrument.MinQuantityLots
                : instrument.MaxQuantityLots;
            return new BrokenLimit(RejectReason.InvalidQuantity, "quantity", instrument.FormatQuantity(limit));
        }

        if (priceTicks < instrument.MinPriceTicks || priceTicks > instrument.MaxPriceTicks)
        {
            var limit = priceTicks < instrument.MinPriceTicks ? instrument.MinPriceTicks : instrument.MaxPriceTicks;
            return new BrokenLimit(RejectReason.InvalidPrice, "price", instrument.FormatPrice(limit));
        }

        var notional = instrument.Notional(priceTicks, quantityLots);
        isSmall = wholeLots != 0 && instrument.Notional(priceTicks, wholeLots) < instrument.MinNotional;
        if (isSmall || notional > instrument.MaxNotional)
        {
            var limit = isSmall ? instrument.MinNotional : instrument.MaxNotional;
            return new BrokenLimit(
                RejectReason.InvalidNotional,
                "quantity",
                DecimalText.Format(limit, instrument.Quote.Decimals));
        }

        if ((Int128)quantityLots * instrument.LotUnits > long.MaxValue)
        {
            return new BrokenLimit(
                RejectReason.Overflow,
                "quantity",
                long.MaxValue.ToString(CultureInfo.InvariantCulture));
        }

        return null;
    }
}
