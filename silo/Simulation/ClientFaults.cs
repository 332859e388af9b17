using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using QuantumCore.Gateway;

namespace QuantumCore.Silo.Simulation;

/// <summary>What goes wrong for a client under test. Nothing of it happens to the exchange itself.</summary>
internal enum FaultKind
{
    /// <summary>A request that would change something is refused as overloaded; nothing was done.</summary>
    [JsonStringEnumMemberName("reject")] Reject = 1,

    /// <summary>It is done, and the answer never comes.</summary>
    [JsonStringEnumMemberName("timeout")] Timeout = 2,

    /// <summary>The connection is cut: of a request before anything was done, of a stream before its next message.</summary>
    [JsonStringEnumMemberName("drop")] Drop = 3,

    /// <summary>It waits: a request before anything is done, a message of a stream before it is sent.</summary>
    [JsonStringEnumMemberName("delay")] Delay = 4,

    /// <summary>A message of a stream that has a sequence is left out.</summary>
    [JsonStringEnumMemberName("skip")] Skip = 5,

    /// <summary>A message of a stream that has a sequence is sent twice.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate = 6,

    /// <summary>The clock that a signed request is judged by is wrong. It lasts until it is taken away, and is set by a call of its own.</summary>
    [JsonStringEnumMemberName("skew")] Skew = 7,
}

/// <summary>What a fault meets.</summary>
internal enum FaultPlace
{
    /// <summary>Requests that would change something.</summary>
    [JsonStringEnumMemberName("requests")] Requests = 1,

    /// <summary>Messages of WebSockets.</summary>
    [JsonStringEnumMemberName("stream")] Stream = 2,
}

/// <summary>A fault that waits for its clients.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Place">To what.</param>
/// <param name="Key">The API key it is for; null for everybody.</param>
/// <param name="Symbol">The symbol it is for; null for all.</param>
/// <param name="Left">How many times more.</param>
/// <param name="Millis">How long, of a delay; how long the connection is kept, of a timeout.</param>
internal sealed record ClientFault(long Id, FaultKind Kind, [property: JsonPropertyName("on")] FaultPlace Place, string? Key, string? Symbol, int Left, int Millis);

/// <summary>A clock that is wrong until it is put right.</summary>
/// <param name="Id">Its number, among those of the faults.</param>
/// <param name="Key">The API key it is for; null for every key without one of its own.</param>
/// <param name="Millis">How far it is ahead, in milliseconds; behind when negative.</param>
internal sealed record ClockFault(long Id, string? Key, long Millis);

/// <summary>A fault that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Fault">Its number.</param>
/// <param name="Kind">What happened.</param>
/// <param name="To">To what: method and path, or the stream's path.</param>
internal sealed record FaultThatFired(DateTimeOffset At, long Fault, FaultKind Kind, string To);

/// <summary>The faults that wait, the clocks that are wrong, and what happened.</summary>
internal sealed partial class ClientFaults
{
    private const int LongestLog = 200;

    private readonly ClientClock _clock;
    private readonly TimeProvider _time;
    private readonly ILogger<ClientFaults> _log;
    private readonly Lock _lock = new();
    private readonly Queue<FaultThatFired> _fired = new();
    private ImmutableArray<ClientFault> _waiting = [];
    private ImmutableArray<ClockFault> _clocks = [];
    private long _last;

    public ClientFaults(ClientClock clock, TimeProvider time, ILogger<ClientFaults> log)
    {
        (_clock, _time, _log) = (clock, time, log);
        clock.Misled = Misled;
    }

    /// <summary>Those that wait.</summary>
    public ImmutableArray<ClientFault> Waiting
    {
        get
        {
            lock (_lock)
                return _waiting;
        }
    }

    /// <summary>Clocks that are wrong.</summary>
    public ImmutableArray<ClockFault> Clocks
    {
        get
        {
            lock (_lock)
                return _clocks;
        }
    }

    /// <summary>Those that happened, newest first.</summary>
    public ImmutableArray<FaultThatFired> Fired
    {
        get
        {
            lock (_lock)
                return [.. _fired.Reverse()];
        }
    }

