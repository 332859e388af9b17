using System.Collections.Frozen;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>WebSocket API of the Binance interface: the same calls as over HTTP, one message each.</summary>
internal sealed class WireApi(
    WireCalls calls,
    AccountFeeds accounts,
    WireGate gate,
    WireLimits limits,
    KeyRing keys,
    Door door,
    Quotas quotas,
    ExchangeReadiness readiness,
    GatewayOptions options,
    BurstRoom bursts,
    GatewayMetrics metrics,
    ClientClock clock,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<WireApi> log)
{
    private const int ConnectionWeight = 2;

    private static readonly FrozenDictionary<string, string> s_methods =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ping"] = "GET /api/v3/ping",
            ["time"] = "GET /api/v3/time",
            ["exchangeInfo"] = "GET /api/v3/exchangeInfo",
            ["depth"] = "GET /api/v3/depth",
            ["trades.recent"] = "GET /api/v3/trades",
            ["trades.historical"] = "GET /api/v3/historicalTrades",
            ["trades.aggregate"] = "GET /api/v3/aggTrades",
            ["klines"] = "GET /api/v3/klines",
            ["uiKlines"] = "GET /api/v3/uiKlines",
            ["avgPrice"] = "GET /api/v3/avgPrice",
            ["ticker.24hr"] = "GET /api/v3/ticker/24hr",
            ["ticker.tradingDay"] = "GET /api/v3/ticker/tradingDay",
            ["ticker"] = "GET /api/v3/ticker",
            ["ticker.price"] = "GET /api/v3/ticker/price",
            ["ticker.book"] = "GET /api/v3/ticker/bookTicker",
            ["order.place"] = "POST /api/v3/order",
            ["order.test"] = "POST /api/v3/order/test",
            ["order.status"] = "GET /api/v3/order",
            ["order.cancel"] = "DELETE /api/v3/order",
            ["order.cancelReplace"] = "POST /api/v3/order/cancelReplace",
            ["order.amend.keepPriority"] = "PUT /api/v3/order/amend/keepPriority",
            ["orderList.place"] = "POST /api/v3/order/oco",
            ["orderList.place.oco"] = "POST /api/v3/orderList/oco",
            ["orderList.place.oto"] = "POST /api/v3/orderList/oto",
            ["orderList.place.otoco"] = "POST /api/v3/orderList/otoco",
            ["orderList.status"] = "GET /api/v3/orderList",
            ["orderList.cancel"] = "DELETE /api/v3/orderList",
            ["openOrderLists.status"] = "GET /api/v3/openOrderList",
            ["allOrderLists"] = "GET /api/v3/allOrderList",
            ["openOrders.status"] = "GET /api/v3/openOrders",
            ["openOrders.cancelAll"] = "DELETE /api/v3/openOrders",
            ["allOrders"] = "GET /api/v3/allOrders",
            ["account.status"] = "GET /api/v3/account",
            ["account.commission"] = "GET /api/v3/account/commission",
            ["account.rateLimits.orders"] = "GET /api/v3/rateLimit/order",
            ["userDataStream.start"] = "POST /api/v3/userDataStream",
            ["userDataStream.ping"] = "PUT /api/v3/userDataStream",
            ["userDataStream.stop"] = "DELETE /api/v3/userDataStream",
            ["myTrades"] = "GET /api/v3/myTrades",
            ["myPreventedMatches"] = "GET /api/v3/myPreventedMatches",
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, WireCall> _calls = s_methods.ToFrozenDictionary(
        method => method.Key, method => calls.All.Single(call => $"{call.Method} {call.Path}" == method.Value),
        StringComparer.Ordinal);

    /// <summary>GET /ws-api/v3</summary>
    public async Task ServeAsync(HttpContext context)
    {
        if (!WireHttp.IsWritten(context, "/ws-api/v3"))
        {
            await WireHttp.WriteAsync(context, WireError.NoSuchCall);
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            await WireHttp.RefuseAsync(context, Refusal.Malformed(null, "This call is a WebSocket."));
            return;
        }

        var origin = WireOrigin.Of(context);
        if (limits.TakeWeight(origin.Address, ConnectionWeight).Refusal is { } refused)
        {
            await WireHttp.WriteAsync(context, refused);
            return;
        }

        metrics.ReaderCame();
        try
        {
            using var accepted = await context.WebSockets.AcceptWebSocketAsync();
            RequestTrace.Leave();
            using var socket =
                new MessageSocket(options, bursts, metrics, time, log, messagesPerTenSeconds: int.MaxValue);
            using var leaving =
                CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            using var session = new WireSession(
                socket,
                accounts,
                origin,
                time.GetUtcNow().ToUnixTimeMilliseconds(),
                context.Request.Query["returnRateLimits"] != "false",
                leaving.Token);
            await socket.RunAsync(
                accepted, message => ObeyAsync(socket, session, message), lifetime.ApplicationStopping,
                context.RequestAborted);
        }
        catch (WebSocketException)
        {
            // The peer is gone; nobody is left to tell.
        }
        finally
        {
            metrics.ReaderWent();
        }
    }

    private async ValueTask ObeyAsync(MessageSocket socket, WireSession session, ReadOnlyMemory<byte> message)
    {
        var request = WireApiRequest.Read(message);
        var answer = request.Method is null
            ? new WireAnswer(new WireError(-1135, "Invalid JSON Request"), null)
            : await RunAsync(session, request, message.Length);
        if (answer is { Error.RetryAfter: > 0 and var seconds, Write: null })
            answer = answer with { Write = to => WriteWhen(to, time.GetUtcNow().ToUnixTimeMilliseconds(), seconds) };
        var used = session.UsedWeight;
        var orders = session.Orders;
        var tellsLimits = request.Parameters.TryGetValue("returnRateLimits", out var told)
            ? !told.Equals("false", StringComparison.OrdinalIgnoreCase)
            : session.TellsLimits;
        socket.Offer(to =>
        {
            to.WriteStartObject();
            to.WritePropertyName("id"u8);
            to.WriteRawValue(request.Id);
            to.WriteNumber("status"u8, answer.Error?.Status ?? 200);
            to.WritePropertyName(answer.Error is null ? "result"u8 : "error"u8);
            WireAnswer.WriteBody(to, answer);
            if (!tellsLimits)
            {
                to.WriteEndObject();
                return;
            }

            to.WriteStartArray("rateLimits"u8);
            WireRulebook.WriteLimit(to, "REQUEST_WEIGHT", "MINUTE", 1, limits.WeightPerMinute, used);
            if (orders is { } counted)
            {
                WireRulebook.WriteLimit(to, "ORDERS", "SECOND", 10, limits.OrdersPerTenSeconds, counted.TenSeconds);
                WireRulebook.WriteLimit(to, "ORDERS", "DAY", 1, limits.OrdersPerDay, counted.Day);
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    /// <summary>Writes the data of a refusal: the time of the next retry, which is a header over HTTP.</summary>
    private static void WriteWhen(Utf8JsonWriter to, long nowMillis, int seconds)
    {
        to.WriteStartObject();
        to.WriteNumber("serverTime"u8, nowMillis);
        to.WriteNumber("retryAfter"u8, nowMillis + (seconds * 1_000L));
        to.WriteEndObject();
    }

    private async ValueTask<WireAnswer> RunAsync(WireSession session, WireApiRequest request, int length)
    {
        var parameters = WireParameters.Of(request.Parameters);
        var call = _calls.GetValueOrDefault(request.Method!);
        var (used, refusal) = limits.TakeWeight(session.Origin.Address, call?.Weight(parameters) ?? 2);
        (session.UsedWeight, session.Orders) = (used, null);
        parameters.Flag("returnRateLimits");
        if (refusal is { } tooMuch)
            return tooMuch;
        if (readiness.NotOpen is not null)
            return WireError.Of(new Refusal(RejectReason.Overloaded));
        if (call is null)
        {
            return request.Method switch
            {
                "session.logon" => await LogOnAsync(session, parameters),
                "session.status" => parameters.End() is { } wrong ? wrong : Status(session),
                "session.logout" => parameters.End() is { } wrong ? wrong : LogOut(session),
                "session.subscriptions" => parameters.End() is { } wrong ? wrong : Subscriptions(session),
                "userDataStream.subscribe" => await ListenAsync(session, parameters, isOfSession: true),
                "userDataStream.subscribe.signature" => await ListenAsync(session, parameters, isOfSession: false),
                "userDataStream.unsubscribe" => Unlisten(session, parameters),
                _ => new WireError(-1000, $"The method '{request.Method}' is not there."),
            };
        }

        if (!quotas.TakeAddress(session.Origin.Address, call.Lane))
            return WireError.Of(new Refusal(RejectReason.TooManyRequests));
        return await AdmitAsync(call, session, parameters, length);
    }

    /// <summary>Admits a request like those over HTTP. Exceptions of its call end here.</summary>
    private async ValueTask<WireAnswer> AdmitAsync(
        WireCall call, WireSession session, WireParameters parameters, int length)
    {
        // A session stands for its key where a signature is needed, and has its clock where no authentication is
        // needed.
        var shown = parameters.Text("apiKey") ?? (call.Security == WireSecurity.Key ? null : session.Key);
        var weight = Door.Weight(length);
        var isOrder = call.Lane == Lane.Orders;
        using var span = RequestTrace.OfMessage("WS", call.Path);
        var holder =
            isOrder && shown is not null ? (await keys.FindAsync(shown, session.Origin.Address))?.Account ?? 0 : 0;
        if (isOrder ? !door.HasRoomForOrders() || !await door.EnterOrdersAsync(weight, holder) : !door.Enter(call.Lane))
            return WireError.Of(new Refusal(RejectReason.Overloaded));

        try
        {
            return await EnterAsync(call, session, parameters, shown);
        }
        catch (LimitExceededException) when (HttpMethods.IsGet(call.Method))
        {
            return WireError.Of(new Refusal(RejectReason.Overloaded));
        }
        catch (Exception error)
        {
            Log.RequestFailed(log, call.Path, "", error);
            return WireError.Of(new Refusal(RejectReason.OutcomeUnknown));
        }
        finally
        {
            if (isOrder)
                door.LeaveOrders(weight);
            else
                door.Leave(call.Lane);
        }
    }

    /// <summary>
    /// Runs a request that is signed itself, or whose session's logon was. In the latter case, its time and its key's
    /// rights are checked.
    /// </summary>
    private async ValueTask<WireAnswer> EnterAsync(
        WireCall call, WireSession session, WireParameters parameters, string? shown)
    {
        void Counted((int TenSeconds, int Day) orders) => session.Orders = orders;
        if (call.Security < WireSecurity.Read || parameters.Has("apiKey") || session.Key is null)
            return await gate.RunAsync(call, parameters, shown, session.Origin, Counted);

        var (refusal, key) = await gate.IdentifyAsync(call.Security, call.Lane, session.Key, session.Origin);
        return (refusal ?? gate.CheckTime(parameters, session.Key, $"WS {call.Path}")) is { } refused
            ? refused
            : await gate.AnswerAsync(
                call, new WireRequest(parameters, key, session.Origin.Address, session.Key), Counted);
    }

    /// <summary>Logs the connection on with an Ed25519 key; as at Binance, no other key may log on.</summary>
    private async ValueTask<WireAnswer> LogOnAsync(WireSession session, WireParameters parameters)
    {
        var shown = parameters.Needed("apiKey");
        if ((gate.CheckTime(parameters, shown, "WS session.logon") ?? parameters.End()) is { } wrong)
            return wrong;
        var (refusal, key) = await gate.IdentifyAsync(WireSecurity.Read, Lane.Readings, shown, session.Origin);
        if ((refusal ?? RefuseLogOn(key!) ?? gate.CheckSignature(parameters, key!)) is { } refused)
            return refused;

        (session.Key, session.Since) = (shown, time.GetUtcNow().ToUnixTimeMilliseconds());
        return Status(session);
    }

    private static WireError? RefuseLogOn(ApiKey key) => key.Signing!.Scheme switch
    {
        SigningScheme.HmacSha256 => WireError.NoHmacLogon,
        SigningScheme.RsaSha256 => WireError.NoRsaLogon,
        SigningScheme.Ed25519 => null,
    };

    /// <summary>
    /// Subscribes to an account's events: of the key that signed the request, or of the session's key. If a session
    /// stands for a signature, the request still needs a timestamp, like every such request.
    /// </summary>
    private async ValueTask<WireAnswer> ListenAsync(WireSession session, WireParameters parameters, bool isOfSession)
    {
        var isSigned = parameters.Has("apiKey");
        var shown = parameters.Text("apiKey") ?? session.Key;
        var (refusal, key) = await gate.IdentifyAsync(WireSecurity.Read, Lane.Readings, shown, session.Origin);
        if (isSigned || !isOfSession)
            refusal ??= gate.CheckTime(parameters, shown, "WS userDataStream.subscribe");
        if (isSigned)
            refusal ??= gate.CheckSignature(parameters, key!);
        if ((refusal ?? parameters.End()) is { } refused)
            return refused;
        if (await session.ListenAsync(key!.Account, isOfSession) is not { } number)
            return new WireError(-1000, $"A connection listens {WireSession.MostSubscriptions} times at most.");

        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteNumber("subscriptionId"u8, number);
            to.WriteEndObject();
        });
    }

    private static WireAnswer Unlisten(WireSession session, WireParameters parameters)
    {
        var number = parameters.Number("subscriptionId", 0, int.MaxValue);
        if (parameters.End() is { } wrong)
            return wrong;

        session.Unlisten((int?)number);
        return WireAnswer.Of(static to =>
        {
            to.WriteStartObject();
            to.WriteEndObject();
        });
    }

    /// <summary>Logs the session out. Its subscriptions end; those with their own signature stay.</summary>
    private WireAnswer LogOut(WireSession session)
    {
        (session.Key, session.Since) = (null, null);
        session.UnlistenSession();
        return Status(session);
    }

    private static WireAnswer Subscriptions(WireSession session)
    {
        var numbers = session.Subscriptions.Order().ToArray();
        return WireAnswer.Of(to =>
        {
            to.WriteStartArray();
            foreach (var number in numbers)
            {
                to.WriteStartObject();
                to.WriteNumber("subscriptionId"u8, number);
                to.WriteEndObject();
            }

            to.WriteEndArray();
        });
    }

    private WireAnswer Status(WireSession session)
    {
        var (key, since, connected, now) = (session.Key, session.Since, session.ConnectedSince,
            clock.NowFor(session.Key).ToUnixTimeMilliseconds());
        var (tellsLimits, listens) = (session.TellsLimits, session.Subscriptions.Count > 0);
        return WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteString("apiKey"u8, key);
            to.WritePropertyName("authorizedSince"u8);
            if (since is { } moment)
                to.WriteNumberValue(moment);
            else
                to.WriteNullValue();
            to.WriteNumber("connectedSince"u8, connected);
            to.WriteBoolean("returnRateLimits"u8, tellsLimits);
            to.WriteNumber("serverTime"u8, now);
            to.WriteBoolean("userDataStream"u8, listens);
            to.WriteEndObject();
        });
    }
}

