using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>
/// Freezes and unfreezes the account: by an operator, after a loss, or when a changed trade took more than it has.
/// </summary>
internal sealed class AccountFreezes(AccountMachine machine, AccountJournal journal, ILogger log)
{
    /// <inheritdoc cref="IAccountGrain.Freeze"/>
    public async ValueTask<CancelAllMark> FreezeAsync(FreezeRequest request)
    {
        if (journal.Refusal(urgent: true) is var reason and not RejectReason.None)
        {
            return CancelAllMark.Refused(reason);
        }

        var mark = journal.Mutate(() =>
        {
            if (machine.Freeze(request, journal.Now) is { } record)
            {
                journal.Record(record, urgent: true);
            }

            return new CancelAllMark(machine.FrozenFloor, [.. machine.BooksUpTo(machine.FrozenFloor)]);
        });
        var isDurable = await journal.SettledWithinAsync(TimeSpan.FromMilliseconds(HaltAnswer.PatienceMillis));
        return mark with { IsPending = !isDurable };
    }

    /// <inheritdoc cref="IAccountGrain.Unfreeze"/>
    public async ValueTask<RejectReason> UnfreezeAsync(string by, string why)
    {
        journal.RequireRoom("be let go");
        if (machine.IsShort)
        {
            return RejectReason.InsufficientFunds;
        }

        // It would be frozen again at once. The operator first raises or removes the limit.
        if (machine.BrokenLoss(journal.Now) is { } lost)
        {
            return lost.Reason;
        }

        // Once the freeze has ended, no agent would cancel these orders any more.
        if (machine.IsClosingOrders)
        {
            return RejectReason.KillSwitch;
        }

        await journal.RunAsync(() => machine.Unfreeze(by, why, journal.Now));
        return RejectReason.None;
    }

    /// <summary>
    /// Freezes the account if a changed trade took more than it has, or if its loss has reached a kill switch. If the
    /// record has no room now, the next attempt is a second later.
    /// </summary>
    public async ValueTask FreezeWhenDueAsync()
    {
        if ((!machine.IsShort && (!machine.MayHaveLostTooMuch || machine.BrokenLoss(journal.Now) is null))
            || journal.Refusal(urgent: true) != RejectReason.None)
        {
            return;
        }

        journal.Mutate(() =>
        {
            if (machine.FreezeWhenShort(journal.Now) is { } record)
            {
                journal.Record(record, urgent: true);
                GrainLog.AccountShort(log, machine.Account.Id.Value, ((AccountFrozen)record).Why);
            }

            RecordKill(machine.FreezeOnLoss(journal.Now));
            return true;
        });
        await journal.SettleAsync();
    }

    /// <summary>
    /// Records the freeze of a kill switch. It comes before the rejection of the order that reached the limit: if only
    /// the freeze becomes durable, nothing is let in.
    /// </summary>
    public void RecordKill(AccountRecord? freeze)
    {
        if (freeze is not null)
        {
            journal.Record(freeze, urgent: true);
            GrainMetrics.AccountKilled();
            GrainLog.AccountKilled(log, machine.Account.Id.Value, ((AccountFrozen)freeze).Why);
        }
    }
}
