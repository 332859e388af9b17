using QuantumCore.Client;
using QuantumCore.Replay;

namespace QuantumCore.Silo.Simulation;

/// <summary>
/// State of the newest replay: the replay reports its progress and gets the requested speed and pause. Most replays are
/// client programs, which may end or fall silent; one may be started by the silo.
/// </summary>
internal sealed class ReplayBoard(TimeProvider time)
{
    /// <summary>
    /// A replay program reports four times a second. After this time without a report, it counts as gone.
    /// </summary>
    private static readonly TimeSpan s_silent = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ReplayStanding? _state;

    /// <summary>Newest replay; null for none.</summary>
    public ReplayStanding? State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>
    /// Takes a program's report; returns false while a replay started here is in progress. Requested changes of the
    /// same run persist.
    /// </summary>
    public bool Report(ReplayPosition told)
    {
        lock (_lock)
        {
            if (_state is { Here: true, Ended: false })
                return false;
            var known = _state is { Ended: false } state && state.Run == told.Run ? state : null;
            _state = new ReplayStanding(
                told.Run, told.File, told.Symbol, told.Done, told.Of, known?.Speed ?? told.Speed,
                (known?.Paused ?? false) && !told.Ended, told.Ended, time.GetUtcNow());
            return true;
        }
    }

    /// <summary>Sets the requested pause and speed; returns false if no replay is in progress.</summary>
    public bool Change(bool? paused, int? speed)
    {
        lock (_lock)
        {
            if (_state is not { Ended: false } state)
                return false;
            _state = state with { Paused = paused ?? state.Paused, Speed = speed ?? state.Speed };
            return true;
        }
    }

    /// <summary>
    /// Reserves the state for a replay started here. Returns the replay in progress instead, or null if there was none.
    /// </summary>
    public ReplayStanding? Begin(string run, string file, string symbol, int speed)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_state is { Ended: false } other && (other.Here || now - other.Heard < s_silent))
                return other;
            _state = new ReplayStanding(run, file, symbol, 0, 0, speed, Paused: false, Ended: false, now, Here: true);
            return null;
        }
    }

    /// <summary>Reports the progress of the replay started here and returns the requested pause and speed.</summary>
    public ReplayWish Tell(string symbol, int done, int of)
    {
        lock (_lock)
        {
            _state = _state! with { Symbol = symbol, Done = done, Of = of, Heard = time.GetUtcNow() };
            return new ReplayWish(_state.Paused, _state.Speed);
        }
    }

    /// <summary>Ends the replay started here.</summary>
    public void End(ReplayEnd end, string? problem, ReplayResult? result)
    {
        lock (_lock)
        {
            var done = end == ReplayEnd.Done ? _state!.Of : _state!.Done;
            _state = _state with
            {
                Done = done,
                Paused = false,
                Ended = true,
                End = end,
                Problem = problem,
                Result = result,
                Heard = time.GetUtcNow(),
            };
        }
    }
}
