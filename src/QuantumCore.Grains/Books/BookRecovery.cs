using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>Recovers a book: the newest valid snapshot, then its commands again, compared with the records.</summary>
internal static class BookRecovery
{
    /// <summary>Returns the machine of the newest usable snapshot, or an empty one.</summary>
    public static async Task<BookMachine> NewestSnapshotAsync(
        IJournalStore store, string symbol, ILogger log, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in store.SnapshotsAsync("book/" + symbol, cancellationToken))
        {
            try
            {
                return BookMachine.Restore(symbol, snapshot.Body.Span);
            }
            catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
            {
                GrainLog.SnapshotUnusable(log, e, snapshot.Stream);
            }
        }

        return new BookMachine(symbol);
    }

    /// <summary>Replays everything after the machine's state up to the head of the activation.</summary>
    /// <exception cref="DivergenceException">A command did something else than its record says.</exception>
    /// <exception cref="JournalCorruptionException">A record is damaged.</exception>
    public static async Task ReplayAsync(
        IJournalStore store, BookMachine machine, JournalStream stream, CancellationToken cancellationToken)
    {
        await foreach (var record in store.ReadAsync(
            stream.Name, machine.Sequence + 1, stream.Head, cancellationToken))
        {
            machine.Replay(record.Sequence, record.Body.Span);
        }

        if (machine.Sequence != stream.Head)
        {
            throw new DivergenceException(stream.Name, machine.Sequence, $"the journal's head is {stream.Head}");
        }
    }

    /// <summary>Returns the symbols of a group's listed books, sorted.</summary>
    /// <remarks>
    /// Read from the journal and not from the catalog's grain, which waits for this one when it lists.
    /// </remarks>
    public static async Task<IReadOnlyCollection<string>> MembersAsync(
        IJournalStore store, string bookKey, CancellationToken cancellationToken)
    {
        var members = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var record in store.ReadAsync("catalog", 1, long.MaxValue, cancellationToken))
        {
            if (CatalogRecordEncoding.Decode(record.Body.Span) is InstrumentListed listed
                && listed.Definition.Decode() is var instrument && instrument.BookKey == bookKey)
            {
                members.Add(instrument.Symbol);
            }
        }

        return members;
    }

    /// <summary>Reads one durable record.</summary>
    public static async Task<BookRecord> ReadAsync(IJournalStore store, string stream, long sequence)
    {
        await foreach (var record in store.ReadAsync(stream, sequence, sequence, CancellationToken.None))
        {
            return BookRecordEncoding.Decode(record.Body.Span);
        }

        throw new JournalCorruptionException(stream, sequence, "a durable record is missing");
    }
}
