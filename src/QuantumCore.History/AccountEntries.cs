using System.Globalization;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>A double entry of an account's own record, a payout's or a settlement's.</summary>
/// <param name="Lines">Lines; they sum to zero.</param>
/// <param name="Cause">Cause of the entry.</param>
/// <param name="Asset">The asset that moved.</param>
/// <param name="TimeNanos">Time, in Unix nanoseconds.</param>
public sealed record AccountEntry(IReadOnlyList<Posting> Lines, string Cause, Asset Asset, long TimeNanos);

/// <summary>
/// Double entries of the records of accounts, payouts and settlements. Each is a pure function of one record.
/// </summary>
public static class AccountEntries
{
    /// <summary>Returns the entry of a record; null if it moves nothing, and for a split.</summary>
    /// <param name="account">Account of the record.</param>
    /// <param name="sequence">Sequence in the account's stream.</param>
    /// <param name="record">The record.</param>
    public static AccountEntry? Of(AccountId account, long sequence, AccountRecord record) => record switch
    {
        Deposited deposit when TransferKey.IsTransfer(deposit.Key) => Entry(
            AccountId.Transit, account, new(deposit.Asset, deposit.Decimals), deposit.Amount, "transfer " + deposit.Key,
            record.TimeNanos),
        Deposited deposit => Entry(
            AccountId.World, account, new(deposit.Asset, deposit.Decimals), deposit.Amount, "deposit " + deposit.Key,
            record.TimeNanos),
        TransferredOut transfer => Entry(
            account, AccountId.Transit, new(transfer.Asset, transfer.Decimals), transfer.Amount,
            "transfer " + TransferKey.Of(account.Value, sequence), record.TimeNanos),
        Withdrawn withdrawal => Entry(
            account, AccountId.Payout, new(withdrawal.Asset, withdrawal.Decimals), withdrawal.Amount,
            WithdrawalCause(account.Value, sequence), record.TimeNanos),
        LiquidationStepEnded { Fee: > 0 } step => Entry(
            account, AccountId.Insurance, new(step.Asset, step.Decimals), step.Fee,
            LiquidationCause(account.Value, sequence),
            record.TimeNanos),
        DeficitCovered covered when covered.FromFund + covered.FromHouse > 0 => Entry(account, sequence, covered),
        DeficitSharePaid { Amount: > 0 } paid => Entry(
            account, AccountId.House, new(paid.Asset, paid.Decimals), paid.Amount,
            DeficitCause(paid.Loser, paid.Deficit), record.TimeNanos),
        InterestAccrued accrued when accrued.LoanCharge + accrued.BorrowCharge > 0 => Entry(
            account, AccountId.Interest, new(accrued.Asset, accrued.Decimals),
            accrued.LoanCharge + accrued.BorrowCharge,
            string.Create(CultureInfo.InvariantCulture, $"interest {account.Value}:{accrued.Day}"), record.TimeNanos),
        CorporateActionEntered { Amount: not 0 } entered => new(
            TradePostings.Of(AccountId.World, account, entered.Asset, entered.Amount, isPending: entered.PayDay > 0),
            ActionCause(entered.Kind, entered.Action), new(entered.Asset, entered.Decimals), record.TimeNanos),
        CorporateActionPaid paid => new(
            TradePostings.OfPayment(AccountId.World, account, paid.Asset, paid.Amount),
            ActionCause(CorporateActionKind.CashDividend, paid.Action),
            new(paid.Asset, paid.Decimals), record.TimeNanos),
        _ => null,
    };

