using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>What belongs to the embedded runtime alone: its clock, its end, its limits and its hostile mode.</summary>
public sealed class LocalRuntimeTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly List<ServiceProvider> _providers = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers)
            await provider.DisposeAsync();
    }

    // Idleness

    [Fact]
    public async Task An_idle_grain_is_deactivated_and_disposed()
    {
        var (vault, key) = Vault(Start());
        await vault.Life();
        _time.Advance(TimeSpan.FromMinutes(17));
        await Signals.Wait($"left:{key}:1:{DeactivationReasonCode.ActivationIdle}");
        await Signals.Wait($"disposed:{key}:1");
        Assert.Equal(2, await vault.Life());
    }

    [Fact]
    public async Task A_grain_in_use_is_not_idle()
    {
        var (vault, _) = Vault(Start());
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(1, await vault.Life());
            _time.Advance(TimeSpan.FromMinutes(10));
        }
    }

    [Fact]
    public async Task A_grain_that_is_kept_alive_is_never_idle()
    {
        var archive = Start().GetGrain<IArchive>(Signals.NewName());
        await archive.Life();
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, await archive.Life());
    }

    [Fact]
    public async Task A_grain_may_put_off_its_deactivation()
    {
        var (vault, key) = Vault(Start());
        await vault.Delay(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromMinutes(50));
        Assert.Equal(1, await vault.Life());
        _time.Advance(TimeSpan.FromMinutes(30));
        await Signals.Wait($"left:{key}:1:{DeactivationReasonCode.ActivationIdle}");
    }

    [Fact]
    public async Task A_grain_with_a_running_request_is_not_idle()
    {
        var (vault, _) = Vault(Start());
        var gate = Signals.NewName();
        var serving = vault.Serve(gate);
        await Signals.Wait($"in:{gate}");
        _time.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<TimeoutException>(() => serving);
        Signals.Raise(gate);
        Assert.Equal(1, await vault.Life());
    }

    [Fact]
    public async Task Ticks_do_not_count_as_use()
    {
        var (vault, key) = Vault(Start());
        await vault.StartClock(TimeSpan.FromMinutes(5), keepAlive: false);
        var left = Signals.Raised($"left:{key}:1:{DeactivationReasonCode.ActivationIdle}");
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                return left.IsCompleted;
            },
            "the ticking grain to be idle");
        Assert.Equal(0, await vault.Ticks());
    }

    [Fact]
    public async Task Ticks_count_as_use_if_the_timer_says_so()
    {
        var (vault, key) = Vault(Start());
        await vault.StartClock(TimeSpan.FromMinutes(5), keepAlive: true);
        var armed = _time.ArmedTimers;
        for (var tick = 1; tick <= 10; tick++)
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            await Signals.Wait($"tick:{key}:{tick}");
            await Wait.UntilAsync(() => _time.ArmedTimers == armed, "the next tick to be due");
        }

        Assert.Equal(1, await vault.Life());
    }

    // Timers

    [Fact]
    public async Task A_timer_ticks_by_the_hosts_clock_and_can_be_changed_and_stopped()
    {
        var (vault, key) = Vault(Start());
        await vault.StartClock(TimeSpan.FromSeconds(10), keepAlive: false);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(0, await vault.Ticks());
        _time.Advance(TimeSpan.FromSeconds(1));
        await Signals.Wait($"tick:{key}:1");
        await vault.ChangeClock(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Signals.Wait($"tick:{key}:2");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await vault.Ticks());
        await vault.ChangeClock(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        await vault.StopClock();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await vault.Ticks());
        Assert.True(await vault.ClockWasCancelled());
    }

    // Time-outs

    [Fact]
    public async Task A_call_times_out_by_the_hosts_clock()
    {
        var (vault, _) = Vault(Start());
        var gate = Signals.NewName();
        var serving = vault.Serve(gate);
        await Signals.Wait($"in:{gate}");
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(serving.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => serving);
        Assert.StartsWith("IVault.Serve ", error.Message, StringComparison.Ordinal);
        Signals.Raise(gate);
    }

    [Fact]
    public async Task A_method_may_have_a_time_out_of_its_own()
    {
        var (vault, _) = Vault(Start());
        var gate = Signals.NewName();
        var serving = vault.ServeShortly(gate);
        await Signals.Wait($"in:{gate}");
        _time.Advance(TimeSpan.FromSeconds(5.5));
        await Assert.ThrowsAsync<TimeoutException>(() => serving);
        Signals.Raise(gate);
    }

    [Fact]
    public async Task An_activation_that_takes_too_long_fails_its_callers()
    {
        var key = Signals.NewName();
        var knock = Start(options => options.ResponseTimeout = TimeSpan.FromHours(1)).GetGrain<IShutter>(key).Knock();
        await Signals.Wait($"opening:{key}");
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(10));
                return knock.IsCompleted;
            },
            "the activation to time out");
        var error = await Assert.ThrowsAsync<TimeoutException>(() => knock);
        Assert.DoesNotContain("IShutter", error.Message, StringComparison.Ordinal);
    }

    // The end

    [Fact]
    public async Task Disposing_fails_the_calls_in_flight_and_refuses_new_ones()
    {
        var grains = Start();
        var (vault, _) = Vault(grains);
        var gate = Signals.NewName();
        var running = vault.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var waiting = vault.Life();
        var disposed = grains.DisposeAsync();
        await Assert.ThrowsAsync<SiloUnavailableException>(() => running);
        await Assert.ThrowsAsync<SiloUnavailableException>(() => waiting);
        await Assert.ThrowsAsync<SiloUnavailableException>(vault.Life);
        Signals.Raise(gate);
        await disposed;
        await grains.DisposeAsync();
    }

    [Fact]
    public async Task Stopping_the_host_lets_running_requests_end_and_deactivates_every_grain()
    {
        var grains = Start();
        var (vault, key) = Vault(grains);
        var (idle, idleKey) = Vault(grains);
        await idle.Life();
        var gate = Signals.NewName();
        var running = vault.Serve(gate);
        await Signals.Wait($"in:{gate}");
        var host = grains.ServiceProvider.GetServices<IHostedService>().Single();
        var stopped = host.StopAsync(TestContext.Current.CancellationToken);
        await Signals.Wait($"left:{idleKey}:1:{DeactivationReasonCode.ShuttingDown}");
        Assert.False(running.IsCompleted);
        Signals.Raise(gate);
        await Signals.Within(stopped, "end of the host");
        await running;
        await Signals.Wait($"left:{key}:1:{DeactivationReasonCode.ShuttingDown}");
        await Assert.ThrowsAsync<SiloUnavailableException>(idle.Life);
    }

    // Set-up

    [Fact]
    public async Task Factory_and_client_are_the_runtime()
    {
        await using var provider = new ServiceCollection().AddLocalGrains(_ => { }).BuildServiceProvider();
        Assert.Same(provider.GetRequiredService<LocalGrains>(), provider.GetRequiredService<IGrainFactory>());
        Assert.Same(provider.GetRequiredService<LocalGrains>(), provider.GetRequiredService<IClusterClient>());
    }

    [Fact]
    public async Task An_interface_with_two_classes_needs_the_class_named()
    {
        var grains = Start();
        Assert.Throws<ArgumentException>(() => grains.GetGrain<ITwin>("a"));
        Assert.Equal("second", await grains.GetGrain<ITwin>("a", typeof(SecondTwinGrain).FullName).Name());
    }

    [Fact]
    public void An_interface_whose_methods_are_no_calls_is_refused() =>
        Assert.Throws<NotSupportedException>(() => Start().GetGrain<IShouter>("a"));

    [Fact]
    public void A_grain_is_constructed_by_the_runtime_only() =>
        Assert.Throws<InvalidOperationException>(() => new DeskGrain());

    [Fact]
    public void An_unknown_stream_provider_is_refused() =>
        Assert.Throws<KeyNotFoundException>(() => Start().GetStreamProvider("unknown"));

    // Streams

    [Fact]
    public async Task A_batch_that_is_never_taken_is_dropped_and_the_stream_goes_on()
    {
        var grains = Start(options => options.MaxDeliveryAttempts = 2);
        var key = Signals.NewName();
        var stream = Stream(grains, "stubborn", key);
        await stream.OnNextAsync(new Print(0));
        await stream.OnNextAsync(new Print(1));
        await Signals.Wait($"got:{key}:1");
        Assert.Equal(2, await grains.GetGrain<IStubborn>(key).Refusals());
    }

    [Fact]
    public async Task A_full_stream_makes_its_producer_wait()
    {
        var stream = Stream(Start(options => options.MaxBatchesPerStream = 2), "news", Signals.NewName());
        var gate = Signals.NewName();
        await stream.SubscribeAsync((print, _) =>
        {
            Signals.Raise($"got:{gate}:{print.Number}");
            return Signals.Raised(gate);
        });
        await stream.OnNextAsync(new Print(0));
        await Signals.Wait($"got:{gate}:0");
        await stream.OnNextAsync(new Print(1));
        await stream.OnNextAsync(new Print(2));
        var waiting = stream.OnNextAsync(new Print(3));
        Assert.False(waiting.IsCompleted);
        Signals.Raise(gate);
        await Signals.Within(waiting, "room in the stream");
        await Signals.Wait($"got:{gate}:3");
    }

    // Hostile mode

    [Fact]
    public async Task Hostile_calls_in_flight_together_overtake_each_other()
    {
        var desk = Start(options => options.Hostile = true).GetGrain<IDesk>(Signals.NewName());
        await Task.WhenAll(Enumerable.Range(0, 20_000).Select(desk.Note));
        var notes = await desk.Notes();
        Assert.Equal(20_000, notes.Distinct().Count());
        Assert.NotEqual(Enumerable.Range(0, 20_000), notes);
    }

    [Fact]
    public async Task Hostile_exceptions_reach_an_outside_caller_without_their_type()
    {
        var grains = Start(options => options.Hostile = true);
        var desk = grains.GetGrain<IDesk>(Signals.NewName());
        var error = await Assert.ThrowsAsync<OrleansException>(() => desk.Refuse("plain"));
        Assert.Contains(nameof(PlainRefusalException), error.Message, StringComparison.Ordinal);
        var friendly = Start().GetGrain<IDesk>(Signals.NewName());
        await Assert.ThrowsAsync<PlainRefusalException>(() => friendly.Refuse("plain"));
    }

    [Fact]
    public async Task Hostile_streams_deliver_some_batches_twice()
    {
        var stream = Stream(Start(options => options.Hostile = true), "news", Signals.NewName());
        var (numbers, done) = (new List<long>(), Signals.NewName());
        await stream.SubscribeAsync((print, _) =>
        {
            numbers.Add(print.Number);
            if (print.Number == 6)
                Signals.Raise(done);
            return Task.CompletedTask;
        });
        for (var number = 0; number <= 6; number++)
            await stream.OnNextAsync(new Print(number));
        await Signals.Wait(done);
        Assert.Equal([0, 1, 2, 2, 3, 4, 5, 5, 6], numbers);
    }

    private static IAsyncStream<Print> Stream(LocalGrains grains, string ns, string key) =>
        grains.GetStreamProvider("events").GetStream<Print>(StreamId.Create(ns, key));

    private static (IVault Vault, string Key) Vault(LocalGrains grains)
    {
        var key = Signals.NewName();
        return (grains.GetGrain<IVault>(key, typeof(VaultGrain).FullName), key);
    }

    private LocalGrains Start(Action<LocalGrainOptions>? configure = null)
    {
        var provider = new ServiceCollection()
            .AddSingleton<TimeProvider>(_time)
            .AddLocalGrains(options =>
            {
                options.GrainAssemblies.Add(typeof(DeskGrain).Assembly);
                options.StreamProviders.Add("events");
                configure?.Invoke(options);
            })
            .BuildServiceProvider();
        _providers.Add(provider);
        return provider.GetRequiredService<LocalGrains>();
    }
}
