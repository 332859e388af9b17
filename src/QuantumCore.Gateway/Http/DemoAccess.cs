using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// Decides which requests may use the published demo keys, or no key: those from this machine that no proxy forwarded,
/// or all if the demo serves everyone.
/// </summary>
internal static class DemoAccess
{
    /// <summary>Headers that proxies add and clients rarely do. Each alone reveals a proxy.</summary>
    private static readonly FrozenSet<string> s_proxyHeaders = new[]
    {
        "Via", "Forwarded", "X-Forwarded", "X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP",
        "X-Cluster-Client-IP",
        "X-ProxyUser-IP", "X-Appengine-User-IP", "CDN-Loop", "Proxy-Connection", "X-Forwarded-For", "X-Forwarded-Host",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Prefixes of such headers. The framework renames the headers of a trusted proxy to <c>X-Original-</c>.
    /// </summary>
    private static readonly string[] s_proxyPrefixes =
        [
            "X-Forwarded-", "X-Original-", "CF-", "X-Envoy-", "X-Amzn-", "X-Azure-", "X-Arr-", "X-Vercel-", "Fastly-",
            "Fly-", "Akamai-", "Tailscale-"];

    /// <summary>Rejection for remote use of demo keys.</summary>
    public static Refusal Stranger => new(
        RejectReason.Unauthorized,
        null,
        null,
        "The demo serves this machine alone, under localhost or 127.0.0.1, by HTTP/1.1 or later and without the headers of a proxy (Via, X-Forwarded-For and others); --demo on serves everyone.");

    /// <summary>Returns true if a request may use published keys, or none.</summary>
    public static bool IsAllowed(HttpRequest request) =>
        IsLocal(request) || request.HttpContext.RequestServices.GetRequiredService<GatewayOptions>().DemoAnywhere;

    /// <summary>
    /// Returns true if a request seems to come from this machine: its host name is local, and nothing reveals a proxy.
    /// Many proxies use HTTP/1.0 and add no header.
    /// </summary>
    private static bool IsLocal(HttpRequest request)
    {
        var host = request.Host.Host;
        if (!(host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            || HttpProtocol.IsHttp10(request.Protocol))
            return false;

        // The collection of their names would be a copy.
        foreach (var header in request.Headers)
        {
            if (IsOfProxy(header.Key))
                return false;
        }

        return true;
    }

    // Tracing libraries of clients add X-Amzn-Trace-Id.
    private static bool IsOfProxy(string header) =>
        !header.Equals("X-Amzn-Trace-Id", StringComparison.OrdinalIgnoreCase) && (
        s_proxyHeaders.Contains(header)
            || Array.Exists(s_proxyPrefixes, prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));
}
