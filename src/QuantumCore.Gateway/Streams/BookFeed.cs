using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>Reader of books.</summary>
internal interface IBookReader
{
    /// <summary>
    /// Takes a message of a book. It must return at once and call no feed; all readers share the bytes.
    /// </summary>
    void Offer(string symbol, ReadOnlyMemory<byte> message, bool isSnapshot);
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
internal sealed class BookFeeds(IGrainFactory grains, TimeProvider time, ILogger<BookFeeds> log)
{
    /// <summary>Feeds, one entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, BookFeed> _feeds = new(StringComparer.Ordinal);

    public BookFeed Of(Instrument instrument) => _feeds.GetOrAdd(
        instrument.Symbol,
        static (_, feeds) => new BookFeed(feeds.instrument, feeds.grains, feeds.time, feeds.log),
        (instrument, grains, time, log));
}

/// <summary>
/// Feed of one book for all its readers. It asks market data for updates while there are readers, writes each update
/// once, and gives all readers the same bytes. A new reader gets a snapshot, then the updates that follow it.
/// </summary>
internal sealed class BookFeed(Instrument instrument, IGrainFactory grains, TimeProvider time, ILogger log)
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

        _ = Follow();
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

        _ = Follow();
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
    private async Task Follow()
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

            var message = update.IsSnapshot ? Snapshot() : Write(update);
            foreach (var reader in _readers)
                reader.Offer(instrument.Symbol, message, update.IsSnapshot);
        }

        return update.Sequence;
    }

    /// <summary>Returns the snapshot of the book, written once per sequence.</summary>
    private ReadOnlyMemory<byte> Snapshot()
    {
        if (_snapshot is { } written)
            return written;

        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            to.WriteString("type"u8, "snapshot"u8);
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WriteNumber("sequence"u8, _book.Sequence);
            to.WriteTimeNanos(_book.TimeNanos);
            to.WriteLevels("bids"u8, _book.Bids, instrument);
            to.WriteLevels("asks"u8, _book.Asks, instrument);
            to.WriteEndObject();
        }

        _snapshot = buffer.WrittenMemory;
        return buffer.WrittenMemory;
    }

    private ReadOnlyMemory<byte> Write(MarketUpdate update)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            to.WriteString("type"u8, "update"u8);
            to.WriteString("symbol"u8, instrument.Symbol);
            to.WriteNumber("previousSequence"u8, update.PreviousSequence);
            to.WriteNumber("sequence"u8, update.Sequence);
            to.WriteTimeNanos(update.TimeNanos);
            to.WriteLevels("bids"u8, update.Bids, instrument);
            to.WriteLevels("asks"u8, update.Asks, instrument);
            to.WriteStartArray("trades"u8);
            foreach (var trade in update.Trades)
                to.WriteTrade(trade, instrument);
            to.WriteEndArray();
            to.WriteTradeChanges(update.TradeChanges, instrument, inTicks: false);
            to.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
