using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>One change of the displayed orders.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Side">Side of the order; Printed: of the taker, of an auction the buyer's.</param>
/// <param name="OrderId">The order; 0 when Printed.</param>
/// <param name="PriceTicks">Its price; Executed, Printed: the price traded.</param>
/// <param name="Lots">Added, Resized: lots it shows now. Executed, Printed: lots traded. Removed: 0.</param>
/// <param name="BeforeId">Added: the order at that price that it stands right before; 0 when it is last.</param>
public readonly record struct OrderChange(
    OrderChangeKind Kind, Side Side, long OrderId, long PriceTicks, long Lots, long BeforeId = 0);

/// <summary>A displayed level as it is now.</summary>
/// <param name="Side">Bids or asks.</param>
/// <param name="PriceTicks">Its price.</param>
/// <param name="Lots">Lots displayed there; 0: the level is gone.</param>
/// <param name="Orders">Orders displayed there.</param>
public readonly record struct LevelChange(Side Side, long PriceTicks, long Lots, int Orders);

/// <summary>The best displayed price of both sides; 0 for an empty side.</summary>
/// <param name="BidTicks">Highest price of buyers.</param>
/// <param name="BidLots">Lots displayed there.</param>
/// <param name="AskTicks">Lowest price of sellers.</param>
/// <param name="AskLots">Lots displayed there.</param>
public readonly record struct TopOfBook(long BidTicks, long BidLots, long AskTicks, long AskLots);

/// <summary>
/// What others may see of a book, as changes: by order (L3), by level (L2) and of the best prices (L1). From any of the
/// three alone its view can be rebuilt; hidden orders, reserves of icebergs and orders that wait are in none.
/// </summary>
/// <remarks>
/// <see cref="Follow"/> reads the events of the book's last command, so it is called after every command; the book
/// itself knows nothing of it, and pays nothing without it. Changes by order come in the order of the events; levels and
/// best prices are those at the end of the command: in continuous trading they are never crossed. Not safe for several
/// threads.
/// </remarks>
public sealed class DisplayedBook
{
    private struct Shown
    {
        public long PriceTicks;
        public long Lots;
        public Side Side;
    }

    private readonly OrderBook _book;
    private readonly Dictionary<long, Shown> _shown = [];

    private readonly List<OrderChange> _orders = [];
    private readonly List<LevelChange> _levels = [];
    private readonly HashSet<(Side Side, long PriceTicks)> _changed = [];

    // Then orders for the close come in by the priority they had; all others that appear are last at their price.
    private bool _closingBegan;

    /// <summary>A view of a book as it is; what is there already comes with no change.</summary>
    public DisplayedBook(OrderBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        _book = book;
        foreach (var side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            foreach (var order in book.Orders(side))
            {
                if (order.IsDisplayed)
                    _shown.Add(order.OrderId, new Shown { Side = side, PriceTicks = order.PriceTicks, Lots = order.ShownLots });
            }
        }

        Top = BestOf(book);
    }

    /// <summary>What the last command changed by order, in order. Valid until the next <see cref="Follow"/>.</summary>
    public ReadOnlySpan<OrderChange> Orders => CollectionsMarshal.AsSpan(_orders);

    /// <summary>The levels the last command touched, each once, as they are now.</summary>
    public ReadOnlySpan<LevelChange> Levels => CollectionsMarshal.AsSpan(_levels);

    /// <summary>The best prices now.</summary>
    public TopOfBook Top { get; private set; }

    /// <summary>Whether the last command changed <see cref="Top"/>.</summary>
    public bool HasNewTop { get; private set; }

    /// <summary>Reads the events of the command that was just applied, refused or not.</summary>
    public void Follow()
    {
        _orders.Clear();
        _levels.Clear();
        _changed.Clear();
        _closingBegan = false;
        foreach (ref readonly var happened in _book.Events)
            Read(in happened);

        foreach (var (side, price) in _changed)
        {
            var level = _book.LevelAt(side, price);
            _levels.Add(new LevelChange(side, price, level.Lots, level.Orders));
        }

        var top = BestOf(_book);
        HasNewTop = top != Top;
        Top = top;
    }

