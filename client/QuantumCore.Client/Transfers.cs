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

/// <summary>Whose an account is.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Owner">The owner's name; empty for nobody's.</param>
public sealed record AccountOwner(string Account, string Owner);
