using System.Collections.Immutable;
using System.Text.Json.Serialization;
using QuantumCore.Market;

namespace QuantumCore.Silo.Simulation;

/// <summary>State of the simulated market, as reported and set.</summary>
/// <param name="Paused">True if it waits for single steps.</param>
/// <param name="Speed">Steps of the model's clock for each step of the real one, 0.1 to 50.</param>
/// <param name="Volatility">Factor on all price movements, 0 to 20.</param>
/// <param name="Seed">Seed of its random numbers.</param>
/// <param name="Steps">Number of steps since it began.</param>
/// <param name="Away">Participants that do nothing and have no orders in the books.</param>
/// <param name="Idle">True if it is paused and its last step is complete.</param>
internal sealed record MarketState(
    bool Paused,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] double Speed,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] double Volatility,
    long Seed,
    long Steps,
    ImmutableArray<Participant> Away,
    bool Idle = false);

/// <summary>Clock of the simulated market: the demo's operator stops it, steps it, and sets its speed.</summary>
internal sealed class MarketClock(SiloOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MarketState _state = new(false, 1, 1, (long)options.Seed, 0, []);
    private long _owed;
    private long _dueAt;

    /// <summary>Number of resets so far.</summary>
    public int Beginnings { get; private set; }

    /// <summary>Current state.</summary>
    public MarketState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Sets the values that are given.</summary>
    public void Set(bool? paused, double? speed, double? volatility, ImmutableArray<Participant>? away)
    {
        lock (_lock)
        {
            _state = _state with
            {
                Paused = paused ?? _state.Paused,
                Speed = speed ?? _state.Speed,
                Volatility = volatility ?? _state.Volatility,
                Away = away ?? _state.Away,
                Idle = _state.Idle && paused != false,
            };
            Tell();
        }
    }

    /// <summary>Requests a number of steps beside those of the clock, as of a paused market.</summary>
    public void Step(int steps)
    {
        lock (_lock)
        {
            _owed += steps;
            _state = _state with { Idle = false };
            Tell();
        }
    }

    /// <summary>Resets the market, with another seed or with the same.</summary>
    public void Reset(long? seed)
    {
        lock (_lock)
        {
            _state = _state with { Seed = seed ?? _state.Seed, Steps = 0, Idle = false };
            Beginnings++;
            _owed = 0;
            Tell();
        }
    }

    /// <summary>Waits for the next step; returns false if the market was reset.</summary>
    /// <param name="beginning">Number of resets when the market began.</param>
    /// <param name="step">Length of a step at speed 1.</param>
    /// <param name="stoppingToken">Signals that the host stops.</param>
    public async Task<bool> NextAsync(int beginning, TimeSpan step, CancellationToken stoppingToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan wait;
            lock (_lock)
            {
                if (beginning != Beginnings)
                    return false;

                var now = time.GetTimestamp();
                wait = _dueAt <= now ? TimeSpan.Zero : time.GetElapsedTime(now, _dueAt);
                if (_owed > 0 || (!_state.Paused && wait == TimeSpan.Zero))
                {
                    _state = _state with { Steps = _state.Steps + 1, Idle = false };

                    // Late steps are not made up for. Requested steps come in addition to the clock's.
                    if (_owed > 0)
                        _owed--;
                    else
                        _dueAt = Math.Max(
                            _dueAt + (long)(step.TotalSeconds / _state.Speed * time.TimestampFrequency), now);
                    return true;
                }

                changed = _changed.Task;
                wait = _state.Paused ? Timeout.InfiniteTimeSpan : wait;
                _state = _state with { Idle = _state.Paused };
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(changed, Task.Delay(wait, time, either.Token));
            await either.CancelAsync();
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    private void Tell()
    {
        var told = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        told.SetResult();
    }
}
