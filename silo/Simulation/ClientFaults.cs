using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Client;
using QuantumCore.Gateway.Binance;

namespace QuantumCore.Silo.Simulation;

/// <summary>Waiting faults, wrong clocks, and the log of faults that happened.</summary>
internal sealed partial class ClientFaults
{
    private const int LongestLog = 200;

    private readonly ClientClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger<ClientFaults> _log;
    private readonly Lock _lock = new();
    private readonly Queue<FiredFault> _fired = new();
    private ImmutableArray<WaitingFault> _waiting = [];
    private ImmutableArray<WrongClock> _clocks = [];
    private long _last;

    public ClientFaults(ClientClock clock, TimeProvider time, ILogger<ClientFaults> log)
    {
        (_clock, _time, _log) = (clock, time, log);
        clock.Misled = Misled;
    }

    /// <summary>Faults that wait.</summary>
    public ImmutableArray<WaitingFault> Waiting
    {
        get
        {
            lock (_lock)
                return _waiting;
        }
    }

    /// <summary>Clocks that are wrong.</summary>
    public ImmutableArray<WrongClock> Clocks
    {
        get
        {
            lock (_lock)
                return _clocks;
        }
    }

    /// <summary>Faults that happened, newest first, at most 200.</summary>
    public ImmutableArray<FiredFault> Fired
    {
        get
        {
            lock (_lock)
                return [.. _fired.Reverse()];
        }
    }

    /// <summary>Adds a fault and gives it a number.</summary>
    public WaitingFault Add(WaitingFault fault)
    {
        lock (_lock)
        {
            var added = fault with { Id = ++_last };
            _waiting = _waiting.Add(added);
            Added(_log, added.Id, added.Kind, added.On, added.Symbol ?? "every symbol", added.Left);
            return added;
        }
    }

    /// <summary>Sets a clock wrong, replacing its earlier fault; zero corrects it.</summary>
    /// <param name="key">API key that it affects; null for every key without a clock fault of its own.</param>
    /// <param name="millis">Lead of the clock, in milliseconds; negative if it is behind.</param>
    public void SetClock(string? key, long millis)
    {
        lock (_lock)
        {
            _clocks = _clocks.RemoveAll(clock => clock.Key == key);
            Turn(key, millis);
            if (millis == 0)
            {
                ClockPutRight(_log, Shown(key) ?? "every key");
                return;
            }

            _clocks = _clocks.Add(new WrongClock(++_last, key, millis));
            ClockTurned(_log, _last, Shown(key) ?? "every key", millis);
        }
    }

    /// <summary>Removes one fault, or all: waiting faults and wrong clocks.</summary>
    public void Remove(long? id)
    {
        lock (_lock)
        {
            _waiting = id is null ? [] : _waiting.RemoveAll(fault => fault.Id == id);
            foreach (var clock in _clocks.Where(clock => id is null || clock.Id == id).ToArray())
                SetClock(clock.Key, 0);
        }
    }

    /// <summary>Returns the first fault that matches and uses up one of its occurrences; null for none.</summary>
    /// <param name="place">Traffic at hand.</param>
    /// <param name="key">API key of the client; null for none.</param>
    /// <param name="isAbout">Returns true if the request or message is about a symbol.</param>
    /// <param name="to">Description of the request or stream, for the log.</param>
    /// <param name="fits">Returns true if this kind of fault can happen here.</param>
    public WaitingFault? Take(
        FaultPlace place, string? key, Func<string, bool> isAbout, string to, Func<FaultKind, bool> fits)
    {
        lock (_lock)
        {
            foreach (var fault in _waiting)
            {
                if (fault.On != place || (fault.Key is not null && fault.Key != key)
                    || !fits(fault.Kind) || (fault.Symbol is not null && !isAbout(fault.Symbol)))
                {
                    continue;
                }

                _waiting = fault.Left > 1
                    ? _waiting.Replace(fault, fault with { Left = fault.Left - 1 })
                    : _waiting.Remove(fault);
                Tell(fault.Id, fault.Kind, to);
                return fault;
            }

            return null;
        }
    }

    /// <summary>
    /// Returns a key for display: a demo key in full, since it is published; the first four characters of any other.
    /// </summary>
    public static string? Shown(string? key) => key is null || key.StartsWith("demo-", StringComparison.Ordinal)
        ? key
        : string.Create(CultureInfo.InvariantCulture, $"{key.AsSpan(0, Math.Min(4, key.Length))}…");

    /// <summary>
    /// Records a request that was rejected because of a wrong clock. If the clock was corrected meanwhile, nothing is
    /// recorded.
    /// </summary>
    private void Misled(string? key, string to)
    {
        lock (_lock)
        {
            if ((_clocks.FirstOrDefault(clock => clock.Key == key)
                ?? _clocks.FirstOrDefault(clock => clock.Key is null)) is { } clock)
                Tell(clock.Id, FaultKind.Skew, to);
        }
    }

    private void Turn(string? key, long millis)
    {
        var skew = TimeSpan.FromMilliseconds(millis);
        if (key is null)
            _clock.Skew = skew;
        else
            _clock.SetFor(key, millis == 0 ? null : skew);
    }

    private void Tell(long id, FaultKind kind, string to)
    {
        _fired.Enqueue(new FiredFault(_time.GetUtcNow(), id, kind, to));
        if (_fired.Count > LongestLog)
            _fired.Dequeue();
        Fires(_log, id, kind, to);
    }

    [LoggerMessage(210, LogLevel.Warning, "Fault {Id} waits for clients: {Kind} of {Place}, {Symbol}, {Left} times")]
    private static partial void Added(
        ILogger logger, long id, FaultKind kind, FaultPlace place, string symbol, int left);

    [LoggerMessage(211, LogLevel.Warning, "Fault {Id} happens: {Kind} of {To}")]
    private static partial void Fires(ILogger logger, long id, FaultKind kind, string to);

    [LoggerMessage(214, LogLevel.Warning, "Fault {Id} waits for clients: the clock of {Key} is {Millis} ms ahead")]
    private static partial void ClockTurned(ILogger logger, long id, string key, long millis);

    [LoggerMessage(220, LogLevel.Information, "The clock of {Key} is right")]
    private static partial void ClockPutRight(ILogger logger, string key);
}
