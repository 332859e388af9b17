namespace QuantumCore.Testing;

/// <summary>
/// Clock of a test exchange. It runs like the machine's clock, and a test can move it ahead. Thread-safe.
/// </summary>
/// <remarks>
/// Orders that expire, auctions and halts that end, sessions and settlement days follow this clock. After
/// <see cref="Advance"/> every timer of the exchange that is due fires at once. Its effects arrive like all others
/// of an exchange: a moment later, on other threads.
/// </remarks>
public sealed class TestClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<MovableTimer> _timers = [];
    private long _ahead;
    private long _shift;

    internal TestClock(DateTimeOffset? start) =>
        _shift = start is { } time ? time.UtcTicks - System.GetUtcNow().UtcTicks : 0;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _shift));

    /// <inheritdoc/>
    public override long GetTimestamp() =>
        System.GetElapsedTime(0, System.GetTimestamp()).Ticks + Volatile.Read(ref _ahead);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new MovableTimer(this, callback, state);
        lock (_lock)
            _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock ahead.</summary>
    /// <param name="time">Time to move by, from zero.</param>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        MovableTimer[] timers;
        lock (_lock)
        {
            _shift += time.Ticks;
            _ahead += time.Ticks;
            timers = [.. _timers];
        }

        foreach (var timer in timers)
            timer.Rearm();
    }

    private void Forget(MovableTimer timer)
    {
        lock (_lock)
            _timers.Remove(timer);
    }

    /// <summary>A timer of the machine, armed again whenever the clock is moved.</summary>
    private sealed class MovableTimer : ITimer
    {
        // The machine's timers are a little early by its finer clock.
        private static readonly TimeSpan s_early = TimeSpan.FromMilliseconds(20);

        private readonly Lock _lock = new();
        private readonly TestClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        // Timestamp of the clock at which it fires next; null while it is not armed.
        private long? _due;

        public MovableTimer(TestClock clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _timer = System.CreateTimer(
                static timer => ((MovableTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                _period = period > TimeSpan.Zero ? period : Timeout.InfiniteTimeSpan;
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : _clock.GetTimestamp() + dueTime.Ticks;
                return _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }

        public void Rearm()
        {
            lock (_lock)
            {
                if (_due is { } due)
                    _timer.Change(Until(due), Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            _clock.Forget(this);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            _clock.Forget(this);
            return _timer.DisposeAsync();
        }

        private void Fire()
        {
            lock (_lock)
            {
                if (_due is not { } due)
                    return;

                // It fired for an earlier time, and was armed again before it came here.
                if (Until(due) > s_early)
                {
                    _timer.Change(Until(due), Timeout.InfiniteTimeSpan);
                    return;
                }

                // A period that the clock skipped is not made up for, as after a pause of the process.
                _due = _period == Timeout.InfiniteTimeSpan ? null : _clock.GetTimestamp() + _period.Ticks;
                if (_due is not null)
                    _timer.Change(_period, Timeout.InfiniteTimeSpan);
            }

            _callback(_state);
        }

        private TimeSpan Until(long due) => TimeSpan.FromTicks(Math.Max(0, due - _clock.GetTimestamp()));
    }
}
