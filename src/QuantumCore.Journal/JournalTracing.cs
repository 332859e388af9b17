using System.Diagnostics;

namespace QuantumCore.Journal;

/// <summary>Makes a span for each wait for a record's commit within a trace.</summary>
public static class JournalTracing
{
    /// <summary>Name of the activity source, for collectors.</summary>
    public const string SourceName = "QuantumCore.Journal";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Begins the span of a wait; returns null if nobody collects it.</summary>
    internal static Activity? Begin(JournalStream stream, long sequence)
    {
        if (!s_source.HasListeners() || Activity.Current is not { } caller)
            return null;

        var span = s_source.StartActivity("durable");
        span?.SetTag("stream", stream.Name).SetTag("sequence", sequence);
        Activity.Current = caller;
        return span;
    }

    /// <summary>Ends the span when the wait ends.</summary>
    internal static async Task UntilAsync(Task durable, Activity span)
    {
        try
        {
            await durable.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            span.SetStatus(ActivityStatusCode.Error, error.GetType().Name);
            throw;
        }
        finally
        {
            span.Stop();
        }
    }
}
