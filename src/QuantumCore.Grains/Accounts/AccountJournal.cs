using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Accounts;

/// <summary>
/// Runs commands against the account's machine and appends their records. An answer waits for
/// <see cref="SettleAsync"/>. Records of others, which the account applies, pass here too.
/// </summary>
internal sealed class AccountJournal(
    GrainJournal journal, AccountMachine machine, AccountSnapshots snapshots, ChangeWatch watch, TimeProvider time)
{
    // True while holds are appended whose orders will be appended at once.
    private bool _isAhead;

    /// <summary>The account's stream.</summary>
    public JournalStream Stream { get; } = journal.Stream;

    /// <summary>Current time, Unix nanoseconds.</summary>
    public long Now => time.UnixNanos();

    /// <inheritdoc cref="GrainJournal.IsStalled"/>
    public bool IsStalled => journal.IsStalled;

    /// <inheritdoc cref="GrainJournal.Refusal"/>
    public RejectReason Refusal(bool urgent, int records = 1) => journal.Refusal(urgent, records);

    /// <summary>Throws if an urgent record has no room now.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public void RequireRoom(string what)
    {
        if (Refusal(urgent: true) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{machine.Account.Id} can't {what} now: {reason}.");
        }
    }

    /// <summary>Throws if a record that the caller knows is not durable here.</summary>
    /// <remarks>Callers know only durable records, so an unknown one proves that this activation is stale.</remarks>
    /// <exception cref="StreamLostException">It is not.</exception>
    public void RequireDurable(long sequence)
    {
        if (sequence > Stream.DurableHead)
        {
            throw new StreamLostException(Stream.Name);
        }
    }

    /// <summary>Throws if this activation is being discarded: it must not return state.</summary>
    /// <exception cref="StreamLostException">It is.</exception>
    public void RequireOwned()
    {
        if (journal.IsBroken || Stream.IsLost)
        {
            throw new StreamLostException(Stream.Name);
        }
    }

    /// <inheritdoc cref="GrainJournal.Mutate{T}(Func{T})"/>
    public T Mutate<T>(Func<T> command) => journal.Mutate(command);

    /// <summary>
    /// Runs a command with an argument, so that the path of each order allocates nothing. If it is ahead, the orders
    /// of its holds are appended at once.
    /// </summary>
    public T Mutate<TGiven, T>(Func<TGiven, T> command, TGiven given, bool ahead)
    {
        _isAhead = ahead;
        var result = journal.Mutate(command, given);
        _isAhead = false;
        return result;
    }

    /// <summary>Appends a record to the journal and applies it. Only a command may do so.</summary>
    public void Record(AccountRecord record, bool urgent)
    {
        var body = new RecordBody(AccountRecordEncoding.Encode(record), record);
        var sequence = Stream.Append(body, urgent, waits: _isAhead);
        machine.Apply(record);
        watch.Tell();
        if (sequence != machine.Sequence)
        {
            throw new InvalidOperationException($"Record {machine.Sequence} became sequence {sequence}.");
        }
    }

    /// <summary>Runs an urgent command that may decide a record, and waits until that is durable.</summary>
    /// <exception cref="InvalidOperationException">The record has no room now.</exception>
    public async ValueTask RunAsync(string what, Func<AccountRecord?> decide)
    {
        RequireRoom(what);
        await RunAsync(decide);
    }

    /// <summary>Runs a command that <see cref="RequireRoom"/> has let in.</summary>
    public async ValueTask RunAsync(Func<AccountRecord?> decide)
    {
        Mutate(() =>
        {
            if (decide() is { } record)
            {
                Record(record, urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    /// <summary>Applies a delivered record. Returns false if records before it are missing.</summary>
    public bool Apply(string source, DeliveredRecord record)
    {
        RequireOwned();
        var isNext = journal.Mutate(
            static of => of.Machine.ApplyBook(of.Source, of.Record, of.Durable),
            (Machine: machine, Source: source, Record: record, Durable: Stream.DurableHead));
        watch.Tell();
        return isNext;
    }

    /// <summary>Applies a record that was read from another stream.</summary>
    public void ApplyStored(string source, JournalRecord record)
    {
        RequireOwned();
        Mutate(() => machine.ApplyStored(source, record.Sequence, record.Body.Span, Stream.DurableHead));
        watch.Tell();
    }

    /// <summary>Waits for everything returned now: it rests on the head at this point.</summary>
    public Task SettleAsync()
    {
        SnapshotWhenDue();
        return Stream.WhenDurable(Stream.Head);
    }

    /// <summary>Waits as <see cref="SettleAsync"/> does, but not for a store that is down or full.</summary>
    /// <exception cref="TimeoutException">The store is stalled.</exception>
    public Task SettleUnlessStalledAsync() => journal.UnlessStalledAsync(SettleAsync());

    /// <summary>Waits as <see cref="SettleAsync"/> does, for a limited time. Returns true if all is durable.</summary>
    public Task<bool> SettledWithinAsync(TimeSpan patience) => journal.DurableWithinAsync(patience, SettleAsync());

    /// <summary>Waits for the account's own records alone, but not for a store that is down or full.</summary>
    /// <exception cref="TimeoutException">The store is stalled.</exception>
    public Task OwnRecordsUnlessStalledAsync() => journal.UnlessStalledAsync(Stream.WhenDurable(Stream.Head));

    /// <summary>Stores or requests a snapshot if enough has happened since the last one.</summary>
    public void SnapshotWhenDue()
    {
        // Half of a failed change must not be kept.
        if (!journal.IsBroken && !Stream.IsLost)
        {
            snapshots.MakeWhenDue(Now);
        }
    }
}
