using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Lists of orders that depend on each other (RULES 9; FIX tag 1385).</summary>
internal sealed class OrderLists(OrderStore store)
{
    private OrderList[] _lists = new OrderList[4];
    private int _freeList;

    /// <summary>Number of places for lists that were ever used, with place 0, which means none.</summary>
    public int Used { get; private set; } = 1;

    /// <summary>Returns the list in a place; it has no member alive if the place is free.</summary>
    public ref OrderList At(int list) => ref _lists[list];

    /// <summary>Takes a free place for a list.</summary>
    public int Take()
    {
        if (_freeList != 0)
        {
            var list = _freeList;
            _freeList = (int)_lists[list].FirstId;
            return list;
        }

        if (Used == _lists.Length)
            Array.Resize(ref _lists, _lists.Length * 2);
        return Used++;
    }

    /// <summary>Frees the place of a list without members.</summary>
    public void Close(int list)
    {
        _lists[list] = new OrderList { FirstId = _freeList };
        _freeList = list;
    }

    public void TieTogether(OrderListKind kind, ReadOnlySpan<int> slots, ReadOnlySpan<long> prices)
    {
        var list = Take();
        ref var members = ref _lists[list];
        members = new OrderList { Kind = kind, Alive = slots.Length, FirstId = store.Entries[slots[0]].Id };
        for (var i = 0; i < slots.Length; i++)
            AddMember(slots[i], list, prices[i]);
        var legs = kind == OrderListKind.OneCancelsOther ? slots : slots[1..];
        if (kind != OrderListKind.OneCancelsOther)
        {
            members.Parent = slots[0];
            store.ConditionsOf(slots[0]).Role = ListRole.Parent;
            foreach (var child in legs)
                store.Entries[child].Place = OrderPlace.Pending;
        }

        members.FirstLeg = legs[0];
        members.SecondLeg = legs.Length > 1 ? legs[1] : 0;
        foreach (var leg in legs)
            store.ConditionsOf(leg).Role = legs.Length > 1 ? ListRole.Leg : ListRole.Child;
    }

    /// <summary>Joins an order to a list. A plain limit order gets an entry among the conditions.</summary>
    private void AddMember(int slot, int list, long price)
    {
        if (!store.Has(slot, Traits.Conditional))
        {
            ref var plain = ref store.Attach(slot);
            plain = new Conditions
            {
                Type = OrderType.Limit,
                Price = price,
                TimeInForce = store.Has(slot, Traits.Day) ? TimeInForce.Day : TimeInForce.GoodTillCancel,
                Protection = -1,
                Amount = -1,
            };
            store.ConditionalLots += store.Entries[slot].TotalLots;
        }

        store.ConditionsOf(slot).List = list;
        store.Entries[slot].Traits |= Traits.Listed;
    }

    /// <summary>Returns the other leg of a one-cancels-other pair while it is open, else 0.</summary>
    public int Sibling(int slot)
    {
        if (!store.Has(slot, Traits.Listed))
            return 0;

        ref var kept = ref store.ConditionsOf(slot);
        if (kept.Role != ListRole.Leg)
            return 0;
        ref var members = ref At(kept.List);
        return members.FirstLeg == slot ? members.SecondLeg : members.FirstLeg;
    }

    /// <summary>Returns true if two legs that wait together are still on the right sides of each other.</summary>
    public bool AreLegsInOrder(int slot)
    {
        var sibling = Sibling(slot);
        if (sibling == 0)
            return true;

        var target = IsTargetLeg(slot) ? slot : sibling;
        return ListRules.AreInOrder(
            store.Entries[slot].Side, WaitsFor(target), 0, WaitsFor(target == slot ? sibling : slot));
    }

    /// <summary>Returns true for the leg of a pair that waits for the better price.</summary>
    public bool IsTargetLeg(int slot) =>
        store.ConditionsOf(slot).Type == OrderType.Limit || OrderRules.IsTakeProfit(store.ConditionsOf(slot).Type);

    /// <summary>Returns the price that a leg waits for; 0 for a trailing stop.</summary>
    public long WaitsFor(int slot)
    {
        ref var kept = ref store.ConditionsOf(slot);
        return kept.Type == OrderType.Limit ? kept.Price : OrderRules.IsTrailing(kept.Type) ? 0 : kept.Trigger;
    }
}
