using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// A book's state machine: each command gives at most one record, with the command and everything it caused. The
/// records alone determine the state. It is pure: no I/O and no clock; the time comes with the command.
/// </summary>
/// <remarks>
/// A replay runs each record's command again and compares the bytes (<see cref="Replay"/>), so that a book that
/// contradicts its journal never trades.
/// </remarks>
internal sealed partial class BookMachine(string symbol)
{
    private readonly Dictionary<long, AccountInBook> _accounts = [];

    private readonly Dictionary<long, OrderTicket> _open = [];
    private FinishedOrders _finished = new();

    // Public ids are dense from 1.
    private long _lastId;
    private OrderBook? _core;
    private DisplayedBook? _displayed;

    /// <summary>Its symbol.</summary>
    public string Symbol => symbol;

    /// <summary>The instrument; null until it is defined.</summary>
    public Instrument? Instrument { get; private set; }

    /// <summary>Sequence of the last record.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of the last record, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>
    /// True if time may go back after a clock that ran ahead dated the last record (<see cref="TimeCorrection"/>).
    /// </summary>
    public bool CorrectsTime { get; set; }

    /// <summary>
    /// Called for each change of displayed orders as it is made; null in the book itself, which reports only levels.
    /// </summary>
    public Action<OrderChange>? OnDisplayed { get; set; }

    /// <summary>The matching core; it exists once the instrument is defined.</summary>
    public OrderBook Core => _core ?? throw new InvalidOperationException($"{symbol} is not defined.");

    /// <summary>Defines the instrument. Returns null if the definition is unchanged.</summary>
    /// <exception cref="ArgumentException">The units of a defined instrument never change.</exception>
    public BookRecord? Define(EncodedInstrument definition, long now)
    {
        var instrument = definition.Decode();
        if (Instrument is { } old)
        {
            if (old == instrument)
            {
                return null;
            }

            if (!HasSameUnits(old, instrument))
            {
                throw new ArgumentException(
                    $"{symbol}: assets, tick, lot and group of a listed instrument never change.", nameof(definition));
            }
        }

        return Define(new InstrumentDefined(At(now), definition), instrument);
    }

    /// <summary>Returns true if an order is known here, with its end if it ended.</summary>
    public bool IsKnown(long account, long number, out OrderTicket? open, out FinishedOrder finished)
    {
        open = null;
        finished = default;
        var presence = _accounts.GetValueOrDefault(account);
        return (presence is not null && presence.Open.TryGetValue(number, out open))
            || _finished.TryGet(account, number, out finished)
            || (presence is not null && IsBelowFloor(presence, number, out finished));
    }

    /// <summary>Returns the owner of a public id; account 0 if it was never issued.</summary>
    public (long Account, long Number) OwnerOf(long orderId) => _open.TryGetValue(orderId, out var ticket)
        ? (ticket.Order.Account, ticket.Order.Number)
        : _finished.OwnerOf(orderId);

    /// <summary>
    /// Enters an unknown order. A replacement continues in the state that the replaced order has reached.
    /// </summary>
    public BookRecord Submit(SubmitOrder order, long now) => Submit(
        order,
        now,
        becomes: order.ReplacesNumber != 0 && IsKnown(order.Account, order.ReplacesNumber, out var old, out _)
            && old is not null
            && HasBecomeAnother(old, order));

    private BookRecord Submit(SubmitOrder order, long now, bool becomes)
    {
        var time = At(now);
        var request = becomes ? AsBecome(Request(order)) : Request(order);
        OrderTicket? replaced = null;
        var reason = RejectReason.None;
        long orderId = 0;
        if (order.ReplacesNumber == 0)
        {
            reason = Core.Submit(time, request, out orderId);
        }
        else if (!IsKnown(order.Account, order.ReplacesNumber, out replaced, out _) || replaced is null)
        {
            reason = RejectReason.OrderClosed;
        }
        else if (replaced.LeavesLots != order.ExpectedLeavesLots)
        {
            reason = RejectReason.StaleLeaves;
        }
        else
        {
            reason = Core.Replace(time, replaced.OrderId, request, out orderId);
        }

        if (reason != RejectReason.None)
        {
            return becomes
                ? Decline(EnterOne(order, becomes), order, reason, now)
                : Void(new OrderVoided(time, order.Account, order.Number, reason, order));
        }

        if (order.IsPlain && IsPlainOutcome(orderId, replaced))
        {
            Follow();
            return Accept(order, orderId, time, replaced);
        }

        var turn = Begin(EnterOne(order, becomes), now);
        Collect();
        return End(turn);
    }

