using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// Checks an order without any book: instructions that exclude each other, and values out of range (RULES 2, points 2
/// to 4).
/// </summary>
public static class OrderRules
{
    /// <summary>Maximum amount of a market order by amount, in ticks times lots.</summary>
    public const long AmountLimit = OrderConditions.AmountLimit;

    /// <summary>Maximum trailing distance or price offset, in basis points.</summary>
    public const int BasisPointsLimit = OrderConditions.BasisPointsLimit;

    /// <summary>Maximum number of slices of an iceberg. A sweep makes one trade of each.</summary>
    public const int IcebergPartsLimit = OrderConditions.IcebergPartsLimit;

    /// <summary>Returns true if orders of this type first wait for a trigger.</summary>
    public static bool IsTriggered(OrderType type) => OrderCombinations.IsTriggered(type);

    /// <summary>Returns true if the trigger of this type follows the market.</summary>
    public static bool IsTrailing(OrderType type) => OrderCombinations.IsTrailing(type);

    /// <summary>Returns true for a take-profit, which triggers with the market, not against it.</summary>
    public static bool IsTakeProfit(OrderType type) => OrderCombinations.IsTakeProfit(type);

    /// <summary>Returns true if orders of this type trade without a limit of their own.</summary>
    public static bool IsMarket(OrderType type) => OrderCombinations.IsMarket(type);

    /// <summary>Returns the first reason to reject the order in any book, or None.</summary>
    public static RejectReason Check(in NewOrder order)
    {
        if (!IsDefined(in order))
            return RejectReason.BadRequest;
        if (OrderCombinations.Conflict(Instructions(in order)).First != OrderField.None)
            return RejectReason.InvalidCombination;
        return HasBadQuantity(in order) ? RejectReason.InvalidQuantity
            : HasBadPrice(in order) ? RejectReason.InvalidPrice
            : RejectReason.None;
    }

    /// <summary>
    /// Returns a sentence about the first two instructions that exclude each other; false if there are none.
    /// </summary>
    public static bool Conflict(in NewOrder order, out string first, out string second)
    {
        var (a, b) = OrderCombinations.Conflict(Instructions(in order));
        var isTrail = a is OrderField.TrailTicks or OrderField.TrailBasisPoints && b == OrderField.Type;
        first = isTrail ? "Trail" : Word(a, in order);
        second = Word(b, in order);
        return a != OrderField.None;
    }

    private static OrderInstructions Instructions(in NewOrder order) =>
        new(order.Type, order.TimeInForce, order.PostOnly, order.SelfTrade, order.Conditions);

    private static bool IsDefined(in NewOrder order) => order.Side is Side.Buy or Side.Sell
        && order.Type is >= OrderType.Market and <= OrderType.Leg
        && order.TimeInForce is TimeInForce.Day or TimeInForce.GoodTillCancel or TimeInForce.AtTheOpening
            or TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill or TimeInForce.GoodTillDate
            or TimeInForce.AtTheClose
        && order.SelfTrade <= SelfTradePrevention.CancelOldest
        && (order.Conditions is not { } terms
            || (terms.TriggerReference <= TriggerReference.Mark && terms.Peg <= PegReference.Midpoint));

    private static readonly OrderConditions s_none = new();

    private static bool HasBadQuantity(in NewOrder order)
    {
        var terms = order.Conditions;
        if (terms?.Amount is { } amount)
            return order.QuantityLots != 0 || amount is < 1 or > AmountLimit;
        if (order.QuantityLots is < 1 or > Instrument.QuantityLotsLimit)
            return true;
        return terms is not null
            && ((terms.DisplayLots is { } display && !IsDisplay(display, order.QuantityLots))
                || (terms.MinimumLots is { } minimum && (minimum < 1 || minimum > order.QuantityLots)));
    }

    /// <summary>Returns true if an order of this total may display the lots.</summary>
    internal static bool IsDisplay(long display, long total) =>
        display >= 1 && display <= total && (total - 1) / display < IcebergPartsLimit;

    private static bool HasBadPrice(in NewOrder order)
    {
        var lowest = IsMarket(order.Type) || order.Type is OrderType.Pegged or OrderType.TrailingStopLimit ? 0 : 1;
        if (order.PriceTicks < lowest || order.PriceTicks > Instrument.PriceTicksLimit)
            return true;
        var terms = order.Conditions ?? s_none;
        if (IsTriggered(order.Type) && !IsTrailing(order.Type) && !IsPrice(terms.TriggerTicks))
            return true;
        if (IsTrailing(order.Type) && !HasGoodTrail(terms))
            return true;
        return terms.PegOffsetTicks is < 0 or > Instrument.PriceTicksLimit
            || terms.ProtectionTicks is < 0 or > Instrument.PriceTicksLimit
            || terms.LimitOffsetTicks is < 0 or > Instrument.PriceTicksLimit;
    }

    private static bool HasGoodTrail(OrderConditions terms) =>
        (terms.TrailTicks is >= 1 and <= Instrument.PriceTicksLimit
            || terms.TrailBasisPoints is >= 1 and <= BasisPointsLimit)
        && (terms.ActivationTicks is null || IsPrice(terms.ActivationTicks));

    private static bool IsPrice(long? ticks) => ticks is >= 1 and <= Instrument.PriceTicksLimit;

    private static string Word(OrderField field, in NewOrder order) => field switch
    {
        OrderField.None => "",
        OrderField.Type => NameOf(order.Type),
        OrderField.TimeInForce => NameOf(order.TimeInForce),
        OrderField.AllOrNone => "AON",
        OrderField.MinimumQuantity => "MinQty",
        OrderField.PegOffset => "Offset",
        OrderField.SelfTrade => order.SelfTrade.ToString(),
        OrderField.PostOnly or OrderField.Slide or OrderField.Display or OrderField.Hidden or OrderField.Trigger
            or OrderField.TriggerReference or OrderField.TrailTicks or OrderField.TrailBasisPoints
            or OrderField.Activation or OrderField.LimitOffset or OrderField.Peg or OrderField.Amount
            or OrderField.Protection or OrderField.Expiry => field.ToString(),
        OrderField.DoNotReduce => "DNR",
    };

    private static string NameOf(TimeInForce time) => time switch
    {
        TimeInForce.Day => "DAY",
        TimeInForce.AtTheOpening => "AtOpen",
        TimeInForce.ImmediateOrCancel => "IOC",
        TimeInForce.FillOrKill => "FOK",
        TimeInForce.GoodTillDate => "GTD",
        TimeInForce.AtTheClose => "AtClose",
        _ => "GTC",
    };

    private static string NameOf(OrderType type) => type switch
    {
        OrderType.Market => "Market",
        OrderType.Pegged => "Peg",
        OrderType.Leg => "Leg",
        OrderType.Limit => "Limit",
        _ => "Stop",
    };
}
