using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Orders over several books of the group.</summary>
public sealed partial class OrderBookGrain
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ExecutionReport>> SubmitStrategy(ImmutableArray<SubmitOrder> legs)
    {
        var symbols = SymbolsOf(legs);
        var books = new OpenBook[symbols.Length];
        var refusal = books.Length == 0 || _strategies is null ? RejectReason.BadRequest : RejectReason.None;
        int? at = null;
        for (var i = 0; i < books.Length && refusal == RejectReason.None; i++)
        {
            refusal = Refuse(symbols[i], urgent: false, out books[i], legs.Length);
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

        var answers = Turn(() => EnterStrategy(legs, books));
        await SettleAsync();
        var reports = ImmutableArray.CreateBuilder<ExecutionReport>(legs.Length);
        for (var i = 0; i < legs.Length; i++)
        {
            reports.Add(answers[i].Report
                ?? await ReadAsync(books[i], answers[i], await EndsAsync(books[i], answers[i], before: null)));
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
    private Answer[] EnterStrategy(ImmutableArray<SubmitOrder> legs, OpenBook[] books)
    {
        CatchUp();
        var known = false;
        for (var i = 0; i < legs.Length; i++)
        {
            known |= books[i].Machine.IsKnown(legs[i].Account, legs[i].Number, out _, out _);
        }

        if (!known)
        {
            var at = _strategies!.Enter(legs, Array.ConvertAll(books, book => book.Machine), _now);
            var records = AppendGathered(urgent: false);
            return [.. legs.Select((leg, i) => FirstIn(records, books[i], leg)).Select(answer => answer with
            {
                // No record contains the rejected leg, so a retry gets only the reason.
                Report = answer.Report! with { Field = answer.Report.Field ?? FieldOf(at) },
            })];
        }

        var answers = new Answer[legs.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            // A leg that was cancelled before the order came voids the others too.
            Record(books[i], books[i].Machine.Resolve(legs[i].Account, legs[i].Number, _now), urgent: true);
            answers[i] = Enter(books[i], legs[i]);
        }

        return answers;
    }

    /// <summary>
    /// Enters an order that multi-leg orders offer a better price than its own book; returns null if they do not.
    /// </summary>
    private Answer? EnterAmongStrategies(OpenBook book, SubmitOrder order) =>
        _strategies?.TryEnter(book.Machine, order, _now) == true
            ? FirstIn(AppendGathered(urgent: false), book, order)
            : null;

    /// <summary>
    /// Returns the first report of an order from the record that entered it, which holds everything its command caused.
    /// </summary>
    private static Answer FirstIn(
        (OpenBook Book, BookRecord Record, long Sequence)[] records, OpenBook book, SubmitOrder order)
    {
        var (_, record, sequence) = Array.Find(records, one => one.Book == book);
        return new Answer(BookReports.First(book.Symbol, sequence, record, order.Account, order.Number));
    }
}
