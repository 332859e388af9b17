using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Freezes and unfreezes the account.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<CancelAllMark> Freeze(FreezeRequest request)
    {
        if (Refusal(urgent: true) is var reason and not RejectReason.None)
        {
            return CancelAllMark.Refused(reason);
        }

        var mark = Mutate(() =>
        {
            if (_machine.Freeze(request, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return new CancelAllMark(_machine.FrozenFloor, [.. _machine.BooksUpTo(_machine.FrozenFloor)]);
        });
        var isDurable = await DurableWithinAsync(TimeSpan.FromMilliseconds(HaltAnswer.PatienceMillis), SettleAsync());
        return mark with { IsPending = !isDurable };
    }

    /// <inheritdoc/>
    public async ValueTask<RejectReason> Unfreeze(string by, string why)
    {
        RequireRoom("be let go");
        if (_machine.IsShort)
        {
            return RejectReason.InsufficientFunds;
        }

        // It would be frozen again at once. The operator first raises or removes the limit.
        if (_machine.BrokenLoss(Now) is { } lost)
        {
            return lost.Reason;
        }

        // Once the freeze has ended, no agent would cancel these orders any more.
        if (_machine.IsClosingOrders)
        {
            return RejectReason.KillSwitch;
        }

        Mutate(() =>
        {
            if (_machine.Unfreeze(by, why, Now) is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
        return RejectReason.None;
    }

    /// <summary>
    /// Freezes the account if a changed trade took more than it has, or if its loss has reached a kill switch. If the
    /// record has no room now, the next attempt is a second later.
    /// </summary>
    private async ValueTask FreezeWhenDueAsync()
    {
        if ((!_machine.IsShort && (!_machine.MayHaveLostTooMuch || _machine.BrokenLoss(Now) is null))
            || Refusal(urgent: true) != RejectReason.None)
        {
            return;
        }

        Mutate(() =>
        {
            if (_machine.FreezeWhenShort(Now) is { } record)
            {
                Record(record, urgent: true);
                GrainLog.AccountShort(Log, _machine.Account.Id.Value, ((AccountFrozen)record).Why);
            }

            RecordKill(_machine.FreezeOnLoss(Now));
            return true;
        });
        await SettleAsync();
    }

    // Before the rejection of the order that reached the limit: if only the freeze becomes durable, nothing is let in.
    private void RecordKill(AccountRecord? freeze)
    {
        if (freeze is not null)
        {
            Record(freeze, urgent: true);
            GrainMetrics.AccountKilled();
            GrainLog.AccountKilled(Log, _machine.Account.Id.Value, ((AccountFrozen)freeze).Why);
        }
    }

    private void RequireRoom(string what)
    {
        if (Refusal(urgent: true) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{_machine.Account.Id} can't {what} now: {reason}.");
        }
    }
}
