using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Cancels orders, and voids those that never came.</summary>
internal sealed class OrderCancellations(
    OpenBooks books, BookJournal journal, BookSchedule schedule, OrderReporter reporter)
{
    /// <inheritdoc cref="IOrderBookGrain.Close"/>
    public async ValueTask<ImmutableArray<ExecutionReport>> CloseAsync(
        string symbol, long account, ImmutableArray<long> numbers, EndReason reason)
    {
        var refusal = journal.Refuse(symbol, urgent: true, out var book, RecordsToClose(symbol, account, numbers));
        if (refusal != RejectReason.None)
        {
            return [
                .. numbers.Select(number => BookReports.Refused(symbol, account, refusal) with { Number = number })];
        }

        var answers = new PendingReport[numbers.Length];
        journal.Turn(() =>
        {
            var together = CancelTogether(book, account, numbers, reason);
            for (var i = 0; i < answers.Length; i++)
            {
                answers[i] = together.TryGetValue(numbers[i], out var ended)
                    ? ended
                    : Cancel(book, account, numbers[i], reason);
            }

            return true;
        });
        return await reporter.ReportAsync(book, answers, unlessStalled: true);
    }

    /// <inheritdoc cref="IOrderBookGrain.CloseById"/>
    public async ValueTask<ExecutionReport> CloseByIdAsync(string symbol, long account, long orderId)
    {
        var refusal = journal.Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(symbol, account, refusal);
        }

        var answer = journal.Turn(() => journal.OwnOrder(book, account, orderId, out var number)
            ?? Cancel(book, account, number, EndReason.User));
        return (await reporter.ReportAsync(book, [answer], unlessStalled: true))[0];
    }

    /// <inheritdoc cref="IOrderBookGrain.CloseAll"/>
    public async ValueTask<int> CloseAllAsync(string symbol, long account, long floor)
    {
        if (journal.Refuse(symbol, urgent: true, out var book) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{symbol} can't cancel now: {reason}.");
        }

        var closed = journal.Turn(() =>
        {
            schedule.CatchUp();
            return journal.Record(book, book.Machine.CloseAll(account, floor, journal.CommandNanos), urgent: true);
        });
        await journal.SettleUnlessStalledAsync();
        return closed switch
        {
            AllClosed all => all.Orders.Length,
            BookTurn turn => turn.Steps.Count(step => step is OrderEnded ended && ended.Account == account),
            _ => 0,
        };
    }

    /// <inheritdoc cref="IOrderBookGrain.Resolve"/>
    public async ValueTask ResolveAsync(string symbol, long account, ImmutableArray<long> numbers)
    {
        if (journal.Refuse(symbol, urgent: true, out var book, numbers.Length) != RejectReason.None)
        {
            return;
        }

        journal.Turn(() =>
        {
            foreach (var number in numbers)
            {
                journal.Record(book, book.Machine.Resolve(account, number, journal.CommandNanos), urgent: true);
            }

            return true;
        });
        await journal.SettleAsync();
    }

    /// <summary>
    /// Returns the maximum number of records for cancelling these orders: one for all open ones, one each for those
    /// that never came.
    /// </summary>
    private int RecordsToClose(string symbol, long account, ImmutableArray<long> numbers) =>
        numbers.Length > 1 && books.Find(symbol) is { IsServing: true } book
        ? 1 + numbers.Count(number => !book.Machine.IsKnown(account, number, out _, out _))
        : numbers.Length;

    /// <summary>
    /// Cancels the open ones of several orders together and returns their answers. Does nothing if there is only one
    /// order.
    /// </summary>
    private Dictionary<long, PendingReport> CancelTogether(
        OpenBook book, long account, ImmutableArray<long> numbers, EndReason reason)
    {
        var answers = new Dictionary<long, PendingReport>();
        if (numbers.Length < 2)
        {
            return answers;
        }

        schedule.CatchUp();
        var open = new Dictionary<long, OrderTicket>();
        foreach (var number in numbers)
        {
            if (book.Machine.IsKnown(account, number, out var ticket, out _) && ticket is not null)
            {
                open[number] = ticket;
            }
        }

        if (open.Count < 2)
        {
            return answers;
        }

        var record = book.Machine.CloseTogether(account, [.. open.Keys], reason, journal.CommandNanos);
        journal.Record(book, record, urgent: true);
        var ends = new EndsOfRecord(record);
        foreach (var (number, ticket) in open)
        {
            book.Machine.IsKnown(account, number, out _, out var finished);
            answers[number] = new PendingReport(
                BookReports.Final(BookReports.Open(book.Symbol, ticket, 0, 0), finished, record.TimeNanos)
                    .WithEnd(ends.Of(account, number)));
        }

        return answers;
    }

    private PendingReport Cancel(OpenBook book, long account, long number, EndReason reason)
    {
        schedule.CatchUp();
        book.Machine.IsKnown(account, number, out var open, out _);
        var record = journal.Record(
            book, book.Machine.Close(account, number, reason, journal.CommandNanos), urgent: true);
        book.Machine.IsKnown(account, number, out _, out var finished);

        if (finished.Reason == RejectReason.Voided)
        {
            // It never arrived and never will: it was cancelled before it was there.
            return new PendingReport(BookReports.Voided(book.Symbol, account, number) with
            {
                Reason = RejectReason.None,
                Status = OrderStatus.Cancelled,
                End = reason,
                WasCancelled = record is null,
            });
        }

        // A repeated cancel gets the first one's answer; a filled order gets a rejection.
        var refused = record is null && finished.Status != OrderStatus.Cancelled;
        return open is null || record is null
            ? PendingReport.Closed(book, account, number, finished, refused) with
            {
                WasCancelled = record is null && !refused,
            }
            : new PendingReport(BookReports.Final(BookReports.Open(book.Symbol, open, 0, 0), finished, record.TimeNanos)
                .WithEnd(record));
    }
}
