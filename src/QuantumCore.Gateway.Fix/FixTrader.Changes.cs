using QuantumCore.Contracts;
using QuantumCore.Gateway.Following;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

// Changes of existing orders: cancels, replacements, mass cancels.
internal sealed partial class FixTrader
{
    private static readonly TimeSpan s_toldWithin = TimeSpan.FromSeconds(10);

    // Cancels and replacements of an order. Each waits until the previous one is reported, so that the next report
    // belongs to the next request.
    private readonly Dictionary<string, Task> _changing = new(StringComparer.Ordinal);

    private async ValueTask Cancel(FixMessage message)
    {
        if (await Named(message) is not { } named)
            return;

        if (named.Name is { } known && _reporter.Open(known) is { } open
            && DiffersIn(message, open, FixTag.Symbol, FixTag.Side) is { } tag)
            RefuseCancel(message, open, Refusal.Malformed(null, $"Tag {tag} is not as the order has it."));
        else
            await InTurn(named.Key, () => Cancel(message, named));
    }

    private async ValueTask Cancel(FixMessage message, NamedOrder named)
    {
        var asked = _reporter.Ask(named.Key, message[FixTag.ClOrdID]!, isCancel: true, FixRoute.BackOf(message));
        var report = named.Name is { } name
            ? await services.CancelReplace.CancelByClientOrderId(holder.Account, name)
            : await services.CancelReplace.Cancel(holder.Account, named.Symbol!, named.OrderId);
        var isCancelled = report is { Reason: RejectReason.None, OrderId: not 0, Status: OrderStatus.Cancelled };
        if (isCancelled && await IsTold(asked, _reporter.WillTell(asked, report)))
            return;

        _reporter.Unask(asked);
        var reason = report.Reason != RejectReason.None
            ? report.Reason
            : report.OrderId == 0 ? RejectReason.UnknownOrder : RejectReason.OrderClosed;
        RefuseCancel(
            message, report.OrderId == 0 ? null : report.View(), new Refusal(reason, report.Field, report.Limit));
    }

    private async ValueTask Replace(FixMessage message)
    {
        if (await Named(message) is not { } named)
            return;
        if (FixReplacing.WrongForm(message) is { } fault)
            Reject(message, fault);
        else
            await InTurn(named.Key, () => Replace(message, named));
    }

    private async ValueTask Replace(FixMessage message, NamedOrder named)
    {
        if (await Find(named) is not { } found || await services.Listings.Find(found.Symbol) is not { } instrument)
        {
            var done = await FindRecorded(named);
            RefuseCancel(
                message, done, new Refusal(done is null ? RejectReason.UnknownOrder : RejectReason.OrderClosed));
            return;
        }

        if (FixOrderReading.WrongCurrency(message, instrument) is { } foreign)
        {
            Reject(message, foreign);
            return;
        }

        if (FixReplacing.Read(message, instrument, found, out var text) is { } tag)
        {
            RefuseCancel(
                message, found,
                Refusal.Malformed(
                    null, $"Tag {tag} is not as the order has it, and is not what a replacement of it can change."));
            return;
        }

        var (refusal, change) = AmendReading.Read(text, instrument);
        if (refusal is { } refused)
            RefuseCancel(message, found, refused);
        else
            await Replace(message, found, change);
    }

