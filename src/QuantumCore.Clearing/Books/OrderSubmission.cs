using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Enters orders into a book: new ones, replacements and lists.</summary>
/// <param name="book">The book.</param>
/// <param name="plain">Records of plain outcomes.</param>
/// <param name="recorder">Records of all others.</param>
internal sealed class OrderSubmission(BookMachineState book, PlainRecords plain, TurnRecorder recorder)
{
    /// <summary>
    /// Enters an unknown order if the book has room for it. A replacement continues in the state that the replaced
    /// order has reached.
    /// </summary>
    public BookRecord Submit(SubmitOrder order, long now)
    {
        OrderTicket? old = null;
        if (order.ReplacesNumber != 0)
        {
            _ = book.Tickets.IsKnown(order.Account, order.ReplacesNumber, out old, out _);
        }

        var becomes = old is not null && HasBecomeAnother(old, order);
        var kind = OrderTicket.KindOf(order, waits: !becomes && WaitsAtFirst(order));
        var needsRoom = old?.Kind != kind && (old is not null || order.ReplacesNumber == 0);
        return !needsRoom || book.Tickets.HasRoom(kind, order.Account)
            ? Submit(order, now, becomes)
            : Decline(order, RejectReason.BookOrderLimit, now);
    }

    /// <summary>Enters an unknown order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="now">Time of the command, Unix nanoseconds.</param>
    /// <param name="becomes">True for a replacement whose conditions are already met.</param>
    public BookRecord Submit(SubmitOrder order, long now, bool becomes)
    {
        var time = book.At(now);
        var request = becomes ? AsBecome(book.Request(order)) : book.Request(order);
        OrderTicket? replaced = null;
        var reason = RejectReason.None;
        long orderId = 0;
        if (order.ReplacesNumber == 0)
        {
            reason = book.Core.Submit(time, request, out orderId);
        }
        else if (!book.Tickets.IsKnown(order.Account, order.ReplacesNumber, out replaced, out _) || replaced is null)
        {
            reason = RejectReason.OrderClosed;
        }
        else if (replaced.LeavesLots != order.ExpectedLeavesLots)
        {
            reason = RejectReason.StaleLeaves;
        }
        else
        {
            reason = book.Core.Replace(time, replaced.OrderId, request, out orderId);
        }

        if (reason != RejectReason.None)
        {
            return becomes
                ? Decline(new EnterOrder(order, becomes), reason, now)
                : plain.Void(new OrderVoided(time, order.Account, order.Number, reason, order));
        }

        if (order.IsPlain && plain.CanTell(orderId, replaced))
        {
            book.Follow();
            return plain.Accept(order, orderId, time, replaced);
        }

        var turn = recorder.Begin(new EnterOrder(order, becomes), now);
        recorder.Collect();
        return recorder.End(turn);
    }

    /// <summary>
    /// Enters all orders of a list or none, if the book has room for them. The orders must be unknown.
    /// </summary>
    public BookTurn SubmitList(OrderListKind kind, ImmutableArray<SubmitOrder> orders, long now)
    {
        // Each order is checked alone: those of one kind may together exceed the limit, by one or two.
        for (var i = 0; i < orders.Length; i++)
        {
            var order = orders[i];
            if (!book.Tickets.HasRoom(OrderTicket.KindOf(order, WaitsAtFirst(order, kind, i)), order.Account))
            {
                return DeclineList(kind, orders, i, now);
            }
        }

        return EnterList(kind, orders, now);
    }

    /// <summary>Rejects a list because the book has no room for one of its orders.</summary>
    public BookTurn DeclineList(OrderListKind kind, ImmutableArray<SubmitOrder> orders, int at, long now)
    {
        var reason = RejectReason.BookOrderLimit;
        var turn = recorder.Begin(new EnterOrderList(kind, orders), now) with { Reason = reason };
        for (var i = 0; i < orders.Length; i++)
        {
            recorder.Refuse(orders[i], reason, i == at ? reason : RejectReason.None);
        }

        return recorder.End(turn);
    }

    /// <summary>Enters all orders of a list or none, whatever else is open.</summary>
    public BookTurn EnterList(OrderListKind kind, ImmutableArray<SubmitOrder> orders, long now)
    {
        var turn = recorder.Begin(new EnterOrderList(kind, orders), now);
        var legs = new NewOrder[orders.Length];
        for (var i = 0; i < legs.Length; i++)
        {
            legs[i] = book.Request(orders[i]);
        }

        var reason = book.Core.SubmitList(turn.TimeNanos, kind, legs, out _);
        if (reason == RejectReason.None)
        {
            recorder.Collect();
        }
        else
        {
            for (var i = 0; i < orders.Length; i++)
            {
                recorder.Refuse(orders[i], reason, i == book.Core.RefusedOfList ? reason : RejectReason.None);
            }
        }

        return recorder.End(turn with { Reason = reason });
    }

    /// <summary>Returns the reject reason for an order without changing anything.</summary>
    public RejectReason Judge(SubmitOrder order, long now) =>
        book.Core.Judge(book.At(now), book.Request(order)) is not RejectReason.None and var reason ? reason
        : book.Tickets.HasRoom(OrderTicket.KindOf(order, WaitsAtFirst(order)), order.Account) ? RejectReason.None
        : RejectReason.BookOrderLimit;

    /// <summary>Returns true if an order first waits for a trigger or, within a list, for its parent's fill.</summary>
    public static bool WaitsAtFirst(SubmitOrder order, OrderListKind list = 0, int at = 0) =>
        OrderRules.IsTriggered(order.Type)
        || (at > 0 && list is OrderListKind.OneTriggersOther or OrderListKind.OneTriggersOneCancelsOther);

    /// <summary>Rejects an unknown order for a reason outside this book.</summary>
    public BookRecord Decline(SubmitOrder order, RejectReason reason, long now) =>
        plain.Void(new OrderVoided(book.At(now), order.Account, order.Number, reason, order));

    private BookTurn Decline(EnterOrder enter, RejectReason reason, long now)
    {
        var turn = recorder.Begin(enter, now) with { Reason = reason };
        recorder.Refuse(enter.Order, reason);
        return recorder.End(turn);
    }

    /// <summary>
    /// Returns true if an open order is no longer what it was when it entered: it has triggered, its minimum quantity
    /// is filled, or it displays all that is left. The replacing account does not know.
    /// </summary>
    private bool HasBecomeAnother(OrderTicket old, SubmitOrder order) =>
        old.Order.Conditions.Decode() is { } terms
        && book.Core.TryGetOrder(old.OrderId, out var there)
        && there.Place is not (OrderPlace.Armed or OrderPlace.Pending)
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
}
