using System.Globalization;
using Orleans.Providers.Streams.Common;
using QuantumCore.Contracts;
using QuantumCore.Grains.Streams;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Events between a silo's queue and their subscribers.</summary>
public class EventCacheTests
{
    private static readonly StreamId s_book = StreamId.Create(EventStreams.Book, "AAPL");
    private static readonly StreamId s_other = StreamId.Create(EventStreams.Book, "MSFT");

    private readonly IQueueCache _cache = new EventCache();
    private long _sequence;

    [Fact]
    public void First_event_of_a_stream_waits_for_the_subscriber_that_it_registers()
    {
        var first = Add(s_book, "a");
        using (Place(s_book, first))
        {
            using var cursor = Place(s_book, first);
            Add(s_book, "b");
            Assert.Equal(["a", "b"], Next(cursor));
        }
    }

    [Fact]
    public void Subscriber_gets_all_that_waits_in_one_call()
    {
        using var cursor = Place(s_book, null);
        Add(s_book, "a", "b");
        Add(s_other, "x");
        Add(s_book, "c");
        Assert.Equal(["a", "b", "c"], Next(cursor));
        Assert.Empty(Next(cursor));
        Add(s_book, "d");
        Assert.Equal(["d"], Next(cursor));
    }

    [Fact]
    public void Slow_subscriber_loses_its_oldest_events_and_delays_nobody()
    {
        using var slow = Place(s_book, null);
        using var other = Place(s_other, null);
        var sent = Enumerable.Range(0, 10 * EventCache.Capacity).Select(i => i.ToString(CultureInfo.InvariantCulture))
            .ToArray();
        foreach (var item in sent)
            Add(s_book, item);
        Add(s_other, "x");

        Assert.False(_cache.IsUnderPressure());
        Assert.Equal(["x"], Next(other));
        var got = Next(slow);
        Assert.InRange(got.Length, EventCache.Capacity, 2 * EventCache.Capacity);
        Assert.Equal(sent[^got.Length..], got);
    }

    [Fact]
    public void Subscriber_that_begins_later_gets_later_events()
    {
        using var early = Place(s_book, null);
        Add(s_book, "a");
        using var late = Place(s_book, null);
        Assert.Empty(Next(late));
        Add(s_book, "b");
        Assert.Equal(["b"], Next(late));
        Assert.Equal(["a", "b"], Next(early));
    }

    [Fact]
    public async Task Reader_of_a_queue_waits_until_there_is_something()
    {
        var queue = new EventQueue(EventStreams.Provider);
        var receiver = queue.CreateReceiver(queue.GetQueueForStream(s_book));
        var reading = receiver.GetQueueMessagesAsync(1, TestContext.Current.CancellationToken);
        Assert.False(reading.IsCompleted);

        await queue.QueueMessageBatchAsync(s_book, ["a"], null, null);
        var batch = Assert.Single(await reading);
        Assert.Equal(s_book, batch.StreamId);
        Assert.Equal(["a"], batch.GetEvents<string>().Select(item => item.Item1));
    }

    [Fact]
    public async Task Reader_of_an_idle_queue_ends_with_its_agent()
    {
        var queue = new EventQueue(EventStreams.Provider);
        using var agent = new CancellationTokenSource();
        var reading = queue.CreateReceiver(queue.GetQueueForStream(s_book)).GetQueueMessagesAsync(1, agent.Token);
        await agent.CancelAsync();
        Assert.Empty(await reading);
    }

    [Fact]
    public async Task Full_queue_drops_what_comes_and_holds_up_no_publisher()
    {
        var queue = new EventQueue(EventStreams.Provider);
        var events = Enumerable.Range(0, EventQueue.Capacity + 10).Select(i => i.ToString(CultureInfo.InvariantCulture))
            .ToArray();
        await queue.QueueMessageBatchAsync(s_book, events, null, null);

        var receiver = queue.CreateReceiver(queue.GetQueueForStream(s_book));
        var got = new List<string>();
        while (got.Count < EventQueue.Capacity)
        {
            foreach (var batch in await receiver.GetQueueMessagesAsync(1, TestContext.Current.CancellationToken))
                got.AddRange(batch.GetEvents<string>().Select(item => item.Item1));
        }

        Assert.Equal(events[..EventQueue.Capacity], got);
    }

    private IQueueCacheCursor Place(StreamId stream, StreamSequenceToken? from) =>
        _cache.TryGetCacheCursor(stream, from).Cursor!;

    private EventSequenceTokenV2 Add(StreamId stream, params string[] events)
    {
        var token = new EventSequenceTokenV2(++_sequence);
        _cache.AddToCache([new EventBatch(stream, [.. events], token)]);
        return token;
    }

    private static string[] Next(IQueueCacheCursor cursor) =>
        cursor.MoveNextWithResult().Kind == QueueCacheCursorMoveResultKind.Success
            ? [.. cursor.GetCurrent(out _)!.GetEvents<string>().Select(item => item.Item1)]
            : [];
}
