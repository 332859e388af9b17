using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway;

/// <summary>A line of the log.</summary>
/// <param name="Sequence">Its number since the start of the process, from 1.</param>
/// <param name="TimeNanos">When, Unix nanoseconds.</param>
/// <param name="Level">How bad it is.</param>
/// <param name="Category">Who wrote it.</param>
/// <param name="Event">The number of the event.</param>
/// <param name="Message">What happened; cut after 1,000 characters.</param>
/// <param name="Exception">The exception; cut after 2,000 characters; null when there is none.</param>
internal sealed record RecentLine(
    long Sequence, long TimeNanos, LogLevel Level, string Category, int Event, string Message, string? Exception);

/// <summary>
/// The newest warnings and errors of this process, whatever else is written elsewhere: for the operator's page. Values of scopes are
/// left out, as in the log itself: people put keys into queries.
/// </summary>
internal sealed class RecentLog(TimeProvider time) : ILoggerProvider
{
    /// <summary>Lines that are kept.</summary>
    public const int Kept = 200;

    private const int LongestMessage = 1_000;
    private const int LongestException = 2_000;

    private readonly Lock _lock = new();
    private readonly Queue<RecentLine> _lines = new();
    private long _sequence;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>The lines, the newest first.</summary>
    public RecentLine[] Newest()
    {
        lock (_lock)
            return [.. _lines.Reverse()];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It holds memory alone.
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
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !RuntimeWarnings.IsLongTurnOfRuntime(eventId, state))
            {
                var text = exception is null ? null : Cut(exception.ToString(), LongestException);
                log.Add(logLevel, category, eventId.Id, Cut(formatter(state, exception), LongestMessage), text);
            }
        }
    }
}
