using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Holds of open orders: those of a list share them, and each change is a step.</summary>
/// <param name="book">The book.</param>
/// <param name="steps">Steps of the record in the making.</param>
internal sealed class ListHolds(BookMachineState book, TurnSteps steps)
{
    /// <summary>Returns an order's hold, minor units of the asset it gives.</summary>
    public long HoldOf(OrderTicket ticket) => ticket.List is { } list
        ? list.HoldOf(ticket, book.Instrument!, book.Tickets.IsOpen)
        : ticket.OwnHold(book.Instrument!);

    /// <summary>Makes a list of open orders.</summary>
    public void Tie(OrderListKind kind, ImmutableArray<SubmitOrder> orders)
    {
        var members = new OrderTicket[orders.Length];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = book.Tickets[orders[i].Account, orders[i].Number];
        }

        var list = new TicketList(kind, members) { Carrier = members[kind == OrderListKind.OneCancelsOther ? 0 : 1] };
        foreach (var member in members)
        {
            member.List = list;
        }
    }

    /// <summary>Moves the hold to a leg before it fills, because a leg without a hold must not fill.</summary>
    public void Carry(OrderTicket ticket)
    {
        if (ticket.List is not { IsSplit: false } list || list.Sibling(ticket) is not { } sibling)
        {
            return;
        }

        list.Carrier = ticket;
        Rebalance(ticket);
        list.IsSplit = book.Tickets.IsOpen(sibling);
    }

    /// <summary>
    /// Reports the changed holds of an order's list: first those that shrink, then those that use what became free.
    /// </summary>
    public void Rebalance(OrderTicket ticket)
    {
        if (ticket.List is not { } list)
        {
            return;
        }

        foreach (var grows in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var member in list.Members)
            {
                if (!book.Tickets.IsOpen(member)
                    || HoldOf(member) is var hold && (hold == member.Hold || hold > member.Hold != grows))
                {
                    continue;
                }

                member.Hold = HoldOf(member);
                steps.AddHeld(member);
            }
        }
    }
}
