using System.Globalization;

namespace QuantumCore.Grains;

/// <summary>
/// Exchange time: the machine's clock, but never more than <see cref="Bound"/> ahead of elapsed time. Records of a
/// stream never go back in time, so one wrong reading would date every later record.
/// </summary>
/// <remarks>
/// A reading too far ahead is rejected, and time continues at the pace of elapsed time from the last accepted reading.
/// Readings are accepted again once the machine's clock is back, or after a restart of the process. Sleep counts as
/// elapsed time where the machine reports it (Linux). A clock that is set back is followed.
/// </remarks>
/// <param name="machine">Clock and timers of the machine.</param>
/// <param name="upFor">Returns the machine's uptime, sleep included; null if unknown.</param>
public sealed class SteadyClock(TimeProvider machine, Func<TimeSpan?> upFor) : TimeProvider
{
    /// <summary>Maximum accepted step ahead within a minute.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    // Another thread, or the whole process, can pause between two related readings.
    private const int PairAttempts = 10;

    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pairBound = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_jitter = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly long _started = machine.GetTimestamp();
    private readonly TimeSpan? _upAtStart = upFor();

    // The machine's clock at elapsed time 0, in ticks of 100 ns: the highest accepted now, its base, and the last
    // accepted one.
    private long _highest = long.MaxValue;
    private long _base;
    private long _last;
    private long _periodEnds;
    private long _slept;
    private long _sleepKnownUntil;
    private long _ahead;

    /// <summary>Creates the clock of this machine.</summary>
    public static SteadyClock OfMachine() => new(System, ReadUptime);

    /// <summary>
    /// Lead of the machine's clock over exchange time while its readings are rejected; zero otherwise.
    /// </summary>
    public TimeSpan Ahead
    {
        get
        {
            GetUtcNow();
            return new TimeSpan(Volatile.Read(ref _ahead));
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        var elapsed = machine.GetElapsedTime(_started).Ticks;
        var offset = machine.GetUtcNow().UtcTicks - elapsed;
        return elapsed < Volatile.Read(ref _periodEnds) && offset <= Volatile.Read(ref _highest)
            && Volatile.Read(ref _ahead) == 0
            ? Accept(offset, elapsed)
            : Judge();
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    private DateTimeOffset Accept(long offset, long elapsed)
    {
        if (Math.Abs(offset - Volatile.Read(ref _last)) > s_jitter.Ticks)
            Volatile.Write(ref _last, offset);
        return new DateTimeOffset(offset + elapsed, TimeSpan.Zero);
    }

    private DateTimeOffset Judge()
    {
        lock (_gate)
        {
            var (offset, elapsed) = Pair();
            if (_periodEnds == 0)
                _base = _last = offset;
            if (offset > _base + Bound.Ticks)
                CountSleep(elapsed);
            if (offset > _base + Bound.Ticks)
            {
                Volatile.Write(ref _ahead, offset - _last);
                return new DateTimeOffset(_last + elapsed, TimeSpan.Zero);
            }

            Volatile.Write(ref _ahead, 0);
            if (elapsed >= _periodEnds)
            {
                _base = Math.Max(_base, offset);
                Volatile.Write(ref _periodEnds, elapsed + s_period.Ticks);
            }

            Volatile.Write(ref _highest, _base + Bound.Ticks);
            return Accept(offset, elapsed);
        }
    }

    // Reads the clock between two close readings of elapsed time.
    private (long Offset, long Elapsed) Pair()
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = machine.GetElapsedTime(_started);
            var now = machine.GetUtcNow();
            if (attempt == PairAttempts || machine.GetElapsedTime(_started) - before < s_pairBound)
                return (now.UtcTicks - before.Ticks, before.Ticks);
        }
    }

    private void CountSleep(long elapsed)
    {
        if (elapsed < _sleepKnownUntil)
            return;

        _sleepKnownUntil = elapsed + s_pairBound.Ticks;
        if (upFor() is not { } up || _upAtStart is not { } atStart)
            return;

        var slept = (up - atStart).Ticks - elapsed;
        if (slept - _slept < TimeSpan.TicksPerSecond)
            return;

        _base += slept - _slept;
        _slept = slept;
    }

    private static TimeSpan? ReadUptime()
    {
        // Elapsed time stops while the machine sleeps; this file counts sleep too (CLOCK_BOOTTIME).
        const string UptimeFile = "/proc/uptime";
        if (!OperatingSystem.IsLinux() || !File.Exists(UptimeFile))
            return null;

        // Seconds with two decimals, and a second number.
        return File.ReadAllText(UptimeFile).Split(' ')[0].Split('.') is [var whole, { Length: 2 } cents]
            && long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && int.TryParse(cents, NumberStyles.None, CultureInfo.InvariantCulture, out var hundredths)
            ? TimeSpan.FromSeconds(seconds) + TimeSpan.FromMilliseconds(hundredths * 10)
            : null;
    }
}
