using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Checks orders against the limits of their instrument alone.</summary>
internal static class InstrumentLimits
{
    /// <summary>
    /// Checks the instrument's limits. For a missing quantity or price, those that the order implies are used.
    /// </summary>
    public static BrokenLimit? Check(Instrument instrument, HoldRequest request)
    {
        var lots = request.QuantityLots;
        if (request.Conditions.Decode()?.Amount is { } amount)
        {
            if (request.PriceTicks < 1)
            {
                return new BrokenLimit(RejectReason.InvalidPrice, "price", null);
            }

            lots = Math.Max(amount / request.PriceTicks, 1);
        }

        // A pegged sell needs no cap; a pegged buy is held at its cap.
        var free = request is { Type: OrderType.Pegged, Side: Side.Sell, PriceTicks: 0 };
        return OrderLimits.Check(instrument, free ? instrument.MinPriceTicks : request.PriceTicks, lots) is { } broken
            ? InWordsOf(request, broken)
            : null;
    }

    /// <summary>
    /// Returns the limit of the instrument that a replacement would break, or null. Maximums apply to the quantity that
    /// it enters. Minimums apply to a new total, but not to the rest of an order, nor to one that is already below
    /// them.
    /// </summary>
    public static BrokenLimit? Check(HeldOrder order, AmendRequest request, long priceTicks, long totalLots)
    {
        // A pegged sell without a cap has no price to check.
        var judged = priceTicks == 0 ? order.Instrument.MinPriceTicks : priceTicks;
        var isNamed = request.TotalLots != 0 && request.TotalLots != order.QuantityLots;
        var isRest =
            !isNamed && (order.FilledLots > 0 || OrderLimits.IsLess(order.Instrument, order.PriceTicks, totalLots));
        return OrderLimits.Check(
            order.Instrument, judged, totalLots - order.FilledLots, isRest ? 0 : totalLots + request.EarlierLots);
    }

    /// <summary>Names the fields of a broken limit as in the request: an order by amount has no quantity.</summary>
    public static BrokenLimit InWordsOf(HoldRequest request, BrokenLimit broken) =>
        request.Conditions.Decode()?.Amount is null
        ? broken
        : broken with { Field = broken.Field?.Replace("quantity", "quoteAmount", StringComparison.Ordinal) };

    /// <summary>
    /// Returns the lots of an order; for an order by amount, the lots that the amount gives at its worst price.
    /// </summary>
    public static long LotsOf(HoldRequest request) => request.Conditions.Decode()?.Amount is { } amount
        ? Math.Max(amount / Math.Max(request.PriceTicks, 1), 1)
        : request.QuantityLots;
}
