using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Gateway.Hosting;

/// <summary>Trace id of a request in answers, logs and spans; the grains it calls know it too.</summary>
public static class RequestTrace
{
    /// <summary>Source of the spans of socket messages. The framework makes those of HTTP requests.</summary>
    public const string SourceName = "QuantumCore.Gateway";

    /// <summary>Key in the context of grain calls. It is set only while a log level below warning is enabled.</summary>
    public const string Key = "trace";

    /// <summary>Header of every answer of the API.</summary>
    public const string Header = "X-Trace-Id";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Trace id of the current span; null if spans are not collected.</summary>
    public static string? Id => Collected?.TraceId.ToHexString();

    // The framework also makes a span for its own logging, which nobody collects.
    private static Activity? Collected => Activity.Current is { } span && span.Source.HasListeners() ? span : null;

    /// <summary>
    /// Names a request's span after its route. If spans are collected, also gives the request its trace id.
    /// </summary>
    internal static Activity? Name(HttpContext context, string route)
    {
        if (Collected is not { } span)
            return null;

        context.TraceIdentifier = span.TraceId.ToHexString();
        span.DisplayName = route;
        return span;
    }

    /// <summary>Records the status of the answer.</summary>
    internal static void Answered(Activity? span, int status)
    {
        span?.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>
    /// Drops a request's span: something polls the exchange's state all the time, and nobody wants those spans.
    /// </summary>
    internal static void Drop()
    {
        if (Activity.Current is { } span)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    /// <summary>
    /// Detaches from the request that opened a socket: what follows is no part of it. Affects the calling method's flow
    /// only.
    /// </summary>
    internal static void Leave() => Activity.Current = null;

    /// <summary>Starts the span of one socket message, in its own trace; null if spans are not collected.</summary>
    internal static Activity? OfMessage(string socket, string message)
    {
        Leave();
        return s_source.HasListeners() ? s_source.StartActivity($"{socket} {message}", ActivityKind.Server) : null;
    }
}
