using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>A double entry of an account's own record.</summary>
/// <param name="Lines">Its lines; they sum to zero.</param>
/// <param name="Cause">What moved it.</param>
/// <param name="Asset">The asset that moved.</param>
/// <param name="TimeNanos">When, Unix nanoseconds.</param>
public sealed record AccountEntry(IReadOnlyList<Posting> Lines, string Cause, Asset Asset, long TimeNanos);

/// <summary>Double entries of what accounts record themselves, each a pure function of one record.</summary>
public static class AccountEntries
{
    /// <summary>The entry of a record; null for one that moves nothing.</summary>
    /// <param name="account">Whose record it is.</param>
    /// <param name="sequence">Its sequence in the account's stream.</param>
    /// <param name="record">The record.</param>
    public static AccountEntry? Of(AccountId account, long sequence, AccountRecord record) => record switch
    {
        Deposited deposit when TransferKey.IsTransfer(deposit.Key) => Entry(
            AccountId.Transit, account, new(deposit.Asset, deposit.Decimals), deposit.Amount, "transfer " + deposit.Key, record),
        Deposited deposit => Entry(
            AccountId.World, account, new(deposit.Asset, deposit.Decimals), deposit.Amount, "deposit " + deposit.Key, record),
        TransferredOut transfer => Entry(
            account, AccountId.Transit, new(transfer.Asset, transfer.Decimals), transfer.Amount,
            "transfer " + TransferKey.Of(account.Value, sequence), record),
        _ => null,
    };

    private static AccountEntry Entry(
        AccountId from, AccountId to, Asset asset, long amount, string cause, AccountRecord record) =>
        new(TradePostings.Of(from, to, asset.Name, amount), cause, asset, record.TimeNanos);
}
