using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>Someone who follows books.</summary>
internal interface IBookReader
{
    /// <summary>A message of a book. Must return at once and call no feed; the bytes are shared with every other reader.</summary>
    void Offer(string symbol, ReadOnlyMemory<byte> message, bool isSnapshot);
}

/// <summary>Someone who follows a book's updates themselves.</summary>
internal interface IUpdateReader
{
    /// <summary>An update of the book, a snapshot first; each follows on the one before. Must return at once and call no feed.</summary>
    void Offer(MarketUpdate update);
}

/// <summary>The feeds of this process, one per symbol.</summary>
internal sealed class BookFeeds(IGrainFactory grains, TimeProvider time, ILogger<BookFeeds> log)
{
    /// <summary>One entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, BookFeed> _feeds = new(StringComparer.Ordinal);

    public BookFeed Of(Instrument instrument) => _feeds.GetOrAdd(
        instrument.Symbol,
        static (_, feeds) => new BookFeed(feeds.instrument, feeds.grains, feeds.time, feeds.log),
        (instrument, grains, time, log));
}

/// <summary>
/// One book for all its readers: asks market data for what is new while anyone follows, writes each update once
/// and gives the same bytes to everyone. A reader that joins gets a snapshot and then the updates that follow it.
/// </summary>
internal sealed class BookFeed(Instrument instrument, IGrainFactory grains, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    /// <summary>A little more than market data lets its readers wait.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private readonly HashSet<IBookReader> _readers = [];
    private readonly HashSet<IUpdateReader> _updateReaders = [];
    private readonly SortedDictionary<long, DepthLevel> _bids =
        new(Comparer<long>.Create((left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<long, DepthLevel> _asks = [];

    private long _sequence;
    private long _timeNanos;
    private bool _known;
    private bool _running;
    private ReadOnlyMemory<byte>? _snapshot;
    private long _answered;

    /// <summary>Whether market data answers: it says something every few seconds, if only that there is nothing new.</summary>
    public bool IsFollowing
    {
        get
        {
            lock (_lock)
            {
                return _known && _running && time.GetElapsedTime(_answered) < s_patience;
            }
        }
    }

    /// <summary>Starts to give the reader this book: a snapshot at once when the book is known, else as soon as it is.</summary>
    public void Join(IBookReader reader)
    {
        lock (_lock)
        {
            if (!_readers.Add(reader))
                return;
            if (_known && _running)
                reader.Offer(instrument.Symbol, Snapshot(), isSnapshot: true);
            if (_running)
                return;
            _running = true;
        }

        _ = Follow();
    }

    /// <summary>Starts to give the reader this book's updates: a snapshot at once when the book is known, else as soon as it is.</summary>
    public void Join(IUpdateReader reader)
    {
        lock (_lock)
        {
            if (!_updateReaders.Add(reader))
                return;
            if (_known && _running)
                reader.Offer(new MarketUpdate(true, 0, _sequence, _timeNanos, [.. _bids.Values], [.. _asks.Values], []));
            if (_running)
                return;
            _running = true;
        }

        _ = Follow();
    }

    /// <summary>Gives the reader no update more.</summary>
    public void Leave(IUpdateReader reader)
    {
        lock (_lock)
        {
            _updateReaders.Remove(reader);
        }
    }

    /// <summary>Gives the reader the book anew.</summary>
    public void Repeat(IBookReader reader)
    {
        lock (_lock)
        {
            if (_readers.Contains(reader) && _known)
                reader.Offer(instrument.Symbol, Snapshot(), isSnapshot: true);
        }
    }

    /// <summary>Gives the reader nothing more of this book.</summary>
    public void Leave(IBookReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
        }
    }

    /// <summary>Asks for what is new as long as there are readers. What market data throws ends here.</summary>
    private async Task Follow()
    {
        // For all who come, not for the request that came first.
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

            (_running, _known) = (false, false);
            return false;
        }
    }

    /// <summary>Applies and passes on an update; gives the sequence to ask from, 0 when it doesn't fit.</summary>
    private long Take(MarketUpdate update, long after)
    {
        if (!update.IsSnapshot && (after == 0 || update.PreviousSequence != after))
            return 0;

        lock (_lock)
        {
            if (update.IsSnapshot)
            {
                _bids.Clear();
                _asks.Clear();
            }

            Apply(_bids, update.Bids);
            Apply(_asks, update.Asks);
            (_sequence, _timeNanos, _known, _snapshot) = (update.Sequence, update.TimeNanos, true, null);
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

    private static void Apply(SortedDictionary<long, DepthLevel> side, IEnumerable<DepthLevel> levels)
    {
        foreach (var level in levels)
        {
            if (level.QuantityLots == 0)
                side.Remove(level.PriceTicks);
            else
                side[level.PriceTicks] = level;
        }
    }

    /// <summary>The book as it stands, written once per sequence.</summary>
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
            to.WriteNumber("sequence"u8, _sequence);
            to.WriteTimeNanos(_timeNanos);
            to.WriteLevels("bids"u8, _bids.Values, instrument);
            to.WriteLevels("asks"u8, _asks.Values, instrument);
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
