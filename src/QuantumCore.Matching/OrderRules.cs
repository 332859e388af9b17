using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// What can be said of an order without knowing any book: which instructions exclude each other, and which values
/// are out of range (RULES 2, points 2 to 4).
/// </summary>
public static class OrderRules
{
    /// <summary>Largest amount of a market order by amount, in ticks times lots.</summary>
    public const long AmountLimit = OrderConditions.AmountLimit;

    /// <summary>Largest trail or price offset in basis points.</summary>
    public const int BasisPointsLimit = OrderConditions.BasisPointsLimit;

    /// <summary>Most slices an iceberg may need: a sweep makes one trade of each.</summary>
    public const int IcebergPartsLimit = OrderConditions.IcebergPartsLimit;

    /// <summary>Whether the order waits for a trigger before it is anything else.</summary>
    public static bool IsTriggered(OrderType type) => OrderCombinations.IsTriggered(type);

    /// <summary>Whether its trigger follows the market.</summary>
    public static bool IsTrailing(OrderType type) => OrderCombinations.IsTrailing(type);

    /// <summary>Whether it is a take-profit: it triggers with the market, not against it.</summary>
    public static bool IsTakeProfit(OrderType type) => OrderCombinations.IsTakeProfit(type);

    /// <summary>Whether it has no limit of its own when it trades.</summary>
    public static bool IsMarket(OrderType type) => OrderCombinations.IsMarket(type);

    /// <summary>The first reason to refuse the order whatever the book is.</summary>
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

    /// <summary>The first two instructions of an order that exclude each other, in words; false when there are none.</summary>
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
            or TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill or TimeInForce.GoodTillDate or TimeInForce.AtTheClose
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

    /// <summary>Whether so many lots may be shown of a total.</summary>
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
        (terms.TrailTicks is >= 1 and <= Instrument.PriceTicksLimit || terms.TrailBasisPoints is >= 1 and <= BasisPointsLimit)
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
