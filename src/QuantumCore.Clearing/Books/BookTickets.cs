using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>All orders that a book knows: open ones by account and by public id, and the ends of the others.</summary>
/// <param name="symbol">The book's symbol.</param>
internal sealed class BookTickets(string symbol)
{
    private readonly Dictionary<long, AccountInBook> _accounts = [];
    private readonly Dictionary<long, OrderTicket> _open = [];
    private readonly int[] _kinds = new int[BookLimits.Kinds];
    private FinishedOrders _finished = new();

    /// <summary>The last public id; ids are dense from 1.</summary>
    public long LastId { get; private set; }

    /// <summary>Number of accounts that a record has touched. It never falls.</summary>
    public int Accounts => _accounts.Count;

    /// <summary>The open leg orders.</summary>
    public IEnumerable<OrderTicket> Legs => _accounts.OrderBy(pair => pair.Key)
        .SelectMany(pair => pair.Value.Open.Values.Where(ticket => ticket.Order.Type == OrderType.Leg));

    /// <summary>Returns an open order by its public id.</summary>
    /// <exception cref="KeyNotFoundException">It is not open.</exception>
    public OrderTicket this[long orderId] => _open[orderId];

    /// <summary>Returns an open order by account and number.</summary>
    /// <exception cref="KeyNotFoundException">It is not open.</exception>
    public OrderTicket this[long account, long number] => _accounts[account].Open[number];

    /// <summary>Finds an open order by its public id; returns false if it is not open.</summary>
    public bool TryGet(long orderId, [MaybeNullWhen(false)] out OrderTicket ticket) =>
        _open.TryGetValue(orderId, out ticket);

    /// <summary>Returns true if an order is known here, with its end if it ended.</summary>
    public bool IsKnown(long account, long number, out OrderTicket? open, out FinishedOrder finished)
    {
        open = null;
        finished = default;
        var presence = Find(account);
        return (presence is not null && presence.Open.TryGetValue(number, out open))
            || _finished.TryGet(account, number, out finished)
            || (presence is not null && IsBelowFloor(presence, number, out finished));
    }

    /// <summary>Returns true if this ticket itself is open.</summary>
    public bool IsOpen(OrderTicket ticket) =>
        _accounts.TryGetValue(ticket.Order.Account, out var presence)
        && presence.Open.TryGetValue(ticket.Order.Number, out var open) && open == ticket;

    /// <summary>Returns the owner of a public id; account 0 if it was never issued.</summary>
    public (long Account, long Number) OwnerOf(long orderId) => _open.TryGetValue(orderId, out var ticket)
        ? (ticket.Order.Account, ticket.Order.Number)
        : _finished.OwnerOf(orderId);

    /// <summary>Returns an account; null if no record has touched it.</summary>
    public AccountInBook? Find(long account) => _accounts.GetValueOrDefault(account);

    /// <summary>Returns an account, which is known here from now on.</summary>
    public AccountInBook Presence(long account)
    {
        ref var presence = ref CollectionsMarshal.GetValueRefOrAddDefault(_accounts, account, out _);
        return presence ??= new AccountInBook();
    }

    /// <summary>
    /// Marks that a record touches an account; returns the sequence of the previous one that did.
    /// </summary>
    public long Chain(long account, long sequence)
    {
        var presence = Presence(account);
        var previous = presence.LastSequence;
        presence.LastSequence = sequence;
        return previous;
    }

    /// <summary>Counts a public id that the core has issued.</summary>
    /// <exception cref="InvalidOperationException">It is not the next one: machine and core disagree.</exception>
    public void CountId(long orderId)
    {
        if (orderId != ++LastId)
        {
            throw new InvalidOperationException($"{symbol}: id {orderId} after {LastId - 1}.");
        }
    }

    /// <summary>Adds an open order.</summary>
    public void Add(OrderTicket ticket)
    {
        Presence(ticket.Order.Account).Open.Add(ticket.Order.Number, ticket);
        _open.Add(ticket.OrderId, ticket);
        Count(ticket, 1);
    }

    /// <summary>Returns true if an account may have one more open order of a kind.</summary>
    public bool HasRoom(OrderKind kind, long account) => _open.Count < BookLimits.Orders
        && (kind == OrderKind.Plain
            || (_kinds[(int)kind] < BookLimits.InBook(kind)
                && (Find(account)?.Kinds?[(int)kind] ?? 0) < BookLimits.OfAccount(kind)));

    /// <summary>Changes the kind of an open order: it no longer waits.</summary>
    public void Change(OrderTicket ticket, OrderKind kind)
    {
        Count(ticket, -1);
        ticket.Kind = kind;
        Count(ticket, 1);
    }

    private void Count(OrderTicket ticket, int change)
    {
        if (ticket.Kind == OrderKind.Plain)
        {
            return;
        }

        _kinds[(int)ticket.Kind] += change;
        (Presence(ticket.Order.Account).Kinds ??= new int[BookLimits.Kinds])[(int)ticket.Kind] += change;
    }

    /// <summary>Ends an order, with the record of a sequence.</summary>
    public void Finish(OrderTicket ticket, EndReason end, long sequence)
    {
        var order = ticket.Order;
        Presence(order.Account).Open.Remove(order.Number);
        if (_open.Remove(ticket.OrderId))
        {
            Count(ticket, -1);
        }

        _finished.Add(
            order.Account,
            order.Number,
            new FinishedOrder(
                ticket.OrderId,
                ticket.Sequence,
                sequence,
                end.Status(),
                end,
                RejectReason.None,
                ticket.TotalLots,
                ticket.FilledLots));
    }

    /// <summary>Notes an order that never entered, with the record of a sequence.</summary>
    public void Reject(long account, long number, long totalLots, RejectReason reason, long sequence) =>
        _finished.Add(
            account,
            number,
            new FinishedOrder(
                0, sequence, sequence, OrderStatus.Rejected, EndReason.None, reason, totalLots, 0));

    /// <summary>Adds all orders to a snapshot, without <see cref="LastId"/>.</summary>
    public void AddTo(CapturedState state)
    {
        var to = new RecordWriter();
        to.Count(_accounts.Count);
        foreach (var (account, presence) in _accounts.OrderBy(pair => pair.Key))
        {
            to.Count(account);
            AccountInBookEncoding.Write(ref to, presence);
        }

        state.Add(to.ToArray());
        _finished.AddTo(state);
    }

    /// <summary>Reads what <see cref="AddTo"/> added.</summary>
    public static BookTickets Read(string symbol, long lastId, OrderBook core, ref RecordReader from)
    {
        var tickets = new BookTickets(symbol) { LastId = lastId };
        for (var i = from.ItemCount(); i > 0; i--)
        {
            var account = from.Count();
            var presence = AccountInBookEncoding.Read(ref from);
            tickets._accounts.Add(account, presence);
            foreach (var ticket in presence.Open.Values)
            {
                tickets._open.Add(ticket.OrderId, ticket);
                if (!ticket.IsPlain)
                {
                    var waits = core.TryGetOrder(ticket.OrderId, out var there)
                        && there.Place is OrderPlace.Armed or OrderPlace.Pending;
                    tickets.Change(ticket, OrderTicket.KindOf(ticket.Order, waits));
                }
            }
        }

        tickets._finished = FinishedOrders.Read(ref from, lastId);
        return tickets;
    }

    private static bool IsBelowFloor(AccountInBook presence, long number, out FinishedOrder finished)
    {
        finished = new FinishedOrder(
            0, 0, 0, OrderStatus.Rejected, EndReason.None, RejectReason.Voided, 0, 0);
        return number <= presence.Floor;
    }
}
