using System.Text;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Gateway.Http;

/// <summary>What a supervisor asks.</summary>
internal sealed class HealthCalls(ExchangeReadiness readiness, HistoryReadiness history, MetricsPage page)
{
    /// <summary>GET /health/live</summary>
    public static Task Live(HttpContext context) => Text(context, "live\n", "text/plain; charset=utf-8");

    /// <summary>GET /health/ready</summary>
    public async Task Ready(HttpContext context) =>
        await Tell(context, readiness.NotReady ?? await history.NotReadyAsync(context.RequestAborted));

    /// <summary>GET /health/trading: the same without the history, which no order needs.</summary>
    public Task Trading(HttpContext context) => Tell(context, readiness.NotReady);

    private static Task Tell(HttpContext context, string? why)
    {
        context.Response.StatusCode = why is null ? 200 : 503;
        return Text(context, why is null ? "ready\n" : $"not ready: {why}\n", "text/plain; charset=utf-8");
    }

    /// <summary>GET /metrics</summary>
    public Task Metrics(HttpContext context) => Text(context, page.Text(), "text/plain; version=0.0.4; charset=utf-8");

    private static async Task Text(HttpContext context, string text, string type)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