/// <summary>State of a connection: its key, and the limits that its last request used.</summary>
internal sealed class WireSession(
    MessageSocket socket, AccountFeeds accounts, WireOrigin origin, long connectedSince, bool tellsLimits,
    CancellationToken leaving)
    : IDisposable
{
    /// <summary>Maximum number of concurrent subscriptions per connection.</summary>
    public const int MostSubscriptions = 100;

    private readonly Dictionary<int,
        (AccountFeed Feed, Action<AccountNews> Listener, bool IsOfSession)> _subscriptions = [];
    private int _next;

    /// <summary>Numbers of its subscriptions.</summary>
    public IReadOnlyCollection<int> Subscriptions => _subscriptions.Keys;

    /// <summary>True if its answers include rate limits by default.</summary>
    public bool TellsLimits => tellsLimits;

    public WireOrigin Origin => origin;

    public long ConnectedSince => connectedSince;

    /// <summary>API key it is logged on with; null if it is not.</summary>
    public string? Key { get; set; }

    public long? Since { get; set; }

    public long UsedWeight { get; set; }

    public (int TenSeconds, int Day)? Orders { get; set; }

    /// <summary>
    /// Subscribes the connection to an account's events. Returns the number of the subscription, or null if there are
    /// too many.
    /// </summary>
    /// <param name="account">Account number.</param>
    /// <param name="isOfSession">True if the subscription ends with the session.</param>
    public async ValueTask<int?> ListenAsync(long account, bool isOfSession)
    {
        if (_subscriptions.Count == MostSubscriptions)
            return null;

        var number = _next++;
        var feed = accounts.Of(account);
        void Offer(ReadOnlyMemory<byte> told) => socket.Offer(to =>
        {
            to.WriteStartObject();
            to.WriteNumber("subscriptionId"u8, number);
            to.WritePropertyName("event"u8);
            to.WriteRawValue(told.Span);
            to.WriteEndObject();
        });
        var listener = WireAccountWriting.Listener(Offer);
        _subscriptions.Add(number, (feed, listener, isOfSession));
        await feed.JoinAsync(listener, leaving);
        return number;
    }

    /// <summary>Ends a subscription, or all if the number is null.</summary>
    public void Unlisten(int? number) => Unlisten(own => number is null || own == number);

    /// <summary>Ends the subscriptions of the session.</summary>
    public void UnlistenSession() => Unlisten(own => _subscriptions[own].IsOfSession);

    private void Unlisten(Func<int, bool> which)
    {
        foreach (var own in _subscriptions.Keys.Where(which).ToArray())
        {
            _subscriptions.Remove(own, out var subscription);
            subscription.Feed.Leave(subscription.Listener);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Unlisten(static own => true);
}

/// <summary>Message of a client.</summary>
/// <param name="Id">Id for the answer, as the client wrote it.</param>
/// <param name="Method">Method; null if it cannot be read.</param>
/// <param name="Parameters">Parameters: texts unchanged, numbers and lists as written, null as empty.</param>
internal sealed record WireApiRequest(string Id, string? Method, IReadOnlyDictionary<string, string> Parameters)
{
    private const int LongestId = 64;

    private static readonly Dictionary<string, string> s_none = [];

    public static WireApiRequest Read(ReadOnlyMemory<byte> message)
    {
        var id = "null";
        try
        {
            using var document = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            if (root.TryGetProperty("id", out var told)
                && told.ValueKind is JsonValueKind.Number or JsonValueKind.String
                && told.GetRawText().Length <= LongestId)
                id = told.GetRawText();
            if (!root.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
                return new WireApiRequest(id, null, s_none);

            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            if (root.TryGetProperty("params", out var parameters) && parameters.ValueKind != JsonValueKind.Null)
            {
                foreach (var parameter in parameters.EnumerateObject())
                {
                    // A duplicate member is ambiguous, so the request is rejected.
                    if (!values.TryAdd(parameter.Name, Text(parameter.Value)))
                        return new WireApiRequest(id, null, s_none);
                }
            }

            return new WireApiRequest(id, method.GetString(), values);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new WireApiRequest(id, null, s_none);
        }
    }

    // Null is not the name "null": it is rejected like an empty value.
    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        // A JSON array may have spaces; one in a query may not.
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(element => element.GetRawText()))}]",
        _ => value.GetRawText(),
    };
}
