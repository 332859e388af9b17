using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>Reports orders once what is told is durable. Ended orders are read from the journal.</summary>
internal sealed class OrderReporter(BookJournal journal, IJournalStore store)
{
    /// <summary>Waits until answers are durable, publishes, and returns their reports.</summary>
    public ValueTask<ImmutableArray<ExecutionReport>> ReportAsync(
        OpenBook book, PendingReport[] answers, bool unlessStalled = false) =>
        journal.SettleAsync(
            static of => of.Reporter.DurableReportsAsync(of.Book, of.Answers),
            (Reporter: this, Book: book, Answers: answers),
            unlessStalled);

    private ValueTask<ImmutableArray<ExecutionReport>> DurableReportsAsync(OpenBook book, PendingReport[] answers)
    {
        var reports = ImmutableArray.CreateBuilder<ExecutionReport>(answers.Length);
        foreach (var answer in answers)
        {
            if (answer.Report is not { } report)
            {
                // A separate method, so that immediate answers do not pay for its memory.
                return ReadAllAsync(book, answers);
            }

            reports.Add(WithBand(book.Machine, report));
        }

        return ValueTask.FromResult(reports.MoveToImmutable());
    }

    private async ValueTask<ImmutableArray<ExecutionReport>> ReadAllAsync(OpenBook book, PendingReport[] answers)
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
                Limit = $"{book.Instrument!.FormatPrice(band.LowestTicks)} to "
                    + book.Instrument!.FormatPrice(band.HighestTicks),
            }
            : report;

    /// <summary>
    /// Returns the record that ended a done order. It is read once for consecutive answers with the same record.
    /// </summary>
    public async ValueTask<EndsOfRecord?> EndsAsync(OpenBook book, PendingReport answer, EndsOfRecord? before) =>
        answer.Finished is not { ClosedSequence: var closed } || before?.Sequence == closed
            ? before
            : new EndsOfRecord(await BookRecovery.ReadAsync(store, book.Stream.Name, closed), closed);

    /// <summary>Reads the report of an answer from the journal.</summary>
    /// <param name="book">The book.</param>
    /// <param name="answer">The answer to read.</param>
    /// <param name="ends">The record that ended the order, if it is done.</param>
    public async Task<ExecutionReport> ReadAsync(OpenBook book, PendingReport answer, EndsOfRecord? ends)
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
