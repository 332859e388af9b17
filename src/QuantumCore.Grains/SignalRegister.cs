using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// Webhook strategies and the outcomes of their signals. The recorded part is built from the catalog's stream. Windows
/// and consecutive failures belong to this activation and restart with it; a resulting pause does not.
/// </summary>
internal sealed class SignalRegister
{
    private const long Second = 1_000_000_000;

    private readonly SortedDictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, DeadSignal> _dead = [];

    /// <summary>Number of strategies, including closed ones.</summary>
    public int Count => _lines.Count;

    /// <summary>Returns all strategies, sorted by name.</summary>
    public ImmutableArray<SignalStrategyState> All(long nowNanos) => [.. _lines.Values.Select(line => line.State(nowNanos))];

    /// <summary>Returns a strategy, or null if there is none.</summary>
    public SignalStrategyState? Find(string name, long nowNanos) => _lines.GetValueOrDefault(name)?.State(nowNanos);

    /// <summary>Returns the dead signals, newest first.</summary>
    public ImmutableArray<DeadSignal> Dead() => [.. _dead.Values.Reverse()];

    /// <summary>Returns a dead signal by its strategy and key, or null if there is none.</summary>
    public DeadSignal? FindDead(string strategy, string key) =>
        _dead.Values.FirstOrDefault(dead => dead.Strategy == strategy && dead.Key == key);

    /// <summary>Returns true if there is a dead signal with this id.</summary>
    public bool HasDead(long id) => _dead.ContainsKey(id);

    /// <summary>Applies the rate limit to a signal, and takes a place in the window if it is admitted.</summary>
    public SignalAdmission Admit(string strategy, string key, long nowNanos) =>
        _lines.GetValueOrDefault(strategy)?.Admit(key, nowNanos) ?? new SignalAdmission(RejectReason.UnknownUser, 0);

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

    /// <summary>A strategy with its window and its circuit breaker.</summary>
    private sealed class Line(SignalStrategy strategy)
    {
        private readonly Queue<(long TimeNanos, string Key)> _window = new();
        private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
        private long _pausedUntil;

        public SignalStrategy Strategy { get; set; } = strategy;

        public int Failures { get; set; }

        public SignalStrategyState State(long nowNanos) => new(Strategy, _pausedUntil > nowNanos ? _pausedUntil : 0, Failures);

        public SignalAdmission Admit(string key, long nowNanos)
        {
            if (_pausedUntil > nowNanos)
                return new(RejectReason.SignalsPaused, _pausedUntil - nowNanos);

            var length = Strategy.WindowSeconds * Second;
            while (_window.TryPeek(out var oldest) && oldest.TimeNanos <= nowNanos - length)
                _keys.Remove(_window.Dequeue().Key);
            if (_keys.Contains(key))
                return default;
            if (_window.Count >= Strategy.MostInWindow)
                return new(RejectReason.TooManyRequests, _window.Peek().TimeNanos + length - nowNanos);

            _window.Enqueue((nowNanos, key));
            _keys.Add(key);
            return default;
        }

        // After a pause it is on trial: the next failure pauses it again, and the next success ends the trial.
        public long Fail(long nowNanos)
        {
            Failures++;
            return Failures >= Strategy.MostFailures ? nowNanos + (Strategy.PauseSeconds * Second) : 0;
        }

        public void Pause(long untilNanos)
        {
            _pausedUntil = untilNanos;
            Failures = untilNanos > 0 ? Strategy.MostFailures - 1 : 0;
        }
    }
}
