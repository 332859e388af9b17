using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using QuantumCore.Gateway.Binance;

namespace QuantumCore.Silo.Simulation;

/// <summary>Kind of a fault that a client under test meets. The exchange itself is not affected.</summary>
internal enum FaultKind
{
    /// <summary>A request that would change state is rejected as overloaded, without any effect.</summary>
    [JsonStringEnumMemberName("reject")] Reject = 1,

    /// <summary>The request is carried out, but its response never arrives.</summary>
    [JsonStringEnumMemberName("timeout")] Timeout = 2,

    /// <summary>The connection is cut: before a request has any effect, or before a stream's next message.</summary>
    [JsonStringEnumMemberName("drop")] Drop = 3,

    /// <summary>A delay: before a request is carried out, or before a stream's message is sent.</summary>
    [JsonStringEnumMemberName("delay")] Delay = 4,

    /// <summary>A sequenced stream message is left out.</summary>
    [JsonStringEnumMemberName("skip")] Skip = 5,

    /// <summary>A sequenced stream message is sent twice.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate = 6,

    /// <summary>
    /// The clock that checks signed requests is wrong. It lasts until it is removed, and has a call of its own.
    /// </summary>
    [JsonStringEnumMemberName("skew")] Skew = 7,
}

/// <summary>Traffic that a fault affects.</summary>
internal enum FaultPlace
{
    /// <summary>Requests that would change state.</summary>
    [JsonStringEnumMemberName("requests")] Requests = 1,

    /// <summary>WebSocket messages.</summary>
    [JsonStringEnumMemberName("stream")] Stream = 2,
}

/// <summary>A fault that waits for its clients.</summary>
/// <param name="Id">Fault number.</param>
/// <param name="Kind">Kind of the fault.</param>
/// <param name="Place">Traffic that it affects.</param>
/// <param name="Key">API key that it affects; null for every key.</param>
/// <param name="Symbol">Symbol that it affects; null for all.</param>
/// <param name="Left">Number of times that it still happens.</param>
/// <param name="Millis">
/// Length of a delay, or the time that a timeout keeps the connection open, in milliseconds.
/// </param>
internal sealed record ClientFault(
    long Id, FaultKind Kind, [property: JsonPropertyName("on")] FaultPlace Place, string? Key, string? Symbol, int Left,
    int Millis);

/// <summary>A clock that is wrong until it is corrected.</summary>
/// <param name="Id">Fault number, from the same sequence as faults.</param>
/// <param name="Key">API key that it affects; null for every key without a clock fault of its own.</param>
/// <param name="Millis">Lead of the clock, in milliseconds; negative if it is behind.</param>
internal sealed record ClockFault(long Id, string? Key, long Millis);

/// <summary>A fault that happened.</summary>
/// <param name="At">Time of the fault.</param>
/// <param name="Fault">Fault number.</param>
/// <param name="Kind">Kind of the fault.</param>
/// <param name="To">Affected request (method and path), or the stream's path.</param>
internal sealed record FaultThatFired(DateTimeOffset At, long Fault, FaultKind Kind, string To);

/// <summary>Waiting faults, wrong clocks, and the log of faults that happened.</summary>
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

    /// <summary>Faults that wait.</summary>
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

    /// <summary>Faults that happened, newest first, at most 200.</summary>
    public ImmutableArray<FaultThatFired> Fired
    {
        get
        {
            lock (_lock)
                return [.. _fired.Reverse()];
        }
    }

    /// <summary>Adds a fault and gives it a number.</summary>
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

            _clocks = _clocks.Add(new ClockFault(++_last, key, millis));
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
    public ClientFault? Take(
        FaultPlace place, string? key, Func<string, bool> isAbout, string to, Func<FaultKind, bool> fits)
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
        _fired.Enqueue(new FaultThatFired(_time.GetUtcNow(), id, kind, to));
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
