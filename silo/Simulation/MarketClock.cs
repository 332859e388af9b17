using System.Collections.Immutable;
using System.Text.Json.Serialization;
using QuantumCore.Market;

namespace QuantumCore.Silo.Simulation;

/// <summary>How the simulated market stands, as it is told and set.</summary>
/// <param name="Paused">Whether it waits for single steps.</param>
/// <param name="Speed">Steps of the model's clock for each of the real one, 0.1 to 50.</param>
/// <param name="Volatility">What all movements are multiplied by, 0 to 20.</param>
/// <param name="Seed">The seed of its chance.</param>
/// <param name="Steps">Steps since it began.</param>
/// <param name="Away">Participants that do nothing, and have nothing in the books.</param>
/// <param name="Idle">Whether it is paused, and what the last step did is done.</param>
internal sealed record MarketState(
    bool Paused,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] double Speed,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] double Volatility,
    long Seed,
    long Steps,
    ImmutableArray<Participant> Away,
    bool Idle = false);

/// <summary>The clock of the simulated market: who operates the demo stops it, steps it, and lets it run fast or slowly.</summary>
internal sealed class MarketClock(SiloOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MarketState _state = new(false, 1, 1, (long)options.Seed, 0, []);
    private long _owed;
    private long _dueAt;

    /// <summary>How many times the market was told to begin anew.</summary>
    public int Beginnings { get; private set; }

    /// <summary>How it stands.</summary>
    public MarketState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Sets what is given.</summary>
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

    /// <summary>Lets a market that is paused take so many steps.</summary>
    public void Step(int steps)
    {
        lock (_lock)
        {
            _owed += steps;
            _state = _state with { Idle = false };
            Tell();
        }
    }

    /// <summary>Lets the market begin anew: with another seed, or with the same.</summary>
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

    /// <summary>Waits for the next step; false when the market is to begin anew.</summary>
    /// <param name="beginning">Which beginning the market is of.</param>
    /// <param name="step">The length of a step at speed 1.</param>
    /// <param name="stoppingToken">The host stops.</param>
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

                    // Steps that came too late are not made up for; those that were asked for are beside the clock's.
                    if (_owed > 0)
                        _owed--;
                    else
                        _dueAt = Math.Max(_dueAt + (long)(step.TotalSeconds / _state.Speed * time.TimestampFrequency), now);
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
