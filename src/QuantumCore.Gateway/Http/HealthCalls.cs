using System.Text;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Gateway.Http;

/// <summary>What a supervisor asks.</summary>
internal sealed class HealthCalls(ExchangeReadiness readiness, MetricsPage page)
{
    /// <summary>GET /health/live</summary>
    public static Task Live(HttpContext context) => Text(context, "live\n", "text/plain; charset=utf-8");

    /// <summary>GET /health/ready</summary>
    public Task Ready(HttpContext context)
    {
        var why = readiness.NotReady;
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
