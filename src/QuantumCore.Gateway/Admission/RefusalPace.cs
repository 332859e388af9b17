namespace QuantumCore.Gateway.Admission;

/// <summary>
/// Retry throttle: pauses reading of connections that resend a rejected order before the retry time. A rejection is
/// answered at once. But clients that resend at once, thousands at a time, would take the cost of rejections from the
/// others. All such connections together proceed at a rate that the exchange can bear, none later than its retry time.
/// </summary>
internal sealed class RefusalPace(TimeProvider time)
{
    /// <summary>Value of <c>Retry-After</c>. A connection is read again after this time in any case.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Minimum rate: this many rejections a second disturb nobody.</summary>
    public const int LeastPerSecond = 500;

    private readonly long _ahead = (long)(RetryAfter.TotalSeconds * time.TimestampFrequency);
    private long _due;

    /// <summary>Records a rejection of a connection's order. Returns the pause after the answer.</summary>
    /// <param name="connection">Rejection state of the connection.</param>
    /// <param name="ordersPerSecond">
    /// Rate of answered orders. Rejections may proceed at the same rate beside them.
    /// </param>
    public TimeSpan Next(RefusedConnection connection, int ordersPerSecond)
    {
        var isImpatient = connection.RefusedAt is { } last && time.GetElapsedTime(last) < RetryAfter;
        var now = time.GetTimestamp();
        connection.RefusedAt = now;
        if (!isImpatient)
            return TimeSpan.Zero;

        var interval = time.TimestampFrequency / Math.Max(LeastPerSecond, ordersPerSecond);
        while (true)
        {
            var due = Interlocked.Read(ref _due);
            var next = Math.Min(Math.Max(due, now) + interval, now + _ahead);
            if (Interlocked.CompareExchange(ref _due, next, due) == due)
                return time.GetElapsedTime(now, next);
        }
    }
}

/// <summary>Rejection state of a connection.</summary>
internal sealed class RefusedConnection
{
    /// <summary>Timestamp of its last rejected order; null for none.</summary>
    public long? RefusedAt { get; set; }
}
