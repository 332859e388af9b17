using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// A WebSocket on which no message may be lost: its send queue and its requests. It is cut if the client does not read:
/// too many bytes wait, or a message takes too long. It is also cut if the client sends too often.
/// </summary>
internal sealed class MessageSocket(
    GatewayOptions options,
    BurstRoom bursts,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger log,
    int messagesPerTenSeconds = MessageSocket.MessagesPerTenSeconds) : IDisposable
{
    /// <summary>Maximum length of a client's message, in bytes.</summary>
    public const int LongestMessage = 64 * 1024;

    /// <summary>
    /// Rate limit of a client's messages per ten seconds: five a second. It does not apply if each message is counted
    /// by its weight.
    /// </summary>
    public const int MessagesPerTenSeconds = 50;

    private static readonly TimeSpan s_life = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    private readonly Channel<Message> _waiting = Channel.CreateUnbounded<Message>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _cut = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly Backlog _backlog = bursts.Open();
    private volatile string? _whyClosed;

    /// <summary>
    /// Serves until the client leaves or is cut, the connection is lost, its maximum life ends, or the host stops.
    /// Messages are handled one after the other. Messages queued before this call are sent first.
    /// </summary>
    /// <param name="socket">WebSocket of the client.</param>
    /// <param name="obey">Handles a message of the client.</param>
    /// <param name="stopping">Token that is cancelled when the host stops.</param>
    /// <param name="gone">Token that is cancelled when the connection is lost.</param>
    public async Task RunAsync(
        WebSocket socket, Func<ReadOnlyMemory<byte>, ValueTask> obey, CancellationToken stopping,
        CancellationToken gone)
    {
        using var life = new CancellationTokenSource(s_life, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone, _cut.Token);
        using var last =
            CancellationTokenSource.CreateLinkedTokenSource(stopping, life.Token, _closed.Token, end.Token);
        var sending = SendAsync(socket, last.Token, end.Token);
        var receiving = ReceiveAsync(socket, obey, end.Token);
        try
        {
            await Task.WhenAny(sending, receiving);
            var status = receiving.IsCompleted ? await receiving
                : _whyClosed is null ? WebSocketCloseStatus.EndpointUnavailable : WebSocketCloseStatus.PolicyViolation;
            await last.CancelAsync();
            await sending;
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(status, _whyClosed, end.Token);
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

    /// <summary>Queues a message for the client; returns at once. The bytes may be shared.</summary>
    public void Offer(ReadOnlyMemory<byte> message) => Offer(new Message(message, null));

    /// <summary>Queues the JSON that a callback writes.</summary>
    public void Offer(Action<Utf8JsonWriter> write)
    {
        using var json = JsonScratch.Write(write, static (to, write) => write(to));
        var rented = ArrayPool<byte>.Shared.Rent(json.Written.Length);
        json.Written.CopyTo(rented);
        Offer(new Message(rented.AsMemory(0, json.Written.Length), rented));
    }

    private void Offer(Message message)
    {
        if (_backlog.TryAdd(message.Bytes.Length))
            _waiting.Writer.TryWrite(message);
        else
            Cut("more waits than may");
    }

    /// <summary>Returns the JSON that a callback writes, as bytes.</summary>
    public static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> write)
    {
        using var json = JsonScratch.Write(write, static (to, write) => write(to));
        return json.Written.ToArray();
    }

    /// <summary>
    /// Ends the connection with a close frame that tells the reason. A peer that does not answer it within two seconds
    /// is cut.
    /// </summary>
    public void Close(string why)
    {
        _whyClosed = why;
        try
        {
            _cut.CancelAfter(s_farewell);
            _ = _closed.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _backlog.Dispose();
        _cut.Dispose();
        _closed.Dispose();
    }

    private void Cut(string why)
    {
        if (_cut.IsCancellationRequested)
            return;

        metrics.ReaderCut();
        Log.ReaderCut(log, why);
        _ = _cut.CancelAsync();
    }

    private async Task SendAsync(WebSocket socket, CancellationToken last, CancellationToken end)
    {
        try
        {
            await foreach (var message in _waiting.Reader.ReadAllAsync(last))
            {
                _backlog.Remove(message.Bytes.Length);

                // Without a token, which costs a registration for each message: the end of the connection ends it.
                var sent = socket.SendAsync(
                    message.Bytes, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                if (sent.IsCompletedSuccessfully)
                    sent.GetAwaiter().GetResult();
                else
                    await sent.AsTask().WaitAsync(options.StreamSendTimeout, time, end);
                if (message.Rented is { } rented)
                    ArrayPool<byte>.Shared.Return(rented);
            }
        }
        catch (OperationCanceledException) when (last.IsCancellationRequested && !end.IsCancellationRequested)
        {
            // The close frame comes next.
        }
        catch (Exception error) when (
            error is OperationCanceledException or WebSocketException or IOException or TimeoutException)
        {
            Cut("it read nothing for too long");
        }
    }

    /// <summary>A message that waits to be sent.</summary>
    /// <param name="Bytes">Its bytes.</param>
    /// <param name="Rented">Array to give back once it is sent; null if others may send the same bytes.</param>
    private readonly record struct Message(ReadOnlyMemory<byte> Bytes, byte[]? Rented);

    private async Task<WebSocketCloseStatus> ReceiveAsync(
        WebSocket socket, Func<ReadOnlyMemory<byte>, ValueTask> obey, CancellationToken end)
    {
        var buffer = new byte[LongestMessage];
        var (window, messages) = (time.GetTimestamp(), 0);
        while (true)
        {
            var (length, status) = await socket.ReceiveMessageAsync(buffer, end);
            if (status is { } over)
                return over;
            if (time.GetElapsedTime(window) >= TimeSpan.FromSeconds(10))
                (window, messages) = (time.GetTimestamp(), 0);
            if (++messages > messagesPerTenSeconds)
                return WebSocketCloseStatus.PolicyViolation;

            await obey(buffer.AsMemory(0, length));
        }
    }
}
