using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>
/// What grain code may rely on, whatever runtime it is compiled for. A test that only one runtime passes does not
/// belong here.
/// </summary>
public abstract class GrainBehaviour(GrainCluster cluster)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IClusterClient Grains => cluster.Grains;

    // Turns

    [Fact]
    public async Task Turns_of_one_grain_never_overlap()
    {
        var desk = Grains.GetGrain<IDesk>(Signals.NewName());
        var raced = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => desk.Shuffle(50)));
        Assert.DoesNotContain(true, raced);
    }

    [Fact]
    public async Task Turns_of_a_reentrant_grain_never_overlap_either()
    {
        var hall = Grains.GetGrain<IHall>(Signals.NewName());
        var raced = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => hall.Shuffle(50)));
        Assert.DoesNotContain(true, raced);
    }

    [Fact]
    public async Task A_request_waits_until_the_one_before_has_ended()
    {
        var (desk, gate) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        var serving = desk.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var note = desk.Note(7);
        Signals.Raise(gate);
        await Signals.Within(Task.WhenAll(serving, note), "end of service");
        Assert.Equal([-1, -2, 7], await desk.Notes());
    }

    [Fact]
    public async Task Requests_of_a_reentrant_grain_interleave()
    {
        var (hall, gate) = (Grains.GetGrain<IHall>(Signals.NewName()), Signals.NewName());
        var serving = Enumerable.Range(0, 5).Select(i => hall.Serve($"{gate}/{i}")).ToArray();
        for (var i = 0; i < 5; i++)
            await Signals.Wait($"in:{gate}/{i}");
        Signals.Raise(gate);
        await Signals.Within(Task.WhenAll(serving), "end of service");
        Assert.Equal(5, (await Task.WhenAll(serving)).Max());
    }

    [Fact]
    public async Task An_always_interleaving_method_passes_a_waiting_request()
    {
        var (desk, gate) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        var serving = desk.Serve(gate);
        await Signals.Wait($"in:{gate}");
        Assert.Equal(1, await desk.Glance());
        Signals.Raise(gate);
        await Signals.Within(serving, "end of service");
    }

    [Fact]
    public async Task Read_only_requests_interleave_with_each_other_but_a_write_waits()
    {
        var (desk, gate) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        var first = desk.Look($"{gate}/1");
        await Signals.Wait($"in:{gate}/1");
        var write = desk.Note(7);
        var second = desk.Look($"{gate}/2");
        await Signals.Wait($"in:{gate}/2");
        Assert.Equal(0, await desk.Glance());
        Signals.Raise(gate);
        await Signals.Within(Task.WhenAll(first, second, write), "end of the readers");
        Assert.Contains(7, await desk.Notes());
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task Readers_that_wait_behind_a_write_enter_together()
    {
        var (desk, gate) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        var serving = desk.Serve($"{gate}s");
        await Signals.Wait($"in:{gate}s");
        Task[] waiting = [desk.Look($"{gate}/1"), desk.Note(7), desk.Look($"{gate}/2")];
        Signals.Raise($"{gate}s");
        await Signals.Wait($"in:{gate}/1");
        await Signals.Wait($"in:{gate}/2");
        Signals.Raise(gate);
        await Signals.Within(Task.WhenAll([serving, .. waiting]), "end of all");
    }

    [Fact]
    public async Task A_read_only_request_waits_for_a_write()
    {
        var (desk, gate) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        var write = desk.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var look = desk.Look($"{gate}/1");
        Signals.Raise(gate);
        await Signals.Within(Task.WhenAll(write, look), "end of both");
        Assert.Equal([-1, -2, -3], await desk.Notes());
    }

    [Fact]
    public async Task Awaits_come_back_to_the_grain() =>
        Assert.True(await Grains.GetGrain<IDesk>(Signals.NewName()).AwaitsComeBack());

    [Fact]
    public async Task Calls_between_grains_that_are_not_awaited_keep_their_order()
    {
        var other = Signals.NewName();
        await Grains.GetGrain<IDesk>(Signals.NewName()).CallInOrder(other, 2_000);
        Assert.Equal(Enumerable.Range(0, 2_000), await Grains.GetGrain<IDesk>(other).Notes());
    }

    [Fact]
    public async Task Calls_from_outside_that_are_awaited_keep_their_order()
    {
        var desk = Grains.GetGrain<IDesk>(Signals.NewName());
        for (var i = 0; i < 200; i++)
            Assert.Equal(i + 1, await desk.Note(i));
        Assert.Equal(Enumerable.Range(0, 200), await desk.Notes());
    }

    [Fact]
    public async Task Calls_from_outside_in_flight_together_all_arrive_once()
    {
        var desk = Grains.GetGrain<IDesk>(Signals.NewName());
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(desk.Note));
        Assert.Equal(Enumerable.Range(0, 1_000), (await desk.Notes()).Order());
    }

    [Fact]
    public async Task A_reference_can_be_passed_and_compared()
    {
        var key = Signals.NewName();
        var desk = Grains.GetGrain<IDesk>(key);
        Assert.Equal(7, await Grains.GetGrain<IDesk>(Signals.NewName()).AddThere(desk, 3, 4));
        Assert.Equal(desk, Grains.GetGrain<IDesk>(key));
        Assert.Equal(key, desk.GetPrimaryKeyString());
        Assert.Equal(key, await desk.Key());
    }

    [Fact]
    public void An_interface_without_a_grain_class_is_refused() =>
        Assert.ThrowsAny<ArgumentException>(() => Grains.GetGrain<INobody>("nobody"));

    // Errors and time-outs

    [Theory]
    [InlineData("at once", "refused at once")]
    [InlineData("later", "refused later")]
    public async Task An_exception_reaches_the_caller(string how, string message)
    {
        var desk = Grains.GetGrain<IDesk>(Signals.NewName());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => desk.Refuse(how));
        Assert.Equal(message, error.Message);
        Assert.Equal(3, await desk.Add(1, 2));
    }

    [Fact]
    public async Task An_exception_made_for_the_wire_keeps_its_members()
    {
        var desk = Grains.GetGrain<IDesk>(Signals.NewName());
        var error = await Assert.ThrowsAsync<RefusalException>(() => desk.Refuse("for the wire"));
        Assert.Equal(42, error.Code);
    }

    [Fact]
    public async Task An_exception_keeps_its_type_between_grains_of_one_silo()
    {
        var seen = await Grains.GetGrain<IDesk>(Signals.NewName()).ExceptionSeenFrom(Signals.NewName(), "plain");
        Assert.Equal(nameof(PlainRefusalException), seen);
    }

    [Fact]
    public async Task Any_exception_fails_an_outside_caller_in_some_form() =>
        await Assert.ThrowsAnyAsync<Exception>(() => Grains.GetGrain<IDesk>(Signals.NewName()).Refuse("plain"));

    [Fact]
    public async Task Cancelling_reaches_the_grain_and_frees_the_caller()
    {
        var (desk, started) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        using var cancellation = new CancellationTokenSource();
        var waiting = desk.WaitCancellable(started, cancellation.Token);
        await Signals.Wait(started);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Signals.Wait($"cancelled:{started}");
        Assert.Equal(1, await desk.Cancellations());
    }

    [Fact]
    public async Task A_call_cancelled_before_it_is_made_never_reaches_the_grain()
    {
        var desk = Grains.GetGrain<IDesk>(Signals.NewName());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => desk.WaitCancellable(Signals.NewName(), new CancellationToken(canceled: true)));
        Assert.Equal(0, await desk.Cancellations());
    }

    [Fact]
    public async Task A_one_way_call_does_not_wait_and_its_error_is_lost()
    {
        var (key, gate) = (Signals.NewName(), Signals.NewName());
        var desk = Grains.GetGrain<IDesk>(key);
        var serving = desk.Serve(gate);
        await Signals.Wait($"in:{gate}");
        await Signals.Within(desk.Whisper(5), "return of a one-way call while the grain is busy");
        await desk.WhisperNonsense();
        Signals.Raise(gate);
        await Signals.Within(serving, "end of service");
        await Signals.Wait($"noted:{key}:5");
        Assert.Equal(3, await desk.Add(1, 2));
    }

    // Context

    [Fact]
    public async Task The_request_context_travels_in_and_on_but_not_back()
    {
        var (desk, other) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        RequestContext.Set("trace", "outer");
        Assert.Equal("outer", await desk.ContextValue("trace"));
        Assert.Equal("outer", await desk.ContextOfNext(other, "trace"));
        await desk.ChangeContext("trace", "inner");
        Assert.Equal("outer", RequestContext.Get("trace"));
        Assert.True(RequestContext.Remove("trace"));
        Assert.Null(await desk.ContextValue("trace"));
    }

    [Fact]
    public async Task The_request_context_of_one_request_is_not_seen_by_the_next()
    {
        var (desk, other) = (Grains.GetGrain<IDesk>(Signals.NewName()), Signals.NewName());
        for (var i = 0; i < 100; i++)
            Assert.Null(await desk.ContextLeftBehind(other, "trace"));
    }

    [Fact]
    public async Task Other_ambient_values_do_not_travel()
    {
        Lives.Ambient.Value = "leak";
        Assert.Null(await Grains.GetGrain<IDesk>(Signals.NewName()).AmbientValue());
    }

    // Life

    [Fact]
    public async Task A_grain_that_left_starts_anew_with_the_next_call()
    {
        var key = Signals.NewName();
        var desk = Grains.GetGrain<IDesk>(key);
        await desk.Note(1);
        Assert.Equal(1, await desk.Life());
        await desk.Leave();
        await Signals.Wait($"left:{key}:1:{DeactivationReasonCode.ApplicationRequested}");
        Assert.Equal(2, await desk.Life());
        Assert.Empty(await desk.Notes());
    }

    [Fact]
    public async Task A_grain_can_be_deactivated_from_outside()
    {
        var key = Signals.NewName();
        var desk = Grains.GetGrain<IDesk>(key);
        await desk.Touch();
        await Signals.Within(cluster.DeactivateAsync(desk), "deactivation");
        Assert.True(Signals.Raised($"left:{key}:1:{DeactivationReasonCode.ApplicationRequested}").IsCompleted);
        Assert.Equal(2, await desk.Life());
    }

    [Fact]
    public async Task Calls_that_race_with_a_deactivation_are_all_answered()
    {
        var desk = Grains.GetGrain<IDesk>(Signals.NewName());
        for (var round = 0; round < 50; round++)
        {
            var leaving = desk.Leave();
            var sums = Enumerable.Range(0, 20).Select(i => desk.Add(i, i).AsTask()).ToArray();
            await Signals.Within(Task.WhenAll([leaving, .. sums]), $"answers of round {round}");
        }
    }

    [Fact]
    public async Task A_deactivation_lets_the_running_request_end()
    {
        var (key, gate) = (Signals.NewName(), Signals.NewName());
        var desk = Grains.GetGrain<IDesk>(key);
        var serving = desk.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var deactivated = cluster.DeactivateAsync(desk);
        var life = desk.Life();
        Assert.False(deactivated.IsCompleted);
        Signals.Raise(gate);
        await Signals.Within(Task.WhenAll(serving, deactivated), "end of the service and of the activation");
        Assert.Equal(2, await life);
    }

    [Fact]
    public async Task What_an_ended_activation_left_running_may_call_but_finds_no_more_grains()
    {
        var (key, gate, done) = (Signals.NewName(), Signals.NewName(), Signals.NewName());
        await Grains.GetGrain<IDesk>(key).LeaveAndCallLater(gate, done, Signals.NewName());
        await Signals.Wait($"left:{key}:1:{DeactivationReasonCode.ApplicationRequested}");
        await cluster.DeactivateAsync(Grains.GetGrain<IDesk>(key));
        Signals.Raise(gate);
        await Signals.Wait($"{done}:refused:True");
    }

    [Fact]
    public async Task Calls_wait_for_the_activation()
    {
        var key = Signals.NewName();
        var shutter = Grains.GetGrain<IShutter>(key);
        var knocks = Enumerable.Range(0, 20).Select(_ => shutter.Knock()).ToArray();
        await Signals.Wait($"opening:{key}");
        Assert.DoesNotContain(knocks, knock => knock.IsCompleted);
        Signals.Raise($"gate:{key}");
        await Signals.Within(Task.WhenAll(knocks), "answers after the activation");
        Assert.Equal(Enumerable.Range(1, 20), (await Task.WhenAll(knocks)).Order());
    }

    [Fact]
    public async Task A_failed_activation_fails_its_callers_and_is_tried_again_with_the_next_call()
    {
        var key = $"{Signals.NewName()}stuck";
        var shutter = Grains.GetGrain<IShutter>(key);
        var knock = shutter.Knock();
        await Signals.Wait($"opening:{key}");
        Signals.Raise($"gate:{key}");
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => knock);
        Assert.Equal("The shutter is stuck.", error.Message);
        Assert.Equal(1, await shutter.Knock());
    }

    [Fact]
    public async Task A_stateless_worker_serves_several_at_once()
    {
        var (kiosk, gate) = (Grains.GetGrain<IKiosk>("kiosk"), Signals.NewName());
        var serving = Enumerable.Range(0, 4).Select(i => kiosk.Serve($"{gate}/{i}")).ToArray();
        await Signals.Within(
            Task.WhenAny(
                Task.WhenAll(Signals.Raised($"in:{gate}/0"), Signals.Raised($"in:{gate}/1")),
                Task.WhenAll(Signals.Raised($"in:{gate}/2"), Signals.Raised($"in:{gate}/3"))),
            "two customers at a kiosk");
        Signals.Raise(gate);
        await Signals.Within(Task.WhenAll(serving), "end of service");
    }

    // Storage

    [Fact]
    public async Task A_written_state_outlives_the_activation_and_an_unwritten_one_does_not()
    {
        var safe = Grains.GetGrain<ISafe>(Signals.NewName());
        await safe.Put(100, write: true);
        await safe.Put(50, write: false);
        Assert.Equal(150, await safe.Balance());
        await safe.Leave();
        Assert.Equal(100, await safe.Balance());
        Assert.Equal(2, await safe.Life());
    }

    [Fact]
    public async Task An_activation_that_wrote_over_a_newer_state_is_thrown_away()
    {
        var safe = Grains.GetGrain<ISafe>(Signals.NewName());
        await safe.Put(100, write: false);
        await Assert.ThrowsAsync<InconsistentStateException>(safe.Clash);
        Assert.Equal(2, await safe.Life());
        Assert.Equal(100, await safe.Balance());
    }

    // Timers

    [Fact]
    public async Task Ticks_never_overlap()
    {
        var (key, gate) = (Signals.NewName(), Signals.NewName());
        var clock = Grains.GetGrain<IClock>(key);
        await clock.Start(gate, interleave: true);
        await Signals.Wait($"tick:{key}:1");
        Assert.Equal(1, (await clock.Glance()).Ticks);
        Signals.Raise(gate);
        await Signals.Wait($"tick:{key}:10");
        Assert.Equal(1, (await clock.Read()).MostAtOnce);
        await clock.StopClock();
    }

    [Fact]
    public async Task A_tick_waits_for_the_request_that_runs()
    {
        var (key, gate) = (Signals.NewName(), Signals.NewName());
        var clock = Grains.GetGrain<IClock>(key);
        await clock.Start(gate: null, interleave: false);
        await Signals.Wait($"tick:{key}:3");
        var serving = clock.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var before = (await clock.Glance()).Ticks;
        Signals.Raise(gate);
        await Signals.Within(serving, "end of service");
        await Signals.Wait($"tick:{key}:{before + 2}");
        Assert.Equal(0, (await clock.Read()).DuringService);
        await clock.StopClock();
    }

    [Fact]
    public async Task An_interleaving_tick_does_not_wait()
    {
        var (key, gate) = (Signals.NewName(), Signals.NewName());
        var clock = Grains.GetGrain<IClock>(key);
        await clock.Start(gate: null, interleave: true);
        var serving = clock.Serve(gate);
        await Signals.Wait($"in:{gate}");
        await Wait.UntilAsync(
            async () => (await clock.Glance()).DuringService >= 3, "three ticks to come during the service");
        Signals.Raise(gate);
        await Signals.Within(serving, "end of service");
        await clock.StopClock();
    }

    [Fact]
    public async Task A_timer_ends_with_its_activation()
    {
        var key = Signals.NewName();
        var clock = Grains.GetGrain<IClock>(key);
        await clock.Start(gate: null, interleave: false);
        await Signals.Wait($"tick:{key}:3");
        await Signals.Within(cluster.DeactivateAsync(clock), "deactivation");
        var ticks = Lives.Count($"ticks:{key}");
        var otherKey = Signals.NewName();
        var other = Grains.GetGrain<IClock>(otherKey);
        await other.Start(gate: null, interleave: false);
        await Signals.Wait($"tick:{otherKey}:10");
        await other.StopClock();
        Assert.Equal(ticks, Lives.Count($"ticks:{key}"));
        Assert.Equal(0, (await clock.Read()).Ticks);
    }

    [Fact]
    public async Task A_stopped_timer_ticks_no_more()
    {
        var key = Signals.NewName();
        var clock = Grains.GetGrain<IClock>(key);
        await clock.Start(gate: null, interleave: false);
        await Signals.Wait($"tick:{key}:3");
        await clock.StopClock();
        var ticks = (await clock.Read()).Ticks;
        await clock.Start(gate: null, interleave: false);
        await Signals.Wait($"tick:{key}:{ticks + 3}");
        await clock.StopClock();
        Assert.Equal(1, (await clock.Read()).MostAtOnce);
    }

    // Streams

    [Theory]
    [InlineData(1, 200)]
    [InlineData(50, 1_000)]
    public async Task A_grain_gets_the_stream_of_its_key_in_order(int batch, int count)
    {
        var key = Signals.NewName();
        await Grains.GetGrain<IPublisher>(Signals.NewName()).Publish("tape", key, 0, count, batch);
        await Signals.Wait($"read:{key}:{count - 1}");
        var reader = Grains.GetGrain<ITapeReader>(key);
        Assert.Equal(Enumerable.Range(0, count).Select(n => (long)n), await reader.Read());
        Assert.Equal(1, await reader.MostAtOnce());
        Assert.True(await reader.LargestBatch() <= Math.Max(batch, 1));
    }

    [Fact]
    public async Task A_batch_whose_consumer_threw_comes_again()
    {
        var key = Signals.NewName();
        var reader = Grains.GetGrain<ITapeReader>(key);
        await reader.StumbleAt(25);
        await Grains.GetGrain<IPublisher>(Signals.NewName()).Publish("tape", key, 0, 50, 10);
        await Signals.Wait($"read:{key}:49");
        Assert.Equal(1, await reader.Stumbles());
        Assert.Equal(Enumerable.Range(0, 50).Select(n => (long)n), await reader.Read());
    }

    [Fact]
    public async Task A_stream_goes_on_with_the_next_activation()
    {
        var key = Signals.NewName();
        var (reader, publisher) = (Grains.GetGrain<ITapeReader>(key), Grains.GetGrain<IPublisher>(Signals.NewName()));
        await publisher.Publish("tape", key, 0, 10, 10);
        await Signals.Wait($"read:{key}:9");
        await Signals.Within(cluster.DeactivateAsync(reader), "deactivation");
        await publisher.Publish("tape", key, 10, 10, 10);
        await Signals.Wait($"read:{key}:19");
        Assert.Equal(19, (await reader.Read())[^1]);
    }

    [Fact]
    public async Task A_grain_may_subscribe_by_call()
    {
        var (key, stream) = (Signals.NewName(), Signals.NewName());
        var subscriber = Grains.GetGrain<ISubscriber>(key);
        var publisher = Grains.GetGrain<IPublisher>(Signals.NewName());
        await subscriber.Subscribe("news", stream);
        await publisher.Publish("news", stream, 0, 20, 1);
        await Signals.Wait($"got:{key}:19");
        Assert.Equal(Enumerable.Range(0, 20).Select(n => (long)n), await subscriber.Read());
        await subscriber.Unsubscribe();
    }

    [Fact]
    public async Task A_client_may_subscribe()
    {
        var name = Signals.NewName();
        var stream = Grains.GetStreamProvider("events").GetStream<Print>(StreamId.Create("news", name));
        var subscription = await stream.SubscribeAsync((print, _) =>
        {
            Signals.Raise($"client:{name}:{print.Number}");
            return Task.CompletedTask;
        });
        await Grains.GetGrain<IPublisher>(Signals.NewName()).Publish("news", name, 0, 20, 1);
        await Signals.Wait($"client:{name}:19");
        Assert.Single(await stream.GetAllSubscriptionHandles());
        await subscription.UnsubscribeAsync();
        Assert.Empty(await stream.GetAllSubscriptionHandles());
    }

    // Wake-ups

    [Fact]
    public Task No_call_is_lost_between_deactivations() => HammerDesks(20_000);

    [Fact]
    [Trait("Suite", "Slow")]
    public Task No_call_of_a_million_is_lost_between_deactivations() => HammerDesks(1_000_000);

    private async Task HammerDesks(int calls)
    {
        const int callers = 16;
        var desks = Enumerable.Range(0, 8).Select(_ => Grains.GetGrain<IDesk>(Signals.NewName())).ToArray();
        await Signals.Within(
            Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => Hammer(caller), Cancelled))),
            $"answers to {calls} calls",
            TimeSpan.FromMinutes(20));

        async Task Hammer(int caller)
        {
            var random = new Random(caller);
            for (var i = 0; i < calls / callers; i++)
            {
                var desk = desks[random.Next(desks.Length)];
                if (random.Next(500) == 0)
                    await desk.Leave();
                else
                    Assert.Equal(i + caller, await desk.Add(i, caller));
            }
        }
    }
}
