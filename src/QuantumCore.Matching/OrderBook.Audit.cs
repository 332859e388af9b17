using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

public sealed partial class OrderBook
{
    /// <summary>
    /// Returns an inconsistency in the book's own memory as a sentence. Returns null if there is none; an inconsistency
    /// is a bug of the book. Walks the whole book, every link in both directions.
    /// </summary>
    public string? Audit()
    {
        var queued = 0;
        for (var side = 0; side < SidesOfLadder; side++)
        {
            if (AuditSide(side, ref queued) is { } wrong)
                return wrong;
        }

        return AuditOrders(queued) ?? AuditLists() ?? AuditMemory() ?? AuditState();
    }

    private string? AuditSide(int side, ref int orders)
    {
        var levels = 0;
        var before = 0;
        for (var level = Sides[side].Best; level != 0; level = NextWorse(side, level))
        {
            var price = Ladder.PriceOf(level);
            if (Ladder.Find(side, price) != level)
                return $"level {price} of side {side} is not to be found by its price";
            if (before != 0 && NextWorse(side ^ 1, level) != before)
                return $"level {price} of side {side} does not lead back to the one before it";

            if (AuditQueue(side, level) is { } wrong)
                return wrong;

            orders += Ladder[level].Orders;
            levels++;
            before = level;
        }

        ref var state = ref Sides[side];
        var reach = state.Best == 0 ? OutOfReach : Toward(side ^ 1, Ladder.PriceOf(state.Best));
        if (state.Second != 0 && (state.Best == 0 || NextWorse(side, state.Best) != state.Second))
            return $"side {side} has another level behind its best one than it remembers";
        return levels == state.Levels && reach == state.Reach
            ? null
            : $"side {side} counts {state.Levels} levels and has {levels}, or its best price is stale";
    }

    private string? AuditQueue(int side, int level)
    {
        ref var queue = ref Ladder[level];
        var orders = 0;
        var lots = 0L;
        var conditional = 0;
        var previous = 0;
        for (var slot = queue.First; slot != 0; slot = Entries[slot].Next)
        {
            ref var entry = ref Entries[slot];
            if (entry.Previous != previous || entry.Level != level
                || (side < FirstTrigger && IndexOf(entry.Side) != (side & 1)))
                return $"order {entry.Id} has a wrong link, level or side";
            var belongs = entry.Place switch
            {
                OrderPlace.Resting => SideOf(slot),
                OrderPlace.Armed => TriggerSideOf(slot),
                _ => -1,
            };
            if (belongs != side)
                return $"order {entry.Id} stands on side {side}, not {belongs}";
            if (previous != 0 && IsBehind(side, previous, slot))
                return $"order {entry.Id} stands behind one that came later";

            orders++;
            lots += side is >= FirstTrigger and < AtMarket ? 0 : Counted(slot);
            conditional += Has(slot, Traits.Conditional) ? 1 : 0;
            previous = slot;
        }

        return orders > 0 && orders == queue.Orders && lots == queue.Lots && previous == queue.Last
            && conditional == queue.Conditional
            ? null
            : $"level {Ladder.PriceOf(level)} counts {queue.Orders} orders and {queue.Lots} lots and has {orders} and {lots}";
    }

    /// <summary>
    /// Returns true if the first order belongs behind the second. Triggers are sorted by id, others by priority.
    /// </summary>
    private bool IsBehind(int side, int first, int second) => side is >= FirstTrigger and < AtMarket
        ? Entries[first].Id >= Entries[second].Id
        : Entries[first].Priority >= Entries[second].Priority;

    private string? AuditOrders(int queued)
    {
        var open = 0;
        var waiting = 0;
        var due = 0;
        var lots = 0L;
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id == 0)
                continue;