    private static BookCommand EnterOne(SubmitOrder order, bool becomes) =>
        BookCommand.Of(BookVerb.Enter, becomes ? 1 : 0, order.Account, order.Number) with { Orders = [order] };

    private BookTurn Decline(BookCommand command, SubmitOrder order, RejectReason reason, long now)
    {
        var turn = Begin(command, now) with { Reason = reason };
        Refuse(order, reason);
        return End(turn);
    }

    /// <summary>
    /// Returns true if an open order is no longer what it was when it entered: it has triggered, its minimum quantity
    /// is filled, or it displays all that is left. The replacing account does not know.
    /// </summary>
    private bool HasBecomeAnother(OrderTicket old, SubmitOrder order) =>
        old.Order.Conditions.Decode() is { } terms
        && Core.TryGetOrder(old.OrderId, out var there) && there.Place is not (OrderPlace.Armed or OrderPlace.Pending)
        && (OrderRules.IsTriggered(order.Type) || terms.MinimumLots is not null
            || terms.DisplayLots > order.QuantityLots);

    /// <summary>Returns an order without conditions that are already met: its trigger, its minimum quantity.</summary>
    private static NewOrder AsBecome(NewOrder order) => order with
    {
        Type = OrderRules.IsTriggered(order.Type)
            ? OrderRules.IsMarket(order.Type) ? OrderType.Market : OrderType.Limit
            : order.Type,
        Conditions = order.Conditions! with
        {
            TriggerTicks = null,
            TriggerReference = default,
            TrailTicks = null,
            TrailBasisPoints = null,
            ActivationTicks = null,
            LimitOffsetTicks = null,
            MinimumLots = null,
            DisplayLots = order.Conditions.DisplayLots is { } display ? Math.Min(display, order.QuantityLots) : null,
        },
    };

    /// <summary>
    /// Cancels an order. An unseen one is voided, so that a late submit is rejected. Returns null if it is already
    /// done; its final state stands.
    /// </summary>
    public BookRecord? Close(long account, long number, EndReason reason, long now)
    {
        if (!IsKnown(account, number, out var open, out _))
        {
            return Tombstone(account, number, now);
        }

        if (open is null)
        {
            return null;
        }

        var time = At(now);
        Require(Core.Cancel(time, open.OrderId, reason));
        if (open.IsPlain && Core.Events.Length == 1)
        {
            Follow();
            return Close(new OrdersClosed(time, [Describe(open, reason)]));
        }

        var turn = Begin(BookCommand.Of(BookVerb.Cancel, (long)reason, account, number), now);
        Collect();
        return End(turn);
    }

    /// <summary>Voids an unseen order; leaves an open one alone. Returns null if it is known.</summary>
    public BookRecord? Resolve(long account, long number, long now) =>
        IsKnown(account, number, out _, out _) ? null : Tombstone(account, number, now);

    /// <summary>Reduces an open order in place.</summary>
    public RejectReason Reduce(OrderTicket ticket, long totalLots, long now, out BookRecord? record)
    {
        record = null;
        if (totalLots == ticket.TotalLots)
        {
            return RejectReason.None;
        }

        var time = At(now);
        var reason = Core.Reduce(time, ticket.OrderId, totalLots + ticket.PreventedLots);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (!ticket.IsPlain || Core.Events.Length != 1)
        {
            var order = ticket.Order;
            var turn = Begin(BookCommand.Of(BookVerb.Reduce, totalLots, order.Account, order.Number), now);
            Collect();
            record = End(turn);
            return RejectReason.None;
        }

        Follow();
        record = totalLots <= ticket.FilledLots
            ? Close(new OrdersClosed(time, [Describe(ticket, EndReason.Amended)]))
            : Shrink(ticket, totalLots, time);
        return RejectReason.None;
    }

