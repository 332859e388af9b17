using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// Looks from a thread of its own for turns that do not end: one synchronous run of a grain's code, which keeps every
/// other caller of that grain waiting. Turns only leave a mark of what they run; clocks are read by the watch alone. It says which grain and
/// which call, and since when; where in its code the turn is, .NET tells no other thread.
/// </summary>
internal sealed class TurnWatch : IDisposable
{
    private static readonly TimeSpan s_betweenReports = TimeSpan.FromSeconds(1);

    private readonly ThreadLocal<TurnMark> _marks = new(static () => new TurnMark(), trackAllValues: true);
    private readonly Meter _meter = new("QuantumCore.LocalRuntime");
    private readonly ManualResetEvent _stop = new(false);
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private long _longTurns;
    private long _longestMillis;
    private long? _reportedAt;

    /// <summary>Reports turns longer than <paramref name="limit"/>; with zero, none.</summary>
    public TurnWatch(TimeSpan limit, TimeProvider time, ILogger log)
    {
        (_limit, _time, _log) = (limit, time, log);
        // Asked for, so that it is there before the first one: what is born with its first count has no increase.
        _meter.CreateObservableCounter("quantumcore_long_turns", () => Volatile.Read(ref _longTurns), null, "Turns of grains over the limit.");
        _meter.CreateObservableGauge(
            "quantumcore_longest_turn_seconds",
            () => Volatile.Read(ref _longestMillis) / 1000.0,
            null,
            "Age of the oldest turn that is over the limit now; 0: there is none.");
        if (limit > TimeSpan.Zero)
            new Thread(Watch) { IsBackground = true, Name = "turn watch" }.Start();
    }

    /// <summary>The mark of the calling thread.</summary>
    public TurnMark Mark => _marks.Value!;

    public void Dispose()
    {
        _stop.Set();
        _meter.Dispose();
    }

    private void Watch()
    {
        // The wait is real time: what it looks at is, too.
        while (!_stop.WaitOne(_limit / 2))
            Look();
    }

    private void Look()
    {
        var now = TimeProvider.System.GetTimestamp();
        var longest = TimeSpan.Zero;
        foreach (var mark in _marks.Values)
        {
            if (!mark.LookAt(now, out var running, out var grain, out var what) || running < _limit)
                continue;

            longest = running > longest ? running : longest;
            if (!mark.IsCounted)
                Volatile.Write(ref _longTurns, _longTurns + 1);
            mark.IsCounted = true;
            mark.IsReported = mark.IsReported || Report(grain, what, running);
        }

        Volatile.Write(ref _longestMillis, (long)longest.TotalMilliseconds);
    }

    // A process that gets no processor has many long turns: one line a second says as much as all of them.
    private bool Report(Activation grain, object what, TimeSpan running)
    {
        if (_reportedAt is { } last && TimeProvider.System.GetElapsedTime(last) < s_betweenReports)
            return false;

        _reportedAt = TimeProvider.System.GetTimestamp();
        var since = _time.GetUtcNow() - running;
        var call = what switch
        {
            GrainCall known => known.Method.Name,
            GrainRequest => "a timer or a stream",
            _ => "what follows an await",
        };
        Log.LongTurn(_log, grain.GrainId, call, (long)running.TotalMilliseconds, since);
        return true;
    }
}

/// <summary>What a thread runs: written by that thread, read by the watch.</summary>
internal sealed class TurnMark
{
    private Activation? _grain;
    private object? _what;
    private long _number;

    // The watch alone:
    private long _seenNumber;
    private long _seenAt;

    /// <summary>The turn that was seen last has been counted as too long.</summary>
    public bool IsCounted { get; set; }

    /// <summary>It is in the log.</summary>
    public bool IsReported { get; set; }

    /// <summary>A turn begins.</summary>
    public void Begin(Activation grain, object what)
    {
        _grain = grain;
        _what = what;
        Volatile.Write(ref _number, _number + 1);
    }

    /// <summary>No turn runs on this thread any more.</summary>
    public void End()
    {
        Volatile.Write(ref _number, _number + 1);
        (_grain, _what) = (null, null);
    }

    /// <summary>What runs, and for how long it was seen to; false when nothing does.</summary>
    public bool LookAt(long now, out TimeSpan running, out Activation grain, out object what)
    {
        var number = Volatile.Read(ref _number);
        (grain, what) = (_grain!, _what!);
        Interlocked.MemoryBarrier();
        if (number != _seenNumber || number != Volatile.Read(ref _number))
            (_seenNumber, _seenAt, IsCounted, IsReported) = (number, now, false, false);
        running = TimeProvider.System.GetElapsedTime(_seenAt, now);
        return grain is not null && what is not null && number == Volatile.Read(ref _number);
    }
}
