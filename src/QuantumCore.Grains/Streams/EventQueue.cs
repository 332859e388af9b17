using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Orleans.Providers.Streams.Common;

namespace QuantumCore.Grains.Streams;

/// <summary>
/// The queue of a silo's events, in memory. Its reader waits for events, so an idle queue takes no time. Events may be
/// lost if the queue is full or its silo dies: every event carries its source's sequence, and subscribers read missing
/// ones from the journal.
/// </summary>
internal sealed class EventQueue(string name)
    : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache, IStreamQueueMapper
{
    /// <summary>Maximum number of events in the queue.</summary>
    internal const int Capacity = 16_384;

    private readonly QueueId _id = QueueId.GetQueueId(name, 0, 0);

    private readonly Channel<QueuedEvent> _events = Channel.CreateBounded<QueuedEvent>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsRewindable => false;

    /// <inheritdoc/>
    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    /// <inheritdoc/>
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token,
        Dictionary<string, object>? requestContext)
    {
        foreach (var item in events)
        {
            _events.Writer.TryWrite(new QueuedEvent(streamId, item!));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new Receiver(_events.Reader);

    /// <inheritdoc/>
    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    /// <inheritdoc/>
    public IQueueAdapterCache GetQueueAdapterCache() => this;

    /// <inheritdoc/>
    public IQueueCache CreateQueueCache(QueueId queueId) => new EventCache();

    /// <inheritdoc/>
    public IStreamQueueMapper GetStreamQueueMapper() => this;

    /// <inheritdoc/>
    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetAllQueues() => [_id];

    /// <inheritdoc/>
    public QueueId GetQueueForStream(StreamId streamId) => _id;

    private readonly record struct QueuedEvent(StreamId Stream, object Item);

    /// <summary>Hands the agent the waiting events, as one batch for each stream.</summary>
    private sealed class Receiver(ChannelReader<QueuedEvent> queue) : IQueueAdapterReceiver
    {
        private const int ReadLimit = 1_024;

        private long _sequence;

        /// <inheritdoc/>
        public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

        /// <inheritdoc/>
        public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) =>
            GetQueueMessagesAsync(maxCount, CancellationToken.None);

        /// <inheritdoc/>
        public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(
            int maxCount, CancellationToken cancellationToken)
        {
            if (!await AnyAsync(cancellationToken))
            {
                return [];
            }

            var streams = new Dictionary<StreamId, List<object>>();
            for (var read = 0; read < ReadLimit && queue.TryRead(out var next); read++)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(streams, next.Stream, out _) ??= []).Add(next.Item);
            }

            return [
                .. streams.Select(of => new EventBatch(of.Key, [.. of.Value], new EventSequenceTokenV2(++_sequence)))];
        }

        /// <summary>
        /// Waits for an event. Returns false when the agent ends, instead of an exception that would be logged as a
        /// failure.
        /// </summary>
        private async Task<bool> AnyAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await queue.WaitToReadAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        /// <inheritdoc/>
        public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

        /// <inheritdoc/>
        public Task Shutdown(TimeSpan timeout) => Task.CompletedTask;
    }
}

/// <summary>Assigns each silo only its own queue, whichever silos join or leave.</summary>
internal sealed class OwnQueue(EventQueue queue) : IStreamQueueBalancer
{
    /// <inheritdoc/>
    public Task Initialize(IStreamQueueMapper queueMapper) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task Shutdown() => Task.CompletedTask;

    /// <inheritdoc/>
    public IEnumerable<QueueId> GetMyQueues() => queue.GetAllQueues();

    /// <inheritdoc/>
    public bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;

    /// <inheritdoc/>
    public bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer) => true;
}

/// <summary>Events of one stream that are delivered in one call.</summary>
[GenerateSerializer, Immutable, Alias("event-batch")]
internal sealed class EventBatch(StreamId streamId, ImmutableArray<object> events, EventSequenceTokenV2 token)
    : IBatchContainer
{
    [Id(0)]
    private readonly StreamId _streamId = streamId;

    [Id(1)]
    private readonly ImmutableArray<object> _events = events;

    [Id(2)]
    private readonly EventSequenceTokenV2 _token = token;

    /// <inheritdoc/>
    public StreamId StreamId => _streamId;

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken => _token;

    /// <summary>The events, oldest first.</summary>
    public ImmutableArray<object> Events => _events;

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        foreach (var item in _events)
        {
            yield return Tuple.Create((T)item, SequenceToken);
        }
    }

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;

    /// <summary>Returns the newest events of several batches, up to a maximum number, as one batch.</summary>
    public static EventBatch Merge(IReadOnlyList<EventBatch> batches, int limit)
    {
        var events = batches.SelectMany(static batch => batch._events).ToImmutableArray();
        return new EventBatch(
            batches[^1]._streamId, events.Length > limit ? events[^limit..] : events, batches[^1]._token);
    }
}