    /// <summary>
    /// Returns all entries of a record. A split has one for units and one for cash, a symbol change one for the old
    /// units and one for the new.
    /// </summary>
    /// <param name="account">Account of the record.</param>
    /// <param name="sequence">Sequence in the account's stream.</param>
    /// <param name="record">The record.</param>
    public static IEnumerable<AccountEntry> All(AccountId account, long sequence, AccountRecord record)
    {
        if (record is SymbolChanged changed)
        {
            var name = ActionCause(CorporateActionKind.SymbolChange, changed.Action);
            return [
                Entry(
                    account, AccountId.World, new(changed.UnitAsset, changed.Decimals), changed.Units, name,
                    changed.TimeNanos),
                Entry(
                    AccountId.World, account, new(changed.Asset, changed.Decimals), changed.Units, name,
                    changed.TimeNanos),
            ];
        }

        if (record is not SplitEntered split)
        {
            return Of(account, sequence, record) is { } entry ? [entry] : [];
        }

        var cause = ActionCause(CorporateActionKind.Split, split.Action);
        return ((AccountEntry[])[
            Entry(
                AccountId.World, account, new(split.UnitAsset, split.UnitDecimals), split.Change, cause,
                split.TimeNanos),
            Entry(AccountId.World, account, new(split.Asset, split.Decimals), split.Amount, cause, split.TimeNanos),
        ]).Where(entry => entry.Lines[0].Amount != 0);
    }

    private static string ActionCause(CorporateActionKind kind, string action) => kind switch
    {
        CorporateActionKind.CashDividend => "dividend " + action,
        CorporateActionKind.Split => "split " + action,
        CorporateActionKind.SymbolChange => "symbol-change " + action,
    };

    /// <summary>
    /// Returns the entries of a payout's record, one for each withdrawal; none for a batch that is only created.
    /// </summary>
    public static IEnumerable<AccountEntry> Of(string asset, PayoutRecord record) => record is BatchMade
        ? []
        : record.Items.Select(item => Entry(
            AccountId.Payout, record is BatchPaid ? AccountId.World : new(item.Account), new(asset, record.Decimals),
            item.Amount,
            WithdrawalCause(item.Account, item.Sequence), record.TimeNanos));

    /// <summary>
    /// Returns the entries of a settlement's record, one for each settled item that is not zero; none for a batch that
    /// is only closed.
    /// </summary>
    public static IEnumerable<AccountEntry> Of(string venue, SettlementRecord record) => record is SettlementClosed
        ? []
        : record.Items.Where(item => item.Amount != 0).Select(item => new AccountEntry(
            TradePostings.OfSettlement(new(item.Account), item.Asset, item.Amount),
            string.Create(
                CultureInfo.InvariantCulture,
                $"settlement {venue}:{(record as SettlementPartial)?.Batch ?? ((SettlementSettled)record).Batch}"),
            new(item.Asset, item.Decimals),
            record.TimeNanos));

    /// <summary>
    /// Returns one entry for insurance fund and house, so that a partly paid deficit is never visible.
    /// </summary>
    private static AccountEntry Entry(AccountId account, long sequence, DeficitCovered covered)
    {
        var lines = new List<Posting>(3);
        foreach (var (payer, amount) in (ReadOnlySpan<(AccountId, long)>)[
            (AccountId.Insurance, covered.FromFund), (AccountId.House, covered.FromHouse)])
        {
            if (amount > 0)
            {
                lines.Add(new Posting(lines.Count, payer, covered.Asset, -amount));
            }
        }

        lines.Add(new Posting(lines.Count, account, covered.Asset, covered.FromFund + covered.FromHouse));
        return new(
            lines, LiquidationCause(account.Value, covered.Claim), new(covered.Asset, covered.Decimals),
            covered.TimeNanos);
    }

    private static string DeficitCause(long account, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"deficit {account}:{sequence}");

    private static string LiquidationCause(long account, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"liquidation {account}:{sequence}");

    private static string WithdrawalCause(long account, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"withdrawal {account}:{sequence}");

    private static AccountEntry Entry(
        AccountId from, AccountId to, Asset asset, long amount, string cause, long timeNanos) =>
        new(TradePostings.Of(from, to, asset.Name, amount), cause, asset, timeNanos);
}
