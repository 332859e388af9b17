using System.Diagnostics;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// A span for each call to a grain that is part of a trace: from the call to its answer, the wait for the grain's turn included.
/// What a grain does by itself, a timer's tick for one, is part of no trace and has no spans.
/// </summary>
internal static class CallTracing
{
    private static readonly ActivitySource s_source = new(LocalGrainOptions.TraceSource);

    /// <summary>Begins a span below the caller's, which stays the caller's current one; null when nobody collects it.</summary>
    internal static Activity? Begin(GrainMethod method, GrainReference target)
    {
        if (!s_source.HasListeners() || Activity.Current is not { } caller)
            return null;

        var span = s_source.StartActivity(method.Name);
        span?.SetTag("grain", target.ToString());
        Activity.Current = caller;
        return span;
    }

    /// <summary>Ends a span; what came second, an answer after a time-out for one, ends nothing.</summary>
    internal static void End(Activity? span, Exception? error)
    {
        if (span is null)
            return;

        if (error is not null && !span.IsStopped)
            span.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
        span.Stop();
    }
}
