using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Answers order status requests of a session.</summary>
internal sealed class FixStatuses(
    FixServices services, FixHolder holder, FixOrderNames names, FixResponder responder, FixOrderLookup lookup)
{
    /// <summary>Answers a request for the status of an order.</summary>
    public async ValueTask StatusAsync(FixMessage message)
    {
        var orderId = FixRequest.OrderIdOf(message);
        var fault = orderId is null ? FixRequest.Required(message, FixTag.ClOrdID)
            : message.Has(FixTag.Symbol) ? null
            : new FixFault(FixTag.Symbol, FixReject.RequiredTagMissing, "It is required with OrderID (37).");
        if (fault is { } wrong)
        {
            responder.Reject(message, wrong);
            return;
        }

        var named = orderId is { } id
            ? new FixNamedOrder(null, message[FixTag.Symbol], id, "")
            : new FixNamedOrder(names.NameOf(message[FixTag.ClOrdID]!), null, 0, "");
        await TellStatusAsync(message, await lookup.FindRecordedAsync(named));
    }

    /// <summary>Answers a request for the status of all orders, or all of a symbol or side.</summary>
    public async ValueTask StatusOfManyAsync(FixMessage message)
    {
        var kind = message[FixTag.MassStatusReqType];
        var symbol = message[FixTag.Symbol];
        var fault = FixRequest.Required(message, FixTag.MassStatusReqID)
            ?? FixRequest.Required(message, FixTag.MassStatusReqType)
            ?? FixRequest.WrongKind(message, FixTag.MassStatusReqType, kind) ?? FixRequest.WrongSide(message);
        if (fault is { } wrong)
        {
            responder.Reject(message, wrong);
            return;
        }

        var side = FixRequest.SideOf(message);
        var listed = await services.Listings.BySymbolAsync();
        var open =
            (await services.Accounts.OrdersAsync(
                new OrderQuery(
                    holder.Account, kind == "1" ? symbol : null, IsOpen: true, Limit: int.MaxValue, HasChain: true)))
            .Where(order => listed.ContainsKey(order.Symbol) && (side is null || order.Side == side)).ToArray();
        if (open.Length == 0)
            responder.Send("8", message, to => WriteNone(to, message));
        for (var i = 0; i < open.Length; i++)
        {
            var (order, isLast) = (open[i], i == open.Length - 1);
            responder.Send("8", message, to =>
            {
                FixReports.WriteStatus(to, holder.Account, listed[order.Symbol], order, names.Shown(order));
                to.Add(FixTag.MassStatusReqID, message[FixTag.MassStatusReqID]!);
                to.Add(FixTag.TotNumReports, open.Length);
                to.Add(FixTag.LastRptRequested, isLast ? 'Y' : 'N');
            });
        }
    }

    /// <summary>Reports the status of an order from the history.</summary>
    public async ValueTask TellStatusAsync(FixMessage message, PastOrder? recorded)
    {
        if (recorded is { } order && await services.Listings.FindAsync(order.Symbol) is { } instrument)
        {
            var pegged = await PeggedTicksAsync(order);
            responder.Send("8", message, to => WriteStatus(to, message, instrument, order, pegged));
        }
        else
        {
            responder.Refuse(message, new Refusal(RejectReason.UnknownOrder));
        }
    }

    /// <summary>
    /// Returns the current price of a peg, or trigger of a trailing stop, from the book, because the history lacks it.
    /// 0 if there is none yet, or if the book cannot answer.
    /// </summary>
    private async ValueTask<long> PeggedTicksAsync(PastOrder order)
    {
        var isTrailing = OrderCombinations.IsTrailing(order.Type);
        if (order.Status is not (OrderStatus.New or OrderStatus.PartiallyFilled)
            || (order.Type != OrderType.Pegged && !isTrailing))
            return 0;

        var now = await services.Accounts.StatusAsync(holder.Account, order.Symbol, order.OrderId);
        return isTrailing ? now.TriggerTicks : now.PeggedTicks;
    }

    private void WriteStatus(FixWriter to, FixMessage message, Instrument instrument, PastOrder order, long peggedTicks)
    {
        FixReports.WriteStatus(
            to, holder.Account, instrument, order, message[FixTag.ClOrdID] ?? names.Shown(order));
        if (peggedTicks > 0)
            to.Add(FixTag.PeggedPrice, instrument.FormatPrice(peggedTicks));
        if (message[FixTag.OrdStatusReqID] is { } id)
            to.Add(FixTag.OrdStatusReqID, id);
    }

    /// <summary>Writes a report without an order: nothing is open.</summary>
    private static void WriteNone(FixWriter to, FixMessage message)
    {
        FixReports.WriteNoOrder(to, message, "0", 'I', RejectReason.UnknownOrder, "No order is open.");
        to.Add(FixTag.MassStatusReqID, message[FixTag.MassStatusReqID]!);
        to.Add(FixTag.TotNumReports, 0);
        to.Add(FixTag.LastRptRequested, 'Y');
    }
}
