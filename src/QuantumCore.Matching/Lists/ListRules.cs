using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Rules for the orders of a list that need no book (RULES 9).</summary>
internal static class ListRules
{
    private static readonly OrderConditions s_noConditions = new();

    /// <summary>Returns true if the orders can form a list of a kind; their number is right.</summary>
    public static bool FitTogether(OrderListKind kind, ReadOnlySpan<NewOrder> legs) => kind switch
    {
        OrderListKind.OneCancelsOther => ArePair(in legs[0], in legs[1]),
        OrderListKind.OneTriggersOther => IsParent(in legs[0]) && IsChild(in legs[1]),
        _ => IsParent(in legs[0]) && IsChild(in legs[1]) && IsChild(in legs[2]) && ArePair(in legs[1], in legs[2]),
    };

    /// <summary>
    /// Returns true for a valid parent: a limit order, fill or kill only without any other instruction.
    /// </summary>
    private static bool IsParent(in NewOrder order)
    {
        var kills = order.TimeInForce == TimeInForce.FillOrKill
            || (order.TimeInForce == TimeInForce.ImmediateOrCancel && order.Conditions?.AllOrNone == true);
        return order.Type == OrderType.Limit
            && !(kills && (order.PostOnly || (order.Conditions is { } terms && terms != s_noConditions)));
    }

    /// <summary>
    /// Returns true for a valid child: it has a quantity, and no at-the-open order, since an opening is over by then
    /// (RULES 13).
    /// </summary>
    private static bool IsChild(in NewOrder order) =>
        order.Conditions?.Amount is null && order.Type != OrderType.Leg
            && order.TimeInForce != TimeInForce.AtTheOpening;

    /// <summary>
    /// Returns true for two legs of one side and size: one waits for the better price, one for the worse.
    /// </summary>
    private static bool ArePair(in NewOrder a, in NewOrder b) => a.Side == b.Side && a.QuantityLots == b.QuantityLots
        && IsTarget(in a) != IsTarget(in b) && IsStop(in a) != IsStop(in b);

    public static bool IsTarget(in NewOrder order) =>
        order.Type == OrderType.Limit || OrderRules.IsTakeProfit(order.Type);

    private static bool IsStop(in NewOrder order) =>
        OrderRules.IsTriggered(order.Type) && !OrderRules.IsTakeProfit(order.Type);

    /// <summary>Returns true if the legs of a pair are on both sides of the last price; 0 for none.</summary>
    public static bool Straddle(long lastTicks, in NewOrder a, in NewOrder b)
    {
        var target = PriceOfLeg(IsTarget(in a) ? a : b);
        var stop = PriceOfLeg(IsTarget(in a) ? b : a);
        return AreInOrder(a.Side, target, lastTicks, stop);
    }

    /// <summary>Returns the price that a leg waits for; 0 for a trailing stop, which has none yet.</summary>
    private static long PriceOfLeg(in NewOrder leg) =>
        leg.Type == OrderType.Limit ? leg.PriceTicks : leg.Conditions?.TriggerTicks ?? 0;

    /// <summary>
    /// Returns true if the prices are in order: sellers wait for a higher price and protect themselves from a lower
    /// one, buyers the reverse. 0 means unknown.
    /// </summary>
    public static bool AreInOrder(Side side, long target, long last, long stop)
    {
        if (side == Side.Buy)
            (target, stop) = (stop, target);
        return (target == 0 || stop == 0 || target > stop)
            && (last == 0 || ((target == 0 || target > last) && (stop == 0 || stop < last)));
    }
}
