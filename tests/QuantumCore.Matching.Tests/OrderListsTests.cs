using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;

namespace QuantumCore.Matching.Tests;

/// <summary>Lists of orders apart from a book.</summary>
public class OrderListsTests
{
    private readonly OrderStore _store = new(10);
    private readonly OrderLists _lists;

    public OrderListsTests() => _lists = new OrderLists(_store);

    [Fact]
    public void The_legs_of_a_pair_are_siblings()
    {
        var (first, second) = (_store.Add(Sell, 5), _store.Add(Sell, 5));
        Tie(OrderListKind.OneCancelsOther, first, second);
        Assert.Equal((second, first), (_lists.Sibling(first), _lists.Sibling(second)));
        Assert.Equal(0, _lists.Sibling(_store.Add(Sell, 5)));
    }

    [Fact]
    public void Children_wait_for_their_parent()
    {
        var (parent, first, second) = (_store.Add(Buy, 5), _store.Add(Sell, 5), _store.Add(Sell, 5));
        Tie(OrderListKind.OneTriggersOneCancelsOther, parent, first, second);
        Assert.Equal(0, _lists.Sibling(parent));
        Assert.Equal(second, _lists.Sibling(first));
        Assert.Equal(OrderPlace.Pending, _store.Entries[first].Place);
        Assert.Equal(parent, _lists.At(_store.ConditionsOf(second).List).Parent);
    }

    [Fact]
    public void A_plain_order_of_a_list_counts_among_those_with_conditions()
    {
        Tie(OrderListKind.OneTriggersOther, _store.Add(Buy, 5), _store.Add(Sell, 7));
        Assert.Equal(12, _store.ConditionalLots);
    }

    [Fact]
    public void The_place_of_a_closed_list_is_taken_again()
    {
        Assert.Equal((1, 2), (_lists.Take(), _lists.Take()));
        _lists.Close(1);
        Assert.Equal((1, 3), (_lists.Take(), _lists.Take()));
        Assert.Equal(4, _lists.Used);
    }

    [Fact]
    public void Legs_are_in_order_if_the_target_is_beyond_the_stop()
    {
        var target = _store.Add(Sell, 5, new Conditions { Type = OrderType.Limit, Price = 110 });
        var stop = _store.Add(Sell, 5, new Conditions { Type = OrderType.Stop, Trigger = 90 });
        Tie(OrderListKind.OneCancelsOther, target, stop);
        Assert.True(_lists.AreLegsInOrder(target));
        _store.ConditionsOf(stop).Trigger = 115;
        Assert.False(_lists.AreLegsInOrder(target));
        Assert.False(_lists.AreLegsInOrder(stop));
    }

    private void Tie(OrderListKind kind, params int[] slots) => _lists.TieTogether(kind, slots, new long[slots.Length]);
}
