using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>State of a transfer.</summary>
public enum TransferState
{
    /// <summary>It has left the sending account and is in flight to the receiving one.</summary>
    [JsonStringEnumMemberName("inTransit")] InTransit = 1,

    /// <summary>It has arrived.</summary>
    [JsonStringEnumMemberName("done")] Done = 2,
}

/// <summary>A transfer between two accounts.</summary>
/// <param name="Sequence">Sequence in the sending account.</param>
/// <param name="Key">Idempotency key among the sending account's client order ids; the same key is booked once.</param>
/// <param name="From">Sending account, <c>ACC-n</c>.</param>
/// <param name="To">Receiving account, <c>ACC-n</c>.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">Amount in units of the asset.</param>
/// <param name="State">State.</param>
/// <param name="Time">Time it was sent, UTC. Null in the response to a new one.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
public sealed record Transfer(
    long Sequence,
    string Key,
    string From,
    string To,
    string Asset,
    decimal Amount,
    TransferState State,
    UtcTime? Time = null,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long? TimeNanos = null);

/// <summary>State of a withdrawal.</summary>
public enum WithdrawalState
{
    /// <summary>Debited from the account, not in a batch yet.</summary>
    [JsonStringEnumMemberName("pending")] Pending = 1,

    /// <summary>In a batch that was, or is about to be, sent; payment is not confirmed.</summary>
    [JsonStringEnumMemberName("sent")] Sent = 2,

    /// <summary>Paid; irreversible.</summary>
    [JsonStringEnumMemberName("final")] Final = 3,

    /// <summary>Rejected permanently by the receiver: the account was credited again.</summary>
    [JsonStringEnumMemberName("refused")] Refused = 4,
}

/// <summary>A withdrawal to the outside world.</summary>
/// <param name="Sequence">Sequence in the account.</param>
/// <param name="Key">Idempotency key among the account's client order ids; the same key is booked once.</param>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">Amount in units of the asset.</param>
/// <param name="Destination">Destination in the receiver's format.</param>
/// <param name="State">State.</param>
/// <param name="Batch">Batch it is in; null while it is pending, and in the response to a new one.</param>
/// <param name="Why">Reason of the rejection.</param>
/// <param name="Time">Time of the debit, UTC. Null in the response to a new one.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
public sealed record Withdrawal(
    long Sequence,
    string Key,
    string Account,
    string Asset,
    decimal Amount,
    string Destination,
    WithdrawalState State,
    string? Batch,
    string? Why,
    UtcTime? Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long? TimeNanos);

/// <summary>Answer to a new withdrawal: the first members of <see cref="Withdrawal"/>.</summary>
internal sealed record NewWithdrawal(
    long Sequence, string Key, string Account, string Asset, decimal Amount, string Destination, WithdrawalState State);

/// <summary>Owner of an account.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Owner">Name of the owner; empty for none.</param>
public sealed record AccountOwner(string Account, string Owner);
