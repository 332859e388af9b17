using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Kind of change of a displayed order.</summary>
public enum BookOrderChangeKind
{
    /// <summary>The order appeared.</summary>
    [JsonStringEnumMemberName("added")] Added = 1,

    /// <summary>The displayed quantity changed; the order keeps its queue position.</summary>
    [JsonStringEnumMemberName("resized")] Resized = 2,

    /// <summary>The order is gone, or about to reappear elsewhere.</summary>
    [JsonStringEnumMemberName("removed")] Removed = 3,

    /// <summary>The order traded that quantity; with none left it is gone.</summary>
    [JsonStringEnumMemberName("executed")] Executed = 4,

    /// <summary>
    /// A trade without a displayed resting order: it is hidden, or the trade is an auction's or a strategy leg's.
    /// </summary>
    [JsonStringEnumMemberName("printed")] Printed = 5,
}

/// <summary>A change of a market-by-order book.</summary>
/// <param name="Kind">Kind of change.</param>
/// <param name="Side">Side of the order; for Printed that of the taker, in an auction the buyer's.</param>
/// <param name="OrderId">Order id; 0 for Printed.</param>
/// <param name="Price">Price of the order; for Executed and Printed the traded price.</param>
/// <param name="Quantity">Added, Resized: displayed quantity now. Executed, Printed: traded quantity. Removed:
/// 0.</param>
/// <param name="Before">Added: the order at that price right behind it; 0 if it is last.</param>
/// <param name="TradeId">Executed, Printed: trade id; else null.</param>
/// <param name="Sequence">Book sequence of the change.</param>
/// <param name="TimeNanos">Time of that sequence, in Unix nanoseconds.</param>
public sealed record BookOrderChange(
    BookOrderChangeKind Kind,
    OrderSide Side,
    long OrderId,
    decimal Price,
    decimal Quantity,
    long Before,
    string? TradeId,
    long Sequence,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos);

/// <summary>An update of a followed market-by-order book.</summary>
/// <param name="Change">Kind of update.</param>
/// <param name="Book">Book after the update. The object is reused: read what you need before the next step.</param>
/// <param name="Changes">Changes since the previous update, in sequence, without those lost in a gap.</param>
public sealed record OrderByOrderUpdate(BookChange Change, LocalOrderBook Book, IReadOnlyList<BookOrderChange> Changes);

/// <summary>A market-by-order book that a feed keeps up to date. Not thread-safe.</summary>
public sealed class LocalOrderBook
{
    private readonly SortedDictionary<decimal, LinkedList<BookOrder>> _bids =
        new(Comparer<decimal>.Create((left, right) => right.CompareTo(left)));

    private readonly SortedDictionary<decimal, LinkedList<BookOrder>> _asks = [];
    private readonly Dictionary<long, LinkedListNode<BookOrder>> _orders = [];

    internal LocalOrderBook(string symbol) => Symbol = symbol;

    /// <summary>The instrument.</summary>
    public string Symbol { get; }

    /// <summary>The book's sequence; 0 before the first snapshot.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of that sequence, in Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>True if a message was missed: the orders are stale until the next snapshot.</summary>
    public bool IsStale { get; internal set; } = true;

    /// <summary>Buy orders in trading sequence: highest price first, then queue position.</summary>
    public IEnumerable<BookOrder> Bids => _bids.Values.SelectMany(line => line);

    /// <summary>Sell orders, lowest price first, then queue position.</summary>
    public IEnumerable<BookOrder> Asks => _asks.Values.SelectMany(line => line);

    /// <summary>Returns an order by its id; null if it is not displayed.</summary>
    public BookOrder? Find(long orderId) => _orders.GetValueOrDefault(orderId)?.Value;

    /// <summary>
    /// Returns the queue position of an order by displayed quantity; hidden orders and reserves are not counted. Null
    /// if the order is not displayed. Cost is linear in the orders ahead.
    /// </summary>
    public OrderPosition? PositionOf(long orderId)
    {
        if (!_orders.TryGetValue(orderId, out var order))
            return null;

        var (orders, quantity) = (0, 0m);
        for (var ahead = order.Previous; ahead is not null; ahead = ahead.Previous)
            (orders, quantity) = (orders + 1, quantity + ahead.Value.Quantity);
        return new OrderPosition(Symbol, orderId, orders, quantity);
    }

    internal void Replace(OrderByOrderMessage snapshot)
    {
        _bids.Clear();
        _asks.Clear();
        _orders.Clear();
        Add(_bids, snapshot.Bids);
        Add(_asks, snapshot.Asks);
        (Sequence, TimeNanos, IsStale) = (snapshot.Sequence, snapshot.TimeNanos, false);
    }

    /// <summary>Applies the changes. Returns false if they do not fit the current book.</summary>
    internal bool TryApply(OrderByOrderMessage message)
    {
        (Sequence, TimeNanos) = (message.Sequence, message.TimeNanos);
        return (message.Changes ?? []).All(TryApply);
    }

    private void Add(SortedDictionary<decimal, LinkedList<BookOrder>> side, IReadOnlyList<BookOrder>? orders)
    {
        foreach (var order in orders ?? [])
            _orders[order.OrderId] = Line(side, order.Price).AddLast(order);
    }

