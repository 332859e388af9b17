using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests;

/// <summary>
/// The rules once more, as plainly as they can be written: one list of orders, sorted by scanning. It shares nothing
/// with the book but the messages.
/// </summary>
internal sealed class NaiveBook(int maxLevels)
{
    private sealed class Order
    {
        public required long Id { get; init; }
        public required NewOrder Terms { get; init; }
        public long Total { get; set; }
        public long Leaves { get; set; }
    }

    private readonly int _maxLevels = maxLevels;

    // In the order of entry, which is the order of priority at one price.
    private List<Order> _open = [];

    public List<BookEvent> Events { get; private set; } = [];

    public long LastId { get; private set; }

    public long LastTime { get; private set; }

    public int OpenOrders => _open.Count;

    public RejectReason Submit(long time, NewOrder order, out long id)
    {
        id = 0;
        Events = [];
        var reject = Judge(time, order, _open);
        if (reject != RejectReason.None)
            return reject;

        LastTime = time;
        id = Enter(order);
        return RejectReason.None;
    }

    public RejectReason Cancel(long time, long id, EndReason reason)
    {
        Events = [];
        var reject = Find(id, out var order);
        if (reject == RejectReason.None && time < LastTime)
            reject = RejectReason.TimeRegression;
        if (reject != RejectReason.None)
            return reject;

        LastTime = time;
        End(order!, reason);
        return RejectReason.None;
    }

    public RejectReason Reduce(long time, long id, long total)
    {
        Events = [];
        var reject = Find(id, out var order);
        if (reject == RejectReason.None && (total < 0 || total > 1L << 53))
            reject = RejectReason.InvalidQuantity;
        if (reject == RejectReason.None && time < LastTime)
            reject = RejectReason.TimeRegression;
        if (reject == RejectReason.None && total > order!.Total)
            reject = RejectReason.WouldGrow;
        if (reject != RejectReason.None)
            return reject;

        LastTime = time;
        var filled = order!.Total - order.Leaves;
        if (total <= filled)
        {
            End(order, EndReason.Amended);
            return RejectReason.None;
        }

        order.Total = total;
        order.Leaves = total - filled;
        Say(BookEventKind.Amended, order.Terms.Side, EndReason.None, order.Id, order.Terms.PriceTicks, total, order.Leaves);
        return RejectReason.None;
    }

    public RejectReason Replace(long time, long id, NewOrder order, out long newId)
    {
        newId = 0;
        Events = [];
        var reject = Find(id, out var old);
        if (reject == RejectReason.None)
            reject = Judge(time, order, [.. _open.Where(other => other != old)]);
        if (reject != RejectReason.None)
            return reject;

        LastTime = time;
        End(old!, EndReason.Replaced);
        newId = Enter(order);
        return RejectReason.None;
    }

    public List<(long Price, long Lots, int Orders)> Levels(Side side) =>
        [.. Ranked(_open, side)
            .GroupBy(order => order.Terms.PriceTicks)
            .Select(level => (level.Key, level.Sum(order => order.Leaves), level.Count()))];

    public List<RestingOrder> Orders(Side side) =>
        [.. Ranked(_open, side).Select(order => new RestingOrder(
            order.Id, order.Terms.Account, side, order.Terms.PriceTicks, order.Total, order.Leaves))];

    public ulong StateHash()
    {
        var words = new List<long>();
        foreach (var side in new[] { Side.Buy, Side.Sell })
        {
            words.Add(side == Side.Buy ? 1 : 2);
            foreach (var order in Ranked(_open, side))
                words.AddRange([order.Id, order.Terms.Account, order.Terms.PriceTicks, order.Total, order.Leaves]);
        }

        words.AddRange([LastId, LastTime]);
        return words.Aggregate(0xCBF29CE484222325UL, (hash, word) =>
        {
            var mixed = unchecked((hash ^ (ulong)word) * 0x100000001B3UL);
            return mixed ^ (mixed >> 32);
        });
    }

    private static IEnumerable<Order> Ranked(IEnumerable<Order> orders, Side side)
    {
        var mine = orders.Where(order => order.Terms.Side == side);
        return side == Side.Buy
            ? mine.OrderByDescending(order => order.Terms.PriceTicks)
            : mine.OrderBy(order => order.Terms.PriceTicks);
    }

    private static bool Reaches(NewOrder taker, long price)
    {
        if (taker.Type == OrderType.Market && taker.PriceTicks == 0)
            return true;
        return taker.Side == Side.Buy ? price <= taker.PriceTicks : price >= taker.PriceTicks;
    }

