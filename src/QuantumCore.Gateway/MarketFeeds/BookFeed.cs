using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.MarketFeeds;

/// <summary>Reader of books.</summary>
internal interface IBookReader
{
    /// <summary>
    /// Takes a message of a book. It must return at once and call no feed; all readers share the bytes.
    /// </summary>
    void Offer(string symbol, ReadOnlyMemory<byte> message, bool isSnapshot);
}

/// <summary>Writes the messages of the readers of books.</summary>
internal interface IBookMessages
{
    /// <summary>Writes a snapshot of a book.</summary>
    ReadOnlyMemory<byte> Snapshot(Instrument instrument, PriceBook book);

    /// <summary>Writes an update of a book.</summary>
    ReadOnlyMemory<byte> Update(Instrument instrument, MarketUpdate update);
}

/// <summary>Reader of a book's updates before formatting.</summary>
internal interface IUpdateReader
{
    /// <summary>
    /// Takes an update of the book, a snapshot first; each follows the previous one. It must return at once and call no
    /// feed.
    /// </summary>
    void Offer(MarketUpdate update);
}

/// <summary>Book feeds of this process, one per symbol.</summary>
/// <param name="grains">Grains of the market data.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
/// <param name="messages">Format of messages; null if all readers take updates before formatting.</param>
internal sealed class BookFeeds(
    IGrainFactory grains, TimeProvider time, ILogger<BookFeeds> log, IBookMessages? messages = null)
{
    /// <summary>Feeds, one entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, BookFeed> _feeds = new(StringComparer.Ordinal);

    public BookFeed Of(Instrument instrument) => _feeds.GetOrAdd(
        instrument.Symbol,
        static (_, feeds) => new BookFeed(feeds.instrument, feeds.grains, feeds.time, feeds.log, feeds.messages),
        (instrument, grains, time, log, messages));
}

/// <summary>
/// Feed of one book for all its readers. It asks market data for updates while there are readers, writes each update
/// once, and gives all readers the same bytes. A new reader gets a snapshot, then the updates that follow it.
/// </summary>
internal sealed class BookFeed(
    Instrument instrument, IGrainFactory grains, TimeProvider time, ILogger log, IBookMessages? messages)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    /// <summary>Timeout of market data, a little longer than it lets its readers wait.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private readonly HashSet<IBookReader> _readers = [];
    private readonly HashSet<IUpdateReader> _updateReaders = [];
    private readonly PriceBook _book = new();
    private bool _running;
    private ReadOnlyMemory<byte>? _snapshot;
    private long _answered;

    /// <summary>True if market data answers. It answers every few seconds, even without updates.</summary>
    public bool IsFollowing
    {
        get
        {
            lock (_lock)
            {
                return _book.IsKnown && _running && time.GetElapsedTime(_answered) < s_patience;
            }
        }
    }

    /// <summary>
    /// Adds a reader of this book. It gets a snapshot at once if the book is known, otherwise as soon as it is.
    /// </summary>
    public void Join(IBookReader reader)
    {
        lock (_lock)
        {
            if (!_readers.Add(reader))
                return;
            if (_book.IsKnown && _running)
                reader.Offer(instrument.Symbol, Snapshot(), isSnapshot: true);
            if (_running)
                return;
            _running = true;
        }

        _ = FollowAsync();
    }

    /// <summary>
    /// Adds a reader of this book's updates. It gets a snapshot at once if the book is known, otherwise as soon as it
    /// is.
    /// </summary>
    public void Join(IUpdateReader reader)
    {
        lock (_lock)
        {
            if (!_updateReaders.Add(reader))
                return;
            if (_book.IsKnown && _running)
                reader.Offer(
                    new MarketUpdate(true, 0, _book.Sequence, _book.TimeNanos, [.. _book.Bids], [.. _book.Asks], []));
            if (_running)
                return;
            _running = true;
        }

        _ = FollowAsync();
    }

    /// <summary>Removes a reader of updates.</summary>
    public void Leave(IUpdateReader reader)
    {
        lock (_lock)
        {
            _updateReaders.Remove(reader);
        }
    }

    /// <summary>Sends the reader a new snapshot.</summary>
    public void Repeat(IBookReader reader)
    {
        lock (_lock)
        {
            if (_readers.Contains(reader) && _book.IsKnown)
                reader.Offer(instrument.Symbol, Snapshot(), isSnapshot: true);
        }
    }

    /// <summary>Removes a reader.</summary>
    public void Leave(IBookReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }
    }

    /// <summary>Asks for updates as long as there are readers. Exceptions of market data end here.</summary>
    private async Task FollowAsync()
    {
        // It runs for all readers, not for the request that came first.
        RequestTrace.Leave();
        var grain = grains.GetGrain<IMarketDataGrain>(instrument.Symbol);
        var after = 0L;
        while (GoesOn())
        {
            try
            {
                var update = await grain.WaitForUpdate(after);
                lock (_lock)
                {
                    _answered = time.GetTimestamp();
                }

                if (update is not null)
                    after = Take(update, after);
            }
            catch (Exception error)
            {
                Log.FeedInterrupted(log, instrument.Symbol, error);
                after = 0;
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }

    private bool GoesOn()
    {
        lock (_lock)
        {
            if (_readers.Count > 0 || _updateReaders.Count > 0)
                return true;

            _running = false;
            _book.Forget();
            return false;
        }
    }

    /// <summary>
    /// Applies an update and passes it on. Returns the sequence to continue from; 0 if the update does not fit.
    /// </summary>
    private long Take(MarketUpdate update, long after)
    {
        if (!update.IsSnapshot && (after == 0 || update.PreviousSequence != after))
            return 0;

        lock (_lock)
        {
            _book.Apply(update);
            _snapshot = null;
            foreach (var reader in _updateReaders)
                reader.Offer(update);
            if (_readers.Count == 0)
                return update.Sequence;

            var message = update.IsSnapshot ? Snapshot() : messages!.Update(instrument, update);
            foreach (var reader in _readers)
                reader.Offer(instrument.Symbol, message, update.IsSnapshot);
        }

        return update.Sequence;
    }

    /// <summary>Returns the snapshot of the book, written once per sequence.</summary>
    private ReadOnlyMemory<byte> Snapshot() => _snapshot ??= messages!.Snapshot(instrument, _book);
}
