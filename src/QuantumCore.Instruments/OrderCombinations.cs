namespace QuantumCore.Instruments;

/// <summary>An order instruction that can exclude another.</summary>
public enum OrderField : byte
{
    /// <summary>No instruction.</summary>
    None = 0,

    /// <summary>Order type.</summary>
    Type = 1,

    /// <summary>Time in force.</summary>
    TimeInForce = 2,

    /// <summary>Post-only.</summary>
    PostOnly = 3,

    /// <summary>Post-only that slides instead of being rejected.</summary>
    Slide = 4,

    /// <summary>Display quantity of an iceberg.</summary>
    Display = 5,

    /// <summary>Hidden.</summary>
    Hidden = 6,

    /// <summary>All or none.</summary>
    AllOrNone = 7,

    /// <summary>Minimum quantity to fill at entry.</summary>
    MinimumQuantity = 8,

    /// <summary>Trigger price.</summary>
    Trigger = 9,

    /// <summary>Trigger reference: the price that triggers.</summary>
    TriggerReference = 10,

    /// <summary>Trailing distance in ticks.</summary>
    TrailTicks = 11,

    /// <summary>Trailing distance in basis points.</summary>
    TrailBasisPoints = 12,

    /// <summary>Activation price, at which trailing begins.</summary>
    Activation = 13,

    /// <summary>Distance of a trailing stop's limit from its trigger.</summary>
    LimitOffset = 14,

    /// <summary>Peg reference: the quote that a pegged order follows.</summary>
    Peg = 15,

    /// <summary>Distance from the peg reference.</summary>
    PegOffset = 16,

    /// <summary>Market order by amount.</summary>
    Amount = 17,

    /// <summary>Protection: how far a market order may trade.</summary>
    Protection = 18,

    /// <summary>Expiry time of a good-till-date order.</summary>
    Expiry = 19,

    /// <summary>Self-trade prevention.</summary>
    SelfTrade = 20,

    /// <summary>Do not reduce: a dividend leaves its prices unchanged.</summary>
    DoNotReduce = 21,
}

/// <summary>Instructions of an order beside side, price and quantity.</summary>
/// <param name="Type">Order type.</param>
/// <param name="TimeInForce">Time in force.</param>
/// <param name="PostOnly">True to rest or be rejected.</param>
/// <param name="SelfTrade">Self-trade prevention mode.</param>
/// <param name="Conditions">Other conditions; null for a plain order.</param>
public readonly record struct OrderInstructions(
    OrderType Type,
    TimeInForce TimeInForce,
    bool PostOnly,
    SelfTradePrevention SelfTrade = SelfTradePrevention.None,
    OrderConditions? Conditions = null);

/// <summary>Finds order instructions that exclude each other, independent of their numbers and the book.</summary>
public static class OrderCombinations
{
    private static readonly OrderConditions s_none = new();
    private static readonly (OrderField First, OrderField Second) s_fine = (OrderField.None, OrderField.None);

    /// <summary>Returns true if orders of this type first wait for a trigger.</summary>
    public static bool IsTriggered(OrderType type) => type is >= OrderType.Stop and <= OrderType.TrailingStopLimit;

    /// <summary>Returns true if the trigger of this type follows the market.</summary>
    public static bool IsTrailing(OrderType type) => type is OrderType.TrailingStop or OrderType.TrailingStopLimit;

    /// <summary>Returns true if this type triggers with the market, not against it.</summary>
    public static bool IsTakeProfit(OrderType type) => type is OrderType.TakeProfit or OrderType.TakeProfitLimit;

    /// <summary>Returns true if orders of this type trade without a limit of their own.</summary>
    public static bool IsMarket(OrderType type) =>
        type is OrderType.Market or OrderType.Stop or OrderType.TakeProfit or OrderType.TrailingStop;

    /// <summary>Returns the first two instructions that exclude each other; None twice if there are none.</summary>
    public static (OrderField First, OrderField Second) Conflict(in OrderInstructions order)
    {
        var terms = order.Conditions ?? s_none;
        var found = TypeAndTime(in order, terms);
        if (found.First == OrderField.None)
            found = FieldsOfOtherTypes(in order, terms);
        if (found.First == OrderField.None && (order.PostOnly || terms.Slide))
            found = WithPostOnly(in order, terms);
        if (found.First == OrderField.None && terms.MinimumLots is not null)
            found = WithMinimum(in order, terms);
        if (found.First == OrderField.None && terms.AllOrNone)
            found = WithAllOrNone(in order, terms);
        if (found.First == OrderField.None && (terms.Hidden || terms.DisplayLots is not null))
            found = WithLessShown(in order, terms);
        return found;
    }

