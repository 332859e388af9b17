using System.Net;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Binance;

/// <summary>Where a request comes from.</summary>
/// <param name="Address">The address of the connection.</param>
/// <param name="IsLocal">Whether it is of this machine: published keys are for it alone.</param>
internal readonly record struct WireOrigin(IPAddress? Address, bool IsLocal)
{
    /// <summary>Of a request, or of the one that began a WebSocket.</summary>
    public static WireOrigin Of(HttpContext context) => new(context.Connection.RemoteIpAddress, Call.IsLocal(context.Request));
}
