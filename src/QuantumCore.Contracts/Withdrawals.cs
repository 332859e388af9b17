using System.Text.Json.Serialization;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A request to withdraw money or units from the exchange.</summary>
/// <param name="Key">
/// Idempotency key, unique in the account. It never expires: the same key again is the same withdrawal.
/// </param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
/// <param name="Destination">Destination in the receiver's own format: 1 to 128 printable ASCII characters.</param>
[GenerateSerializer, Immutable, Alias("withdraw-request")]
public sealed record WithdrawRequest(string Key, string Asset, long Amount, string Destination);

/// <summary>The answer to a withdrawal; durable when returned.</summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="Field">The field at fault; null if none.</param>
/// <param name="Limit">The limit it broke; null if none.</param>
/// <param name="Sequence">
/// The account's sequence of the withdrawal; it identifies the withdrawal to the payout of its asset.
/// </param>
[GenerateSerializer, Immutable, Alias("withdraw-result")]
public sealed record WithdrawResult(RejectReason Reason, string? Field, string? Limit, long Sequence);

/// <summary>Validates a withdrawal's destination.</summary>
public static class Destination
{
    /// <summary>Maximum length of a destination, in characters.</summary>
    public const int MaxLength = 128;

    /// <summary>The rule in words for error messages: a text is not this.</summary>
    public const string Rule = "1 to 128 printable ASCII characters without a space at either end";

    /// <summary>Returns true if the text is a valid destination.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxLength && text.IndexOfAnyExceptInRange(' ', '~') < 0 && text[0] != ' '
            && text[^1] != ' ';
}

/// <summary>State of a withdrawal.</summary>
public enum PayoutState : byte
{
    /// <summary>Taken from the account, not in a batch yet.</summary>
    [JsonStringEnumMemberName("pending")] Pending = 0,

    /// <summary>In a batch that was sent or is about to be sent.</summary>
    [JsonStringEnumMemberName("sent")] Sent = 1,

    /// <summary>Paid; cannot be reversed.</summary>
    [JsonStringEnumMemberName("final")] Final = 2,

    /// <summary>Finally refused by the receiver; the amount is back in the account.</summary>
    [JsonStringEnumMemberName("refused")] Refused = 3,
}

/// <summary>A durable withdrawal as the payout of its asset sees it.</summary>
/// <param name="Account">The account that withdrew.</param>
/// <param name="Sequence">The account's sequence of the withdrawal.</param>
/// <param name="Amount">Minor units, positive.</param>
/// <param name="Destination">Destination in the receiver's own format.</param>
[GenerateSerializer, Immutable, Alias("payout-item")]
public sealed record PayoutItem(long Account, long Sequence, long Amount, string Destination);

/// <summary>A withdrawal as history shows it.</summary>
/// <param name="Sequence">The account's sequence of the withdrawal.</param>
/// <param name="Key">Its idempotency key in the account.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Destination">Destination in the receiver's own format.</param>
/// <param name="State">Its state.</param>
/// <param name="Batch">Its batch; null while it is pending.</param>
/// <param name="Why">The receiver's reason for a refusal; null otherwise.</param>
/// <param name="TimeNanos">Time at which it was taken from the account, Unix nanoseconds.</param>
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
