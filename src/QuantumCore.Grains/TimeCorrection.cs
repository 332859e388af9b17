namespace QuantumCore.Grains;

/// <summary>
/// An operator's word that the clock is right now and ran ahead before. A stream whose last record is dated in the future goes
/// on at the clock's time; without it every later record has the time of that one until the clock comes to it.
/// </summary>
public sealed class TimeCorrection
{
    // Clocks of several machines differ by less.
    private const long LeastNanos = 60_000_000_000;

    /// <summary>Returns the time of a stream's next record: now, but not before the last record unless that is corrected.</summary>
    /// <param name="lastNanos">Time of the last record, Unix nanoseconds.</param>
    /// <param name="now">Unix nanoseconds.</param>
    /// <param name="corrects">Whether a last record that is a minute ahead or more is taken for wrong.</param>
    public static long After(long lastNanos, long now, bool corrects) =>
        corrects && lastNanos - now >= LeastNanos ? now : Math.Max(now, lastNanos);
}
