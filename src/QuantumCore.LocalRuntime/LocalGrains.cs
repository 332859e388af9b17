using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// The embedded grain runtime: all grains of one process. Get it from the container as <see cref="IGrainFactory"/> or
/// <see cref="IClusterClient"/>. Disposing it fails the calls in flight with <see cref="SiloUnavailableException"/>.
/// </summary>
public sealed class LocalGrains : IClusterClient, IAsyncDisposable
{
    private static readonly TimeSpan s_disposeTimeout = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Type, GrainReference> _templates = new();
    private readonly Dictionary<Type, List<GrainKind>> _kindsByInterface = [];
    private readonly Dictionary<string, LocalStreamProvider> _streamProviders = new(StringComparer.Ordinal);
    private readonly ConcurrentStack<(GrainReference Target, GrainCall Call)> _overtaking = new();
    private readonly PendingCalls[] _pending = [.. Enumerable.Range(0, 16).Select(_ => new PendingCalls())];
    private readonly long _responseTimeoutMillis;
    private readonly long _sweepMillis;
    private readonly long _startTimestamp;
    private readonly ITimer _sweep;
    private readonly ITimer _collection;
    private long _nowMillis;
    private volatile bool _stopping;
    private volatile bool _stopped;

    /// <summary>Reads the grain classes of the assemblies given; activates none.</summary>
    public LocalGrains(IServiceProvider services, LocalGrainOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ServiceProvider = services;
        Options = options;
        Time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Logger = services.GetService<ILogger<LocalGrains>>() ?? (ILogger)NullLogger.Instance;
        MaxRequestsPerActivation =
            options.MaxRequestsPerActivation > 0 ? options.MaxRequestsPerActivation : int.MaxValue;
        Kinds =
            [.. options.GrainAssemblies.Distinct().SelectMany(assembly => assembly.GetTypes())
                .Where(IsGrainClass).Select(type => new GrainKind(type))];
        foreach (var (type, kind) in Kinds.SelectMany(kind => kind.Interfaces.Select(type => (type, kind))))
        {
            if (!_kindsByInterface.TryGetValue(type, out var kinds))
                _kindsByInterface.Add(type, kinds = []);
            kinds.Add(kind);
        }

        foreach (var name in options.StreamProviders)
            _streamProviders.Add(name, new LocalStreamProvider(this, name));

        Turns = new TurnWatch(options.LongTurn, Time, Logger);
        _responseTimeoutMillis = (long)options.ResponseTimeout.TotalMilliseconds;
        _sweepMillis = Math.Clamp(_responseTimeoutMillis / 8, 1, 250);
        _startTimestamp = Time.GetTimestamp();
        var period = TimeSpan.FromMilliseconds(_sweepMillis);
        _sweep = Time.CreateTimer(static runtime => ((LocalGrains)runtime!).Sweep(), this, period, period);
        _collection = Time.CreateTimer(
            static runtime => ((LocalGrains)runtime!).CollectIdle(),
            this,
            options.CollectionPeriod,
            options.CollectionPeriod);
    }

    /// <inheritdoc/>
    public IServiceProvider ServiceProvider { get; }

    internal LocalGrainOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ILogger Logger { get; }

    internal TurnWatch Turns { get; }

    internal MemoryStorage Storage { get; } = new();

    internal int MaxRequestsPerActivation { get; }

    internal IReadOnlyList<GrainKind> Kinds { get; }

    internal bool HasStopped => _stopped;

    /// <summary>
    /// Milliseconds since the start, as of the last sweep: reading a clock for every call would cost more than the
    /// rest.
    /// </summary>
    internal long NowMillis => Volatile.Read(ref _nowMillis);

