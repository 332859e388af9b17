using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// What can be said of an order without knowing any book: which instructions exclude each other, and which values
/// are out of range (RULES 2, points 2 to 4).
/// </summary>
public static class OrderRules
{
    /// <summary>Largest amount of a market order by amount, in ticks times lots.</summary>
    public const long AmountLimit = 1L << 62;

    /// <summary>Largest trail or price offset in basis points.</summary>
    public const int BasisPointsLimit = 9_999;

    /// <summary>Whether the order waits for a trigger before it is anything else.</summary>
    public static bool IsTriggered(OrderType type) => type is >= OrderType.Stop and <= OrderType.TrailingStopLimit;

    /// <summary>Whether its trigger follows the market.</summary>
    public static bool IsTrailing(OrderType type) => type is OrderType.TrailingStop or OrderType.TrailingStopLimit;

    /// <summary>Whether it is a take-profit: it triggers with the market, not against it.</summary>
    public static bool IsTakeProfit(OrderType type) => type is OrderType.TakeProfit or OrderType.TakeProfitLimit;

    /// <summary>Whether it has no limit of its own when it trades.</summary>
    public static bool IsMarket(OrderType type) =>
        type is OrderType.Market or OrderType.Stop or OrderType.TakeProfit or OrderType.TrailingStop;

    /// <summary>The first reason to refuse the order whatever the book is.</summary>
    public static RejectReason Check(in NewOrder order)
    {
        if (!IsDefined(in order))
            return RejectReason.BadRequest;
        if (Conflict(in order, out _, out _))
            return RejectReason.InvalidCombination;
        return HasBadQuantity(in order) ? RejectReason.InvalidQuantity
            : HasBadPrice(in order) ? RejectReason.InvalidPrice
            : RejectReason.None;
    }

    /// <summary>The first two instructions of an order that exclude each other; false when there are none.</summary>
    public static bool Conflict(in NewOrder order, out string first, out string second)
    {
        var (a, b) = FindConflict(in order);
        first = a;
        second = b;
        return a.Length > 0;
    }

    private static bool IsDefined(in NewOrder order) => order.Side is Side.Buy or Side.Sell
        && order.Type is >= OrderType.Market and <= OrderType.Pegged
        && order.TimeInForce is TimeInForce.Day or TimeInForce.GoodTillCancel or TimeInForce.AtTheOpening
            or TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill or TimeInForce.GoodTillDate or TimeInForce.AtTheClose
        && order.SelfTrade <= SelfTradePrevention.CancelOldest
        && (order.Conditions is not { } terms
            || (terms.TriggerReference <= TriggerReference.Mark && terms.Peg <= PegReference.Midpoint));

    private static (string First, string Second) FindConflict(in NewOrder order)
    {
        var terms = order.Conditions ?? s_none;
        var found = TypeAndTime(in order, terms);
        if (found.First.Length == 0)
            found = FieldsOfOtherTypes(in order, terms);
        if (found.First.Length == 0 && (order.PostOnly || terms.Slide))
            found = WithPostOnly(in order, terms);
        if (found.First.Length == 0 && terms.MinimumLots is not null)
            found = WithMinimum(in order, terms);
        if (found.First.Length == 0 && terms.AllOrNone)
            found = WithAllOrNone(in order, terms);
        if (found.First.Length == 0 && (terms.Hidden || terms.DisplayLots is not null))
            found = WithLessShown(in order, terms);
        return found;
    }

    private static readonly OrderConditions s_none = new();
    private static readonly (string First, string Second) s_fine = ("", "");

