using Orleans.Providers.Streams.Common;

namespace QuantumCore.Simulation.Host;

/// <summary>
/// Streams of one silo. Each batch is sent to the grains that subscribe by attribute, as a separate message. It may be
/// lost, duplicated, late or reordered; the product must tolerate that.
/// </summary>
internal sealed class HostedStreamProvider(GrainHost host, string name) : IStreamProvider
{
    private readonly Dictionary<StreamId, long> _numbers = [];

    public string Name => name;

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new HostedStream<T>(this, streamId);

    /// <summary>Sends a batch to the subscribers of a stream.</summary>
    public void Publish<T>(StreamId stream, T[] items)
    {
        var number = _numbers[stream] = _numbers.GetValueOrDefault(stream) + 1;
        foreach (var kind in GrainManifest.Product.Kinds.Where(kind => kind.Subscribes(stream.GetNamespace() ?? "")))
        {
            var subscriber = GrainId.Create(kind.GrainType, IdSpan.Create(stream.GetKeyAsString()));
            host.World.Directory.Carry(host.Silo, new StreamBatch<T>(subscriber, this, stream, items, number));
        }
    }

    /// <summary>Sends a batch again after a while.</summary>
    public void Repeat(NetworkMessage batch, TimeSpan wait) =>
        new SimTimer(host.World, host.Silo.Owner, _ => host.World.Directory.Carry(host.Silo, batch), null)
            .Change(wait, Timeout.InfiniteTimeSpan);
}

/// <summary>A stream as its producers see it.</summary>
internal sealed class HostedStream<T>(HostedStreamProvider provider, StreamId id) : IAsyncStream<T>
{
    private static NotSupportedException Unknown =>
        new("Streams of the host have items, and subscribers by attribute.");

    public bool IsRewindable => false;

    public string ProviderName => provider.Name;

    public StreamId StreamId => id;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => OnNextBatchAsync([item], token);

    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null)
    {
        provider.Publish(id, batch.ToArray());
        return Task.CompletedTask;
    }

    public bool Equals(IAsyncStream<T>? other) => other?.StreamId == id && other.ProviderName == provider.Name;

    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);

    public override int GetHashCode() => id.GetHashCode();

    int IComparable<IAsyncStream<T>>.CompareTo(IAsyncStream<T>? other) => throw Unknown;
    Task IAsyncObserver<T>.OnCompletedAsync() => throw Unknown;
    Task IAsyncObserver<T>.OnErrorAsync(Exception ex) => throw Unknown;
    Task<IList<StreamSubscriptionHandle<T>>> IAsyncStream<T>.GetAllSubscriptionHandles() => throw Unknown;
    Task<StreamSubscriptionHandle<T>> IAsyncObservable<T>.SubscribeAsync(IAsyncObserver<T> observer) => throw Unknown;
    Task<StreamSubscriptionHandle<T>> IAsyncObservable<T>.SubscribeAsync(
        IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData) => throw Unknown;
    Task<StreamSubscriptionHandle<T>> IAsyncBatchObservable<T>.SubscribeAsync(IAsyncBatchObserver<T> observer) =>
        throw Unknown;
    Task<StreamSubscriptionHandle<T>> IAsyncBatchObservable<T>.SubscribeAsync(
        IAsyncBatchObserver<T> observer, StreamSequenceToken? token) => throw Unknown;
}

/// <summary>A batch in flight to one subscriber. It is redelivered if the subscriber throws.</summary>
internal sealed class StreamBatch<T>(
    GrainId subscriber, HostedStreamProvider source, StreamId stream, T[] items, long number)
    : NetworkMessage(subscriber)
{
    private const int MaxAttempts = 8;
    private int _attempts;

    public override NetworkMessage Arrive(bool isRemote, bool expectsReply) =>
        new StreamBatch<T>(Target, source, stream, isRemote ? GrainManifest.Product.Transfer(items) : items, number)
        {
            Number = Number,
            _attempts = _attempts,
        };

    public override async Task RunAsync(HostedGrain activation)
    {
        try
        {
            var subscription = activation.Subscriptions.TryGetValue(stream, out var known)
                ? (HostedSubscription<T>)known
                : new HostedSubscription<T>(source.Name, stream);
            activation.Subscriptions[stream] = subscription;
            if (!subscription.IsObserved && activation.GrainInstance is IStreamSubscriptionObserver grain)
                await grain.OnSubscribed(subscription);
            if (subscription.Misses(number))
                activation.Host.World.Directory.Tally.StreamGaps++;
            await subscription.DeliverAsync(items, number);
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    public override void Fail(Exception error)
    {
        if (++_attempts < MaxAttempts)
            source.Repeat(this, TimeSpan.FromMilliseconds(1 << _attempts));
    }
}

/// <summary>Subscription of one activation, created for the first batch that reaches it.</summary>
internal sealed class HostedSubscription<T>(string provider, StreamId stream)
    : StreamSubscriptionHandle<T>, IStreamSubscriptionHandleFactory
{
    private Func<List<SequentialItem<T>>, Task>? _observe;
    private long _last;

    public override StreamId StreamId => stream;

    public override string ProviderName => provider;

    public override Guid HandleId => throw new NotSupportedException(nameof(HandleId));

    GuidId IStreamSubscriptionHandleFactory.SubscriptionId => throw new NotSupportedException(nameof(HandleId));

    /// <summary>True once the grain has resumed it with an observer.</summary>
    public bool IsObserved => _observe is not null;

    /// <summary>Records the arrival of a batch. Returns true if an older one is missing.</summary>
    public bool Misses(long number)
    {
        var before = _last;
        _last = Math.Max(_last, number);
        return before > 0 && number > before + 1;
    }

    /// <summary>Passes a batch to the observer.</summary>
    public Task DeliverAsync(T[] items, long number) =>
        _observe?.Invoke(
            [.. items.Select((item, i) => new SequentialItem<T>(item, new EventSequenceTokenV2(number, i)))])
        ?? Task.CompletedTask;

    public StreamSubscriptionHandle<TItem> Create<TItem>() =>
        this as StreamSubscriptionHandle<TItem>
        ?? throw new InvalidOperationException($"Stream {stream} carries {typeof(T)}, not {typeof(TItem)}.");

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(
        IAsyncObserver<T> observer, StreamSequenceToken? token = null) =>
        Resume(async items =>
        {
            foreach (var item in items)
                await observer.OnNextAsync(item.Item, item.Token);
        });

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(
        IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null) => Resume(observer.OnNextAsync);

    public override Task UnsubscribeAsync() => throw new NotSupportedException(nameof(UnsubscribeAsync));

    public override bool Equals(StreamSubscriptionHandle<T>? other) => ReferenceEquals(this, other);

    private Task<StreamSubscriptionHandle<T>> Resume(Func<List<SequentialItem<T>>, Task> observe)
    {
        _observe = observe;
        return Task.FromResult<StreamSubscriptionHandle<T>>(this);
    }
}