    /// <summary>Records the proof that a public id was never issued.</summary>
    public BookRecord Witness(long account, long orderId, long now) =>
        Count(new NothingFound(At(now), account, orderId));

    /// <summary>
    /// Marks that the last record touches an account; returns the sequence of the previous one that did.
    /// </summary>
    public long Chain(long account)
    {
        var presence = Presence(account);
        var previous = presence.LastSequence;
        presence.LastSequence = Sequence;
        return previous;
    }

    private static bool HasSameUnits(Instrument a, Instrument b) =>
        a.Symbol == b.Symbol && a.Base == b.Base && a.Quote == b.Quote && a.PriceDecimals == b.PriceDecimals
        && a.TickSize == b.TickSize && a.QuantityDecimals == b.QuantityDecimals && a.LotSize == b.LotSize
        && a.Group == b.Group
        && a.SettlementDays == b.SettlementDays && a.SettlementVenue == b.SettlementVenue;

    private static bool IsBelowFloor(AccountInBook presence, long number, out FinishedOrder finished)
    {
        finished = new FinishedOrder(
            0, 0, 0, OrderStatus.Rejected, EndReason.None, RejectReason.Voided, 0, 0);
        return number <= presence.Floor;
    }

    // A rejection where none is possible means that machine and core disagree: stop.
    private static void Require(RejectReason reason)
    {
        if (reason != RejectReason.None)
        {
            throw new InvalidOperationException($"The core refused what the shell knows to be right: {reason}.");
        }
    }

    private static ClosedOrder Describe(OrderTicket ticket, EndReason reason) => new(
        ticket.Order.Account,
        ticket.Order.Number,
        ticket.OrderId,
        ticket.Order.Side,
        ticket.Order.PriceTicks,
        reason,
        ticket.FilledLots,
        ticket.LeavesLots);

    private long At(long now)
    {
        var at = TimeCorrection.After(TimeNanos, now, CorrectsTime);
        if (at < TimeNanos)
            TurnBack(at);
        return at;
    }

    private void TurnBack(long now)
    {
        TimeNanos = now;
        _core?.TurnBack(now);
    }

    private AccountInBook Presence(long account)
    {
        ref var presence = ref CollectionsMarshal.GetValueRefOrAddDefault(_accounts, account, out _);
        return presence ??= new AccountInBook();
    }

    // Every record passes here last: the state has advanced by one record.
    private T Count<T>(T record)
        where T : BookRecord
    {
        TimeNanos = record.TimeNanos;
        Sequence++;
        return record;
    }

    private InstrumentDefined Define(InstrumentDefined record, Instrument instrument)
    {
        Instrument = instrument;
        _core ??= new OrderBook(instrument.MaxLevels);
        _displayed ??= new DisplayedBook(_core);
        return Count(record);
    }

    private OrderVoided Tombstone(long account, long number, long now) =>
        Void(new OrderVoided(At(now), account, number, RejectReason.Voided, null));

    private OrderVoided Void(OrderVoided record)
    {
        var sequence = Sequence + 1;
        _finished.Add(
            record.Account,
            record.Number,
            new FinishedOrder(
                0,
                sequence,
                sequence,
                OrderStatus.Rejected,
                EndReason.None,
                record.Reason,
                record.Order?.QuantityLots ?? 0,
                0));
        return Count(record);
    }

