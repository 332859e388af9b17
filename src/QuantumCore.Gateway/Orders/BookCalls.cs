using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Calls the books of an account's orders, and makes a report of every outcome.</summary>
public sealed class BookCalls(
    IGrainFactory grains, Listings listings, ShownSequences shown, ILogger<BookCalls> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>Returns the instrument of a symbol; null if it is not listed.</summary>
    public ValueTask<GrainAnswer<Instrument?>> FindAsync(long account, string symbol) =>
        listings.TryFind(symbol) is { } known
            ? ValueTask.FromResult(new GrainAnswer<Instrument?>(RejectReason.None, known, IsFirst: true))
            : FindAnewAsync(account, symbol);

    /// <summary>Calls the book of one order.</summary>
    public async ValueTask<ExecutionReport> AskAsync(
        string call, long account, string symbol, long orderId, Func<IOrderBookGrain, ValueTask<ExecutionReport>> ask)
    {
        var listed = await FindAsync(account, symbol);
        if (listed.Failure != RejectReason.None)
            return Nothing(account, symbol, orderId, new Refusal(RejectReason.Overloaded));
        if (listed.Value is not { } instrument)
            return Nothing(account, symbol, orderId, new Refusal(RejectReason.UnknownSymbol, "symbol"));

        var answer = await _calls.AskAsync(call, account, () => ask(grains.Book(instrument.BookKey)));
        if (answer.Failure != RejectReason.None)
            return Nothing(account, symbol, orderId, new Refusal(answer.Failure));

        Note(answer.Value);

        // After a failed call, an earlier cancel may be that call's.
        return answer.IsFirst ? answer.Value : answer.Value with { WasCancelled = false };
    }

    /// <summary>Records a report as shown to its account.</summary>
    public void Note(ExecutionReport report)
    {
        shown.Note(report.Account, report.Symbol, report.Sequence);
        if (report.Reason != RejectReason.None)
            Log.OrderRefused(log, report.Account, report.Reason);
    }

    /// <summary>
    /// Translates a book's report for an order that the account holds. An overloaded book did nothing, but cover is
    /// held and the client order id is used. So the outcome is unknown rather than "nothing was done".
    /// </summary>
    public static ExecutionReport OfHeld(ExecutionReport report) =>
        report.Reason == RejectReason.Overloaded ? report with { Reason = RejectReason.OutcomeUnknown } : report;

    /// <summary>Makes the rejection of an order of which nothing else is known.</summary>
    public static ExecutionReport Nothing(long account, string symbol, long orderId, Refusal refusal) =>
        ExecutionReport.Refused(
            new HoldRequest("", symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 0, 0),
            account,
            refusal.Reason,
            refusal.Field,
            refusal.Limit) with
        { OrderId = orderId };

    private ValueTask<GrainAnswer<Instrument?>> FindAnewAsync(long account, string symbol) =>
        _calls.AskAsync("Instruments", account, () => listings.FindAsync(symbol));
}
