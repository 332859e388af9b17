using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// One living grain. It is a task scheduler, so that awaits inside the grain come back to it, and a work item of the
/// thread pool: one queue takes requests and continuations, and at most one thread at a time drains it. That drain is
/// the grain's turn; every field below "inside turns" is touched by it alone.
/// </summary>
internal sealed class Activation : TaskScheduler, IThreadPoolWorkItem, IGrainContext
{
    /// <summary>
    /// How long one activation may keep a thread before others get it: bounds the wait beside a hot grain.
    /// </summary>
    private const long QuantumMillis = 2;

    private readonly Drainage _drainage;
    private readonly ConcurrentQueue<object> _queue = new();
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _key;
    private AsyncServiceScope? _scope;
    private int _scheduled;
    private int _load;
    private long _keepUntilMillis;
    private long _lastUseMillis;
    private volatile Phase _phase;

    // Inside turns
    private readonly List<ActivationTimer> _timers = [];
    private WaitingRequests _waiting;
    private GrainRequest? _blocking;
    private DeactivationReason? _ending;
    private int _running;
    private bool _changed;

    internal Activation(LocalGrains runtime, GrainKind kind, string key)
    {
        Runtime = runtime;
        Kind = kind;
        _key = key;
        _drainage = new(this);
        _lastUseMillis = runtime.NowMillis;
    }

    private enum Phase
    {
        Created,
        Activating,
        Active,
        Deactivating,
        Ended,
    }

    public GrainId GrainId => new(Kind.GrainType, IdSpan.Create(_key));

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? Runtime.ServiceProvider;

    public Task Deactivated => _deactivated.Task;

    /// <summary>The activation whose turn the calling code runs in; null outside.</summary>
    internal static new Activation? Current => TaskScheduler.Current as Activation;

    internal LocalGrains Runtime { get; }

    internal GrainKind Kind { get; }

    internal string Key => _key;

    internal bool HasEnded => _phase == Phase.Ended;

    /// <summary>Requests running and waiting.</summary>
    internal int Load => Volatile.Read(ref _load);

    internal IGrainFactory GrainFactory =>
        HasEnded ? throw new InvalidOperationException($"The activation of {GrainId} has ended.") : Runtime;

