using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// HTTP protocol of the exchange. Its assembly registers it as a service; the gateway maps its routes and admits its
/// requests. It rejects them with problem details (RFC 9457), unless the protocol is an <see cref="IErrorFormat"/>.
/// </summary>
internal interface IHttpProtocol
{
    /// <summary>Routes of all calls. Read once, and only if the gateway serves customers.</summary>
    IEnumerable<ProtocolRoute> Routes { get; }
}

/// <summary>Protocol with its own format of rejections.</summary>
internal interface IErrorFormat : IHttpProtocol
{
    /// <summary>Returns true if requests to this path are the protocol's, even if no route has it.</summary>
    bool Owns(PathString path);

    /// <summary>Rejects a request that was not admitted, or whose call failed.</summary>
    ValueTask<FlushResult> RefuseAsync(HttpContext context, Refusal refusal);

    /// <summary>Rejects an unknown path or method.</summary>
    /// <param name="context">Request to a path that the protocol owns.</param>
    /// <param name="detail">Error message.</param>
    /// <param name="status">HTTP status: 404 or 405.</param>
    ValueTask<FlushResult> RefuseUnknownAsync(HttpContext context, string detail, int status);
}

/// <summary>A call of a protocol.</summary>
/// <param name="Lane">Admission lane.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Route pattern.</param>
/// <param name="Call">Handler.</param>
internal sealed record ProtocolRoute(Lane Lane, string Method, string Path, Func<HttpContext, Task> Call)
{
    /// <summary>Metadata of the endpoint.</summary>
    public IReadOnlyList<object> Metadata { get; init; } = [];
}
