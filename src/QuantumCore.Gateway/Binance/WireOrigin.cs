using System.Net;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Binance;

/// <summary>Origin of a request.</summary>
/// <param name="Address">Client IP.</param>
/// <param name="IsLocal">True if it comes from this machine, which alone may use published keys.</param>
internal readonly record struct WireOrigin(IPAddress? Address, bool IsLocal)
{
    /// <summary>Returns the origin of a request, or of the request that opened a WebSocket.</summary>
    public static WireOrigin Of(HttpContext context) => new(context.Connection.RemoteIpAddress, Call.IsLocal(context.Request));
}
