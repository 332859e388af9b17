namespace QuantumCore.Gateway;

/// <summary>
/// Copy of something in the catalog. It loads on first use, after a miss (at most once a second), and when it is too
/// old.
/// </summary>
/// <remarks>
/// The copy is one immutable object, replaced as a whole; readers never wait once it is there. All who wait share one
/// load and its failure, so that a slow catalog is not asked once for each of them.
/// </remarks>
/// <param name="load">Reads from the catalog.</param>
/// <param name="time">Clock for the copy's age.</param>
/// <param name="servesOld">
/// True if an old copy still serves while a new one loads. That is right where entries are only added, and wrong where
/// removed entries must end.
/// </param>
public sealed class CatalogCopy<T>(Func<ValueTask<T>> load, TimeProvider time, bool servesOld = false)
    where T : class
{
    /// <summary>Minimum time between two loads after misses.</summary>
    public static readonly TimeSpan MissInterval = TimeSpan.FromSeconds(1);

    /// <summary>Age at which a new copy is loaded.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private volatile T? _copy;
    private long _loadedAt;
    private Task<T>? _loading;

    /// <summary>Returns the copy. It is older than <see cref="LongestAge"/> only if old copies serve.</summary>
    public ValueTask<T> CurrentAsync()
    {
        if (_copy is not { } copy)
            return new(LoadAsync());
        if (Age < LongestAge)
            return ValueTask.FromResult(copy);

        var loading = LoadAsync();
        if (!servesOld)
            return new(loading);

        Ignore(loading);
        return ValueTask.FromResult(copy);
    }

    /// <summary>The newest copy, however old; null before the first load.</summary>
    public T? Newest => _copy;

    /// <summary>The copy if it needs no load; otherwise null.</summary>
    public T? Fresh => _copy is { } copy && Age < LongestAge ? copy : null;

    /// <summary>Returns the copy after a miss, at most <see cref="MissInterval"/> old.</summary>
    public ValueTask<T> AfterMissAsync() =>
        _copy is { } copy && Age < MissInterval ? ValueTask.FromResult(copy) : new(LoadAsync());

    /// <summary>
    /// Returns the copy after a change made through this process. A load that began before the change does not count.
    /// </summary>
    public async ValueTask<T> AfterChangeAsync()
    {
        Task<T>? before;
        lock (_lock)
            before = _loading;

        if (before is not null)
            await before.ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        return await LoadAsync();
    }

    private TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref _loadedAt));

    /// <summary>Returns the load that is in flight, or starts one.</summary>
    private Task<T> LoadAsync()
    {
        lock (_lock)
            return _loading is { IsCompleted: false } running ? running : _loading = LoadAnewAsync();
    }

    private async Task<T> LoadAnewAsync()
    {
        var asked = time.GetTimestamp();
        var loaded = await load();
        Interlocked.Exchange(ref _loadedAt, asked);
        _copy = loaded;
        return loaded;
    }

    /// <summary>Observes a load that nobody awaits. Whoever awaits the next load gets its failure.</summary>
    private static void Ignore(Task loading) => _ = loading.ContinueWith(
        static failed => failed.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
