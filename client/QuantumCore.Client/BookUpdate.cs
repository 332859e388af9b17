namespace QuantumCore.Client;

/// <summary>Kind of update of a followed book.</summary>
public enum BookChange
{
    /// <summary>The whole book was replaced.</summary>
    Snapshot = 1,

    /// <summary>Some levels changed.</summary>
    Update = 2,

    /// <summary>A message was missed or the connection lost: the book is stale until the next snapshot.</summary>
    Stale = 3,
}

/// <summary>An update of a followed book.</summary>
/// <param name="Change">Kind of update.</param>
/// <param name="Book">Book after the update. The object is reused: read what you need before the next step.</param>
/// <param name="Trades">Trades since the previous update, oldest first, without those lost in a gap.</param>
public sealed record BookUpdate(BookChange Change, LocalBook Book, IReadOnlyList<Trade> Trades)
{
    /// <summary>
    /// Earlier trades that were busted or corrected since the previous update, oldest first, without those lost in a
    /// gap. See <see cref="MarketClient.GetTradesAsync"/> for the state of the newest trades.
    /// </summary>
    public IReadOnlyList<PublicTradeChange> TradeChanges { get; init; } = [];
}

/// <summary>A book by price level that a feed keeps up to date. Not thread-safe.</summary>
public sealed class LocalBook
{
    private readonly SortedDictionary<decimal, decimal> _bids =
        new(Comparer<decimal>.Create((left, right) => right.CompareTo(left)));

    private readonly SortedDictionary<decimal, decimal> _asks = [];

    internal LocalBook(string symbol) => Symbol = symbol;

    /// <summary>The instrument.</summary>
    public string Symbol { get; }

    /// <summary>The book's sequence; 0 before the first snapshot.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of that sequence, in Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>True if a message was missed: the levels are stale until the next snapshot.</summary>
    public bool IsStale { get; internal set; } = true;

    /// <summary>Buy levels, highest first.</summary>
    public IEnumerable<PriceLevel> Bids => _bids.Select(level => new PriceLevel(level.Key, level.Value));

    /// <summary>Sell levels, lowest first.</summary>
    public IEnumerable<PriceLevel> Asks => _asks.Select(level => new PriceLevel(level.Key, level.Value));

    internal void Replace(StreamMessage snapshot)
    {
        _bids.Clear();
        _asks.Clear();
        Apply(snapshot);
        IsStale = false;
    }

    internal void Apply(StreamMessage message)
    {
        Set(_bids, message.Bids);
        Set(_asks, message.Asks);
        Sequence = message.Sequence;
        TimeNanos = message.TimeNanos;
    }

    private static void Set(SortedDictionary<decimal, decimal> side, IReadOnlyList<PriceLevel>? levels)
    {
        foreach (var (price, quantity) in levels ?? [])
        {
            if (quantity == 0)
                side.Remove(price);
            else
                side[price] = quantity;
        }
    }
}
