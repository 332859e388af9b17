using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Applies the account's own records to its state.</summary>
/// <param name="state">The state.</param>
internal sealed class AccountRecordApplier(AccountParts state)
{
    /// <summary>Applies the account's own next record.</summary>
    public void Apply(AccountRecord record)
    {
        state.Sequence++;
        state.Folded++;
        state.Clock.TimeNanos = record.TimeNanos;
        switch (record)
        {
            case HoldPlaced hold:
                Apply(hold);
                break;
            case ListHeld list:
                Apply(list);
                break;
            case KeyRefused refused:
                state.Keys.Add(
                    refused.ClientOrderId,
                    new UsedKey(state.Sequence, refused.RequestHash, 0, "", refused.Reason));
                break;
            case Deposited deposit:
                state.Account.Deposit(new Asset(deposit.Asset, deposit.Decimals), deposit.Amount);
                UseKey(AccountKeys.OfDeposit(deposit.Key), RequestHash.Of(deposit.Asset, deposit.Amount));
                break;
            case ReductionAsked asked:
                state.Keys.Add(asked.ClientOrderId, new UsedKey(
                    state.Sequence, asked.RequestHash, asked.Number, asked.Symbol, RejectReason.None, asked.TotalLots));
                break;
            case CancelAllMarked:
                break;
            case TransferredOut transfer:
                Apply(transfer);
                break;
            case TransferEnded ended:
                Apply(ended);
                break;
            case Withdrawn withdrawal:
                Apply(withdrawal);
                break;
            case AccountFrozen:
                state.Freeze.Apply(record);
                break;
            case AccountUnfrozen:
                state.Freeze.Apply(record);
                state.Limits.RestartKillWindows();
                break;
            case LimitsSet limits:
                state.Limits.Apply(limits);
                break;
            case VolumesSet volumes:
                state.Volumes.Apply(volumes);
                break;
            case AccountKindSet kind:
                state.Margin.Apply(kind);
                break;
            case DeficitSharePaid paid:
                // It may be a cash account by now.
                state.Account.Give(new Asset(paid.Asset, paid.Decimals), paid.Amount);
                UseKey(AccountKeys.OfShare(paid.Loser, paid.Deficit));
                break;
            case MarginReviewed or LiquidationStepEnded or DeficitCovered or InterestAccrued:
                state.Margin.Apply(record, state.Sequence);
                break;
            case CorporateActionEntered or CorporateActionPaid or SplitEntered or SymbolChanged:
                ApplyAction(record);
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not an account's record.");
        }

        state.Lacking.Forget();
    }

    private void Apply(HoldPlaced hold)
    {
        var order = hold.Order;
        var instrument = state.InstrumentOf(hold.Symbol);
        state.Account.Hold(HeldOrder.From(hold, instrument, state.Sequence));
        state.Keys.Add(
            order.ClientOrderId,
            new UsedKey(state.Sequence, hold.RequestHash, order.Number, hold.Symbol, RejectReason.None));
        state.Cursors.TryAdd(hold.Symbol, 0);
        FollowSettlement(instrument);
        if (MarginReview.IsStep(order))
        {
            state.Margin.MarginAccount?.BeginStep(order.Number, hold.TimeNanos);
        }
        else
        {
            state.Limits.Count(hold.Symbol, order, hold.TimeNanos);
        }
    }

    private void Apply(ListHeld list)
    {
        foreach (var hold in list.Holds())
        {
            Apply(hold);
        }

        var first = list.Orders[0];
        if (first.Conditions.Decode()?.ListName is { } name)
        {
            UseKey(name, list.RequestHash);
        }
    }

    private void Apply(TransferredOut transfer)
    {
        state.Account.Give(new Asset(transfer.Asset, transfer.Decimals), transfer.Amount);
        state.Transit.BeginTransfer(state.Sequence);
        UseKey(transfer.Key, RequestHash.OfTransfer(transfer.To, transfer.Asset, transfer.Amount));
    }

    private void Apply(TransferEnded ended)
    {
        if (!state.Transit.EndTransfer(ended.Transfer))
        {
            throw new InvalidDataException(
                $"{state.Account.Id}: record {state.Sequence} ends transfer {ended.Transfer}, which is not open.");
        }
    }

    private void Apply(Withdrawn withdrawal)
    {
        var asset = new Asset(withdrawal.Asset, withdrawal.Decimals);
        state.Account.Give(asset, withdrawal.Amount);
        state.Transit.BeginWithdrawal(state.Sequence, asset, withdrawal.Amount);
        UseKey(
            withdrawal.Key,
            RequestHash.OfWithdrawal(withdrawal.Asset, withdrawal.Amount, withdrawal.Destination));
        state.Cursors.TryAdd(PayoutRecord.StreamPrefix + asset.Name, 0);
    }

    private void ApplyAction(AccountRecord record)
    {
        switch (record)
        {
            case CorporateActionEntered entered:
                UseKey(AccountKeys.OfAction(entered.Action));
                state.Corporate.Apply(entered);
                // An account that was short at the cut owes the cash paid on these units.
                state.Lacking.Find(entered.Asset);
                break;
            case SplitEntered split:
                UseKey(AccountKeys.OfAction(split.Action));
                state.Corporate.Apply(split);
                state.Traded.Apply(split);
                state.Limits.ForgetUsual(split.UnitAsset);
                break;
            case CorporateActionPaid paid:
                if (!state.Corporate.Apply(paid))
                {
                    throw new InvalidDataException(
                        $"{state.Account.Id}: record {state.Sequence} pays corporate action {paid.Action}, which is not open like that.");
                }

                break;
            case SymbolChanged changed:
                UseKey(AccountKeys.OfAction(changed.Action));
                state.Corporate.Apply(changed);
                break;
        }
    }

    private void FollowSettlement(Instrument instrument)
    {
        if (instrument.SettlementDays > 0)
        {
            state.Cursors.TryAdd(SettlementRecord.StreamPrefix + instrument.SettlementVenue, 0);
        }
    }

    private void UseKey(string key, ulong requestHash = 0) =>
        state.Keys.Add(key, new UsedKey(state.Sequence, requestHash, 0, "", RejectReason.None));
}
