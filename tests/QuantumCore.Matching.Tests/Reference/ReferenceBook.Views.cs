using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>An open order as the reference book shows it.</summary>
internal readonly record struct ReferenceView(
    long OrderId, long Account, long Owner, Side Side, long PriceTicks, long TotalLots, long LeavesLots, Stay Place,
    long ShownLots, long TriggerTicks);

// Queries.
internal sealed partial class ReferenceBook
{
    public bool TryGetOrder(long orderId, out ReferenceView order)
    {
        order = Find(orderId, out var found) == RejectReason.None ? View(found!) : default;
        return found is not null;
    }

    /// <summary>Returns the original terms of an open order.</summary>
    public NewOrder TermsOf(long orderId) => Find(orderId, out var order) == RejectReason.None ? order!.Terms : default;

    /// <summary>Returns working orders in priority order; those without a price first (5.4).</summary>
    public List<ReferenceView> Orders(Side side)
    {
        var orders = _open.FindAll(order => order.Stay == Stay.Resting && order.Side == side);
        orders.Sort((one, other) => one == other ? 0 : one.RanksBefore(other) ? -1 : 1);
        return orders.ConvertAll(View);
    }

    /// <summary>Returns ids at a stay, ascending.</summary>
    public List<long> OrdersAt(Stay stay) => _open.FindAll(order => order.Stay == stay).ConvertAll(order => order.Id);

    /// <summary>Copies the ids of all open orders, ascending.</summary>
    public void CopyOpenIds(List<long> ids)
    {
        ids.Clear();
        foreach (var order in _open)
            ids.Add(order.Id);
    }

    /// <summary>6.6: returns the orders of its price that rank before it, and their displayed lots.</summary>
    public bool TryGetQueuePosition(long orderId, out (int OrdersAhead, long LotsAhead) position)
    {
        position = default;
        if (Find(orderId, out var order) != RejectReason.None || order!.Stay != Stay.Resting)
            return false;

        foreach (var other in _open)
        {
            if (other.Stay == Stay.Resting && other.Side == order.Side && other.HasNoLimit == order.HasNoLimit
                && (order.HasNoLimit || other.Price == order.Price) && other != order && other.RanksBefore(order))
                position = (position.OrdersAhead + 1, position.LotsAhead + other.Shown);
        }

        return true;
    }

    /// <summary>Returns displayed levels, best first.</summary>
    public List<PriceLevel> Levels(Side side)
    {
        var levels = new List<PriceLevel>();
        foreach (var order in Orders(side))
        {
            if (order.ShownLots == 0)
                continue;
            if (levels.Count > 0 && levels[^1].PriceTicks == order.PriceTicks)
                levels[^1] = new PriceLevel(order.PriceTicks, levels[^1].Lots + order.ShownLots, levels[^1].Orders + 1);
            else
                levels.Add(new PriceLevel(order.PriceTicks, order.ShownLots, 1));
        }

        return levels;
    }

    /// <summary>Checks the invariants after a command. Returns a violation; null for none.</summary>
    public string? Audit()
    {
        foreach (var order in _open)
        {
            if (order.Stay is Stay.Outside or Stay.Done)
                return $"{order.Id} is {order.Stay}";
            if (order.Leaves < 1 || order.Filled < 0 || order.Prevented < 0)
                return $"{order.Id} has {order.Leaves} open of {order.Total}";
            if (order.Display > 0 && order.Stay == Stay.Resting && !IsIn(order.Tip, 1, order.Leaves))
                return $"{order.Id} shows {order.Tip} of {order.Leaves}";
            if (OpenSibling(order) is { } sibling && (sibling.Leaves != order.Leaves || sibling.Total != order.Total))
                return $"{order.Id} and its sibling differ";
            if (order.Stay == Stay.Resting && Phase == TradingPhase.Continuous && order.HasNoLimit)
                return $"{order.Id} rests without a price";
        }

        if (_queue.Exists(order => order.Stay is not (Stay.Pending or Stay.Done)))
            return "an order waits in the queue";
        var (bid, ask) = (BestDisplayed(Side.Buy, withPegs: true), BestDisplayed(Side.Sell, withPegs: true));
        return Phase == TradingPhase.Continuous && bid != 0 && ask != 0 && bid >= ask
            ? $"displayed orders cross: {bid} {ask}"
            : null;
    }

    private static ReferenceView View(ReferenceOrder order) => new(
        order.Id, order.Terms.Account, order.Terms.Owner, order.Side,
        order.WaitsForTrigger ? order.Price : PriceNow(order), order.Total, order.Leaves, order.Stay, order.Shown,
        order.Stay == Stay.Armed ? order.Trigger : 0);
}
