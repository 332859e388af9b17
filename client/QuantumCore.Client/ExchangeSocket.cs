using System.Buffers;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace QuantumCore.Client;

/// <summary>
/// A WebSocket of the exchange, JSON in both directions. It uses the proxy and certificates of the HTTP client. It is
/// opened once; create another instance for another connection.
/// </summary>
internal sealed class ExchangeSocket : IDisposable
{
    // An account may have 100,000 open orders, all sent in the first message of its stream.
    private const int LargestMessage = 128 * 1024 * 1024;

    private readonly ClientWebSocket _socket = new();
    private readonly HttpMessageInvoker _http;
    private readonly QuantumCoreClientOptions _options;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private bool _isGivenUp;

    internal ExchangeSocket(ExchangeCalls calls, string call)
    {
        (_http, _options) = (calls.Http, calls.Options);
        var root = calls.Root;
        Address = new UriBuilder(new Uri(root, call)) { Scheme = root.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri;

        // Unanswered pings detect a peer that vanished silently.
        _socket.Options.KeepAliveInterval = _options.PingInterval;
        _socket.Options.KeepAliveTimeout = _options.PingInterval;
        _socket.Options.CollectHttpResponseDetails = true;
        if (calls.ApiKey is { } apiKey)
            _socket.Options.SetRequestHeader("X-Api-Key", apiKey);
    }

    internal Uri Address { get; }

    /// <summary>
    /// True if something answered without a WebSocket upgrade, usually a proxy. False for an exchange that is
    /// overloaded or rejects the key.
    /// </summary>
    internal bool IsUpgradeRefused { get; private set; }

    /// <summary>
    /// True if a connection was cut before the WebSocket upgrade, for example by a proxy that blocks it.
    /// </summary>
    internal bool IsUpgradeCut => Failure is WebSocketException
    {
        InnerException: HttpRequestException
        {
            HttpRequestError: not (HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError),
        },
    };

    /// <summary>Failure that ended the connection.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Connects and sends the first messages, within the time of one attempt.</summary>
    /// <param name="first">The first messages.</param>
    /// <param name="pollsInstead">
    /// True if the feed can poll instead. A proxy that forbids WebSockets responds like an exchange that rejects a key.
    /// </param>
    /// <param name="cancellation">Token that cancels the call.</param>
    /// <exception cref="QuantumCoreException">The key is rejected, which another attempt would not change.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    internal async Task<bool> TryOpenAsync(IEnumerable<object> first, bool pollsInstead, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(_options.AttemptTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await _socket.ConnectAsync(Address, _http, either.Token);
            foreach (var message in first)
                await SendAsync(message, either.Token);

            return true;
        }
        catch (Exception failure) when (failure is WebSocketException ||
            (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            IsUpgradeRefused = _socket.HttpStatusCode is HttpStatusCode.NotImplemented
                or HttpStatusCode.HttpVersionNotSupported or >= (HttpStatusCode)200 and < (HttpStatusCode)500
                and not (HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout
                    or HttpStatusCode.TooManyRequests);
            if (_socket.HttpStatusCode == HttpStatusCode.Unauthorized
                || (_socket.HttpStatusCode == HttpStatusCode.Forbidden && !pollsInstead))
                throw Refused(_socket.HttpStatusCode, failure);

            // The client itself is disposed: every later attempt would fail too.
            if (failure.InnerException is ObjectDisposedException)
                throw new ObjectDisposedException("The client was disposed of.", failure);

            Failure = failure;
            return false;
        }
    }

    /// <summary>Sends a message. A failure surfaces at the next receive.</summary>
    internal async Task TrySendAsync(object message, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(message, cancellation);
        }
        catch (Exception failure) when (failure is WebSocketException ||
            (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _socket.Abort();
        }
    }

    /// <summary>Returns the next message, or null if the connection is no longer usable.</summary>
    internal async Task<T?> TryReceiveAsync<T>(CancellationToken cancellation)
        where T : class
    {
        _buffer.ResetWrittenCount();
        try
        {
            ValueWebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(_buffer.GetMemory(4096), cancellation);
                _buffer.Advance(part.Count);
            }
            while (!part.EndOfMessage && _buffer.WrittenCount <= LargestMessage);

            if (part.EndOfMessage && part.MessageType == WebSocketMessageType.Text)
                return QuantumCoreJson.Read<T>(_buffer.WrittenSpan);

            Failure = new WebSocketException(part.EndOfMessage
                ? $"The exchange has ended the connection ({_socket.CloseStatus?.ToString() ?? "without a reason"})."
                : $"A message is longer than {LargestMessage} bytes.");
            return null;
        }
        catch (Exception failure) when (failure is WebSocketException or JsonException ||
            (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // An aborted socket (for example, unanswered pings) throws a cancellation that nobody requested.
            Failure = _isGivenUp ? new TimeoutException("No answer came.", failure) : failure;
            return null;
        }
    }

    /// <summary>Aborts a connection that delivered nothing.</summary>
    internal void GiveUp()
    {
        _isGivenUp = true;
        _socket.Abort();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private QuantumCoreException Refused(HttpStatusCode status, Exception failure) => new(
        status == HttpStatusCode.Unauthorized ? RejectCodes.Unauthorized : RejectCodes.Forbidden,
        $"{Address} refuses this key.", failure)
    {
        Status = (int)status,
    };

    private async Task SendAsync(object message, CancellationToken cancellation) => await _socket.SendAsync(
        QuantumCoreJson.WriteBytes(message).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellation);
}
