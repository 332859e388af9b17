using System.Collections.Immutable;

namespace QuantumCore.Gateway;

/// <summary>
/// The clock that signed requests are measured by and that clients are told. It can be put wrong for a test of clients, for all of
/// them or for who shows one key; records and journals have their own.
/// </summary>
public sealed class ClientClock(TimeProvider time)
{
    private ImmutableDictionary<string, TimeSpan> _ofKeys = ImmutableDictionary.Create<string, TimeSpan>(StringComparer.Ordinal);
    private long _skewTicks;

    /// <summary>How far it is ahead of the time, for every key without one of its own; behind it when negative.</summary>
    public TimeSpan Skew
    {
        get => new(Volatile.Read(ref _skewTicks));
        set => Volatile.Write(ref _skewTicks, value.Ticks);
    }

    /// <summary>Told of a request that was refused because the clock is wrong: the key that was shown, and what was asked.</summary>
    public Action<string?, string>? Misled { get; set; }

    /// <summary>Puts the clock wrong for one key, whatever it is for the others; null: no longer.</summary>
    /// <param name="key">The key, as its client shows it.</param>
    /// <param name="skew">How far it is ahead of the time; behind it when negative.</param>
    public void SetFor(string key, TimeSpan? skew)
    {
        if (skew is { } own)
            ImmutableInterlocked.AddOrUpdate(ref _ofKeys, key, own, (_, _) => own);
        else
            ImmutableInterlocked.TryRemove(ref _ofKeys, key, out _);
    }

    /// <summary>How far it is ahead of the time for who shows a key; null for who shows none.</summary>
    public TimeSpan SkewFor(string? key) =>
        key is not null && Volatile.Read(ref _ofKeys).TryGetValue(key, out var own) ? own : Skew;

    /// <summary>Now, as who shows a key is told; null for who shows none.</summary>
    public DateTimeOffset NowFor(string? key) => time.GetUtcNow() + SkewFor(key);

    /// <summary>Says that a request was refused only because the clock is wrong.</summary>
    internal void Mislead(string? key, string what) => Misled?.Invoke(key, what);
}
