using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Merged book of one connection. A message has each level's last quantity, the newest trades, and the newest changes
/// of earlier trades. It also sends the symbol's state after each change, and every second while the book is live.
/// </summary>
internal sealed class ConflatedBook : IStreamSource, IUpdateReader
{
    /// <summary>Maximum number of trades in one message, and of trade changes; older ones are left out.</summary>
    public const int MostTrades = 200;

    private readonly Lock _lock = new();
    private readonly BookFeed _feed;
    private readonly MarketPulse _pulse;
    private readonly Instrument _instrument;
    private readonly bool _inTicks;
    private readonly Pacing _pacing;
    private readonly PriceBook _book = new();
    private readonly Queue<PublicTrade> _trades = new();
    private readonly Queue<PublicTradeChange> _tradeChanges = new();
    private bool _isSnapshot;
    private long _previousSequence = -1;
    private BookState? _state;
    private bool _stateIsNew;
    private long? _beatNanos;

    public ConflatedBook(BookFeed feed, MarketPulse pulse, Instrument instrument, bool inTicks, Pacing pacing)
    {
        (_feed, _pulse, _instrument, _inTicks, _pacing) = (feed, pulse, instrument, inTicks, pacing);
    }

    /// <inheritdoc/>
    public void Start()
    {
        _feed.Join(this);
        _pulse.Join(Offer);
    }

    /// <inheritdoc/>
    public void Offer(MarketUpdate update)
    {
        lock (_lock)
        {
            if (update.IsSnapshot)
                _isSnapshot = true;
            else if (_previousSequence < 0)
                _previousSequence = update.PreviousSequence;

            _book.Merge(update);
            Append(_trades, update.Trades);
            Append(_tradeChanges, update.TradeChanges);
        }

        _pacing.Due();
    }

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take()
    {
        _pacing.Told();
        var messages = new List<ReadOnlyMemory<byte>>(2);
        lock (_lock)
        {
            if (_isSnapshot || _previousSequence >= 0)
                messages.Add(StreamJson.Bytes(WriteBook));
            if (_stateIsNew)
                messages.Add(StreamJson.Bytes(WriteState));
            if (messages.Count == 0 && _beatNanos is { } beat)
                messages.Add(StreamJson.Bytes(to => WriteBeat(to, beat)));

            _book.Clear();
            _trades.Clear();
            _tradeChanges.Clear();
            (_isSnapshot, _previousSequence, _stateIsNew, _beatNanos) = (false, -1, false, null);
        }

        return messages;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _feed.Leave(this);
        _pulse.Leave(Offer);
        _pacing.Dispose();
    }

    private static void Append<T>(Queue<T> newest, ImmutableArray<T> more)
    {
        foreach (var item in more)
        {
            if (newest.Count == MostTrades)
                newest.Dequeue();
            newest.Enqueue(item);
        }
    }

    private void Offer(MarketSecond second)
    {
        // A stalled feed is no live book, whatever else the connection sends. It is asked before the lock is taken,
        // because the feed calls here under its own lock.
        if (!second.Symbols.TryGetValue(_instrument.Symbol, out var pulse) || !_feed.IsFollowing)
            return;

        lock (_lock)
        {
            _beatNanos = second.TimeNanos;
            if (_state is null || !IsSame(_state, pulse.State))
                (_state, _stateIsNew) = (pulse.State, true);
        }

        _pacing.Due();
    }

    /// <summary>Returns true if everything is equal that is sent here and is not part of the book itself.</summary>
    private static bool IsSame(BookState left, BookState right) => OfStream(left) == OfStream(right);

    // Rules are not sent, and equal rules would be different lists.
    private static BookState OfStream(BookState state) => state with
    {
        Sequence = 0,
        OpenOrders = 0,
        LastPriceTicks = 0,
        Rules = default,
    };

    private void WriteBook(Utf8JsonWriter to)
    {
        to.WriteStartObject();
        to.WriteString("type"u8, _isSnapshot ? "snapshot"u8 : "update"u8);
        to.WriteString("symbol"u8, _instrument.Symbol);
        if (!_isSnapshot)
            to.WriteNumber("previousSequence"u8, _previousSequence);
        to.WriteNumber("sequence"u8, _book.Sequence);
        to.WriteTimeNanos(_book.TimeNanos);
        WriteSide(to, "bids"u8, _book.Bids);
        WriteSide(to, "asks"u8, _book.Asks);
        to.WriteStartArray("trades"u8);
        foreach (var trade in _trades)
        {
            if (_inTicks)
                to.WriteTradeInTicks(trade);
            else
                to.WriteTrade(trade, _instrument);
        }

        to.WriteEndArray();
        to.WriteTradeChanges(_tradeChanges, _instrument, _inTicks);
        to.WriteEndObject();
    }

    private void WriteSide(Utf8JsonWriter to, ReadOnlySpan<byte> name, IEnumerable<DepthLevel> side)
    {
        // In a whole book, removed levels are absent.
        var levels = side.Where(level => !_isSnapshot || level.QuantityLots > 0);
        if (_inTicks)
            to.WriteLevelsInTicks(name, levels);
        else
            to.WriteLevels(name, levels, _instrument);
    }

    private void WriteState(Utf8JsonWriter to)
    {
        to.WriteStartObject();
        to.WriteString("type"u8, "state"u8);
        to.WriteStateMembers(_state!, _instrument);
        to.WriteEndObject();
    }

    private void WriteBeat(Utf8JsonWriter to, long timeNanos)
    {
        to.WriteStartObject();
        to.WriteString("type"u8, "heartbeat"u8);
        to.WriteString("symbol"u8, _instrument.Symbol);
        to.WriteNumber("sequence"u8, _book.Sequence);
        to.WriteTimeNanos(timeNanos);
        to.WriteEndObject();
    }
}
