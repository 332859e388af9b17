using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>
/// Webhook strategies and the outcomes of their signals, built from the catalog's stream. Consecutive failures are kept
/// by <see cref="SignalWindowGrain"/>, from where an activation of the catalog loads them once.
/// </summary>
internal sealed class SignalRegister
{
    private readonly SortedDictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, DeadSignal> _dead = [];

    /// <summary>Number of strategies, including closed ones.</summary>
    public int Count => _lines.Count;

    /// <summary>Returns all strategies, sorted by name.</summary>
    public ImmutableArray<SignalStrategyState> All(long nowNanos) =>
        [.. _lines.Values.Select(line => line.State(nowNanos))];

    /// <summary>Returns a strategy, or null if there is none.</summary>
    public SignalStrategyState? Find(string name, long nowNanos) => _lines.GetValueOrDefault(name)?.State(nowNanos);

    /// <summary>Returns the dead signals, newest first.</summary>
    public ImmutableArray<DeadSignal> Dead() => [.. _dead.Values.Reverse()];

    /// <summary>Returns a dead signal by its strategy and key, or null if there is none.</summary>
    public DeadSignal? FindDead(string strategy, string key) =>
        _dead.Values.FirstOrDefault(dead => dead.Strategy == strategy && dead.Key == key);

    /// <summary>Returns true if there is a dead signal with this id.</summary>
    public bool HasDead(long id) => _dead.ContainsKey(id);

    /// <summary>Number of consecutive failures of a strategy.</summary>
    public int FailuresOf(string strategy) => _lines.GetValueOrDefault(strategy)?.Failures ?? 0;

    /// <summary>Returns the strategies whose failures are not loaded yet.</summary>
    public ImmutableArray<string> Unloaded() =>
        [.. _lines.Values.Where(line => !line.IsLoaded).Select(line => line.Strategy.Name)];

    /// <summary>Returns true if a strategy's failures are still to be loaded.</summary>
    public bool IsUnloaded(string strategy) => _lines.GetValueOrDefault(strategy) is { IsLoaded: false };

    /// <summary>
    /// Takes the stored number of a strategy's consecutive failures. Once they are loaded, it changes nothing: they may
    /// have grown since that was read.
    /// </summary>
    public void Load(string strategy, int? failures)
    {
        if (_lines.GetValueOrDefault(strategy) is { IsLoaded: false } line)
            (line.IsLoaded, line.Failures) = (true, failures ?? line.Failures);
    }

    /// <summary>Notes that a signal succeeded.</summary>
    public void Succeed(string strategy)
    {
        if (_lines.TryGetValue(strategy, out var line))
            line.Failures = 0;
    }

    /// <summary>
    /// Notes that a signal failed. Returns true if that is new, and the end of the resulting pause of its strategy,
    /// Unix nanoseconds; 0 for none.
    /// </summary>
    public (bool IsNew, long PausedUntilNanos) Fail(DeadSignal signal, long nowNanos)
    {
        var isNew = FindDead(signal.Strategy, signal.Key)?.Reason != signal.Reason;
        return isNew && _lines.TryGetValue(signal.Strategy, out var line) ? (true, line.Fail(nowNanos)) : (isNew, 0);
    }

    /// <summary>Applies a record.</summary>
    public void Apply(long sequence, CatalogRecord record)
    {
        switch (record)
        {
            case SignalStrategySet { Strategy: var strategy }:
                if (_lines.TryGetValue(strategy.Name, out var known))
                    known.Strategy = strategy;
                else
                    _lines.Add(strategy.Name, new Line(strategy));
                break;
            case SignalFailed { Signal: var signal }:
                if (FindDead(signal.Strategy, signal.Key) is { } before)
                    _dead.Remove(before.Id);
                _dead.Add(sequence, signal with { Id = sequence });
                if (_dead.Count > DeadSignal.Most)
                    _dead.Remove(_dead.Keys.First());
                break;
            case SignalsPaused paused:
                _lines[paused.Strategy].Pause(paused.UntilNanos);
                break;
            case DeadSignalDropped dropped:
                _dead.Remove(dropped.Id);
                break;
        }
    }

    /// <summary>A strategy with its pauses.</summary>
    private sealed class Line(SignalStrategy strategy)
    {
        private long _pausedUntil;

        public SignalStrategy Strategy { get; set; } = strategy;

        public bool IsLoaded { get; set; }

        public int Failures { get; set; }

        public SignalStrategyState State(long nowNanos) =>
            new(Strategy, _pausedUntil > nowNanos ? _pausedUntil : 0, Failures);

        // After a pause it is on trial: the next failure pauses it again, and the next success ends the trial.
        public long Fail(long nowNanos)
        {
            Failures++;
            return Failures >= Strategy.MostFailures
                ? nowNanos + TimeSpan.FromSeconds(Strategy.PauseSeconds).Nanos()
                : 0;
        }

        public void Pause(long untilNanos)
        {
            _pausedUntil = untilNanos;
            Failures = untilNanos > 0 ? Strategy.MostFailures - 1 : 0;
        }
    }
}
