using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>
/// The state machine of an asset's payout: the batch of each withdrawal, and the states of the batches. It is pure,
/// like the others.
/// </summary>
internal sealed class PayoutMachine
{
    private readonly Dictionary<(long Account, long Sequence), long> _batchOf = [];
    private readonly Dictionary<long, PayoutRecord> _open = [];
    private readonly HashSet<long> _refused = [];

    /// <summary>Sequence of the last record.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of the last record, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime { get; set; }

    /// <summary>Puts new withdrawals into a batch; returns null if all are known.</summary>
    public BatchMade? Enlist(int decimals, ImmutableArray<PayoutItem> items, long now)
    {
        ImmutableArray<PayoutItem> fresh =
            [.. items.Where(item => !_batchOf.ContainsKey((item.Account, item.Sequence)))
                .DistinctBy(item => (item.Account, item.Sequence))];
        return fresh.IsEmpty ? null : new BatchMade(At(now), decimals, fresh);
    }

    /// <summary>Returns the state of a withdrawal.</summary>
    public PayoutState StateOf(PayoutItem item) =>
        !_batchOf.TryGetValue((item.Account, item.Sequence), out var batch) ? PayoutState.Pending
        : _open.ContainsKey(batch) ? PayoutState.Sent
        : _refused.Contains(batch) ? PayoutState.Refused
        : PayoutState.Final;

    /// <summary>Returns the open batches of these withdrawals.</summary>
    public IEnumerable<long> OpenBatchesOf(ImmutableArray<PayoutItem> items) => items
        .Select(item => _batchOf.GetValueOrDefault((item.Account, item.Sequence))).Distinct().Where(_open.ContainsKey);

    /// <summary>Returns an open batch, or null if it is not open.</summary>
    public PayoutRecord? Open(long batch) => _open.GetValueOrDefault(batch);

    /// <summary>Returns the record of the receiver's final answer about an open batch.</summary>
    public PayoutRecord End(long batch, PayoutAnswer answer, long now)
    {
        var made = _open[batch];
        return answer.Verdict == PayoutVerdict.Final
            ? new BatchPaid(At(now), made.Decimals, batch, made.Items)
            : new BatchRefused(At(now), made.Decimals, batch, made.Items, answer.Why);
    }

    /// <summary>Applies the next record.</summary>
    public void Apply(PayoutRecord record)
    {
        Sequence++;
        TimeNanos = record.TimeNanos;
        switch (record)
        {
            case BatchMade made:
                foreach (var item in made.Items)
                {
                    _batchOf.Add((item.Account, item.Sequence), Sequence);
                }

                _open.Add(Sequence, made);
                break;
            case BatchPaid paid:
                Close(paid.Batch);
                break;
            case BatchRefused refused:
                Close(refused.Batch);
                _refused.Add(refused.Batch);
                break;
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not a payout's record.");
        }
    }

    private void Close(long batch)
    {
        if (!_open.Remove(batch))
        {
            throw new InvalidDataException($"Record {Sequence} ends batch {batch}, which is not open.");
        }
    }

    private long At(long now) => TimeCorrection.After(TimeNanos, now, CorrectsTime);
}
