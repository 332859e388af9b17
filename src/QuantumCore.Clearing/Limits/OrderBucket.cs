namespace QuantumCore.Clearing;

/// <summary>
/// A token bucket that limits the rate of orders; each order takes a token. It has no clock: times come from records,
/// so that the same records always leave the same level.
/// </summary>
public sealed class OrderBucket
{
    /// <summary>Maximum rate in orders per second, and maximum burst in orders.</summary>
    public const long Limit = 1_000_000;

    private const long Second = 1_000_000_000;
    private const long LeastTurnBackNanos = 60 * Second;

    private readonly long _perSecond;
    private readonly long _burst;

    /// <summary>Creates a full bucket.</summary>
    /// <param name="perSecond">Rate at which it fills, in orders per second, 0 to <see cref="Limit"/>.</param>
    /// <param name="burst">Capacity in orders, 0 to <see cref="Limit"/>.</param>
    /// <param name="timeNanos">Current time, Unix nanoseconds.</param>
    public OrderBucket(long perSecond, long burst, long timeNanos)
        : this(perSecond, burst, timeNanos, burst * Second)
    {
    }

    /// <summary>Restores a bucket.</summary>
    /// <param name="perSecond">Rate at which it fills, in orders per second.</param>
    /// <param name="burst">Capacity in orders.</param>
    /// <param name="timeNanos">Time of the level, Unix nanoseconds.</param>
    /// <param name="level">Level, in billionths of an order.</param>
    public OrderBucket(long perSecond, long burst, long timeNanos, long level) =>
        (_perSecond, _burst, TimeNanos, Level) = (perSecond, burst, timeNanos, level);

    /// <summary>Time of the last update, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>Level at the last update, in billionths of an order.</summary>
    public long Level { get; private set; }

    /// <summary>Returns true if the bucket has tokens for the orders now.</summary>
    public bool Has(int orders, long nowNanos) => LevelAt(nowNanos) >= orders * Second;

    /// <summary>Takes tokens for orders. Taking more than there are empties the bucket.</summary>
    public void Take(int orders, long nowNanos)
    {
        Level = Math.Max(0, LevelAt(nowNanos) - (orders * Second));
        TimeNanos = IsTurnedBack(nowNanos) ? nowNanos : Math.Max(TimeNanos, nowNanos);
    }

    // In billionths of an order, which the rate fills per nanosecond: no division, so nothing is lost.
    private long LevelAt(long nowNanos) => IsTurnedBack(nowNanos)
        ? _burst * Second
        : (long)Int128.Min((Int128)_burst * Second, Level + ((Int128)_perSecond * Math.Max(0, nowNanos - TimeNanos)));

    // A fast clock dated the last order, and an operator has corrected it: treat the bucket as full.
    private bool IsTurnedBack(long nowNanos) => TimeNanos - nowNanos >= LeastTurnBackNanos;
}
