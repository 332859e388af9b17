namespace QuantumCore.Client.Tests;

/// <summary>
/// A clock on which pauses pass instantly and are recorded. Timers of the given patience never fire: they guard against
/// missing responses.
/// </summary>
internal sealed class InstantTime(TimeSpan patience) : TimeProvider
{
    private readonly Lock _gate = new();
    private long _ticks;

    internal List<TimeSpan> Pauses { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == patience || dueTime == Timeout.InfiniteTimeSpan)
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        lock (_gate)
            Pauses.Add(dueTime);

        Interlocked.Add(ref _ticks, dueTime.Ticks);
        return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
