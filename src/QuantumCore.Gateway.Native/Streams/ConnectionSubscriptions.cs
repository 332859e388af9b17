using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Subscriptions of one connection: whole books, merged and market-by-order books, tickers, an account. They fill its
/// send queue. A backlog beyond its limit is dropped; the reader then gets snapshots when it reads again.
/// </summary>
internal sealed class ConnectionSubscriptions(
    StreamHolder holder, BookFeeds feeds, StreamSources sources, GatewayOptions options, GatewayMetrics metrics)
    : IBookReader, IDisposable
{
    /// <summary>Name of the market-by-order channel.</summary>
    public const string Level3 = "level3";

    private const int LongestInterval = 1_000;

    private readonly Dictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IStreamSource> _sources = new(StringComparer.Ordinal);

    // Sources in the queue, each once.
    private readonly HashSet<IStreamSource> _asking = [];

    /// <summary>Queue that the subscriptions fill. Its lock is theirs too.</summary>
    public StreamSendQueue Queue { get; } = new(options.StreamBacklogBytes);

    /// <summary>Subscribes to a book, with every change of it.</summary>
    public Refusal? Follow(Instrument instrument)
    {
        var feed = feeds.Of(instrument);
        lock (Queue.Lock)
        {
            if (_followed.ContainsKey(instrument.Symbol) || _sources.ContainsKey(instrument.Symbol))
                return null;
            if (TooMany() is { } refusal)
                return refusal;

            _followed[instrument.Symbol] = new Followed(feed);
        }

        feed.Join(this);
        return null;
    }

    /// <summary>Subscribes to a channel that has no symbol.</summary>
    public Refusal? FollowChannel(string channel) => channel switch
    {
        "tickers" => Add(channel, () => sources.Tickers(Ready)),
        "account" or "alerts" when holder.Account == 0 => new Refusal(RejectReason.Unauthorized, "channel"),
        "account" => Add(channel, () => sources.Account(holder, Ready)),
        "alerts" => Add(channel, () => sources.Alerts(holder, Ready)),
        _ => Refusal.NotOneOf("channel", channel, "tickers", "account", "alerts", Level3),
    };

    /// <summary>Subscribes to a book, merged over an interval.</summary>
    public Refusal? FollowMerged(Instrument instrument, StreamText message) =>
        Read(message, out var inTicks, out var interval)
        ?? Add(instrument.Symbol, () => sources.Book(instrument, inTicks, interval, Ready));

    /// <summary>Subscribes to a market-by-order book.</summary>
    public Refusal? FollowOrders(Instrument instrument, StreamText message) =>
        Read(message with { Conflate = message.Conflate ?? 0 }, out var inTicks, out var interval)
        ?? Add(Level3Of(instrument), () => sources.OrderByOrder(instrument, inTicks, interval, Ready));

    /// <summary>Unsubscribes from a book.</summary>
    public Refusal? Unfollow(string symbol)
    {
        Followed? book;
        lock (Queue.Lock)
        {
            _followed.Remove(symbol, out book);
            Queue.Forget(waiting => waiting.Symbol == symbol);
        }

        book?.Feed.Leave(this);
        Remove(symbol);
        return null;
    }

    /// <summary>Unsubscribes from a market-by-order book.</summary>
    public void UnfollowOrders(Instrument instrument) => Remove(Level3Of(instrument));

    /// <summary>Unsubscribes from a channel.</summary>
    public void Remove(string name)
    {
        IStreamSource? source;
        lock (Queue.Lock)
        {
            if (_sources.Remove(name, out source) && _asking.Remove(source))
                Queue.Forget(waiting => waiting.Source == source);
        }

        source?.Dispose();
    }

    /// <inheritdoc/>
    public void Offer(string symbol, ReadOnlyMemory<byte> message, bool isSnapshot)
    {
        lock (Queue.Lock)
        {
            if (!_followed.TryGetValue(symbol, out var book) || (book.NeedsSnapshot && !isSnapshot))
                return;

            if (isSnapshot)
            {
                book.NeedsSnapshot = false;
                Queue.Forget(waiting => waiting.Symbol == symbol);
            }
            else if (!Queue.HasRoom(message.Length))
            {
                Drop();
                return;
            }

            Queue.Add(new Outgoing(symbol, message, null, isSnapshot ? 0 : message.Length));
        }
    }

    /// <summary>Takes the next item to send; null if there is none.</summary>
    public Outgoing? Next()
    {
        lock (Queue.Lock)
        {
            var next = Queue.Next();
            if (next?.Source is { } source)
                _asking.Remove(source);
            return next;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Followed[] followed;
        IStreamSource[] followedSources;
        lock (Queue.Lock)
        {
            (followed, followedSources) = ([.. _followed.Values], [.. _sources.Values]);
            _followed.Clear();
            _sources.Clear();
        }

        foreach (var book in followed)
            book.Feed.Leave(this);
        foreach (var source in followedSources)
            source.Dispose();
    }

    /// <summary>
    /// Drops waiting messages. Each book restarts with a snapshot, which the sender requests in its turn. The caller
    /// holds a feed's lock, so no other feed may be called here.
    /// </summary>
    private void Drop()
    {
        metrics.Resync();
        Queue.DropMessages();
        foreach (var (symbol, book) in _followed)
        {
            book.NeedsSnapshot = true;
            Queue.Add(new Outgoing(symbol, default, book.Feed, 0));
        }
    }

    /// <summary>Adds a source under a name; does nothing if the name is subscribed already.</summary>
    private Refusal? Add(string name, Func<IStreamSource> make)
    {
        IStreamSource source;
        lock (Queue.Lock)
        {
            if (_sources.ContainsKey(name) || _followed.ContainsKey(name))
                return null;
            if (TooMany() is { } refusal)
                return refusal;

            source = make();
            _sources.Add(name, source);
        }

        // Outside the lock: a source may have something to send as it starts.
        source.Start();
        return null;
    }

    private Refusal? TooMany()
    {
        if (_followed.Count + _sources.Count < options.StreamSubscriptions)
            return null;

        var limit = options.StreamSubscriptions.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new Refusal(
            RejectReason.BadRequest, "symbol", limit,
            $"This connection has its maximum of {limit} subscriptions; unsubscribe from one first.");
    }

    /// <summary>Queues a source that has something to send; it is asked in its turn.</summary>
    private void Ready(IStreamSource source)
    {
        lock (Queue.Lock)
        {
            // A removed source may call once more, because its timer was already running.
            if (!_sources.ContainsValue(source) || !_asking.Add(source))
                return;
            Queue.Add(new Outgoing(null, default, null, 0, source));
        }
    }

    /// <summary>Returns the name of a symbol's market-by-order channel; no symbol has a slash.</summary>
    private static string Level3Of(Instrument instrument) => $"{Level3}/{instrument.Symbol}";

    private static Refusal? Read(StreamText message, out bool inTicks, out TimeSpan interval)
    {
        (inTicks, interval) = (message.Units == "ticks", default);
        if (message.Units is not (null or "decimal" or "ticks"))
            return Refusal.NotOneOf("units", message.Units, "decimal", "ticks");
        if (message.Conflate is not (>= 0 and <= LongestInterval))
            return Refusal.NotInRange("conflate", $"{message.Conflate}", 0, LongestInterval);

        interval = TimeSpan.FromMilliseconds(message.Conflate.Value);
        return null;
    }

    /// <summary>A subscribed book.</summary>
    private sealed class Followed(BookFeed feed)
    {
        public BookFeed Feed => feed;

        /// <summary>True if updates were dropped, so that only a snapshot makes sense now.</summary>
        public bool NeedsSnapshot { get; set; }
    }
}
