using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>Market-by-order (L3) feeds of this process, one per symbol.</summary>
internal sealed class OrderByOrderFeeds(IGrainFactory grains, TimeProvider time, ILogger<OrderByOrderFeeds> log)
{
    /// <summary>Feeds, one entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, OrderByOrderFeed> _feeds = new(StringComparer.Ordinal);

    public OrderByOrderFeed Of(Instrument instrument) => _feeds.GetOrAdd(
        instrument.Symbol,
        static (_, feeds) => new OrderByOrderFeed(feeds.instrument, feeds.grains, feeds.time, feeds.log),
        (instrument, grains, time, log));
}

/// <summary>
/// Market-by-order feed of one book for all its readers. Readers at the same sequence share one request to market data
/// and the same bytes. So do all readers that need a snapshot of every order.
/// </summary>
internal sealed class OrderByOrderFeed(Instrument instrument, IGrainFactory grains, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Task<OrdersMessage?>> _asked = [];

    // A weak reference, because a snapshot may have megabytes. It lives until its readers get the next message.
    private readonly WeakReference<OrdersMessage?> _snapshot = new(null);

    /// <summary>
    /// Waits for changes after a sequence; null if none came. 0 gives a snapshot of all orders at once.
    /// </summary>
    public Task<OrdersMessage?> NextAsync(long after)
    {
        lock (_lock)
        {
            if (!_asked.TryGetValue(after, out var asked))
            {
                asked = AskAsync(after);
                _asked.Add(after, asked);
            }

            return asked;
        }
    }

    /// <summary>Makes a heartbeat: nothing has come after a sequence, with the exchange's clock.</summary>
    public ReadOnlyMemory<byte> Heartbeat(long sequence) => StreamJson.Bytes(to =>
    {
        to.WriteStartObject();
        to.WriteString("type"u8, "level3Heartbeat"u8);
        to.WriteString("symbol"u8, instrument.Symbol);
        to.WriteNumber("sequence"u8, sequence);
        to.WriteTimeNanos(time.UnixNanos());
        to.WriteEndObject();
    });

    private async Task<OrdersMessage?> AskAsync(long after)
    {
        // Outside the caller's lock, because the answer may be immediate.
        await Task.Yield();
        try
        {
            var asked = time.GetTimestamp();
            if (await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).WaitForOrders(after) is { } update)
                return Message(update);

            // If too many readers wait already, market data answers at once without changes.
            if (time.GetElapsedTime(asked) < s_rest)
                await Task.Delay(s_rest, time, CancellationToken.None);
            return null;
        }
        catch (Exception error)
        {
            // Logged once, and not by each waiting reader.
            Log.FeedInterrupted(log, instrument.Symbol, error);
            throw;
        }
        finally
        {
            lock (_lock)
            {
                _asked.Remove(after);
            }
        }
    }

    private OrdersMessage Message(OrderByOrderUpdate update)
    {
        lock (_lock)
        {
            if (update.IsSnapshot && _snapshot.TryGetTarget(out var snapshot) && snapshot.IsOf(update))
                return snapshot;

            var message = new OrdersMessage(instrument, update);
            if (update.IsSnapshot)
                _snapshot.SetTarget(message);
            return message;
        }
    }
}

/// <summary>Market-by-order changes as a message, written once for all its readers.</summary>
internal sealed class OrdersMessage
{
    // Estimated size of an order and of a change, in bytes.
    private const int BytesOfOrder = 64;
    private const int BytesOfChange = 160;

    private readonly OrderByOrderUpdate _update;
    private readonly Lazy<ReadOnlyMemory<byte>> _inDecimals;
    private readonly Lazy<ReadOnlyMemory<byte>> _inTicks;

    public OrdersMessage(Instrument instrument, OrderByOrderUpdate update)
    {
        _update = update;
        var room =
            256 + ((update.Bids.Length + update.Asks.Length) * BytesOfOrder) + (update.Changes.Length * BytesOfChange);
        _inDecimals = new(() => StreamJson.Bytes(to => Write(to, instrument, inTicks: false), room));
        _inTicks = new(() => StreamJson.Bytes(to => Write(to, instrument, inTicks: true), room));
    }

    /// <summary>Sequence of the book after the changes.</summary>
    public long Sequence => _update.Sequence;

    /// <summary>
    /// Returns true if this message is the same snapshot as another one. A restarted book has other times.
    /// </summary>
    public bool IsOf(OrderByOrderUpdate snapshot) =>
        (_update.Sequence, _update.TimeNanos) == (snapshot.Sequence, snapshot.TimeNanos);

    public ReadOnlyMemory<byte> Bytes(bool inTicks) => (inTicks ? _inTicks : _inDecimals).Value;

    private void Write(Utf8JsonWriter to, Instrument instrument, bool inTicks)
    {
        to.WriteStartObject();
        to.WriteString("type"u8, "level3"u8);
        to.WriteBoolean("snapshot"u8, _update.IsSnapshot);
        to.WriteString("symbol"u8, instrument.Symbol);
        if (!_update.IsSnapshot)
            to.WriteNumber("previousSequence"u8, _update.PreviousSequence);
        to.WriteNumber("sequence"u8, _update.Sequence);
        to.WriteTimeNanos(_update.TimeNanos);
        if (_update.IsSnapshot)
        {
            to.WriteOrders("bids"u8, _update.Bids, instrument, inTicks);
            to.WriteOrders("asks"u8, _update.Asks, instrument, inTicks);
        }
        else
        {
            to.WriteStartArray("changes"u8);
            foreach (var change in _update.Changes)
                to.WriteOrderChange(in change, instrument, inTicks);
            to.WriteEndArray();
        }

        to.WriteEndObject();
    }
}
