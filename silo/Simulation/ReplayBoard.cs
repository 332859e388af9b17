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

/// <summary>A replay as it stands.</summary>
/// <param name="Run">The name of the run.</param>
/// <param name="File">The recording, without its folder.</param>
/// <param name="Symbol">Where it is replayed to.</param>
/// <param name="Done">Lines that are done.</param>
/// <param name="Of">Lines of the recording.</param>
/// <param name="Speed">Commands a second that are wanted; 0: as fast as it goes.</param>
/// <param name="Paused">Whether it is to wait.</param>
/// <param name="Ended">Whether no more will come.</param>
/// <param name="Heard">When the program was last heard.</param>
internal sealed record ReplayState(
    string Run, string File, string Symbol, int Done, int Of, int Speed, bool Paused, bool Ended, DateTimeOffset Heard);

/// <summary>
/// Where a program that replays a recording says how far it is, and hears what is wanted of it: the newest replay alone. It is a client like
/// every other, so that it may also end, or be heard no more.
/// </summary>
internal sealed class ReplayBoard(TimeProvider time)
{
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

    /// <summary>Takes what the program says. What was wanted of the same run still is.</summary>
    public void Report(ReplayReportText told)
    {
        lock (_lock)
        {
            var known = _state is { Ended: false } state && state.Run == told.Run ? state : null;
            _state = new ReplayState(
                told.Run, told.File, told.Symbol, told.Done, told.Of, known?.Speed ?? told.Speed, (known?.Paused ?? false) && !told.Ended, told.Ended, time.GetUtcNow());
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
}
