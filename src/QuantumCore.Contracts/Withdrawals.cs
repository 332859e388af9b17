using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Money or units to the outside world.</summary>
/// <param name="Key">Names the withdrawal for ever among the account's names: the same key again is the same withdrawal.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
/// <param name="Destination">Where to, in the receiver's words: 1 to 128 printable ASCII characters.</param>
[GenerateSerializer, Immutable, Alias("withdraw-request")]
public sealed record WithdrawRequest(string Key, string Asset, long Amount, string Destination);

/// <summary>The answer to a withdrawal; durable when told.</summary>
/// <param name="Reason">Why it was refused, or none.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit it broke, when there is one.</param>
/// <param name="Sequence">The account's sequence of the withdrawal, which names it to the payout of its asset.</param>
[GenerateSerializer, Immutable, Alias("withdraw-result")]
public sealed record WithdrawResult(RejectReason Reason, string? Field, string? Limit, long Sequence);

/// <summary>The rules of a withdrawal's destination.</summary>
public static class Destination
{
    /// <summary>The longest destination, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>The rule as a sentence for people.</summary>
    public const string Rule = "1 to 128 printable ASCII characters, no space at either end.";

    /// <summary>Whether the text may be a destination.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text.IndexOfAnyExceptInRange(' ', '~') < 0 && text[0] != ' ' && text[^1] != ' ';
}

/// <summary>Where a withdrawal is.</summary>
public enum PayoutState : byte
{
    /// <summary>Taken from the account, in no batch yet.</summary>
    Pending = 0,

    /// <summary>In a batch that was, or is about to be, sent.</summary>
    Sent = 1,

    /// <summary>Paid, and never to be taken back.</summary>
    Final = 2,

    /// <summary>Refused for ever by the receiver: the account has it back.</summary>
    Refused = 3,
}

/// <summary>A durable withdrawal as its asset's payout takes it.</summary>
/// <param name="Account">The account that withdrew.</param>
/// <param name="Sequence">Its sequence of the withdrawal.</param>
/// <param name="Amount">Minor units, positive.</param>
/// <param name="Destination">Where to.</param>
[GenerateSerializer, Immutable, Alias("payout-item")]
public sealed record PayoutItem(long Account, long Sequence, long Amount, string Destination);

/// <summary>A withdrawal as the history shows it.</summary>
/// <param name="Sequence">The account's sequence of it.</param>
/// <param name="Key">Its name among the account's names.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Destination">Where to.</param>
/// <param name="State">Where it is.</param>
/// <param name="Batch">The batch it is in; null while it is pending.</param>
/// <param name="Why">Why it was refused; null where it was not.</param>
/// <param name="TimeNanos">When it was taken from the account, Unix nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("account-withdrawal")]
public sealed record AccountWithdrawal(
    long Sequence,
    string Key,
    long Account,
    string Asset,
    int Decimals,
    long Amount,
    string Destination,
    PayoutState State,
    string? Batch,
    string? Why,
    long TimeNanos);

/// <summary>
/// The payout of one asset, keyed by its name: puts withdrawals into batches and sends them until the receiver's word is
/// final. It never calls an account; accounts fold what it records.
/// </summary>
[Alias("payout")]
public interface IPayoutGrain : IGrainWithStringKey
{
    /// <summary>
    /// Takes durable withdrawals of one account: those it does not know become one batch. What is not final is sent (again)
    /// under the same id. Gives the state of each, as it is before anything is sent.
    /// </summary>
    /// <param name="decimals">Digits of the asset's minor unit after the point.</param>
    /// <param name="items">1 to 100 withdrawals.</param>
    [Alias("enlist")]
    ValueTask<ImmutableArray<PayoutState>> Enlist(int decimals, ImmutableArray<PayoutItem> items);
}
