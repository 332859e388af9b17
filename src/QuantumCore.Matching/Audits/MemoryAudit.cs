using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Checks the links and counters of a book: every link in both directions.</summary>
internal sealed class MemoryAudit(OrderBook book)
{
    /// <summary>Returns a wrong link or counter as a sentence; null if there is none.</summary>
    public string? Run()
    {
        var queued = 0;
        for (var side = 0; side < SidesOfLadder; side++)
        {
            if (AuditSide(side, ref queued) is { } wrong)
                return wrong;
        }

        return AuditOrders(queued) ?? AuditLists() ?? AuditMemory();
    }

    private string? AuditSide(int side, ref int orders)
    {
        var levels = 0;
        var before = 0;
        for (var level = book.Sides[side].Best; level != 0; level = book.NextWorse(side, level))
        {
            var price = book.Ladder.PriceOf(level);
            if (book.Ladder.Find(side, price) != level)
                return $"level {price} of side {side} is not to be found by its price";
            if (before != 0 && book.NextWorse(side ^ 1, level) != before)
                return $"level {price} of side {side} does not lead back to the one before it";

            if (AuditQueue(side, level) is { } wrong)
                return wrong;

            orders += book.Ladder[level].Orders;
            levels++;
            before = level;
        }

        ref var state = ref book.Sides[side];
        var key = state.Best == 0 ? FarthestKey : SignedPriceKey(side ^ 1, book.Ladder.PriceOf(state.Best));
        if (state.Second != 0 && (state.Best == 0 || book.NextWorse(side, state.Best) != state.Second))
            return $"side {side} has another level behind its best one than it remembers";
        return levels == state.Levels && key == state.BestKey
            ? null
            : $"side {side} counts {state.Levels} levels and has {levels}, or its best price is stale";
    }

    private string? AuditQueue(int side, int level)
    {
        ref var queue = ref book.Ladder[level];
        var orders = 0;
        var lots = 0L;
        var conditional = 0;
        var previous = 0;
        for (var slot = queue.First; slot != 0; slot = book.Entries[slot].Next)
        {
            ref var entry = ref book.Entries[slot];
            if (entry.Previous != previous || entry.Level != level
                || (side < FirstTrigger && IndexOf(entry.Side) != (side & 1)))
                return $"order {entry.Id} has a wrong link, level or side";
            var belongs = entry.Place switch
            {
                OrderPlace.Resting => book.SideOf(slot),
                OrderPlace.Armed => book.Triggers.TriggerSideOf(slot),
                _ => -1,
            };
            if (belongs != side)
                return $"order {entry.Id} stands on side {side}, not {belongs}";
            if (previous != 0 && IsBehind(side, previous, slot))
                return $"order {entry.Id} stands behind one that came later";

            orders++;
            lots += side is >= FirstTrigger and < MarketOrders ? 0 : book.Counted(slot);
            conditional += book.Has(slot, Traits.Conditional) ? 1 : 0;
            previous = slot;
        }

        return orders > 0 && orders == queue.Orders && lots == queue.Lots && previous == queue.Last
            && conditional == queue.Conditional
            ? null
            : $"level {book.Ladder.PriceOf(level)} counts {queue.Orders} orders and {queue.Lots} lots and has {orders} and {lots}";
    }

    /// <summary>
    /// Returns true if the first order belongs behind the second. Triggers are sorted by id, others by priority.
    /// </summary>
    private bool IsBehind(int side, int first, int second) => side is >= FirstTrigger and < MarketOrders
        ? book.Entries[first].Id >= book.Entries[second].Id
        : book.Entries[first].Priority >= book.Entries[second].Priority;

