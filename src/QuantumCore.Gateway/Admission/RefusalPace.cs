namespace QuantumCore.Gateway.Admission;

/// <summary>
/// How long a connection whose order was just refused is not read from. A refusal is answered at once; but who asks
/// again at once, thousands at a time, would take from the others what refusing costs. Up to a pace nobody is held back;
/// beyond it connections go on one after the other at that pace, and none later than after the longest pause.
/// </summary>
internal sealed class RefusalPace(TimeProvider time)
{
    /// <summary>Refusals a second that hold nobody back.</summary>
    public const int PerSecond = 5_000;

    /// <summary>A connection is read again after this time, whatever else happens.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan s_burst = TimeSpan.FromMilliseconds(100);
    private readonly long _interval = Math.Max(1, time.TimestampFrequency / PerSecond);
    private readonly long _ahead = (long)((s_burst + LongestPause).TotalSeconds * time.TimestampFrequency);
    private long _due;

    /// <summary>Counts a refusal; how long to pause after it.</summary>
    public TimeSpan Next()
    {
        while (true)
        {
            var now = time.GetTimestamp();
            var due = Interlocked.Read(ref _due);
            var next = Math.Min(Math.Max(due, now) + _interval, now + _ahead);
            if (Interlocked.CompareExchange(ref _due, next, due) == due)
            {
                var pause = time.GetElapsedTime(now, next) - s_burst;
                return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
            }
        }
    }
}
