using Xunit;
using static QuantumCore.Instruments.Side;

namespace QuantumCore.Matching.Tests;

/// <summary>Queues, levels and slots of a book's memory.</summary>
public class OrderStoreTests
{
    private readonly OrderStore _store = new(10);

    [Fact]
    public void Orders_queue_at_a_price_in_the_sequence_they_come()
    {
        var first = _store.Rest(Buy, 5, 100);
        var second = _store.Rest(Buy, 7, 100);
        Assert.Equal(new PriceLevel(100, 12, 2), _store.LevelAt(Buy, 100));
        Assert.True(_store.TryGetQueuePosition(_store.Entries[second].Id, out var position));
        Assert.Equal(new QueuePosition(1, 5), position);
        Assert.Equal(_store.Entries[second].Id, _store.OrderBehind(_store.Entries[first].Id));
    }

    [Fact]
    public void An_order_leaves_the_middle_of_its_queue()
    {
        _store.Rest(Sell, 1, 100);
        var middle = _store.Rest(Sell, 2, 100);
        _store.Rest(Sell, 3, 100);
        _store.Remove(middle);
        Assert.Equal([1, 3], Ids(Sell));
        Assert.Equal(new PriceLevel(100, 4, 2), _store.LevelAt(Sell, 100));
    }

    [Fact]
    public void An_order_stands_behind_the_one_before_it()
    {
        var first = _store.Rest(Buy, 1, 100);
        _store.Rest(Buy, 1, 100);
        var between = _store.Add(Buy, 1);
        _store.EnqueueBehind(between, first, _store.SideOf(between), 100, 1);
        var ahead = _store.Add(Buy, 1);
        _store.EnqueueBehind(ahead, 0, _store.SideOf(ahead), 100, 1);
        Assert.Equal([4, 1, 3, 2], Ids(Buy));
    }

    [Fact]
    public void The_next_level_is_best_when_the_best_one_closes()
    {
        _store.Rest(Sell, 1, 102);
        var best = _store.Rest(Sell, 1, 101);
        _store.Rest(Sell, 1, 5_000_000);
        _store.Remove(best);
        Assert.True(_store.TryGetBest(Sell, out var price, out _));
        Assert.Equal((102, 2), (price, _store.LevelCount(Sell)));
    }

    [Fact]
    public void A_freed_slot_is_taken_again_with_a_new_id()
    {
        var slot = _store.Rest(Buy, 1, 100);
        _store.Remove(slot);
        Assert.Equal(slot, _store.Rest(Buy, 1, 100));
        Assert.Equal([2], Ids(Buy));
    }

    [Fact]
    public void Conditions_of_an_order_are_freed_with_it()
    {
        var first = _store.Add(Buy, 1, new Conditions { Price = 7 });
        var second = _store.Add(Buy, 1, new Conditions { Price = 8 });
        _store.Detach(first);
        var third = _store.Add(Buy, 1);
        Assert.Equal(0, _store.Attach(third).Price);
        Assert.Equal(8, _store.ConditionsOf(second).Price);
    }

    private List<long> Ids(Instruments.Side side)
    {
        var ids = new List<long>();
        foreach (var order in _store.Orders(side))
            ids.Add(order.OrderId);
        return ids;
    }
}
