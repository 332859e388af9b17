using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Reduces open orders, and changes their conditions.</summary>
internal sealed class BookAmendments(BookJournal journal, BookSchedule schedule, OrderReporter reporter)
{
    /// <inheritdoc cref="IOrderBookGrain.Reduce"/>
    public async ValueTask<ExecutionReport> ReduceAsync(
        string symbol, long account, long number, long totalLots, long expectedLots)
    {
        var refusal = journal.Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(symbol, account, refusal);
        }

        var answer = journal.Turn(() =>
        {
            if (!book.Machine.IsKnown(account, number, out var ticket, out var finished))
            {
                return journal.RejectUnknown(book, account);
            }

            return ticket is null
                ? PendingReport.Closed(book, account, number, finished, refused: true)
                : Shrink(book, ticket, totalLots, expectedLots);
        });
        return (await reporter.ReportAsync(book, [answer]))[0];
    }

    /// <inheritdoc cref="IOrderBookGrain.Amend"/>
    public async ValueTask<ExecutionReport> AmendAsync(
        string symbol, long account, long orderId, ConditionChanges changes)
    {
        var refusal = journal.Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(symbol, account, refusal);
        }

        var answer =
            journal.Turn(
                () => journal.OwnOrder(book, account, orderId, out var number)
                    ?? Change(book, account, number, changes));
        return (await reporter.ReportAsync(book, [answer]))[0];
    }

    private PendingReport Shrink(OpenBook book, OrderTicket ticket, long totalLots, long expectedLots)
    {
        schedule.CatchUp();
        if (!book.Machine.IsKnown(ticket.Order.Account, ticket.Order.Number, out var still, out var expired)
            || still is null)
        {
            return PendingReport.Closed(book, ticket.Order.Account, ticket.Order.Number, expired, refused: true);
        }

        // A retry finds what the first request did.
        if (expectedLots != 0 && ticket.LeavesLots != expectedLots && ticket.TotalLots != totalLots)
        {
            return new PendingReport(
                BookReports.Refused(book.Symbol, ticket.Order.Account, RejectReason.StaleLeaves) with
                {
                    Field = "expectedRemaining",
                });
        }

        var reason = book.Machine.Reduce(ticket, totalLots, journal.CommandNanos, out var record);
        journal.Record(book, record, urgent: true);
        if (reason != RejectReason.None)
        {
            return new PendingReport(BookReports.Refused(book.Symbol, ticket.Order.Account, reason) with
            {
                Field = reason is RejectReason.InvalidQuantity or RejectReason.WouldGrow ? "quantity" : null,
                Limit = reason == RejectReason.InvalidQuantity && ticket.List?.LeastOf(ticket) is > 0 and var least
                    ? book.Machine.Instrument!.FormatQuantity(least)
                    : null,
            });
        }

        book.Machine.IsKnown(ticket.Order.Account, ticket.Order.Number, out var open, out var finished);
        return open is null
            ? new PendingReport(
                BookReports.Final(BookReports.Open(book.Symbol, ticket, 0, 0), finished, record!.TimeNanos)
                    .WithEnd(record))
            : PendingReport.Open(book, ticket);
    }

    private PendingReport Change(OpenBook book, long account, long number, ConditionChanges changes)
    {
        schedule.CatchUp();
        if (!book.Machine.IsKnown(account, number, out var ticket, out var finished) || ticket is null)
        {
            return PendingReport.Closed(book, account, number, finished, refused: true);
        }

        BookRecord? record = null;
        var trigger = book.Machine.Core.TryGetOrder(ticket.OrderId, out var there) ? there.TriggerTicks : 0;
        var complete = changes;
        var reason = StopProtection.Complete(ticket.Order, trigger, book.Machine.Instrument!, ref complete);
        if (reason == RejectReason.None)
        {
            reason = book.Machine.Amend(ticket, complete, journal.CommandNanos, out record);
        }

        journal.Record(book, record, urgent: true);
        if (reason != RejectReason.None)
        {
            return new PendingReport(BookReports.Refused(book.Symbol, account, reason) with
            {
                Field = RefusedChange.OfConditions(reason, ticket.Order, changes),
                Limit = RefusedChange.LimitOf(reason, ticket.TotalLots, changes) is > 0 and var limit
                    ? book.Machine.Instrument!.FormatQuantity(limit)
                    : null,
            });
        }

        book.Machine.IsKnown(account, number, out var open, out finished);
        return open is null
            ? PendingReport.Closed(book, account, number, finished, refused: false)
            : PendingReport.Open(book, open);
    }
}
