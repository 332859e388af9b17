using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>WebSocket call for market data streams: one reader per connection.</summary>
internal sealed class StreamCall(
    BookFeeds feeds,
    StreamSources sources,
    KeyRing keys,
    UserSessions sessions,
    Listings listings,
    GatewayOptions options,
    GatewayMetrics metrics,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<StreamCall> log)
{
    /// <summary>GET /stream: opens the stream of market data.</summary>
    /// <remarks>
    /// This is a WebSocket. It needs no key; the channels account and alerts need a key or session with an account,
    /// else <c>Unauthorized</c>. Levels are decimal text, or with <c>units</c> ticks whole ticks and lots. Expect
    /// <c>BadRequest</c> for a request that is no WebSocket.
    /// </remarks>
    public async Task ServeAsync(HttpContext context)
    {
        // Before the WebSocket upgrade: after it, the request is answered and no longer shows its caller.
        var holder = await HolderOfAsync(context);
        metrics.ReaderCame();
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            RequestTrace.Leave();
            using var connection = new MarketStreamConnection(
                socket, holder, feeds, sources, listings, options, metrics, time, log);
            await connection.RunAsync(lifetime.ApplicationStopping, context.RequestAborted);
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

    /// <summary>Returns the holder of the connection; nobody if unknown.</summary>
    private async ValueTask<StreamHolder> HolderOfAsync(HttpContext context) =>
        (await Call.RecogniseAsync(context, keys)).Caller is { } caller
        ? new StreamHolder(caller.Account, Call.StillKnown(context, keys, sessions))
        : new StreamHolder(0, static () => ValueTask.FromResult(false));
}

/// <summary>Holder of a connection.</summary>
/// <param name="Account">Account that it may follow; 0 for none.</param>
/// <param name="MayStill">Returns true while the session or key that opened the connection is valid.</param>
internal sealed record StreamHolder(long Account, Func<ValueTask<bool>> MayStill);
