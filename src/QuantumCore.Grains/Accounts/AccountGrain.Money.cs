using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Accounts;

/// <summary>Transfers and withdrawals of money and units, and transfers that arrive.</summary>
public sealed partial class AccountGrain
{
    /// <inheritdoc/>
    public async ValueTask<TransferResult> Transfer(TransferRequest request)
    {
        await KnowAssetAsync(request.Asset);
        var refusal = Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return RefusedTransfer(refusal);
        }

        var result = Mutate(() => Decide(request));
        await SettleAsync();
        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<WithdrawResult> Withdraw(WithdrawRequest request)
    {
        await KnowAssetAsync(request.Asset);
        var refusal = Refusal(urgent: false);
        if (refusal != RejectReason.None)
        {
            return RefusedWithdrawal(refusal);
        }

        var withdrawn = Mutate(() => Decide(request));
        await SettleAsync();
        return withdrawn;
    }

    /// <inheritdoc/>
    public ValueTask<DepositResult> TakeInTransfer(TransferArrival arrival) => TakeInAsync(new DepositRequest(
        TransferKey.Of(arrival.From, arrival.Sequence), arrival.Asset, arrival.Amount));

    /// <inheritdoc/>
    public async ValueTask EndTransfer(long transfer)
    {
        RequireRoom("end a transfer");
        Mutate(() =>
        {
            RequireDurable(transfer);
            if (_machine.IsTransferOpen(transfer))
            {
                Record(_machine.EndTransfer(transfer, Now), urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    // Callers know only durable records, so an unknown one proves that this activation is stale.
    private void RequireDurable(long sequence)
    {
        if (sequence > Stream.DurableHead)
        {
            throw new StreamLostException(Stream.Name);
        }
    }

    private async ValueTask KnowAssetAsync(string asset)
    {
        if (!catalog.TryGetAsset(asset, out _))
        {
            await catalog.RefreshAsync();
        }
    }

    private TransferResult Decide(TransferRequest request)
    {
        if (_machine.IsUsed(request.Key, out var key))
        {
            return key.RequestHash == 0 ? RefusedTransfer(RejectReason.KeyCancelled, "key")
                : key.RequestHash != AccountMachine.HashOf(request) ? RefusedTransfer(RejectReason.KeyConflict, "key")
                : key.Reason != RejectReason.None ? RefusedTransfer(key.Reason)
                : new TransferResult(
                    RejectReason.None, null, null, key.Sequence, _machine.IsTransferOpen(key.Sequence));
        }

        if (!catalog.TryGetAsset(request.Asset, out var asset) || catalog.IsOldName(request.Asset))
        {
            return RefusedTransfer(RejectReason.BadRequest, "asset");
        }

        if (request.Amount <= 0)
        {
            return RefusedTransfer(RejectReason.BadRequest, "amount");
        }

        if (request.To == _machine.Account.Id.Value || !new AccountId(request.To).IsCustomer)
        {
            return RefusedTransfer(RejectReason.BadRequest, "to");
        }

        TakeMarks();
        var record = _machine.Decide(request, asset!, Now);
        Record(record, urgent: false);
        return record is KeyRefused refused
            ? RefusedTransfer(WhyNot(refused, asset!))
            : new TransferResult(RejectReason.None, null, null, _machine.Sequence, IsOpen: true);
    }

    private WithdrawResult Decide(WithdrawRequest request)
    {
        if (_machine.IsUsed(request.Key, out var key))
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

        TakeMarks();
        var record = _machine.Decide(request, asset!, Now);
        Record(record, urgent: false);
        return record is KeyRefused refused
            ? RefusedWithdrawal(WhyNot(refused, asset!))
            : new WithdrawResult(RejectReason.None, null, null, _machine.Sequence);
    }

    /// <summary>
    /// Returns the reason why an amount cannot leave. A margin account's withdrawable amount is not its balance.
    /// </summary>
    private BrokenLimit WhyNot(KeyRefused refused, Asset asset) =>
        refused.Reason == RejectReason.InsufficientFunds && !_machine.IsMargin
        ? Short(refused, "amount", asset)
        : new BrokenLimit(refused.Reason, null, null);

    private BrokenLimit Short(KeyRefused refused, string field, Asset asset) =>
        new(refused.Reason, field, DecimalText.Format(_machine.Account.Of(asset).Available, asset.Decimals));

    private static WithdrawResult RefusedWithdrawal(BrokenLimit broken) =>
        new(broken.Reason, broken.Field, broken.Limit, 0);

    private static WithdrawResult RefusedWithdrawal(RejectReason reason, string? field = null) =>
        new(reason, field, null, 0);

    private static TransferResult RefusedTransfer(BrokenLimit broken) =>
        new(broken.Reason, broken.Field, broken.Limit, 0, false);

    private static TransferResult RefusedTransfer(RejectReason reason, string? field = null) =>
        new(reason, field, null, 0, false);
}
