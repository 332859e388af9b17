using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>A lane whose records touch accounts.</summary>
/// <param name="stream">Stream to verify.</param>
/// <param name="from">First sequence to check.</param>
/// <param name="accounts">Accounts it may touch.</param>
/// <param name="findings">Receives the issues.</param>
internal abstract class DeliveringLane(
    StreamRow stream, long from, IReadOnlyDictionary<long, AccountLane> accounts, FindingList findings)
    : Lane(stream, from, findings)
{
    /// <summary>Records to deliver. The deliverer empties the list.</summary>
    public List<Delivered> Deliveries { get; } = [];

    /// <summary>Returns the lane of a touched account, or null if it has no records.</summary>
    /// <param name="account">Number of the account.</param>
    /// <param name="sequence">Sequence of the record that touches it.</param>
    /// <param name="does">Verb of the issue, such as "touches".</param>
    /// <param name="isIssue">True to report an account without records.</param>
    protected AccountLane? LaneOf(long account, long sequence, string does, bool isIssue = true)
    {
        if (!accounts.TryGetValue(account, out var lane) && isIssue)
        {
            Findings.Add(
                FindingKind.AccountContradicts, Stream.Name, sequence,
                $"it {does} account {account}, which has no records", "The account's stream is lost: restore a backup.");
        }

        return lane;
    }
}
