using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Accounts;

/// <summary>Moves money and units: deposits, transfers out and in, withdrawals.</summary>
internal sealed class AccountFunds(
    AccountMachine machine, AccountJournal journal, InstrumentCatalog catalog, AccountMargin margin,
    Shortfalls shortfalls)
{
    /// <inheritdoc cref="IAccountGrain.Deposit"/>
    public ValueTask<DepositResult> DepositAsync(DepositRequest request) => TransferKey.IsTransfer(request.Key)
        ? ValueTask.FromResult(new DepositResult(RejectReason.BadRequest, "key", null, 0))
        : TakeInAsync(request);

    /// <inheritdoc cref="IAccountGrain.Transfer"/>
    public async ValueTask<TransferResult> TransferAsync(TransferRequest request)
    {
        await catalog.KnowAssetAsync(request.Asset);
        var refusal = journal.Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return RefusedTransfer(refusal);
        }

        var result = journal.Mutate(() => Decide(request));
        await journal.SettleAsync();
        return result;
    }

    /// <inheritdoc cref="IAccountGrain.Withdraw"/>
    public async ValueTask<WithdrawResult> WithdrawAsync(WithdrawRequest request)
    {
        await catalog.KnowAssetAsync(request.Asset);
        var refusal = journal.Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return RefusedWithdrawal(refusal);
        }

        var withdrawn = journal.Mutate(() => Decide(request));
        await journal.SettleAsync();
        return withdrawn;
    }

    /// <inheritdoc cref="IAccountGrain.TakeInTransfer"/>
    public ValueTask<DepositResult> TakeInTransferAsync(TransferArrival arrival) => TakeInAsync(new DepositRequest(
        TransferKey.Of(arrival.From, arrival.Sequence), arrival.Asset, arrival.Amount));

    /// <inheritdoc cref="IAccountGrain.EndTransfer"/>
    public ValueTask EndTransferAsync(long transfer) => journal.RunAsync(
        "end a transfer",
        () =>
        {
            journal.RequireDurable(transfer);
            return machine.IsTransferOpen(transfer) ? machine.EndTransfer(transfer, journal.Now) : null;
        });

    private async ValueTask<DepositResult> TakeInAsync(DepositRequest request)
    {
        await catalog.KnowAssetAsync(request.Asset);
        var refusal = journal.Refusal(urgent: true);
        if (refusal != RejectReason.None)
        {
            return new DepositResult(refusal, null, null, 0);
        }

        var result = journal.Mutate(() => TakeIn(request));
        await journal.SettleAsync();
        return result;
    }

    private DepositResult TakeIn(DepositRequest request)
    {
        if (!catalog.TryGetAsset(request.Asset, out var asset)
            || (catalog.IsOldName(request.Asset) && !TransferKey.IsTransfer(request.Key)
                && !machine.IsDeposited(request.Key, out _)
                // An account that lacks the asset may still receive it, because the symbol change waits for that.
                && !machine.Lacks(request.Asset)))
        {
            return new DepositResult(RejectReason.BadRequest, "asset", null, 0);
        }

        if (machine.IsDeposited(request.Key, out var used))
        {
            return used.RequestHash == RequestHash.Of(request.Asset, request.Amount)
                ? new DepositResult(RejectReason.None, null, null, used.Sequence)
                : new DepositResult(RejectReason.KeyConflict, "key", null, 0);
        }

        if (machine.CheckDeposit(asset!, request.Amount) is var reason and not RejectReason.None)
        {
            return new DepositResult(reason, "amount", DecimalText.Format(Account.BalanceLimit, asset!.Decimals), 0);
        }

        journal.Record(machine.Deposit(request, asset!, journal.Now), urgent: true);
        return new DepositResult(RejectReason.None, null, null, machine.Sequence);
    }

    private TransferResult Decide(TransferRequest request)
    {
        if (machine.IsUsed(request.Key, out var key))
        {
            return key.RequestHash == 0 ? RefusedTransfer(RejectReason.KeyCancelled, "key")
                : key.RequestHash != AccountMachine.HashOf(request) ? RefusedTransfer(RejectReason.KeyConflict, "key")
                : key.Reason != RejectReason.None ? RefusedTransfer(key.Reason)
                : new TransferResult(
                    RejectReason.None, null, null, key.Sequence, machine.IsTransferOpen(key.Sequence));
        }

        if (!catalog.TryGetAsset(request.Asset, out var asset) || catalog.IsOldName(request.Asset))
        {
            return RefusedTransfer(RejectReason.BadRequest, "asset");
        }

        if (request.Amount <= 0)
        {
            return RefusedTransfer(RejectReason.BadRequest, "amount");
        }

        if (request.To == machine.Account.Id.Value || !new AccountId(request.To).IsCustomer)
        {
            return RefusedTransfer(RejectReason.BadRequest, "to");
        }

        margin.TakeMarks();
        var record = machine.Decide(request, asset!, journal.Now);
        journal.Record(record, urgent: false);
        return record is KeyRefused refused
            ? RefusedTransfer(shortfalls.Of(refused, asset!))
            : new TransferResult(RejectReason.None, null, null, machine.Sequence, IsOpen: true);
    }

    private WithdrawResult Decide(WithdrawRequest request)
    {
        if (machine.IsUsed(request.Key, out var key))
        {
            return key.RequestHash == 0 ? RefusedWithdrawal(RejectReason.KeyCancelled, "key")
                : key.RequestHash != AccountMachine.HashOf(request) ? RefusedWithdrawal(RejectReason.KeyConflict, "key")
                : key.Reason != RejectReason.None ? RefusedWithdrawal(key.Reason)
                : new WithdrawResult(RejectReason.None, null, null, key.Sequence);
        }

        if (!catalog.TryGetAsset(request.Asset, out var asset) || catalog.IsOldName(request.Asset))
        {
            return RefusedWithdrawal(RejectReason.BadRequest, "asset");
        }

        if (request.Amount <= 0)
        {
            return RefusedWithdrawal(RejectReason.BadRequest, "amount");
        }

        if (!Destination.IsValid(request.Destination))
        {
            return RefusedWithdrawal(RejectReason.BadRequest, "destination");
        }

        margin.TakeMarks();
        var record = machine.Decide(request, asset!, journal.Now);
        journal.Record(record, urgent: false);
        return record is KeyRefused refused
            ? RefusedWithdrawal(shortfalls.Of(refused, asset!))
            : new WithdrawResult(RejectReason.None, null, null, machine.Sequence);
    }

    private static WithdrawResult RefusedWithdrawal(BrokenLimit broken) =>
        new(broken.Reason, broken.Field, broken.Limit, 0);

    private static WithdrawResult RefusedWithdrawal(RejectReason reason, string? field = null) =>
        new(reason, field, null, 0);

    private static TransferResult RefusedTransfer(BrokenLimit broken) =>
        new(broken.Reason, broken.Field, broken.Limit, 0, false);

    private static TransferResult RefusedTransfer(RejectReason reason, string? field = null) =>
        new(reason, field, null, 0, false);
}
