using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Ends of orders and of their dependants (RULES 9, 3.1).
public sealed partial class OrderBook
{
    private OrderList[] _lists = new OrderList[4];
    private int _listsUsed = 1;
    private int _freeList;

    // By expiry, then id. Entries whose order has ended, or now expires at another time, are skipped.
    private readonly PriorityQueue<long, (long Expiry, long Id)> _expiries = new();
    private long _nextExpiry = long.MaxValue;

    // Orders that end in one command, by id.
    private readonly List<(long Id, EndReason Reason)> _ending = [];

    /// <summary>Ends an open order with open quantity, and its dependants.</summary>
    /// <param name="slot">Slot of the order.</param>
    /// <param name="reason">Reason of the end.</param>
    /// <param name="refusal">Reason why a child was rejected when it was to enter.</param>
    private void End(int slot, EndReason reason, RejectReason refusal = RejectReason.None)
    {
        ref var entry = ref _entries[slot];
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

    /// <summary>
    /// Returns the current price of an open order: its trigger before it triggers, its level, or its limit.
    /// </summary>
    private long PriceNow(int slot)
    {
        ref var entry = ref _entries[slot];
        if ((entry.Traits & Traits.AtMarket) != 0)
            return 0;
        if (entry.Place == OrderPlace.Resting)
            return _ladder.PriceOf(entry.Level);
        if (slot == _entering && entry.Place == OrderPlace.Entering)
            return _enteringPrice;
        if ((entry.Traits & Traits.Conditional) == 0)
            return 0;
        return IsWaitingStop(slot) ? ConditionsOf(slot).Trigger : ConditionsOf(slot).Price;
    }

    /// <summary>Removes an order from its place.</summary>
    private void Leave(int slot)
    {
        ref var entry = ref _entries[slot];
        switch (entry.Place)
        {
            case OrderPlace.Resting:
                LeaveBook(slot);
                break;
            case OrderPlace.Armed:
                Disarm(slot);
                break;
            case OrderPlace.Held:
                _ = _held.Remove(slot);
                break;
            case OrderPlace.Aside:
                _aside--;
                break;
        }

        entry.Place = OrderPlace.Entering;
        _entries[slot].Priority = 0;
    }

    /// <summary>Removes a resting order from the book.</summary>
    private void LeaveBook(int slot)
    {
        var traits = _entries[slot].Traits;
        Dequeue(slot, SideOf(slot), Counted(slot));
        if ((traits & Traits.AtMarket) != 0)
            _entries[slot].Traits &= ~Traits.AtMarket;
        if ((traits & Traits.Dark) == 0)
            return;

        if (_sides[Dark].Levels + _sides[Dark + 1].Levels == 0)
            _care &= ~Care.DarkOrders;
        if ((traits & Traits.AllOrNone) != 0)
            CountAllOrNone(-1);
    }

    /// <summary>Returns the side of the ladder on which a resting order stands.</summary>
    private int SideOf(int slot)
    {
        ref var entry = ref _entries[slot];
        var side = IndexOf(entry.Side);
        return (entry.Traits & Traits.AtMarket) != 0 ? side + AtMarket
            : (entry.Traits & Traits.Dark) != 0 ? side + Dark
            : side;
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
        _conditionalLots -= _entries[slot].TotalLots;
        Detach(slot);
        Free(slot);
        if (list != 0)
            AfterMember(list, slot, role, reason, whole: prevented == 0);
    }

    private void AfterMember(int list, int slot, ListRole role, EndReason reason, bool whole)
    {
        ref var members = ref _lists[list];
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
            EndWithList(_lists[list].SecondLeg);
        }

        if (--_lists[list].Alive > 0)
            return;

        Append(BookEventKind.ListChanged, default, EndReason.None, _lists[list].FirstId, 0, 0, 0);
        Told.Detail = 1;
        _lists[list] = new OrderList { FirstId = _freeList };
        _freeList = list;
    }

    private void EndWithList(int slot)
    {
        if (slot != 0 && !ConditionsOf(slot).Ending)
            End(slot, EndReason.List);
    }

