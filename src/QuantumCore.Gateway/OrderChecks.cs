using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>Order checks that need only the request and its instrument. Their rejections are not journaled.</summary>
public static class OrderChecks
{
    private static readonly OrderConditions s_none = new();

    /// <summary>
    /// Returns the first rule that the order breaks: combination, quantity, price, notional; null if none.
    /// </summary>
    /// <remarks>
    /// A market order, and a stop that becomes one, has no price here. The account checks its notional. The reference
    /// price moves, and a retry must not be rejected if the first attempt was accepted.
    /// </remarks>
    public static Refusal? Check(Instrument instrument, HoldRequest order)
    {
        var terms = order.Conditions.Decode() ?? s_none;
        return Combination(order, terms)
            ?? Quantities(instrument, order, terms)
            ?? Prices(instrument, order, terms)
            ?? Notional(instrument, order);
    }

    /// <summary>Checks a price, in ticks, against the instrument's limits; null if it is valid.</summary>
    public static Refusal? Price(Instrument instrument, long ticks, string field = "price")
    {
        if (ticks < instrument.MinPriceTicks)
            return new(RejectReason.InvalidPrice, field, instrument.FormatPrice(instrument.MinPriceTicks));
        if (ticks > instrument.MaxPriceTicks)
            return new(RejectReason.InvalidPrice, field, instrument.FormatPrice(instrument.MaxPriceTicks));
        return null;
    }

    /// <summary>Checks a quantity, in lots, against the instrument's limits; null if it is valid.</summary>
    public static Refusal? Quantity(Instrument instrument, long lots, string field = "quantity")
    {
        if (lots < instrument.MinQuantityLots)
            return new(RejectReason.InvalidQuantity, field, instrument.FormatQuantity(instrument.MinQuantityLots));
        if (lots > instrument.MaxQuantityLots)
            return new(RejectReason.InvalidQuantity, field, instrument.FormatQuantity(instrument.MaxQuantityLots));
        return null;
    }

    /// <summary>
    /// Checks that the order's instructions fit together; its numbers need not be valid yet. The refusal names both
    /// members, the type first.
    /// </summary>
    public static Refusal? Combination(HoldRequest order, OrderConditions terms)
    {
        if (!HasLimit(order.Type) && order.Type != OrderType.Pegged && order.PriceTicks != 0)
            return new(RejectReason.InvalidCombination, "type,price");
        if (terms.Amount is not null && order.QuantityLots != 0)
            return new(RejectReason.InvalidCombination, "quantity,quoteAmount");

        var (first, second) = OrderCombinations.Conflict(
            new OrderInstructions(order.Type, order.TimeInForce, order.PostOnly, order.SelfTrade, terms));
        if (first == OrderField.None)
            return null;
        if (second == OrderField.Type)
            (first, second) = (second, first);
        // The only pair whose first member lacks the second.
        var detail = (first, second) == (OrderField.Peg, OrderField.PegOffset)
            ? "A market peg stands away from the other side's best: it needs a pegOffset of one tick at least."
            : null;
        // A sliding order is post-only, with or without the flag.
        if (first == OrderField.PostOnly && terms.Slide)
            first = OrderField.Slide;
        if (second == OrderField.PostOnly && terms.Slide)
            second = OrderField.Slide;
        return new(RejectReason.InvalidCombination, $"{WireNames.Of(first)},{WireNames.Of(second)}", null, detail);
    }

    private static bool HasLimit(OrderType type) =>
        type is OrderType.Limit or OrderType.StopLimit or OrderType.TakeProfitLimit;

    private static Refusal? Quantities(Instrument instrument, HoldRequest order, OrderConditions terms)
    {
        if (terms.Amount is { } tickLots)
            return AmountOf(instrument, tickLots);
        if (Quantity(instrument, order.QuantityLots) is { } refusal)
            return refusal;

        var lots = order.QuantityLots;
        string Limit(long limit) => instrument.FormatQuantity(limit);
        if (terms.DisplayLots is { } display)
        {
            var least = 1 + ((lots - 1) / OrderConditions.IcebergPartsLimit);
            if (display < least || display > lots)
                return new(RejectReason.InvalidQuantity, "displayQuantity", Limit(display < least ? least : lots));
        }

        return terms.MinimumLots is { } minimum && (minimum < 1 || minimum > lots)
            ? new(RejectReason.InvalidQuantity, "minQuantity", Limit(minimum < 1 ? 1 : lots))
            : null;
    }

    private static Refusal? AmountOf(Instrument instrument, long tickLots)
    {
        if (tickLots < 1)
            return new(RejectReason.InvalidQuantity, "quoteAmount", Amount(instrument, instrument.TickLotValue));

        var minorUnits = (Int128)tickLots * instrument.TickLotValue;
        if (minorUnits < instrument.MinNotional)
            return new(RejectReason.InvalidNotional, "quoteAmount", Amount(instrument, instrument.MinNotional));
        return minorUnits > instrument.MaxNotional
            ? new(RejectReason.InvalidNotional, "quoteAmount", Amount(instrument, instrument.MaxNotional))
            : null;
    }

    private static Refusal? Prices(Instrument instrument, HoldRequest order, OrderConditions terms)
    {
        if ((HasLimit(order.Type) || (order.Type == OrderType.Pegged && order.PriceTicks != 0))
            && Price(instrument, order.PriceTicks) is { } refusal)
        {
            return refusal;
        }

        return (terms.TriggerTicks is { } trigger ? Price(instrument, trigger, "triggerPrice") : null)
            ?? Difference(instrument, terms.TrailTicks, 1, "trailingDistance")
            ?? BasisPoints(terms.TrailBasisPoints)
            ?? (terms.ActivationTicks is { } activation ? Price(instrument, activation, "activationPrice") : null)
            ?? Difference(instrument, terms.LimitOffsetTicks, 0, "limitOffset")
            ?? Difference(instrument, terms.PegOffsetTicks, 0, "pegOffset")
            ?? Difference(instrument, terms.ProtectionTicks, 0, "protection");
    }

    /// <summary>Checks a trailing distance in basis points; null if it is valid or not given.</summary>
    public static Refusal? BasisPoints(int? points)
    {
        if (points is null or (>= 1 and <= OrderConditions.BasisPointsLimit))
            return null;

        var limit = points < 1 ? 1 : OrderConditions.BasisPointsLimit;
        return new(RejectReason.InvalidPrice, "trailingBasisPoints", limit.ToString());
    }

    private static Refusal? Difference(Instrument instrument, long? ticks, long least, string field)
    {
        if (ticks is not { } difference || (difference >= least && difference <= Instrument.PriceTicksLimit))
            return null;

        var limit = difference < least ? least : Instrument.PriceTicksLimit;
        return new(RejectReason.InvalidPrice, field, instrument.FormatPrice(limit));
    }

    private static Refusal? Notional(Instrument instrument, HoldRequest order)
    {
        var isCovered = order.Type == OrderType.Pegged && order.Side == Side.Buy;
        if (!HasLimit(order.Type) && !isCovered)
            return null;

        var notional = instrument.Notional(order.PriceTicks, order.QuantityLots);
        if (notional < instrument.MinNotional)
            return new(RejectReason.InvalidNotional, "price,quantity", Amount(instrument, instrument.MinNotional));
        if (notional > instrument.MaxNotional)
            return new(RejectReason.InvalidNotional, "price,quantity", Amount(instrument, instrument.MaxNotional));
        return null;
    }

    private static string Amount(Instrument instrument, long minorUnits) =>
        DecimalText.Format(minorUnits, instrument.Quote.Decimals);
}
