using System.Collections.Concurrent;
using System.Threading.Channels;

namespace QuantumCore.LocalRuntime;

/// <summary>
/// The streams of one provider. A stream that was named once stays: there are as many as symbols, not as orders.
/// </summary>
internal sealed class LocalStreamProvider(LocalGrains runtime, string name) : IStreamProvider
{
    private readonly ConcurrentDictionary<(StreamId Id, Type EventType), IAsyncStream> _streams = new();

    public string Name => name;

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) =>
        (IAsyncStream<T>)_streams.GetOrAdd(
            (streamId, typeof(T)),
            static (key, own) => new LocalStream<T>(own.Runtime, own.Name, key.Id),
            (Runtime: runtime, Name: name));
}

/// <summary>
/// A stream: one bounded queue of batches and one pump, which delivers a batch to all subscribers before it takes the
/// next. So the order holds for each subscriber, and a slow one slows its producers.
/// </summary>
internal sealed class LocalStream<T> : IAsyncStream<T>, IThreadPoolWorkItem
{
    private readonly LocalGrains _runtime;
    private readonly Channel<T[]> _batches;
    private readonly Lock _gate = new();
    private LocalSubscription<T>[] _subscriptions = [];
    private long _nextBatch;
    private int _lastHandle;
    private int _pumping;

    internal LocalStream(LocalGrains runtime, string providerName, StreamId id)
    {
        _runtime = runtime;
        ProviderName = providerName;
        StreamId = id;
        _batches = Channel.CreateBounded<T[]>(
            new BoundedChannelOptions(runtime.Options.MaxBatchesPerStream) { SingleReader = true });
        foreach (var kind in runtime.Kinds.Where(kind => kind.StreamNamespaces.Contains(id.GetNamespace() ?? "")))
            Add(new LocalSubscription<T>(this, NextHandle(), kind, id.GetKeyAsString()));
    }

    public bool IsRewindable => false;

    public string ProviderName { get; }

    public StreamId StreamId { get; }

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => Publish([item]);

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null) => Publish([.. batch]);

    public Task OnCompletedAsync() => throw new NotSupportedException("A stream of the exchange has no end.");

    public Task OnErrorAsync(Exception ex) =>
        throw new NotSupportedException("A stream of the exchange carries no errors.");

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) =>
        Subscription().ResumeAsync(observer);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) =>
        Subscription().ResumeAsync(observer);

    public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        var caller = Activation.Current;
        IList<StreamSubscriptionHandle<T>> own =
            [.. Volatile.Read(ref _subscriptions).Where(subscription => subscription.BelongsTo(caller))];
        return Task.FromResult(own);
    }

    void IThreadPoolWorkItem.Execute() => _ = Pump();

    internal void Remove(LocalSubscription<T> subscription)
    {
        lock (_gate)
            _subscriptions = [.. _subscriptions.Where(other => other != subscription)];
    }

    private void Add(LocalSubscription<T> subscription)
    {
        lock (_gate)
            _subscriptions = [.. _subscriptions, subscription];
    }

    /// <summary>The caller's subscription by attribute where it has one, else a new one.</summary>
    private LocalSubscription<T> Subscription()
    {
        var caller = Activation.Current;
        var implied = Volatile.Read(ref _subscriptions).FirstOrDefault(s => s.IsImplicit && s.BelongsTo(caller));
        if (implied is not null)
            return implied;

        var subscription = new LocalSubscription<T>(this, NextHandle(), caller);
        Add(subscription);
        return subscription;
    }

    private Guid NextHandle() => new(Interlocked.Increment(ref _lastHandle), 0, 0, new byte[8]);

    private Task Publish(T[] batch)
    {
        if (batch.Length == 0 || Volatile.Read(ref _subscriptions).Length == 0)
            return Task.CompletedTask;

        if (!_batches.Writer.TryWrite(batch))
            return PublishWhenThereIsRoom(batch);

        StartPump();
        return Task.CompletedTask;
    }

    private async Task PublishWhenThereIsRoom(T[] batch)
    {
        await _batches.Writer.WriteAsync(batch);
        StartPump();
    }

    private void StartPump()
    {
        if (Interlocked.Exchange(ref _pumping, 1) == 0)
            _runtime.Run(this);
    }

    private async Task Pump()
    {
        do
        {
            while (_batches.Reader.TryRead(out var batch))
                await Deliver(batch);

            // Clear the flag, fence, look again, as an activation does.
            Interlocked.Exchange(ref _pumping, 0);
        }
        while (_batches.Reader.TryPeek(out _) && Interlocked.Exchange(ref _pumping, 1) == 0);
    }

    private async Task Deliver(T[] batch)
    {
        var number = _nextBatch++;
        var items = new SequentialItem<T>[batch.Length];
        for (var i = 0; i < batch.Length; i++)
            items[i] = new(batch[i], new LocalStreamToken(number, i));

        var times = _runtime.Options.Hostile && number % 3 == 2 ? 2 : 1;
        for (var time = 0; time < times; time++)
        {
            var subscriptions = Volatile.Read(ref _subscriptions);
            if (subscriptions.Length == 1)
                await Deliver(subscriptions[0], items);
            else
                await Task.WhenAll(subscriptions.Select(subscription => Deliver(subscription, items)));
        }
    }

    /// <summary>Delivers one batch to one subscriber, again and again until it is taken or given up.</summary>
    private async Task Deliver(LocalSubscription<T> subscription, SequentialItem<T>[] items)
    {
        for (var attempt = 1; !_runtime.HasStopped; attempt++)
        {
            try
            {
                await subscription.Deliver(_runtime, items);
                return;
            }
            catch (SiloUnavailableException)
            {
                return; // The end: subscribers find what they missed in the journal.
            }
            catch (Exception error)
            {
                if (attempt >= _runtime.Options.MaxDeliveryAttempts)
                {
                    Log.BatchDropped(_runtime.Logger, error, StreamId, subscription.Subscriber, attempt);
                    return;
                }

                Log.DeliveryFailed(_runtime.Logger, error, StreamId, subscription.Subscriber, attempt);
            }

            // The first repetition comes at once; then the subscriber gets some time to recover.
            if (attempt > 1)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1_000, 5 << Math.Min(attempt, 8))), _runtime.Time);
        }
    }
}