    /// <summary>Adds one; its number is given here.</summary>
    public ClientFault Add(ClientFault fault)
    {
        lock (_lock)
        {
            var added = fault with { Id = ++_last };
            _waiting = _waiting.Add(added);
            Added(_log, added.Id, added.Kind, added.Place, added.Symbol ?? "every symbol", added.Left);
            return added;
        }
    }

    /// <summary>Puts a clock wrong, in the place of what it was before; zero: puts it right.</summary>
    /// <param name="key">The API key it is for; null for every key without one of its own.</param>
    /// <param name="millis">How far it is ahead, in milliseconds.</param>
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

            _clocks = _clocks.Add(new ClockFault(++_last, key, millis));
            ClockTurned(_log, _last, Shown(key) ?? "every key", millis);
        }
    }

    /// <summary>Takes one away, or all: faults that wait, and clocks that are wrong.</summary>
    public void Remove(long? id)
    {
        lock (_lock)
        {
            _waiting = id is null ? [] : _waiting.RemoveAll(fault => fault.Id == id);
            foreach (var clock in _clocks.Where(clock => id is null || clock.Id == id).ToArray())
                SetClock(clock.Key, 0);
        }
    }

    /// <summary>The first fault for what happens now, used up by one; null for none.</summary>
    /// <param name="place">What it would meet.</param>
    /// <param name="key">The key that is shown; null for none.</param>
    /// <param name="isAbout">Whether a symbol is what it is about.</param>
    /// <param name="to">What it is, for the log.</param>
    /// <param name="fits">Whether this kind can happen to it.</param>
    public ClientFault? Take(FaultPlace place, string? key, Func<string, bool> isAbout, string to, Func<FaultKind, bool> fits)
    {
        lock (_lock)
        {
            foreach (var fault in _waiting)
            {
                if (fault.Place != place || (fault.Key is not null && fault.Key != key)
                    || !fits(fault.Kind) || (fault.Symbol is not null && !isAbout(fault.Symbol)))
                {
                    continue;
                }

                _waiting = fault.Left > 1 ? _waiting.Replace(fault, fault with { Left = fault.Left - 1 }) : _waiting.Remove(fault);
                Tell(fault.Id, fault.Kind, to);
                return fault;
            }

            return null;
        }
    }

    /// <summary>A key as it may be shown: the demo's are published, of others the beginning.</summary>
    public static string? Shown(string? key) => key is null || key.StartsWith("demo-", StringComparison.Ordinal)
        ? key
        : string.Create(CultureInfo.InvariantCulture, $"{key.AsSpan(0, Math.Min(4, key.Length))}…");

    /// <summary>A request was refused by a clock that is wrong. Who put it right meanwhile is told nothing.</summary>
    private void Misled(string? key, string to)
    {
        lock (_lock)
        {
            if ((_clocks.FirstOrDefault(clock => clock.Key == key) ?? _clocks.FirstOrDefault(clock => clock.Key is null)) is { } clock)
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
        _fired.Enqueue(new FaultThatFired(_time.GetUtcNow(), id, kind, to));
        if (_fired.Count > LongestLog)
            _fired.Dequeue();
        Fires(_log, id, kind, to);
    }

    [LoggerMessage(210, LogLevel.Warning, "Fault {Id} waits for clients: {Kind} of {Place}, {Symbol}, {Left} times")]
    private static partial void Added(ILogger logger, long id, FaultKind kind, FaultPlace place, string symbol, int left);

    [LoggerMessage(211, LogLevel.Warning, "Fault {Id} happens: {Kind} of {To}")]
    private static partial void Fires(ILogger logger, long id, FaultKind kind, string to);

    [LoggerMessage(214, LogLevel.Warning, "Fault {Id} waits for clients: the clock of {Key} is {Millis} ms ahead")]
    private static partial void ClockTurned(ILogger logger, long id, string key, long millis);

    [LoggerMessage(220, LogLevel.Information, "The clock of {Key} is right")]
    private static partial void ClockPutRight(ILogger logger, string key);
}
