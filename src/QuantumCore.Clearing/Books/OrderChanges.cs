using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Changes single orders of a book: cancels, reduces and amends them, or voids unseen ones.</summary>
/// <param name="book">The book.</param>
/// <param name="plain">Records of plain outcomes.</param>
/// <param name="recorder">Records of all others.</param>
internal sealed class OrderChanges(BookMachineState book, PlainRecords plain, TurnRecorder recorder)
{
    /// <summary>
    /// Cancels an order. An unseen one is voided, so that a late submit is rejected. Returns null if it is already
    /// done; its final state stands.
    /// </summary>
    public BookRecord? Close(long account, long number, EndReason reason, long now)
    {
        if (!book.Tickets.IsKnown(account, number, out var open, out _))
        {
            return plain.Tombstone(account, number, now);
        }

        if (open is null)
        {
            return null;
        }

        var time = book.At(now);
        BookMachineState.Require(book.Core.Cancel(time, open.OrderId, reason));
        if (open.IsPlain && book.Core.Events.Length == 1)
        {
            book.Follow();
            return plain.Close(open, reason, time);
        }

        var turn = recorder.Begin(new CancelOrders(account, [number], reason), now);
        recorder.Collect();
        return recorder.End(turn);
    }

    /// <summary>Voids an unseen order; leaves an open one alone. Returns null if it is known.</summary>
    public BookRecord? Resolve(long account, long number, long now) =>
        book.Tickets.IsKnown(account, number, out _, out _) ? null : plain.Tombstone(account, number, now);

    /// <summary>Records the proof that a public id was never issued.</summary>
    public BookRecord Witness(long account, long orderId, long now) =>
        book.Count(new NothingFound(book.At(now), account, orderId));

    /// <summary>Reduces an open order in place.</summary>
    public RejectReason Reduce(OrderTicket ticket, long totalLots, long now, out BookRecord? record)
    {
        record = null;
        if (totalLots == ticket.TotalLots)
        {
            return RejectReason.None;
        }

        var time = book.At(now);
        var reason = book.Core.Reduce(time, ticket.OrderId, totalLots + ticket.PreventedLots);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        if (!ticket.IsPlain || book.Core.Events.Length != 1)
        {
            var order = ticket.Order;
            var turn = recorder.Begin(new ReduceOpenOrder(order.Account, order.Number, totalLots), now);
            recorder.Collect();
            record = recorder.End(turn);
            return RejectReason.None;
        }

        book.Follow();
        record = totalLots <= ticket.FilledLots
            ? plain.Close(ticket, EndReason.Amended, time)
            : plain.Shrink(ticket, totalLots, time);
        return RejectReason.None;
    }

    /// <summary>Changes the conditions of an open order.</summary>
    public RejectReason Amend(OrderTicket ticket, ConditionChanges changes, long now, out BookRecord? record)
    {
        record = null;
        if (changes == ConditionChanges.None)
        {
            return RejectReason.BadRequest;
        }

        var command = new AmendOpenOrder(ticket.Order.Account, ticket.Order.Number, changes);
        return recorder.Run(command, now, AmendCore, out record);

        // Its hold depends on its new conditions.
        RejectReason AmendCore(long time)
        {
            var reason = book.Core.Amend(time, ticket.OrderId, AmendmentOf(changes));
            if (reason == RejectReason.None)
            {
                ticket.Change(changes);
            }

            return reason;
        }
    }

    private static Amendment AmendmentOf(ConditionChanges changes) => new()
    {
        DisplayLots = changes.DisplayLots,
        TriggerTicks = changes.TriggerTicks,
        TrailTicks = changes.TrailTicks,
        TrailBasisPoints = changes.TrailBasisPoints,
        ExpiryNanos = changes.ExpiryNanos,
        PriceTicks = changes.WorstTicks,
    };
}