    /// <inheritdoc/>
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrEmpty(primaryKey);
        return grainClassNamePrefix is null
            ? (TGrainInterface)Reference(typeof(TGrainInterface), primaryKey)
            : (TGrainInterface)(object)GrainReference
                .Template(this, KindOf(typeof(TGrainInterface), grainClassNamePrefix), typeof(TGrainInterface))
                .For(primaryKey);
    }

    /// <summary>Living activations of each grain class that has any, by the name of the class.</summary>
    public IReadOnlyDictionary<string, int> CountActivations() => Kinds
        .Select(kind => (kind.Type.Name, Count: kind.Activations.Values.Sum(static living => living.Length)))
        .Where(kind => kind.Count > 0)
        .ToDictionary(kind => kind.Name, kind => kind.Count, StringComparer.Ordinal);

    /// <summary>Ends the activations of one grain as if they were idle, and waits until they have ended.</summary>
    public Task DeactivateAsync(IAddressable grain)
    {
        var id = grain.GetGrainId();
        var living = Kinds.Where(kind => kind.GrainType == id.Type)
            .SelectMany(kind => kind.Activations.GetValueOrDefault(id.Key.ToString()) ?? []);
        var reason = new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "Asked for from outside.");
        return Task.WhenAll(EndAll(living, reason));
    }

    /// <summary>
    /// Refuses calls from outside and new activations, lets running requests end, and deactivates every grain; after
    /// <see cref="LocalGrainOptions.DeactivationTimeout"/> the calls still in flight fail.
    /// </summary>
    public Task StopAsync(CancellationToken cancellationToken = default) =>
        Stop(Options.DeactivationTimeout, cancellationToken);

    /// <summary>Fails the calls in flight, then stops, waiting a few seconds at most. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped)
            return;

        _stopping = true;
        FailPending(long.MaxValue, CutOff);
        await Stop(s_disposeTimeout, CancellationToken.None);
    }

    internal IStreamProvider GetStreamProvider(string name) =>
        _streamProviders.TryGetValue(name, out var provider)
            ? provider
            : throw new KeyNotFoundException($"There is no stream provider '{name}'.");

    internal object Reference(Type interfaceType, string key)
    {
        var template = _templates.TryGetValue(interfaceType, out var known)
            ? known
            : _templates.GetOrAdd(
                interfaceType, type => GrainReference.Template(this, KindOf(type, prefix: null), type));
        return template.For(key);
    }

    /// <summary>
    /// Runs something soon. In the global queue: a local one would let the callers' own continuations starve the grains
    /// beside them.
    /// </summary>
    internal void Run(IThreadPoolWorkItem item)
    {
        if (Options.Scheduler is { } scheduler)
            new Task(static own => ((IThreadPoolWorkItem)own!).Execute(), item).Start(scheduler);
        else
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
    }

    /// <summary>Sends a call to the activation of its grain, made if need be.</summary>
    internal void Dispatch(GrainReference target, GrainCall call)
    {
        var caller = Activation.Current;
        call.FromOutside = caller is null;
        if (caller is null && _stopping)
        {
            call.Fail(new SiloUnavailableException("The runtime is stopping."));
            return;
        }

        if (!call.Method.OneWay)
            AwaitAnswer(call);

        if (Options.Network is { } network)
            network(target, call);
        else if (Options.Hostile && caller is null)
            SendOvertaking(target, call);
        else
            Send(target, call);
    }

    /// <summary>Takes in a call that another runtime's network has carried here.</summary>
    internal void Receive(GrainReference target, GrainCall call) =>
        Send(Kinds.First(kind => kind.Type == target.Kind.Type), target.Key, call);

    /// <summary>Sends a request to the activation that takes the next one for this key.</summary>
    internal void Send(GrainKind kind, string key, GrainRequest request)
    {
        if (_stopping && !kind.Activations.ContainsKey(key))
            request.Fail(new SiloUnavailableException("The runtime is stopping."));
        else
            kind.Choose(this, key).Post(request);
    }

    private static SiloUnavailableException CutOff(GrainCall call) =>
        new($"{call.Method.Name} was cut off: the runtime has stopped. Whether it takes effect is unknown.");

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
        && typeof(Grain).IsAssignableFrom(type);

    private static List<Task> EndAll(IEnumerable<Activation> activations, DeactivationReason reason)
    {
        var ends = new List<Task>();
        foreach (var activation in activations)
        {
            activation.Deactivate(reason);
            ends.Add(activation.Deactivated);
        }

        return ends;
    }

    private GrainKind KindOf(Type interfaceType, string? prefix)
    {
        var kinds = _kindsByInterface.GetValueOrDefault(interfaceType) ?? [];
        var matching = prefix is null
            ? kinds
            : [.. kinds.Where(kind => kind.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal))];
        return matching.Count == 1
            ? matching[0]
            : throw new ArgumentException(
                $"{matching.Count} grain classes implement {interfaceType.FullName}; one must.", nameof(interfaceType));
    }

    private void Send(GrainReference target, GrainCall call)
    {
        if (target.LastActivation is { HasEnded: false } last)
        {
            last.Post(call);
            return;
        }

        if (_stopping && !target.Kind.Activations.ContainsKey(target.Key))
        {
            call.Fail(new SiloUnavailableException("The runtime is stopping."));
            return;
        }

        var activation = target.Kind.Choose(this, target.Key);
        if (target.Kind.Workers == 1)
            target.LastActivation = activation;
        activation.Post(call);
    }

    /// <summary>The newest of the calls in flight goes first.</summary>
    private void SendOvertaking(GrainReference target, GrainCall call)
    {
        _overtaking.Push((target, call));
        ThreadPool.UnsafeQueueUserWorkItem(
            static runtime =>
            {
                if (runtime._overtaking.TryPop(out var newest))
                    runtime.Send(newest.Target, newest.Call);
            },
            this,
            preferLocal: false);
    }

    private void AwaitAnswer(GrainCall call)
    {
        var timeout = call.Method.ResponseTimeout is { } own ? (long)own.TotalMilliseconds : _responseTimeoutMillis;
        call.DeadlineMillis = NowMillis + timeout + _sweepMillis;
        var pending = _pending[Environment.CurrentManagedThreadId & 15];
        pending.Add(call);

        // It may have been cancelled, or the runtime stopped, while it was not yet in the list.
        if (_stopped)
            call.Fail(new SiloUnavailableException("The runtime has stopped."));
        else if (call.IsDone)
            pending.Remove(call);
    }

    private async Task Stop(TimeSpan limit, CancellationToken cancellationToken)
    {
        _stopping = true;
        try
        {
            // Real time: a clock that a test has stopped must not keep a process from ending.
            await EndAllGrains().WaitAsync(limit, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            Log.StopTimedOut(Logger, Kinds.Sum(kind => kind.Activations.Count));
        }

        _stopped = true;
        await _sweep.DisposeAsync();
        await _collection.DisposeAsync();
        Turns.Dispose();
        FailPending(long.MaxValue, CutOff);
    }

    private async Task EndAllGrains()
    {
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The runtime is stopping.");
        while (AllActivations().ToArray() is { Length: > 0 } all)
            await Task.WhenAll(EndAll(all, reason));
    }

    private void Sweep()
    {
        var now = (long)Time.GetElapsedTime(_startTimestamp).TotalMilliseconds;
        Volatile.Write(ref _nowMillis, now);
        FailPending(now, static call => new TimeoutException(
            $"{call.Method.Name} was not answered in time. Whether it takes effect is unknown."));
    }

    private void FailPending(long deadlineMillis, Func<GrainCall, Exception> error)
    {
        var late = new List<GrainCall>();
        foreach (var pending in _pending)
            pending.Collect(deadlineMillis, late);
        foreach (var call in late)
            call.Fail(error(call));
    }

    private void CollectIdle()
    {
        var since = NowMillis - (long)Options.CollectionAge.TotalMilliseconds;
        foreach (var activation in AllActivations())
            activation.DeactivateIfIdle(since);
    }

    private IEnumerable<Activation> AllActivations() =>
        Kinds.SelectMany(kind => kind.Activations.Values).SelectMany(living => living);
}