    private static TopOfBook BestOf(OrderBook book)
    {
        _ = book.TryGetBest(Side.Buy, out var bid, out var bidLots);
        _ = book.TryGetBest(Side.Sell, out var ask, out var askLots);
        return new TopOfBook(bid, bidLots, ask, askLots);
    }

    private void Read(in BookEvent happened)
    {
        switch (happened.Kind)
        {
            case BookEventKind.Trade:
                Execute(in happened);
                break;
            case BookEventKind.AuctionTrade:
                Print(in happened);
                ShowAfterAuction(happened.OrderId, happened.QuantityLots, happened.LeavesLots);
                ShowAfterAuction(happened.MakerId, happened.QuantityLots, happened.MakerLeavesLots);
                break;
            case BookEventKind.SelfTradePrevented when happened.Detail == (byte)SelfTradePrevention.Decrement:
                if (_shown.TryGetValue(happened.MakerId, out var maker))
                    Resize(happened.MakerId, maker.Lots - happened.QuantityLots);
                break;
            case BookEventKind.Rested when happened.Detail == 0:
            case BookEventKind.Refilled:
                Add(in happened);
                break;
            case BookEventKind.Amended when happened.Detail == 0:
                Resize(happened.OrderId, happened.MakerLeavesLots);
                break;
            case BookEventKind.Amended or BookEventKind.Repriced or BookEventKind.Parked or BookEventKind.Ended:
                Remove(happened.OrderId);
                break;
            case BookEventKind.PhaseChanged:
                _closingBegan = happened.Detail == (byte)TradingPhase.Closing;
                break;
        }
    }

    private void Add(in BookEvent rested)
    {
        var id = rested.OrderId;
        var before = _closingBegan ? KnownBehind(id) : 0;
        var shown = new Shown { Side = rested.Side, PriceTicks = rested.PriceTicks, Lots = rested.QuantityLots };
        _shown.Add(id, shown);
        Tell(OrderChangeKind.Added, id, in shown, shown.Lots, before);
    }

    private void Execute(in BookEvent trade)
    {
        ref var shown = ref CollectionsMarshal.GetValueRefOrNullRef(_shown, trade.MakerId);
        if (Unsafe.IsNullRef(ref shown))
        {
            Print(in trade);
            return;
        }

        Tell(OrderChangeKind.Executed, trade.MakerId, in shown, trade.QuantityLots);
        shown.Lots -= trade.QuantityLots;
        if (shown.Lots == 0)
            _ = _shown.Remove(trade.MakerId);
    }

    private void Print(in BookEvent trade) => _orders.Add(
        new OrderChange(OrderChangeKind.Printed, trade.Side, 0, trade.PriceTicks, trade.QuantityLots));

    /// <summary>An auction takes from an iceberg's reserve, too: it shows as much as before, if it has that.</summary>
    private void ShowAfterAuction(long id, long traded, long leaves)
    {
        if (!_shown.TryGetValue(id, out var shown))
            return;

        // One that shows less than it had, and has ended since, is gone for others at once.
        var shows = shown.Lots == leaves + traded ? leaves : Math.Min(leaves, _book.DisplayOf(id));
        Resize(id, shows);
    }

    private void Resize(long id, long lots)
    {
        ref var shown = ref CollectionsMarshal.GetValueRefOrNullRef(_shown, id);
        if (Unsafe.IsNullRef(ref shown) || shown.Lots == lots)
            return;
        if (lots == 0)
        {
            Remove(id);
            return;
        }

        shown.Lots = lots;
        Tell(OrderChangeKind.Resized, id, in shown, lots);
    }

    private void Remove(long id)
    {
        if (_shown.Remove(id, out var shown))
            Tell(OrderChangeKind.Removed, id, in shown, 0);
    }

    private void Tell(OrderChangeKind kind, long id, in Shown shown, long lots, long before = 0)
    {
        _orders.Add(new OrderChange(kind, shown.Side, id, shown.PriceTicks, lots, before));
        _ = _changed.Add((shown.Side, shown.PriceTicks));
    }

    /// <summary>The first order behind this one that others know of already; those they don't will come after it.</summary>
    private long KnownBehind(long id)
    {
        var behind = _book.OrderBehind(id);
        while (behind != 0 && !_shown.ContainsKey(behind))
            behind = _book.OrderBehind(behind);
        return behind;
    }
}
