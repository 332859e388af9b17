using QuantumCore.Gateway.Admission;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Send buffers of connections: an allowance for each, and a shared buffer for bursts.</summary>
public class BacklogTests
{
    private static readonly GatewayOptions s_options = new() { StreamBacklogBytes = 10, StreamBurstBytes = 100 };

    [Fact]
    public void Burst_uses_the_shared_buffer_beyond_its_own_and_returns_it_once_sent()
    {
        var room = new BurstRoom(s_options);
        using var first = room.Open();
        using var second = room.Open();
        Assert.True(first.TryAdd(80));
        Assert.False(second.TryAdd(41));
        Assert.True(second.TryAdd(40));
        Assert.False(first.TryAdd(1));

        first.Remove(80);
        Assert.True(second.TryAdd(70));
        Assert.True(first.TryAdd(10));
        Assert.False(first.TryAdd(1));
    }

    [Fact]
    public void A_connection_that_has_ended_takes_nothing_whoever_still_adds()
    {
        var room = new BurstRoom(s_options);
        var first = room.Open();
        Assert.True(first.TryAdd(110));
        first.Dispose();
        Assert.True(first.TryAdd(1_000));
        first.Remove(50);
        using var second = room.Open();
        Assert.True(second.TryAdd(110));
        Assert.False(second.TryAdd(1));
    }

    [Fact]
    public async Task Nothing_of_the_shared_room_is_lost_whoever_comes_and_goes()
    {
        var room = new BurstRoom(s_options);
        var ends = Enumerable.Range(0, 4).Select(seed => Task.Run(
            () =>
            {
                var random = new Random(seed);
                for (var life = 0; life < 200; life++)
                {
                    using var backlog = room.Open();
                    Parallel.For(0, 50, _ =>
                    {
                        int bytes;
                        lock (random)
                            bytes = random.Next(1, 60);
                        if (backlog.TryAdd(bytes))
                            backlog.Remove(bytes);
                    });
                    backlog.TryAdd(random.Next(1, 60));
                }
            },
            TestContext.Current.CancellationToken));
        await Task.WhenAll(ends);
        using var last = room.Open();
        Assert.True(last.TryAdd(110));
    }
}
