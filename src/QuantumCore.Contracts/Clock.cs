namespace QuantumCore.Contracts;

/// <summary>Conversions between .NET time and the records' Unix nanoseconds.</summary>
public static class Clock
{
    /// <summary>Returns the current time, in Unix nanoseconds.</summary>
    public static long UnixNanos(this TimeProvider time) => time.GetUtcNow().UnixNanos();

    /// <summary>Converts a moment to Unix nanoseconds.</summary>
    public static long UnixNanos(this DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).Nanos();

    /// <summary>Converts Unix nanoseconds to a UTC moment, with a resolution of 100 ns.</summary>
    public static DateTimeOffset At(long unixNanos) =>
        DateTimeOffset.UnixEpoch.AddTicks(unixNanos / TimeSpan.NanosecondsPerTick);

    /// <summary>Converts a length of time to nanoseconds.</summary>
    public static long Nanos(this TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;
}
