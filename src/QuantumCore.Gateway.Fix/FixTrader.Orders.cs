using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

// New orders.
internal sealed partial class FixTrader
{
    /// <summary>Enters an order in its turn; the records report its result.</summary>
    /// <param name="message">The order.</param>
    /// <param name="before">Task that must finish first.</param>
    private async Task Enter(FixMessage message, Task before)
    {
        using var span = RequestTrace.OfMessage("FIX", "D");
        try
        {
            if (!holder.MayTrade)
                _session.RejectBusiness(message, 6, message[FixTag.ClOrdID], MayNotTrade);
            else if (!services.Quotas.TakeAddress(holder.Address, Lane.Orders)
                || !services.Keys.MayAsk(holder.Account, Lane.Orders))
                Refuse(message, new Refusal(RejectReason.TooManyRequests));
            else if (FixOrderReading.Read(message, holder.Account, out var order) is { } fault)
                Reject(message, fault);
            else if (message.Has(FixTag.Currency) && await services.Listings.Find(order.Symbol!) is { } instrument
                && FixOrderReading.WrongCurrency(message, instrument) is { } foreign)
                Reject(message, foreign);
            else
                await Enter(message, order, before);
        }
        catch (Exception error)
        {
            Fail(message, error);
        }
        finally
        {
            _room.Leave();
        }
    }

    /// <summary>
    /// Enters an order. A used name is rejected; but an order marked as a copy gets the state of the first one.
    /// </summary>
    private async ValueTask Enter(FixMessage message, OrderText order, Task before)
    {
        var isCopy = IsCopy(message);
        var told = isCopy ? _reporter.Places() : [];
        var isRouted = _reporter.TryRoute(order.ClientOrderId!, FixRoute.BackOf(message));
        _reporter.Answers(order.ClientOrderId!);
        var answers = await _orders.Enter([order], weight: 1, isCopy ? Names.AreOfCopies : Names.AreNew, before);
        var (report, detail) = answers.Reports.FirstOrDefault();
        _reporter.Answered(
            order.ClientOrderId!,
            isOnRecord: report is { Number: not 0, Reason: not (RejectReason.None or RejectReason.OutcomeUnknown) });
        if ((answers.Refusal ?? (report.Reason == RejectReason.None
            ? null
            : new Refusal(report.Reason, report.Field, report.Limit, detail))) is { } refusal)
        {
            if (isRouted)
                _reporter.Unroute(order.ClientOrderId!);
            Refuse(message, refusal);
        }

        // The records report an order that is new, or that enters the book only now because the exchange was killed
        // before.
        else if (answers.WasThere && report.Sequence <= told.GetValueOrDefault(report.Symbol))
            await TellStatus(message, await Recorded(report.Symbol, report.Number));
    }
}
