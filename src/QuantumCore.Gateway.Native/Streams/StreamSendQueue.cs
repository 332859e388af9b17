using System.Threading.Channels;
using QuantumCore.Gateway.MarketFeeds;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Messages that wait to be sent on one connection. Waiting updates have a limit in bytes; beyond it, the subscriptions
/// drop them.
/// </summary>
/// <param name="limit">Maximum bytes of waiting updates.</param>
internal sealed class StreamSendQueue(long limit)
{
    private const int MostErrors = 100;

    private readonly Queue<Outgoing> _queue = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Bytes of waiting updates. Snapshots do not count: at most one per book waits, and its bytes are shared.
    /// </summary>
    private long _waitingBytes;

    /// <summary>Lock over the queue, and over the subscriptions that fill it.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Signals that items were added.</summary>
    public ChannelReader<bool> Added => _wake.Reader;

    /// <summary>Returns true if an update of this length is within the limit.</summary>
    public bool HasRoom(int length)
    {
        lock (Lock)
            return _waitingBytes + length <= limit;
    }

    /// <summary>Adds an item, and wakes the sender.</summary>
    public void Add(Outgoing item)
    {
        lock (Lock)
        {
            _waitingBytes += item.Counted;
            _queue.Enqueue(item);
        }

        _wake.Writer.TryWrite(true);
    }

    /// <summary>Adds an error; false if too many wait already.</summary>
    public bool TryAddError(ReadOnlyMemory<byte> message)
    {
        lock (Lock)
        {
            if (_queue.Count(waiting => waiting is { Symbol: null, Source: null }) >= MostErrors)
                return false;
            _queue.Enqueue(new Outgoing(null, message, null, 0));
        }

        _wake.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Drops all messages; sources that have something to send stay.</summary>
    public void DropMessages()
    {
        lock (Lock)
        {
            var asked = _queue.Where(waiting => waiting.Source is not null).ToArray();
            _queue.Clear();
            _waitingBytes = 0;
            foreach (var source in asked)
                _queue.Enqueue(source);
        }
    }

    /// <summary>
    /// Removes waiting messages of a book or source, because a snapshot replaces them or its subscription ended.
    /// </summary>
    public void Forget(Predicate<Outgoing> isOfIt)
    {
        lock (Lock)
        {
            for (var i = _queue.Count; i > 0; i--)
            {
                var waiting = _queue.Dequeue();
                if (isOfIt(waiting))
                    _waitingBytes -= waiting.Counted;
                else
                    _queue.Enqueue(waiting);
            }
        }
    }

    /// <summary>Takes the next item; null if there is none.</summary>
    public Outgoing? Next()
    {
        lock (Lock)
        {
            if (!_queue.TryDequeue(out var next))
                return null;

            _waitingBytes -= next.Counted;
            return next;
        }
    }
}

/// <summary>
/// Outgoing item: a message, a feed whose snapshot must be requested, or a source that has something to send.
/// </summary>
/// <param name="Symbol">Symbol of a message of a whole book, or null.</param>
/// <param name="Message">The message.</param>
/// <param name="Restart">Feed whose snapshot must be requested, or null.</param>
/// <param name="Counted">Bytes that count towards the limit.</param>
/// <param name="Source">Source that has something to send, or null.</param>
internal readonly record struct Outgoing(
    string? Symbol, ReadOnlyMemory<byte> Message, BookFeed? Restart, int Counted, IStreamSource? Source = null);
