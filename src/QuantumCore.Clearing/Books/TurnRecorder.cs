using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// Records commands whose outcome does not fit a plain record. The core's events become steps in their sequence, with
/// fees and holds.
/// </summary>
/// <param name="book">The book.</param>
/// <param name="steps">Steps of the record in the making.</param>
/// <param name="holds">Holds of its orders.</param>
internal sealed class TurnRecorder(BookMachineState book, TurnSteps steps, ListHolds holds)
{
    private IndicativeAuction? _indicative;
    private ImmutableArray<SubmitOrder> _entering = [];
    private OrderListKind _kind;
    private bool _continues;
    private int _entered;

    /// <summary>The adjustment of a corporate action that is being carried out; null for none.</summary>
    public OrderAdjustment? Adjustment { get; set; }

    /// <summary>Runs one command of the core and records it if it succeeds.</summary>
    public RejectReason Run(BookCommand command, long now, Func<long, RejectReason> run, out BookRecord? record)
    {
        record = null;
        var turn = Begin(command, now);
        var reason = run(turn.TimeNanos);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        Collect();
        record = End(turn);
        return RejectReason.None;
    }

    /// <summary>Begins a record.</summary>
    public BookTurn Begin(BookCommand command, long now)
    {
        steps.Clear();
        _indicative = null;
        _entering = command.Entering;
        _entered = 0;
        Adjustment = null;
        _kind = command is EnterOrderList list ? list.Kind : 0;
        _continues = command is EnterOrder { Continues: true };
        return new BookTurn(book.At(now), command, RejectReason.None, book.Core.Phase, [], [], null);
    }

    /// <summary>Ends a record.</summary>
    public BookTurn End(BookTurn turn)
    {
        var core = book.Core;
        var levels = steps.ToLevels(core);
        book.Phases.Note(turn.Command, turn.TimeNanos, core.Phase);
        if (core.Phase is TradingPhase.Continuous or TradingPhase.PreOpen or TradingPhase.Halt or TradingPhase.Closed)
        {
            book.Indicative = null;
        }

        return book.Count(turn with
        {
            Phase = core.Phase,
            Steps = steps.ToSteps(),
            Levels = levels,
            Indicative = _indicative,
        });
    }

    /// <summary>Records that an order did not enter.</summary>
    /// <param name="order">The order.</param>
    /// <param name="reason">The reason, for its owner.</param>
    /// <param name="forIt">The reason, if its list was rejected because of it.</param>
    public void Refuse(SubmitOrder order, RejectReason reason, RejectReason forIt = RejectReason.None)
    {
        steps.AddRefused(order, forIt);
        book.Tickets.Reject(order.Account, order.Number, order.QuantityLots, reason, book.Sequence + 1);
    }

    /// <summary>Converts the core's events to steps.</summary>
    public void Collect()
    {
        book.Follow();
        steps.Touch(book.DisplayedLevels);
        foreach (ref readonly var happened in book.Core.Events)
        {
            switch (happened.Kind)
            {
                case BookEventKind.Accepted:
                    Open(in happened);
                    break;
                case BookEventKind.Trade or BookEventKind.AuctionTrade:
                    Fill(in happened);
                    break;
                case BookEventKind.Ended:
                    Close(in happened);
                    break;
                case BookEventKind.Amended when Adjustment is { } adjustment:
                    Adjust(in happened, in adjustment);
                    break;
                case BookEventKind.Amended:
                    Change(in happened);
                    break;
                case BookEventKind.SelfTradePrevented:
                    Prevent(in happened);
                    break;
                case BookEventKind.Activated:
                    Activate(book.Tickets[happened.OrderId], happened.PriceTicks);
                    break;
                case BookEventKind.Triggered:
                    Trigger(in happened);
                    break;
                case BookEventKind.Indicative:
                    _indicative = book.Indicative =
                        new IndicativeAuction(happened.PriceTicks, happened.QuantityLots, happened.LeavesLots);
                    break;
            }
        }
    }

    private void Open(in BookEvent happened)
    {
        var order = _entering[_entered++];
        var ticket = new OrderTicket(order, happened.OrderId, book.Sequence + 1);
        var waits = !_continues && OrderSubmission.WaitsAtFirst(order, _kind, _entered - 1);
        ticket.Kind = OrderTicket.KindOf(order, waits);
        book.Tickets.CountId(happened.OrderId);
        book.Tickets.Add(ticket);
        // The last order of a list ties them together: holds are reported when all are there.
        if (_entering.Length > 1 && _entered == _entering.Length)
        {
            holds.Tie(_kind, _entering);
            foreach (var member in ticket.List!.Members)
            {
                Opened(member, member == ticket ? happened.PriceTicks : member.Order.PriceTicks);
            }
        }
        else if (_entering.Length == 1)
        {
            Opened(ticket, happened.PriceTicks);
        }
    }

    private void Trigger(in BookEvent happened)
    {
        var ticket = book.Tickets[happened.OrderId];
        book.Tickets.Change(ticket, OrderTicket.KindOf(ticket.Order, waits: false));
        steps.AddTriggered(ticket, happened.MakerLeavesLots);
    }

    private void Opened(OrderTicket ticket, long price)
    {
        ticket.Hold = holds.HoldOf(ticket);
        steps.AddOpened(ticket, SlidOf(ticket, price));
    }

    /// <summary>
    /// Returns an order's price in the book: a post-only order may have slid. A stop first shows its trigger, which is
    /// not a price.
    /// </summary>
    private static long SlidOf(OrderTicket ticket, long price) =>
        ticket.Order.Type == OrderType.Limit ? price : ticket.Order.PriceTicks;

