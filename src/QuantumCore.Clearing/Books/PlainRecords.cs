using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// Short records for the usual outcomes: a plain order that rests or trades, ends or shrinks, or never enters.
/// </summary>
/// <param name="book">The book.</param>
/// <param name="holds">Holds of its orders.</param>
internal sealed class PlainRecords(BookMachineState book, ListHolds holds)
{
    /// <summary>
    /// Returns true if records of plain orders can represent everything that the core's last command did.
    /// </summary>
    public bool CanTell(long orderId, OrderTicket? replaced)
    {
        if (replaced is { IsPlain: false })
        {
            return false;
        }

        foreach (ref readonly var happened in book.Core.Events)
        {
            var plain = happened.Kind switch
            {
                BookEventKind.Accepted => true,
                BookEventKind.Trade => happened.OrderId == orderId && book.Tickets[happened.MakerId].IsPlain,
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

    /// <summary>Records an order that entered.</summary>
    public OrderAccepted Accept(SubmitOrder order, long orderId, long time, OrderTicket? replaced)
    {
        var ticket = new OrderTicket(order, orderId, book.Sequence + 1);
        book.Tickets.CountId(orderId);
        ClosedOrder? old = replaced?.ToClosed(EndReason.Replaced);
        if (old is { } closed)
        {
            book.Finish(replaced!, closed.Reason);
        }

        var events = book.Core.Events;
        var fills = RoomForTrades(events);
        var (traded, end) = (0, EndReason.None);
        foreach (ref readonly var happened in events)
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
            isOpen ? holds.HoldOf(ticket) : 0,
            old);
        if (isOpen)
        {
            book.Tickets.Add(ticket);
        }
        else
        {
            book.Finish(ticket, end);
        }

        return book.Count(record);
    }

    /// <summary>Records the end of an open order.</summary>
    public OrdersClosed Close(OrderTicket ticket, EndReason reason, long time)
    {
        var record = new OrdersClosed(time, [ticket.ToClosed(reason)]);
        book.Finish(ticket, reason);
        return book.Count(record);
    }

    /// <summary>Records a smaller total of an open order.</summary>
    public OrderReduced Shrink(OrderTicket ticket, long totalLots, long time)
    {
        var reduced = ticket.TotalLots - totalLots;
        ticket.TotalLots = totalLots;
        return book.Count(new OrderReduced(
            time,
            ticket.Order.Account,
            ticket.Order.Number,
            ticket.OrderId,
            ticket.Order.Side,
            ticket.Order.PriceTicks,
            totalLots,
            reduced,
            holds.HoldOf(ticket)));
    }

    /// <summary>Records that an unseen order can never enter.</summary>
    public OrderVoided Tombstone(long account, long number, long now) =>
        Void(new OrderVoided(book.At(now), account, number, RejectReason.Voided, null));

    /// <summary>Records an order that did not enter.</summary>
    public OrderVoided Void(OrderVoided record)
    {
        book.Tickets.Reject(
            record.Account, record.Number, record.Order?.QuantityLots ?? 0, record.Reason, book.Sequence + 1);
        return book.Count(record);
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

    private TradeFill Match(OrderTicket taker, in BookEvent trade)
    {
        var maker = book.Tickets[trade.MakerId];
        var notional = book.Instrument!.Notional(trade.PriceTicks, trade.QuantityLots);
        var makerFee = maker.Charge(notional, maker.Fees.Terms.MakerPpm, trade.QuantityLots);
        var takerFee = taker.Charge(notional, taker.Fees.Terms.TakerPpm, trade.QuantityLots);
        book.RequireSameLots(taker, maker, in trade);
        if (maker.LeavesLots == 0)
        {
            book.Finish(maker, EndReason.None);
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
            holds.HoldOf(maker));
    }
}
