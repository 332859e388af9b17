using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Streams;

/// <summary>The WebSocket call: one reader per connection.</summary>
internal sealed class StreamCall(
    BookFeeds feeds,
    Listings listings,
    GatewayOptions options,
    GatewayMetrics metrics,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<StreamCall> log)
{
    /// <summary>GET /stream</summary>
    public async Task Serve(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Answer.Refuse(context, Refusal.Malformed(null, "This call is a WebSocket."), StatusCodes.Status400BadRequest);
            return;
        }

        metrics.ReaderCame();
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await using var reader = new StreamReader(socket, feeds, listings, options, metrics, time, log);
            await reader.Run(lifetime.ApplicationStopping, context.RequestAborted);
        }
        catch (WebSocketException)
        {
            // The peer is gone; there is no one to tell.
        }
        finally
        {
            metrics.ReaderWent();
        }
    }
}
