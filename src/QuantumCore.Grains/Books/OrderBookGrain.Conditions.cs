using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Lists, orders that change their conditions or expire, and the operator's commands.</summary>
public sealed partial class OrderBookGrain
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<ExecutionReport>> SubmitList(
        OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        var refusal = Refuse(urgent: false, orders.Length);
        if (refusal == RejectReason.None && _machine.Instrument is null)
        {
            refusal = RejectReason.UnknownSymbol;
        }

        if (refusal != RejectReason.None)
        {
            return [.. orders.Select(order => BookReports.Refused(_symbol, order.Account, refusal) with
            {
                Number = order.Number,
                ClientOrderId = order.ClientOrderId,
            })];
        }

        return await AnswerAsync(Mutate(() => EnterList(kind, orders)));
    }

    /// <inheritdoc/>
    public async ValueTask<ExecutionReport> Amend(long account, long orderId, ImmutableArray<NamedValue> changes)
    {
        var refusal = Refuse(urgent: true);
        if (refusal != RejectReason.None)
        {
            return BookReports.Refused(_symbol, account, refusal);
        }

        var answer = Mutate(() => OwnOrder(account, orderId, out var number) ?? Change(account, number, changes));
        return (await AnswerAsync([answer]))[0];
    }

    /// <inheritdoc/>
    public async ValueTask<RejectReason> Operate(BookCommand command)
    {
        var refusal = Refuse(urgent: true);
        if (refusal != RejectReason.None || _machine.Instrument is null)
        {
            return refusal == RejectReason.None ? RejectReason.UnknownSymbol : refusal;
        }

        var reason = Mutate(() =>
        {
            ExpireDue();
            var reason = _machine.Operate(command, Now, out var record);
            Record(record, urgent: true);
            return reason;
        });
        await SettleAsync();
        return reason;
    }

    /// <inheritdoc/>
    public async ValueTask<PlaceInLine> Position(long account, long orderId)
    {
        if (_halted || _machine.Instrument is null)
        {
            return new PlaceInLine(Refuse(urgent: true), 0, 0);
        }

        var owner = _machine.OwnerOf(orderId).Account;
        if (owner != account)
        {
            return new PlaceInLine(owner == 0 ? RejectReason.UnknownOrder : RejectReason.NotOwner, 0, 0);
        }

        var rests = _machine.Core.TryGetQueuePosition(orderId, out var position);
        await SettleAsync();
        return new PlaceInLine(
            rests ? RejectReason.None : RejectReason.OrderClosed, position.OrdersAhead, position.LotsAhead);
    }

    /// <summary>A list whose orders are all new enters; one that is known is told again; a broken one is voided.</summary>
    private Answer[] EnterList(OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        var answers = new Answer[orders.Length];
        if (!orders.Any(order => _machine.IsKnown(order.Account, order.Number, out _, out _)))
        {
            ExpireDue();
            var record = Record(_machine.SubmitList(kind, orders, Now), urgent: false)!;
            for (var i = 0; i < answers.Length; i++)
            {
                answers[i] = new Answer(BookReports.First(
                    _symbol, _machine.Sequence, record, orders[i].Account, orders[i].Number));
            }

            return answers;
        }

        for (var i = 0; i < answers.Length; i++)
        {
            // One that was cancelled before the list came takes the others with it.
            Record(_machine.Resolve(orders[i].Account, orders[i].Number, Now), urgent: true);
            answers[i] = Enter(orders[i]);
        }

        return answers;
    }

    private Answer Change(long account, long number, ImmutableArray<NamedValue> changes)
    {
        ExpireDue();
        if (!_machine.IsKnown(account, number, out var ticket, out var finished) || ticket is null)
        {
            return Closed(account, number, finished, refused: true);
        }

        var reason = _machine.Amend(ticket, changes, Now, out var record);
        Record(record, urgent: true);
        if (reason != RejectReason.None)
        {
            return new Answer(BookReports.Refused(_symbol, account, reason));
        }

        _machine.IsKnown(account, number, out var open, out finished);
        return open is null ? Closed(account, number, finished, refused: false) : OpenNow(open);
    }

    /// <summary>Orders whose time has come expire in a record of their own, before anything else happens.</summary>
    private void ExpireDue()
    {
        if (_machine.IsExpiryDue(Now))
        {
            _machine.Operate(BookCommand.Of(BookVerb.AdvanceTime), Now, out var record);
            Record(record, urgent: true);
        }
    }

    private async Task ExpireInTimeAsync(CancellationToken cancellationToken)
    {
        if (_machine is null || _halted || Refuse(urgent: true) != RejectReason.None || !_machine.IsExpiryDue(Now))
        {
            return;
        }

        Mutate(() =>
        {
            ExpireDue();
            return true;
        });
        await SettleAsync();
    }
}
