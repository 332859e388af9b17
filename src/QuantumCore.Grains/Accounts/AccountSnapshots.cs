using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Accounts;

/// <summary>Decides when an account is due for a snapshot, and stores it.</summary>
/// <param name="machine">The account's state, as recovered from its newest snapshot.</param>
/// <param name="stream">The account's stream.</param>
/// <param name="snapshots">Stores the snapshots of busy accounts, and makes those of quiet ones.</param>
/// <param name="now">Current time, Unix nanoseconds.</param>
/// <param name="log">The log of the grain's class.</param>
internal sealed class AccountSnapshots(
    AccountMachine machine, JournalStream stream, SnapshotMaker snapshots, long now, ILogger log)
{
    // An estimate, not a measurement: an eighth of a second of replay if each record of a book needs a query of its
    // own. After a crash, hundreds of busy accounts may replay.
    private const long LeastFolds = 5_000;

    private long _next;
    private long _takenNanos = machine.TimeNanos == 0 ? now : machine.TimeNanos;
    private long _takenAt = machine.Folded;

    /// <summary>Begins to count, once the account's own records are applied.</summary>
    public void Begin() => _next = SnapshotMaker.DueAfter(machine.Folded, LeastFolds);

    /// <summary>Stores or requests a snapshot if enough has happened since the last one.</summary>
    /// <remarks>Fills count too: a maker may apply a million of them between two decisions of its own.</remarks>
    public void MakeWhenDue(long nowNanos)
    {
        var isOld = nowNanos - _takenNanos > SnapshotMaker.LongestNanos && machine.Folded > _takenAt;
        var isBusy = machine.Folded >= _next;
        if ((!isOld && !isBusy) || machine.Sequence == 0)
        {
            return;
        }

        (_next, _takenAt, _takenNanos) = (
            SnapshotMaker.DueAfter(machine.Folded, LeastFolds), machine.Folded, nowNanos);
        if (isBusy && machine.CopiedItems <= SnapshotMaker.MostCopied)
        {
            // Any other place would have to read all its books again for each busy account.
            snapshots.Store(stream, machine.Sequence, machine.Capture());
        }
        else
        {
            snapshots.Ask(stream.Name, stream.Epoch);
        }
    }

    /// <summary>Stores the current state once it is durable.</summary>
    public async Task SaveAsync()
    {
        try
        {
            await SnapshotMaker.StoreAsync(stream, machine.Sequence, machine.Capture());
        }
        catch (Exception e)
        {
            GrainLog.SnapshotFailed(log, e, stream.Name);
        }
    }
}
