using System.Text;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Gateway.Http;

/// <summary>Answers health checks.</summary>
internal sealed class HealthCalls(ExchangeReadiness readiness, HistoryReadiness history)
{
    /// <summary>GET /health/live</summary>
    public static Task LiveAsync(HttpContext context) => TextAsync(context, "live\n");

    /// <summary>GET /health/ready</summary>
    public async Task ReadyAsync(HttpContext context) =>
        await TellAsync(context, readiness.NotReady ?? await history.NotReadyAsync(context.RequestAborted));

    /// <summary>GET /health/trading: readiness without the history, which no order needs.</summary>
    public Task TradingAsync(HttpContext context) => TellAsync(context, readiness.NotReady);

    private static Task TellAsync(HttpContext context, string? why)
    {
        context.Response.StatusCode = why is null ? 200 : 503;
        return TextAsync(context, why is null ? "ready\n" : $"not ready: {why}\n");
    }

    private static Task TextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(text);
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
