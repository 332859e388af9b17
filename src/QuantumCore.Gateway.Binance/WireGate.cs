using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Authenticates and authorizes requests: key, signature, timestamp and rights.</summary>
internal sealed class WireGate(KeyRing keys, SecretSeal seal, WireLimits limits, ClientClock clock)
{
    private const long LongestWindowMicros = 60_000_000;
    private const long DefaultWindowMicros = 5_000_000;
    private const long FutureMicros = 1_000_000;

    /// <summary>Checks and runs a request, or returns its error. Its weight is counted already.</summary>
    /// <param name="call">Requested call.</param>
    /// <param name="parameters">Parameters of the request.</param>
    /// <param name="keyText">API key that the client sent.</param>
    /// <param name="origin">Origin of the request.</param>
    /// <param name="counted">Gets the number of counted orders, if any were counted.</param>
    public async ValueTask<WireAnswer> RunAsync(
        WireCall call,
        WireParameters parameters,
        string? keyText,
        WireOrigin origin,
        Action<(int TenSeconds, int Day)> counted)
    {
        if (parameters.Wrong is { } malformed)
            return malformed;

        ApiKey? key = null;
        if (call.Security != WireSecurity.None)
        {
            (var refusal, key) = await IdentifyAsync(call.Security, call.Lane, keyText, origin);
            if (refusal is { } refused)
                return refused;
            if (call.Security != WireSecurity.Key
                && (CheckTime(parameters, keyText, $"{call.Method} {call.Path}")
                    ?? CheckSignature(parameters, key!)) is { } wrong)
            {
                return wrong;
            }
        }

        return await AnswerAsync(call, new WireRequest(parameters, key, origin.Address, keyText), counted);
    }

    /// <summary>Runs a request of an authenticated caller.</summary>
    public async ValueTask<WireAnswer> AnswerAsync(
        WireCall call, WireRequest request, Action<(int TenSeconds, int Day)> counted)
    {
        if (call.Orders > 0)
        {
            var tooMany = limits.TakeOrders(request.Account, call.Orders);
            counted(limits.Orders(request.Account));
            if (tooMany is { } refused)
                return refused;
        }

        return await call.Answer(request);
    }

    /// <summary>Returns the key of a text, or the error why it is not accepted.</summary>
    public async ValueTask<(WireError? Refusal, ApiKey? Key)> IdentifyAsync(
        WireSecurity security, Lane lane, string? keyText, WireOrigin origin)
    {
        if (string.IsNullOrEmpty(keyText))
            return (WireError.BadKey, null);
        if (await keys.FindAsync(keyText, origin.Address) is not { } key || key.Account == 0
            || (key.IsDemo && !origin.MayUseDemo))
            return (WireError.NotAllowed, null);
        if ((security == WireSecurity.Read && !key.Rights.HasFlag(KeyRights.Read))
            || (security == WireSecurity.Trade && !key.Rights.HasFlag(KeyRights.Trade))
            || (security >= WireSecurity.Read && key.Signing is null))
        {
            return (WireError.NotAllowed, null);
        }

        return keys.MayAsk(key.Account, lane)
            ? (null, key)
            : (WireError.Of(new Refusal(RejectReason.TooManyRequests)), null);
    }

    /// <summary>Verifies the signature of a request; returns an error, or null.</summary>
    public WireError? CheckSignature(WireParameters parameters, ApiKey key) =>
        parameters.Signature is not { Length: > 0 } signature
        ? WireError.Missing("signature")
        : RequestSignature.IsValid(seal, key, parameters.Payload, signature) ? null : WireError.BadSignature;

    /// <summary>
    /// Checks the timestamp of a request by the clock of its key. It must not be older than the receive window, and at
    /// most a second ahead. It is in milliseconds, or in microseconds if it has 16 digits. Returns an error, or null.
    /// </summary>
    /// <param name="parameters">The request.</param>
    /// <param name="keyText">API key that the client sent.</param>
    /// <param name="what">Name of the call, for the report to a test that set the clock wrong.</param>
    public WireError? CheckTime(WireParameters parameters, string? keyText, string what)
    {
        var window = parameters.Text("recvWindow");
        var windowMicros = DefaultWindowMicros;
        if (window is not null
            && DecimalText.TryParse(
                WireParameters.WithoutLeadingZeros(window), 3, out windowMicros) != DecimalError.None)
            return WireError.Invalid("recvWindow");
        if (windowMicros > LongestWindowMicros)
            return new WireError(-1131, "recvWindow must be less than 60000.");

        if (parameters.Number("timestamp", 0, long.MaxValue / 1_000) is not { } stamp)
            return parameters.Wrong ?? WireError.Missing("timestamp");

        var stampMicros = stamp < WireMarket.LeastMicros ? stamp * 1_000 : stamp;
        var wrong = Judge(stampMicros, windowMicros, clock.NowFor(keyText));
        if (wrong is not null && clock.SkewFor(keyText) is var skew && skew != TimeSpan.Zero
            && Judge(stampMicros, windowMicros, clock.NowFor(keyText) - skew) is null)
        {
            clock.Mislead(keyText, what);
        }

        return wrong;
    }

    private static WireError? Judge(long stampMicros, long windowMicros, DateTimeOffset now)
    {
        var nowMicros = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        if (stampMicros >= nowMicros + FutureMicros)
            return new WireError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
        return nowMicros - stampMicros <= windowMicros
            ? null
            : new WireError(-1021, "Timestamp for this request is outside of the recvWindow.");
    }
}
