using System.Runtime.InteropServices;

namespace QuantumCore.Grains.Streams;

/// <summary>
/// Events on their way to subscribers. Each subscriber has its own buffer here and gets all of its events in one call.
/// A slow one loses its oldest events and delays nobody else.
/// </summary>
internal sealed class EventCache : IQueueCache
{
    /// <summary>Maximum number of events that wait for one subscriber.</summary>
    internal const int Capacity = 1_024;

    private readonly Dictionary<StreamId, Waiting> _streams = [];

    /// <inheritdoc/>
    public void AddToCache(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_streams, message.StreamId, out _) ??= new Waiting())
                .Add((EventBatch)message);
        }
    }

    /// <inheritdoc/>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        var waiting = CollectionsMarshal.GetValueRefOrAddDefault(_streams, streamId, out _) ??= new Waiting();
        return new Cursor(this, streamId, waiting, token);
    }

    /// <inheritdoc/>
    public bool TryPurgeFromCache(out IList<IBatchContainer> purgedItems)
    {
        purgedItems = [];
        return false;
    }

    /// <inheritdoc/>
    public bool IsUnderPressure() => false;

    /// <inheritdoc/>
    public int GetMaxAddCount() => QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG;

    /// <summary>
    /// The buffers of a stream's subscribers, and its newest batch for a subscriber that registers because of it.
    /// </summary>
    private sealed class Waiting
    {
        public EventBatch? Newest { get; private set; }

        public List<Cursor> Cursors { get; } = [];

        public void Add(EventBatch batch)
        {
            Newest = batch;
            foreach (var cursor in Cursors)
            {
                cursor.Add(batch);
            }
        }
    }

    private sealed class Cursor : IQueueCacheCursor
    {
        private readonly EventCache _cache;
        private readonly StreamId _streamId;
        private readonly Waiting _stream;
        private readonly List<EventBatch> _waiting = [];
        private int _events;
        private EventBatch? _current;

        public Cursor(EventCache cache, StreamId streamId, Waiting stream, StreamSequenceToken? from)
        {
            (_cache, _streamId, _stream) = (cache, streamId, stream);
            stream.Cursors.Add(this);
            if (from is not null && stream.Newest is { } newest && !newest.SequenceToken.Older(from))
            {
                Add(newest);
            }
        }

        public void Add(EventBatch batch)
        {
            _waiting.Add(batch);
            _events += batch.Events.Length;
            if (_events > 2 * Capacity)
            {
                var newest = EventBatch.Merge(_waiting, Capacity);
                _waiting.Clear();
                _waiting.Add(newest);
                _events = newest.Events.Length;
            }
        }

        /// <inheritdoc/>
        public bool MoveNext()
        {
            _current = null;
            if (_waiting.Count == 0)
            {
                return false;
            }

            _current = _waiting.Count == 1 ? _waiting[0] : EventBatch.Merge(_waiting, 2 * Capacity);
            _waiting.Clear();
            _events = 0;
            return true;
        }

        /// <inheritdoc/>
        public IBatchContainer? GetCurrent(out Exception? exception)
        {
            exception = null;
            return _current;
        }

        /// <inheritdoc/>
        public void Refresh(StreamSequenceToken token)
        {
            // Nothing to do: the buffer already has the new events.
        }

        /// <inheritdoc/>
        public void RecordDeliveryFailure()
        {
            // Nothing to do: the subscriber reads lost events from the journal.
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (_stream.Cursors.Remove(this) && _stream.Cursors.Count == 0)
            {
                _cache._streams.Remove(_streamId);
            }
        }
    }
}
