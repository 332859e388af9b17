namespace QuantumCore.Grains.Tests;

/// <summary>The system clock with an offset: the day is another. Timers are faster if a test says so.</summary>
internal sealed class ShiftedTime(int timersFaster = 1) : TimeProvider
{
    // Starts at noon, so that no test is still running when the day ends by itself.
    private long _ticks = (TimeSpan.FromHours(36) - TimeProvider.System.GetUtcNow().TimeOfDay).Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _ticks));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Faster(dueTime), Faster(period));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    // Rounded up, and infinity stays.
    private TimeSpan Faster(TimeSpan time) =>
        time > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / timersFaster)) : time;
}
