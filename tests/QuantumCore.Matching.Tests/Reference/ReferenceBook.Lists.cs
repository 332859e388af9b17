using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RULES 9, 10.8, 10.9, 3.1, 13.2: ends of orders, and their effect on other orders of a list.
internal sealed partial class ReferenceBook
{
    // Orders that end in the current pass, each in its own place (3.1, 10.9).
    private readonly HashSet<long> _passing = [];

    // Triggered orders and children of filled parents, first in, first out (RULES 3).
    private readonly List<ReferenceOrder> _queue = [];

    private void End(ReferenceOrder order, EndReason reason, RejectReason refusal = RejectReason.None)
    {
        var detail = order.ByAmount ? 2 : order.IsDisplayed ? 1 : 0;
        Events.Add(new BookEvent(
            BookEventKind.Ended, order.Side, reason, order.Id, 0, PriceNow(order),
            order.ByAmount ? order.AmountLeft : order.Leaves, 0, 0, (byte)detail, refusal));
        order.Stay = Stay.Done;
        _ = _open.Remove(order);
        EndRelatives(order, reason);
    }

    /// <summary>9.3, 9.4: ends the sibling and the waiting children along with an order.</summary>
    private void EndRelatives(ReferenceOrder order, EndReason reason)
    {
        if (order.List is not { } list)
            return;
        // If the sibling's fill or trigger ended this one, the sibling continues alone (9.2).
        if (reason != EndReason.OneCancelsOther && OpenSibling(order) is { } sibling
            && !_passing.Contains(sibling.Id))
            End(sibling, EndReason.List);
        EndChildren(order);
        CheckListDone(list);
    }

    private void EndChildren(ReferenceOrder parent)
    {
        foreach (var child in WaitingChildren(parent))
        {
            if (child.Stay == Stay.Pending && !_passing.Contains(child.Id))
                End(child, EndReason.List);
        }
    }

    private static ReferenceOrder? OpenSibling(ReferenceOrder order)
    {
        if (order.List is not { } list || list.Kind == OrderListKind.OneTriggersOther)
            return null;
        var first = list.Kind == OrderListKind.OneCancelsOther ? 0 : 1;
        var sibling = list.Legs[first] == order ? list.Legs[first + 1]
            : list.Legs[first + 1] == order ? list.Legs[first]
            : null;
        return sibling is { Stay: not Stay.Done } ? sibling : null;
    }

    private static bool IsParent(ReferenceOrder order) =>
        order.List is { Kind: not OrderListKind.OneCancelsOther } list && list.Legs[0] == order;

    private static List<ReferenceOrder> WaitingChildren(ReferenceOrder order) =>
        IsParent(order) ? order.List!.Legs.FindAll(leg => leg != order && leg.Stay == Stay.Pending) : [];

    /// <summary>9.6: reports the list done directly after the last leg's last event.</summary>
    private void CheckListDone(ReferenceList list)
    {
        if (list.IsDone || !list.Legs.TrueForAll(leg => leg.Stay == Stay.Done))
            return;

        list.IsDone = true;
        Tell(BookEventKind.ListChanged, default, list.Legs[0].Id, detail: 1);
    }

    /// <summary>Handles a fill, whole or partial: 9.2 for a sibling, 9.4 for children.</summary>
    private void AfterFill(ReferenceOrder order)
    {
        if (order.Stay == Stay.Done)
            _ = _open.Remove(order);
        if (order.List is not { } list)
            return;

        if (OpenSibling(order) is { } sibling)
            End(sibling, EndReason.OneCancelsOther);
        if (order.Stay == Stay.Done && order.Filled == order.Total)
            _queue.AddRange(WaitingChildren(order));
        else if (order.Stay == Stay.Done)
            EndChildren(order); // Prevented lots are not filled.
        CheckListDone(list);
    }

    /// <summary>3.2: Acks of all legs in leg order, then the working leg's phase.</summary>
    private void EnterList(ReferenceList list)
    {
        foreach (var leg in list.Legs)
            Accept(leg);
        Tell(BookEventKind.ListChanged, default, list.Legs[0].Id);

        if (list.Kind != OrderListKind.OneCancelsOther)
        {
            foreach (var child in list.Legs.Skip(1))
                child.Stay = Stay.Pending;
            Enter(list.Legs[0]);
            return;
        }

        // The leg that waits for its trigger is already in place when the other one takes.
        foreach (var leg in list.Legs.Where(leg => leg.WaitsForTrigger))
            Enter(leg);
        foreach (var leg in list.Legs.Where(leg => !leg.WaitsForTrigger && leg.Stay != Stay.Done))
            Enter(leg);
    }

    /// <summary>3.1: expires all due orders, by expiry and id.</summary>
    private bool ExpireDue()
    {
        var due = false;
        foreach (var order in _open)
            due |= order.Expiry <= LastTimeNanos;
        if (due)
            EndPass([.. _open.Where(order => order.Expiry <= LastTimeNanos)
                .OrderBy(order => order.Expiry).ThenBy(order => order.Id)], EndReason.GoodTillDate);
        return due;
    }

    /// <summary>13.2: expires day orders.</summary>
    private void ExpireDay() =>
        EndPass(
            [.. _open.Where(order => order.Terms.TimeInForce == TimeInForce.Day).OrderBy(order => order.Id)],
            EndReason.Day);

    /// <summary>Ends orders, each in its own place, together with others of their lists.</summary>
    private void EndPass(List<ReferenceOrder> orders, EndReason reason)
    {
        _passing.UnionWith(orders.Select(order => order.Id));
        foreach (var order in orders)
            End(order, reason);
        _passing.Clear();
    }

    /// <summary>10.9: ends orders by id; orders that their lists end go in their id places too.</summary>
    private void EndMany(ReferenceFilter filter, EndReason reason) => EndMany(filter.Covers, reason);

    private void EndMany(Predicate<ReferenceOrder> covers, EndReason reason)
    {
        var going = new SortedDictionary<long, (ReferenceOrder Order, EndReason Reason)>();
        foreach (var order in _open)
        {
            if (covers(order))
                going[order.Id] = (order, reason);
        }

        foreach (var (order, _) in going.Values.ToList())
        {
            if (OpenSibling(order) is { } sibling)
                _ = going.TryAdd(sibling.Id, (sibling, EndReason.List));
            foreach (var child in WaitingChildren(order))
                _ = going.TryAdd(child.Id, (child, EndReason.List));
        }

        _passing.UnionWith(going.Keys);
        foreach (var (order, why) in going.Values)
            End(order, why);
        _passing.Clear();
    }
}
