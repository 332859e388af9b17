using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace QuantumCore.Client;

/// <summary>
/// Follows books over one WebSocket. A book whose chain of sequences breaks is asked for anew; a lost connection is
/// made again, after growing pauses, until the reader stops. One that never stood is given up like any other call.
/// </summary>
internal sealed class BookFeed
{
    private const int LargestMessage = 16 * 1024 * 1024;

    private readonly Uri _address;
    private readonly string? _apiKey;
    private readonly QuantumCoreClientOptions _options;
    private readonly Backoff _backoff;
    private readonly Dictionary<string, LocalBook> _books;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>A snapshot has come: the address is right, so that a lost connection is worth making for ever.</summary>
    private bool _hasStood;

    private Exception? _lastFailure;

    internal BookFeed(Uri root, string? apiKey, IEnumerable<string> symbols, QuantumCoreClientOptions options)
    {
        _apiKey = apiKey;
        _address = new UriBuilder(new Uri(root, "stream"))
        {
            Scheme = root.Scheme == Uri.UriSchemeHttps ? "wss" : "ws",
        }.Uri;
        _options = options;
        _backoff = new Backoff(options);
        _books = symbols.Distinct().ToDictionary(symbol => symbol, symbol => new LocalBook(symbol));
        if (_books.Count == 0)
            throw new ArgumentException("No symbol to follow.", nameof(symbols));
    }

    internal async IAsyncEnumerable<BookUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = _options.Time.GetTimestamp();
        for (var failures = 0; ;)
        {
            using var socket = new ClientWebSocket();
            // A peer that vanished without a word is found out by unanswered pings.
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(10);
            socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(10);
            if (_apiKey is not null)
                socket.Options.SetRequestHeader("X-Api-Key", _apiKey);
            if (await TrySubscribeAsync(socket, cancellation))
            {
                while (await TryReceiveAsync(socket, cancellation) is { } message)
                {
                    failures = 0;
                    if (Take(message) is not { } update)
                        continue;

                    if (update.Change == BookChange.Stale)
                        await TryResubscribeAsync(socket, update.Book.Symbol, cancellation);

                    yield return update;
                }
            }

            foreach (var book in _books.Values.Where(book => !book.IsStale))
            {
                book.IsStale = true;
                yield return new BookUpdate(BookChange.Stale, book, []);
            }

            var pause = _backoff.PauseAfter(++failures);
            if (!_hasStood && (failures >= _options.MaxAttempts ||
                _options.Time.GetElapsedTime(started) + pause > _options.RetryBudget))
            {
                throw new QuantumCoreException(
                    RejectCodes.Unreachable, $"Cannot follow {_address}: {_lastFailure?.Message}", _lastFailure);
            }

            await Task.Delay(pause, _options.Time, cancellation);
        }
    }

    /// <summary>Applies a message; null when it changes nothing for the reader.</summary>
    private BookUpdate? Take(StreamMessage message)
    {
        if (message.Type == "error")
        {
            throw new QuantumCoreException(
                new Refusal(message.Code, Title: null, message.Detail, Status: null, message.Field, Limit: null));
        }

        if (message.Symbol is null || !_books.TryGetValue(message.Symbol, out var book))
            return null;

        switch (message.Type)
        {
            case "snapshot":
                book.Replace(message);
                _hasStood = true;
                return new BookUpdate(BookChange.Snapshot, book, message.Trades ?? []);
            case "update" when book.IsStale:
                return null;
            case "update" when message.PreviousSequence == book.Sequence:
                book.Apply(message);
                return new BookUpdate(BookChange.Update, book, message.Trades ?? []);
            case "update":
                book.IsStale = true;
                return new BookUpdate(BookChange.Stale, book, []);
            default:
                return null;
        }
    }

    private async Task<bool> TrySubscribeAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(_options.AttemptTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await socket.ConnectAsync(_address, either.Token);
            foreach (var symbol in _books.Keys)
                await SendAsync(socket, "subscribe", symbol, either.Token);

            return true;
        }
        catch (Exception failure) when (failure is WebSocketException ||
            (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            _lastFailure = failure;
            return false;
        }
    }

    /// <summary>A failure here shows at the next receive.</summary>
    private static async Task TryResubscribeAsync(
        ClientWebSocket socket, string symbol, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(socket, "unsubscribe", symbol, cancellation);
            await SendAsync(socket, "subscribe", symbol, cancellation);
        }
        catch (WebSocketException)
        {
            socket.Abort();
        }
    }

    private static async Task SendAsync(
        ClientWebSocket socket, string op, string symbol, CancellationToken cancellation) =>
        await socket.SendAsync(
            QuantumCoreJson.WriteBytes(new StreamRequest(op, symbol)).AsMemory(),
            WebSocketMessageType.Text,
            endOfMessage: true,
            cancellation);

    /// <summary>The next message, or null when the connection is of no more use.</summary>
    private async Task<StreamMessage?> TryReceiveAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        _buffer.ResetWrittenCount();
        try
        {
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(_buffer.GetMemory(4096), cancellation);
                _buffer.Advance(part.Count);
            }
            while (!part.EndOfMessage && _buffer.WrittenCount <= LargestMessage);

            return part.EndOfMessage && part.MessageType == WebSocketMessageType.Text
                ? QuantumCoreJson.Read<StreamMessage>(_buffer.WrittenSpan)
                : null;
        }
        catch (Exception failure) when (failure is WebSocketException or JsonException)
        {
            _lastFailure = failure;
            return null;
        }
    }
}
