using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Encodes an account of a book, with its open orders and their lists, for a snapshot.</summary>
internal static class AccountInBookEncoding
{
    /// <summary>Writes an account.</summary>
    public static void Write(ref RecordWriter to, AccountInBook presence)
    {
        to.Count(presence.LastSequence);
        to.Count(presence.Floor);
        to.Count(presence.Open.Count);
        foreach (var (_, ticket) in presence.Open.OrderBy(pair => pair.Key))
        {
            OrderEncoding.Write(ref to, ticket.Order);
            to.Count(ticket.OrderId);
            to.Count(ticket.Sequence);
            to.Count(ticket.TotalLots);
            to.Count(ticket.FilledLots);
            to.Fixed128(ticket.Fees.Weighted);
            to.Fixed128(ticket.Fees.Value);
            to.Count(ticket.PreventedLots);
            to.Count(ticket.Hold);
        }

        WriteLists(ref to, presence);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static AccountInBook Read(ref RecordReader from)
    {
        var presence = new AccountInBook { LastSequence = from.Count(), Floor = from.Count() };
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var order = OrderEncoding.Read(ref from);
            var ticket = new OrderTicket(order, from.Count(), from.Count())
            {
                TotalLots = from.Count(),
                FilledLots = from.Count(),
            };
            ticket.Fees = ticket.Fees with { Weighted = from.Fixed128(), Value = from.Fixed128() };
            (ticket.PreventedLots, ticket.Hold) = (from.Count(), from.Count());
            presence.Open.Add(order.Number, ticket);
        }

        ReadLists(ref from, presence);
        return presence;
    }

    /// <summary>Writes the lists with open orders; of their done orders, only what holds depend on.</summary>
    private static void WriteLists(ref RecordWriter to, AccountInBook presence)
    {
        var lists = presence.Open.OrderBy(pair => pair.Key).Select(pair => pair.Value.List).OfType<TicketList>()
            .Distinct().ToArray();
        to.Count(lists.Length);
        foreach (var list in lists)
        {
            to.Byte((byte)list.Kind);
            to.Count(list.Members.Length);
            foreach (var member in list.Members)
            {
                OrderEncoding.Write(ref to, member.Order);
                to.Count(member.OrderId);
                to.Count(member.TotalLots);
                to.Count(member.FilledLots);
            }

            to.Count(Array.IndexOf(list.Members, list.Carrier) + 1);
            to.Bool(list.IsActive);
            to.Bool(list.IsSplit);
        }
    }

    private static void ReadLists(ref RecordReader from, AccountInBook presence)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var kind = (OrderListKind)from.Byte();
            var members = new OrderTicket[from.ItemCount()];
            for (var j = 0; j < members.Length; j++)
            {
                var order = OrderEncoding.Read(ref from);
                var member = new OrderTicket(order, from.Count(), 0)
                {
                    TotalLots = from.Count(),
                    FilledLots = from.Count(),
                };
                members[j] = presence.Open.GetValueOrDefault(order.Number, member);
            }

            var list = new TicketList(kind, members);
            var carrier = from.Count32();
            list.Carrier = carrier >= 1 && carrier <= members.Length ? members[carrier - 1] : null;
            list.IsActive = from.Bool();
            list.IsSplit = from.Bool();
            foreach (var member in members)
            {
                member.List = list;
            }
        }
    }
}