    private void Fill(in BookEvent trade)
    {
        var taker = book.Tickets[trade.OrderId];
        var maker = book.Tickets[trade.MakerId];
        holds.Carry(taker);
        holds.Carry(maker);
        var auction = trade.Kind == BookEventKind.AuctionTrade;
        var notional = book.Instrument!.Notional(trade.PriceTicks, trade.QuantityLots);
        var takerFee =
            Charge(taker, notional, auction ? taker.Fees.Terms.AuctionPpm : taker.Fees.Terms.TakerPpm, in trade);
        var makerFee =
            Charge(maker, notional, auction ? maker.Fees.Terms.AuctionPpm : maker.Fees.Terms.MakerPpm, in trade);
        book.RequireSameLots(taker, maker, in trade);

        taker.Hold = holds.HoldOf(taker);
        maker.Hold = holds.HoldOf(maker);
        steps.AddTrade(taker, maker, in trade, takerFee, makerFee);
        AfterFill(maker);
        AfterFill(taker);
    }

    private static long Charge(OrderTicket ticket, Int128 notional, int ratePpm, in BookEvent trade)
    {
        if (ticket.AmountLeft >= 0)
        {
            // By amount: its total is what it buys.
            ticket.AmountLeft -= trade.PriceTicks * trade.QuantityLots;
            ticket.TotalLots += trade.QuantityLots;
        }

        return ticket.Charge(notional, ratePpm, trade.QuantityLots);
    }

    private void AfterFill(OrderTicket ticket)
    {
        if (ticket.LeavesLots == 0 && ticket.AmountLeft <= 0)
        {
            book.Finish(ticket, EndReason.None);
        }

        holds.Rebalance(ticket);
    }

    private void Close(in BookEvent ended)
    {
        var ticket = book.Tickets[ended.OrderId];
        if (ended.Refusal != RejectReason.None)
        {
            // It did not enter.
            steps.RemoveActivation(ticket.OrderId);
        }

        ticket.Hold = 0;
        steps.AddEnded(ticket, in ended);
        book.Finish(ticket, ended.EndReason);
        holds.Rebalance(ticket);
    }

    private void Change(in BookEvent amended)
    {
        var ticket = book.Tickets[amended.OrderId];
        var before = ticket.TotalLots;
        ticket.TotalLots = amended.QuantityLots - ticket.PreventedLots;
        TellChange(ticket, amended.PriceTicks, before - ticket.TotalLots);
    }

    private void TellChange(OrderTicket ticket, long price, long takenOff)
    {
        ticket.Hold = holds.HoldOf(ticket);
        steps.AddChanged(ticket, price, takenOff);
        holds.Rebalance(ticket);
    }

    /// <summary>
    /// Reports a prevented match and removes the lost lots. An order that ends by it ends in a later event.
    /// </summary>
    private void Prevent(in BookEvent prevented)
    {
        var (taker, maker) = (book.Tickets[prevented.OrderId], book.Tickets[prevented.MakerId]);
        var lots = prevented.QuantityLots;
        var mode = ((SelfTradePrevention)prevented.Detail).Between(taker.OrderId, maker.OrderId);
        var shrinks = mode == SelfTradePrevention.Decrement;
        steps.Add(new MatchPrevented(
            taker.Order.Side,
            prevented.PriceTicks,
            lots,
            LossOf(taker, mode.TakesOfTaker() ? shrinks ? lots : taker.LeavesLots : 0),
            LossOf(maker, mode.TakesOfMaker() ? shrinks ? lots : maker.LeavesLots : 0),
            mode,
            book.Groups.Of(taker.Order.Account)));
        if (shrinks)
        {
            Prevent(taker, lots);
            Prevent(maker, lots);
        }
    }

    private static PreventedSide LossOf(OrderTicket ticket, long lots) =>
        new(ticket.Order.Account, ticket.Order.Number, ticket.OrderId, lots);

    /// <summary>Removes prevented lots from an order; the sibling of a pair loses them too.</summary>
    private void Prevent(OrderTicket ticket, long lots)
    {
        TakeOff(ticket, lots);
        if (ticket.List?.Sibling(ticket) is { } sibling && ticket.LeavesLots > 0 && book.Tickets.IsOpen(sibling))
        {
            TakeOff(sibling, lots);
        }
    }

    private void TakeOff(OrderTicket ticket, long lots)
    {
        ticket.PreventedLots += lots;
        ticket.TotalLots -= lots;
        TellChange(ticket, ticket.Order.PriceTicks, lots);
    }

    private void Activate(OrderTicket ticket, long price)
    {
        ticket.List!.IsActive = true;
        if (!OrderRules.IsTriggered(ticket.Order.Type))
        {
            book.Tickets.Change(ticket, OrderTicket.KindOf(ticket.Order, waits: false));
        }

        holds.Rebalance(ticket);
        steps.AddActivated(ticket, SlidOf(ticket, price));
    }

    private void Adjust(in BookEvent amended, in OrderAdjustment adjustment)
    {
        var ticket = book.Tickets[amended.OrderId];
        var (lots, price) = (ticket.TotalLots, ticket.Order.PriceTicks);
        ticket.TotalLots = amended.QuantityLots - ticket.PreventedLots;
        ticket.Adjust(in adjustment);
        ticket.Hold = holds.HoldOf(ticket);
        steps.AddAdjusted(ticket, price, ticket.TotalLots - lots);
        holds.Rebalance(ticket);
    }
}
