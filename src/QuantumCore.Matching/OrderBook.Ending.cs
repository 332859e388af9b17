using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// Ends of orders and of their dependants (RULES 9, 3.1).
public sealed partial class OrderBook
{
    // By expiry, then id. Entries whose order has ended, or now expires at another time, are skipped.
    private readonly PriorityQueue<long, (long Expiry, long Id)> _expiries = new();

    // Orders that end in one command, by id.
    private readonly List<(long Id, EndReason Reason)> _ending = [];

    /// <summary>Ends an open order with open quantity, and its dependants.</summary>
    /// <param name="slot">Slot of the order.</param>
    /// <param name="reason">Reason of the end.</param>
    /// <param name="refusal">Reason why a child was rejected when it was to enter.</param>
    private void End(int slot, EndReason reason, RejectReason refusal = RejectReason.None)
    {
        ref var entry = ref Entries[slot];
        var displayed = entry.Place == OrderPlace.Resting && (entry.Traits & (Traits.Dark | Traits.AtMarket)) == 0;
        Append(BookEventKind.Ended, entry.Side, reason, entry.Id, PriceNow(slot), entry.Leaves, 0);
        Told.Detail = displayed ? (byte)1 : (byte)0;
        Told.Refusal = refusal;
        if (Has(slot, Traits.Conditional) && ConditionsOf(slot).Amount >= 0)
        {
            Told.QuantityLots = ConditionsOf(slot).Amount;
            Told.Detail = 2;
        }

        Leave(slot);
        Release(slot, reason);
    }

    /// <summary>Removes a filled order. No event follows its last trade.</summary>
    private void Complete(int slot)
    {
        Leave(slot);
        Release(slot, EndReason.None);
    }

    /// <summary>Removes an order from its place.</summary>
    private void Leave(int slot)
    {
        ref var entry = ref Entries[slot];
        switch (entry.Place)
        {
            case OrderPlace.Resting:
                LeaveBook(slot);
                break;
            case OrderPlace.Armed:
                Disarm(slot);
                break;
            case OrderPlace.Held:
                _ = Held.Remove(slot);
                break;
            case OrderPlace.Aside:
                AsideCount--;
                break;
        }

        entry.Place = OrderPlace.Entering;
        Entries[slot].Priority = 0;
    }

    /// <summary>Removes a resting order from the book.</summary>
    private void LeaveBook(int slot)
    {
        var traits = Entries[slot].Traits;
        Dequeue(slot, SideOf(slot), Counted(slot));
        if ((traits & Traits.AtMarket) != 0)
            Entries[slot].Traits &= ~Traits.AtMarket;
        if ((traits & Traits.Dark) == 0)
            return;

        if (Sides[Dark].Levels + Sides[Dark + 1].Levels == 0)
            SlowPathReasons &= ~SlowPath.DarkOrders;
        if ((traits & Traits.AllOrNone) != 0)
            CountAllOrNone(-1);
    }

    /// <summary>Frees an ended order's slot and updates its list.</summary>
    private void Release(int slot, EndReason reason)
    {
        OpenOrders--;
        if (!Has(slot, Traits.Conditional))
        {
            Free(slot);
            return;
        }

        ref var kept = ref ConditionsOf(slot);
        var list = kept.List;
        var role = kept.Role;
        var prevented = kept.Prevented;
        if (Has(slot, Traits.Peg))
            RemovePeg(slot);
        ConditionalLots -= Entries[slot].TotalLots;
        Detach(slot);
        Free(slot);
        if (list != 0)
            AfterMember(list, slot, role, reason, whole: prevented == 0);
    }

    private void AfterMember(int list, int slot, ListRole role, EndReason reason, bool whole)
    {
        ref var members = ref ListAt(list);
        if (role == ListRole.Parent)
            members.Parent = 0;
        else if (members.FirstLeg == slot)
            members.FirstLeg = 0;
        else
            members.SecondLeg = 0;
        var first = members.FirstLeg;
        var second = members.SecondLeg;
        if (role == ListRole.Parent && reason == EndReason.None && whole)
        {
            Await(first);
            Await(second);
        }
        else if (role == ListRole.Parent || (role == ListRole.Leg && reason != EndReason.OneCancelsOther))
        {
            EndWithList(first);
            EndWithList(ListAt(list).SecondLeg);
        }

        if (--ListAt(list).Alive > 0)
            return;

        Append(BookEventKind.ListChanged, default, EndReason.None, ListAt(list).FirstId, 0, 0, 0);
        Told.Detail = 1;
        CloseList(list);
    }

