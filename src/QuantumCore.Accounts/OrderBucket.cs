namespace QuantumCore.Accounts;

/// <summary>
/// How often orders may come: a bucket of tokens, one for each order, that fills evenly. It knows no clock: time comes with
/// each question, from records, so that the same records always leave the same level.
/// </summary>
public sealed class OrderBucket
{
    /// <summary>Most orders a second, and most at once.</summary>
    public const long Limit = 1_000_000;

    private const long Second = 1_000_000_000;
    private const long LeastTurnBackNanos = 60 * Second;

    private readonly long _perSecond;
    private readonly long _burst;

    /// <summary>A bucket that is full.</summary>
    /// <param name="perSecond">Orders a second that it fills by, 0 to <see cref="Limit"/>.</param>
    /// <param name="burst">Orders at once that it holds, 0 to <see cref="Limit"/>.</param>
    /// <param name="timeNanos">Now, Unix nanoseconds.</param>
    public OrderBucket(long perSecond, long burst, long timeNanos)
        : this(perSecond, burst, timeNanos, burst * Second)
    {
    }

    /// <summary>A bucket as it was.</summary>
    /// <param name="perSecond">Orders a second that it fills by.</param>
    /// <param name="burst">Orders at once that it holds.</param>
    /// <param name="timeNanos">When it was that, Unix nanoseconds.</param>
    /// <param name="level">What was in it, in billionths of an order.</param>
    public OrderBucket(long perSecond, long burst, long timeNanos, long level) =>
        (_perSecond, _burst, TimeNanos, Level) = (perSecond, burst, timeNanos, level);

    /// <summary>When it was last touched, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>What was in it then, in billionths of an order.</summary>
    public long Level { get; private set; }

    /// <summary>Whether so many orders may come now.</summary>
    public bool Has(int orders, long nowNanos) => LevelAt(nowNanos) >= orders * Second;

    /// <summary>Orders came. Taking what is not there empties it.</summary>
    public void Take(int orders, long nowNanos)
    {
        Level = Math.Max(0, LevelAt(nowNanos) - (orders * Second));
        TimeNanos = IsTurnedBack(nowNanos) ? nowNanos : Math.Max(TimeNanos, nowNanos);
    }

    // Tokens times a second, filling by the rate for each nanosecond: nothing is divided, so that nothing is lost.
    private long LevelAt(long nowNanos) => IsTurnedBack(nowNanos)
        ? _burst * Second
        : (long)Int128.Min((Int128)_burst * Second, Level + ((Int128)_perSecond * Math.Max(0, nowNanos - TimeNanos)));

    // A clock that ran ahead dated the last order, and an operator corrected that: the bucket is full.
    private bool IsTurnedBack(long nowNanos) => TimeNanos - nowNanos >= LeastTurnBackNanos;
}
