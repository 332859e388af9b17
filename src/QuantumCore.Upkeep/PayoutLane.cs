using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Verifies an asset's payout. Each withdrawal must be in one batch, each batch must end once, and accounts must have
/// withdrawn the amounts.
/// </summary>
/// <param name="stream">Stream of the payout.</param>
/// <param name="after">Sequence up to which records were delivered before.</param>
/// <param name="accounts">Accounts it may touch.</param>
/// <param name="findings">Receives the issues.</param>
internal sealed class PayoutLane(
    StreamRow stream, long after, IReadOnlyDictionary<long, AccountLane> accounts, FindingList findings)
    : DeliveringLane(stream, 1, accounts, findings)
{
    private readonly PayoutMachine _machine = new();

    /// <summary>Returns true for the stream of a payout.</summary>
    public static bool Is(StreamRow stream) =>
        stream.Name.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal);

    protected override void Take(in JournalRecord record)
    {
        PayoutRecord payout;
        try
        {
            payout = PayoutRecordEncoding.Decode(record.Body.Span);
            _machine.Apply(payout);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            Stop(
                FindingKind.AccountContradicts, record.Sequence, e.Message,
                "The payout can't be replayed from here on, and nothing of its asset is paid. Restore a backup.");
            return;
        }

        foreach (var account in record.Sequence > after ? payout.TouchedAccounts() : [])
        {
            if (LaneOf(account, record.Sequence, "pays for", isIssue: after == 0) is { } lane)
            {
                Deliveries.Add(new Delivered(lane, Stream.Name, record.Sequence, Payout: payout));
            }
        }
    }
}