    // What others ask of it, on any thread

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        if (ReferenceEquals(Current, this))
            BeginDeactivation(deactivationReason);
        else
            Post(() => BeginDeactivation(deactivationReason));
    }

    /// <summary>Queues a request; it runs in a later turn, or fails at once where too many are here already.</summary>
    internal void Post(GrainRequest request)
    {
        var load = Interlocked.Increment(ref _load);
        if (request.IsLimited && load > Runtime.MaxRequestsPerActivation)
        {
            Interlocked.Decrement(ref _load);
            request.Fail(new LimitExceededException($"{GrainId} holds {load - 1} requests already."));
            return;
        }

        Enqueue(request);
    }

    /// <summary>Queues something the runtime does inside a turn.</summary>
    internal void Post(Action action) => Enqueue(action);

    internal void DeactivateIfIdle(long sinceMillis)
    {
        if (Kind.KeepAlive || !IsIdle(sinceMillis))
            return;

        Post(() =>
        {
            if (IsIdle(sinceMillis))
                BeginDeactivation(new(DeactivationReasonCode.ActivationIdle, "The activation was idle."));
        });
    }

    internal void DelayDeactivation(TimeSpan timeSpan) =>
        Volatile.Write(
            ref _keepUntilMillis,
            timeSpan == TimeSpan.MaxValue || timeSpan == Timeout.InfiniteTimeSpan
                ? long.MaxValue
                : Runtime.NowMillis + (long)timeSpan.TotalMilliseconds);

    internal IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        if (_ending is not null || HasEnded)
            throw new InvalidOperationException($"The activation of {GrainId} is ending.");

        var timer = new ActivationTimer(this, callback, options, Runtime.Time);
        _timers.Add(timer);
        return timer;
    }

    internal void Forget(ActivationTimer timer)
    {
        if (ReferenceEquals(Current, this))
            _timers.Remove(timer);
        else
            Post(() => _timers.Remove(timer));
    }

    internal IStreamProvider GetStreamProvider(string name) => Runtime.GetStreamProvider(name);

    internal object ReferenceTo(Type interfaceType) => Runtime.Reference(interfaceType, _key);

    /// <summary>Ends a request's run; called inside a turn, once for each run.</summary>
    internal void Completed(GrainRequest request)
    {
        _running--;
        Interlocked.Decrement(ref _load);
        if (ReferenceEquals(_blocking, request))
            _blocking = null;
        _changed = true;
    }

    // The scheduler

    void IThreadPoolWorkItem.Execute()
    {
        // Draining inside a task of this scheduler makes it TaskScheduler.Current, to which awaits come back.
        new Task(static own => ((Drainage)own!).Activation.Drain(), _drainage, TaskCreationOptions.DenyChildAttach)
            .Start(this);

        // Clear the flag, fence, look again: who enqueued before the fence is seen here, who comes after it sees the
        // flag clear.
        Interlocked.Exchange(ref _scheduled, 0);
        if (!_queue.IsEmpty)
            Schedule();
    }

    protected override void QueueTask(Task task)
    {
        if (task.AsyncState is Drainage)
            TryExecuteTask(task);
        else
            Enqueue(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.OfType<Task>();

    private void Enqueue(object item)
    {
        _queue.Enqueue(item);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _scheduled) == 0)
            Schedule();
    }

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref _scheduled, 1, 0) == 0)
            Runtime.Run(this);
    }

    private void Drain()
    {
        var clean = ExecutionContext.Capture()!;
        var end = Environment.TickCount64 + QuantumMillis;
        var mark = Runtime.Turns.Mark;
        for (var n = 1; _queue.TryDequeue(out var item); n++)
        {
            mark.Begin(this, item);
            switch (item)
            {
                case GrainRequest request:
                    Accept(request, clean);
                    break;
                case Task task:
                    TryExecuteTask(task);
                    break;
                case Action action:
                    Run(action);
                    break;
            }

            if (_changed)
                Settle(clean);
            if (Runtime.Options.Scheduler is not null || ((n & 15) == 0 && Environment.TickCount64 >= end))
                break;
        }

        mark.End();
    }

    // Inside turns

    private void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error)
        {
            // What a grain has hung on a cancellation token runs here, and may throw.
            Log.CallbackFailed(Runtime.Logger, error, GrainId);
        }
    }

    private void Accept(GrainRequest request, ExecutionContext clean)
    {
        if (_phase == Phase.Active && _ending is null && MayStart(request))
        {
            Start(request, clean);
            return;
        }

        if (_phase == Phase.Ended)
        {
            Forward(request);
            return;
        }

        _waiting.Add(request);
        if (_phase == Phase.Created)
        {
            _phase = Phase.Activating;
            _ = Activate();
            Restore(clean);
        }
    }

    /// <summary>
    /// The first request that may not interleave blocks the others until it ends; read-only ones pass a read-only
    /// one. A write may so start beside the second of two readers when the first has ended: a cluster does the same.
    /// </summary>
    private bool MayStart(GrainRequest request) =>
        _blocking is null || Kind.Reentrant || request.AlwaysInterleave || (request.ReadOnly && _blocking.ReadOnly);

    private void Start(GrainRequest request, ExecutionContext clean)
    {
        if (request.IsDone)
        {
            Interlocked.Decrement(ref _load);
            return;
        }

        _running++;
        if (request.KeepsAlive)
            _lastUseMillis = Runtime.NowMillis;
        if (_blocking is null && !request.AlwaysInterleave)
            _blocking = request;
        request.Run(this);
        Restore(clean);
    }

    /// <summary>
    /// Forgets what the code just run has put into async locals, so that the next request starts without.
    /// </summary>
    private static void Restore(ExecutionContext clean)
    {
        if (!ReferenceEquals(ExecutionContext.Capture(), clean))
            ExecutionContext.Restore(clean);
    }

    /// <summary>Starts what may start now, or the deactivation when nothing runs any more.</summary>
    private void Settle(ExecutionContext clean)
    {
        while (_changed)
        {
            _changed = false;
            if (_phase != Phase.Active)
                return;

            if (_ending is null)
            {
                StartWaiting(clean);
            }
            else if (_running == 0)
            {
                _phase = Phase.Deactivating;
                _ = DeactivateNow(_ending.Value);
                Restore(clean);
            }
        }
    }

    private void StartWaiting(ExecutionContext clean)
    {
        GrainRequest? previous = null;
        var request = _waiting.First;
        while (request is not null && _ending is null)
        {
            if (MayStart(request))
            {
                var next = _waiting.RemoveAfter(previous, request);
                Start(request, clean);
                request = next;
            }
            else if (_waiting.Interleaving == 0)
            {
                return; // Nothing behind it may pass.
            }
            else
            {
                previous = request;
                request = request.NextWaiting;
            }
        }
    }

    private async Task Activate()
    {
        try
        {
            _scope = Runtime.ServiceProvider.CreateAsyncScope();
            var grain = await Kind.Construct(this, Runtime.Storage);
            GrainInstance = grain;
            using var timeout = new CancellationTokenSource(Runtime.Options.ActivationTimeout, Runtime.Time);
            await grain.OnActivateAsync(timeout.Token)
                .WaitAsync(Runtime.Options.ActivationTimeout, Runtime.Time, CancellationToken.None);
            _phase = Phase.Active;
            _changed = true;
        }
        catch (Exception error)
        {
            Log.ActivationFailed(Runtime.Logger, error, GrainId);
            await End(request => request.Fail(error));
        }
    }

    private void BeginDeactivation(DeactivationReason reason)
    {
        if (_ending is not null || HasEnded)
            return;

        if (_phase == Phase.Created)
        {
            _ = End(Forward);
            return;
        }

        _ending = reason;
        StopTimers();
        _changed = true;
    }

    private async Task DeactivateNow(DeactivationReason reason)
    {
        try
        {
            var limit = Runtime.Options.DeactivationTimeout;
            using var timeout = new CancellationTokenSource(limit, Runtime.Time);
            await ((IGrainBase)GrainInstance!).OnDeactivateAsync(reason, timeout.Token)
                .WaitAsync(limit, Runtime.Time, CancellationToken.None);
        }
        catch (Exception error)
        {
            Log.DeactivationFailed(Runtime.Logger, error, GrainId);
        }

        await End(Forward);
    }

    private async Task End(Action<GrainRequest> dismiss)
    {
        _phase = Phase.Ended;
        StopTimers();
        Kind.Remove(this);
        for (var request = _waiting.First; request is not null; request = _waiting.First)
        {
            _waiting.RemoveAfter(previous: null, request);
            dismiss(request);
        }

        try
        {
            switch (GrainInstance)
            {
                case IAsyncDisposable grain:
                    await grain.DisposeAsync();
                    break;
                case IDisposable grain:
                    grain.Dispose();
                    break;
            }

            if (_scope is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception error)
        {
            Log.DeactivationFailed(Runtime.Logger, error, GrainId);
        }

        _deactivated.TrySetResult();
    }

    /// <summary>Sends a request that came too late to the next activation of the grain.</summary>
    private void Forward(GrainRequest request)
    {
        const int maxForwards = 8;
        Interlocked.Decrement(ref _load);
        if (request.IsDone)
            return;

        request.Forwards++;
        if (request.Forwards > maxForwards)
            request.Fail(new OrleansException($"{GrainId} ended {maxForwards} times before it took this request."));
        else
            Runtime.Send(Kind, _key, request);
    }

    private void StopTimers()
    {
        foreach (var timer in _timers.ToArray())
            timer.Dispose();
    }

    private bool IsIdle(long sinceMillis) =>
        _phase == Phase.Active && Load == 0
        && Volatile.Read(ref _lastUseMillis) <= sinceMillis && Volatile.Read(ref _keepUntilMillis) <= Runtime.NowMillis;

    /// <summary>Marks the task that drains the queue, which runs at once instead of being queued.</summary>
    private sealed record Drainage(Activation Activation);
}
