using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Hosting;

/// <summary>A log line.</summary>
/// <param name="Sequence">Number since the start of the process, from 1.</param>
/// <param name="TimeNanos">Time, Unix nanoseconds.</param>
/// <param name="Level">Log level.</param>
/// <param name="Category">Log category of the writer.</param>
/// <param name="Event">Event id.</param>
/// <param name="Message">Message, cut after 1,000 characters.</param>
/// <param name="Exception">Exception, cut after 2,000 characters; null if there is none.</param>
internal sealed record RecentLine(
    long Sequence, long TimeNanos, LogLevel Level, string Category, int Event, string Message, string? Exception);

/// <summary>
/// Newest warnings and errors of this process, for the operator's page; independent of other log sinks. Values of
/// scopes are left out, as in the log itself, because people put keys into queries.
/// </summary>
internal sealed class RecentLog(TimeProvider time) : ILoggerProvider
{
    /// <summary>Number of lines kept.</summary>
    public const int Kept = 200;

    private const int LongestMessage = 1_000;
    private const int LongestException = 2_000;

    private readonly Lock _lock = new();
    private readonly Queue<RecentLine> _lines = new();
    private long _sequence;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Returns the lines, newest first.</summary>
    public RecentLine[] Newest()
    {
        lock (_lock)
            return [.. _lines.Reverse()];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It holds memory only.
    }

    private void Add(LogLevel level, string category, int id, string message, string? exception)
    {
        lock (_lock)
        {
            if (_lines.Count == Kept)
                _lines.Dequeue();
            _lines.Enqueue(new RecentLine(++_sequence, time.UnixNanos(), level, category, id, message, exception));
        }
    }

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest] + "…";

    private sealed class Logger(RecentLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !RuntimeWarnings.IsLongTurnOfRuntime(eventId, state))
            {
                var text = exception is null ? null : Cut(exception.ToString(), LongestException);
                log.Add(logLevel, category, eventId.Id, Cut(formatter(state, exception), LongestMessage), text);
            }
        }
    }
}
