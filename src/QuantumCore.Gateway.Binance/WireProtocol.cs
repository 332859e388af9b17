using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Binance;

/// <summary>Routes of the Binance interface, and its format of rejections.</summary>
internal sealed class WireProtocol(WireHttp http, WireCalls calls, WireStreams streams, WireApi api) : IErrorFormat
{
    /// <inheritdoc/>
    public IEnumerable<ProtocolRoute> Routes =>
    [
        .. calls.All.Select(call =>
            new ProtocolRoute(call.Lane, call.Method, call.Path, context => http.ServeAsync(context, call))),
        new(Lane.Streams, "GET", "/ws/{**streams}", streams.ServeRawAsync),
        new(Lane.Streams, "GET", "/stream/ws/{**streams}", streams.ServeRawAsync),
        new(Lane.Streams, "GET", "/ws-api/v3", api.ServeAsync),
        new(Lane.Streams, "GET", "/stream", streams.ServeWrappedAsync),
    ];

    /// <inheritdoc/>
    public bool Owns(PathString path) =>
        path.StartsWithSegments("/api/v3", StringComparison.OrdinalIgnoreCase)
            || path.StartsWithSegments("/sapi", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public ValueTask<FlushResult> RefuseAsync(HttpContext context, Refusal refusal) =>
        WireHttp.RefuseAsync(context, refusal);

    /// <inheritdoc/>
    public ValueTask<FlushResult> RefuseUnknownAsync(HttpContext context, string detail, int status) =>
        WireHttp.WriteAsync(context, WireError.NotSupported(detail, status));
}
