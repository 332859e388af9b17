using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>
/// Runs commands against a grain's books, appends their records, and publishes what is durable. A command and what
/// multi-leg orders do because of it have one time, and are appended together.
/// </summary>
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

    /// <summary>Time of the current command, Unix nanoseconds.</summary>
    public long Now { get; private set; }

    /// <summary>Restores the group's multi-leg orders. Books whose legs do not fit together are halted.</summary>
    public void RestoreStrategies()
    {
        Strategies = new StrategyGroup((machine, record) => Gather(books.Find(machine.Symbol)!, record));
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
            Now = time.UnixNanos();
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
        Strategies.Follow(book.Symbol, Now);
        AppendGathered(urgent);
        return record;
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
        await DurableAsync();
        Publish();
    }

    /// <summary>Waits as <see cref="SettleAsync"/> does, but not for a store that is down or full.</summary>
    /// <exception cref="TimeoutException">The store is stalled.</exception>
    public Task SettleUnlessStalledAsync() => journal.UnlessStalledAsync(SettleAsync().AsTask());

    /// <summary>Waits as <see cref="SettleAsync"/> does, for a limited time. Returns true if all is durable.</summary>
    public Task<bool> SettledWithinAsync(TimeSpan patience) =>
        journal.DurableWithinAsync(patience, SettleAsync().AsTask());

    /// <summary>
    /// Waits until everything up to the current heads is durable; <see cref="Publish"/> must follow. Every order passes
    /// here, which saves it an async state machine.
    /// </summary>
    public Task DurableAsync(bool unlessStalled = false) =>
        unlessStalled ? journal.UnlessStalledAsync(HeadsDurableAsync()) : HeadsDurableAsync();

    /// <summary>Publishes what is durable.</summary>
    public void Publish()
    {
        foreach (var book in books.All)
        {
            book.Release(grains, publish);
        }
    }

    private Task HeadsDurableAsync()
    {
        foreach (var book in books.All)
        {
            book.SnapshotWhenDue(Now);
        }

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
