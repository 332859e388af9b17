namespace QuantumCore.Gateway;

/// <summary>
/// A copy of something in the catalog: loaded when first needed, again after a miss (once a second at most) and
/// when it has grown old.
/// </summary>
/// <remarks>
/// The copy is one immutable object, swapped whole; readers never wait once it is there. Whoever has to wait shares
/// one load with everyone else who waits, and its failure too: a catalog that answers slowly is not asked once for
/// each of them.
/// </remarks>
/// <param name="load">Asks the catalog.</param>
/// <param name="time">Tells the copy's age.</param>
/// <param name="servesOld">
/// Whether an old copy still serves while a new one is loaded: right where things are only added, wrong where what
/// was taken away has to end.
/// </param>
public sealed class CatalogCopy<T>(Func<ValueTask<T>> load, TimeProvider time, bool servesOld = false)
    where T : class
{
    /// <summary>How long a miss is answered from the copy before the catalog is asked again.</summary>
    public static readonly TimeSpan MissInterval = TimeSpan.FromSeconds(1);

    /// <summary>Age at which a new copy is loaded.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private volatile T? _copy;
    private long _loadedAt;
    private Task<T>? _loading;

    /// <summary>The copy; older than <see cref="LongestAge"/> only where an old one serves.</summary>
    public ValueTask<T> Current()
    {
        if (_copy is not { } copy)
            return new(Load());
        if (Age < LongestAge)
            return ValueTask.FromResult(copy);

        var loading = Load();
        if (!servesOld)
            return new(loading);

        Ignore(loading);
        return ValueTask.FromResult(copy);
    }

    /// <summary>The copy when it need not be loaded; else null.</summary>
    public T? Fresh => _copy is { } copy && Age < LongestAge ? copy : null;

    /// <summary>The copy for someone who missed something in it, at most <see cref="MissInterval"/> old.</summary>
    public ValueTask<T> AfterMiss() =>
        _copy is { } copy && Age < MissInterval ? ValueTask.FromResult(copy) : new(Load());

    /// <summary>The copy after a change made through this process: no load that began before it will do.</summary>
    public async ValueTask<T> AfterChange()
    {
        Task<T>? before;
        lock (_lock)
            before = _loading;

        if (before is not null)
            await before.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        return await Load();
    }

    private TimeSpan Age => time.GetElapsedTime(Interlocked.Read(ref _loadedAt));

    /// <summary>The load that is under way, or a new one.</summary>
    private Task<T> Load()
    {
        lock (_lock)
            return _loading is { IsCompleted: false } running ? running : _loading = LoadAnew();
    }

    private async Task<T> LoadAnew()
    {
        var asked = time.GetTimestamp();
        var loaded = await load();
        Interlocked.Exchange(ref _loadedAt, asked);
        _copy = loaded;
        return loaded;
    }

    /// <summary>A load that nobody waits for: its failure is told to who waits for the next.</summary>
    private static void Ignore(Task loading) => _ = loading.ContinueWith(
        static failed => failed.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
