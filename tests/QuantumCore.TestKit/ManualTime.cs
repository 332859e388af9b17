namespace QuantumCore.TestKit;

/// <summary>
/// A clock that stands still until a test moves it. <see cref="Advance"/> fires the timers that come due on the
/// calling thread, in the order of their due times, with the clock standing at each due time.
/// </summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    /// <summary>Readings of the clock by one callback after which it counts as waiting for the clock.</summary>
    private const int MostReadings = 10_000;

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private int _firingThread;
    private int _readings;
    private DateTimeOffset _now = start;

    /// <summary>Starts on the first trading day of 2026.</summary>
    public ManualTime()
        : this(new DateTimeOffset(2026, 1, 2, 9, 0, 0, TimeSpan.Zero))
    {
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            // Orleans waits for a time in a loop of Task.Delay, which takes less than a millisecond for none: on a
            // clock that stands, the loop would never end.
            if (Environment.CurrentManagedThreadId == _firingThread && ++_readings == MostReadings)
                (_readings, _now) = (0, _now.AddMilliseconds(1));
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>Moves the clock forward and fires due timers.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = GetUtcNow() + by;
        while (NextDue(end) is { } timer)
            Fire(timer);
        lock (_gate)
            _now = end > _now ? end : _now;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Fire(ManualTimer timer)
    {
        lock (_gate)
            (_firingThread, _readings) = (Environment.CurrentManagedThreadId, 0);
        timer.Fire();
        lock (_gate)
            _firingThread = 0;
    }

    /// <summary>
    /// Returns the earliest timer due by <paramref name="end"/>, after moving the clock to it and rescheduling it.
    /// </summary>
    private ManualTimer? NextDue(DateTimeOffset end)
    {
        lock (_gate)
        {
            var timer = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
            if (timer is null)
                return null;

            _now = timer.Due > _now ? timer.Due : _now;
            if (timer.Period > TimeSpan.Zero)
                timer.Due = _now + timer.Period;
            else
                _timers.Remove(timer);
            return timer;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        internal DateTimeOffset Due { get; set; }

        internal TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = time._now + dueTime;
                    Period = period;
                    time._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire() => callback(state);
    }
}
