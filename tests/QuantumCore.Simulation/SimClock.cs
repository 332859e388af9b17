namespace QuantumCore.Simulation;

/// <summary>The clock of one silo: the world's time, with an error of its own that may change at any moment.</summary>
internal sealed class SimClock(World world, Owner owner) : TimeProvider
{
    /// <summary>How wrong the wall clock is; what is measured between two moments stays right.</summary>
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

/// <summary>A timer. What it calls runs as work of its owner, when chance lets it.</summary>
internal sealed class SimTimer(World world, Owner owner, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period;
    private int _changes;

    /// <summary>When it is due, and its place among those due then: an entry with another one is out of date.</summary>
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