    private string? AuditOrders(int queued)
    {
        var open = 0;
        var waiting = 0;
        var due = 0;
        var lots = 0L;
        for (var slot = 1; slot < book.EntriesUsed; slot++)
        {
            if (book.Entries[slot].Id == 0)
                continue;

            open++;
            waiting += book.Entries[slot].Level == 0 ? 1 : 0;
            lots += book.Has(slot, Traits.Conditional) ? book.Entries[slot].TotalLots : 0;
            due += book.Has(slot, Traits.Conditional) && book.ConditionsOf(slot).IsDue ? 1 : 0;
            if (AuditOrder(slot) is { } wrong)
                return $"order {book.Entries[slot].Id} {wrong}";
        }

        if (open != book.OpenOrders || queued + waiting != open)
            return $"{queued} orders are in the queues and {waiting} elsewhere, {open} are there, {book.OpenOrders} are counted";
        if (lots != book.ConditionalLots)
            return $"conditional orders have {lots} lots, {book.ConditionalLots} are counted";
        return book.OrdersAt(OrderPlace.Armed).Length == book.ArmedCount
            && book.OrdersAt(OrderPlace.Held).Length == book.Waiting.Held.Count
            && book.OrdersAt(OrderPlace.Aside).Length == book.Waiting.AsideCount && due == book.Triggers.DueCount
            ? null
            : "armed or held orders are miscounted";
    }

    private string? AuditOrder(int slot)
    {
        ref var entry = ref book.Entries[slot];
        if (book.Index.Find(entry.Id) != slot || entry.Id > book.LastOrderId)
            return "is not to be found by its id";
        if (entry.Leaves < 1 || entry.Leaves > book.Entries[slot].TotalLots)
            return $"has {entry.Leaves} of {book.Entries[slot].TotalLots} lots left";
        if (entry.Place is OrderPlace.None or OrderPlace.Entering)
            return "stands nowhere between two commands";
        if (book.Entries[slot].Priority > 0 != entry.Place is OrderPlace.Resting or OrderPlace.Held
            || book.Entries[slot].Priority >= book.NextPriority)
            return "has a priority that was not given, or none where it needs one";
        if (entry.Place == OrderPlace.Resting != (entry.Level != 0) && entry.Place != OrderPlace.Armed)
            return "is in a queue and does not rest, or the other way round";
        if ((entry.Traits & Traits.Conditional) == 0)
            return (entry.Traits & Traits.Flags & ~OrderStore.PlainTraits) == 0 && entry.Place == OrderPlace.Resting
                ? null
                : "lacks its conditions";

        ref var kept = ref book.ConditionsOf(slot);
        if (entry.Place == OrderPlace.Armed && !book.IsWaitingStop(slot))
            return "is armed without a trigger to wait for";
        if ((entry.Traits & Traits.Iceberg) != 0 && kept.Display < 1)
            return "shows nothing";
        if ((entry.Traits & Traits.Iceberg) != 0 && entry.Level != 0 && entry.Place == OrderPlace.Resting
            && (kept.Shown < 1 || kept.Shown > entry.Leaves))
            return $"shows {kept.Shown} of {entry.Leaves} lots";
        if ((entry.Traits & Traits.Peg) != 0 && book.Pegs.Slots.Contains(slot) == (entry.Place == OrderPlace.Pending))
            return "is not among the pegs";
        return (entry.Traits & Traits.Listed) != 0 == (kept.List != 0) ? null : "is in a list it knows nothing of";
    }

    private string? AuditLists()
    {
        for (var list = 1; list < book.Lists.Used; list++)
        {
            ref var members = ref book.Lists.At(list);
            var alive = 0;
            foreach (var slot in (ReadOnlySpan<int>)[members.Parent, members.FirstLeg, members.SecondLeg])
            {
                if (slot == 0)
                    continue;
                alive++;
                if (book.Entries[slot].Id == 0 || !book.Has(slot, Traits.Listed)
                    || book.ConditionsOf(slot).List != list)
                    return $"list {members.FirstId} has a member that is gone";
            }

            if (alive != members.Alive)
                return $"list {members.FirstId} counts {members.Alive} members and has {alive}";
        }

        return null;
    }

    private string? AuditMemory()
    {
        var free = 0;
        for (var slot = book.FreeEntry; slot != 0; slot = book.Entries[slot].Next)
            free++;
        if (free + book.OpenOrders + 1 != book.EntriesUsed)
            return $"{book.EntriesUsed} slots were used, {book.OpenOrders} are, {free} are free";
        if (book.Index.Count() != book.OpenOrders)
            return $"{book.Index.Count()} ids lead to an order, {book.OpenOrders} orders are open";

        var levels = 0;
        foreach (ref readonly var side in book.Sides)
            levels += side.Levels;
        return book.Ladder.OpenLevels() == levels
            ? null : $"{book.Ladder.OpenLevels()} levels are marked open, {levels} are";
    }
}
