using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>
/// Finds orders by client order id, and prepares cancels: only a book ends an order, but the account retires unknown
/// ids and marks up to where all orders are cancelled.
/// </summary>
internal sealed class CancelRequests(AccountMachine machine, AccountJournal journal)
{
    /// <inheritdoc cref="IAccountGrain.FindForCancel"/>
    public async ValueTask<NamedOrder> FindForCancelAsync(string clientOrderId)
    {
        var refusal = journal.Refusal(urgent: true);
        if (refusal != RejectReason.None)
        {
            return new NamedOrder(refusal, "", 0);
        }

        var found = journal.Mutate(() =>
        {
            if (!machine.IsUsed(clientOrderId, out var key))
            {
                journal.Record(machine.RetireKey(clientOrderId, journal.Now), urgent: true);
            }

            return key.Order;
        });
        await journal.SettleUnlessStalledAsync();
        return found;
    }

    /// <inheritdoc cref="IAccountGrain.LookUp"/>
    public async ValueTask<NamedOrder> LookUpAsync(string clientOrderId)
    {
        var found =
            machine.IsUsed(clientOrderId, out var key) ? key.Order : new NamedOrder(RejectReason.UnknownOrder, "", 0);
        await journal.SettleAsync();
        return found;
    }

    /// <inheritdoc cref="IAccountGrain.CancelAll"/>
    public async ValueTask<CancelAllMark> CancelAllAsync()
    {
        // Books cancel up to a floor that is on record. While nothing is recorded, a mark would help nobody.
        if (journal.Refusal(urgent: !journal.IsStalled) is var reason and not RejectReason.None)
        {
            return CancelAllMark.Refused(reason);
        }

        var mark = journal.Mutate(() =>
        {
            var record = machine.MarkCancelAll(journal.Now);
            journal.Record(record, urgent: true);
            return new CancelAllMark(record.Floor, [.. machine.OpenBooks]);
        });
        await journal.SettleUnlessStalledAsync();
        return mark;
    }
}
