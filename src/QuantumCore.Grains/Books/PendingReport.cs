using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Books;

/// <summary>
/// A report, or where to read it: the record at FirstSequence, with the end in Finished.
/// </summary>
internal readonly record struct PendingReport(
    ExecutionReport? Report,
    long FirstSequence = 0,
    FinishedOrder? Finished = null,
    bool IsRefused = false,
    long Account = 0,
    long Number = 0,
    bool WasCancelled = false)
{
    /// <summary>Answers with an order that is open now.</summary>
    public static PendingReport Open(OpenBook book, OrderTicket ticket) => new(BookReports.Open(book.Machine, ticket));

    /// <summary>Answers with a done order; or that it was voided, if it never entered.</summary>
    public static PendingReport Closed(
        OpenBook book, long account, long number, in FinishedOrder finished, bool refused) =>
        finished.Sequence == 0
            ? new PendingReport(BookReports.Voided(book.Symbol, account, number))
            : new PendingReport(null, finished.Sequence, finished, refused, account, number);
}
