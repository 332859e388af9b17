using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Verifies a venue's settlement. Each trade must be in one batch. Each batch must balance, stay unchanged and settle
/// once. Its accounts must have records.
/// </summary>
/// <param name="stream">Stream of the venue.</param>
/// <param name="after">Sequence up to which records were delivered before.</param>
/// <param name="accounts">Accounts it may touch.</param>
/// <param name="findings">Receives the issues.</param>
internal sealed class SettlementLane(
    StreamRow stream, long after, IReadOnlyDictionary<long, AccountLane> accounts, FindingList findings)
    : DeliveringLane(stream, 1, accounts, findings)
{
    private readonly SettlementMachine _machine = new(stream.Name[SettlementRecord.StreamPrefix.Length..]);

    /// <summary>Returns true for the stream of a settlement.</summary>
    public static bool Is(StreamRow stream) =>
        stream.Name.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal);

    protected override void Take(in JournalRecord record)
    {
        SettlementRecord settlement;
        try
        {
            settlement = SettlementRecordEncoding.Decode(record.Body.Span);
            _machine.Apply(settlement);
        }
        catch (Exception e)
            when (e is InvalidDataException or InvalidOperationException or ArgumentException or OverflowException)
        {
            Stop(
                FindingKind.AccountContradicts, record.Sequence, e.Message,
                "The settlement can't be replayed from here on, and nothing of its venue settles. Restore a backup.");
            return;
        }

        foreach (var account in record.Sequence > after ? settlement.TouchedAccounts() : [])
        {
            if (LaneOf(account, record.Sequence, "settles for", isIssue: after == 0) is { } lane)
            {
                Deliveries.Add(new Delivered(lane, Stream.Name, record.Sequence, Settlement: settlement));
            }
        }
    }
}
