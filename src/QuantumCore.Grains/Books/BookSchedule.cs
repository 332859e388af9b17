using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>
/// Does what is due before a command or by the clock: expires orders, begins planned phases, and takes the accounts'
/// owners over from the catalog.
/// </summary>
internal sealed class BookSchedule(
    OpenBooks books, BookJournal journal, GrainJournal streams, InstrumentCatalog catalog, TimeProvider time)
{
    /// <summary>
    /// Expires due orders and updates the accounts' owners from the catalog before anything else happens, each in its
    /// own record.
    /// </summary>
    public void CatchUp()
    {
        FollowTradeGroups();
        foreach (var book in books.All)
        {
            if (book.IsServing && book.Machine.IsExpiryDue(journal.CommandNanos))
            {
                book.Machine.Operate(new AdvanceTime(), journal.CommandNanos, out var record);
                journal.Record(book, record, urgent: true);
            }
        }
    }

    /// <summary>
    /// Updates the trade groups of all books before a multi-leg order acts on them: an account must have one owner in
    /// all of its books.
    /// </summary>
    private void FollowTradeGroups()
    {
        if (catalog.TradeGroups is not { } groups)
        {
            return;
        }

        var changed = false;
        foreach (var book in books.All)
        {
            if (!book.IsServing || ReferenceEquals(book.TradeGroups, groups))
            {
                continue;
            }

            book.TradeGroups = groups;
            if (book.Machine.CallForTradeGroups(groups) is not { } call)
            {
                continue;
            }

            book.Machine.Operate(call, journal.CommandNanos, out var record);
            if (journal.Strategies is null)
            {
                journal.Record(book, record, urgent: true);
            }
            else if (record is not null)
            {
                journal.Gather(book, record);
                changed = true;
            }
        }

        if (changed)
        {
            journal.Strategies!.FollowAll(journal.CommandNanos);
            journal.AppendGathered(urgent: true);
        }
    }

    /// <summary>Begins planned phases that are due, each in its own record.</summary>
    private void FollowPlans()
    {
        foreach (var book in books.All)
        {
            if (book.IsServing)
            {
                journal.Record(book, book.Machine.FollowPlan(journal.CommandNanos), urgent: true);
            }
        }
    }

    private bool IsAnythingDue(OpenBook book) =>
        book.IsServing && (book.Machine.IsExpiryDue(time.UnixNanos()) || book.Machine.IsPhaseDue(time.UnixNanos()));

    /// <summary>Does what is due by the clock, and reports metrics of the books.</summary>
    public async Task RunDueAsync()
    {
        foreach (var book in books.All)
        {
            book.Look(time.UnixNanos());
        }

        journal.SnapshotWhenDue(time.UnixNanos());
        if (!books.All.Any(IsAnythingDue) || streams.Refusal(urgent: true) != RejectReason.None)
        {
            return;
        }

        journal.Turn(() =>
        {
            CatchUp();
            FollowPlans();
            return true;
        });
        await journal.SettleAsync();
    }
}