    private OrderAccepted Accept(SubmitOrder order, long orderId, long time, OrderTicket? replaced)
    {
        var ticket = new OrderTicket(order, orderId, Sequence + 1);
        CountId(orderId);
        ClosedOrder? old = replaced is null ? null : Describe(replaced, EndReason.Replaced);
        if (old is { } closed)
        {
            Finish(replaced!, closed.Reason);
        }

        var fills = RoomForTrades(Core.Events);
        var (traded, end) = (0, EndReason.None);
        foreach (ref readonly var happened in Core.Events)
        {
            if (happened.Kind == BookEventKind.Trade)
            {
                fills[traded++] = Match(ticket, happened);
            }
            else if (happened.Kind == BookEventKind.Ended && happened.OrderId == orderId)
            {
                end = happened.EndReason;
            }
        }

        var isOpen = end == EndReason.None && ticket.LeavesLots > 0;
        var record = new OrderAccepted(
            time,
            order,
            orderId,
            ImmutableCollectionsMarshal.AsImmutableArray(fills),
            isOpen ? ticket.LeavesLots : 0,
            end,
            isOpen ? HoldOf(ticket) : 0,
            old);
        if (isOpen)
        {
            AddOpen(ticket);
        }
        else
        {
            Finish(ticket, end);
        }

        return Count(record);
    }

    // Most orders trade not at all or once: allocate the record's own array and nothing larger.
    private static TradeFill[] RoomForTrades(ReadOnlySpan<BookEvent> events)
    {
        var trades = 0;
        foreach (ref readonly var happened in events)
        {
            trades += happened.Kind == BookEventKind.Trade ? 1 : 0;
        }

        return trades == 0 ? [] : new TradeFill[trades];
    }

    private void CountId(long orderId)
    {
        if (orderId != ++_lastId)
        {
            throw new InvalidOperationException($"{symbol}: id {orderId} after {_lastId - 1}.");
        }
    }

    private void AddOpen(OrderTicket ticket)
    {
        Presence(ticket.Order.Account).Open.Add(ticket.Order.Number, ticket);
        _open.Add(ticket.OrderId, ticket);
    }

    private TradeFill Match(OrderTicket taker, in BookEvent trade)
    {
        var maker = _open[trade.MakerId];
        var notional = Instrument!.Notional(trade.PriceTicks, trade.QuantityLots);
        var makerFee = Charge(maker, notional, maker.Fees.Terms.MakerPpm, trade.QuantityLots);
        var takerFee = Charge(taker, notional, taker.Fees.Terms.TakerPpm, trade.QuantityLots);
        if (maker.LeavesLots != trade.MakerLeavesLots || taker.LeavesLots != trade.LeavesLots)
        {
            throw new InvalidOperationException($"{symbol}: shell and core count the lots of a trade differently.");
        }

        if (maker.LeavesLots == 0)
        {
            Finish(maker, EndReason.None);
        }

        return new TradeFill(
            maker.OrderId,
            maker.Order.Account,
            maker.Order.Number,
            trade.PriceTicks,
            trade.QuantityLots,
            makerFee,
            takerFee,
            maker.LeavesLots,
            HoldOf(maker));
    }

    private static long Charge(OrderTicket ticket, Int128 notional, int ratePpm, long lots)
    {
        var before = ticket.Fees.Due;
        ticket.Fees = ticket.Fees.After(notional, ratePpm);
        ticket.FilledLots += lots;
        return ticket.Fees.Due - before;
    }

    private void Finish(OrderTicket ticket, EndReason end)
    {
        var order = ticket.Order;
        Presence(order.Account).Open.Remove(order.Number);
        _open.Remove(ticket.OrderId);
        _finished.Add(
            order.Account,
            order.Number,
            new FinishedOrder(
                ticket.OrderId,
                ticket.Sequence,
                Sequence + 1,
                end.Status(),
                end,
                RejectReason.None,
                ticket.TotalLots,
                ticket.FilledLots));
    }

    private OrdersClosed Close(OrdersClosed record)
    {
        foreach (var order in record.Orders)
        {
            Finish(_open[order.OrderId], order.Reason);
        }

        return Count(record);
    }

    private OrderReduced Shrink(OrderTicket ticket, long totalLots, long time)
    {
        var reduced = ticket.TotalLots - totalLots;
        ticket.TotalLots = totalLots;
        return Count(new OrderReduced(
            time,
            ticket.Order.Account,
            ticket.Order.Number,
            ticket.OrderId,
            ticket.Order.Side,
            ticket.Order.PriceTicks,
            totalLots,
            reduced,
            HoldOf(ticket)));
    }
}
