using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;

namespace QuantumCore.Gateway.Binance;

/// <summary>WebSocket market data: raw streams under /ws, wrapped ones under /stream.</summary>
internal sealed class WireStreams(
    WireFeeds feeds,
    WireListenKeys listenKeys,
    Listings listings,
    WireLimits limits,
    GatewayOptions options,
    BurstRoom bursts,
    GatewayMetrics metrics,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<WireStreams> log)
{
    private const int ConnectionWeight = 2;

    /// <summary>
    /// GET /ws, /ws/{streams}: the names are parts of the path. Other parts are ignored, because some clients number
    /// their connections.
    /// </summary>
    public Task ServeRawAsync(HttpContext context) =>
        ServeAsync(context, (context.Request.RouteValues["streams"] as string ?? "").Split('/'), isWrapped: false);

    /// <summary>GET /stream?streams=</summary>
    public Task ServeWrappedAsync(HttpContext context) =>
        ServeAsync(context, ((string?)context.Request.Query["streams"] ?? "").Split('/'), isWrapped: true);

    private async Task ServeAsync(HttpContext context, string[] names, bool isWrapped)
    {
        if (!WireHttp.IsWritten(context, "/ws*") && !WireHttp.IsWritten(context, "/stream*"))
        {
            await WireHttp.WriteAsync(context, WireError.NoSuchCall);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            await WireHttp.RefuseAsync(context, Refusal.Malformed(null, "This call is a WebSocket."));
            return;
        }

        if (limits.TakeWeight(context.Connection.RemoteIpAddress, ConnectionWeight).Refusal is { } refused)
        {
            await WireHttp.WriteAsync(context, refused);
            return;
        }

        metrics.ReaderCame();
        try
        {
            using var leaving =
                CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            using var socket = new MessageSocket(options, bursts, metrics, time, log);
            using var subscriptions = new WireSubscriptions(
                socket, feeds, listenKeys, listings, WireOrigin.Of(context), isWrapped, time, leaving.Token);
            // Subscribe first, so that a client misses no event of its streams once the connection is open.
            foreach (var name in names)
                await subscriptions.AddAsync(name);
            using var accepted = await context.WebSockets.AcceptWebSocketAsync();
            RequestTrace.Leave();
            await socket.RunAsync(
                accepted, message => ObeyAsync(socket, subscriptions, message), lifetime.ApplicationStopping,
                context.RequestAborted);
        }
        catch (WebSocketException)
        {
            // The peer is gone; nobody is left to tell.
        }
        catch (OperationCanceledException) when (!context.Response.HasStarted)
        {
            // An account could not be followed before the client gave up, or the host stopped.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
        finally
        {
            metrics.ReaderWent();
        }
    }

    private static async ValueTask ObeyAsync(
        MessageSocket socket, WireSubscriptions subscriptions, ReadOnlyMemory<byte> message)
    {
        var (command, id) = Read(message);
        if (command is null)
        {
            Complain(socket, id, 3, "Invalid JSON: expected an object with method, params and id");
            return;
        }

        switch (command.Method)
        {
            case "SUBSCRIBE" or "UNSUBSCRIBE" when !command.AreNames:
                Complain(socket, id, 2, "Invalid request: params must be an array of streams");
                break;
            case "SUBSCRIBE" when await FollowAsync(subscriptions, command.Names) is { } wrong:
                Complain(socket, id, 2, $"Invalid request: {wrong}");
                break;
            case "SUBSCRIBE":
                Confirm(socket, id, static to => to.WriteNullValue());
                break;
            case "UNSUBSCRIBE":
                foreach (var name in command.Names)
                    subscriptions.Remove(name);
                Confirm(socket, id, static to => to.WriteNullValue());
                break;
            case "LIST_SUBSCRIPTIONS":
                var followed = subscriptions.Names;
                Confirm(socket, id, to =>
                {
                    to.WriteStartArray();
                    foreach (var name in followed)
                        to.WriteStringValue(name);
                    to.WriteEndArray();
                });
                break;
            case "SET_PROPERTY" or "GET_PROPERTY" when command.Names is not ["combined", ..]:
                Complain(socket, id, 0, "Unknown property");
                break;
            case "SET_PROPERTY" when command.Wraps is null:
                Complain(socket, id, 1, "Invalid value type: expected Boolean");
                break;
            case "SET_PROPERTY" when command.Wraps is { } wraps:
                subscriptions.IsWrapped = wraps;
                Confirm(socket, id, static to => to.WriteNullValue());
                break;
            case "GET_PROPERTY":
                var isWrapped = subscriptions.IsWrapped;
                Confirm(socket, id, to => to.WriteBooleanValue(isWrapped));
                break;
            default:
                Complain(
                    socket, id, 2,
                    "Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`");
                break;
        }
    }

    /// <summary>
    /// Subscribes to all of these streams, or to none if one of them is invalid; returns the error, or null.
    /// </summary>
    private static async ValueTask<string?> FollowAsync(WireSubscriptions subscriptions, IReadOnlyList<string> names)
    {
        var before = subscriptions.Names;
        foreach (var name in names)
        {
            if (await subscriptions.AddAsync(name) is not { } wrong)
                continue;
            foreach (var added in names.Except(before))
                subscriptions.Remove(added);
            return wrong;
        }

        return null;
    }

    /// <summary>
    /// Reads a command and the id for its answer, as written; the command is null if it cannot be read.
    /// </summary>
    private static (Command? Command, string Id) Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            var id = root.TryGetProperty("id", out var told)
                && told.ValueKind is JsonValueKind.Number or JsonValueKind.String && told.GetRawText().Length <= 64
                ? told.GetRawText()
                : "null";
            if (!root.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
                return (null, id);

            var names = new List<string>();
            var areNames = false;
            bool? wraps = null;
            if (root.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Array)
            {
                names.AddRange(parameters.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String)
                    .Select(name => name.GetString()!));
                areNames = names.Count == parameters.GetArrayLength();
                wraps = parameters.EnumerateArray().Select(value => value.ValueKind).LastOrDefault() switch
                {
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    _ => null,
                };
            }

            return (new Command(method.GetString()!, names, areNames, wraps), id);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return (null, "null");
        }
    }

    private static void Confirm(MessageSocket socket, string id, Action<Utf8JsonWriter> result) => socket.Offer(to =>
    {
        to.WriteStartObject();
        to.WritePropertyName("result"u8);
        result(to);
        to.WritePropertyName("id"u8);
        to.WriteRawValue(id);
        to.WriteEndObject();
    });

    private static void Complain(MessageSocket socket, string id, int code, string message) => socket.Offer(to =>
    {
        to.WriteStartObject();
        to.WriteStartObject("error"u8);
        to.WriteNumber("code"u8, code);
        to.WriteString("msg"u8, message);
        to.WriteEndObject();
        to.WritePropertyName("id"u8);
        to.WriteRawValue(id);
        to.WriteEndObject();
    });

    private sealed record Command(string Method, IReadOnlyList<string> Names, bool AreNames, bool? Wraps);
}

