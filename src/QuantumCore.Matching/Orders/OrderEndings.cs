using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>Ends of orders and of their dependants (RULES 9, 3.1).</summary>
internal sealed class OrderEndings(
    OrderStore store, Triggers triggers, Pegs pegs, OrderLists lists, OffLadderOrders waiting, AllOrNoneWatch allOrNone)
{
    // Orders that end in one command, by id.
    private readonly List<(long Id, EndReason Reason)> _ending = [];

    /// <summary>Ends an open order with open quantity, and its dependants.</summary>
    /// <param name="slot">Slot of the order.</param>
    /// <param name="reason">Reason of the end.</param>
    /// <param name="refusal">Reason why a child was rejected when it was to enter.</param>
    public void End(int slot, EndReason reason, RejectReason refusal = RejectReason.None)
    {
        ref var entry = ref store.Entries[slot];
        var displayed = entry.Place == OrderPlace.Resting && (entry.Traits & (Traits.Hidden | Traits.MarketOrder)) == 0;
        store.Append(BookEventKind.Ended, entry.Side, reason, entry.Id, store.PriceNow(slot), entry.Leaves, 0);
        store.Told.Detail = displayed ? (byte)1 : (byte)0;
        store.Told.Refusal = refusal;
        if (store.Has(slot, Traits.Conditional) && store.ConditionsOf(slot).Amount >= 0)
        {
            store.Told.QuantityLots = store.ConditionsOf(slot).Amount;
            store.Told.Detail = 2;
        }

        Leave(slot);
        Release(slot, reason);
    }

    /// <summary>Removes a filled order. No event follows its last trade.</summary>
    public void Complete(int slot)
    {
        Leave(slot);
        Release(slot, EndReason.None);
    }

    /// <summary>Removes an order from its place.</summary>
    public void Leave(int slot)
    {
        ref var entry = ref store.Entries[slot];
        switch (entry.Place)
        {
            case OrderPlace.Resting:
                LeaveBook(slot);
                break;
            case OrderPlace.Armed:
                triggers.Disarm(slot);
                break;
            case OrderPlace.Held:
                _ = waiting.Held.Remove(slot);
                break;
            case OrderPlace.Aside:
                waiting.AsideCount--;
                break;
        }

        entry.Place = OrderPlace.Entering;
        store.Entries[slot].Priority = 0;
    }

    /// <summary>Removes a resting order from the book.</summary>
    public void LeaveBook(int slot)
    {
        var traits = store.Entries[slot].Traits;
        store.Dequeue(slot, store.SideOf(slot), store.Counted(slot));
        if ((traits & Traits.MarketOrder) != 0)
            store.Entries[slot].Traits &= ~Traits.MarketOrder;
        if ((traits & Traits.Hidden) == 0)
            return;

        if (store.Sides[Hidden].Levels + store.Sides[Hidden + 1].Levels == 0)
            store.SlowPathReasons &= ~SlowPath.HiddenOrders;
        if ((traits & Traits.AllOrNone) != 0)
            allOrNone.Count(-1);
    }

    /// <summary>Frees an ended order's slot and updates its list.</summary>
    private void Release(int slot, EndReason reason)
    {
        store.OpenOrders--;
        if (!store.Has(slot, Traits.Conditional))
        {
            store.Free(slot);
            return;
        }

        ref var kept = ref store.ConditionsOf(slot);
        var list = kept.List;
        var role = kept.Role;
        var prevented = kept.Prevented;
        if (store.Has(slot, Traits.Peg))
            pegs.Remove(slot);
        store.ConditionalLots -= store.Entries[slot].TotalLots;
        store.Detach(slot);
        store.Free(slot);
        if (list != 0)
            AfterMember(list, slot, role, reason, whole: prevented == 0);
    }

    private void AfterMember(int list, int slot, ListRole role, EndReason reason, bool whole)
    {
        ref var members = ref lists.At(list);
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
            waiting.Await(first);
            waiting.Await(second);
        }
        else if (role == ListRole.Parent || (role == ListRole.Leg && reason != EndReason.OneCancelsOther))
        {
            EndWithList(first);
            EndWithList(lists.At(list).SecondLeg);
        }

        if (--lists.At(list).Alive > 0)
            return;

        store.Append(BookEventKind.ListChanged, default, EndReason.None, lists.At(list).FirstId, 0, 0, 0);
        store.Told.Detail = 1;
        lists.Close(list);
    }

    private void EndWithList(int slot)
    {
        if (slot != 0 && !store.ConditionsOf(slot).Ending)
            End(slot, EndReason.List);
    }

    /// <summary>True if orders are chosen to end.</summary>
    public bool HasChosen => _ending.Count > 0;

    /// <summary>Chooses open orders to end; sorted by id.</summary>
    public void Choose(in OrderFilter filter, EndReason reason)
    {
        for (var slot = 1; slot < store.EntriesUsed; slot++)
        {
            if (store.Entries[slot].Id != 0 && Fits(slot, in filter))
                Choose(slot, reason);
        }

        ChooseRelatives();
    }

    public void Choose(int slot, EndReason reason)
    {
        _ending.Add((store.Entries[slot].Id, reason));
        if (store.Has(slot, Traits.Conditional))
            store.ConditionsOf(slot).Ending = true;
    }

    public void ChooseRelatives()
    {
        var chosen = _ending.Count;
        for (var i = 0; i < chosen; i++)
            ChooseRelatives(store.Index.Find(_ending[i].Id));
        _ending.Sort();
    }

    /// <summary>
    /// Adds orders that end together with a chosen order of their list: children and the other leg.
    /// </summary>
    public void ChooseRelatives(int slot)
    {
        if (!store.Has(slot, Traits.Listed) || store.ConditionsOf(slot).Role == ListRole.Child)
            return;

        ref var members = ref lists.At(store.ConditionsOf(slot).List);
        foreach (var relative in (ReadOnlySpan<int>)[members.FirstLeg, members.SecondLeg])
        {
            if (relative == 0 || store.ConditionsOf(relative).Ending)
                continue;

            store.ConditionsOf(relative).Ending = true;
            _ending.Add((store.Entries[relative].Id, EndReason.List));
        }
    }

    private bool Fits(int slot, in OrderFilter filter) =>
        (filter.Account is not { } account || store.Entries[slot].Account == account)
        && (filter.Owner is not { } owner || store.Entries[slot].Owner == owner)
        && (filter.Side is not { } side || store.Entries[slot].Side == side);

    /// <summary>
    /// Ends the chosen orders in the sequence in which they were chosen, each in its own place even if one ends with
    /// another.
    /// </summary>
    public void EndAll()
    {
        foreach (var (id, _) in _ending)
        {
            var slot = store.Index.Find(id);
            if (store.Has(slot, Traits.Conditional))
                store.ConditionsOf(slot).Ending = true;
        }

        foreach (var (id, reason) in _ending)
            End(store.Index.Find(id), reason);
        _ending.Clear();
    }

    /// <summary>Ends the chosen orders by id.</summary>
    public void EndAllById()
    {
        _ending.Sort();
        EndAll();
    }
}