    private static (string First, string Second) TypeAndTime(in NewOrder order, OrderConditions terms)
    {
        var time = NameOf(order.TimeInForce);
        if (order.Type == OrderType.Pegged
            && order.TimeInForce is TimeInForce.FillOrKill or TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return ("Peg", time);
        if (order.Type == OrderType.Market && order.TimeInForce == TimeInForce.GoodTillDate)
            return ("Market", time);
        if (IsTriggered(order.Type) && order.TimeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return ("Stop", time);
        if (IsTriggered(order.Type) && IsMarket(order.Type)
            && order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            return ("Stop", time);
        if (order.TimeInForce == TimeInForce.GoodTillDate != terms.ExpiryNanos is not null)
            return ("Expiry", time);
        return s_fine;
    }

    /// <summary>Values that belong to a type the order does not have, and those its own type can't do with.</summary>
    private static (string First, string Second) FieldsOfOtherTypes(in NewOrder order, OrderConditions terms)
    {
        var trailing = IsTrailing(order.Type);
        var triggers = IsTriggered(order.Type);
        var type = NameOf(order.Type);
        if (terms.TriggerTicks is not null && (!triggers || trailing))
            return ("Trigger", type);
        if (terms.TriggerReference != TriggerReference.Last && !triggers)
            return ("TriggerReference", type);
        if ((terms.TrailTicks is not null || terms.TrailBasisPoints is not null) && !trailing)
            return ("Trail", type);
        if (terms.TrailTicks is not null && terms.TrailBasisPoints is not null)
            return ("TrailTicks", "TrailBasisPoints");
        if (terms.ActivationTicks is not null && !trailing)
            return ("Activation", type);
        if (terms.LimitOffsetTicks is not null != (order.Type == OrderType.TrailingStopLimit))
            return ("LimitOffset", type);
        if (order.Type == OrderType.TrailingStopLimit && order.PriceTicks != 0)
            return ("Price", type);
        if (terms.Peg != PegReference.None != (order.Type == OrderType.Pegged))
            return ("Peg", type);
        if (terms.PegOffsetTicks != 0 && order.Type != OrderType.Pegged)
            return ("Offset", type);
        if (terms.Peg == PegReference.Market && terms.PegOffsetTicks == 0)
            return ("Peg", "Offset");
        if (terms.ProtectionTicks is not null && !IsMarket(order.Type))
            return ("Protection", type);
        if (terms.Amount is null)
            return s_fine;
        if (order.Type != OrderType.Market)
            return ("Amount", type);
        if (order.TimeInForce is not (TimeInForce.GoodTillCancel or TimeInForce.ImmediateOrCancel or TimeInForce.Day))
            return ("Amount", NameOf(order.TimeInForce));
        return order.SelfTrade == SelfTradePrevention.Decrement ? ("Amount", "Decrement")
            : terms.DisplayLots is not null ? ("Amount", "Display")
            : s_fine;
    }

    private static (string First, string Second) WithPostOnly(in NewOrder order, OrderConditions terms)
    {
        if (order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill
            or TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return ("PostOnly", NameOf(order.TimeInForce));
        if (IsMarket(order.Type) || order.Type == OrderType.Pegged)
            return ("PostOnly", NameOf(order.Type));
        return terms.Slide && IsTriggered(order.Type) ? ("Slide", NameOf(order.Type)) : s_fine;
    }

    private static (string First, string Second) WithMinimum(in NewOrder order, OrderConditions terms)
    {
        if (order.TimeInForce is TimeInForce.FillOrKill or TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return ("MinQty", NameOf(order.TimeInForce));
        if (IsTriggered(order.Type) || order.Type == OrderType.Pegged)
            return ("MinQty", NameOf(order.Type));
        return terms.AllOrNone ? ("MinQty", "AON")
            : order.PostOnly || terms.Slide ? ("MinQty", "PostOnly")
            : terms.Amount is not null ? ("MinQty", "Amount")
            : s_fine;
    }

    private static (string First, string Second) WithAllOrNone(in NewOrder order, OrderConditions terms)
    {
        if (order.TimeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return ("AON", NameOf(order.TimeInForce));
        if (IsTriggered(order.Type) || order.Type == OrderType.Pegged)
            return ("AON", NameOf(order.Type));
        return terms.Hidden ? ("AON", "Hidden")
            : terms.DisplayLots is not null ? ("AON", "Display")
            : terms.Amount is not null ? ("AON", "Amount")
            : s_fine;
    }

    private static (string First, string Second) WithLessShown(in NewOrder order, OrderConditions terms)
    {
        var what = terms.Hidden ? "Hidden" : "Display";
        if (terms.Hidden && terms.DisplayLots is not null)
            return ("Hidden", "Display");
        if (order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            return (what, NameOf(order.TimeInForce));
        if (IsMarket(order.Type) || (order.Type == OrderType.Pegged && !terms.Hidden))
            return (what, NameOf(order.Type));
        return s_fine;
    }

    private static bool HasBadQuantity(in NewOrder order)
    {
        var terms = order.Conditions;
        if (terms?.Amount is { } amount)
            return order.QuantityLots != 0 || amount is < 1 or > AmountLimit;
        if (order.QuantityLots is < 1 or > Instrument.QuantityLotsLimit)
            return true;
        return terms is not null
            && ((terms.DisplayLots is { } display && (display < 1 || display > order.QuantityLots))
                || (terms.MinimumLots is { } minimum && (minimum < 1 || minimum > order.QuantityLots)));
    }

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
        OrderType.Limit => "Limit",
        _ => "Stop",
    };
}
