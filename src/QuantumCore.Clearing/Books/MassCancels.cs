using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Cancels many orders at once: all of them end before the book settles.</summary>
/// <param name="book">The book.</param>
/// <param name="recorder">Records of ends with consequences.</param>
internal sealed class MassCancels(BookMachineState book, TurnRecorder recorder)
{
    /// <summary>
    /// Cancels all orders of an account up to a number, arrived or not. Returns null if that was done before and
    /// nothing is open. Returns a general record if it did more than end plain orders.
    /// </summary>
    /// <param name="account">The account.</param>
    /// <param name="floor">The highest number to cancel.</param>
    /// <param name="now">Time of the command, Unix nanoseconds.</param>
    /// <param name="together">False for an older record, in which the book settled after each order.</param>
    public BookRecord? CloseAll(long account, long floor, long now, bool together = true)
    {
        // Return before any change: the state is built from the records alone.
        var known = book.Tickets.Find(account);
        var dying = known?.Open.Values.Where(t => t.Order.Number <= floor).OrderBy(t => t.OrderId).ToArray() ?? [];
        if (dying.Length == 0 && (known?.Floor ?? 0) >= floor)
        {
            return null;
        }

        var presence = known ?? book.Tickets.Presence(account);
        floor = Math.Max(floor, presence.Floor);
        var turn = recorder.Begin(new CancelAllOrders(account, floor, together), now);
        var plain = Array.TrueForAll(dying, ticket => ticket.IsPlain);
        var closed = together
            ? EndTogether(dying, EndReason.MassCancel, turn.TimeNanos, ref plain)
            : EndOneByOne(dying, turn.TimeNanos, ref plain);
        presence.Floor = floor;
        return plain
            ? book.Count(new AllClosed(turn.TimeNanos, account, floor, closed))
            : recorder.End(turn);
    }

    /// <summary>Cancels open orders of an account, at least one.</summary>
    public BookTurn CloseTogether(long account, ImmutableArray<long> numbers, EndReason reason, long now)
    {
        OrderTicket[] dying =
            [.. numbers.Distinct().Select(number => book.Tickets[account, number]).OrderBy(t => t.OrderId)];
        var turn = recorder.Begin(
            new CancelOrders(account, [.. dying.Select(ticket => ticket.Order.Number)], reason), now);
        var plain = false;
        _ = EndTogether(dying, reason, turn.TimeNanos, ref plain);
        return recorder.End(turn);
    }

    /// <summary>Ends orders, ascending by id. Plain stays true if the ends have no consequences.</summary>
    private ImmutableArray<ClosedOrder> EndTogether(OrderTicket[] dying, EndReason reason, long time, ref bool plain)
    {
        ImmutableArray<ClosedOrder> closed = [.. dying.Select(ticket => ticket.ToClosed(reason))];
        if (dying.Length == 0)
        {
            return closed;
        }

        BookMachineState.Require(book.Core.CancelThese(time, [.. dying.Select(ticket => ticket.OrderId)], reason));
        plain &= book.Core.Events.Length == dying.Length;
        recorder.Collect();
        return closed;
    }

    private ImmutableArray<ClosedOrder> EndOneByOne(OrderTicket[] dying, long time, ref bool plain)
    {
        var closed = ImmutableArray.CreateBuilder<ClosedOrder>(dying.Length);
        foreach (var ticket in dying)
        {
            // One may have ended with another of its list, or as a consequence of a cancel.
            if (!book.Tickets.IsOpen(ticket))
            {
                continue;
            }

            closed.Add(ticket.ToClosed(EndReason.MassCancel));
            BookMachineState.Require(book.Core.Cancel(time, ticket.OrderId, EndReason.MassCancel));
            plain &= book.Core.Events.Length == 1;
            recorder.Collect();
        }

        return closed.DrainToImmutable();
    }
}
