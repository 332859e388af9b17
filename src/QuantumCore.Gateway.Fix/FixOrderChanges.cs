using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Cancels and replaces orders of a session. <see cref="FixReporter"/> reports the results.</summary>
internal sealed class FixOrderChanges(
    FixServices services, FixHolder holder, ConnectionOrders entered, FixOrderNames names, FixReporter reporter,
    FixResponder responder, FixOrderLookup lookup)
{
    private static readonly TimeSpan s_toldWithin = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();

    // Cancels and replacements of an order. Each waits until the previous one is reported, so that the next report
    // belongs to the next request.
    private readonly Dictionary<string, Task> _changing = new(StringComparer.Ordinal);

    /// <summary>Cancels an order.</summary>
    public async ValueTask CancelAsync(FixMessage message)
    {
        if (await NamedAsync(message) is not { } named)
            return;

        if (named.Name is { } known && names.Open(known) is { } open
            && DiffersIn(message, open, FixTag.Symbol, FixTag.Side) is { } tag)
            responder.RefuseCancel(message, open, Refusal.Malformed(null, $"Tag {tag} is not as the order has it."));
        else
            await InTurnAsync(named.Key, () => CancelAsync(message, named));
    }

    /// <summary>Replaces an order.</summary>
    public async ValueTask ReplaceAsync(FixMessage message)
    {
        if (await NamedAsync(message) is not { } named)
            return;
        if (FixReplacing.WrongForm(message) is { } fault)
            responder.Reject(message, fault);
        else
            await InTurnAsync(named.Key, () => ReplaceAsync(message, named));
    }

    /// <summary>Cancels all orders, or all of a symbol or side.</summary>
    public async ValueTask CancelManyAsync(FixMessage message)
    {
        if (FixRequest.WrongMassCancel(message) is { } wrong)
        {
            responder.Reject(message, wrong);
            return;
        }

        var side = message[FixTag.Side] switch { null => null, "1" => "buy", _ => "sell" };
        var (refusal, cancelled) = await services.Desk.CancelAllAsync(holder.Account, message[FixTag.Symbol], side);
        if (refusal is { } refused)
            responder.Refuse(message, refused);
        else
            responder.TellMassCancel(message, message[FixTag.MassCancelRequestType]![0], null, cancelled);
    }

    private async ValueTask CancelAsync(FixMessage message, FixNamedOrder named)
    {
        var asked = reporter.Ask(named.Key, message[FixTag.ClOrdID]!, isCancel: true, FixRoute.BackOf(message));
        var report = named.Name is { } name
            ? await services.CancelReplace.CancelByClientOrderIdAsync(holder.Account, name)
            : await services.CancelReplace.CancelAsync(holder.Account, named.Symbol!, named.OrderId);
        var isCancelled = report is { Reason: RejectReason.None, OrderId: not 0, Status: OrderStatus.Cancelled };
        if (isCancelled && await IsToldAsync(asked, reporter.WillTell(asked, report)))
            return;

        reporter.Unask(asked);
        var reason = report.Reason != RejectReason.None
            ? report.Reason
            : report.OrderId == 0 ? RejectReason.UnknownOrder : RejectReason.OrderClosed;
        responder.RefuseCancel(
            message, report.OrderId == 0 ? null : report.View(), new Refusal(reason, report.Field, report.Limit));
    }

    private async ValueTask ReplaceAsync(FixMessage message, FixNamedOrder named)
    {
        if (await lookup.FindAsync(named) is not { } found
            || await services.Listings.FindAsync(found.Symbol) is not { } instrument)
        {
            var done = await lookup.FindRecordedAsync(named);
            responder.RefuseCancel(
                message, done, new Refusal(done is null ? RejectReason.UnknownOrder : RejectReason.OrderClosed));
            return;
        }

        if (FixOrderReading.WrongCurrency(message, instrument) is { } foreign)
        {
            responder.Reject(message, foreign);
            return;
        }

        if (FixReplacing.Read(message, instrument, found, out var text) is { } tag)
        {
            responder.RefuseCancel(
                message, found,
                Refusal.Malformed(
                    null, $"Tag {tag} is not as the order has it, and is not what a replacement of it can change."));
            return;
        }

        var (refusal, change) = AmendReading.Read(text, instrument);
        if (refusal is { } refused)
            responder.RefuseCancel(message, found, refused);
        else
            await ReplaceAsync(message, found, change);
    }

    private async ValueTask ReplaceAsync(FixMessage message, PastOrder found, Amendment change)
    {
        // Its current state is read after the request is registered: later changes are reported under this name.
        var asked = reporter.Ask(found.ClientOrderId, change.Name, isCancel: false, FixRoute.BackOf(message));
        var open = names.Open(found.ClientOrderId) ?? found;

        // The total is of the chain: the book's order has what earlier orders have not done.
        var earlier = open.Chain?.DoneLots ?? 0;
        var total = change.TotalLots == 0 ? 0 : change.TotalLots - earlier - (open.Prevented?.TakenOffLots ?? 0);
        if (change.TotalLots > 0 && total <= 0)
        {
            reporter.Unask(asked);
            if (open.Chain is not null)
            {
                await EndDoneAsync(message, open, change.Name);
                return;
            }

            responder.RefuseCancel(
                message, open,
                new Refusal(
                    RejectReason.InvalidQuantity, "quantity", null,
                    "So much was prevented from trading already; cancel it."));
            return;
        }

        reporter.Answers(change.Name);
        entered.Sending(change.Name);
        var isRouted = names.TryRoute(change.Name, FixRoute.BackOf(message));
        var report = change.Conditions == ConditionChanges.None
            ? await services.CancelReplace.AmendAsync(
                holder.Account, open.Symbol, open.OrderId, change.Name, change.PriceTicks, total,
                triggerTicks: change.TriggerTicks, earlierLots: earlier)
            : await ChangeConditionsAsync(open, change);

        // An order that was changed in place still belongs to the session that entered it.
        var isNew = report.ClientOrderId == change.Name || report.Reason == RejectReason.OutcomeUnknown;
        entered.Answered(change.Name, isNew ? report : null);
        if (isRouted && !(isNew && report.Reason is RejectReason.None or RejectReason.OutcomeUnknown))
            names.Unroute(change.Name);
        reporter.Answered(
            change.Name, report.ClientOrderId == change.Name
                && report is { Number: not 0, Reason: not (RejectReason.None or RejectReason.OutcomeUnknown) });

        // The records report under the request's name: a reduction, other conditions, an end because that much is
        // filled, or the replacing order.
        var isToCome = report.ClientOrderId == change.Name || report.LeavesLots == 0
            || change.Conditions != ConditionChanges.None
            ? reporter.WillTell(asked, report)
            : report.QuantityLots != open.QuantityLots;
        if (report.Reason == RejectReason.None && await IsToldAsync(asked, isToCome))
            return;

        reporter.Unask(asked);
        responder.RefuseCancel(message, open, report.Reason != RejectReason.None
            ? new Refusal(report.Reason, report.Field, report.Limit)
            : Refusal.Malformed(null, "The order is as this asks for already."));
    }

    /// <summary>Ends an order whose new total is no more than its chain has done: nothing is left to do.</summary>
    private async ValueTask EndDoneAsync(FixMessage message, PastOrder open, string name)
    {
        var asked = reporter.Ask(open.ClientOrderId, name, isCancel: true, FixRoute.BackOf(message));
        var report = await services.CancelReplace.CancelAsync(holder.Account, open.Symbol, open.OrderId);
        if (report.Reason == RejectReason.None && await IsToldAsync(asked, reporter.WillTell(asked, report)))
            return;

        reporter.Unask(asked);
        responder.RefuseCancel(
            message, open,
            new Refusal(
                report.Reason == RejectReason.None ? RejectReason.OrderClosed : report.Reason, report.Field,
                report.Limit));
    }

    /// <summary>
    /// Amends conditions in place. A further no-op change tells the account the new name, so that later sessions find
    /// the order by it.
    /// </summary>
    private async ValueTask<ExecutionReport> ChangeConditionsAsync(PastOrder order, Amendment change)
    {
        var report =
            await services.CancelReplace.AmendConditionsAsync(
                holder.Account, order.Symbol, order.OrderId, change.Name, change.Conditions);
        if (report.Reason == RejectReason.None && report.ClientOrderId != change.Name)
            await services.CancelReplace.AmendAsync(holder.Account, order.Symbol, order.OrderId, change.Name, 0, 0);
        return report;
    }

    /// <summary>
    /// Returns true if the records have reported a request's result, or will. It waits for that within a time limit.
    /// </summary>
    private async ValueTask<bool> IsToldAsync(FixChange asked, bool isToCome)
    {
        if (!isToCome)
            return asked.Told.IsCompletedSuccessfully && await asked.Told;

        try
        {
            return await asked.Told.WaitAsync(s_toldWithin, services.Time);
        }
        catch (TimeoutException)
        {
            // It was done and is on record: it is reported once the account can be read again.
            return true;
        }
    }

    /// <summary>Changes an order after all earlier changes of it are reported.</summary>
    private async ValueTask InTurnAsync(string order, Func<ValueTask> change)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (_lock)
        {
            before = _changing.GetValueOrDefault(order);
            _changing[order] = done.Task;
        }

        try
        {
            if (before is not null)
                await before;
            await change();
        }
        finally
        {
            lock (_lock)
            {
                if (_changing[order] == done.Task)
                    _changing.Remove(order);
            }

            done.SetResult();
        }
    }

    /// <summary>Returns the first of these tags that differs from the order.</summary>
    private static int? DiffersIn(FixMessage message, PastOrder order, params ReadOnlySpan<int> tags)
    {
        foreach (var tag in tags)
        {
            var own = tag == FixTag.Side ? order.Side == Side.Buy ? "1" : "2" : order.Symbol;
            if (message[tag] is { } told && told != own)
                return tag;
        }

        return null;
    }

    /// <summary>
    /// Returns the order of a cancel or replacement. Null if it names none; the message was rejected then.
    /// </summary>
    private async ValueTask<FixNamedOrder?> NamedAsync(FixMessage message)
    {
        var fault = FixRequest.Required(message, FixTag.ClOrdID);
        if (message.Has(FixTag.OrderID))
            fault ??= FixRequest.Required(message, FixTag.Symbol);
        else
            fault ??= FixRequest.Required(message, FixTag.OrigClOrdID);
        if (fault is null && message.Has(FixTag.OrderID) && FixRequest.OrderIdOf(message) is null)
            fault = new FixFault(
                FixTag.OrderID, FixReject.IncorrectDataFormat, "OrderID (37) is a whole number from 1.");
        if (fault is null && !message.Has(FixTag.OrderID) && !ClientOrderId.IsValid(message[FixTag.OrigClOrdID]))
            fault = new FixFault(
                FixTag.OrigClOrdID, FixReject.ValueIncorrect, $"OrigClOrdID (41) is {ClientOrderId.Rule}.");
        if (fault is { } wrong)
        {
            responder.Reject(message, wrong);
            return null;
        }

        if (FixRequest.OrderIdOf(message) is { } orderId)
            return new FixNamedOrder(
                null, message[FixTag.Symbol], orderId, names.KeyOf(message[FixTag.Symbol]!, orderId));
        await lookup.LearnAsync(message[FixTag.OrigClOrdID]!);
        var name = names.NameOf(message[FixTag.OrigClOrdID]!);
        return new FixNamedOrder(name, null, 0, name);
    }
}
