using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Order checks that need only the request and its instrument. Their rejections are not journaled.</summary>
public static class OrderChecks
{
    private static readonly OrderConditions s_none = new();
    private static readonly Func<string, string?> s_unwritten = static _ => null;

    /// <summary>
    /// Returns the first rule that the order breaks: combination, quantity, price, notional; null if none.
    /// </summary>
    /// <remarks>
    /// A market order, and a stop that becomes one, has no price here. The account checks its notional. The reference
    /// price moves, and a retry must not be rejected if the first attempt was accepted.
    /// </remarks>
    public static Refusal? Check(Instrument instrument, HoldRequest order) => Check(instrument, order, s_unwritten);

    /// <summary>Returns the same rule, explained with the caller's values.</summary>
    /// <param name="instrument">Instrument of the order.</param>
    /// <param name="order">The order.</param>
    /// <param name="written">Returns a member of the request as the caller wrote it; null if unknown.</param>
    internal static Refusal? Check(Instrument instrument, HoldRequest order, Func<string, string?> written)
    {
        var terms = order.Conditions.Decode() ?? s_none;
        return Combination(order, terms, written)
            ?? Quantities(instrument, order, terms, written)
            ?? Prices(instrument, order, terms, written)
            ?? Notional(instrument, order, written);
    }

    /// <summary>Checks a price, in ticks, against the instrument's limits; null if it is valid.</summary>
    /// <param name="instrument">Instrument of the price.</param>
    /// <param name="ticks">The price.</param>
    /// <param name="field">Member of the request.</param>
    /// <param name="written">The price as the caller wrote it; null if unknown.</param>
    public static Refusal? Price(Instrument instrument, long ticks, string field = "price", string? written = null) =>
        Outside(RejectReason.InvalidPrice, field, written, ticks, ValueScale.OfPrice(instrument));

    /// <summary>Checks a quantity, in lots, against the instrument's limits; null if it is valid.</summary>
    /// <param name="instrument">Instrument of the quantity.</param>
    /// <param name="lots">The quantity.</param>
    /// <param name="field">Member of the request.</param>
    /// <param name="written">The quantity as the caller wrote it; null if unknown.</param>
    public static Refusal? Quantity(
        Instrument instrument, long lots, string field = "quantity", string? written = null) =>
        Outside(RejectReason.InvalidQuantity, field, written, lots, ValueScale.OfQuantity(instrument));

    /// <summary>Returns a refusal with the nearest end of a scale; null if the number of steps is on it.</summary>
    internal static Refusal? Outside(RejectReason reason, string field, string? written, long steps, ValueScale scale)
    {
        if (steps >= scale.Least && steps <= scale.Most)
            return null;

        var nearest = scale.Format(steps < scale.Least ? scale.Least : scale.Most);
        return new(reason, field, nearest, RefusalText.OutOfRange(
            field, written ?? scale.Format(steps), scale.Format(scale.Least), scale.Format(scale.Most), nearest));
    }

    /// <summary>
    /// Checks that the order's instructions fit together; its numbers need not be valid yet. The refusal names both
    /// members, the type first.
    /// </summary>
    public static Refusal? Combination(HoldRequest order, OrderConditions terms) =>
        Combination(order, terms, s_unwritten);

    internal static Refusal? Combination(HoldRequest order, OrderConditions terms, Func<string, string?> written)
    {
        if (!HasLimit(order.Type) && order.Type != OrderType.Pegged && order.PriceTicks != 0)
            return Excluded("type", "price", written);
        if (terms.Amount is not null && order.QuantityLots != 0)
            return Excluded("quantity", "quoteAmount", written);

        var (first, second) = OrderCombinations.Conflict(
            new OrderInstructions(order.Type, order.TimeInForce, order.PostOnly, order.SelfTrade, terms));
        if (first == OrderField.None)
            return null;
        if (second == OrderField.Type)
            (first, second) = (second, first);
        // The only pair whose first member lacks the second.
        if ((first, second) == (OrderField.Peg, OrderField.PegOffset))
            return new(
                RejectReason.InvalidCombination, "peg,pegOffset", null,
                "peg 'market' needs a pegOffset of at least one tick, because it stands away from the other "
                    + "side's best price");
        // A sliding order is post-only, with or without the flag.
        if (first == OrderField.PostOnly && terms.Slide)
            first = OrderField.Slide;
        if (second == OrderField.PostOnly && terms.Slide)
            second = OrderField.Slide;
        return Excluded(WireNames.Of(first), WireNames.Of(second), written);
    }

    private static Refusal Excluded(string first, string second, Func<string, string?> written) => new(
        RejectReason.InvalidCombination, $"{first},{second}", null,
        RefusalText.Excluded(first, written(first), second, written(second)));

    private static bool HasLimit(OrderType type) =>
        type is OrderType.Limit or OrderType.StopLimit or OrderType.TakeProfitLimit;

