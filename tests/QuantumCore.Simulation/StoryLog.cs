using Microsoft.Extensions.Logging;

namespace QuantumCore.Simulation;

/// <summary>Writes a silo's log to the story, if there is one.</summary>
internal sealed class StoryLog(World world, string silo) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => world.Story is not null || logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        world.Tell($"{silo}: {logLevel}: {formatter(state, exception)} {exception}");
        // A turn may fail because its activation is stale. Any other failure inside a turn is a defect.
        var isDefect = eventId.Name == "TurnFailed"
            && exception is InvalidOperationException or InvalidDataException or ArgumentException;
        var mayBe =
            world.MayHalt is { } symbol && formatter(state, exception).Contains(symbol, StringComparison.Ordinal);
        if (isDefect || (logLevel == LogLevel.Critical && !mayBe))
            world.Find($"{silo} says: {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