    private async ValueTask Replace(FixMessage message, PastOrder found, Amendment change)
    {
        // Its current state is read after the request is registered: later changes are reported under this name.
        var asked = _reporter.Ask(found.ClientOrderId, change.Name, isCancel: false, FixRoute.BackOf(message));
        var open = _reporter.Open(found.ClientOrderId) ?? found;

        // The total is of the chain: the book's order has what earlier orders have not done.
        var earlier = open.Chain?.DoneLots ?? 0;
        var total = change.TotalLots == 0 ? 0 : change.TotalLots - earlier - (open.Prevented?.TakenOffLots ?? 0);
        if (change.TotalLots > 0 && total <= 0)
        {
            _reporter.Unask(asked);
            if (open.Chain is not null)
            {
                await EndDone(message, open, change.Name);
                return;
            }

            RefuseCancel(
                message, open,
                new Refusal(
                    RejectReason.InvalidQuantity, "quantity", null,
                    "So much was prevented from trading already; cancel it."));
            return;
        }

        _reporter.Answers(change.Name);
        _orders.Entered.Sending(change.Name);
        var isRouted = _reporter.TryRoute(change.Name, FixRoute.BackOf(message));
        var report = change.Conditions == ConditionChanges.None
            ? await services.CancelReplace.Amend(
                holder.Account, open.Symbol, open.OrderId, change.Name, change.PriceTicks, total,
                triggerTicks: change.TriggerTicks, earlierLots: earlier)
            : await ChangeConditions(open, change);

        // An order that was changed in place still belongs to the session that entered it.
        var isNew = report.ClientOrderId == change.Name || report.Reason == RejectReason.OutcomeUnknown;
        _orders.Entered.Answered(change.Name, isNew ? report : null);
        if (isRouted && !(isNew && report.Reason is RejectReason.None or RejectReason.OutcomeUnknown))
            _reporter.Unroute(change.Name);
        _reporter.Answered(
            change.Name, report.ClientOrderId == change.Name
                && report is { Number: not 0, Reason: not (RejectReason.None or RejectReason.OutcomeUnknown) });

        // The records report under the request's name: a reduction, other conditions, an end because that much is
        // filled, or the replacing order.
        var isToCome = report.ClientOrderId == change.Name || report.LeavesLots == 0
            || change.Conditions != ConditionChanges.None
            ? _reporter.WillTell(asked, report)
            : report.QuantityLots != open.QuantityLots;
        if (report.Reason == RejectReason.None && await IsTold(asked, isToCome))
            return;

        _reporter.Unask(asked);
        RefuseCancel(message, open, report.Reason != RejectReason.None
            ? new Refusal(report.Reason, report.Field, report.Limit)
            : Refusal.Malformed(null, "The order is as this asks for already."));
    }

    /// <summary>Ends an order whose new total is no more than its chain has done: nothing is left to do.</summary>
    private async ValueTask EndDone(FixMessage message, PastOrder open, string name)
    {
        var asked = _reporter.Ask(open.ClientOrderId, name, isCancel: true, FixRoute.BackOf(message));
        var report = await services.CancelReplace.Cancel(holder.Account, open.Symbol, open.OrderId);
        if (report.Reason == RejectReason.None && await IsTold(asked, _reporter.WillTell(asked, report)))
            return;

        _reporter.Unask(asked);
        RefuseCancel(
            message, open,
            new Refusal(
                report.Reason == RejectReason.None ? RejectReason.OrderClosed : report.Reason, report.Field,
                report.Limit));
    }

    /// <summary>
    /// Amends conditions in place. A further no-op change tells the account the new name, so that later sessions find
    /// the order by it.
    /// </summary>
    private async ValueTask<ExecutionReport> ChangeConditions(PastOrder order, Amendment change)
    {
        var report =
            await services.CancelReplace.AmendConditions(
                holder.Account, order.Symbol, order.OrderId, change.Name, change.Conditions);
        if (report.Reason == RejectReason.None && report.ClientOrderId != change.Name)
            await services.CancelReplace.Amend(holder.Account, order.Symbol, order.OrderId, change.Name, 0, 0);
        return report;
    }

    /// <summary>
    /// Returns true if the records have reported a request's result, or will. It waits for that within a time limit.
    /// </summary>
    private async ValueTask<bool> IsTold(FixChange asked, bool isToCome)
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
    private async ValueTask InTurn(string order, Func<ValueTask> change)
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

    private async ValueTask CancelMany(FixMessage message)
    {
        if (WrongMassCancel(message) is { } wrong)
        {
            Reject(message, wrong);
            return;
        }

        var side = message[FixTag.Side] switch { null => null, "1" => "buy", _ => "sell" };
        var (refusal, cancelled) = await services.Desk.CancelAll(holder.Account, message[FixTag.Symbol], side);
        if (refusal is { } refused)
            Refuse(message, refused);
        else
            TellMassCancel(message, message[FixTag.MassCancelRequestType]![0], null, cancelled);
    }

    private static FixFault? WrongMassCancel(FixMessage message)
    {
        var kind = message[FixTag.MassCancelRequestType];
        return Required(message, FixTag.ClOrdID) ?? Required(message, FixTag.MassCancelRequestType)
            ?? WrongKind(message, FixTag.MassCancelRequestType, kind)
            ?? WrongSide(message);
    }

    /// <summary>Returns the fault of a message that must be about one symbol (1) or all (7); null for none.</summary>
    private static FixFault? WrongKind(FixMessage message, int tag, string? kind) =>
        (kind, message[FixTag.Symbol]) switch
        {
            ("1", null) =>
                new FixFault(FixTag.Symbol, FixReject.RequiredTagMissing, $"It is required where tag {tag} is 1."),
            ("7", not null) => new FixFault(FixTag.Symbol, FixReject.ValueIncorrect, $"Only where tag {tag} is 1."),
            ("1" or "7", _) => null,
            _ => new FixFault(tag, FixReject.ValueIncorrect, $"{tag} is 1 (a symbol) or 7 (all)."),
        };