    private static Side Other(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    private static List<Order> MakersFor(NewOrder taker, List<Order> open) =>
        [.. Ranked(open, Other(taker.Side)).Where(maker => Reaches(taker, maker.Terms.PriceTicks))];

    private RejectReason Judge(long time, NewOrder order, List<Order> open)
    {
        if ((int)order.Side is not (1 or 2) || (int)order.Type is not (1 or 2) || (int)order.TimeInForce is not (1 or 3 or 4))
            return RejectReason.BadRequest;
        var rests = order.Type == OrderType.Limit && order.TimeInForce == TimeInForce.GoodTillCancel;
        if (order.PostOnly && !rests)
            return RejectReason.InvalidCombination;
        if (order.QuantityLots < 1 || order.QuantityLots > 1L << 53)
            return RejectReason.InvalidQuantity;
        if (order.PriceTicks > 1L << 47 || order.PriceTicks < 0 || (order.PriceTicks == 0 && order.Type == OrderType.Limit))
            return RejectReason.InvalidPrice;
        if (time < LastTime)
            return RejectReason.TimeRegression;
        if (!rests)
            return RejectReason.None;

        var makers = MakersFor(order, open);
        var remainder = order.PostOnly
            ? order.QuantityLots
            : order.QuantityLots - makers.Sum(maker => (decimal)maker.Leaves);
        var prices = open.Where(other => other.Terms.Side == order.Side).Select(other => other.Terms.PriceTicks).ToHashSet();
        if (remainder > 0 && !prices.Contains(order.PriceTicks) && prices.Count >= _maxLevels)
            return RejectReason.TooManyLevels;
        var there = open.Where(other => other.Terms.Side == order.Side && other.Terms.PriceTicks == order.PriceTicks)
            .Sum(other => (decimal)other.Leaves);
        if (there + remainder > 1L << 62)
            return RejectReason.Overflow;
        return order.PostOnly && makers.Count > 0 ? RejectReason.PostOnlyWouldTake : RejectReason.None;
    }

    private long Enter(NewOrder terms)
    {
        var order = new Order { Id = ++LastId, Terms = terms, Total = terms.QuantityLots, Leaves = terms.QuantityLots };
        Say(BookEventKind.Accepted, terms.Side, EndReason.None, order.Id, terms.PriceTicks, order.Total, order.Total);
        var makers = MakersFor(terms, _open);
        var killed = terms.TimeInForce == TimeInForce.FillOrKill && makers.Sum(maker => (decimal)maker.Leaves) < order.Total;
        foreach (var maker in killed ? [] : makers)
        {
            if (order.Leaves == 0)
                break;
            var lots = Math.Min(order.Leaves, maker.Leaves);
            order.Leaves -= lots;
            maker.Leaves -= lots;
            Events.Add(new BookEvent(
                BookEventKind.Trade, terms.Side, EndReason.None, order.Id, maker.Id, maker.Terms.PriceTicks, lots,
                order.Leaves, maker.Leaves));
        }

        _open = [.. _open.Where(other => other.Leaves > 0)];
        if (order.Leaves == 0)
            return order.Id;

        if (terms.Type == OrderType.Limit && terms.TimeInForce == TimeInForce.GoodTillCancel)
        {
            _open.Add(order);
            Say(BookEventKind.Rested, terms.Side, EndReason.None, order.Id, terms.PriceTicks, order.Leaves, order.Leaves);
            return order.Id;
        }

        var reason = killed ? EndReason.FillOrKill
            : terms.Type == OrderType.Limit ? EndReason.ImmediateOrCancel
            : _open.Exists(other => other.Terms.Side != terms.Side) ? EndReason.Protection
            : EndReason.NoLiquidity;
        Say(BookEventKind.Ended, terms.Side, reason, order.Id, terms.PriceTicks, order.Leaves, 0);
        return order.Id;
    }

    private RejectReason Find(long id, out Order? order)
    {
        order = _open.Find(other => other.Id == id);
        if (order is not null)
            return RejectReason.None;
        return id >= 1 && id <= LastId ? RejectReason.OrderClosed : RejectReason.UnknownOrder;
    }

    private void End(Order order, EndReason reason)
    {
        Say(BookEventKind.Ended, order.Terms.Side, reason, order.Id, order.Terms.PriceTicks, order.Leaves, 0);
        _ = _open.Remove(order);
    }

    private void Say(BookEventKind kind, Side side, EndReason reason, long id, long price, long lots, long leaves) =>
        Events.Add(new BookEvent(kind, side, reason, id, 0, price, lots, leaves, 0));
}
