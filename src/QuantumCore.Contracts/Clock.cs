namespace QuantumCore.Contracts;

/// <summary>The clock in the unit of the records.</summary>
public static class Clock
{
    /// <summary>Now, in Unix nanoseconds.</summary>
    public static long UnixNanos(this TimeProvider time) => time.GetUtcNow().UnixNanos();

    /// <summary>A moment in Unix nanoseconds.</summary>
    public static long UnixNanos(this DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Nanos();

    /// <summary>The moment of Unix nanoseconds, in UTC, to 100 ns.</summary>
    public static DateTimeOffset At(long unixNanos) => DateTimeOffset.UnixEpoch.AddTicks(unixNanos / TimeSpan.NanosecondsPerTick);

    /// <summary>A length of time in nanoseconds.</summary>
    public static long Nanos(this TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;
}
