using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// Commands whose outcome does not fit a plain record. The core's events become steps in their sequence, with fees
/// and holds.
/// </summary>
internal sealed partial class BookMachine
{
    private readonly List<TurnStep> _steps = [];
    private readonly List<(Side Side, long PriceTicks)> _touched = [];
    private IndicativeAuction? _indicative;
    private ImmutableArray<SubmitOrder> _entering = [];
    private OrderListKind _kind;
    private int _entered;

    /// <summary>
    /// Time at which the mark price was last set, Unix nanoseconds; 0 if no command since the snapshot did. Not part of
    /// the state.
    /// </summary>
    public long MarkNanos { get; private set; }

    /// <summary>The indicative auction result, in a call phase.</summary>
    public IndicativeAuction? Indicative { get; private set; }

    /// <summary>Returns true if orders are due to expire.</summary>
    public bool IsExpiryDue(long now) => _core is not null && _core.NextExpiryNanos <= At(now);

    /// <summary>Enters all orders of a list or none. The orders must be unknown.</summary>
    public BookTurn SubmitList(OrderListKind kind, ImmutableArray<SubmitOrder> orders, long now)
    {
        var command = BookCommand.Of(BookVerb.EnterList, (long)kind, orders[0].Account) with { Orders = orders };
        var turn = Begin(command, now);
        var legs = new NewOrder[orders.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            legs[i] = Request(orders[i]);
        }

        var reason = Core.SubmitList(turn.TimeNanos, kind, legs, out _);
        if (reason == RejectReason.None)
        {
            Collect();
        }
        else
        {
            for (var i = 0; i < orders.Length; i++)
            {
                Refuse(orders[i], reason, i == Core.RefusedOfList ? reason : RejectReason.None);
            }
        }

        return End(turn with { Reason = reason });
    }

    /// <summary>Changes the conditions of an open order.</summary>
    public RejectReason Amend(OrderTicket ticket, ImmutableArray<NamedValue> changes, long now, out BookRecord? record)
    {
        record = null;
        if (!changes.AreOfOrder())
        {
            return RejectReason.BadRequest;
        }

        var command = BookCommand.Of(BookVerb.Amend, 0, ticket.Order.Account, ticket.Order.Number) with
        {
            Changes = changes,
        };
        return Run(command, now, AmendCore, out record);

        // Its hold depends on its new conditions.
        RejectReason AmendCore(long time)
        {
            var reason = Core.Amend(time, ticket.OrderId, AmendmentOf(changes));
            if (reason == RejectReason.None)
            {
                ticket.Change(changes);
            }

            return reason;
        }
    }

