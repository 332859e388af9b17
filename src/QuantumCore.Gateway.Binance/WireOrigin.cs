using System.Net;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Binance;

/// <summary>Origin of a request.</summary>
/// <param name="Address">Client IP.</param>
/// <param name="MayUseDemo">True if it may use published demo keys.</param>
internal readonly record struct WireOrigin(IPAddress? Address, bool MayUseDemo)
{
    /// <summary>Returns the origin of a request, or of the request that opened a WebSocket.</summary>
    public static WireOrigin Of(HttpContext context) =>
        new(context.Connection.RemoteIpAddress, DemoAccess.IsAllowed(context.Request));
}
