using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// WebSocket call for order entry: many requests in flight, each answered when its outcome is durable.
/// </summary>
internal sealed class TradingCall(
    OrderDesk desk,
    CancelReplace cancelReplace,
    CancelOnDisconnect cancels,
    Listings listings,
    KeyRing keys,
    UserSessions sessions,
    SessionRegistry registry,
    Door door,
    Quotas quotas,
    GatewayOptions options,
    BurstRoom bursts,
    GatewayMetrics metrics,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<TradingCall> log)
{
    /// <summary>GET /trading: opens a connection for orders.</summary>
    /// <remarks>
    /// This is a WebSocket. It needs a key or session with an account. Up to 256 requests may be in flight, and each
    /// gets its response when its outcome is durable; the members are those of the calls over HTTP. Expect
    /// <c>BadRequest</c> for a request that is no WebSocket.
    /// </remarks>
    public async Task ServeAsync(HttpContext context, Caller caller)
    {
        metrics.ReaderCame();
        try
        {
            using var accepted = await context.WebSockets.AcceptWebSocketAsync();
            RequestTrace.Leave();
            using var socket =
                new MessageSocket(options, bursts, metrics, time, log, messagesPerTenSeconds: int.MaxValue);
            await using var trader = new TradingSocket(
                socket, caller.Account, context.TraceIdentifier, context.Connection.RemoteIpAddress,
                Call.StillKnown(context, keys, sessions), desk, cancelReplace, cancels, listings, keys,
                registry, door, quotas, log);
            await socket.RunAsync(accepted, trader.ObeyAsync, lifetime.ApplicationStopping, context.RequestAborted);
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
}
