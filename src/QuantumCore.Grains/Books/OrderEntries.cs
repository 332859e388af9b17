using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>Enters orders and lists. A known order gets its first report again.</summary>
internal sealed class OrderEntries(
    BookJournal journal, BookSchedule schedule, OrderReporter reporter, GrainJournal streams)
{
    /// <inheritdoc cref="IOrderBookGrain.Submit"/>
    public ValueTask<ImmutableArray<ExecutionReport>> SubmitAsync(string symbol, ImmutableArray<SubmitOrder> orders)
    {
        var refusal = journal.Refuse(symbol, urgent: false, out var book, orders.Length);
        return refusal == RejectReason.None
            ? reporter.ReportAsync(
                book,
                journal.Turn(
                    static of => of.Entries.EnterAll(of.Book, of.Orders),
                    (Entries: this, Book: book, Orders: orders)))
            : ValueTask.FromResult(RefuseAll(symbol, orders, refusal));
    }

    /// <inheritdoc cref="IOrderBookGrain.SubmitAfter"/>
    public async ValueTask<ImmutableArray<ExecutionReport>> SubmitAfterAsync(
        string symbol, ImmutableArray<SubmitOrder> orders, RecordLocation hold)
    {
        var held = streams.Appended(hold);
        if (journal.Strategies is not null)
        {
            // A multi-leg order acts in several books, each with its own record.
            await held.WhenDurable();
            return await SubmitAsync(symbol, orders);
        }

        var refusal = journal.Refuse(symbol, urgent: false, out var book, orders.Length);
        var reports = refusal == RejectReason.None
            ? await reporter.ReportAsync(
                book,
                journal.Turn(
                    static of => of.Entries.EnterAll(of.Book, of.Orders, of.Held),
                    (Entries: this, Book: book, Orders: orders, Held: held)))
            : RefuseAll(symbol, orders, refusal);
        // Answers without a record of their own rest on the holds too.
        await held.WhenDurable();
        return reports;
    }

    /// <inheritdoc cref="IOrderBookGrain.SubmitList"/>
    public async ValueTask<ImmutableArray<ExecutionReport>> SubmitListAsync(
        string symbol, OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        var refusal = journal.Refuse(symbol, urgent: false, out var book, orders.Length);
        if (refusal == RejectReason.None && book.Machine.Instrument is null)
        {
            refusal = RejectReason.UnknownSymbol;
        }

        if (refusal != RejectReason.None)
        {
            return [.. orders.Select(order => BookReports.Refused(symbol, order.Account, refusal) with
            {
                Number = order.Number,
                ClientOrderId = order.ClientOrderId,
            })];
        }

        return await reporter.ReportAsync(book, journal.Turn(() => EnterList(book, kind, orders)));
    }

    /// <summary>Enters an order; returns a known one's first report again. Only a command may do so.</summary>
    public PendingReport Enter(OpenBook book, SubmitOrder order)
    {
        if (book.Machine.Instrument is null)
        {
            return new PendingReport(BookReports.Refused(book.Symbol, order.Account, RejectReason.UnknownSymbol));
        }

        if (book.Machine.IsKnown(order.Account, order.Number, out var open, out var finished))
        {
            var first = open?.Sequence ?? finished.Sequence;
            return first == 0
                ? new PendingReport(BookReports.Voided(book.Symbol, order.Account, order.Number))
                : new PendingReport(null, first, Account: order.Account, Number: order.Number);
        }

        schedule.CatchUp();
        if (EnterAmongStrategies(book, order) is { } answer)
        {
            return answer;
        }

        // A leg by itself would never trade, and would be incomplete when the group is restored.
        var record = order.Type == OrderType.Leg
            ? book.Machine.Decline(order, RejectReason.BadRequest, journal.CommandNanos)
            : book.Machine.Submit(order, journal.CommandNanos);
        // Read the sequence now, because multi-leg orders may add another record.
        var sequence = book.Machine.Sequence;
        journal.Record(book, record, urgent: false);
        return new PendingReport(BookReports.First(book.Symbol, sequence, record));
    }

    /// <summary>
    /// Enters an order that multi-leg orders offer a better price than its own book; returns null if they do not.
    /// </summary>
    private PendingReport? EnterAmongStrategies(OpenBook book, SubmitOrder order) =>
        journal.Strategies?.TryEnter(book.Machine, order, journal.CommandNanos) == true
            ? FirstIn(journal.AppendGathered(urgent: false), book, order)
            : null;

    /// <summary>
    /// Returns the first report of an order from the record that entered it, which holds everything its command caused.
    /// </summary>
    public static PendingReport FirstIn(
        AppendedBookRecord[] records, OpenBook book, SubmitOrder order)
    {
        var (_, record, sequence) = Array.Find(records, one => one.Book == book);
        return new PendingReport(BookReports.First(book.Symbol, sequence, record, order.Account, order.Number));
    }

    private PendingReport[] EnterAll(OpenBook book, ImmutableArray<SubmitOrder> orders, AppendedRecord held)
    {
        journal.Follow(held);
        var answers = EnterAll(book, orders);
        journal.Follow(null);
        return answers;
    }

    private static ImmutableArray<ExecutionReport> RefuseAll(
        string symbol, ImmutableArray<SubmitOrder> orders, RejectReason refusal) =>
        [
            .. orders.Select(order => BookReports.Refused(symbol, order.Account, refusal) with
            {
                Number = order.Number,
                ClientOrderId = order.ClientOrderId,
            }),
        ];

    private PendingReport[] EnterAll(OpenBook book, ImmutableArray<SubmitOrder> orders)
    {
        var answers = new PendingReport[orders.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = Enter(book, orders[i]);
        }

        return answers;
    }

    /// <summary>
    /// Enters a list whose orders are all new; returns a known list's first reports again; voids a broken one.
    /// </summary>
    private PendingReport[] EnterList(OpenBook book, OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        var answers = new PendingReport[orders.Length];
        if (!orders.Any(order => book.Machine.IsKnown(order.Account, order.Number, out _, out _)))
        {
            schedule.CatchUp();
            var record = book.Machine.SubmitList(kind, orders, journal.CommandNanos);
            var sequence = book.Machine.Sequence;
            journal.Record(book, record, urgent: false);
            for (var i = 0; i < answers.Length; i++)
            {
                answers[i] = new PendingReport(BookReports.First(
                    book.Symbol, sequence, record, orders[i].Account, orders[i].Number));
            }

            return answers;
        }

        for (var i = 0; i < answers.Length; i++)
        {
            // An order that was cancelled before the list came voids the others too.
            var resolved = book.Machine.Resolve(orders[i].Account, orders[i].Number, journal.CommandNanos);
            journal.Record(book, resolved, urgent: true);
            answers[i] = Enter(book, orders[i]);
        }

        return answers;
    }
}
