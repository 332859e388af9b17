using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Reader of Binance streams.</summary>
internal interface IWireReader
{
    /// <summary>Takes a message of a stream. It must return at once; all readers share the bytes.</summary>
    void Offer(WireMessage message);
}

/// <summary>Stream message, written once for all its readers.</summary>
internal sealed class WireMessage(string stream, ReadOnlyMemory<byte> raw)
{
    /// <summary>Name of the stream.</summary>
    public string Stream => stream;

    private readonly Lazy<ReadOnlyMemory<byte>> _wrapped = new(() =>
    {
        var start = Encoding.UTF8.GetBytes($$"""{"stream":"{{stream}}","data":""");
        return (byte[])[.. start, .. raw.Span, (byte)'}'];
    });

    public ReadOnlyMemory<byte> Raw => raw;

    /// <summary>
    /// Message wrapped with the stream's name, whose characters need no escape: they are those of a symbol and of
    /// words.
    /// </summary>
    public ReadOnlyMemory<byte> Wrapped => _wrapped.Value;
}

/// <summary>Feed of streams.</summary>
internal interface IWireFeed
{
    /// <summary>Adds a reader of a stream.</summary>
    void Join(WireStreamName name, IWireReader reader);

    /// <summary>Removes a reader of a stream.</summary>
    void Leave(WireStreamName name, IWireReader reader);
}

/// <summary>Feeds of this process: one per symbol, and one of all symbols for each such stream.</summary>
internal sealed class WireFeeds(
    BookFeeds books, WireTickers tickers, MarketHistory history, Listings listings, TimeProvider time,
    ILogger<WireFeeds> log)
{
    /// <summary>Feeds, one entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, WireFeed> _feeds = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, WireMarketFeed> _ofAll = new(StringComparer.Ordinal);

    public IWireFeed OfAll(WireStreamName name) =>
        _ofAll.GetOrAdd(name.Name, _ => new WireMarketFeed(name, this, listings, time, log));

    public WireFeed Of(Instrument instrument) => _feeds.GetOrAdd(
        instrument.Symbol, _ => new WireFeed(instrument, books.Of(instrument), tickers, history, time, log));
}

