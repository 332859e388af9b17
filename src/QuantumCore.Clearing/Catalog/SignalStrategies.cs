using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Webhook strategies and the outcomes of their signals, built from the catalog's stream. Consecutive failures are kept
/// by the window of each strategy, from where an activation of the catalog loads them once.
/// </summary>
internal sealed class SignalStrategies
{
    private readonly SortedDictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, DeadSignal> _dead = [];

    /// <summary>Returns all strategies, sorted by name.</summary>
    public ImmutableArray<SignalStrategyState> All(long nowNanos) =>
        [.. _lines.Values.Select(line => line.State(nowNanos))];

    /// <summary>Returns a strategy, or null if there is none.</summary>
    public SignalStrategyState? Find(string name, long nowNanos) => _lines.GetValueOrDefault(name)?.State(nowNanos);

    /// <summary>Returns the dead signals, newest first.</summary>
    public ImmutableArray<DeadSignal> Dead() => [.. _dead.Values.Reverse()];

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

    /// <summary>
    /// Creates or changes a strategy, unless somebody else has its name or there are too many.
    /// </summary>
    public (RejectReason Reason, CatalogRecord? Record) Set(SignalStrategy strategy, string by, long nowNanos)
    {
        var known = _lines.GetValueOrDefault(strategy.Name)?.Strategy;
        return known is not null && known.Owner != strategy.Owner ? (RejectReason.NameTaken, null)
            : known is null && _lines.Count >= SignalStrategy.Most ? (RejectReason.Overloaded, null)
            : (RejectReason.None, new SignalStrategySet(nowNanos, strategy, by));
    }

    /// <summary>
    /// Counts the outcome of a signal, and returns its records. A dead signal that succeeds is dropped. A failure that
    /// is new is recorded, and may pause its strategy.
    /// </summary>
    public ImmutableArray<CatalogRecord> End(DeadSignal outcome, long nowNanos)
    {
        var (known, line) =
            (FindDead(outcome.Strategy, outcome.Key), _lines.GetValueOrDefault(outcome.Strategy));
        if (outcome.Reason == RejectReason.None)
        {
            if (line is not null)
                line.Failures = 0;
            return known is null ? [] : [new DeadSignalDropped(nowNanos, known.Id, "")];
        }

        if (known?.Reason == outcome.Reason)
            return [];

        var failed = new SignalFailed(outcome with { TimeNanos = nowNanos });
        var pausedUntil = line?.Fail(nowNanos) ?? 0;
        return pausedUntil > 0
            ? [failed, new SignalsPaused(nowNanos, outcome.Strategy, pausedUntil, "")]
            : [failed];
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

    private DeadSignal? FindDead(string strategy, string key) =>
        _dead.Values.FirstOrDefault(dead => dead.Strategy == strategy && dead.Key == key);

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
