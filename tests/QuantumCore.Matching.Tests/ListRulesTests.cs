using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

/// <summary>Rules for the orders of a list apart from a book.</summary>
public class ListRulesTests
{
    private static readonly NewOrder s_target = Limit(Sell, 5, 110);
    private static readonly NewOrder s_stop = Stop(Sell, 5, 90);

    [Fact]
    public void A_pair_is_a_target_and_a_stop_of_one_side_and_size()
    {
        Assert.True(Fit(OrderListKind.OneCancelsOther, s_target, s_stop));
        Assert.True(Fit(OrderListKind.OneCancelsOther, s_stop, s_target));
        Assert.False(Fit(OrderListKind.OneCancelsOther, s_target, s_target));
        Assert.False(Fit(OrderListKind.OneCancelsOther, s_stop, s_stop));
        Assert.False(Fit(OrderListKind.OneCancelsOther, s_target, Stop(Buy, 5, 90)));
        Assert.False(Fit(OrderListKind.OneCancelsOther, s_target, Stop(Sell, 6, 90)));
    }

    [Fact]
    public void A_parent_is_a_limit_order()
    {
        Assert.True(Fit(OrderListKind.OneTriggersOther, Limit(Buy, 5, 100), s_stop));
        Assert.True(Fit(OrderListKind.OneTriggersOther, FillOrKill(Buy, 5, 100), s_stop));
        Assert.False(Fit(OrderListKind.OneTriggersOther, Market(Buy, 5), s_stop));
        Assert.False(Fit(OrderListKind.OneTriggersOther, FillOrKill(Buy, 5, 100) with { PostOnly = true }, s_stop));
    }

    [Fact]
    public void A_child_is_no_leg_and_not_for_the_opening()
    {
        Assert.False(Fit(
            OrderListKind.OneTriggersOther, Limit(Buy, 5, 100), Limit(Sell, 5, 110, TimeInForce.AtTheOpening)));
        Assert.False(Fit(
            OrderListKind.OneTriggersOther, Limit(Buy, 5, 100), s_target with { Type = OrderType.Leg }));
    }

    [Theory]
    [InlineData(Sell, 110, 100, 90, true)]
    [InlineData(Sell, 90, 100, 110, false)]
    [InlineData(Buy, 90, 100, 110, true)]
    [InlineData(Buy, 110, 100, 90, false)]
    [InlineData(Sell, 100, 100, 90, false)]
    [InlineData(Sell, 110, 0, 90, true)]
    [InlineData(Sell, 110, 100, 0, true)]
    [InlineData(Sell, 0, 100, 100, false)]
    public void A_seller_hopes_for_a_rise_and_a_buyer_for_a_fall(
        Side side, long target, long last, long stop, bool expected) =>
        Assert.Equal(expected, ListRules.AreInOrder(side, target, last, stop));

    [Fact]
    public void A_pair_straddles_the_last_price()
    {
        Assert.True(ListRules.Straddle(100, in s_target, in s_stop));
        Assert.True(ListRules.Straddle(100, in s_stop, in s_target));
        Assert.False(ListRules.Straddle(110, in s_target, in s_stop));
        Assert.True(ListRules.Straddle(0, in s_target, in s_stop));
    }

    private static bool Fit(OrderListKind kind, params NewOrder[] orders) => ListRules.FitTogether(kind, orders);

    private static NewOrder Stop(Side side, long lots, long trigger) => new(
        Owner, side, OrderType.Stop, TimeInForce.GoodTillCancel, false, 0, lots,
        Conditions: new OrderConditions { TriggerTicks = trigger });
}
