using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>A change of the displayed orders.</summary>
/// <param name="Kind">Kind of the change.</param>
/// <param name="Side">Side of the order. Printed: side of the taker; the buyer's for an auction.</param>
/// <param name="OrderId">Public id of the order; 0 if Printed.</param>
/// <param name="PriceTicks">Price of the order, in ticks. Executed, Printed: price of the trade.</param>
/// <param name="Lots">Added, Resized: lots displayed now. Executed, Printed: lots traded. Removed: 0.</param>
/// <param name="BeforeId">Added: the order at that price right behind it in the queue; 0 if it is last.</param>
public readonly record struct OrderChange(
    OrderChangeKind Kind, Side Side, long OrderId, long PriceTicks, long Lots, long BeforeId = 0);

/// <summary>A displayed level as it is now.</summary>
/// <param name="Side">Bids or asks.</param>
/// <param name="PriceTicks">Its price, in ticks.</param>
/// <param name="Lots">Lots displayed there; 0 if the level is gone.</param>
/// <param name="Orders">Number of orders displayed there.</param>
public readonly record struct LevelChange(Side Side, long PriceTicks, long Lots, int Orders);

/// <summary>The best displayed price of both sides; 0 for an empty side.</summary>
/// <param name="BidTicks">Highest buy price, in ticks.</param>
/// <param name="BidLots">Lots displayed there.</param>
/// <param name="AskTicks">Lowest sell price, in ticks.</param>
/// <param name="AskLots">Lots displayed there.</param>
public readonly record struct TopOfBook(long BidTicks, long BidLots, long AskTicks, long AskLots);

/// <summary>
/// Public view of a book as changes: market-by-order (L3), by level (L2), and of the best prices (L1). Each of the
/// three alone suffices to rebuild its view. Hidden orders, reserves of icebergs and waiting orders are in none.
/// </summary>
/// <remarks>
/// Call <see cref="Follow"/> after every command: it reads the events of the book's last command. The book itself does
/// not know this view and pays nothing without it. Changes by order come in the sequence of the events. Levels and best
/// prices are those at the end of the command; in continuous trading they are never crossed. Not thread-safe.
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

    // True once the closing auction began. At-the-close orders then enter with the priority they had; all other new
    // orders are last at their price.
    private bool _closingBegan;

    /// <summary>Creates the view of a book as it is. Orders already there cause no change.</summary>
    public DisplayedBook(OrderBook book)
    {
        ArgumentNullException.ThrowIfNull(book);
        _book = book;
        foreach (var side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            foreach (var order in book.Orders(side))
            {
                if (order.IsDisplayed)
                    _shown.Add(
                        order.OrderId,
                        new Shown { Side = side, PriceTicks = order.PriceTicks, Lots = order.ShownLots });
            }
        }

        Top = BestOf(book);
    }

    /// <summary>Changes of the last command by order, in sequence. Valid until the next <see cref="Follow"/>.</summary>
    public ReadOnlySpan<OrderChange> Orders => CollectionsMarshal.AsSpan(_orders);

    /// <summary>Levels touched by the last command, each once, as they are now.</summary>
    public ReadOnlySpan<LevelChange> Levels => CollectionsMarshal.AsSpan(_levels);

    /// <summary>The best prices now.</summary>
    public TopOfBook Top { get; private set; }

    /// <summary>True if the last command changed <see cref="Top"/>.</summary>
    public bool HasNewTop { get; private set; }

    /// <summary>Reads the events of the last command, rejected or not.</summary>
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

    /// <summary>
    /// Updates an order after an auction trade. The auction also takes from an iceberg's reserve; it displays as much
    /// as before, if it has that.
    /// </summary>
    private void ShowAfterAuction(long id, long traded, long leaves)
    {
        if (!_shown.TryGetValue(id, out var shown))
            return;

        // An order that displays less and has ended since is removed from the public view at once.
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

    /// <summary>
    /// Returns the first order behind this one that the public view already has. The others are added later.
    /// </summary>
    private long KnownBehind(long id)
    {
        var behind = _book.OrderBehind(id);
        while (behind != 0 && !_shown.ContainsKey(behind))
            behind = _book.OrderBehind(behind);
        return behind;
    }
}
