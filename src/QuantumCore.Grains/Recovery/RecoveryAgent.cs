using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QuantumCore.Grains.Recovery;

/// <summary>
/// Recovers abandoned work: a hold whose order never reached its book, a transfer that has not arrived, a withdrawal
/// that is not paid. It acts on durable records only and asks the owner of the decision. The book's journal decides
/// about an order, and that decision releases the hold. Every silo runs an agent, so that recovery need not wait until
/// a silo is declared dead; any number may run. The agent also refreshes the mark prices of its silo.
/// </summary>
public sealed class RecoveryAgent(
    OrderRecovery orders, FundsRecovery funds, TradeChangeRecovery changes, MarkPriceCache marks, IGrainFactory grains,
    TimeProvider time, ILogger<RecoveryAgent> log)
    : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // After a crash nobody may trade for a while, but the agent needs an up-to-date history.
                await grains.Ledger().Follow();
                await marks.RefreshAsync();
                await orders.ResolveAsync(OrderRecovery.OrphanAge, stoppingToken);
                await orders.ResolveMisdatedAsync(stoppingToken);
                await orders.CloseKilledAsync(stoppingToken);
                await changes.TellTradeChangesAsync(stoppingToken);
                await funds.CarryTransfersAsync(stoppingToken);
                await funds.CarryWithdrawalsAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                GrainLog.AgentFailed(log, e);
            }
        }
    }
}
