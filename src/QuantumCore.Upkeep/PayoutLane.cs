using QuantumCore.Contracts;
using QuantumCore.Grains.Payouts;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>An asset's payout: each withdrawal in one batch, each batch ended once; its accounts must have withdrawn them.</summary>
/// <param name="stream">Its stream.</param>
/// <param name="after">Records up to this sequence were told before.</param>
/// <param name="accounts">Whom it touches.</param>
/// <param name="findings">Where what is wrong is told.</param>
internal sealed class PayoutLane(
    StreamRow stream, long after, IReadOnlyDictionary<long, AccountLane> accounts, FindingList findings)
    : Lane(stream, 1, findings), IDeliveringLane
{
    private readonly PayoutMachine _machine = new();

    /// <inheritdoc/>
    public List<Delivered> Deliveries { get; } = [];

    /// <summary>Whether a stream is a payout's.</summary>
    public static bool Is(StreamRow stream) => stream.Name.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal);

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
                "The payout can't be folded from here on, and nothing of its asset is paid. Restore a backup.");
            return;
        }

        foreach (var account in record.Sequence > after ? payout.TouchedAccounts() : [])
        {
            if (accounts.TryGetValue(account, out var lane))
            {
                Deliveries.Add(new Delivered(lane, Stream.Name, record.Sequence, Payout: payout));
            }
            else if (after == 0)
            {
                Findings.Add(
                    FindingKind.AccountContradicts, Stream.Name, record.Sequence, $"it pays for account {account}, which has no records",
                    "The account's stream is lost: restore a backup.");
            }
        }
    }
}
