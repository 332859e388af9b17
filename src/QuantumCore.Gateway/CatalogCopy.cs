namespace QuantumCore.Gateway;

/// <summary>
/// A copy of something in the catalog: loaded when first needed, again after a miss (once a second at most) and
/// when it has grown old.
/// </summary>
/// <remarks>The copy is one immutable object, swapped whole; readers never wait once it is there.</remarks>
public sealed class CatalogCopy<T>(Func<ValueTask<T>> load, TimeProvider time) : IDisposable
    where T : class
{
    /// <summary>How long a miss is answered from the copy before the catalog is asked again.</summary>
    public static readonly TimeSpan MissInterval = TimeSpan.FromSeconds(1);

    /// <summary>Age at which a reader has to wait for a new copy, so that what was taken away ends.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _loading = new(1);
    private volatile T? _copy;
    private long _loadedAt;

    /// <summary>The copy, at most <see cref="LongestAge"/> old.</summary>
    public ValueTask<T> Current() => Fresh is { } copy ? ValueTask.FromResult(copy) : Load(LongestAge);

    /// <summary>The copy when it need not be loaded; else null.</summary>
    public T? Fresh => _copy is { } copy && Age < LongestAge ? copy : null;

    /// <summary>The copy for someone who missed something in it, at most <see cref="MissInterval"/> old.</summary>
    public ValueTask<T> AfterMiss() =>
        _copy is { } copy && Age < MissInterval ? ValueTask.FromResult(copy) : Load(MissInterval);

    /// <summary>The copy after a change made through this process.</summary>
    public ValueTask<T> AfterChange() => Load(TimeSpan.Zero);

    /// <inheritdoc/>
    public void Dispose() => _loading.Dispose();

    private TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref _loadedAt));

    private async ValueTask<T> Load(TimeSpan longestAge)
    {
        await _loading.WaitAsync();
        try
        {
            if (_copy is { } copy && Age < longestAge)
                return copy;

            var asked = time.GetTimestamp();
            var loaded = await load();
            Interlocked.Exchange(ref _loadedAt, asked);
            _copy = loaded;
            return loaded;
        }
        finally
        {
            _loading.Release();
        }
    }
}