    private static FixFault? WrongSide(FixMessage message) =>
        message[FixTag.Side] is null or "1" or "2"
            ? null
            : new FixFault(FixTag.Side, FixReject.ValueIncorrect, "Side (54) is 1 (buy) or 2 (sell).");

    /// <summary>
    /// Returns the order of a cancel or replacement. Null if it names none; the message was rejected then.
    /// </summary>
    private async ValueTask<NamedOrder?> Named(FixMessage message)
    {
        var fault = Required(message, FixTag.ClOrdID);
        if (message.Has(FixTag.OrderID))
            fault ??= Required(message, FixTag.Symbol);
        else
            fault ??= Required(message, FixTag.OrigClOrdID);
        if (fault is null && message.Has(FixTag.OrderID) && OrderIdOf(message) is null)
            fault = new FixFault(
                FixTag.OrderID, FixReject.IncorrectDataFormat, "OrderID (37) is a whole number from 1.");
        if (fault is null && !message.Has(FixTag.OrderID) && !ClientOrderId.IsValid(message[FixTag.OrigClOrdID]))
            fault = new FixFault(
                FixTag.OrigClOrdID, FixReject.ValueIncorrect, $"OrigClOrdID (41) is {ClientOrderId.Rule}.");
        if (fault is { } wrong)
        {
            Reject(message, wrong);
            return null;
        }

        if (OrderIdOf(message) is { } orderId)
            return new NamedOrder(
                null, message[FixTag.Symbol], orderId, _reporter.KeyOf(message[FixTag.Symbol]!, orderId));
        await Learn(message[FixTag.OrigClOrdID]!);
        var name = _reporter.NameOf(message[FixTag.OrigClOrdID]!);
        return new NamedOrder(name, null, 0, name);
    }

    /// <summary>
    /// Learns a name from before the session that an order got by an amendment in place: its account knows it.
    /// </summary>
    private async ValueTask Learn(string name)
    {
        if (!_reporter.Knows(name)
            && await FindByName(name) is { Status: OrderStatus.New or OrderStatus.PartiallyFilled } order)
            _reporter.Learn(order, name);
    }

    /// <summary>Returns an open order; the account knows those from before the session.</summary>
    private async ValueTask<PastOrder?> Find(NamedOrder named)
    {
        if (named.Name is { } name && _reporter.Open(name) is { } seen)
            return seen;

        var view = await services.Accounts.View(holder.Account);
        return view.OpenOrders.FirstOrDefault(order => order.OrderId > 0
            && (named.Name is null
                ? order.OrderId == named.OrderId && order.Symbol == named.Symbol
                : order.ClientOrderId == named.Name)) is { } open
            ? await WithRecorded(OrderViews.Of(open, []))
            : null;
    }

    /// <summary>Returns an open order with the data that only the history has.</summary>
    private async ValueTask<PastOrder> WithRecorded(PastOrder open)
    {
        var recorded = await Recorded(open.Symbol, open.Number);
        return open with { Prevented = recorded?.Prevented, Chain = recorded?.Chain };
    }

    /// <summary>Returns an open or done order from the history; null if there is none.</summary>
    private async ValueTask<PastOrder?> FindRecorded(NamedOrder named)
    {
        if (named.Name is { } name)
            return ClientOrderId.IsValid(name) ? await FindByName(name) : null;
        return await services.Accounts.Orders(
            new OrderQuery(holder.Account, named.Symbol, OrderId: named.OrderId, HasChain: true)) is [var past]
            ? past
            : null;
    }

    /// <summary>Returns an order from the history by any name that its account knows; null if there is none.</summary>
    private async ValueTask<PastOrder?> FindByName(string name) =>
        await services.Accounts.LookUp(holder.Account, name) is { Reason: RejectReason.None } found
            ? await Recorded(found.Symbol, found.Number)
            : null;

    private async ValueTask<PastOrder?> Recorded(string symbol, long number) =>
        await services.Accounts.Orders(
            new OrderQuery(holder.Account, symbol, Number: number, HasChain: true)) is [var order]
            ? order
            : null;

    /// <summary>Order as a request names it.</summary>
    private readonly record struct NamedOrder(string? Name, string? Symbol, long OrderId, string Key);
}
