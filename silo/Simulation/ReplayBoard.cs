using System.Text.Json.Serialization;
using QuantumCore.Replay;

namespace QuantumCore.Silo.Simulation;

/// <summary>How far a replay is, as the program that replays says.</summary>
/// <param name="Run">The name of the run.</param>
/// <param name="File">The recording, without its folder.</param>
/// <param name="Symbol">Where it is replayed to.</param>
/// <param name="Done">Lines that are done.</param>
/// <param name="Of">Lines of the recording.</param>
/// <param name="Speed">Commands a second that the program was started with; 0: as fast as it goes.</param>
/// <param name="Ended">Whether no more will come.</param>
internal sealed record ReplayReportText(string Run, string File, string Symbol, int Done, int Of, int Speed, bool Ended);

/// <summary>What is wanted of a replay; what is absent stays.</summary>
internal sealed record ReplayChange(bool? Paused, int? Speed);

/// <summary>How a replay ended that was begun here.</summary>
internal enum ReplayEnd
{
    /// <summary>Every line was sent.</summary>
    [JsonStringEnumMemberName("done")] Done = 1,

    /// <summary>Somebody ended it, or the exchange stopped.</summary>
    [JsonStringEnumMemberName("stopped")] Stopped = 2,

    /// <summary>It could not go on.</summary>
    [JsonStringEnumMemberName("failed")] Failed = 3,
}

/// <summary>What a whole replay found.</summary>
/// <param name="Aggressive">Aggressive orders.</param>
/// <param name="AggressiveExact">Of these, how many met what they met on the recorded day.</param>
/// <param name="Rows">Book rows compared.</param>
/// <param name="RowsEqual">Of these, how many were equal.</param>
/// <param name="Differences">All that differs from the recording.</param>
internal sealed record ReplayResult(int Aggressive, int AggressiveExact, int Rows, int RowsEqual, int Differences);

/// <summary>A replay as it stands.</summary>
/// <param name="Run">The name of the run.</param>
/// <param name="File">The recording, without its folder.</param>
/// <param name="Symbol">Where it is replayed to; empty until the recording has been read, when nobody named it.</param>
/// <param name="Done">Lines that are done.</param>
/// <param name="Of">Lines of the recording; 0 until it has been read.</param>
/// <param name="Speed">Commands a second that are wanted; 0: as fast as it goes.</param>
/// <param name="Paused">Whether it is to wait.</param>
/// <param name="Ended">Whether no more will come.</param>
/// <param name="Heard">When the program was last heard.</param>
/// <param name="Here">Whether it was begun here, and can be ended here.</param>
/// <param name="End">How it ended, of one that was begun here; null while it runs.</param>
/// <param name="Problem">Why it could not go on; null when it could.</param>
/// <param name="Result">What it found, of one that was begun here and is done.</param>
internal sealed record ReplayState(
    string Run,
    string File,
    string Symbol,
    int Done,
    int Of,
    int Speed,
    bool Paused,
    bool Ended,
    DateTimeOffset Heard,
    bool Here = false,
    ReplayEnd? End = null,
    string? Problem = null,
    ReplayResult? Result = null);

/// <summary>
/// Where a replay says how far it is, and hears what is wanted of it: the newest alone. Most are programs like every other client, which may
/// also end, or be heard no more; one may be begun here.
/// </summary>
internal sealed class ReplayBoard(TimeProvider time)
{
    /// <summary>A program that replays says something four times a second: after this it counts for one that is gone.</summary>
    private static readonly TimeSpan s_silent = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ReplayState? _state;

    /// <summary>The newest replay; null for none.</summary>
    public ReplayState? State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Takes what a program says; false while a replay that was begun here is under way. What was wanted of the same run still is.</summary>
    public bool Report(ReplayReportText told)
    {
        lock (_lock)
        {
            if (_state is { Here: true, Ended: false })
                return false;
            var known = _state is { Ended: false } state && state.Run == told.Run ? state : null;
            _state = new ReplayState(
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
    public ReplayState? Begin(string run, string file, string symbol, int speed)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_state is { Ended: false } other && (other.Here || now - other.Heard < s_silent))
                return other;
            _state = new ReplayState(run, file, symbol, 0, 0, speed, Paused: false, Ended: false, now, Here: true);
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
