using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Where a transfer is.</summary>
public enum TransferState
{
    /// <summary>It has left the one account and is on its way to the other.</summary>
    [JsonStringEnumMemberName("inTransit")] InTransit = 1,

    /// <summary>It has arrived.</summary>
    [JsonStringEnumMemberName("done")] Done = 2,
}

/// <summary>A transfer between two accounts.</summary>
/// <param name="Sequence">The giving account's sequence of it.</param>
/// <param name="Key">Its name among the client order ids of the giving account; the same key is booked once.</param>
/// <param name="From">The account that gives, <c>ACC-n</c>.</param>
/// <param name="To">The account that receives.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">How much.</param>
/// <param name="State">Where it is.</param>
/// <param name="Time">When it was given, UTC; cut to 100 ns. Null in the answer to a new one.</param>
public sealed record Transfer(
    long Sequence, string Key, string From, string To, string Asset, decimal Amount, TransferState State, DateTimeOffset? Time);

/// <summary>Where a withdrawal is.</summary>
public enum WithdrawalState
{
    /// <summary>Taken from the account, and in no batch yet.</summary>
    [JsonStringEnumMemberName("pending")] Pending = 1,

    /// <summary>In a batch that was, or is about to be, sent; not known to be paid.</summary>
    [JsonStringEnumMemberName("sent")] Sent = 2,

    /// <summary>Paid, and never to be taken back.</summary>
    [JsonStringEnumMemberName("final")] Final = 3,

    /// <summary>Refused for ever by the receiver: the account has it back.</summary>
    [JsonStringEnumMemberName("refused")] Refused = 4,
}

/// <summary>A withdrawal to the outside world.</summary>
/// <param name="Sequence">The account's sequence of it.</param>
/// <param name="Key">Its name among the account's client order ids; the same key is booked once.</param>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">How much.</param>
/// <param name="Destination">Where to, in the receiver's words.</param>
/// <param name="State">Where it is.</param>
/// <param name="Batch">The batch it is in; null while it is pending, and in the answer to a new one.</param>
/// <param name="Why">Why it was refused.</param>
/// <param name="Time">When it was taken, UTC; cut to 100 ns. Null in the answer to a new one.</param>
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
    DateTimeOffset? Time);

/// <summary>Whose an account is.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Owner">The owner's name; empty for nobody's.</param>
public sealed record AccountOwner(string Account, string Owner);
