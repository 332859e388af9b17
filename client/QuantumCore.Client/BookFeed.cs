namespace QuantumCore.Client;

/// <summary>Follows books. One whose chain of sequences breaks is asked for anew.</summary>
internal sealed class BookFeed : StreamFeed<StreamMessage, BookUpdate>
{
    private readonly Dictionary<string, LocalBook> _books;

    internal BookFeed(HttpMessageInvoker http, Uri root, string? apiKey, IEnumerable<string> symbols, QuantumCoreClientOptions options)
        : base(http, root, apiKey, options)
    {
        _books = symbols.Distinct().ToDictionary(symbol => symbol, symbol => new LocalBook(symbol));
        if (_books.Count == 0)
            throw new ArgumentException("No symbol to follow.", nameof(symbols));
    }

    protected override IEnumerable<StreamRequest> Requests =>
        _books.Keys.Select(static symbol => new StreamRequest("subscribe", symbol));

    protected override IEnumerable<StreamRequest> Missing => _books.Values.Where(static book => book.IsStale).SelectMany(static book => Anew(book.Symbol));

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
                return new BookUpdate(BookChange.Update, book, message.Trades ?? []) { TradeChanges = message.TradeChanges ?? [] };
            case "update":
                book.IsStale = true;
                return new BookUpdate(BookChange.Stale, book, []);
            default:
                return null;
        }
    }

    protected override IEnumerable<StreamRequest> RequestsAfter(BookUpdate update) => update.Change == BookChange.Stale ? Anew(update.Book.Symbol) : [];

    private static IEnumerable<StreamRequest> Anew(string symbol) => [new("unsubscribe", symbol), new("subscribe", symbol)];

    protected override IEnumerable<BookUpdate> Lose()
    {
        foreach (var book in _books.Values.Where(book => !book.IsStale))
        {
            book.IsStale = true;
            yield return new BookUpdate(BookChange.Stale, book, []);
        }
    }
}