    private static Refusal? Quantities(
        Instrument instrument, HoldRequest order, OrderConditions terms, Func<string, string?> written)
    {
        if (terms.Amount is { } tickLots)
            return AmountOf(instrument, tickLots, written("quoteAmount"));
        if (Quantity(instrument, order.QuantityLots, "quantity", written("quantity")) is { } refusal)
            return refusal;

        var lots = order.QuantityLots;
        var least = 1 + ((lots - 1) / OrderConditions.IcebergPartsLimit);
        if (terms.DisplayLots is { } display && PartOf("displayQuantity", display, least) is { } wrong)
            return wrong;
        return terms.MinimumLots is { } minimum ? PartOf("minQuantity", minimum, 1) : null;

        Refusal? PartOf(string field, long part, long from) =>
            Outside(
                RejectReason.InvalidQuantity, field, written(field), part,
                ValueScale.OfQuantity(instrument) with { Least = from, Most = lots });
    }

    private static Refusal? AmountOf(Instrument instrument, long tickLots, string? written)
    {
        var value = (Int128)tickLots * instrument.TickLotValue;
        var (reason, nearest) = tickLots < 1 ? (RejectReason.InvalidQuantity, instrument.TickLotValue)
            : value < instrument.MinNotional ? (RejectReason.InvalidNotional, instrument.MinNotional)
            : value > instrument.MaxNotional ? (RejectReason.InvalidNotional, instrument.MaxNotional)
            : (RejectReason.None, 0);
        if (reason == RejectReason.None)
            return null;

        var (least, limit) = (Math.Max(instrument.MinNotional, instrument.TickLotValue), Amount(instrument, nearest));
        return new(reason, "quoteAmount", limit, RefusalText.OutOfRange(
            "quoteAmount", written ?? Amount(instrument, value), Amount(instrument, least),
            Amount(instrument, instrument.MaxNotional), limit));
    }

    private static Refusal? Prices(
        Instrument instrument, HoldRequest order, OrderConditions terms, Func<string, string?> written)
    {
        if ((HasLimit(order.Type) || (order.Type == OrderType.Pegged && order.PriceTicks != 0))
            && Price(instrument, order.PriceTicks, "price", written("price")) is { } refusal)
        {
            return refusal;
        }

        return PriceOf("triggerPrice", terms.TriggerTicks)
            ?? Difference("trailingDistance", terms.TrailTicks, 1)
            ?? BasisPoints(terms.TrailBasisPoints)
            ?? PriceOf("activationPrice", terms.ActivationTicks)
            ?? Difference("limitOffset", terms.LimitOffsetTicks, 0)
            ?? Difference("pegOffset", terms.PegOffsetTicks, 0)
            ?? Difference("protection", terms.ProtectionTicks, 0);

        Refusal? PriceOf(string field, long? ticks) =>
            ticks is { } price ? Price(instrument, price, field, written(field)) : null;

        Refusal? Difference(string field, long? ticks, long least) => ticks is not { } difference ? null
            : Outside(
                RejectReason.InvalidPrice, field, written(field), difference,
                ValueScale.OfPrice(instrument) with { Least = least, Most = Instrument.PriceTicksLimit });
    }

    /// <summary>Checks a trailing distance in basis points; null if it is valid or not given.</summary>
    public static Refusal? BasisPoints(int? points) => points is not { } given ? null : Outside(
        RejectReason.InvalidPrice, "trailingBasisPoints", null, given,
        ValueScale.OfInteger(1, OrderConditions.BasisPointsLimit));

    private static Refusal? Notional(Instrument instrument, HoldRequest order, Func<string, string?> written)
    {
        var isCovered = order.Type == OrderType.Pegged && order.Side == Side.Buy;
        if (!HasLimit(order.Type) && !isCovered)
            return null;

        var notional = instrument.Notional(order.PriceTicks, order.QuantityLots);
        if (notional >= instrument.MinNotional && notional <= instrument.MaxNotional)
            return null;

        var limit = Amount(
            instrument, notional < instrument.MinNotional ? instrument.MinNotional : instrument.MaxNotional);
        return new(
            RejectReason.InvalidNotional, "price,quantity", limit, OutOfNotional(instrument, order, notional, written));
    }

    /// <summary>Explains a notional outside its range, with the nearest quantity at this price that is valid.</summary>
    private static string OutOfNotional(
        Instrument instrument, HoldRequest order, Int128 notional, Func<string, string?> written)
    {
        var price = written("price") ?? instrument.FormatPrice(order.PriceTicks);
        var quantity = written("quantity") ?? instrument.FormatQuantity(order.QuantityLots);
        var (least, most) = (Amount(instrument, instrument.MinNotional), Amount(instrument, instrument.MaxNotional));
        var quote = instrument.Quote.Name;
        var text = $"price {RefusalText.Shown(price)} times quantity {RefusalText.Shown(quantity)} is outside "
            + $"the range {least} to {most} {quote}";

        var perLot = Wide.Product(order.PriceTicks, instrument.TickLotValue);
        var nearest = notional < instrument.MinNotional
            ? Rounding.DivUp(instrument.MinNotional, perLot)
            : Rounding.DivDown(instrument.MaxNotional, perLot);
        return nearest >= instrument.MinQuantityLots && nearest <= instrument.MaxQuantityLots
            ? $"{text}; nearest quantity at this price: {instrument.FormatQuantity((long)nearest)}"
            : text;
    }

    private static string Amount(Instrument instrument, Int128 minorUnits) =>
        DecimalText.Format(minorUnits, instrument.Quote.Decimals);
}
