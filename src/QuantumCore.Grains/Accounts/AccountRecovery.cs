using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Accounts;

/// <summary>Recovers an account: the newest valid snapshot, then its own records after it.</summary>
internal static class AccountRecovery
{
    /// <summary>Returns the machine of the newest usable snapshot, or an empty one.</summary>
    public static async Task<AccountMachine> NewestSnapshotAsync(
        IJournalStore store,
        AccountId id,
        InstrumentCatalog catalog,
        string stream,
        ILogger log,
        CancellationToken cancellationToken)
    {
        await foreach (var snapshot in store.SnapshotsAsync(stream, cancellationToken))
        {
            try
            {
                return AccountMachine.Restore(
                    id, catalog.Get, snapshot.Body.Span, catalog.FeesOf, () => catalog.Margin, catalog.CalendarOf);
            }
            catch (Exception e)
                when (e is OutdatedSnapshotException or InvalidDataException or ArgumentException or OverflowException)
            {
                GrainLog.SnapshotUnusable(log, e, snapshot.Stream);
            }
        }

        return new AccountMachine(id, catalog.Get, catalog.FeesOf, () => catalog.Margin, catalog.CalendarOf);
    }

    /// <summary>Applies the account's own records up to the head of the activation.</summary>
    public static async Task ReplayAsync(
        IJournalStore store, AccountMachine machine, JournalStream stream, CancellationToken cancellationToken)
    {
        await foreach (var record in store.ReadAsync(
            stream.Name, machine.Sequence + 1, stream.Head, cancellationToken))
        {
            machine.Apply(AccountRecordEncoding.Decode(record.Body.Span));
        }

        if (machine.Sequence != stream.Head)
        {
            throw new JournalCorruptionException(
                stream.Name, machine.Sequence + 1, $"the journal's head is {stream.Head}");
        }
    }
}
