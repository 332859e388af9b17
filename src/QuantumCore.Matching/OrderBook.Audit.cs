using QuantumCore.Instruments;

namespace QuantumCore.Matching;

public sealed partial class OrderBook
{
    /// <summary>
    /// What is wrong with the book's own memory, as a sentence; null when nothing is, which is always unless the
    /// book has a fault. Walks all of it, every link in both directions.
    /// </summary>
    public string? Audit()
    {
        var sells = 0;
        var wrong = AuditSide(Side.Buy, out var buys) ?? AuditSide(Side.Sell, out sells);
        if (wrong is not null)
            return wrong;

        if (TryGetBest(Side.Buy, out var bid, out _) && TryGetBest(Side.Sell, out var ask, out _) && bid >= ask)
            return $"the book is crossed: bid {bid}, ask {ask}";
        if (buys + sells != OpenOrders)
            return $"{buys} buy and {sells} sell orders are in the queues, {OpenOrders} are open";
        return AuditMemory();
    }

    private string? AuditSide(Side side, out int orders)
    {
        orders = 0;
        var levels = 0;
        var before = 0;
        for (var level = _sides[IndexOf(side)].Best; level != 0; level = NextWorse(IndexOf(side), level))
        {
            var price = _ladder.PriceOf(level);
            if (!_ladder.IsOpen(level) || _ladder.Find(price) != level)
                return $"level {price} of side {side} is not open, or not to be found by its price";
            if (before != 0 && NextWorse(IndexOf(side) ^ 1, level) != before)
                return $"level {price} of side {side} does not lead back to the one before it";

            var wrong = AuditQueue(side, level);
            if (wrong is not null)
                return wrong;

            orders += _ladder[level].Orders;
            levels++;
            before = level;
        }

        ref var state = ref _sides[IndexOf(side)];
        var reach = state.Best == 0 ? OutOfReach : Toward(IndexOf(side) ^ 1, _ladder.PriceOf(state.Best));
        return levels == state.Levels && reach == state.Reach
            ? null
            : $"side {side} counts {state.Levels} levels and has {levels}, or its best price is stale";
    }

    private string? AuditQueue(Side side, int level)
    {
        ref var queue = ref _ladder[level];
        var orders = 0;
        var lots = 0L;
        var previous = 0;
        for (var slot = queue.First; slot != 0; slot = _entries[slot].Next)
        {
            ref var entry = ref _entries[slot];
            if (entry.Previous != previous || entry.Level != level || entry.Side != side)
                return $"order {entry.Id} has a wrong link, level or side";
            if (_index.Find(entry.Id) != slot || entry.Id > LastOrderId)
                return $"order {entry.Id} is not to be found by its id";
            if (entry.Leaves < 1 || entry.Leaves > _terms[slot].TotalLots)
                return $"order {entry.Id} has {entry.Leaves} of {_terms[slot].TotalLots} lots left";

            orders++;
            lots += entry.Leaves;
            previous = slot;
        }

        return orders > 0 && orders == queue.Orders && lots == queue.Lots && previous == queue.Last
            ? null
            : $"level {_ladder.PriceOf(level)} counts {queue.Orders} orders and {queue.Lots} lots and has {orders} and {lots}";
    }

    private string? AuditMemory()
    {
        var free = 0;
        for (var slot = _freeEntry; slot != 0; slot = _entries[slot].Next)
            free++;
        if (free + OpenOrders + 1 != _entriesUsed)
            return $"{_entriesUsed} slots were used, {OpenOrders} are, {free} are free";
        if (_index.PageCount() > OpenOrders)
            return $"{_index.PageCount()} pages of ids are held for {OpenOrders} orders";

        var levels = _sides[Buy].Levels + _sides[Sell].Levels;
        return _ladder.StripCount() > levels ? $"{_ladder.StripCount()} strips are held for {levels} levels" : null;
    }
}
