using System.Collections.Immutable;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Clock that clients see and that signed requests are checked against. Tests of clients can set it wrong, for all
/// clients or for one key. Records and journals have their own clock.
/// </summary>
public sealed class ClientClock(TimeProvider time)
{
    private ImmutableDictionary<string, TimeSpan> _ofKeys =
        ImmutableDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);
    private long _skewTicks;

    /// <summary>Offset from the true time for every key without its own; negative if the clock is behind.</summary>
    public TimeSpan Skew
    {
        get => new(Volatile.Read(ref _skewTicks));
        set => Volatile.Write(ref _skewTicks, value.Ticks);
    }

    /// <summary>
    /// Callback for a request that was rejected because the clock is wrong, with the key sent and the request.
    /// </summary>
    public Action<string?, string>? Misled { get; set; }

    /// <summary>Sets the clock wrong for one key, whatever the other keys have; null removes the offset.</summary>
    /// <param name="key">API key, as the client sends it.</param>
    /// <param name="skew">Offset from the true time; negative if the clock is behind.</param>
    public void SetFor(string key, TimeSpan? skew)
    {
        if (skew is { } own)
            ImmutableInterlocked.AddOrUpdate(ref _ofKeys, key, own, (_, _) => own);
        else
            ImmutableInterlocked.TryRemove(ref _ofKeys, key, out _);
    }

    /// <summary>Returns the offset from the true time for a key; null for a client without a key.</summary>
    public TimeSpan SkewFor(string? key) =>
        key is not null && Volatile.Read(ref _ofKeys).TryGetValue(key, out var own) ? own : Skew;

    /// <summary>Returns the current time as a key's client sees it; null for a client without a key.</summary>
    public DateTimeOffset NowFor(string? key) => time.GetUtcNow() + SkewFor(key);

    /// <summary>Reports a request that was rejected only because the clock is wrong.</summary>
    internal void Mislead(string? key, string what) => Misled?.Invoke(key, what);
}