    private static (OrderField First, OrderField Second) TypeAndTime(in OrderInstructions order, OrderConditions terms)
    {
        if (order.Type == OrderType.Pegged
            && order.TimeInForce is TimeInForce.FillOrKill or TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return (OrderField.Type, OrderField.TimeInForce);
        if (order.Type == OrderType.Market && order.TimeInForce == TimeInForce.GoodTillDate)
            return (OrderField.Type, OrderField.TimeInForce);
        if ((IsTriggered(order.Type) || order.Type == OrderType.Leg)
            && order.TimeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return (OrderField.Type, OrderField.TimeInForce);
        if (IsTriggered(order.Type) && IsMarket(order.Type)
            && order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            return (OrderField.Type, OrderField.TimeInForce);
        if (order.TimeInForce == TimeInForce.GoodTillDate != terms.ExpiryNanos is not null)
            return (OrderField.Expiry, OrderField.TimeInForce);
        return s_fine;
    }

    /// <summary>Finds values that the order's type does not allow, and missing values that it needs.</summary>
    private static (OrderField First, OrderField Second) FieldsOfOtherTypes(
        in OrderInstructions order, OrderConditions terms)
    {
        var trailing = IsTrailing(order.Type);
        var triggers = IsTriggered(order.Type);
        if (terms.TriggerTicks is not null && (!triggers || trailing))
            return (OrderField.Trigger, OrderField.Type);
        if (terms.TriggerReference != TriggerReference.Last && !triggers)
            return (OrderField.TriggerReference, OrderField.Type);
        if (terms.TrailTicks is not null && !trailing)
            return (OrderField.TrailTicks, OrderField.Type);
        if (terms.TrailBasisPoints is not null && !trailing)
            return (OrderField.TrailBasisPoints, OrderField.Type);
        if (terms.TrailTicks is not null && terms.TrailBasisPoints is not null)
            return (OrderField.TrailTicks, OrderField.TrailBasisPoints);
        if (terms.ActivationTicks is not null && !trailing)
            return (OrderField.Activation, OrderField.Type);
        if (terms.LimitOffsetTicks is not null != (order.Type == OrderType.TrailingStopLimit))
            return (OrderField.LimitOffset, OrderField.Type);
        if (terms.Peg != PegReference.None != (order.Type == OrderType.Pegged))
            return (OrderField.Peg, OrderField.Type);
        if (terms.PegOffsetTicks != 0 && order.Type != OrderType.Pegged)
            return (OrderField.PegOffset, OrderField.Type);
        if (terms.Peg == PegReference.Market && terms.PegOffsetTicks == 0)
            return (OrderField.Peg, OrderField.PegOffset);
        if (terms.ProtectionTicks is not null && !IsMarket(order.Type))
            return (OrderField.Protection, OrderField.Type);
        if (terms.DoNotReduce && (trailing || order.Type is OrderType.Market or OrderType.Pegged or OrderType.Leg))
            return (OrderField.DoNotReduce, OrderField.Type);
        return terms.Amount is null ? s_fine : WithAmount(in order, terms);
    }

    private static (OrderField First, OrderField Second) WithAmount(in OrderInstructions order, OrderConditions terms)
    {
        if (order.Type != OrderType.Market)
            return (OrderField.Amount, OrderField.Type);
        if (order.TimeInForce is not (TimeInForce.GoodTillCancel or TimeInForce.ImmediateOrCancel or TimeInForce.Day))
            return (OrderField.Amount, OrderField.TimeInForce);
        return order.SelfTrade == SelfTradePrevention.Decrement ? (OrderField.Amount, OrderField.SelfTrade)
            : terms.DisplayLots is not null ? (OrderField.Amount, OrderField.Display)
            : s_fine;
    }

    private static (OrderField First, OrderField Second) WithPostOnly(in OrderInstructions order, OrderConditions terms)
    {
        if (order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill
            or TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return (OrderField.PostOnly, OrderField.TimeInForce);
        if (IsMarket(order.Type) || order.Type is OrderType.Pegged or OrderType.Leg)
            return (OrderField.PostOnly, OrderField.Type);
        return terms.Slide && IsTriggered(order.Type) ? (OrderField.Slide, OrderField.Type) : s_fine;
    }

    private static (OrderField First, OrderField Second) WithMinimum(in OrderInstructions order, OrderConditions terms)
    {
        if (order.TimeInForce is TimeInForce.FillOrKill or TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return (OrderField.MinimumQuantity, OrderField.TimeInForce);
        if (IsTriggered(order.Type) || order.Type is OrderType.Pegged or OrderType.Leg)
            return (OrderField.MinimumQuantity, OrderField.Type);
        return terms.AllOrNone ? (OrderField.MinimumQuantity, OrderField.AllOrNone)
            : order.PostOnly || terms.Slide ? (OrderField.MinimumQuantity, OrderField.PostOnly)
            : terms.Amount is not null ? (OrderField.MinimumQuantity, OrderField.Amount)
            : s_fine;
    }

    private static (OrderField First, OrderField Second) WithAllOrNone(
        in OrderInstructions order, OrderConditions terms)
    {
        if (order.TimeInForce is TimeInForce.AtTheOpening or TimeInForce.AtTheClose)
            return (OrderField.AllOrNone, OrderField.TimeInForce);
        if (IsTriggered(order.Type) || order.Type is OrderType.Pegged or OrderType.Leg)
            return (OrderField.AllOrNone, OrderField.Type);
        return terms.Hidden ? (OrderField.AllOrNone, OrderField.Hidden)
            : terms.DisplayLots is not null ? (OrderField.AllOrNone, OrderField.Display)
            : terms.Amount is not null ? (OrderField.AllOrNone, OrderField.Amount)
            : s_fine;
    }

    private static (OrderField First, OrderField Second) WithLessShown(
        in OrderInstructions order, OrderConditions terms)
    {
        var what = terms.Hidden ? OrderField.Hidden : OrderField.Display;
        if (terms.Hidden && terms.DisplayLots is not null)
            return (OrderField.Hidden, OrderField.Display);
        if (order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            return (what, OrderField.TimeInForce);
        if (IsMarket(order.Type) || order.Type == OrderType.Leg || (order.Type == OrderType.Pegged && !terms.Hidden))
            return (what, OrderField.Type);
        return s_fine;
    }
}
