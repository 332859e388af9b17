namespace QuantumCore.Gateway.Admission;

/// <summary>
/// How long a connection is not read whose sender does not heed the time after which a refused order may be sent again.
/// A refusal is answered at once; but who asks again at once, thousands at a time, would take from the others what
/// refusing costs. All such connections together go on at a pace that the exchange can bear, and none later than it
/// was told to come again.
/// </summary>
internal sealed class RefusalPace(TimeProvider time)
{
    /// <summary>What <c>Retry-After</c> says: a connection is read again after this time, whatever else happens.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The least pace: so many refusals a second disturb nobody.</summary>
    public const int LeastPerSecond = 500;

    private readonly long _ahead = (long)(RetryAfter.TotalSeconds * time.TimestampFrequency);
    private long _due;

    /// <summary>A connection's order is refused: how long to pause after the answer.</summary>
    /// <param name="connection">What is remembered of the connection.</param>
    /// <param name="ordersPerSecond">Orders that are answered: as many refusals are borne beside them.</param>
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

/// <summary>What is remembered of a connection whose order was refused.</summary>
internal sealed class RefusedConnection
{
    /// <summary>When an order of it was refused last.</summary>
    public long? RefusedAt { get; set; }
}
