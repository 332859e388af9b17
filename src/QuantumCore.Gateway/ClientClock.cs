namespace QuantumCore.Gateway;

/// <summary>
/// The clock that signed requests are measured by and that clients are told. It can be put wrong for a test of clients; records
/// and journals have their own.
/// </summary>
public sealed class ClientClock(TimeProvider time)
{
    private long _skewTicks;

    /// <summary>How far it is ahead of the time; behind it when negative.</summary>
    public TimeSpan Skew
    {
        get => new(Volatile.Read(ref _skewTicks));
        set => Volatile.Write(ref _skewTicks, value.Ticks);
    }

    /// <summary>Now, as clients are told.</summary>
    public DateTimeOffset Now => time.GetUtcNow() + Skew;
}