/// <summary>
/// Streams of one symbol for all their readers. Trades and best prices are sent at once. The book is sent ten times a
/// second or once, in consecutive updates. Candles and tickers are sent once a second, from the history. Unchanged data
/// is not sent.
/// </summary>
internal sealed class WireFeed(
    Instrument instrument, BookFeed book, WireTickers tickers, MarketHistory history, TimeProvider time, ILogger log)
    : IUpdateReader, IWireFeed
{
    private const int TicksPerSecond = 10;
    private const long MinuteMillis = 60_000;
    private const int CandlesBehind = 10;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(1_000 / TicksPerSecond);

    private readonly Lock _lock = new();
    private readonly Dictionary<WireStreamName, WireStream> _streams = [];
    private readonly PriceBook _book = new();
    private readonly List<LevelChange> _changes = [];
    private long _tradesSeen;
    private bool _running;

    /// <inheritdoc/>
    public void Join(WireStreamName name, IWireReader reader)
    {
        lock (_lock)
        {
            if (!_streams.TryGetValue(name, out var stream))
                _streams.Add(name, stream = new WireStream(name, _book.Sequence, NowMillis * 1_000_000));
            stream.Readers.Add(reader);
            stream.IsNew = true;
            if (_running)
                return;
            _running = true;
        }

        _ = TellAsync();
    }

    /// <inheritdoc/>
    public void Leave(WireStreamName name, IWireReader reader)
    {
        lock (_lock)
        {
            if (_streams.TryGetValue(name, out var stream) && stream.Readers.Remove(reader)
                && stream.Readers.Count == 0)
                _streams.Remove(name);
        }
    }

    /// <inheritdoc/>
    public void Offer(MarketUpdate update)
    {
        lock (_lock)
        {
            var wasKnown = _book.IsKnown;
            var best = BestPrices();
            _changes.Clear();
            _book.Apply(update, _changes);
            ImmutableArray<(Side Side, long PriceTicks)> changes =
            [
                .. _changes.Where(static change => change.ChangesLots)
                    .Select(static change => (change.Side, change.Level.PriceTicks)),
            ];
            _tradesSeen += update.Trades.Length;
            foreach (var stream in _streams.Values)
            {
                if (!wasKnown)
                    stream.ToldSequence = update.Sequence;
                else
                    stream.Note(changes);
                if (stream.Name.Kind is WireStreamKind.Trade)
                    TellTrades(stream, update);
                else if (stream.Name.Kind is WireStreamKind.AggregateTrade)
                    TellAggregates(stream, update);
                else if (stream.Name.Kind is WireStreamKind.BookTicker && best != BestPrices())
                    stream.Tell(to => WireStreamWriting.BookTicker(to, instrument, _book.Sequence, _book.Best));
            }
        }
    }

    private long NowMillis => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Returns the best prices and their quantities: a book ticker has no number of orders.</summary>
    private (DepthLevel Bid, DepthLevel Ask) BestPrices() =>
        (_book.Best.Bid with { Orders = 0 }, _book.Best.Ask with { Orders = 0 });

    private void TellTrades(WireStream stream, MarketUpdate update)
    {
        foreach (var trade in update.Trades)
            stream.Tell(to => WireStreamWriting.Trade(to, instrument, NowMillis, trade));
    }

    private void TellAggregates(WireStream stream, MarketUpdate update)
    {
        foreach (var trade in AggregateTrade.Of(update.Trades))
            stream.Tell(to => WireStreamWriting.Aggregate(to, instrument, NowMillis, trade));
    }

    /// <summary>
    /// Sends due messages as long as there are readers. Exceptions of the history end here; it is read again a second
    /// later.
    /// </summary>
    private async Task TellAsync()
    {
        book.Join(this);
        using var timer = new PeriodicTimer(s_tick, time);
        for (var tick = 1; await timer.WaitForNextTickAsync(CancellationToken.None); tick++)
        {
            var isSecond = tick % TicksPerSecond == 0;
            if (!TellBook(isSecond) && IsOver())
                return;
            if (!isSecond)
                continue;

            try
            {
                await TellStatisticsAsync();
            }
            catch (Exception error)
            {
                Log.FeedInterrupted(log, instrument.Symbol, error);
            }
        }
    }

    /// <summary>Leaves the book if no readers are left. Returns false if a reader has joined meanwhile.</summary>
    private bool IsOver()
    {
        // Outside the lock, because the book's feed calls this one under its own lock.
        book.Leave(this);
        lock (_lock)
        {
            if (_streams.Count == 0)
            {
                _running = false;
                _book.Forget();
                return true;
            }
        }

        book.Join(this);
        return false;
    }

    /// <summary>Sends the book to the streams that are due; false if no readers are left.</summary>
    private bool TellBook(bool isSecond)
    {
        lock (_lock)
        {
            if (_streams.Count == 0)
                return false;

            foreach (var stream in _streams.Values)
            {
                if (!_book.IsKnown || (!isSecond && !stream.Name.IsFast))
                    continue;
                if (stream.Name.Kind == WireStreamKind.Depth && stream.HasChanges)
                    stream.Tell(
                        to => WireStreamWriting.Depth(
                            to, instrument, NowMillis, stream.ToldSequence + 1, _book, stream.TakeChanges()),
                        _book.Sequence);
                else if (stream.Name.Kind == WireStreamKind.PartialDepth && (stream.HasChanges || stream.IsNew))
                {
                    stream.TakeChanges();
                    stream.IsNew = false;
                    stream.Tell(to => WireStreamWriting.Levels(to, instrument, _book, stream.Name.Levels));
                }
            }

            return true;
        }
    }

    private async Task TellStatisticsAsync()
    {
        WireStream[] due;
        long seen;
        lock (_lock)
        {
            seen = _tradesSeen;
            due = [.. _streams.Values.Where(stream => stream.Name.Kind >= WireStreamKind.Candle && IsDue(stream))];
        }

        foreach (var stream in due)
        {
            // Marked first: a trade that arrives meanwhile is sent a second later.
            stream.ToldTrades = seen;
            stream.IsNew = false;
            stream.ToldMinute = NowMillis / MinuteMillis;
            if (stream.Name.Kind == WireStreamKind.Candle)
                await TellCandleAsync(stream);
            else
                await TellTickerAsync(stream);
        }
    }

    private bool IsDue(WireStream stream) => stream.IsNew || stream.ToldTrades != _tradesSeen
        || (stream.Name.Kind == WireStreamKind.Candle && NowMillis * 1_000_000 >= stream.OpenCandle.EndNanos)
        // Windows have whole minutes: with each minute, trades drop out.
        || (stream.Name.Kind is WireStreamKind.WindowTicker or WireStreamKind.AveragePrice
            && stream.ToldMinute != NowMillis / MinuteMillis);

    private async Task TellCandleAsync(WireStream stream)
    {
        var now = NowMillis * 1_000_000;
        var open = stream.OpenCandle;
        // Start at the open candle: after a delay, more than one may have ended. Far behind, it continues with the
        // newest ones.
        long? from = now - open.StartNanos < CandlesBehind * (open.EndNanos - open.StartNanos) ? open.StartNanos : null;
        var candles = stream.Name.Period is { } period
            ? await history.CandlesAsync(new CandleQuery(instrument.Symbol, period, from, now, CandlesBehind))
            : await history.SecondsAsync(instrument.Symbol, from, now, CandlesBehind);
        if (candles.IsEmpty)
            return;

        foreach (var ended in candles[..^1].Where(ended => ended.EndNanos > stream.SinceNanos))
            stream.Tell(to => WireStreamWriting.Candle(to, instrument, NowMillis, stream.Name, ended, isClosed: true));
        stream.OpenCandle = candles[^1];
        stream.Tell(
            to => WireStreamWriting.Candle(to, instrument, NowMillis, stream.Name, candles[^1], isClosed: false));
    }

    private async Task TellTickerAsync(WireStream stream)
    {
        if (stream.Name.Kind == WireStreamKind.AveragePrice)
        {
            var (price, tradedNanos) = await tickers.ReadAverageAsync(instrument);
            stream.Tell(to => WireStreamWriting.AveragePrice(to, instrument, NowMillis, price, tradedNanos));
            return;
        }

        if (stream.Name.Kind == WireStreamKind.WindowTicker)
        {
            var candle = await tickers.ReadWindowAsync(instrument, stream.Name.Minutes);
            stream.Tell(to => WireStreamWriting.WindowTicker(to, instrument, NowMillis, stream.Name.Window, candle));
            return;
        }

        var day = await tickers.ReadDayAsync(instrument, stream.Name.Kind == WireStreamKind.MiniTicker);
        if (stream.Name.Kind == WireStreamKind.MiniTicker)
            stream.Tell(to => WireStreamWriting.MiniTicker(to, instrument, NowMillis, day.Day));
        else
            stream.Tell(to => WireStreamWriting.Ticker(to, instrument, NowMillis, day));
    }

    /// <summary>Stream with readers.</summary>
    private sealed class WireStream(WireStreamName name, long sequence, long nanos)
    {
        private readonly HashSet<(Side Side, long PriceTicks)> _changes = [];

        public WireStreamName Name => name;

        public HashSet<IWireReader> Readers { get; } = [];

        /// <summary>Time of the first reader, Unix nanoseconds; candles that ended before are not sent.</summary>
        public long SinceNanos => nanos;

        /// <summary>True if a reader has joined that has got nothing yet.</summary>
        public bool IsNew { get; set; }

        /// <summary>Sequence of the book that was last sent.</summary>
        public long ToldSequence { get; set; } = sequence;

        public long ToldTrades { get; set; }

        /// <summary>Minute since 1970 in which statistics were last sent.</summary>
        public long ToldMinute { get; set; }

        public Candle OpenCandle { get; set; }

        public bool HasChanges => _changes.Count > 0;

        public void Note(ImmutableArray<(Side Side, long PriceTicks)> changes)
        {
            if (name.Kind is WireStreamKind.Depth or WireStreamKind.PartialDepth)
                _changes.UnionWith(changes);
        }

        public ImmutableArray<(Side Side, long PriceTicks)> TakeChanges()
        {
            ImmutableArray<(Side Side, long PriceTicks)> taken = [.. _changes];
            _changes.Clear();
            return taken;
        }

        public void Tell(Action<Utf8JsonWriter> write, long? sequence = null)
        {
            var message = new WireMessage(name.Name, MessageSocket.Bytes(write));
            ToldSequence = sequence ?? ToldSequence;
            foreach (var reader in Readers.ToArray())
                reader.Offer(message);
        }
    }
}
