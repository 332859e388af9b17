using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>Turns that do not end are told of while they go on.</summary>
public sealed class TurnWatchTests : IAsyncDisposable, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEvent _gate = new(false);
    private readonly ServiceProvider _services;
    private readonly LocalGrains _grains;
    private long _counted;
    private int _measured;

    public TurnWatchTests()
    {
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(new ManualTime())
            .AddLogging(logging => logging.AddProvider(this))
            .AddLocalGrains(options =>
            {
                options.GrainAssemblies.Add(typeof(DeskGrain).Assembly);
                options.StreamProviders.Add("events");
                // Longer than a busy machine keeps a thread from its processor: a turn that merely waits for one is no finding here.
                options.LongTurn = TimeSpan.FromSeconds(2);
            })
            .BuildServiceProvider();
        _grains = _services.GetRequiredService<LocalGrains>();
    }

    [Fact]
    public async Task A_turn_that_does_not_end_is_reported_with_its_grain_and_its_call_and_one_that_waits_is_not()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "quantumcore_long_turns")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, _, _) =>
        {
            Interlocked.Add(ref _counted, count);
            Interlocked.Increment(ref _measured);
        });
        listener.Start();

        // It is there before the first one is counted.
        listener.RecordObservableInstruments();
        Assert.True(Volatile.Read(ref _measured) > 0);
        var (waits, key) = (Signals.NewName(), Signals.NewName());
        var waiting = Vault(Signals.NewName()).Serve(waits);
        await Signals.Wait($"in:{waits}");

        var blocked = Vault(key).Block(_gate);
        await _reported.Task.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
        Assert.False(blocked.IsCompleted);
        _gate.Set();
        await blocked;
        Signals.Raise(waits);
        await waiting;

        var line = Assert.Single(_lines, line => line.Contains(key, StringComparison.Ordinal));
        Assert.Contains("IVault.Block for ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(_lines, line => line.Contains("IVault.Serve", StringComparison.Ordinal));
        listener.RecordObservableInstruments();
        Assert.True(Interlocked.Read(ref _counted) > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _gate.Dispose();
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    void IDisposable.Dispose()
    {
        // The services dispose what logs; the test disposes the services.
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        _lines.Enqueue(line);
        if (line.Contains("IVault.Block", StringComparison.Ordinal))
            _reported.TrySetResult();
    }

    private IVault Vault(string key) => _grains.GetGrain<IVault>(key, typeof(VaultGrain).FullName);
}
