using System.Buffers;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// A trader's connection. Orders are entered in the sequence they arrive, other requests at once. All are answered when
/// their outcomes are known. While too many requests are in flight, no more are read.
/// </summary>
internal sealed class TradingSocket(
    MessageSocket socket,
    long account,
    string trace,
    IPAddress? address,
    Func<ValueTask<bool>> isStillIn,
    OrderDesk desk,
    CancelReplace cancelReplace,
    CancelOnDisconnect cancels,
    Listings listings,
    KeyRing keys,
    SessionRegistry sessions,
    Door door,
    Quotas quotas,
    ILogger log) : IAsyncDisposable
{
    /// <summary>Close reason of a connection whose session another one has taken.</summary>
    private const string PlaceIsTaken = "Another connection has taken this session.";

    private readonly RequestRoom _room = new();
    private readonly OrderQueue _queue = new(desk, new ConnectionOrders(cancels, account), door, account, log);
    private readonly Lock _lock = new();
    private volatile bool _hasEnded;
    private volatile AtEnd _atEnd;
    private string? _session;
    private SessionClaim? _claim;
    private Task? _end;

    /// <summary>Orders that the end of a connection cancels.</summary>
    private enum AtEnd
    {
        Nothing = 0,
        OrdersOfConnection = 1,
        OrdersOfAccount = 2,
    }

    /// <summary>Handles a message; completes when the next may come.</summary>
    public async ValueTask ObeyAsync(ReadOnlyMemory<byte> message)
    {
        var length = message.Length;
        var text = Call.Parse(new ReadOnlySequence<byte>(message), WireJson.Default.TradingText, out var refusal);
        if (text?.Id is { IsValid: false })
        {
            refusal = Refusal.Malformed("id", "The id must be a number or a string of at most 64 characters.");
            text = null;
        }

        if (text is null)
        {
            // A malformed request may still have a readable id.
            Refuse(IdOf(message), refusal);
            return;
        }

        await _room.EnterAsync();
        if (_hasEnded)
        {
            _room.Leave();
            return;
        }

        // All waiting happens here, so that no order overtakes an earlier one.
        if (await AdmitsAsync(text))
            _ = ServeAsync(text, length);
        else
            _room.Leave();
    }

    private static RequestId? IdOf(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("id"u8, out var given)
                && given.Deserialize(WireJson.Default.RequestId) is { IsValid: true } id
                ? id
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second is of a text that is no Unicode: a document reads its texts late.
            return null;
        }
    }

    /// <summary>Waits for requests in flight, then cancels the orders that the client chose.</summary>
    public async ValueTask DisposeAsync() => await EndAsync();

    /// <summary>
    /// Ends the connection's work, once. Completes when that is done, and the next connection of its session may begin.
    /// </summary>
    private Task EndAsync()
    {
        lock (_lock)
            return _end ??= EndOnceAsync();
    }

    private async Task EndOnceAsync()
    {
        _hasEnded = true;
        try
        {
            if (_atEnd != AtEnd.Nothing)
                _queue.Close();
            if (_atEnd == AtEnd.OrdersOfAccount)
                door.RefuseWaiting(account);
            await _room.DisposeAsync();
            if (_atEnd == AtEnd.OrdersOfAccount)
                await cancels.CancelAllLeftAsync(account);
            else if (_atEnd == AtEnd.OrdersOfConnection)
                await _queue.Entered.CancelLeftAsync();
        }
        finally
        {
            _claim?.Dispose();
        }
    }

    /// <summary>Ends the connection for a newer one that has named the same session.</summary>
    private void GiveWay()
    {
        socket.Close(PlaceIsTaken);
        _ = EndAsync();
    }

    private static bool IsOrders(TradingText text) => text.Op is "place" or "batch";

    /// <summary>Returns true if a request may be served now; otherwise the request is answered here.</summary>
    private async ValueTask<bool> AdmitsAsync(TradingText text)
    {
        try
        {
            var lane = IsOrders(text) ? Lane.Orders : Lane.Urgent;
            if (!await isStillIn())
                Refuse(text, new Refusal(RejectReason.Unauthorized));
            else if (!quotas.TakeAddress(address, lane) || !keys.MayAsk(account, lane))
                Refuse(text, new Refusal(RejectReason.TooManyRequests));
            else
                return true;
        }
        catch (Exception error)
        {
            Fail(text, error);
        }

        return false;
    }

    private async Task ServeAsync(TradingText text, int length)
    {
        using var span = RequestTrace.OfMessage("WS /trading", IsOrders(text) ? text.Op! : "cancel");
        try
        {
            await CarryAsync(text, length);
        }
        catch (Exception error)
        {
            Fail(text, error);
        }
        finally
        {
            _room.Leave();
        }
    }

    private void Fail(TradingText text, Exception error)
    {
        Log.RequestFailed(log, "WS /trading", trace, error);
        Refuse(text, new Refusal(RejectReason.OutcomeUnknown));
    }

    private ValueTask CarryAsync(TradingText text, int length) => text.Op switch
    {
        "place" => PlaceAsync(text, length),
        "batch" => PlaceBatchAsync(text, length),
        "cancel" => CancelAsync(text),
        "cancelAll" => CancelAllAsync(text),
        "cancelOnDisconnect" => CancelAtEndAsync(text),
        var op => RefusedAsync(
            text, Refusal.NotOneOf("op", op, "place", "batch", "cancel", "cancelAll", "cancelOnDisconnect")),
    };

    private async ValueTask PlaceAsync(TradingText text, int length)
    {
        if (text.Order is not { } order)
        {
            Refuse(text, Refusal.Not("order", null, "an object with the order's members"));
            return;
        }

        var (refusal, reports, _) = await _queue.EnterAsync([order], Door.Weight(length));
        if (refusal is { } refused)
            Refuse(text, refused);
        else
            await AnswerOrderAsync(text, reports[0].Report, reports[0].Detail);
    }

    private async ValueTask PlaceBatchAsync(TradingText text, int length)
    {
        var (refusal, reports, _) = await _queue.EnterAsync(text.Orders, Door.Weight(length));
        var listed = await listings.BySymbolAsync();
        if (refusal is { } refused)
            Refuse(text, refused);
        else
            Reply(text.Id, 200, to => OrderAnswer.WriteBatch(to, reports, listed, trace));
    }

    private async ValueTask CancelAllAsync(TradingText text)
    {
        // A client that means one order must not lose all of them.
        if (text.OrderId is not null || text.ClientOrderId is not null)
        {
            Refuse(text, Refusal.Malformed(
                text.OrderId is not null ? "orderId" : "clientOrderId",
                "cancelAll takes symbol and side only; cancel one order with op 'cancel'"));
            return;
        }

        var (refusal, cancelled) = await desk.CancelAllAsync(account, text.Symbol, text.Side, _queue);
        if (refusal is { } refused)
            Refuse(text, refused);
        else
            Reply(text.Id, 200, to => Api.ApiJson.Write(to, new Api.CancelCount(cancelled)));
    }

    private async ValueTask CancelAsync(TradingText text)
    {
        if (text is { ClientOrderId: { } name, OrderId: null, Symbol: null })
        {
            // An order sent just before the cancel must exist first.
            await _queue.EnteringAsync(name);
            if (ClientOrderId.IsValid(name))
                await AnswerOrderAsync(text, await cancelReplace.CancelByClientOrderIdAsync(account, name), null);
            else
                Refuse(text, Refusal.NotAKey("clientOrderId", name));
        }
        else if (text is
        {
            ClientOrderId: null, OrderId: > 0 and <= OrderDesk.LargestId and var orderId,
            Symbol: { } symbol
        })
        {
            await AnswerOrderAsync(text, await cancelReplace.CancelAsync(account, symbol, orderId), null);
        }
        else
        {
            Refuse(text, Refusal.Malformed("orderId", "The request must have symbol and orderId, or clientOrderId."));
        }
    }

    /// <summary>
    /// Sets the cancel at the end, and names the session. Another connection with that session is ended first.
    /// </summary>
    private async ValueTask CancelAtEndAsync(TradingText text)
    {
        var of = text.Of ?? "connection";
        if (text.On is not { } on)
        {
            Refuse(text, Refusal.NotOneOf("on", null, "true", "false"));
        }
        else if (of is not ("connection" or "account"))
        {
            Refuse(text, Refusal.NotOneOf("of", of, "connection", "account"));
        }
        else if (text.Session is { } name && (!ClientOrderId.IsValid(name) || (_session ?? name) != name))
        {
            Refuse(text, Refusal.Not("session", name, $"{ClientOrderId.Rule}, the same for the whole connection"));
        }
        else if (await TakePlaceAsync(text.Session ?? (on && of == "account" ? "" : null)) != SessionRefusal.None)
        {
            Refuse(text, new Refusal(
                RejectReason.Overloaded, "session", null,
                $"session {RefusalText.Shown(text.Session ?? "")} is of a connection that has not ended yet; retry"));
        }
        else
        {
            _atEnd = !on ? AtEnd.Nothing : of == "account" ? AtEnd.OrdersOfAccount : AtEnd.OrdersOfConnection;
            Reply(text.Id, 200, to => WriteOn(to, on));
        }
    }

    private async ValueTask<SessionRefusal> TakePlaceAsync(string? name)
    {
        if (name is null || _session is not null)
            return SessionRefusal.None;

        _session = name;
        var (claim, refusal) = await sessions.ClaimAsync(account, $"trading {name}", mayTrade: true, GiveWay);
        lock (_lock)
        {
            if (!_hasEnded)
                _claim = claim;
        }

        // The claim took longer than the connection lived.
        if (_claim is null)
            claim?.Dispose();
        _session = _claim is null ? null : name;
        return refusal;
    }

    private async ValueTask AnswerOrderAsync(TradingText text, ExecutionReport report, string? detail)
    {
        var listed = await listings.BySymbolAsync();
        if (OrderAnswer.IsOrder(report, listed))
            Reply(text.Id, 200, to => to.WriteOrder(report, listed));
        else
            Refuse(text, OrderAnswer.Refused(report, listed, detail));
    }

    private ValueTask RefusedAsync(TradingText text, Refusal refusal)
    {
        Refuse(text, refusal);
        return ValueTask.CompletedTask;
    }

    private void Refuse(TradingText text, Refusal refusal) => Refuse(text.Id, refusal);

    private void Refuse(RequestId? id, Refusal refusal) =>
        Reply(id, refusal.Status, to => Answer.WriteProblem(to, refusal, trace));

    private static void WriteOn(Utf8JsonWriter to, bool on)
    {
        to.WriteStartObject();
        to.WriteBoolean("cancelOnDisconnect"u8, on);
        to.WriteEndObject();
    }

    private void Reply(RequestId? id, int status, Action<Utf8JsonWriter> write) => socket.Offer(to =>
    {
        to.WriteStartObject();
        to.WritePropertyName("id"u8);
        if (id is { } given)
            given.WriteTo(to);
        else
            to.WriteNullValue();
        to.WriteNumber("status"u8, status);
        to.WritePropertyName(status == 200 ? "result"u8 : "error"u8);
        write(to);
        to.WriteEndObject();
    });
}
