using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace QuantumCore.Simulation.Host;

/// <summary>
/// An activation, and the scheduler of the grain's continuations. Requests and continuations wait in one queue. Each
/// simulation step of the silo runs one of them.
/// </summary>
internal sealed class HostedGrain : TaskScheduler, IGrainContext
{
    private static readonly TimeSpan s_activationTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_deactivationTimeout = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<Task> _turns = new();
    private readonly List<Message> _waiting = [];
    private readonly List<HostedTimer> _timers = [];
    private readonly AsyncServiceScope _scope;
    private readonly GrainKind _kind;
    private HostedLifecycle? _lifecycle;
    private DeactivationReason? _ending;
    private Message? _blocking;
    private Phase _phase;
    private int _running;
    private long _usedAt;

    public HostedGrain(GrainHost host, GrainKind kind, GrainId id)
    {
        (Host, _kind, GrainId) = (host, kind, id);
        _scope = host.ServiceProvider.CreateAsyncScope();
        _usedAt = host.World.Now;
    }

    private enum Phase
    {
        Created,
        Activating,
        Active,
        Deactivating,
        Ended,
    }

    /// <summary>Activation whose turn this is; null outside of grains.</summary>
    public static new HostedGrain? Current => TaskScheduler.Current as HostedGrain;

    public GrainHost Host { get; }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public GrainReference GrainReference => Host.Reference(_kind.Interfaces[0], GrainId.Key);

    public IServiceProvider ActivationServices => _scope.ServiceProvider;

    public IGrainLifecycle ObservableLifecycle => _lifecycle ??= new HostedLifecycle();

    public Task Deactivated => _deactivated.Task;

    /// <summary>True once only continuations that nobody waits for can run here.</summary>
    public bool HasEnded => _phase == Phase.Ended;

    /// <summary>Subscriptions of this activation, by stream.</summary>
    public Dictionary<StreamId, object> Subscriptions { get; } = [];

    ActivationId IGrainContext.ActivationId => throw new NotSupportedException(nameof(IGrainContext.ActivationId));
    GrainAddress IGrainContext.Address => throw new NotSupportedException(nameof(IGrainContext.Address));
    IWorkItemScheduler IGrainContext.Scheduler => throw new NotSupportedException(nameof(IGrainContext.Scheduler));

    /// <summary>Receives a message. It runs in a later turn, or in a later activation.</summary>
    public void Receive(Message message) => Enter(() => Accept(message));

    /// <summary>Runs an action in a turn.</summary>
    public void Enter(Action action) => new Task(action, TaskCreationOptions.DenyChildAttach).Start(this);

    /// <summary>Adds a line to the story.</summary>
    public void Tell(string line) => Host.World.Tell($"{Host.SiloIdentity}: {GrainId}: {line}");

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (_phase is Phase.Created or Phase.Ended || _ending is not null)
            return;

