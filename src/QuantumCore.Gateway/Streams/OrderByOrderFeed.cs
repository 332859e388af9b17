using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Streams;

/// <summary>Books order by order of this process, one per symbol.</summary>
internal sealed class OrderByOrderFeeds(IGrainFactory grains, TimeProvider time, ILogger<OrderByOrderFeeds> log)
{
    /// <summary>One entry per listed symbol.</summary>
    private readonly ConcurrentDictionary<string, OrderByOrderFeed> _feeds = new(StringComparer.Ordinal);

    public OrderByOrderFeed Of(Instrument instrument) => _feeds.GetOrAdd(
        instrument.Symbol,
        static (_, feeds) => new OrderByOrderFeed(feeds.instrument, feeds.grains, feeds.time, feeds.log),
        (instrument, grains, time, log));
}

/// <summary>
/// A book order by order for all its readers: those who stand at the same place ask market data once and are given the same bytes, however
/// many they are, and so are all who have to be told every order of it as it stands.
/// </summary>
internal sealed class OrderByOrderFeed(Instrument instrument, IGrainFactory grains, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Task<OrdersMessage?>> _asked = [];

    // For as long as one who was told it has not been told what is next: it may be megabytes.
    private readonly WeakReference<OrdersMessage?> _snapshot = new(null);

    /// <summary>Waits until there is something after a sequence; null: nothing came. 0 is told all orders at once.</summary>
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

    /// <summary>Says that nothing has come after a sequence, with the exchange's clock.</summary>
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
        // Not under the lock of who asks: an answer may be made at once.
        await Task.Yield();
        try
        {
            var asked = time.GetTimestamp();
            if (await grains.GetGrain<IMarketDataGrain>(instrument.Symbol).WaitForOrders(after) is { } update)
                return Message(update);

            // Where too many wait already, nothing is answered at once.
            if (time.GetElapsedTime(asked) < s_rest)
                await Task.Delay(s_rest, time, CancellationToken.None);
            return null;
        }
        catch (Exception error)
        {
            // Once, and not by each who waits.
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

/// <summary>What happened order by order, as a message: written once for all who are told it.</summary>
internal sealed class OrdersMessage
{
    // Of an order, and of a change.
    private const int BytesOfOrder = 64;
    private const int BytesOfChange = 160;

    private readonly OrderByOrderUpdate _update;
    private readonly Lazy<ReadOnlyMemory<byte>> _inDecimals;
    private readonly Lazy<ReadOnlyMemory<byte>> _inTicks;

    public OrdersMessage(Instrument instrument, OrderByOrderUpdate update)
    {
        _update = update;
        var room = 256 + ((update.Bids.Length + update.Asks.Length) * BytesOfOrder) + (update.Changes.Length * BytesOfChange);
        _inDecimals = new(() => StreamJson.Bytes(to => Write(to, instrument, inTicks: false), room));
        _inTicks = new(() => StreamJson.Bytes(to => Write(to, instrument, inTicks: true), room));
    }

    /// <summary>The book's sequence after it.</summary>
    public long Sequence => _update.Sequence;

    /// <summary>Whether it tells the same as another one, both being snapshots. A book that was begun anew has other times.</summary>
    public bool IsOf(OrderByOrderUpdate snapshot) => (_update.Sequence, _update.TimeNanos) == (snapshot.Sequence, snapshot.TimeNanos);

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
