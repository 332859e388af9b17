using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Admission of requests: admitted, queued, or rejected before any work is done.</summary>
public sealed class DoorTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;

    private readonly ManualTime _time = new();
    private readonly GatewayMetrics _metrics = UnreadMetrics.Create();
    private TimeSpan _oldestCommit;

    [Fact]
    public async Task An_idle_exchange_takes_a_burst_as_large_as_its_waiting_room()
    {
        var door = Open(inside: 10, waiting: 90);
        var burst = Enumerable.Range(0, 100).Select(_ => Order(door, Alice)).ToArray();
        Assert.Equal((10, 90), door.Orders);

        for (var i = 0; i < 100; i++)
            door.LeaveOrders(1);

        foreach (var order in burst)
            Assert.True(await order);
        Assert.Equal((0, 0), door.Orders);
    }

    [Fact]
    public async Task Orders_wait_their_turn_in_the_sequence_in_which_they_came()
    {
        var door = Open(inside: 1, waiting: 10);
        Assert.True(await Order(door, Alice));
        var (second, third) = (Order(door, Alice), Order(door, Alice));

        door.LeaveOrders(1);
        Assert.True(await second);
        Assert.False(third.IsCompleted);
        door.LeaveOrders(1);
        Assert.True(await third);
    }

    [Fact]
    public void Readers_of_streams_leave_room_for_connections_that_take_orders()
    {
        var door = new Door(
            new GatewayOptions { StreamConnections = 20 }, new CommitAge(() => TimeSpan.Zero), _metrics, _time);
        Assert.Equal(18, Enumerable.Range(0, 30).Count(_ => door.Enter(Lane.Streams)));
        Assert.Equal(2, Enumerable.Range(0, 30).Count(_ => door.Enter(Lane.Trading)));
        Assert.True(door.IsEmpty);

        // Orders may use the free places of the others, too.
        for (var i = 0; i < 18; i++)
            door.Leave(Lane.Streams);
        Assert.Equal(18, Enumerable.Range(0, 30).Count(_ => door.Enter(Lane.Trading)));
        Assert.False(door.Enter(Lane.Streams));
    }

    [Fact]
    public async Task Order_beyond_the_waiting_room_is_rejected_at_once()
    {
        var door = Open(inside: 1, waiting: 1);
        Assert.True(await Order(door, Alice));
        var waits = Order(door, Alice);
        Assert.False(waits.IsCompleted);

        Assert.False(door.HasRoomForOrders());
        Assert.False(await Order(door, Bob));
        Assert.Equal((1, 1), door.Orders);
    }

    [Fact]
    public async Task A_batch_counts_as_its_length_and_is_let_in_alone_however_long_it_is()
    {
        Assert.Equal(1, Door.Weight(150));
        var weight = Door.Weight(64 * 1024);
        var door = Open(inside: 10, waiting: 10);
        Assert.True(await Order(door, Alice, weight));
        var order = Order(door, Bob);
        Assert.False(order.IsCompleted);

        door.LeaveOrders(weight);
        Assert.True(await order);
    }

    [Fact]
    public async Task Waiting_orders_are_limited_to_those_served_within_the_longest_wait()
    {
        var door = Open(inside: 1, waiting: 4_000);
        Assert.True(await Order(door, Alice));
        var waiting = new Queue<Task<bool>>();
        for (var window = 0; window < 40; window++)
        {
            // A thousand orders are answered in each window of 100 ms, and there are always more.
            for (var answered = 0; answered < 1_000; answered++)
            {
                while (door.HasRoomForOrders())
                    waiting.Enqueue(Order(door, Alice));
                door.LeaveOrders(1);
                Assert.True(await waiting.Dequeue());
            }

            _time.Advance(Door.Window);
        }

        Assert.InRange(door.Orders.Waiting, 990, 1_010);
    }

    [Fact]
    public void Exchange_that_is_warming_up_lets_as_many_wait_as_may_ever_wait()
    {
        var door = Open(inside: 1, waiting: 4_000, warmUp: 2_000);
        for (var window = 0; window < 20; window++)
        {
            for (var answered = 0; answered < 100; answered++)
            {
                while (door.HasRoomForOrders())
                    _ = Order(door, Alice);
                door.LeaveOrders(1);
            }

            Assert.Equal(3_999, door.Orders.Waiting);
            _time.Advance(Door.Window);
        }

        // With the last window, 2,000 orders are answered. At a thousand a second, the minimum may wait: 512.
        Assert.False(door.HasRoomForOrders());
        for (var answered = 0; answered < 3_487; answered++)
            door.LeaveOrders(1);
        Assert.Equal(512, door.Orders.Waiting);
        Assert.False(door.HasRoomForOrders());
        door.LeaveOrders(1);
        Assert.True(door.HasRoomForOrders());
    }

    [Fact]
    public void A_standstill_of_the_store_makes_the_room_no_smaller_for_those_who_come_after_it()
    {
        var door = Open(inside: 256, waiting: 4_000);
        void Fill()
        {
            while (door.HasRoomForOrders())
                _ = Order(door, Alice);
        }

        // Each window answers twice the minimum that may always wait.
        for (var window = 0; window < 20; window++)
        {
            for (var answered = 0; answered < 1_024; answered++)
            {
                Fill();
                door.LeaveOrders(1);
            }

            _time.Advance(Door.Window);
        }

        // Nothing is answered for 300 ms.
        for (var window = 0; window < 3; window++)
        {
            _time.Advance(Door.Window);
            Fill();
        }

        Assert.InRange(door.Orders.Waiting, 900, 1_030);
        Assert.Equal(256, door.Orders.Inside);
    }

    [Fact]
    public async Task Waiting_room_recovers_after_a_burst()
    {
        var door = Open(inside: 1, waiting: 1_000);
        Assert.True(await Order(door, Alice));
        var waits = Enumerable.Range(0, 512).Select(_ => Order(door, Alice)).ToArray();
        for (var window = 0; window < 20; window++)
        {
            _time.Advance(Door.Window / 10 * 11);
            door.HasRoomForOrders();
        }

        // Nothing is answered, so nobody else may wait.
        Assert.False(await Order(door, Bob));
        door.LeaveOrders(1);
        foreach (var wait in waits)
            Assert.False(await wait);
        for (var window = 0; window < 2; window++)
        {
            _time.Advance(Door.Window);
            Assert.True(door.HasRoomForOrders());
        }

        var burst = Enumerable.Range(0, 1_001).Select(_ => Order(door, Alice)).ToArray();
        Assert.Equal((1, 1_000), door.Orders);
        Assert.Equal(1_000, burst.Count(order => !order.IsCompleted));
    }

    [Fact]
    public async Task Orders_are_refused_while_the_journal_stands_still_and_taken_again_after()
    {
        var door = Open(inside: 10, waiting: 10);
        _oldestCommit = TimeSpan.FromMilliseconds(501);
        _time.Advance(Door.Window);
        Assert.False(door.HasRoomForOrders());
        Assert.False(await Order(door, Alice));
        Assert.True(door.Enter(Lane.Urgent));

        _oldestCommit = TimeSpan.Zero;
        _time.Advance(Door.Window);
        Assert.True(door.HasRoomForOrders());
        Assert.True(await Order(door, Alice));
    }

    [Fact]
    public async Task Orders_that_waited_through_a_standstill_are_rejected_and_later_ones_are_not()
    {
        var door = Open(inside: 1, waiting: 10);
        Assert.True(await Order(door, Alice));
        var early = Order(door, Alice);
        _time.Advance(TimeSpan.FromSeconds(3));
        var late = Order(door, Alice);

        door.LeaveOrders(1);
        Assert.False(await early);
        Assert.True(await late);
    }

    [Fact]
    public async Task Cancel_all_rejects_the_waiting_orders_of_the_account()
    {
        var door = Open(inside: 1, waiting: 10);
        Assert.True(await Order(door, Alice));
        var (alice, bob) = (Order(door, Alice), Order(door, Bob));

        door.RefuseWaiting(Alice);
        Assert.False(await alice);
        Assert.Equal((1, 1), door.Orders);
        door.LeaveOrders(1);
        Assert.True(await bob);
    }

    [Fact]
    public void Full_lane_does_not_block_another()
    {
        var door = Open(inside: 1, waiting: 0);
        Assert.True(door.Enter(Lane.Readings));
        Assert.False(door.Enter(Lane.Readings));
        Assert.True(door.Enter(Lane.Urgent));
        door.Leave(Lane.Readings);
        Assert.True(door.Enter(Lane.Readings));
    }

    [Fact]
    public void Client_that_waits_before_a_retry_is_never_throttled()
    {
        var pace = new RefusalPace(_time);
        var connection = new RefusedConnection();
        for (var refusal = 0; refusal < 10; refusal++)
        {
            Assert.Equal(TimeSpan.Zero, pace.Next(connection, ordersPerSecond: 0));
            _time.Advance(RefusalPace.RetryAfter);
        }
    }

    [Fact]
    public void Immediate_retries_are_paced_and_none_is_later_than_Retry_After()
    {
        var pace = new RefusalPace(_time);
        var crowd = Enumerable.Range(0, 10_000).Select(_ => new RefusedConnection()).ToArray();
        Assert.All(crowd, connection => Assert.Equal(TimeSpan.Zero, pace.Next(connection, 10_000)));

        var pauses = Array.ConvertAll(crowd, connection => pace.Next(connection, 5_000));
        Assert.Equal(pauses.Order(), pauses);
        Assert.InRange(pauses.Count(pause => pause < RefusalPace.RetryAfter), 4_999, 5_000);
        Assert.Equal(RefusalPace.RetryAfter, pauses[^1]);
    }

    private static Task<bool> Order(Door door, long account, int weight = 1) =>
        door.EnterOrdersAsync(weight, account).AsTask();

    private Door Open(int inside, int waiting, int warmUp = 0) => new(
        new GatewayOptions
        {
            MostOrdersInside = inside,
            MostOrdersWaiting = waiting,
            MostReadingsInside = 1,
            OrdersOfWarmUp = warmUp,
        },
        new CommitAge(() => _oldestCommit),
        _metrics,
        _time);
}
