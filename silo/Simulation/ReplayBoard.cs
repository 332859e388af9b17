using QuantumCore.Client;
using QuantumCore.Replay;

namespace QuantumCore.Silo.Simulation;

/// <summary>
/// Where a replay says how far it is, and hears what is wanted of it: the newest alone. Most are programs like every other client, which may
/// also end, or be heard no more; one may be begun here.
/// </summary>
internal sealed class ReplayBoard(TimeProvider time)
{
    /// <summary>A program that replays says something four times a second: after this it counts for one that is gone.</summary>
    private static readonly TimeSpan s_silent = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ReplayStanding? _state;

    /// <summary>The newest replay; null for none.</summary>
    public ReplayStanding? State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Takes what a program says; false while a replay that was begun here is under way. What was wanted of the same run still is.</summary>
    public bool Report(ReplayPosition told)
    {
        lock (_lock)
        {
            if (_state is { Here: true, Ended: false })
                return false;
            var known = _state is { Ended: false } state && state.Run == told.Run ? state : null;
            _state = new ReplayStanding(
                told.Run, told.File, told.Symbol, told.Done, told.Of, known?.Speed ?? told.Speed, (known?.Paused ?? false) && !told.Ended, told.Ended, time.GetUtcNow());
            return true;
        }
    }

    /// <summary>Sets what is wanted; false when no replay is under way.</summary>
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

    /// <summary>Takes the place for a replay that is begun here; the one that is under way instead, or null when there was none.</summary>
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

    /// <summary>Says how far the replay is that was begun here, and hears what is wanted of it.</summary>
    public ReplayWish Tell(string symbol, int done, int of)
    {
        lock (_lock)
        {
            _state = _state! with { Symbol = symbol, Done = done, Of = of, Heard = time.GetUtcNow() };
            return new ReplayWish(_state.Paused, _state.Speed);
        }
    }

    /// <summary>Ends the replay that was begun here.</summary>
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
