using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.History;
using QuantumCore.Instruments;

namespace QuantumCore.Silo.Demo;

/// <summary>
/// Keeps the history of a demo from growing for ever: once a day it deletes old orders of the simulated participants
/// and their trades among themselves.
/// </summary>
internal sealed partial class DemoHistory(
    ExchangeStart start,
    DemoExchange demo,
    IGrainFactory grains,
    IServiceProvider services,
    GatewayOptions gateway,
    SiloOptions options,
    TimeProvider time,
    ILogger<DemoHistory> log) : BackgroundService
{
    /// <summary>Age from which a demo's journal records are packed.</summary>
    public static readonly TimeSpan PackAfter = TimeSpan.FromDays(1);

    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(5);

    private long _before;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.Opened.WaitAsync(stoppingToken);

        // A gateway of a cluster has no stores; the silo that simulates has them.
        if (!gateway.DemoMode || !options.Simulates || options.DemoDays == 0
            || services.GetService<HistoryStore>() is not { } history)
            return;

        using var timer = new PeriodicTimer(s_look, time);
        do
        {
            try
            {
                await PruneAsync(history, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task PruneAsync(HistoryStore history, CancellationToken cancellationToken)
    {
        // Whole days, so that a day without anything to delete costs nothing.
        var before = UtcDay.StartOf(UtcDay.Of(time.UnixNanos()) - options.DemoDays);
        if (before <= _before)
            return;

        // While the history is rebuilt, holds of old orders may follow their orders. A stopped stream continues one
        // day.
        var ledger = grains.Ledger();
        await ledger.CatchUp();
        if (!(await ledger.Status()).Stopped.IsDefaultOrEmpty)
            return;

        var rows = await new HistoryPruner(
            history, await demo.SimulatedAccountsAsync(), time).PruneAsync(before, cancellationToken);
        _before = before;
        if (rows != default)
            LogPruned(log, rows.Trades, rows.Orders, options.DemoDays);
    }

    [LoggerMessage(
        227, LogLevel.Information,
        "{Trades} trades and {Orders} orders of the simulated participants, older than {Days} days, were deleted from the history")]
    private static partial void LogPruned(ILogger log, long trades, long orders, int days);

    [LoggerMessage(
        228, LogLevel.Warning,
        "Old rows of the simulated participants could not be deleted from the history; it is tried again in five minutes")]
    private static partial void LogFailed(ILogger log, Exception error);
}