    private bool TryApply(BookOrderChange change)
    {
        if (change.Kind == BookOrderChangeKind.Printed)
            return true;

        var side = change.Side == OrderSide.Buy ? _bids : _asks;
        var isKnown = _orders.TryGetValue(change.OrderId, out var order);
        if (change.Kind == BookOrderChangeKind.Added)
            return !isKnown && TryAdd(side, change);
        if (!isKnown || order!.Value.Price != change.Price && change.Kind != BookOrderChangeKind.Executed)
            return false;

        var left = change.Kind switch
        {
            BookOrderChangeKind.Resized => change.Quantity,
            BookOrderChangeKind.Executed => order.Value.Quantity - change.Quantity,
            _ => 0,
        };
        if (left > 0)
            order.Value = order.Value with { Quantity = left };
        else
            Remove(side, order);
        return left >= 0;
    }

    private bool TryAdd(SortedDictionary<decimal, LinkedList<BookOrder>> side, BookOrderChange change)
    {
        var added = new BookOrder(change.OrderId, change.Price, change.Quantity);
        if (change.Before == 0)
            _orders[added.OrderId] = Line(side, added.Price).AddLast(added);
        else if (_orders.TryGetValue(change.Before, out var behind) && behind.Value.Price == added.Price)
            _orders[added.OrderId] = behind.List!.AddBefore(behind, added);
        else
            return false;
        return true;
    }

    private void Remove(SortedDictionary<decimal, LinkedList<BookOrder>> side, LinkedListNode<BookOrder> order)
    {
        var line = order.List!;
        line.Remove(order);
        _orders.Remove(order.Value.OrderId);
        if (line.Count == 0)
            side.Remove(order.Value.Price);
    }

    private static LinkedList<BookOrder> Line(SortedDictionary<decimal, LinkedList<BookOrder>> side, decimal price)
    {
        if (!side.TryGetValue(price, out var line))
            side[price] = line = new LinkedList<BookOrder>();
        return line;
    }
}

/// <summary>Follows market-by-order books. Requests a new snapshot when the sequence has a gap.</summary>
internal sealed class OrderByOrderFeed : StreamFeed<OrderByOrderMessage, OrderByOrderUpdate>
{
    private const string Channel = "level3";

    /// <summary>Most orders of a side that a poll returns.</summary>
    private const int PollLimit = 1_000;

    private readonly MarketClient _market;
    private readonly Dictionary<string, LocalOrderBook> _books;

    internal OrderByOrderFeed(ExchangeCalls calls, IEnumerable<string> symbols)
        : base(calls)
    {
        _market = new MarketClient(calls);
        _books = symbols.Distinct().ToDictionary(symbol => symbol, symbol => new LocalOrderBook(symbol));
        if (_books.Count == 0)
            throw new ArgumentException("No symbol to follow.", nameof(symbols));
    }

    protected override IEnumerable<StreamRequest> Requests =>
        _books.Keys.Select(static symbol => new StreamRequest("subscribe", symbol, Channel));

    protected override IEnumerable<StreamRequest> Missing =>
        _books.Values.Where(static book => book.IsStale).SelectMany(static book => Anew(book.Symbol));

    protected override OrderByOrderUpdate? Take(OrderByOrderMessage message)
    {
        if (message.Symbol is null || message.Type != Channel || !_books.TryGetValue(message.Symbol, out var book))
            return null;

        if (message.Snapshot)
        {
            book.Replace(message);
            HasStood = true;
            return new OrderByOrderUpdate(BookChange.Snapshot, book, []);
        }

        if (book.IsStale)
            return null;
        if (message.PreviousSequence == book.Sequence && book.TryApply(message))
            return new OrderByOrderUpdate(BookChange.Update, book, message.Changes ?? []);

        book.IsStale = true;
        return new OrderByOrderUpdate(BookChange.Stale, book, []);
    }

    protected override IEnumerable<StreamRequest> RequestsAfter(OrderByOrderUpdate update) =>
        update.Change == BookChange.Stale ? Anew(update.Book.Symbol) : [];

    private static IEnumerable<StreamRequest> Anew(string symbol) =>
        [new("unsubscribe", symbol, Channel), new("subscribe", symbol, Channel)];

    /// <summary>Returns a snapshot for each change: no call reports the changes in between.</summary>
    protected override async Task<IReadOnlyList<OrderByOrderMessage>> PollAsync(CancellationToken cancellation)
    {
        var messages = new List<OrderByOrderMessage>();
        foreach (var book in _books.Values)
        {
            var now = await _market.GetBookOrdersAsync(book.Symbol, PollLimit, cancellation);
            if (book.IsStale || now.Sequence > book.Sequence)
                messages.Add(
                    new OrderByOrderMessage(
                        Channel, Snapshot: true, book.Symbol, 0, now.Sequence, now.TimeNanos, now.Bids, now.Asks, null,
                        null, null, null));
        }

        return messages;
    }

    protected override IEnumerable<OrderByOrderUpdate> Lose()
    {
        foreach (var book in _books.Values.Where(book => !book.IsStale))
        {
            book.IsStale = true;
            yield return new OrderByOrderUpdate(BookChange.Stale, book, []);
        }
    }
}
