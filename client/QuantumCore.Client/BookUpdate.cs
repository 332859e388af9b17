namespace QuantumCore.Client;

/// <summary>What happened to a followed book.</summary>
public enum BookChange
{
    /// <summary>The whole book is new.</summary>
    Snapshot = 1,

    /// <summary>Some levels changed.</summary>
    Update = 2,

    /// <summary>A message was missed or the connection lost: the book is old until the next snapshot.</summary>
    Stale = 3,
}

/// <summary>One step of a followed book.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Book">The book after it. It lives on: read what you need before the next step.</param>
/// <param name="Trades">The trades in between, oldest first; those lost in a gap are not among them.</param>
public sealed record BookUpdate(BookChange Change, LocalBook Book, IReadOnlyList<Trade> Trades)
{
    /// <summary>
    /// Trades of before that were declared void or corrected in between, oldest first; those lost in a gap are not among them:
    /// <see cref="QuantumCoreClient.GetTradesAsync"/> has what became of the newest trades.
    /// </summary>
    public IReadOnlyList<PublicTradeChange> TradeChanges { get; init; } = [];
}

/// <summary>A book by price, kept up to date by a feed. Not for several threads.</summary>
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

    /// <summary>Time of that sequence, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>Whether a message was missed: the levels are old until the next snapshot.</summary>
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