    /// <summary>Carries out an operator's command.</summary>
    public RejectReason Operate(BookCommand command, long now, out BookRecord? record)
    {
        var value = command.Value;
        Func<long, RejectReason>? run = command.Verb switch
        {
            BookVerb.SetPhase
                when value is >= 0 and <= (long)TradingPhase.Closed
                    && command.Changes.AreOfPhase((TradingPhase)value) =>
                time => IsRepeated((TradingPhase)value)
                    ? Core.AdvanceTime(time)
                    : Core.SetPhase(time, (TradingPhase)value),
            BookVerb.SetMark => time => Core.SetMark(time, value),
            BookVerb.SetReference => time => Core.SetReference(time, value),
            BookVerb.SetRules when command.Changes.AreOfRules() => time => SetRules(time, command.Changes),
            BookVerb.SetTradeGroups when command.Changes.AreOfTradeGroups() =>
                time => SetTradeGroups(time, command.Changes),
            BookVerb.AdvanceTime => time => Core.AdvanceTime(time),
            BookVerb.Block => time => Core.Block(time, new OrderFilter(command.Account)),
            BookVerb.Unblock => time => Core.Unblock(time, new OrderFilter(command.Account)),
            // Records from before ADR 52 name the trade by its place among all trades, and moved no money.
            BookVerb.Bust when command.Changes.IsEmpty => time => Core.Bust(time, command.Number),
            BookVerb.Correct when command.Changes.IsEmpty => time => Core.Correct(time, command.Number, value),
            BookVerb.Bust when value == 0 && TradeAsItWas.Of(command) is { } trade =>
                time => ChangeTrade(time, in trade, default),
            BookVerb.Correct
                when value > 0 && TradeAsItWas.Of(command) is { } trade
                    && command.Changes.ValueOf(ChangedValue.TakerFeeNow) is { } takerFee
                && command.Changes.ValueOf(ChangedValue.MakerFeeNow) is { } makerFee =>
                time => ChangeTrade(time, in trade, new(value, takerFee, makerFee)),
            BookVerb.AdjustOrders when command is { Number: > 0 } && command.Changes.AsAdjustment() is { } adjustment =>
                time => Adjust(time, command.Number, adjustment),
            BookVerb.EndOrders when value == (long)EndReason.CorporateAction =>
                time => Core.CancelMany(time, default, EndReason.CorporateAction),
            _ => null,
        };
        record = null;
        if (command.Verb == BookVerb.AdjustOrders && _adjusted.Contains(command.Number))
        {
            return RejectReason.None;
        }

        var reason = run is null ? RejectReason.BadRequest : Run(command, now, run, out record);
        if (command.Verb == BookVerb.SetMark && record is { } set)
        {
            MarkNanos = set.TimeNanos;
        }

        return reason;
    }

    private RejectReason Run(BookCommand command, long now, Func<long, RejectReason> run, out BookRecord? record)
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

    private BookTurn Begin(BookCommand command, long now)
    {
        _steps.Clear();
        _touched.Clear();
        _indicative = null;
        _entering = command.Orders;
        _entered = 0;
        _adjustment = null;
        _kind = command.Verb == BookVerb.EnterList ? (OrderListKind)command.Value : 0;
        return new BookTurn(At(now), command, RejectReason.None, Core.Phase, [], [], null);
    }

    private BookTurn End(BookTurn turn)
    {
        var levels = ImmutableArray.CreateBuilder<LevelState>(_touched.Count);
        foreach (var (side, price) in _touched)
        {
            var level = Core.LevelAt(side, price);
            levels.Add(new LevelState(side, price, level.Lots, level.Orders));
        }

        NotePhase(turn);
        if (Core.Phase is TradingPhase.Continuous or TradingPhase.PreOpen or TradingPhase.Halt or TradingPhase.Closed)
        {
            Indicative = null;
        }

        return Count(turn with
        {
            Phase = Core.Phase,
            Steps = [.. _steps],
            Levels = levels.MoveToImmutable(),
            Indicative = _indicative,
        });
    }

    /// <summary>Converts the order for the core.</summary>
    private NewOrder Request(SubmitOrder order) => new(
        order.Account,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.PostOnly,
        order.PriceTicks,
        order.QuantityLots,
        PartyOf(order.Account),
        order.SelfTrade,
        order.Conditions.Decode());

    private static Amendment AmendmentOf(ImmutableArray<NamedValue> changes)
    {
        var changed = default(OrderConditions).With(changes);
        return new Amendment
        {
            DisplayLots = changed.DisplayLots,
            TriggerTicks = changed.TriggerTicks,
            TrailTicks = changed.TrailTicks,
            TrailBasisPoints = changed.TrailBasisPoints,
            ExpiryNanos = changed.ExpiryNanos,
            PriceTicks = changes.ValueOf(ChangedValue.WorstTicks),
        };
    }

