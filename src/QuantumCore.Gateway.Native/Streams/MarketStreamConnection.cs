using System.Buffers;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Connection of a reader of market data: receives its subscriptions, and sends it what they bring. It is cut if a
/// message waits too long.
/// </summary>
internal sealed class MarketStreamConnection(
    WebSocket socket,
    StreamHolder holder,
    BookFeeds feeds,
    StreamSources sources,
    Listings listings,
    GatewayOptions options,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger log) : IDisposable
{
    private const int LongestMessage = 4 * 1024;

    /// <summary>
    /// Size of a part of a large message, in bytes. The socket copies what it sends, so slow readers share the rest of
    /// the message.
    /// </summary>
    private const int LongestPart = 64 * 1024;

    /// <summary>Timeout for the reader's answer to a close frame.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly ConnectionSubscriptions _subscriptions = new(holder, feeds, sources, options, metrics);
    private readonly CancellationTokenSource _cut = new();

    /// <summary>Serves the reader until it leaves or is cut, the connection is lost, or the host stops.</summary>
    public async Task RunAsync(CancellationToken stopping, CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, _cut.Token);
        using var last = CancellationTokenSource.CreateLinkedTokenSource(stopping, end.Token);
        var sending = SendAsync(last.Token, end.Token);
        var receiving = ReceiveAsync(end.Token);
        try
        {
            await Task.WhenAny(sending, receiving);
            if (receiving.IsCompleted && await receiving is null)
                return;

            // A message in flight is finished first: two sends must not overlap, and the close frame is one.
            await last.CancelAsync();
            await sending;
            await CloseAsync(receiving.IsCompleted ? await receiving : null, end.Token);
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
    public void Dispose()
    {
        _subscriptions.Dispose();
        _cut.Dispose();
    }

    /// <summary>Closes the connection, because the reader leaves or the host stops.</summary>
    private async Task CloseAsync(WebSocketCloseStatus? status, CancellationToken end)
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
    private async Task<WebSocketCloseStatus?> ReceiveAsync(CancellationToken end)
    {
        var buffer = new byte[LongestMessage];
        while (true)
        {
            var (length, status) = await socket.ReceiveMessageAsync(buffer, end);
            if (status is not null)
                return status;

            var body = new ReadOnlySequence<byte>(buffer, 0, length);
            var message = Call.Parse(body, WireJson.Default.StreamText, out var refusal);
            if ((message is null ? refusal : await ObeyAsync(message)) is { } refused
                && !_subscriptions.Queue.TryAddError(StreamJson.Error(refused)))
                return null;
        }
    }

    private async ValueTask<Refusal?> ObeyAsync(StreamText message)
    {
        if (message.Op is not ("subscribe" or "unsubscribe"))
            return Refusal.NotOneOf("op", message.Op, "subscribe", "unsubscribe");
        if (message.Channel is { } channel and not ConnectionSubscriptions.Level3)
        {
            if (message.Op == "subscribe")
                return _subscriptions.FollowChannel(channel);
            _subscriptions.Remove(channel);
            return null;
        }

        if (message.Symbol is null)
            return Refusal.Malformed("symbol", "symbol is missing; a subscription needs a symbol or a channel");
        if (await listings.FindAsync(message.Symbol) is not { } instrument)
            return await listings.UnknownAsync(message.Symbol);

        if (message.Channel is not null)
        {
            if (message.Op == "subscribe")
                return _subscriptions.FollowOrders(instrument, message);
            _subscriptions.UnfollowOrders(instrument);
            return null;
        }

        if (message.Op == "unsubscribe")
            return _subscriptions.Unfollow(message.Symbol);
        return message.Conflate is null && message.Units is null
            ? _subscriptions.Follow(instrument)
            : _subscriptions.FollowMerged(instrument, message);
    }

    /// <summary>Sends waiting messages until no further one may begin; cuts the reader if a send fails.</summary>
    private async Task SendAsync(CancellationToken last, CancellationToken end)
    {
        var added = _subscriptions.Queue.Added;
        try
        {
            while (await added.WaitToReadAsync(last))
            {
                added.TryRead(out _);
                while (!last.IsCancellationRequested && _subscriptions.Next() is { } next)
                {
                    if (next.Source is { } source)
                        await SendAllAsync(source, end);
                    else if (next.Restart is { } feed)
                        feed.Repeat(_subscriptions);
                    else
                        await SendAsync(next.Message, end);
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

    private async ValueTask SendAllAsync(IStreamSource source, CancellationToken end)
    {
        foreach (var message in source.Take())
            await SendAsync(message, end);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken end)
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
}