    private void EndWithList(int slot)
    {
        if (slot != 0 && !ConditionsOf(slot).Ending)
            End(slot, EndReason.List);
    }

    /// <summary>Ends the chosen orders by id, each in its own place even if one ends with another.</summary>
    private void EndAll()
    {
        foreach (var (id, _) in _ending)
        {
            var slot = Index.Find(id);
            if (Has(slot, Traits.Conditional))
                ConditionsOf(slot).Ending = true;
        }

        foreach (var (id, reason) in _ending)
            End(Index.Find(id), reason);
        _ending.Clear();
    }

    /// <summary>Chooses open orders to end; sorted by id.</summary>
    private void Choose(in OrderFilter filter, EndReason reason)
    {
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id != 0 && Fits(slot, in filter))
                Choose(slot, reason);
        }

        ChooseRelatives();
    }

    private void Choose(int slot, EndReason reason)
    {
        _ending.Add((Entries[slot].Id, reason));
        if (Has(slot, Traits.Conditional))
            ConditionsOf(slot).Ending = true;
    }

    private void ChooseRelatives()
    {
        var chosen = _ending.Count;
        for (var i = 0; i < chosen; i++)
            ChooseRelatives(Index.Find(_ending[i].Id));
        _ending.Sort();
    }

    /// <summary>
    /// Adds orders that end together with a chosen order of their list: children and the other leg.
    /// </summary>
    private void ChooseRelatives(int slot)
    {
        if (!Has(slot, Traits.Listed) || ConditionsOf(slot).Role == ListRole.Child)
            return;

        ref var members = ref ListAt(ConditionsOf(slot).List);
        foreach (var relative in (ReadOnlySpan<int>)[members.FirstLeg, members.SecondLeg])
        {
            if (relative == 0 || ConditionsOf(relative).Ending)
                continue;

            ConditionsOf(relative).Ending = true;
            _ending.Add((Entries[relative].Id, EndReason.List));
        }
    }

    private bool Fits(int slot, in OrderFilter filter) =>
        (filter.Account is not { } account || Entries[slot].Account == account)
        && (filter.Owner is not { } owner || Entries[slot].Owner == owner)
        && (filter.Side is not { } side || Entries[slot].Side == side);

    private void ExpireAt(long id, long expiry)
    {
        // Entries of orders that ended long before their expiry would otherwise stay until then.
        if (_expiries.Count > 64 && _expiries.Count > 2 * OpenOrders)
            DropStaleExpiries();
        _expiries.Enqueue(id, (expiry, id));
        NextExpiryNanos = Math.Min(NextExpiryNanos, expiry);
    }

    private void DropStaleExpiries()
    {
        _expiries.Clear();
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id != 0 && Has(slot, Traits.Conditional)
                && ConditionsOf(slot).Expiry is not 0 and var expiry)
                _expiries.Enqueue(Entries[slot].Id, (expiry, Entries[slot].Id));
        }
    }

    /// <summary>Takes the next open order that expires by a time; returns false if none is left.</summary>
    private bool TryTakeDue(long timeNanos, out int slot)
    {
        while (_expiries.TryPeek(out var id, out var due) && due.Expiry <= timeNanos)
        {
            _ = _expiries.Dequeue();
            if (FindOpen(id, out slot) == RejectReason.None
                && ConditionsOf(slot) is { Ending: false } kept && kept.Expiry == due.Expiry)
                return true;
        }

        NextExpiryNanos = _expiries.TryPeek(out _, out var next) ? next.Expiry : long.MaxValue;
        slot = 0;
        return false;
    }

    /// <summary>Expires due orders, then settles the book (RULES 3.1).</summary>
    private void ExpireDue(long timeNanos)
    {
        while (TryTakeDue(timeNanos, out var slot))
            Choose(slot, EndReason.GoodTillDate);
        if (_ending.Count == 0)
            return;

        LastTimeNanos = timeNanos;
        EndAll();
        if (Watching)
            Settle();
    }
}
