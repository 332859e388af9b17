using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Gateway;

/// <summary>The name of a request in answers, logs and spans, which grains that it calls know too.</summary>
public static class RequestTrace
{
    /// <summary>The source of the spans of messages on sockets; those of HTTP requests are the framework's.</summary>
    public const string SourceName = "QuantumCore.Gateway";

    /// <summary>Key in the context of grain calls. It is there while somebody logs what is less than a warning.</summary>
    public const string Key = "trace";

    /// <summary>Header of every answer of the API.</summary>
    public const string Header = "X-Trace-Id";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Gives the span of a request the name of its route, and where spans are collected the request the id of its trace.</summary>
    internal static Activity? Name(HttpContext context, string route)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span)
            return null;

        context.TraceIdentifier = span.TraceId.ToHexString();
        span.DisplayName = route;
        return span;
    }

    /// <summary>Says how the request was answered.</summary>
    internal static void Answered(Activity? span, int status)
    {
        span?.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Nobody wants to see the request among the spans: somebody looks how the exchange is, all the time.</summary>
    internal static void Drop()
    {
        if (Activity.Current is { } span)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    /// <summary>What follows on a socket is no part of the request that opened it. For the flow of the calling method alone.</summary>
    internal static void Leave() => Activity.Current = null;

    /// <summary>Begins the span of one message on a socket, a trace of its own; null when nobody collects it.</summary>
    internal static Activity? OfMessage(string socket, string message)
    {
        Leave();
        return s_source.HasListeners() ? s_source.StartActivity($"{socket} {message}", ActivityKind.Server) : null;
    }
}