        _ending = deactivationReason;
        StopTimers();
        Enter(Proceed);
    }

    /// <summary>Deactivates it if it has been idle since a time, unless it is kept alive.</summary>
    public void DeactivateIfUnusedSince(long time)
    {
        if (!_kind.IsKeptAlive && _phase == Phase.Active && _running == 0 && _waiting.Count == 0 && _usedAt <= time)
            Deactivate(new(DeactivationReasonCode.ActivationIdle, "The activation was idle."));
    }

    /// <summary>Starts a timer. A timer of an ending activation never ticks.</summary>
    public IGrainTimer StartTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new HostedTimer(this, callback, options);
        _timers.Add(timer);
        if (_ending is not null || HasEnded)
            timer.Dispose();
        return timer;
    }

    /// <summary>Removes a timer that has stopped.</summary>
    public void Forget(HostedTimer timer) => _timers.Remove(timer);

    public object? GetTarget() => GrainInstance;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    object? ITargetHolder.GetComponent(Type componentType) =>
        throw new NotSupportedException(nameof(ITargetHolder.GetComponent));
    void IGrainContext.SetComponent<TComponent>(TComponent? value)
        where TComponent : class => throw new NotSupportedException(nameof(IGrainContext.SetComponent));
    void IGrainContext.ReceiveMessage(object message) =>
        throw new NotSupportedException(nameof(IGrainContext.ReceiveMessage));
    void IGrainContext.Activate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException(nameof(IGrainContext.Activate));
    void IGrainContext.Rehydrate(IRehydrationContext context) =>
        throw new NotSupportedException(nameof(IGrainContext.Rehydrate));
    void IGrainContext.Migrate(Dictionary<string, object>? requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException(nameof(IGrainContext.Migrate));

    protected override void QueueTask(Task task)
    {
        _turns.Enqueue(task);
        if (_turns.Count == 1)
            Host.Silo.Owner.Post(RunNext);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void RunNext()
    {
        RuntimeContext.Enter(this);
        TryExecuteTask(_turns.Peek());
        RuntimeContext.Leave();
        _ = _turns.Dequeue();
        if (_turns.Count > 0)
            Host.Silo.Owner.Post(RunNext);
    }

    private void Accept(Message message)
    {
        if (_phase == Phase.Ended)
        {
            Host.Forward(message);
        }
        else if (_phase == Phase.Active && _ending is null && MayStart(message))
        {
            _ = RunAsync(message);
        }
        else
        {
            _waiting.Add(message);
            if (_phase == Phase.Created)
                _ = ActivateAsync();
        }
    }

    /// <summary>
    /// Returns true if a message may start. The first running request blocks the others until it ends, except
    /// interleaving ones. When the first of several readers ends, a write may start beside the second, as in Orleans.
    /// </summary>
    private bool MayStart(Message message) =>
        _blocking is null
        || _kind.IsReentrant
        || message.Options.HasFlag(InvokeMethodOptions.AlwaysInterleave)
        || (message.Options & _blocking.Options).HasFlag(InvokeMethodOptions.ReadOnly);

    private async Task RunAsync(Message message)
    {
        if (message.IsObsolete)
            return;

        _running++;
        if (message.KeepsAlive)
            _usedAt = Host.World.Now;
        if (!message.Options.HasFlag(InvokeMethodOptions.AlwaysInterleave))
            _blocking ??= message;
        RequestContextExtensions.Import(message.Context);
        await message.RunAsync(this);
        _running--;
        if (_blocking == message)
            _blocking = null;
        Proceed();
    }

    /// <summary>Starts the requests that may run now, or ends the activation once nothing runs.</summary>
    private void Proceed()
    {
        if (_phase == Phase.Active && _ending is not null && _running == 0)
            _ = DeactivateAsync(_ending.Value);
        for (var i = 0; i < _waiting.Count && _phase == Phase.Active && _ending is null;)
        {
            var message = _waiting[i];
            if (!MayStart(message))
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            _ = RunAsync(message);
        }
    }

    private async Task ActivateAsync()
    {
        _phase = Phase.Activating;
        try
        {
            GrainInstance = _kind.Create(this);
            using var late = new CancellationTokenSource(s_activationTimeout, Host.TimeProvider);
            await StartAsync(late.Token).WaitAsync(s_activationTimeout, Host.TimeProvider, CancellationToken.None);
        }
        catch (Exception error)
        {
            Tell($"the activation failed: {error}");
            await EndAsync(message => message.Fail(error));
            return;
        }

        _phase = Phase.Active;
        Proceed();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_lifecycle is not null)
            await _lifecycle.OnStart(cancellationToken);
        await ((IGrainBase)GrainInstance!).OnActivateAsync(cancellationToken);
    }

    private async Task DeactivateAsync(DeactivationReason reason)
    {
        _phase = Phase.Deactivating;
        try
        {
            using var late = new CancellationTokenSource(s_deactivationTimeout, Host.TimeProvider);
            await ((IGrainBase)GrainInstance!).OnDeactivateAsync(reason, late.Token)
                .WaitAsync(s_deactivationTimeout, Host.TimeProvider, CancellationToken.None);
        }
        catch (Exception error)
        {
            Tell($"the deactivation failed: {error}");
        }

        await EndAsync(Host.Forward);
    }

    private async Task EndAsync(Action<Message> dismiss)
    {
        _phase = Phase.Ended;
        StopTimers();
        Host.Forget(this);
        _waiting.ForEach(dismiss);
        _waiting.Clear();
        if (GrainInstance is not null)
            await _kind.DisposeAsync(this, GrainInstance);
        await _scope.DisposeAsync();
        _deactivated.TrySetResult();
    }

    private void StopTimers()
    {
        foreach (var timer in _timers.ToArray())
            timer.Dispose();
    }

    /// <summary>
    /// Orleans' own slot for the running activation. A grain without constructor arguments for it takes its context
    /// from there, and only Orleans may write it.
    /// </summary>
    private static class RuntimeContext
    {
        public static void Enter(IGrainContext activation) => Set(null, activation, out _);

        public static void Leave() => Reset(null, null);

        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "SetExecutionContext")]
        private static extern void Set(
            [UnsafeAccessorType("Orleans.Runtime.RuntimeContext, Orleans.Core.Abstractions")] object? type,
            IGrainContext activation,
            out IGrainContext? before);

        [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "ResetExecutionContext")]
        private static extern void Reset(
            [UnsafeAccessorType("Orleans.Runtime.RuntimeContext, Orleans.Core.Abstractions")] object? type,
            IGrainContext? before);
    }

    /// <summary>Lifecycle stages of the activation, for its facets.</summary>
    private sealed class HostedLifecycle() : LifecycleSubject(NullLogger.Instance), IGrainLifecycle
    {
        // The host has no migration.
        public void AddMigrationParticipant(IGrainMigrationParticipant participant)
        {
        }

        public void RemoveMigrationParticipant(IGrainMigrationParticipant participant)
        {
        }
    }
}
