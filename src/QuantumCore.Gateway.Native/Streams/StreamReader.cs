using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Stream reader on one WebSocket: its subscriptions and its send queue. A backlog beyond its limit is dropped; the
/// reader then gets snapshots when it reads again. It is cut if a message waits too long.
/// </summary>
internal sealed partial class StreamReader(
    WebSocket socket,
    StreamHolder holder,
    BookFeeds feeds,
    StreamSources sources,
    Listings listings,
    GatewayOptions options,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger log) : IBookReader, IAsyncDisposable
{
    private const int LongestMessage = 4 * 1024;
    private const int MostErrorsWaiting = 100;

    /// <summary>
    /// Size of a part of a large message, in bytes. The socket copies what it sends, so slow readers share the rest of
    /// the message.
    /// </summary>
    private const int LongestPart = 64 * 1024;

    /// <summary>Timeout for the reader's answer to a close frame.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Queue<Outgoing> _queue = new();
    private readonly Dictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _cut = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Bytes of waiting updates. Snapshots do not count: at most one per book waits, and its bytes are shared.
    /// </summary>
    private long _waitingBytes;

    /// <summary>Serves the reader until it leaves or is cut, the connection is lost, or the host stops.</summary>
    public async Task Run(CancellationToken stopping, CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, _cut.Token);
        using var last = CancellationTokenSource.CreateLinkedTokenSource(stopping, end.Token);
        var sending = Send(last.Token, end.Token);
        var receiving = Receive(end.Token);
        try
        {
            await Task.WhenAny(sending, receiving);
            if (receiving.IsCompleted && await receiving is null)
                return;

            // A message in flight is finished first: two sends must not overlap, and the close frame is one.
            await last.CancelAsync();
            await sending;
            await Close(receiving.IsCompleted ? await receiving : null, end.Token);
            end.CancelAfter(s_farewell);
            await receiving;
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException)
        {
            // Cut, or gone: nobody is left to tell.
        }
        finally
        {
            await _cut.CancelAsync();
            await Task.WhenAll(sending, receiving).ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.None,
                TaskScheduler.Default);
        }
    }

    /// <inheritdoc/>
    public void Offer(string symbol, ReadOnlyMemory<byte> message, bool isSnapshot)
    {
        lock (_lock)
        {
            if (!_followed.TryGetValue(symbol, out var book) || (book.NeedsSnapshot && !isSnapshot))
                return;

            if (isSnapshot)
            {
                book.NeedsSnapshot = false;
                Forget(waiting => waiting.Symbol == symbol);
            }
            else if (_waitingBytes + message.Length > options.StreamBacklogBytes)
            {
                Drop();
                return;
            }
            else
            {
                _waitingBytes += message.Length;
            }

            _queue.Enqueue(new Outgoing(symbol, message, null, isSnapshot ? 0 : message.Length));
        }

        _wake.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Followed[] followed;
        IStreamSource[] followedSources;
        lock (_lock)
        {
            (followed, followedSources) = ([.. _followed.Values], [.. _sources.Values]);
            _followed.Clear();
            _sources.Clear();
        }

        foreach (var book in followed)
            book.Feed.Leave(this);
        foreach (var source in followedSources)
            source.Dispose();

        _cut.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Drops waiting messages. Each book restarts with a snapshot, which the sender requests in its turn. The caller
    /// holds a feed's lock, so no other feed may be called here.
    /// </summary>
    private void Drop()
    {
        metrics.Resync();
        var asked = _queue.Where(waiting => waiting.Source is not null).ToArray();
        _queue.Clear();
        _waitingBytes = 0;
        foreach (var source in asked)
            _queue.Enqueue(source);
        foreach (var (symbol, book) in _followed)
        {
            book.NeedsSnapshot = true;
            _queue.Enqueue(new Outgoing(symbol, default, book.Feed, 0));
        }

        _wake.Writer.TryWrite(true);
    }

    /// <summary>
    /// Removes waiting messages of a book or source, because a snapshot replaces them or its subscription ended.
    /// </summary>
    private void Forget(Predicate<Outgoing> isOfIt)
    {
        for (var i = _queue.Count; i > 0; i--)
        {
            var waiting = _queue.Dequeue();
            if (isOfIt(waiting))
                _waitingBytes -= waiting.Counted;
            else
                _queue.Enqueue(waiting);
        }
    }

    /// <summary>Closes the connection, because the reader leaves or the host stops.</summary>
    private async Task Close(WebSocketCloseStatus? status, CancellationToken end)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
            return;

        var reason = status switch
        {
            WebSocketCloseStatus.MessageTooBig => "4 KiB at most",
            null => "the exchange closes",
            _ => null,
        };
        await socket.CloseOutputAsync(status ?? WebSocketCloseStatus.EndpointUnavailable, reason, end);
    }

    /// <summary>
    /// Handles the reader's messages until it leaves. Returns the close status to answer with, or null if the reader
    /// must be cut.
    /// </summary>
    private async Task<WebSocketCloseStatus?> Receive(CancellationToken end)
    {
        var buffer = new byte[LongestMessage];
        while (true)
        {
            var (length, status) = await socket.ReceiveMessage(buffer, end);
            if (status is not null)
                return status;

            var body = new ReadOnlySequence<byte>(buffer, 0, length);
            var message = Call.Parse(body, WireJson.Default.StreamText, out var refusal);
            if ((message is null ? refusal : await Obey(message)) is { } refused && !Complain(refused))
                return null;
        }
    }

    private async ValueTask<Refusal?> Obey(StreamText message)
    {
        if (message.Op is not ("subscribe" or "unsubscribe"))
            return Refusal.NotOneOf("op", message.Op, "subscribe", "unsubscribe");
        if (message.Channel is { } channel and not Level3)
        {
            if (message.Op == "subscribe")
                return FollowChannel(channel);
            Remove(channel);
            return null;
        }

        if (message.Symbol is null)
            return Refusal.Malformed("symbol", "symbol is missing; a subscription needs a symbol or a channel");
        if (await listings.Find(message.Symbol) is not { } instrument)
            return await listings.Unknown(message.Symbol);

        if (message.Channel is not null)
        {
            if (message.Op == "subscribe")
                return FollowOrders(instrument, message);
            Remove(Level3Of(instrument));
            return null;
        }

        if (message.Op == "unsubscribe")
            return Unfollow(message.Symbol);
        return message.Conflate is null && message.Units is null
            ? Follow(instrument)
            : FollowMerged(instrument, message);
    }

    private Refusal? Follow(Instrument instrument)
    {
        var feed = feeds.Of(instrument);
        lock (_lock)
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

    private Refusal? Unfollow(string symbol)
    {
        Followed? book;
        lock (_lock)
        {
            _followed.Remove(symbol, out book);
            Forget(waiting => waiting.Symbol == symbol);
        }

        book?.Feed.Leave(this);
        Remove(symbol);
        return null;
    }

    /// <summary>Sends the reader an error; false if it got too many without reading.</summary>
    private bool Complain(Refusal refusal)
    {
        var message = StreamJson.Error(refusal);
        lock (_lock)
        {
            if (_queue.Count(waiting => waiting is { Symbol: null, Source: null }) >= MostErrorsWaiting)
                return false;
            _queue.Enqueue(new Outgoing(null, message, null, 0));
        }

        _wake.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Sends waiting messages until no further one may begin; cuts the reader if a send fails.</summary>
    private async Task Send(CancellationToken last, CancellationToken end)
    {
        try
        {
            while (await _wake.Reader.WaitToReadAsync(last))
            {
                _wake.Reader.TryRead(out _);
                while (!last.IsCancellationRequested && Next() is { } next)
                {
                    if (next.Source is { } source)
                        await SendAll(source, end);
                    else if (next.Restart is { } feed)
                        feed.Repeat(this);
                    else
                        await Send(next.Message, end);
                }
            }
        }
        catch (OperationCanceledException) when (last.IsCancellationRequested && !end.IsCancellationRequested)
        {
            // The close frame comes next.
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException)
        {
            await _cut.CancelAsync();
        }
    }

    private async ValueTask SendAll(IStreamSource source, CancellationToken end)
    {
        foreach (var message in source.Take())
            await Send(message, end);
    }

    private async ValueTask Send(ReadOnlyMemory<byte> message, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(options.StreamSendTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
        try
        {
            for (; message.Length > LongestPart; message = message[LongestPart..])
                await socket.SendAsync(
                    message[..LongestPart], WebSocketMessageType.Text, endOfMessage: false, either.Token);
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            metrics.ReaderCut();
            Log.ReaderCut(log, "it read nothing for too long");
            throw;
        }
    }

    private Outgoing? Next()
    {
        lock (_lock)
        {
            if (!_queue.TryDequeue(out var next))
                return null;

            _waitingBytes -= next.Counted;
            if (next.Source is { } source)
                _asking.Remove(source);
            return next;
        }
    }

    /// <summary>A subscribed book.</summary>
    private sealed class Followed(BookFeed feed)
    {
        public BookFeed Feed => feed;

        /// <summary>True if updates were dropped, so that only a snapshot makes sense now.</summary>
        public bool NeedsSnapshot { get; set; }
    }

    /// <summary>
    /// Outgoing item: a message, a feed whose snapshot must be requested, or a source that has something to send.
    /// </summary>
    private readonly record struct Outgoing(
        string? Symbol, ReadOnlyMemory<byte> Message, BookFeed? Restart, int Counted, IStreamSource? Source = null);
}