/// <summary>Subscriptions of one connection.</summary>
internal sealed class WireSubscriptions(
    MessageSocket socket,
    WireFeeds feeds,
    WireListenKeys listenKeys,
    Listings listings,
    WireOrigin origin,
    bool isWrapped,
    TimeProvider time,
    CancellationToken leaving)
    : IWireReader, IDisposable
{
    /// <summary>Maximum number of streams per connection.</summary>
    public const int Most = 1_024;

    private static readonly string s_tooMany = $"a connection follows {Most} streams at most";

    /// <summary>
    /// Subscribed streams, and the actions that end them. The connection adds; an expired listen key removes itself.
    /// </summary>
    private readonly ConcurrentDictionary<string, Action> _followed = new(StringComparer.Ordinal);
    private volatile bool _isWrapped = isWrapped;

    /// <summary>Names of the streams.</summary>
    public IReadOnlyList<string> Names => [.. _followed.Keys];

    /// <summary>True if each message is wrapped with the name of its stream.</summary>
    public bool IsWrapped
    {
        get => _isWrapped;
        set => _isWrapped = value;
    }

    /// <summary>Subscribes to a stream; returns the error of its name, or null.</summary>
    public async ValueTask<string?> AddAsync(string name)
    {
        if (_followed.ContainsKey(name))
            return null;
        if (WireStreamName.Parse(name) is not { } stream)
            return await AddAccountAsync(name);
        var instrument = stream.IsOfAll ? null : await listings.FindAsync(stream.Symbol);
        if (instrument is null && !stream.IsOfAll)
            return "invalid stream";
        if (_followed.Count == Most)
            return s_tooMany;

        var feed = instrument is null ? feeds.OfAll(stream) : feeds.Of(instrument);
        _followed[name] = () => feed.Leave(stream, this);
        feed.Join(stream, this);
        return null;
    }

    /// <summary>Subscribes to the account events of a listen key.</summary>
    private async ValueTask<string?> AddAccountAsync(string listenKey)
    {
        if (await listenKeys.FindAsync(listenKey, origin) is not var (feed, left))
            return WireStreamName.Explain(listenKey);
        if (_followed.Count == Most)
            return s_tooMany;

        var listener = WireAccountWriting.Listener(told => Offer(new WireMessage(listenKey, told)));
        var expires = time.CreateTimer(_ => Expire(listenKey), null, left, Timeout.InfiniteTimeSpan);
        _followed[listenKey] = () =>
        {
            expires.Dispose();
            feed.Leave(listener);
        };
        await feed.JoinAsync(listener, leaving);
        return null;
    }

    /// <summary>Ends an expired listen key: sends a message that says so, and nothing more of its account.</summary>
    private void Expire(string listenKey)
    {
        if (!_followed.TryRemove(listenKey, out var leave))
            return;

        leave();
        Offer(new WireMessage(listenKey, MessageSocket.Bytes(to =>
        {
            to.WriteStartObject();
            to.WriteString("e"u8, "listenKeyExpired"u8);
            to.WriteNumber("E"u8, time.GetUtcNow().ToUnixTimeMilliseconds());
            to.WriteString("listenKey"u8, listenKey);
            to.WriteEndObject();
        })));
    }

    /// <summary>Ends a subscription.</summary>
    public void Remove(string name)
    {
        if (_followed.TryRemove(name, out var leave))
            leave();
    }

    /// <inheritdoc/>
    public void Offer(WireMessage message) => socket.Offer(_isWrapped ? message.Wrapped : message.Raw);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var name in Names)
            Remove(name);
    }
}