    private BookRules RulesOf(ImmutableArray<NamedValue> changes)
    {
        var rules = Core.Rules;
        foreach (var (name, value) in changes)
        {
            long? given = value < 0 ? null : value;
            var points = (int?)(given > int.MaxValue ? int.MaxValue : given);
            rules = name switch
            {
                ChangedValue.ProtectionTicks => rules with { ProtectionTicks = given },
                ChangedValue.StaticBand => rules with { StaticBandBasisPoints = points },
                ChangedValue.DynamicBand => rules with { DynamicBandBasisPoints = points },
                ChangedValue.DynamicBandAuction => rules with
                {
                    DynamicBandMode = value == 1 ? BandMode.Auction : BandMode.Reject,
                },
                ChangedValue.AuctionCollar => rules with { AuctionCollarBasisPoints = points },
                ChangedValue.MaxExtensions => rules with { MaxExtensions = points ?? 0 },
                ChangedValue.AuctionNanos => rules,
                _ => throw new InvalidDataException($"A book has no rule {name}."),
            };
        }

        return rules;
    }

    /// <summary>
    /// Returns true if records of plain orders can represent everything that the core's last command did.
    /// </summary>
    private bool IsPlainOutcome(long orderId, OrderTicket? replaced)
    {
        if (replaced is { IsPlain: false })
        {
            return false;
        }

        foreach (ref readonly var happened in Core.Events)
        {
            var plain = happened.Kind switch
            {
                BookEventKind.Accepted => true,
                BookEventKind.Trade => happened.OrderId == orderId && TicketOf(happened.MakerId).IsPlain,
                BookEventKind.Rested => happened.OrderId == orderId && happened.Detail == 0,
                BookEventKind.Ended => happened.OrderId == orderId || happened.OrderId == replaced?.OrderId,
                _ => false,
            };
            if (!plain)
            {
                return false;
            }
        }

        return true;
    }

    private OrderTicket TicketOf(long orderId) => _open[orderId];

