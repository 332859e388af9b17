namespace QuantumCore.Client;

/// <summary>Follows books by price level. Requests a new snapshot when the sequence has a gap.</summary>
internal sealed class BookFeed : StreamFeed<StreamMessage, BookUpdate>
{
    /// <summary>Most levels of a side, and most trades, that a poll returns.</summary>
    private const int PollLimit = 1_000;

    /// <summary>Trades that a poll requests first; more if more were made since the last poll.</summary>
    private const int UsualTrades = 100;

    private readonly MarketClient _market;
    private readonly Dictionary<string, LocalBook> _books;

    /// <summary>Trades that the last poll saw, by symbol, newest first.</summary>
    private readonly Dictionary<string, IReadOnlyList<Trade>> _polled = [];

    internal BookFeed(ExchangeCalls calls, IEnumerable<string> symbols)
        : base(calls)
    {
        _market = new MarketClient(calls);
        _books = symbols.Distinct().ToDictionary(symbol => symbol, symbol => new LocalBook(symbol));
        if (_books.Count == 0)
            throw new ArgumentException("No symbol to follow.", nameof(symbols));
    }

    protected override IEnumerable<StreamRequest> Requests =>
        _books.Keys.Select(static symbol => new StreamRequest("subscribe", symbol));

    protected override IEnumerable<StreamRequest> Missing =>
        _books.Values.Where(static book => book.IsStale).SelectMany(static book => Anew(book.Symbol));

    protected override BookUpdate? Take(StreamMessage message)
    {
        if (message.Symbol is null || !_books.TryGetValue(message.Symbol, out var book))
            return null;

        switch (message.Type)
        {
            case "snapshot":
                book.Replace(message);
                HasStood = true;
                return new BookUpdate(BookChange.Snapshot, book, message.Trades ?? []);
            case "update" when book.IsStale:
                return null;
            case "update" when message.PreviousSequence == book.Sequence:
                book.Apply(message);
                return new BookUpdate(BookChange.Update, book, message.Trades ?? [])
                {
                    TradeChanges = message.TradeChanges ?? [],
                };
            case "update":
                book.IsStale = true;
                return new BookUpdate(BookChange.Stale, book, []);
            default:
                return null;
        }
    }

    protected override IEnumerable<StreamRequest> RequestsAfter(BookUpdate update) =>
        update.Change == BookChange.Stale ? Anew(update.Book.Symbol) : [];

    private static IEnumerable<StreamRequest> Anew(string symbol) =>
        [new("unsubscribe", symbol), new("subscribe", symbol)];

    protected override async Task<IReadOnlyList<StreamMessage>> PollAsync(CancellationToken cancellation)
    {
        var messages = new List<StreamMessage>();
        foreach (var book in _books.Values)
        {
            var now = await _market.GetBookAsync(book.Symbol, PollLimit, cancellation);
            if (!book.IsStale && now.Sequence <= book.Sequence)
                continue;

            var before = book.IsStale ? null : _polled.GetValueOrDefault(book.Symbol);
            var trades = await _market.GetTradesAsync(book.Symbol, UsualTrades, cancellation);
            if (before is [var known, ..] && trades.Count == UsualTrades
                && !trades.Any(trade => trade.TradeId == known.TradeId))
                trades = await _market.GetTradesAsync(book.Symbol, PollLimit, cancellation);

            // Trades after the book's sequence are reported by the next poll.
            trades = [.. trades.SkipWhile(trade => SequenceOf(trade) > now.Sequence)];
            _polled[book.Symbol] = trades;
            messages.Add(StreamMessage.Of(book.IsStale ? "snapshot" : "update") with
            {
                Symbol = book.Symbol,
                PreviousSequence = book.Sequence,
                Sequence = now.Sequence,
                TimeNanos = now.TimeNanos,
                Bids = book.IsStale ? now.Bids : Changes(book.Bids, now.Bids),
                Asks = book.IsStale ? now.Asks : Changes(book.Asks, now.Asks),
                Trades = before is null
                    ? []
                    : [.. trades.TakeWhile(trade => before is not [var last, ..] || trade.TradeId != last.TradeId)
                        .Reverse()],
                TradeChanges = before is null ? [] : [.. Changes(before, trades, now)],
            });
        }

        return messages;
    }

    private static long SequenceOf(Trade trade) =>
        long.TryParse(
            trade.TradeId.AsSpan(0, Math.Max(trade.TradeId.IndexOf('-', StringComparison.Ordinal), 0)),
            out var sequence)
            ? sequence
            : 0;

    /// <summary>Returns new, changed and removed levels; removed ones with quantity 0.</summary>
    private static List<PriceLevel> Changes(IEnumerable<PriceLevel> before, IReadOnlyList<PriceLevel> now)
    {
        var old = before.ToDictionary(static level => level.Price, static level => level.Quantity);
        var changes =
            now.Where(level => !old.TryGetValue(level.Price, out var quantity) || quantity != level.Quantity).ToList();
        changes.AddRange(
            old.Keys.Except(now.Select(static level => level.Price)).Select(static price => new PriceLevel(price, 0)));
        return changes;
    }

    /// <summary>Returns changes of known trades, such as a bust or correction.</summary>
    private static IEnumerable<PublicTradeChange> Changes(
        IReadOnlyList<Trade> before, IReadOnlyList<Trade> trades, BookSnapshot now)
    {
        var old = before.ToDictionary(static trade => trade.TradeId);
        foreach (var trade in trades.Reverse())
        {
            if (trade.State is { } state && old.TryGetValue(trade.TradeId, out var was)
                && (was.State, was.CorrectedPrice) != (trade.State, trade.CorrectedPrice))
            {
                yield return new PublicTradeChange(
                    trade.TradeId, state, trade.Price, was.CorrectedPrice ?? was.Price,
                    state == TradeState.Void ? null : trade.CorrectedPrice,
                    trade.Quantity, trade.TakerSide, trade.TimeNanos, now.Sequence, now.TimeNanos);
            }
        }
    }

    protected override IEnumerable<BookUpdate> Lose()
    {
        foreach (var book in _books.Values.Where(book => !book.IsStale))
        {
            book.IsStale = true;
            yield return new BookUpdate(BookChange.Stale, book, []);
        }
    }
}
