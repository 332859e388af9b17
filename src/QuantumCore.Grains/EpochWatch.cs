using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>
/// Checks the epochs of all streams of this silo each second, with one query. An activation that lost its stream is
/// discarded. The journal rejects stale appends in any case, but without this check a stale activation would keep
/// showing an old state.
/// </summary>
public sealed class EpochWatch(
    JournalWriter writer, InstrumentCatalog catalog, TimeProvider time, ILogger<EpochWatch> log) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EverySecondAsync(() => writer.CheckEpochsAsync(stoppingToken), stoppingToken),

        // In a loop of its own: the catalog may be on a silo that hangs, just when epochs must be checked.
        EverySecondAsync(catalog.RefreshAsync, stoppingToken));

    private async Task EverySecondAsync(Func<Task> look, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await look();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                GrainLog.EpochCheckFailed(log, e);
            }
        }
    }
}
