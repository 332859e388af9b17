using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QuantumCore.Grains.Scheduled;

/// <summary>
/// Does work that is due at a time: settlement days, margin reviews, corporate actions, volumes for fees, and
/// activating books for expiry and planned phases. It acts on durable records only and asks the owner of the decision,
/// so repeated rounds change nothing. Every silo has one, but only the silo with the <see cref="ScheduledWorkGrain"/>
/// does rounds. As a background service it activates that grain when the members of the cluster change.
/// </summary>
public sealed class ScheduledWork(
    BookActivation books, MarginRounds margin, VolumeRounds volumes, SettlementRounds settlement,
    CorporateActionRounds actions, IGrainFactory grains, IClusterMembershipService membership, TimeProvider time,
    ILogger<ScheduledWork> log) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _round = new(1);
    private Task _waking = Task.CompletedTask;

    /// <summary>Does one round over everything that may be due, unless another one runs or this silo stops.</summary>
    /// <param name="deactivation">Ends the round early, because the grain moves.</param>
    public async Task RoundAsync(CancellationToken deactivation)
    {
        if (_stop.IsCancellationRequested || !await _round.WaitAsync(TimeSpan.Zero, CancellationToken.None))
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(deactivation, _stop.Token);
        try
        {
            await LookAsync(either.Token);
        }
        catch (Exception e)
        {
            if (!either.IsCancellationRequested)
            {
                GrainLog.ScheduledWorkFailed(log, e);
            }
        }
        finally
        {
            _round.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await base.StopAsync(cancellationToken);
        var last = _round.WaitAsync(cancellationToken);
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (last.IsCompletedSuccessfully)
        {
            _round.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _stop.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// Activates the grain after the start, and after each change of the members: its silo may have died.
    /// </summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = MembershipVersion.MinValue;
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var version = membership.CurrentSnapshot.Version;
            if (version == known)
            {
                continue;
            }

            try
            {
                await grains.GetGrain<IScheduledWorkGrain>(IScheduledWorkGrain.Key).Wake();
                known = version;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                GrainLog.ScheduledWorkFailed(log, e);
            }
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        // A book that does not answer must not delay the rest.
        _waking = _waking.IsCompleted ? books.WakeBooksAsync(_stop.Token) : _waking;
        await margin.ReviewMarginAsync(stoppingToken);
        await margin.ShareDeficitsAsync(stoppingToken);
        await volumes.BringVolumesAsync(stoppingToken);
        await settlement.SettleAsync(stoppingToken);
        await actions.CarryActionsAsync(stoppingToken);
    }
}
