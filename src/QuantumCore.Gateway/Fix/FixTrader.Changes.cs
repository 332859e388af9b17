using QuantumCore.Contracts;
using QuantumCore.Gateway.Following;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

// What becomes of orders that are there: cancels, replacements, mass cancels.
internal sealed partial class FixTrader
{
    private async ValueTask Cancel(FixMessage message)
    {
        if (Named(message) is not { } named)
            return;

        var request = message[FixTag.ClOrdID]!;
        _reporter.Ask(named.Key, request);
        var report = named.Name is { } name
            ? await Entry.CancelByClientOrderId(holder.Account, name)
            : await Entry.Cancel(holder.Account, named.Symbol!, named.OrderId);
        var reason = report.Reason != RejectReason.None ? report.Reason
            : report.OrderId == 0 ? RejectReason.UnknownOrder
            : report.Status == OrderStatus.Cancelled && _reporter.IsDone(named.Key, request, report) ? RejectReason.None
            : RejectReason.OrderClosed;
        if (reason == RejectReason.None)
            return;

        _reporter.Unask(named.Key, request);
        RefuseCancel(message, report.OrderId == 0 ? null : report.View(), new Refusal(reason, report.Field, report.Limit));
    }

    private async ValueTask Replace(FixMessage message)
    {
        if (Named(message) is not { } named)
            return;
        if (ReadChange(message, out var text) is { } fault)
        {
            Reject(message, fault);
            return;
        }

        var open = await Find(named);
        if (open is null)
        {
            var isKnown = named.Name is { } known && (await Entry.LookUp(holder.Account, known)).Reason == RejectReason.None;
            RefuseCancel(message, null, new Refusal(isKnown ? RejectReason.OrderClosed : RejectReason.UnknownOrder));
            return;
        }

        if (Differs(message, open) is { } tag)
        {
            RefuseCancel(message, open, Refusal.Malformed(null, $"A replacement changes Price and OrderQty alone: tag {tag} is not as the order has it."));
            return;
        }

        var (refusal, change) = AmendReading.Read(text, await services.Listings.Find(open.Symbol));
        if (refusal is { } refused)
        {
            RefuseCancel(message, open, refused);
            return;
        }

        _reporter.Ask(open.ClientOrderId, change.Name);
        _reporter.Answers(change.Name);
        var report = await Entry.Amend(holder.Account, open.Symbol, open.OrderId, change.Name, change.PriceTicks, change.TotalLots);
        _reporter.Answered(change.Name, isOnRecord: report.Number != 0 && report.Reason != RejectReason.None && report.ClientOrderId == change.Name);
        // Where it became smaller the records tell that under the request's name; where it was replaced they tell the order in its place.
        var isSame = report.ClientOrderId != change.Name;
        if (report.Reason == RejectReason.None && isSame && _reporter.IsDone(open.ClientOrderId, change.Name, report))
        {
            _reporter.Rename(open.ClientOrderId, change.Name);
            return;
        }

        _reporter.Unask(open.ClientOrderId, change.Name);
        if (report.Reason != RejectReason.None)
            RefuseCancel(message, open, new Refusal(report.Reason, report.Field, report.Limit));
        else if (isSame)
            RefuseCancel(message, open, Refusal.Malformed(null, "The order has this price and quantity already."));
    }

    private static FixFault? ReadChange(FixMessage message, out AmendText text)
    {
        var numbers = new FixNumbers(message);
        text = new AmendText
        {
            Price = numbers.Read(FixTag.Price),
            Quantity = numbers.Read(FixTag.OrderQty),
            ClientOrderId = message[FixTag.ClOrdID],
        };
        return numbers.Fault;
    }

