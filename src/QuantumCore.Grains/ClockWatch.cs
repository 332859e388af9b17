using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QuantumCore.Grains;

/// <summary>Logs rejected readings of the machine's clock for operators (<see cref="SteadyClock"/>).</summary>
internal sealed class ClockWatch : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly SteadyClock? _clock;
    private readonly ILogger<ClockWatch> _log;

    public ClockWatch(TimeProvider time, IMeterFactory meters, ILogger<ClockWatch> log)
    {
        (_clock, _log) = (time as SteadyClock, log);
        meters.Create("QuantumCore.Grains.Clock").CreateObservableGauge(
            "quantumcore_clock_ahead_seconds",
            () => (long)(_clock?.Ahead ?? TimeSpan.Zero).TotalSeconds,
            null,
            "Time by which the machine's clock is ahead of exchange time, since its readings are refused: "
                + "above 0 is an alarm.");
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_clock is null)
            return;

        using var timer = new PeriodicTimer(s_period, _clock);
        var wasAhead = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var ahead = _clock.Ahead;
            if (ahead > TimeSpan.Zero && !wasAhead)
                GrainLog.ClockAhead(_log, ahead);
            else if (ahead == TimeSpan.Zero && wasAhead)
                GrainLog.ClockBack(_log);
            wasAhead = ahead > TimeSpan.Zero;
        }
    }
}