    /// <summary>Returns the other leg of a one-cancels-other pair while it is open, else 0.</summary>
    private int Sibling(int slot)
    {
        if (!Has(slot, Traits.Listed))
            return 0;

        ref var kept = ref ConditionsOf(slot);
        if (kept.Role != ListRole.Leg)
            return 0;
        ref var members = ref _lists[kept.List];
        return members.FirstLeg == slot ? members.SecondLeg : members.FirstLeg;
    }

    /// <summary>Ends the chosen orders by id, each in its own place even if one ends with another.</summary>
    private void EndAll()
    {
        foreach (var (id, _) in _ending)
        {
            var slot = _index.Find(id);
            if (Has(slot, Traits.Conditional))
                ConditionsOf(slot).Ending = true;
        }

        foreach (var (id, reason) in _ending)
            End(_index.Find(id), reason);
        _ending.Clear();
    }

    /// <summary>Chooses open orders to end; sorted by id.</summary>
    private void Choose(in OrderFilter filter, EndReason reason)
    {
        for (var slot = 1; slot < _entriesUsed; slot++)
        {
            if (_entries[slot].Id != 0 && Fits(slot, in filter))
                Choose(slot, reason);
        }

        ChooseRelatives();
    }

    private void Choose(int slot, EndReason reason)
    {
        _ending.Add((_entries[slot].Id, reason));
        if (Has(slot, Traits.Conditional))
            ConditionsOf(slot).Ending = true;
    }

    private void ChooseRelatives()
    {
        var chosen = _ending.Count;
        for (var i = 0; i < chosen; i++)
            ChooseRelatives(_index.Find(_ending[i].Id));
        _ending.Sort();
    }

    /// <summary>
    /// Adds orders that end together with a chosen order of their list: children and the other leg.
    /// </summary>
    private void ChooseRelatives(int slot)
    {
        if (!Has(slot, Traits.Listed) || ConditionsOf(slot).Role == ListRole.Child)
            return;

        ref var members = ref _lists[ConditionsOf(slot).List];
        foreach (var relative in (ReadOnlySpan<int>)[members.FirstLeg, members.SecondLeg])
        {
            if (relative == 0 || ConditionsOf(relative).Ending)
                continue;

            ConditionsOf(relative).Ending = true;
            _ending.Add((_entries[relative].Id, EndReason.List));
        }
    }

    private bool Fits(int slot, in OrderFilter filter) =>
        (filter.Account is not { } account || _entries[slot].Account == account)
        && (filter.Owner is not { } owner || _entries[slot].Owner == owner)
        && (filter.Side is not { } side || _entries[slot].Side == side);

    private void ExpireAt(long id, long expiry)
    {
        // Entries of orders that ended long before their expiry would otherwise stay until then.
        if (_expiries.Count > 64 && _expiries.Count > 2 * OpenOrders)
            DropStaleExpiries();
        _expiries.Enqueue(id, (expiry, id));
        _nextExpiry = Math.Min(_nextExpiry, expiry);
    }

    private void DropStaleExpiries()
    {
        _expiries.Clear();
        for (var slot = 1; slot < _entriesUsed; slot++)
        {
            if (_entries[slot].Id != 0 && Has(slot, Traits.Conditional)
                && ConditionsOf(slot).Expiry is not 0 and var expiry)
                _expiries.Enqueue(_entries[slot].Id, (expiry, _entries[slot].Id));
        }
    }

    /// <summary>Expires due orders, then settles the book (RULES 3.1).</summary>
    private void ExpireDue(long timeNanos)
    {
        while (_expiries.TryPeek(out var id, out var due) && due.Expiry <= timeNanos)
        {
            _ = _expiries.Dequeue();
            if (FindOpen(id, out var slot) != RejectReason.None)
                continue;

            ref var kept = ref ConditionsOf(slot);
            if (kept.Expiry == due.Expiry && !kept.Ending)
            {
                kept.Ending = true;
                _ending.Add((id, EndReason.GoodTillDate));
            }
        }

        _nextExpiry = _expiries.TryPeek(out _, out var next) ? next.Expiry : long.MaxValue;
        if (_ending.Count == 0)
            return;

        LastTimeNanos = timeNanos;
        EndAll();
        if (_watching)
            Settle();
    }
}
