using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// A book's part in multi-leg orders. <see cref="StrategyGroup"/> decides; everything that one command causes here is
/// one record.
/// </summary>
/// <param name="book">The book.</param>
/// <param name="recorder">Its records.</param>
internal sealed class LegActs(BookMachineState book, TurnRecorder recorder)
{
    private readonly List<LegAct> _acts = [];
    private BookTurn? _acting;

    // True if quotes were taken whose consequences have not followed yet. A cancel ends what came before it, too.
    private bool PhaseGoesOn => _acting is not null
        && _acts.FindLast(static act => act is TakeQuotesAct { IsOfPhase: true } or EndPhaseAct or CloseLegAct)
            is TakeQuotesAct;

    /// <summary>Enters an order that passed all checks, as the first action. It stands aside.</summary>
    public OrderTicket EnterAside(SubmitOrder order, long now)
    {
        BeginActs(order, now);
        return book.Tickets[order.Account, order.Number];
    }

    /// <summary>
    /// Trades an order that stands aside with displayed quotes at one price. The consequences follow with
    /// <see cref="EndPhase"/>.
    /// </summary>
    public void TakeQuotes(OrderTicket ticket, long priceTicks, long lots, long now) =>
        Act(now, new TakeQuotesAct(ticket.OrderId, priceTicks, lots));

    /// <summary>Ends the taker phase in which quotes were taken here, if any.</summary>
    public void EndPhase(long now)
    {
        if (PhaseGoesOn)
        {
            Act(now, new EndPhaseAct());
        }
    }

    /// <summary>Trades two orders that stand aside with each other.</summary>
    public void Cross(OrderTicket taker, OrderTicket maker, long priceTicks, long lots, long now) =>
        Act(now, new CrossAct(taker.OrderId, maker.OrderId, priceTicks, lots));

    /// <summary>Matches an order that stands aside against the book up to a price.</summary>
    public void Sweep(OrderTicket ticket, long priceTicks, long now) =>
        Act(now, new SweepAct(ticket.OrderId, priceTicks));

    /// <summary>Enters an order that stands aside.</summary>
    public void Proceed(OrderTicket ticket, long now) => Act(now, new ProceedAct(ticket.OrderId));

    /// <summary>Ends a leg with its multi-leg order.</summary>
    public void CloseLeg(OrderTicket ticket, EndReason reason, long now) =>
        Act(now, new CloseLegAct(ticket.OrderId, reason));

    /// <summary>Returns the record of everything done since the last record; null for nothing.</summary>
    public BookTurn? EndActs()
    {
        if (_acting is not { } turn)
        {
            return null;
        }

        _acting = null;
        return recorder.End(turn with { Command = (ActOnLegs)turn.Command with { Acts = [.. _acts] } });
    }

    private void BeginActs(SubmitOrder? order, long now)
    {
        if (_acting is not null && order is not null)
        {
            throw new InvalidOperationException($"{book.Symbol}: an order comes first, or in a record of its own.");
        }

        if (_acting is not null)
        {
            return;
        }

        _acts.Clear();
        _acting = recorder.Begin(new ActOnLegs(order, []), now);
        if (order is not null)
        {
            BookMachineState.Require(order.Type == OrderType.Leg
                ? book.Core.Submit(_acting.TimeNanos, book.Request(order), out _)
                : book.Core.Admit(_acting.TimeNanos, book.Request(order), out _));
            recorder.Collect();
        }
    }

    private void Act(long now, LegAct act)
    {
        BeginActs(null, now);
        var time = _acting!.TimeNanos;
        switch (act)
        {
            case TakeQuotesAct(var id, var price, var lots, var isOfPhase):
                book.Core.TakeQuotes(time, id, price, lots, goesOn: isOfPhase || IsPartOfWhole(id, lots));
                break;
            case EndPhaseAct:
                book.Core.EndPhase(time);
                break;
            case CrossAct cross:
                book.Core.Cross(time, cross.OrderId, cross.MakerId, cross.PriceTicks, cross.Lots);
                break;
            case SweepAct sweep:
                book.Core.Sweep(time, sweep.OrderId, sweep.PriceTicks);
                break;
            case ProceedAct proceed:
                book.Core.Proceed(time, proceed.OrderId);
                break;
            case CloseLegAct close:
                BookMachineState.Require(book.Core.Cancel(time, close.OrderId, close.Reason));
                break;
            default:
                throw new InvalidOperationException($"{book.Symbol}: {act} is no act.");
        }

        recorder.Collect();
        _acts.Add(act);
    }

    /// <summary>
    /// Returns true if a fill-or-kill order takes less than it has left. In older records, nothing else moved until it
    /// was done.
    /// </summary>
    private bool IsPartOfWhole(long id, long lots) =>
        book.Tickets.TryGet(id, out var ticket) && ticket.Order.TimeInForce == TimeInForce.FillOrKill
            && lots < ticket.LeavesLots;

    /// <summary>Carries out the actions of a record again.</summary>
    public BookTurn? ActAgain(ActOnLegs command, long time)
    {
        BeginActs(command.Order, time);
        foreach (var act in command.Acts)
        {
            Act(time, act);
        }

        return EndActs();
    }
}
