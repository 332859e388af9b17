using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Enters multi-leg orders, whose legs are in several books of the group.</summary>
internal sealed class StrategyEntries(
    BookJournal journal, BookSchedule schedule, OrderReporter reporter, OrderEntries entries)
{
    /// <inheritdoc cref="IOrderBookGrain.SubmitStrategy"/>
    public async ValueTask<ImmutableArray<ExecutionReport>> SubmitStrategyAsync(ImmutableArray<SubmitOrder> legs)
    {
        var symbols = SymbolsOf(legs);
        var books = new OpenBook[symbols.Length];
        var refusal = books.Length == 0 || journal.Strategies is null ? RejectReason.BadRequest : RejectReason.None;
        int? at = null;
        for (var i = 0; i < books.Length && refusal == RejectReason.None; i++)
        {
            refusal = journal.Refuse(symbols[i], urgent: false, out books[i], legs.Length);
            if (refusal == RejectReason.None && !books[i].IsServing)
            {
                refusal = RejectReason.UnknownSymbol;
            }

            // All other reasons concern all books of the group.
            at = refusal is RejectReason.UnknownSymbol or RejectReason.SymbolUnavailable ? i : null;
        }

        if (refusal != RejectReason.None)
        {
            return [
                .. legs.Select(
                    (leg, i) => BookReports.Refused(symbols.ElementAtOrDefault(i) ?? "", leg.Account, refusal) with
                    {
                        Number = leg.Number,
                        ClientOrderId = leg.ClientOrderId,
                        Field = FieldOf(at),
                    })];
        }

        var answers = journal.Turn(() => EnterStrategy(legs, books));
        await journal.SettleAsync();
        var reports = ImmutableArray.CreateBuilder<ExecutionReport>(legs.Length);
        for (var i = 0; i < legs.Length; i++)
        {
            reports.Add(answers[i].Report ?? await reporter.ReadAsync(
                books[i], answers[i], await reporter.EndsAsync(books[i], answers[i], before: null)));
        }

        return reports.MoveToImmutable();
    }

    /// <summary>
    /// Returns the field of the leg for which a multi-leg order is rejected; null if it is not for a single leg.
    /// </summary>
    private static string? FieldOf(int? at) => at is { } leg ? OrderListKind.Strategy.MemberAt(leg) : null;

    /// <summary>Returns the symbol of each leg from its terms; empty if they are not legs.</summary>
    private static string[] SymbolsOf(ImmutableArray<SubmitOrder> legs)
    {
        var terms = Array.ConvertAll([.. legs], leg => leg.Conditions.Decode()?.Strategy);
        return Array.TrueForAll(terms, strategy => strategy is not null && strategy.Leg < strategy.Legs.Length)
            ? Array.ConvertAll(terms, strategy => strategy!.Legs[strategy.Leg].Symbol)
            : [];
    }

    /// <summary>
    /// Enters a multi-leg order whose legs are all new; returns a known one's first reports again; voids a broken one.
    /// </summary>
    private PendingReport[] EnterStrategy(ImmutableArray<SubmitOrder> legs, OpenBook[] books)
    {
        schedule.CatchUp();
        var known = false;
        for (var i = 0; i < legs.Length; i++)
        {
            known |= books[i].Machine.IsKnown(legs[i].Account, legs[i].Number, out _, out _);
        }

        if (!known)
        {
            var at = journal.Strategies!.Enter(
                legs, Array.ConvertAll(books, book => book.Machine), journal.CommandNanos);
            var records = journal.AppendGathered(urgent: false);
            var first = legs.Select((leg, i) => OrderEntries.FirstIn(records, books[i], leg));
            return [.. first.Select(answer => answer with
            {
                // No record contains the rejected leg, so a retry gets only the reason.
                Report = answer.Report! with { Field = answer.Report.Field ?? FieldOf(at) },
            })];
        }

        var answers = new PendingReport[legs.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            // A leg that was cancelled before the order came voids the others too.
            var resolved = books[i].Machine.Resolve(legs[i].Account, legs[i].Number, journal.CommandNanos);
            journal.Record(books[i], resolved, urgent: true);
            answers[i] = entries.Enter(books[i], legs[i]);
        }

        return answers;
    }
}
