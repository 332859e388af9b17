namespace QuantumCore.Grains.Scheduled;

/// <summary>
/// Decides which silo does the work that is due at a time. While active it does a round each second. Its reminder
/// activates it again when nobody else does. What is due stands in durable records, not in the reminder.
/// </summary>
/// <remarks>The grain type keeps its first name, because reminders are stored with it.</remarks>
[GrainType("duework"), Reentrant, KeepAlive]
public sealed class ScheduledWorkGrain(ScheduledWork work) : Grain, IScheduledWorkGrain, IRemindable
{
    private const string ReminderName = "due-work";
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    // The shortest period that Orleans allows by default.
    private static readonly TimeSpan s_reminderPeriod = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(work.RoundAsync, TimeSpan.Zero, s_period);
        return base.OnActivateAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The next silo reports it. An alert on the last report here would never end.
        GrainMetrics.SettlementLooked(TimeSpan.Zero, 0);
        return base.OnDeactivateAsync(reason, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask Wake()
    {
        if (await this.GetReminder(ReminderName) is null)
        {
            await this.RegisterOrUpdateReminder(ReminderName, s_reminderPeriod, s_reminderPeriod);
        }
    }

    /// <inheritdoc/>
    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}