            open++;
            waiting += Entries[slot].Level == 0 ? 1 : 0;
            lots += Has(slot, Traits.Conditional) ? Entries[slot].TotalLots : 0;
            due += Has(slot, Traits.Conditional) && ConditionsOf(slot).IsDue ? 1 : 0;
            if (AuditOrder(slot) is { } wrong)
                return $"order {Entries[slot].Id} {wrong}";
        }

        if (open != OpenOrders || queued + waiting != open)
            return $"{queued} orders are in the queues and {waiting} elsewhere, {open} are there, {OpenOrders} are counted";
        if (lots != ConditionalLots)
            return $"conditional orders have {lots} lots, {ConditionalLots} are counted";
        return OrdersAt(OrderPlace.Armed).Length == ArmedCount && OrdersAt(OrderPlace.Held).Length == Held.Count
            && OrdersAt(OrderPlace.Aside).Length == AsideCount && due == DueCount
            ? null
            : "armed or held orders are miscounted";
    }

    private string? AuditOrder(int slot)
    {
        ref var entry = ref Entries[slot];
        if (Index.Find(entry.Id) != slot || entry.Id > LastOrderId)
            return "is not to be found by its id";
        if (entry.Leaves < 1 || entry.Leaves > Entries[slot].TotalLots)
            return $"has {entry.Leaves} of {Entries[slot].TotalLots} lots left";
        if (entry.Place is OrderPlace.None or OrderPlace.Entering)
            return "stands nowhere between two commands";
        if (Entries[slot].Priority > 0 != entry.Place is OrderPlace.Resting or OrderPlace.Held
            || Entries[slot].Priority >= NextPriority)
            return "has a priority that was not given, or none where it needs one";
        if (entry.Place == OrderPlace.Resting != (entry.Level != 0) && entry.Place != OrderPlace.Armed)
            return "is in a queue and does not rest, or the other way round";
        if ((entry.Traits & Traits.Conditional) == 0)
            return (entry.Traits & Traits.Flags & ~PlainTraits) == 0 && entry.Place == OrderPlace.Resting
                ? null
                : "lacks its conditions";

        ref var kept = ref ConditionsOf(slot);
        if (entry.Place == OrderPlace.Armed && !IsWaitingStop(slot))
            return "is armed without a trigger to wait for";
        if ((entry.Traits & Traits.Iceberg) != 0 && kept.Display < 1)
            return "shows nothing";
        if ((entry.Traits & Traits.Iceberg) != 0 && entry.Level != 0 && entry.Place == OrderPlace.Resting
            && (kept.Shown < 1 || kept.Shown > entry.Leaves))
            return $"shows {kept.Shown} of {entry.Leaves} lots";
        if ((entry.Traits & Traits.Peg) != 0 && PegSlots.Contains(slot) == (entry.Place == OrderPlace.Pending))
            return "is not among the pegs";
        return (entry.Traits & Traits.Listed) != 0 == (kept.List != 0) ? null : "is in a list it knows nothing of";
    }

    private string? AuditLists()
    {
        for (var list = 1; list < ListsUsed; list++)
        {
            ref var members = ref ListAt(list);
            var alive = 0;
            foreach (var slot in (ReadOnlySpan<int>)[members.Parent, members.FirstLeg, members.SecondLeg])
            {
                if (slot == 0)
                    continue;
                alive++;
                if (Entries[slot].Id == 0 || !Has(slot, Traits.Listed) || ConditionsOf(slot).List != list)
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
        for (var slot = FreeEntry; slot != 0; slot = Entries[slot].Next)
            free++;
        if (free + OpenOrders + 1 != EntriesUsed)
            return $"{EntriesUsed} slots were used, {OpenOrders} are, {free} are free";
        if (Index.Count() != OpenOrders)
            return $"{Index.Count()} ids lead to an order, {OpenOrders} orders are open";

        var levels = 0;
        foreach (ref readonly var side in Sides)
            levels += side.Levels;
        return Ladder.OpenLevels() == levels ? null : $"{Ladder.OpenLevels()} levels are marked open, {levels} are";
    }
}