    /// <summary>Converts the core's events to steps.</summary>
    private void Collect()
    {
        FollowDisplayed();
        foreach (ref readonly var happened in Core.Events)
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
                case BookEventKind.Amended when _adjustment is { } adjustment:
                    Adjust(in happened, in adjustment);
                    break;
                case BookEventKind.Amended:
                    Change(in happened);
                    break;
                case BookEventKind.SelfTradePrevented:
                    Prevent(in happened);
                    break;
                case BookEventKind.Activated:
                    Activate(TicketOf(happened.OrderId), happened.PriceTicks);
                    break;
                case BookEventKind.Triggered:
                    var triggered = TicketOf(happened.OrderId);
                    Add(
                        StepKind.Triggered, triggered, EndReason.None, happened.MakerLeavesLots, 0,
                        triggered.LeavesLots);
                    break;
                case BookEventKind.Indicative:
                    _indicative = Indicative =
                        new IndicativeAuction(happened.PriceTicks, happened.QuantityLots, happened.LeavesLots);
                    break;
            }
        }

    }

    private void Open(in BookEvent happened)
    {
        var order = _entering[_entered++];
        var ticket = new OrderTicket(order, happened.OrderId, Sequence + 1);
        CountId(happened.OrderId);
        AddOpen(ticket);
        // The last order of a list ties them together: holds are reported when all are there.
        if (_entering.Length > 1 && _entered == _entering.Length)
        {
            Tie();
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

    private void Opened(OrderTicket ticket, long price)
    {
        ticket.Hold = HoldOf(ticket);
        Add(StepKind.Opened, ticket, EndReason.None, SlidOf(ticket, price), ticket.TotalLots, ticket.LeavesLots);
    }

    /// <summary>
    /// Returns an order's price in the book: a post-only order may have slid. A stop first shows its trigger, which is
    /// not a price.
    /// </summary>
    private static long SlidOf(OrderTicket ticket, long price) =>
        ticket.Order.Type == OrderType.Limit ? price : ticket.Order.PriceTicks;

    private void Tie()
    {
        var members = new OrderTicket[_entering.Length];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = _accounts[_entering[i].Account].Open[_entering[i].Number];
        }

        var list = new TicketList(_kind, members) { Carrier = members[_kind == OrderListKind.OneCancelsOther ? 0 : 1] };
        foreach (var member in members)
        {
            member.List = list;
        }
    }

    private long HoldOf(OrderTicket ticket) => ticket.List is { } list
        ? list.HoldOf(ticket, Instrument!, IsOpen)
        : ticket.OwnHold(Instrument!);

    private void Fill(in BookEvent trade)
    {
        var taker = TicketOf(trade.OrderId);
        var maker = TicketOf(trade.MakerId);
        Carry(taker);
        Carry(maker);
        var auction = trade.Kind == BookEventKind.AuctionTrade;
        var notional = Instrument!.Notional(trade.PriceTicks, trade.QuantityLots);
        var takerFee =
            Charge(taker, notional, auction ? taker.Fees.Terms.AuctionPpm : taker.Fees.Terms.TakerPpm, in trade);
        var makerFee =
            Charge(maker, notional, auction ? maker.Fees.Terms.AuctionPpm : maker.Fees.Terms.MakerPpm, in trade);
        if (maker.LeavesLots != trade.MakerLeavesLots || taker.LeavesLots != trade.LeavesLots)
        {
            throw new InvalidOperationException($"{symbol}: shell and core count the lots of a trade differently.");
        }

        taker.Hold = HoldOf(taker);
        maker.Hold = HoldOf(maker);
        _steps.Add(new TurnStep(
            StepKind.Fill,
            taker.Order.Account,
            taker.Order.Number,
            taker.OrderId,
            taker.Order.Side,
            EndReason.None,
            trade.PriceTicks,
            trade.QuantityLots,
            taker.LeavesLots,
            takerFee,
            taker.Hold,
            maker.Order.Account,
            maker.Order.Number,
            maker.OrderId,
            maker.LeavesLots,
            makerFee,
            maker.Hold,
            auction));
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

        return Charge(ticket, notional, ratePpm, trade.QuantityLots);
    }

    /// <summary>Moves the hold to a leg before it fills, because a leg without a hold must not fill.</summary>
    private void Carry(OrderTicket ticket)
    {
        if (ticket.List is not { IsSplit: false } list || list.Sibling(ticket) is not { } sibling)
        {
            return;
        }

        list.Carrier = ticket;
        Rebalance(list);
        list.IsSplit = IsOpen(sibling);
    }

    private void AfterFill(OrderTicket ticket)
    {
        if (ticket.LeavesLots == 0 && ticket.AmountLeft <= 0)
        {
            Finish(ticket, EndReason.None);
        }

        if (ticket.List is { } list)
        {
            Rebalance(list);
        }
    }

    private void Close(in BookEvent ended)
    {
        var ticket = TicketOf(ended.OrderId);
        if (ended.Refusal != RejectReason.None)
        {
            // It did not enter.
            _steps.RemoveAll(step => step.Kind == StepKind.Activated && step.OrderId == ticket.OrderId);
        }

        ticket.Hold = 0;
        Add(
            StepKind.Ended, ticket, ended.EndReason, ended.PriceTicks, ticket.FilledLots, ticket.LeavesLots,
            ended.Refusal);
        Finish(ticket, ended.EndReason);
        if (ticket.List is { } list)
        {
            Rebalance(list);
        }
    }

    private void Change(in BookEvent amended)
    {
        var ticket = TicketOf(amended.OrderId);
        var before = ticket.TotalLots;
        ticket.TotalLots = amended.QuantityLots - ticket.PreventedLots;
        TellChange(ticket, amended.PriceTicks, before - ticket.TotalLots);
    }

    private void TellChange(OrderTicket ticket, long price, long takenOff)
    {
        ticket.Hold = HoldOf(ticket);
        Add(StepKind.Changed, ticket, EndReason.None, price, takenOff, ticket.LeavesLots);
        if (ticket.List is { } list)
        {
            Rebalance(list);
        }
    }

    /// <summary>
    /// Reports a prevented match and removes the lost lots. An order that ends by it ends in a later event.
    /// </summary>
    private void Prevent(in BookEvent prevented)
    {
        var (taker, maker, lots) = (TicketOf(prevented.OrderId), TicketOf(prevented.MakerId), prevented.QuantityLots);
        var mode = ((SelfTradePrevention)prevented.Detail).Between(taker.OrderId, maker.OrderId);
        var shrinks = mode == SelfTradePrevention.Decrement;
        _steps.Add(new TurnStep(
            StepKind.Prevented,
            taker.Order.Account,
            taker.Order.Number,
            taker.OrderId,
            taker.Order.Side,
            EndReason.None,
            prevented.PriceTicks,
            lots,
            mode.TakesOfTaker() ? shrinks ? lots : taker.LeavesLots : 0,
            0,
            0,
            maker.Order.Account,
            maker.Order.Number,
            maker.OrderId,
            mode.TakesOfMaker() ? shrinks ? lots : maker.LeavesLots : 0,
            SelfTrade: mode,
            Owner: _tradeGroups.GetValueOrDefault(taker.Order.Account)));
        if (shrinks)
        {
            Prevent(taker, lots);
            Prevent(maker, lots);
        }
    }

    /// <summary>Removes prevented lots from an order; the sibling of a pair loses them too.</summary>
    private void Prevent(OrderTicket ticket, long lots)
    {
        TakeOff(ticket, lots);
        if (ticket.List?.Sibling(ticket) is { } sibling && ticket.LeavesLots > 0 && IsOpen(sibling))
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
        Rebalance(ticket.List);
        Add(StepKind.Activated, ticket, EndReason.None, SlidOf(ticket, price), 0, ticket.LeavesLots);
    }

    /// <summary>
    /// Reports the changed holds of a list: first those that shrink, then those that use what became free.
    /// </summary>
    private void Rebalance(TicketList list)
    {
        foreach (var grows in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var member in list.Members)
            {
                if (!IsOpen(member)
                    || HoldOf(member) is var hold && (hold == member.Hold || hold > member.Hold != grows))
                {
                    continue;
                }

                member.Hold = HoldOf(member);
                Add(StepKind.Held, member, EndReason.None, 0, 0, member.LeavesLots);
            }
        }
    }

    /// <summary>Updates the public view to the core's last command.</summary>
    private void Follow()
    {
        _displayed?.Follow();
        if (OnDisplayed is { } tell && _displayed is { } displayed)
        {
            foreach (var change in displayed.Orders)
            {
                tell(change);
            }
        }
    }

    /// <summary>Notes the displayed levels that the core's last command touched.</summary>
    private void FollowDisplayed()
    {
        Follow();
        // One command reports each level once, and a record's first command may touch thousands.
        var isFirst = _touched.Count == 0;
        foreach (ref readonly var level in _displayed is null ? [] : _displayed.Levels)
        {
            if (isFirst || !_touched.Contains((level.Side, level.PriceTicks)))
            {
                _touched.Add((level.Side, level.PriceTicks));
            }
        }
    }

    private void Add(
        StepKind kind, OrderTicket ticket, EndReason reason, long price, long lots, long leaves,
        RejectReason refusal = RejectReason.None) =>
        _steps.Add(new TurnStep(
            kind,
            ticket.Order.Account,
            ticket.Order.Number,
            ticket.OrderId,
            ticket.Order.Side,
            reason,
            price,
            lots,
            leaves,
            0,
            ticket.Hold,
            Refusal: refusal));

    private void Refuse(SubmitOrder order, RejectReason reason, RejectReason forIt = RejectReason.None)
    {
        _steps.Add(new TurnStep(
            StepKind.Voided, order.Account, order.Number, 0, order.Side, EndReason.None, order.PriceTicks,
            order.QuantityLots, 0, 0, 0, Refusal: forIt));
        _finished.Add(
            order.Account,
            order.Number,
            new FinishedOrder(
                0, Sequence + 1, Sequence + 1, OrderStatus.Rejected, EndReason.None, reason, order.QuantityLots, 0));
    }
}
