namespace QuantumCore.Simulation;

/// <summary>Clock of one silo: the world's time, with an error that may change at any moment.</summary>
internal sealed class SimClock(World world, Owner owner) : TimeProvider
{
    /// <summary>Error of the wall clock. Elapsed times stay correct.</summary>
    public TimeSpan Error { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => world.Now;

    public override DateTimeOffset GetUtcNow() => world.Nights.Now + Error;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(world, owner, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer. Its callback runs as work of its owner, when the random sequence selects it.</summary>
internal sealed class SimTimer(World world, Owner owner, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period;
    private int _changes;

    /// <summary>Due time. A queue entry whose number differs from <see cref="Order"/> is outdated.</summary>
    public long Due { get; set; }

    public long Order { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _changes++;
        Order = -1;
        _period = period;
        if (dueTime >= TimeSpan.Zero && !owner.IsDead)
            world.Arm(this, dueTime);
        return true;
    }

    public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Fire()
    {
        if (owner.IsDead)
            return;

        if (_period > TimeSpan.Zero)
            world.Arm(this, _period);
        var changes = _changes;
        owner.Post(() =>
        {
            if (changes == _changes)
                callback(state);
        });
    }
}
