using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>
/// Runs commands against a grain's books, appends their records, and publishes what is durable. A command and what
/// multi-leg orders do because of it have one time, and are appended together.
/// </summary>
/// <remarks>
/// A command never awaits: it reads and changes the books in one step. Queries read them before their first await, but
/// for the price band that a rejection names.
/// </remarks>
/// <param name="journal">The streams of the books.</param>
/// <param name="books">The books.</param>
/// <param name="turns">Counts the commands, so that one which never ends is found.</param>
/// <param name="grains">Finds the accounts that get results.</param>
/// <param name="publish">Publishes durable records to those who follow a book.</param>
/// <param name="time">The clock.</param>
internal sealed class BookJournal(
    GrainJournal journal, OpenBooks books, TurnCount turns, IGrainFactory grains,
    Func<OpenBook, BookBatch, Task> publish, TimeProvider time)
{
    private readonly List<AppendedBookRecord> _together = [];

    // The holds of the orders that are entering, while they may not be durable.
    private AppendedRecord? _held;

    /// <summary>Multi-leg orders of a group; null for a single book, which has none.</summary>
    public StrategyGroup? Strategies { get; private set; }

    /// <summary>Time of the current or last command, Unix nanoseconds; 0 before the first one.</summary>
    public long CommandNanos { get; private set; }

    /// <summary>Restores the group's multi-leg orders. Books whose legs do not fit together are halted.</summary>
    public void RestoreStrategies()
    {
        Strategies = new StrategyGroup((machine, record) => Gather(books[machine.Symbol], record));
        try
        {
            Strategies.Restore([.. books.All.Where(book => book.IsServing).Select(book => book.Machine)]);
        }
        catch (InvalidDataException e)
        {
            foreach (var book in books.All.Where(book => !book.IsHalted))
            {
                book.Halt(e);
            }
        }
    }

    /// <summary>
    /// Returns the reason why a book cannot take the records now. Unless it is UnknownSymbol, there is a book.
    /// </summary>
    public RejectReason Refuse(string symbol, bool urgent, out OpenBook book, int records = 1)
    {
        book = books.Find(symbol)!;
        if (book is null)
        {
            return RejectReason.UnknownSymbol;
        }

        // Multi-leg orders may add their own records to a command's.
        return book.IsHalted
            ? RejectReason.SymbolUnavailable
            : journal.Refusal(urgent, Strategies is null ? records : records * 16);
    }

    /// <summary>Runs a command with one time for all of its records.</summary>
    public T Turn<T>(Func<T> turn) => Turn(static turn => turn(), turn);

    /// <summary>Runs a command with an argument, so that the path of each order allocates nothing.</summary>
    public T Turn<TGiven, T>(Func<TGiven, T> turn, TGiven given)
    {
        turns.Begin();
        try
        {
            CommandNanos = time.UnixNanos();
            return journal.Mutate(turn, given);
        }
        finally
        {
            turns.End();
        }
    }

    /// <summary>Makes the records of this command follow the holds of its orders: durable with them or never.</summary>
    public void Follow(AppendedRecord? held) => _held = held;

    /// <summary>
    /// Appends a command's record to the journal, together with what multi-leg orders do because of it, all or none.
    /// Null means that the command did nothing.
    /// </summary>
    public T? Record<T>(OpenBook book, T? record, bool urgent)
        where T : BookRecord
    {
        if (record is null)
        {
            return null;
        }

        if (Strategies is null)
        {
            var sequence = book.Stream.Append(BodyOf(record), urgent, _held);
            RequireSequence(book, sequence, book.Machine.Sequence);
            book.Note(record);
            return record;
        }

        Gather(book, record);
        Strategies.Follow(book.Symbol, CommandNanos);
        AppendGathered(urgent);
        return record;
    }

    /// <summary>
    /// Finds the number of an account's order. Returns the rejection if the order is not its own. Only a command may
    /// call it.
    /// </summary>
    public PendingReport? OwnOrder(OpenBook book, long account, long orderId, out long number)
    {
        (var owner, number) = book.Machine.OwnerOf(orderId);
        return owner == 0 ? RejectUnknown(book, account, orderId)
            : owner == account ? null
            : new PendingReport(BookReports.Refused(book.Symbol, account, RejectReason.NotOwner));
    }

    /// <summary>
    /// Rejects an order that is not in the book, and records the negative proof. Only a command may call it.
    /// </summary>
    /// <remarks>Only an activation that can still append may say that there is no such order.</remarks>
    public PendingReport RejectUnknown(OpenBook book, long account, long orderId = 0)
    {
        Record(book, book.Machine.Witness(account, orderId, CommandNanos), urgent: true);
        return new PendingReport(BookReports.Refused(book.Symbol, account, RejectReason.UnknownOrder));
    }

    /// <summary>Keeps a record until <see cref="AppendGathered"/> appends it with others.</summary>
    public void Gather(OpenBook book, BookRecord record)
    {
        _together.Add(new AppendedBookRecord(book, record, book.Machine.Sequence));
        book.Note(record);
    }

    /// <summary>Appends the gathered records, all or none.</summary>
    public AppendedBookRecord[] AppendGathered(bool urgent)
    {
        var sequences = journal.AppendTogether(
            [.. _together.Select(one => (one.Book.Stream, BodyOf(one.Record)))], urgent);
        for (var i = 0; i < sequences.Length; i++)
        {
            RequireSequence(_together[i].Book, sequences[i], _together[i].Sequence);
        }

        var appended = _together.ToArray();
        _together.Clear();
        return appended;
    }

    /// <summary>
    /// Waits for everything returned now, and then publishes it: it rests on records up to the current heads.
    /// </summary>
    public async ValueTask SettleAsync()
    {
        await HeadsDurableAsync();
        Publish();
    }

    /// <summary>Waits as <see cref="SettleAsync"/> does, but not for a store that is down or full.</summary>
    /// <exception cref="TimeoutException">The store is stalled.</exception>
    public Task SettleUnlessStalledAsync() => journal.UnlessStalledAsync(SettleAsync().AsTask());

    /// <summary>Waits as <see cref="SettleAsync"/> does, for a limited time. Returns true if all is durable.</summary>
    public Task<bool> SettledWithinAsync(TimeSpan patience) =>
        journal.DurableWithinAsync(patience, SettleAsync().AsTask());

    /// <summary>
    /// Waits as <see cref="SettleAsync"/> does, and then returns the result of a function. Every order passes here: the
    /// wait and the function share one async state machine.
    /// </summary>
    /// <exception cref="TimeoutException">The store is stalled, which must not delay the caller.</exception>
    public async ValueTask<T> SettleAsync<TGiven, T>(
        Func<TGiven, ValueTask<T>> then, TGiven given, bool unlessStalled = false)
    {
        if (unlessStalled)
        {
            // If the caller does not wait to the end, the records are published all the same.
            await SettleUnlessStalledAsync();
        }
        else
        {
            await HeadsDurableAsync();
            Publish();
        }

        return await then(given);
    }

    private void Publish()
    {
        foreach (var book in books.All)
        {
            book.Release(grains, publish);
        }
    }

    /// <summary>
    /// Snapshots the books for which it is time. After a failed command none: their state is no longer sound.
    /// </summary>
    public void SnapshotWhenDue(long now)
    {
        if (journal.IsBroken)
        {
            return;
        }

        foreach (var book in books.All)
        {
            book.SnapshotWhenDue(now);
        }
    }

    private Task HeadsDurableAsync()
    {
        SnapshotWhenDue(CommandNanos);
        return books.All.Length == 1
            ? journal.Stream.WhenDurable(journal.Stream.Head)
            : WhenAllDurableAsync();
    }

    private async Task WhenAllDurableAsync()
    {
        Task[] all = [.. books.All.Select(book => book.Stream.WhenDurable(book.Stream.Head))];
        foreach (var durable in all)
        {
            await durable;
        }
    }

    private static RecordBody BodyOf(BookRecord record) => new(BookRecordEncoding.Encode(record), record);

    private static void RequireSequence(OpenBook book, long sequence, long expected)
    {
        if (sequence != expected)
        {
            throw new InvalidOperationException($"{book.Symbol}: record {expected} became sequence {sequence}.");
        }
    }
}

/// <summary>A record that was appended to a book's stream, or will be.</summary>
internal readonly record struct AppendedBookRecord(OpenBook Book, BookRecord Record, long Sequence);
