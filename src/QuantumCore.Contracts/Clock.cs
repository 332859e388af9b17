namespace QuantumCore.Contracts;

/// <summary>The clock in the unit of the records.</summary>
public static class Clock
{
    /// <summary>Now, in Unix nanoseconds.</summary>
    public static long UnixNanos(this TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Nanos();

    /// <summary>A length of time in nanoseconds.</summary>
    public static long Nanos(this TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;
}
