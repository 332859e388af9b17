using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

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

/// <summary>A fault that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Fault">Its number.</param>
/// <param name="Kind">What happened.</param>
/// <param name="To">To what: method and path, or the stream's path.</param>
internal sealed record FaultThatFired(DateTimeOffset At, long Fault, FaultKind Kind, string To);

/// <summary>The faults that wait, and those that happened.</summary>
internal sealed partial class ClientFaults(TimeProvider time, ILogger<ClientFaults> log)
{
    private const int LongestLog = 200;

    private readonly Lock _lock = new();
    private readonly Queue<FaultThatFired> _fired = new();
    private ImmutableArray<ClientFault> _waiting = [];
    private long _last;

    /// <summary>Those that wait.</summary>
    public ImmutableArray<ClientFault> Waiting
    {
        get
        {
            lock (_lock)
                return _waiting;
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
            Added(log, added.Id, added.Kind, added.Place, added.Symbol ?? "every symbol", added.Left);
            return added;
        }
    }

    /// <summary>Takes one away, or all.</summary>
    public void Remove(long? id)
    {
        lock (_lock)
            _waiting = id is null ? [] : _waiting.RemoveAll(fault => fault.Id == id);
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
                _fired.Enqueue(new FaultThatFired(time.GetUtcNow(), fault.Id, fault.Kind, to));
                if (_fired.Count > LongestLog)
                    _fired.Dequeue();
                Fires(log, fault.Id, fault.Kind, to);
                return fault;
            }

            return null;
        }
    }

    /// <summary>A key as it may be shown: the demo's are published, of others the beginning.</summary>
    public static string? Shown(string? key) => key is null || key.StartsWith("demo-", StringComparison.Ordinal)
        ? key
        : string.Create(CultureInfo.InvariantCulture, $"{key.AsSpan(0, Math.Min(4, key.Length))}…");

    [LoggerMessage(210, LogLevel.Warning, "Fault {Id} waits for clients: {Kind} of {Place}, {Symbol}, {Left} times")]
    private static partial void Added(ILogger logger, long id, FaultKind kind, FaultPlace place, string symbol, int left);

    [LoggerMessage(211, LogLevel.Warning, "Fault {Id} happens: {Kind} of {To}")]
    private static partial void Fires(ILogger logger, long id, FaultKind kind, string to);
}
