namespace QuantumCore.Grains.Tests;

/// <summary>The system clock with an offset: waits are unchanged, but the day is another.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    // Starts at noon, so that no test is still running when the day ends by itself.
    private long _ticks = (TimeSpan.FromHours(36) - TimeProvider.System.GetUtcNow().TimeOfDay).Ticks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _ticks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
