namespace QuantumCore.Clearing;

/// <summary>
/// An operator's confirmation that the clock is right now and ran ahead before. A stream whose last record is dated in
/// the future continues at the clock's time. Without it, every later record gets that record's time until the clock
/// reaches it.
/// </summary>
public sealed class TimeCorrection
{
    // Clocks of several machines differ by less.
    private const long LeastNanos = 60_000_000_000;

    /// <summary>
    /// Returns the time of a stream's next record: now, but not before the last record unless that is corrected.
    /// </summary>
    /// <param name="lastNanos">Time of the last record, Unix nanoseconds.</param>
    /// <param name="now">Unix nanoseconds.</param>
    /// <param name="corrects">True to treat a last record that is at least a minute ahead as wrong.</param>
    public static long After(long lastNanos, long now, bool corrects) =>
        corrects && lastNanos - now >= LeastNanos ? now : Math.Max(now, lastNanos);
}