/// <summary>
/// One subscription: of a grain by attribute or by call, or of a client. A grain's observer belongs to one
/// activation; the next activation is asked for its own.
/// </summary>
internal sealed class LocalSubscription<T> : StreamSubscriptionHandle<T>, IStreamSubscriptionHandleFactory
{
    private readonly LocalStream<T> _stream;
    private readonly GrainKind? _kind;
    private readonly string _key = "";
    private Activation? _observedBy;
    private Func<IList<SequentialItem<T>>, Task>? _observe;

    /// <summary>A subscription by attribute.</summary>
    internal LocalSubscription(LocalStream<T> stream, Guid handle, GrainKind kind, string key)
    {
        _stream = stream;
        HandleId = handle;
        _kind = kind;
        _key = key;
        IsImplicit = true;
    }

    /// <summary>A subscription by call, of a grain or, with no caller, of a client.</summary>
    internal LocalSubscription(LocalStream<T> stream, Guid handle, Activation? caller)
    {
        _stream = stream;
        HandleId = handle;
        _kind = caller?.Kind;
        _key = caller?.Key ?? "";
    }

    public override StreamId StreamId => _stream.StreamId;

    public override string ProviderName => _stream.ProviderName;

    public override Guid HandleId { get; }

    internal bool IsImplicit { get; }

    internal string Subscriber => _kind is null ? "a client" : $"{_kind.GrainType}/{_key}";

    public StreamSubscriptionHandle<TEvent> Create<TEvent>() =>
        this as StreamSubscriptionHandle<TEvent>
        ?? throw new InvalidOperationException($"Stream {StreamId} carries {typeof(T)}, not {typeof(TEvent)}.");

    public override Task UnsubscribeAsync()
    {
        _stream.Remove(this);
        return Task.CompletedTask;
    }

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(
        IAsyncObserver<T> observer, StreamSequenceToken? token = null) =>
        Observe(async items =>
        {
            foreach (var item in items)
                await observer.OnNextAsync(item.Item, item.Token);
        });

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(
        IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null) => Observe(observer.OnNextAsync);

    internal bool BelongsTo(Activation? caller) =>
        ReferenceEquals(_kind, caller?.Kind) && string.Equals(_key, caller?.Key ?? "", StringComparison.Ordinal);

    internal Task Deliver(LocalGrains runtime, IList<SequentialItem<T>> items)
    {
        if (_kind is null)
            return _observe?.Invoke(items) ?? Task.CompletedTask;

        var delivery = new Delivery(this, items);
        runtime.Send(_kind, _key, delivery);
        return delivery.Taken;
    }

    private Task<StreamSubscriptionHandle<T>> Observe(Func<IList<SequentialItem<T>>, Task> observe)
    {
        _observe = observe;
        _observedBy = Activation.Current;
        return Task.FromResult<StreamSubscriptionHandle<T>>(this);
    }

    private async Task DeliverInside(Activation activation, IList<SequentialItem<T>> items)
    {
        if (!ReferenceEquals(_observedBy, activation))
        {
            _observe = null;
            if (activation.GrainInstance is IStreamSubscriptionObserver grain)
                await grain.OnSubscribed(this);
            _observedBy = activation;
        }

        if (_observe is not null)
            await _observe(items);
    }

    /// <summary>The turn in which a grain takes a batch.</summary>
    private sealed class Delivery(LocalSubscription<T> subscription, IList<SequentialItem<T>> items) : GrainRequest
    {
        private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Taken => _taken.Task;

        internal override bool AlwaysInterleave => false;

        internal override bool IsDone => _taken.Task.IsCompleted;

        internal override void Run(Activation activation) => _ = RunToEnd(activation);

        internal override void Fail(Exception error) => _taken.TrySetException(error);

        private async Task RunToEnd(Activation activation)
        {
            try
            {
                await subscription.DeliverInside(activation, items);
                _taken.TrySetResult();
            }
            catch (Exception error)
            {
                _taken.TrySetException(error);
            }

            activation.Completed(this);
        }
    }
}

/// <summary>A batch's number in its stream, and the place of the event in the batch.</summary>
internal sealed class LocalStreamToken(long batch, int index) : StreamSequenceToken
{
    public override long SequenceNumber { get; protected set; } = batch;

    public override int EventIndex { get; protected set; } = index;

    public override bool Equals(StreamSequenceToken? other) =>
        other is not null && other.SequenceNumber == SequenceNumber && other.EventIndex == EventIndex;

    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);

    public override int CompareTo(StreamSequenceToken? other) =>
        other is null ? 1 : (SequenceNumber, EventIndex).CompareTo((other.SequenceNumber, other.EventIndex));
}