    /// <summary>The first tag of a replacement that is not as its order has it, and can't be replaced.</summary>
    private static int? Differs(FixMessage message, PastOrder order)
    {
        ReadOnlySpan<(int Tag, string Own)> fixedTags =
        [
            (FixTag.Side, order.Side == Side.Buy ? "1" : "2"),
            (FixTag.OrdType, FixReports.TypeOf(order.Type).ToString()),
            (FixTag.TimeInForce, FixReports.TimeOf(order.TimeInForce).ToString()),
            (FixTag.Symbol, order.Symbol),
        ];
        foreach (var (tag, own) in fixedTags)
        {
            if (message[tag] is { } told && told != own)
                return tag;
        }

        return null;
    }

    private async ValueTask CancelMany(FixMessage message)
    {
        var kind = message[FixTag.MassCancelRequestType];
        var symbol = message[FixTag.Symbol];
        var side = message[FixTag.Side] switch { null => null, "1" => "buy", "2" => "sell", _ => "" };
        var fault = Required(message, FixTag.ClOrdID) ?? Required(message, FixTag.MassCancelRequestType)
            ?? (kind is not ("1" or "7") ? new FixFault(FixTag.MassCancelRequestType, FixReject.ValueIncorrect, "1 a symbol, 7 all.")
                : kind == "1" && symbol is null ? new FixFault(FixTag.Symbol, FixReject.RequiredTagMissing, "It is required with MassCancelRequestType 1.")
                : kind == "7" && symbol is not null ? new FixFault(FixTag.Symbol, FixReject.ValueIncorrect, "Only with MassCancelRequestType 1.")
                : side == "" ? new FixFault(FixTag.Side, FixReject.ValueIncorrect, "1 (buy) or 2 (sell).")
                : null);
        if (fault is { } wrong)
        {
            Reject(message, wrong);
            return;
        }

        var (refusal, cancelled) = await services.Desk.CancelAll(holder.Account, symbol, side);
        if (refusal is { } refused)
            Refuse(message, refused);
        else
            TellMassCancel(message, kind![0], null, cancelled);
    }

    /// <summary>Which order a cancel or a replacement is about; null when it does not say, and was rejected.</summary>
    private NamedOrder? Named(FixMessage message)
    {
        var fault = Required(message, FixTag.ClOrdID);
        if (message.Has(FixTag.OrderID))
            fault ??= Required(message, FixTag.Symbol);
        else
            fault ??= Required(message, FixTag.OrigClOrdID);
        if (fault is null && message.Has(FixTag.OrderID) && OrderIdOf(message) is null)
            fault = new FixFault(FixTag.OrderID, FixReject.IncorrectDataFormat, "A whole number from 1.");
        if (fault is null && !message.Has(FixTag.OrderID) && !ClientOrderId.IsValid(message[FixTag.OrigClOrdID]))
            fault = new FixFault(FixTag.OrigClOrdID, FixReject.ValueIncorrect, ClientOrderId.Rule);
        if (fault is { } wrong)
        {
            Reject(message, wrong);
            return null;
        }

        if (OrderIdOf(message) is { } orderId)
            return new NamedOrder(null, message[FixTag.Symbol], orderId, FixReporter.Key(message[FixTag.Symbol]!, orderId));
        var name = _reporter.NameOf(message[FixTag.OrigClOrdID]!);
        return new NamedOrder(name, null, 0, name);
    }

    /// <summary>An open order; of one that was open before the session the account knows.</summary>
    private async ValueTask<PastOrder?> Find(NamedOrder named)
    {
        if (named.Name is { } name && _reporter.Open(name) is { } seen)
            return seen;

        var view = await Entry.View(holder.Account);
        return view.OpenOrders.FirstOrDefault(order => order.OrderId > 0
            && (named.Name is null ? order.OrderId == named.OrderId && order.Symbol == named.Symbol : order.ClientOrderId == named.Name)) is { } open
            ? OrderViews.Of(open, [])
            : null;
    }

    /// <summary>An order as a request names it.</summary>
    private readonly record struct NamedOrder(string? Name, string? Symbol, long OrderId, string Key);
}
