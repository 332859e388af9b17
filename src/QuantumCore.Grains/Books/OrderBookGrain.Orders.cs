using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>Entry, reduction and cancellation of orders, and their reports.</summary>
public sealed partial class OrderBookGrain
{
    /// <inheritdoc/>
    public ValueTask<ImmutableArray<ExecutionReport>> Submit(string symbol, ImmutableArray<SubmitOrder> orders)
    {
        var refusal = Refuse(symbol, urgent: false, out var book, orders.Length);
        return refusal == RejectReason.None
            ? AnswerAsync(
                book,
                Turn(static of => of.Grain.EnterAll(of.Book, of.Orders), (Grain: this, Book: book, Orders: orders)))
            : ValueTask.FromResult(RefuseAll(symbol, orders, refusal));
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ExecutionReport>> SubmitAfter(
        string symbol, ImmutableArray<SubmitOrder> orders, RecordLocation hold)
    {
        var held = Journal.Appended(hold);
        if (IsGroup)
        {
            // A multi-leg order acts in several books, each with its own record.
            await held.WhenDurable();
            return await Submit(symbol, orders);
        }

        var refusal = Refuse(symbol, urgent: false, out var book, orders.Length);
        var reports = refusal == RejectReason.None
            ? await AnswerAsync(
                book,
                Turn(
                    static of => of.Grain.EnterAll(of.Book, of.Orders, of.Held),
                    (Grain: this, Book: book, Orders: orders, Held: held)))
            : RefuseAll(symbol, orders, refusal);
        // Answers without a record of their own rest on the holds too.
        await held.WhenDurable();
        return reports;
    }

    private Answer[] EnterAll(OpenBook book, ImmutableArray<SubmitOrder> orders, AppendedRecord held)
    {
        _held = held;
        var answers = EnterAll(book, orders);
        _held = null;
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

    private Answer[] EnterAll(OpenBook book, ImmutableArray<SubmitOrder> orders)
    {
        var answers = new Answer[orders.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = Enter(book, orders[i]);
        }

        return answers;
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ExecutionReport>> Close(
        string symbol, long account, ImmutableArray<long> numbers, EndReason reason)
    {
        var refusal = Refuse(symbol, urgent: true, out var book, RecordsToClose(symbol, account, numbers));
        if (refusal != RejectReason.None)
        {
            return [
                .. numbers.Select(number => BookReports.Refused(symbol, account, refusal) with { Number = number })];
        }

        var answers = new Answer[numbers.Length];
        Turn(() =>
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
        return await AnswerAsync(book, answers, unlessStalled: true);
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> CloseById(string symbol, long account, long orderId)
    {
        var refusal = Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(symbol, account, refusal);
        }

        var answer = Turn(() => OwnOrder(book, account, orderId, out var number)
            ?? Cancel(book, account, number, EndReason.User));
        return (await AnswerAsync(book, [answer], unlessStalled: true))[0];
    }

    /// <inheritdoc/>
    public async ValueTask<int> CloseAll(string symbol, long account, long floor)
    {
        if (Refuse(symbol, urgent: true, out var book) is var reason and not RejectReason.None)
        {
            throw new InvalidOperationException($"{symbol} can't cancel now: {reason}.");
        }

        var closed = Turn(() =>
        {
            CatchUp();
            return Record(book, book.Machine.CloseAll(account, floor, _now), urgent: true);
        });
        await Journal.UnlessStalledAsync(SettleAsync().AsTask());
        return closed switch
        {
            AllClosed all => all.Orders.Length,
            BookTurn turn => turn.Steps.Count(step => step is OrderEnded ended && ended.Account == account),
            _ => 0,
        };
    }

    /// <inheritdoc/>
    public async ValueTask Resolve(string symbol, long account, ImmutableArray<long> numbers)
    {
        if (Refuse(symbol, urgent: true, out var book, numbers.Length) != RejectReason.None)
        {
            return;
        }

        Turn(() =>
        {
            foreach (var number in numbers)
            {
                Record(book, book.Machine.Resolve(account, number, _now), urgent: true);
            }

            return true;
        });
        await SettleAsync();
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> Reduce(
        string symbol, long account, long number, long totalLots, long expectedLots)
    {
        var refusal = Refuse(symbol, urgent: true, out var book);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(symbol, account, refusal);
        }

        var answer = Turn(() =>
        {
            if (!book.Machine.IsKnown(account, number, out var ticket, out var finished))
            {
                Record(book, book.Machine.Witness(account, orderId: 0, _now), urgent: true);
                return new Answer(BookReports.Refused(book.Symbol, account, RejectReason.UnknownOrder));
            }

            return ticket is null
                ? Closed(book, account, number, finished, refused: true)
                : Shrink(book, ticket, totalLots, expectedLots);
        });
        return (await AnswerAsync(book, [answer]))[0];
    }

    // A report, or where to read it: the record at FirstSequence, with the end in Finished.
    private readonly record struct Answer(
        ExecutionReport? Report,
        long FirstSequence = 0,
        FinishedOrder? Finished = null,
        bool IsRefused = false,
        long Account = 0,
        long Number = 0,
        bool WasCancelled = false);

    private Answer Enter(OpenBook book, SubmitOrder order)
    {
        if (book.Machine.Instrument is null)
        {
            return new Answer(BookReports.Refused(book.Symbol, order.Account, RejectReason.UnknownSymbol));
        }

        if (book.Machine.IsKnown(order.Account, order.Number, out var open, out var finished))
        {
            var first = open?.Sequence ?? finished.Sequence;
            return first == 0
                ? new Answer(BookReports.Voided(book.Symbol, order.Account, order.Number))
                : new Answer(null, first, Account: order.Account, Number: order.Number);
        }

        CatchUp();
        if (EnterAmongStrategies(book, order) is { } answer)
        {
            return answer;
        }

        // A leg by itself would never trade, and would be incomplete when the group is restored.
        var record = order.Type == OrderType.Leg
            ? book.Machine.Decline(order, RejectReason.BadRequest, _now)
            : book.Machine.Submit(order, _now);
        // Read the sequence now, because multi-leg orders may add another record.
        var sequence = book.Machine.Sequence;
        Record(book, record, urgent: false);
        return new Answer(BookReports.First(book.Symbol, sequence, record));
    }

    /// <summary>
    /// Returns the maximum number of records for cancelling these orders: one for all open ones, one each for those
    /// that never came.
    /// </summary>
    private int RecordsToClose(string symbol, long account, ImmutableArray<long> numbers) =>
        numbers.Length > 1 && Find(symbol) is { IsServing: true } book
        ? 1 + numbers.Count(number => !book.Machine.IsKnown(account, number, out _, out _))
        : numbers.Length;

    /// <summary>
    /// Cancels the open ones of several orders together and returns their answers. Does nothing if there is only one
    /// order.
    /// </summary>
    private Dictionary<long, Answer> CancelTogether(
        OpenBook book, long account, ImmutableArray<long> numbers, EndReason reason)
    {
        var answers = new Dictionary<long, Answer>();
        if (numbers.Length < 2)
        {
            return answers;
        }

        CatchUp();
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

        var record = book.Machine.CloseTogether(account, [.. open.Keys], reason, _now);
        Record(book, record, urgent: true);
        var ends = new EndsOfRecord(record);
        foreach (var (number, ticket) in open)
        {
            book.Machine.IsKnown(account, number, out _, out var finished);
            answers[number] = new Answer(
                BookReports.Final(BookReports.Open(book.Symbol, ticket, 0, 0), finished, record.TimeNanos)
                    .WithEnd(ends.Of(account, number)));
        }

        return answers;
    }

    private Answer Cancel(OpenBook book, long account, long number, EndReason reason)
    {
        CatchUp();
        book.Machine.IsKnown(account, number, out var open, out _);
        var record = Record(book, book.Machine.Close(account, number, reason, _now), urgent: true);
        book.Machine.IsKnown(account, number, out _, out var finished);

        if (finished.Reason == RejectReason.Voided)
        {
            // It never arrived and never will: it was cancelled before it was there.
            return new Answer(BookReports.Voided(book.Symbol, account, number) with
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
            ? Closed(book, account, number, finished, refused) with { WasCancelled = record is null && !refused }
            : new Answer(BookReports.Final(BookReports.Open(book.Symbol, open, 0, 0), finished, record.TimeNanos)
                .WithEnd(record));
    }

    private Answer Shrink(OpenBook book, OrderTicket ticket, long totalLots, long expectedLots)
    {
        CatchUp();
        if (!book.Machine.IsKnown(ticket.Order.Account, ticket.Order.Number, out var still, out var expired)
            || still is null)
        {
            return Closed(book, ticket.Order.Account, ticket.Order.Number, expired, refused: true);
        }

        // A retry finds what the first request did.
        if (expectedLots != 0 && ticket.LeavesLots != expectedLots && ticket.TotalLots != totalLots)
        {
            return new Answer(
                BookReports.Refused(book.Symbol, ticket.Order.Account, RejectReason.StaleLeaves) with
                {
                    Field = "expectedRemaining",
                });
        }

        var reason = book.Machine.Reduce(ticket, totalLots, _now, out var record);
        Record(book, record, urgent: true);
        if (reason != RejectReason.None)
        {
            return new Answer(BookReports.Refused(book.Symbol, ticket.Order.Account, reason) with
            {
                Field = reason is RejectReason.InvalidQuantity or RejectReason.WouldGrow ? "quantity" : null,
                Limit = reason == RejectReason.InvalidQuantity && ticket.List?.LeastOf(ticket) is > 0 and var least
                    ? book.Machine.Instrument!.FormatQuantity(least)
                    : null,
            });
        }

        book.Machine.IsKnown(ticket.Order.Account, ticket.Order.Number, out var open, out var finished);
        return open is null
            ? new Answer(BookReports.Final(BookReports.Open(book.Symbol, ticket, 0, 0), finished, record!.TimeNanos)
                .WithEnd(record))
            : OpenNow(book, ticket);
    }

    private Answer? OwnOrder(OpenBook book, long account, long orderId, out long number)
    {
        (var owner, number) = book.Machine.OwnerOf(orderId);
        if (owner == 0)
        {
            // Only an activation that can still append may say that there is no such order.
            Record(book, book.Machine.Witness(account, orderId, _now), urgent: true);
            return new Answer(BookReports.Refused(book.Symbol, account, RejectReason.UnknownOrder));
        }

        return owner == account ? null : new Answer(BookReports.Refused(book.Symbol, account, RejectReason.NotOwner));
    }

    private static Answer OpenNow(OpenBook book, OrderTicket ticket) =>
        new(BookReports.Open(book.Machine, ticket));

    private static Answer Closed(OpenBook book, long account, long number, in FinishedOrder finished, bool refused) =>
        finished.Sequence == 0
            ? new Answer(BookReports.Voided(book.Symbol, account, number))
            : new Answer(null, finished.Sequence, finished, refused, account, number);

    private async ValueTask<ImmutableArray<ExecutionReport>> AnswerAsync(
        OpenBook book, Answer[] answers, bool unlessStalled = false)
    {
        // The same as SettleAsync, without its own async state machine: every order passes here.
        await (unlessStalled ? Journal.UnlessStalledAsync(WhenDurable()) : WhenDurable());
        LetGo();
        var reports = ImmutableArray.CreateBuilder<ExecutionReport>(answers.Length);
        foreach (var answer in answers)
        {
            if (answer.Report is not { } report)
            {
                // A separate method, so that immediate answers do not pay for its memory.
                return await ReadAllAsync(book, answers);
            }

            reports.Add(WithBand(book.Machine, report));
        }

        return reports.MoveToImmutable();
    }

    private async ValueTask<ImmutableArray<ExecutionReport>> ReadAllAsync(OpenBook book, Answer[] answers)
    {
        var reports = ImmutableArray.CreateBuilder<ExecutionReport>(answers.Length);
        EndsOfRecord? ends = null;
        foreach (var answer in answers)
        {
            ends = await EndsAsync(book, answer, ends);
            reports.Add(WithBand(book.Machine, answer.Report ?? await ReadAsync(book, answer, ends)));
        }

        return reports.MoveToImmutable();
    }

    /// <summary>Adds the current static band to a rejected price; no record keeps the band of that time.</summary>
    private static ExecutionReport WithBand(BookMachine book, ExecutionReport report) =>
        report.Reason == RejectReason.PriceBand && book.Core.StaticBand is { } band
            ? report with
            {
                Limit =
                    $"{book.Instrument!.FormatPrice(band.LowestTicks)} to {book.Instrument!.FormatPrice(band.HighestTicks)}",
            }
            : report;

    /// <summary>
    /// Returns the record that ended a done order. It is read once for consecutive answers with the same record.
    /// </summary>
    private async ValueTask<EndsOfRecord?> EndsAsync(OpenBook book, Answer answer, EndsOfRecord? before) =>
        answer.Finished is not { ClosedSequence: var closed } || before?.Sequence == closed
            ? before
            : new EndsOfRecord(await BookRecovery.ReadAsync(store, book.Stream.Name, closed), closed);

    /// <param name="book">The book.</param>
    /// <param name="answer">The answer to read.</param>
    /// <param name="ends">The record that ended the order, if it is done.</param>
    private async Task<ExecutionReport> ReadAsync(OpenBook book, Answer answer, EndsOfRecord? ends)
    {
        var record = answer.Finished?.ClosedSequence == answer.FirstSequence
            ? ends!.Record
            : await BookRecovery.ReadAsync(store, book.Stream.Name, answer.FirstSequence);
        var first = BookReports.First(book.Symbol, answer.FirstSequence, record, answer.Account, answer.Number);
        if (answer.Finished is not { } finished)
        {
            return first;
        }

        var final =
            BookReports.Final(first, finished, ends!.Record.TimeNanos).WithEnd(ends.Of(answer.Account, answer.Number));
        return answer.IsRefused
            ? final with { Reason = RejectReason.OrderClosed }
            : final with { WasCancelled = answer.WasCancelled };
    }
}
