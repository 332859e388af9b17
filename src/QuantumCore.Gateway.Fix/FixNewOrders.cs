using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Enters new orders of a session. <see cref="FixReporter"/> reports the results.</summary>
internal sealed class FixNewOrders(
    FixServices services, FixHolder holder, RequestRoom room, OrderQueue queue, FixOrderNames names,
    FixReporter reporter, FixResponder responder, FixOrderLookup lookup, FixStatuses statuses)
{
    /// <summary>Enters an order in its turn; the records report its result.</summary>
    /// <param name="message">The order.</param>
    /// <param name="before">Task that must finish first.</param>
    public async Task EnterAsync(FixMessage message, Task before)
    {
        using var span = RequestTrace.OfMessage("FIX", "D");
        try
        {
            if (!holder.MayTrade)
                responder.RefuseTrading(message);
            else if (!services.Quotas.TakeAddress(holder.Address, Lane.Orders)
                || !services.Keys.MayAsk(holder.Account, Lane.Orders))
                responder.Refuse(message, new Refusal(RejectReason.TooManyRequests));
            else if (FixOrderReading.Read(message, holder.Account, out var order) is { } fault)
                responder.Reject(message, fault);
            else if (message.Has(FixTag.Currency) && await services.Listings.FindAsync(order.Symbol!) is { } instrument
                && FixOrderReading.WrongCurrency(message, instrument) is { } foreign)
                responder.Reject(message, foreign);
            else
                await EnterAsync(message, order, before);
        }
        catch (Exception error)
        {
            responder.Fail(message, error);
        }
        finally
        {
            room.Leave();
        }
    }

    /// <summary>
    /// Enters an order. A used name is rejected; but an order marked as a copy gets the state of the first one.
    /// </summary>
    private async ValueTask EnterAsync(FixMessage message, OrderText order, Task before)
    {
        var isCopy = FixRequest.IsCopy(message);
        var told = isCopy ? reporter.Places() : [];
        var isRouted = names.TryRoute(order.ClientOrderId!, FixRoute.BackOf(message));
        reporter.Answers(order.ClientOrderId!);
        var answers = await queue.EnterAsync([order], weight: 1, isCopy ? Names.AreOfCopies : Names.AreNew, before);
        var (report, detail) = answers.Reports.FirstOrDefault();
        reporter.Answered(
            order.ClientOrderId!,
            isOnRecord: report is { Number: not 0, Reason: not (RejectReason.None or RejectReason.OutcomeUnknown) });
        if ((answers.Refusal ?? (report.Reason == RejectReason.None
            ? null
            : new Refusal(report.Reason, report.Field, report.Limit, detail))) is { } refusal)
        {
            if (isRouted)
                names.Unroute(order.ClientOrderId!);
            responder.Refuse(message, refusal);
        }

        // The records report an order that is new, or that enters the book only now because the exchange was killed
        // before.
        else if (answers.WasThere && report.Sequence <= told.GetValueOrDefault(report.Symbol))
            await statuses.TellStatusAsync(message, await lookup.RecordedAsync(report.Symbol, report.Number));
    }
}
