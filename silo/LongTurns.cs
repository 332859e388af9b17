using System.Diagnostics.Metrics;

namespace QuantumCore.Silo;

/// <summary>Shows Orleans' count of turns above <c>--long-turn</c> among the metrics of the exchange.</summary>
internal sealed class LongTurns : IHostedService, IDisposable
{
    private const string OrleansMeter = "Microsoft.Orleans";
    private const string OrleansCounter = "orleans-scheduler-long-running-turns";

    private readonly MeterListener _listener = new();
    private long _count;

    public LongTurns(IMeterFactory meters)
    {
        meters.Create("QuantumCore.Silo").CreateObservableCounter(
            "quantumcore_long_turns", () => Volatile.Read(ref _count), null, "Turns of grains over the limit.");
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == OrleansMeter && instrument.Name == OrleansCounter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((_, turns, _, _) => Interlocked.Add(ref _count, turns));
        _listener.SetMeasurementEventCallback<long>((_, turns, _, _) => Interlocked.Add(ref _count, turns));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
