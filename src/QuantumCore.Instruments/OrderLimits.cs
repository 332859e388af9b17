using System.Globalization;

namespace QuantumCore.Instruments;

/// <summary>A limit that an order breaks.</summary>
/// <param name="Reason">Which kind.</param>
/// <param name="Field">The field at fault; null when it is none of the order's.</param>
/// <param name="Limit">The limit, as a wire decimal; null when there is no number to name.</param>
/// <param name="At">Of orders that are asked for together, which one breaks it, from 0; null when all together do.</param>
public sealed record BrokenLimit(RejectReason Reason, string? Field, string? Limit, int? At = null);

/// <summary>The limits of an instrument that depend on an order alone.</summary>
public static class OrderLimits
{
    /// <summary>The first limit that an order breaks: quantity, then price, then notional; null when none.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="priceTicks">Limit or protection price, in ticks.</param>
    /// <param name="quantityLots">Quantity, in lots.</param>
    public static BrokenLimit? Check(Instrument instrument, long priceTicks, long quantityLots) =>
        Check(instrument, priceTicks, quantityLots, quantityLots);

    /// <summary>Whether an order is less than the instrument's least quantity or notional, as what is left of one may be.</summary>
    public static bool IsLess(Instrument instrument, long priceTicks, long quantityLots) =>
        quantityLots < instrument.MinQuantityLots || instrument.Notional(priceTicks, quantityLots) < instrument.MinNotional;

    /// <summary>The first limit that a part of an order breaks.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="priceTicks">Limit or protection price, in ticks.</param>
    /// <param name="quantityLots">The part, in lots: the most is asked of it.</param>
    /// <param name="wholeLots">The whole, in lots, of which the least is asked; 0: that of nothing.</param>
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
