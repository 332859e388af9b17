using Orleans.CodeGeneration;
using Orleans.Core;
using Orleans.Serialization.Invocation;
using Orleans.Timers;

namespace QuantumCore.Simulation.Host;

/// <summary>
/// Activations of one silo. It replaces the Orleans runtime of a process: grains, proxies and timers see only Orleans
/// interfaces. The silo's scheduler runs all of its work, step by step.
/// </summary>
internal sealed class GrainHost : IGrainReferenceRuntime, IGrainRuntime, ITimerRegistry
{
    private const int MaxForwards = 2;
    private static readonly TimeSpan s_responseTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_sweepPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_collectionPeriod = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_collectionAge = TimeSpan.FromSeconds(6);
    private readonly Dictionary<GrainId, HostedGrain> _activations = [];
    private readonly Dictionary<(Type, IdSpan), GrainReference> _references = [];
    private readonly List<PendingReply> _pending = [];
    private readonly HostedGrainFactory _factory;

    public GrainHost(World world, Silo silo, IServiceProvider services)
    {
        (World, Silo, ServiceProvider) = (world, silo, services);
        _factory = new HostedGrainFactory(this);
        Every(s_sweepPeriod, () => _pending.RemoveAll(reply => reply.IsOver(world.Now)));
        Every(s_collectionPeriod, Collect);
    }

    public World World { get; }

    public Silo Silo { get; }

    public string SiloIdentity => Silo.Owner.Name;

    public SiloAddress SiloAddress => throw new NotSupportedException(nameof(SiloAddress));

    /// <summary>Factory of proxies. An activation that has ended gets none.</summary>
    public IGrainFactory GrainFactory =>
        HostedGrain.Current is { HasEnded: true } ended
            ? throw new InvalidOperationException($"The activation of {ended.GrainId} has ended.")
            : _factory;

    public ITimerRegistry TimerRegistry => this;

    public IServiceProvider ServiceProvider { get; }

    public TimeProvider TimeProvider => Silo.Clock;

    /// <summary>Returns the proxy of a grain.</summary>
    public GrainReference Reference(Type interfaceType, IdSpan key)
    {
        if (!_references.TryGetValue((interfaceType, key), out var reference))
        {
            var manifest = GrainManifest.Product;
            var shared = new GrainReferenceShared(
                manifest.KindOf(interfaceType).GrainType,
                GrainInterfaceType.Create(interfaceType.FullName!),
                interfaceVersion: 0,
                this,
                InvokeMethodOptions.None,
                manifest.Codecs,
                manifest.CopyContexts,
                ServiceProvider);
            reference = _references[(interfaceType, key)] = manifest.CreateProxy(interfaceType, shared, key);
        }

        return reference;
    }

    /// <summary>Receives a message, and activates its grain if necessary.</summary>
    public void Receive(Message message)
    {
        if (!_activations.TryGetValue(message.Target, out var activation))
        {
            activation = new HostedGrain(this, GrainManifest.Product.KindOf(message.Target.Type), message.Target);
            _activations.Add(message.Target, activation);
            World.Directory.Activated(message.Target, Silo);
        }

        activation.Receive(message);
    }

    /// <summary>Forwards a message that reached an activation after its end.</summary>
    public void Forward(Message message)
    {
        if (message is not NetworkMessage network)
            return;
        if (++message.Forwards > MaxForwards)
            message.Fail(
                new OrleansException($"{message.Target} ended {MaxForwards} times before it took this message."));
        else
            World.Directory.Forward(Silo, network);
    }

    /// <summary>Returns true if a grain has an activation here.</summary>
    public bool Holds(GrainId grain) => _activations.ContainsKey(grain);

    /// <summary>Deactivates a grain, as a rebalance would.</summary>
    public void Evict(IAddressable grain)
    {
        if (_activations.TryGetValue(grain.GetGrainId(), out var activation))
            activation.Deactivate(new(DeactivationReasonCode.ApplicationRequested, "It is moved."));
    }

    /// <summary>Removes an activation that has ended.</summary>
    public void Forget(HostedGrain activation)
    {
        _activations.Remove(activation.GrainId);
        World.Directory.Ended(activation.GrainId, Silo);
    }

    public ValueTask<T?> InvokeMethodAsync<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        var caller = ResponseCompletionSourcePool.Get<T?>();
        Send(reference, request, options, caller);
        return caller.AsValueTask();
    }

    public ValueTask InvokeMethodAsync(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        var caller = ResponseCompletionSourcePool.Get();
        Send(reference, request, options, caller);
        return caller.AsVoidValueTask();
    }

    public void InvokeMethod(GrainReference reference, IInvokable request, InvokeMethodOptions options) =>
        Send(reference, request, options, caller: null);

    public object Cast(IAddressable grain, Type interfaceType) => Reference(interfaceType, grain.GetGrainId().Key);

    public void DeactivateOnIdle(IGrainContext grainContext) =>
        grainContext.Deactivate(
            new(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    public IGrainTimer RegisterGrainTimer<TState>(
        IGrainContext grainContext,
        Func<TState, CancellationToken, Task> callback,
        TState state,
        GrainTimerCreationOptions options) =>
        ((HostedGrain)grainContext).StartTimer(stop => callback(state, stop), options);

    void IGrainRuntime.DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) =>
        throw new NotSupportedException(nameof(IGrainRuntime.DelayDeactivation));
    IStorage<TGrainState> IGrainRuntime.GetStorage<TGrainState>(IGrainContext grainContext) =>
        throw new NotSupportedException(nameof(IGrainRuntime.GetStorage));
    IDisposable ITimerRegistry.RegisterTimer(
        IGrainContext grainContext, Func<object?, Task> callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException(nameof(ITimerRegistry.RegisterTimer));

    private void Send(
        GrainReference reference, IInvokable request, InvokeMethodOptions options, IResponseCompletionSource? caller)
    {
        if (request.IsCancellable)
            throw new NotSupportedException($"{request.GetMethodName()} takes a cancellation token.");

        PendingReply? reply = null;
        if (options.HasFlag(InvokeMethodOptions.OneWay))
        {
            caller?.Complete();
        }
        else
        {
            var timeout = request.GetDefaultResponseTimeout() ?? s_responseTimeout;
            _pending.Add(reply = new PendingReply(caller!, request.GetMethodName(), World.Now + timeout.Ticks));
        }

        World.Directory.Carry(
            Silo,
            new Call(reference.GrainId, request, options, reply)
            {
                Context = RequestContextExtensions.Export(GrainManifest.Product.Copier),
            });
    }

    private void Collect()
    {
        foreach (var activation in _activations.Values)
            activation.DeactivateIfUnusedSince(World.Now - s_collectionAge.Ticks);
    }

    private void Every(TimeSpan period, Action work) =>
        new SimTimer(World, Silo.Owner, _ => work(), null).Change(period, period);
}
