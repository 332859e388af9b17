using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Cancels and amends single orders.</summary>
public sealed class CancelReplace(
    IGrainFactory grains, ShownSequences shown, AccountQueries accounts, BookCalls books, ILogger<CancelReplace> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>Cancels an order by its public id; the report is its final state.</summary>
    public ValueTask<ExecutionReport> CancelAsync(long account, string symbol, long orderId) =>
        books.AskAsync("CloseById", account, symbol, orderId, book => book.CloseById(symbol, account, orderId));

    /// <summary>
    /// Cancels an order by its client order id. An unknown id is used up: an order under it is rejected from now on.
    /// </summary>
    public async ValueTask<ExecutionReport> CancelByClientOrderIdAsync(long account, string clientOrderId)
    {
        var found = await _calls.AskAsync(
            "FindForCancel", account, () => grains.Account(account).FindForCancel(clientOrderId));
        var reason = found.Failure == RejectReason.None ? found.Value.Reason : found.Failure;
        if (reason != RejectReason.None)
            return BookCalls.Nothing(account, "", 0, new Refusal(reason, "clientOrderId")) with
            {
                ClientOrderId = clientOrderId,
            };

        var (symbol, number) = (found.Value.Symbol, found.Value.Number);
        return await books.AskAsync(
            "Close",
            account,
            symbol,
            0,
            async book => (await book.Close(symbol, account, [number], EndReason.User))[0]);
    }

    /// <summary>
    /// Amends an order. A smaller total keeps its queue position; any other change replaces it in one step, or is
    /// rejected if it must keep its position. 0 keeps a value. The total is that of this order alone.
    /// <paramref name="earlierLots"/> are lots of the client's total that earlier orders have done.
    /// </summary>
    public async ValueTask<ExecutionReport> AmendAsync(
        long account, string symbol, long orderId, string newClientOrderId, long priceTicks, long totalLots,
        long expectedLots = 0, bool keepsPlace = false,
        long triggerTicks = 0, long earlierLots = 0)
    {
        if (await CheckAmendmentAsync(symbol, priceTicks, totalLots, earlierLots) is { } refusal)
            return BookCalls.Nothing(account, symbol, orderId, refusal);

        var seen = new SeenSequence(symbol, shown.Of(account, symbol));
        var request = new AmendRequest(
            symbol, orderId, newClientOrderId, priceTicks, totalLots, seen, expectedLots, keepsPlace, triggerTicks,
            earlierLots);
        var plan = await _calls.AskAsync("Amend", account, () => grains.Account(account).Amend(request));
        if (plan.Failure != RejectReason.None)
            return BookCalls.Nothing(account, symbol, orderId, new Refusal(plan.Failure));

        var (reason, field, limit, number, total, replacement) = plan.Value;
        if (reason == RejectReason.UnknownOrder)
            return await NotAmendedAsync(account, symbol, orderId);
        if (reason != RejectReason.None)
            return BookCalls.Nothing(account, symbol, orderId, new Refusal(reason, field, limit));

        if (replacement is null)
            return await books.AskAsync(
                "Reduce", account, symbol, orderId, book => book.Reduce(symbol, account, number, total, expectedLots));

        var report = BookCalls.OfHeld(await books.AskAsync(
            "Submit", account, symbol, orderId, async book => (await book.Submit(symbol, [replacement]))[0]));
        // An order of a list is not replaced, because the list would lose it.
        return report.Reason == RejectReason.InvalidCombination && report.Field is null
            ? report with
            {
                Field = triggerTicks != 0
                ? "kind,triggerPrice"
                : priceTicks != 0 ? "kind,price" : "kind,quantity"
            }
            : report;
    }

    /// <summary>
    /// Amends the conditions of an order in place. A stop whose new trigger needs more cover is replaced under the new
    /// client order id.
    /// </summary>
    public async ValueTask<ExecutionReport> AmendConditionsAsync(
        long account, string symbol, long orderId, string newClientOrderId, ConditionChanges changes)
    {
        var report = await books.AskAsync(
            "AmendConditions", account, symbol, orderId, book => book.Amend(symbol, account, orderId, changes));
        if (report.Reason is not (RejectReason.WouldGrow or RejectReason.OrderClosed))
            return report;
        if (changes.TriggerTicks is not { } trigger || changes != new ConditionChanges(TriggerTicks: trigger))
        {
            // The book reports what cannot change along with the trigger.
            return report.Reason == RejectReason.WouldGrow
                ? report with
                {
                    Reason = RejectReason.InvalidCombination,
                    Field = report.Field ?? "triggerPrice,goodTill",
                }
                : report;
        }

        // On a retry, the replaced order is closed already; its account knows the first result.
        var replaced = await AmendAsync(account, symbol, orderId, newClientOrderId, 0, 0, triggerTicks: trigger);
        return replaced.Reason == RejectReason.UnknownOrder ? report : replaced;
    }

    /// <summary>
    /// Returns why the account had no such open order. The book knows if it is done, another account's, or unknown.
    /// </summary>
    private async ValueTask<ExecutionReport> NotAmendedAsync(long account, string symbol, long orderId)
    {
        var status = await accounts.StatusAsync(account, symbol, orderId);
        if (status.Reason != RejectReason.None)
            return status;

        var isDone = status.Status is not (OrderStatus.New or OrderStatus.PartiallyFilled);
        return status with { Reason = isDone ? RejectReason.OrderClosed : RejectReason.StaleLeaves };
    }

    private async ValueTask<Refusal?> CheckAmendmentAsync(
        string symbol, long priceTicks, long totalLots, long earlierLots)
    {
        var listed = await books.FindAsync(0, symbol);
        if (listed.Failure != RejectReason.None)
            return new Refusal(RejectReason.Overloaded);
        if (listed.Value is not { } instrument)
            return new Refusal(RejectReason.UnknownSymbol, "symbol");

        return (totalLots == 0 ? null : OrderChecks.Quantity(instrument, totalLots + earlierLots))
            ?? (priceTicks == 0 ? null : OrderChecks.Price(instrument, priceTicks));
    }
}
