using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>An order of the recording while it rests.</summary>
internal sealed class RecordedOrder(long id, OrderSide side, long price, long quantity)
{
    internal long Id { get; } = id;

    internal OrderSide Side { get; } = side;

    internal long Price { get; } = price;

    internal long Remaining { get; set; } = quantity;
}

/// <summary>Market-by-order book that a recording implies: queues in price-time priority.</summary>
internal sealed class RecordedBook
{
    private readonly Dictionary<long, RecordedOrder> _orders = [];

    private readonly SortedDictionary<long, List<RecordedOrder>> _bids =
        new(Comparer<long>.Create((left, right) => right.CompareTo(left)));

    private readonly SortedDictionary<long, List<RecordedOrder>> _asks = [];

    internal RecordedOrder? Find(long id) => _orders.GetValueOrDefault(id);

    /// <summary>Returns the queues of one side, best price first.</summary>
    internal SortedDictionary<long, List<RecordedOrder>> Queues(OrderSide side) =>
        side == OrderSide.Buy ? _bids : _asks;

    /// <summary>Returns the best price of one side; null if nothing rests.</summary>
    internal long? Best(OrderSide side)
    {
        foreach (var (price, _) in Queues(side))
            return price;
        return null;
    }

    internal void Rest(RecordedOrder order)
    {
        _orders.Add(order.Id, order);
        var queues = Queues(order.Side);
        if (!queues.TryGetValue(order.Price, out var queue))
            queues[order.Price] = queue = [];

        queue.Add(order);
    }

    internal void Reduce(RecordedOrder order, long quantity)
    {
        order.Remaining -= quantity;
        if (order.Remaining > 0)
            return;

        _orders.Remove(order.Id);
        var queues = Queues(order.Side);
        var queue = queues[order.Price];
        queue.Remove(order);
        if (queue.Count == 0)
            queues.Remove(order.Price);
    }

    internal long QuantityAt(OrderSide side, long price) =>
        Queues(side).TryGetValue(price, out var queue) ? queue.Sum(order => order.Remaining) : 0;

    /// <summary>Returns the fills of an aggressive order, by price and then time. Changes nothing.</summary>
    internal List<RecordedFill> Match(OrderSide aggressor, long quantity, long limit)
    {
        var fills = new List<RecordedFill>();
        foreach (var (price, queue) in Queues(Opposite(aggressor)))
        {
            if (quantity == 0 || (aggressor == OrderSide.Buy ? price > limit : price < limit))
                break;

            foreach (var order in queue)
            {
                var filled = Math.Min(quantity, order.Remaining);
                if (filled == 0)
                    break;

                fills.Add(new RecordedFill(order.Id, filled, price));
                quantity -= filled;
            }
        }

        return fills;
    }

    /// <summary>Returns the levels of one side, best price first.</summary>
    internal IEnumerable<RecordedLevel> Levels(OrderSide side, int depth) => Queues(side).Take(depth)
        .Select(queue => new RecordedLevel(queue.Key, queue.Value.Sum(order => order.Remaining)));

    internal bool Shows(BookCheck row) =>
        Levels(OrderSide.Buy, row.Depth).SequenceEqual(row.Bids)
            && Levels(OrderSide.Sell, row.Depth).SequenceEqual(row.Asks);

    internal static OrderSide Opposite(OrderSide side) => side == OrderSide.Buy ? OrderSide.Sell : OrderSide.Buy;
}
