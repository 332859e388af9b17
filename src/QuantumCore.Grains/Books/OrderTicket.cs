using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>What the book's shell keeps beside an open order: its command, and its fees so far.</summary>
internal sealed class OrderTicket(SubmitOrder order, long orderId, long sequence)
{
    /// <summary>The command that entered it, with what has been changed of its conditions since.</summary>
    public SubmitOrder Order { get; private set; } = order;

    /// <summary>Its public id.</summary>
    public long OrderId => orderId;

    /// <summary>Sequence of the record that entered it.</summary>
    public long Sequence => sequence;

    /// <summary>Total quantity, in lots; without what self-trade prevention took off.</summary>
    public long TotalLots { get; set; } = order.QuantityLots;

    /// <summary>Filled quantity, in lots.</summary>
    public long FilledLots { get; set; }

    /// <summary>Its fees so far.</summary>
    public OrderFees Fees { get; set; } = new(order.Side, new FeeTerms(order.MakerFeePpm, order.TakerFeePpm, order.MinimumFee));

    /// <summary>Lots that self-trade prevention took off: the core counts them in its total.</summary>
    public long PreventedLots { get; set; }

    /// <summary>What is held for it, where <see cref="Order"/> is more than plain; a plain order's follows from its lots.</summary>
    public long Hold { get; set; }

    /// <summary>What is left of the amount of an order by amount, in ticks times lots; -1 for any other.</summary>
    public long AmountLeft { get; set; } = order.Conditions.Decode()?.Amount ?? -1;

    /// <summary>The list it belongs to.</summary>
    public TicketList? List { get; set; }

    /// <summary>Open quantity, in lots.</summary>
    public long LeavesLots => TotalLots - FilledLots;

    /// <summary>Whether records of plain orders can tell all of it.</summary>
    public bool IsPlain => Order.IsPlain && List is null && PreventedLots == 0;

    /// <summary>What it needs by itself, in minor units of the asset it gives.</summary>
    public long OwnHold(Instrument instrument) => AmountLeft >= 0
        ? HoldRule.AmountHold(instrument, Order.PriceTicks, AmountLeft, Fees)
        : HoldRule.Hold(instrument, Order.PriceTicks, LeavesLots, Fees);

    /// <summary>A corporate action has given it its lots, and gives it its prices.</summary>
    public void Adjust(in OrderAdjustment adjustment) => Order = Order with
    {
        PriceTicks = adjustment.PriceOf(Order.Side, Order.PriceTicks),
        Conditions = EncodedConditions.From(adjustment.Of(Order.Side, Order.Conditions.Decode(), TotalLots)),
    };

    /// <summary>The book has changed conditions of the order.</summary>
    public void Change(ImmutableArray<NamedValue> changes) => Order = Order with
    {
        PriceTicks = changes.ValueOf(ChangedValue.WorstTicks) ?? Order.PriceTicks,
        Conditions = EncodedConditions.From(Order.Conditions.Decode().With(changes)),
    };
}

/// <summary>Orders of one list, and which of them holds for which.</summary>
internal sealed class TicketList(OrderListKind kind, OrderTicket[] members)
{
    /// <summary>How they depend on each other.</summary>
    public OrderListKind Kind => kind;

    /// <summary>Its orders, in the sequence of the list; those that are done stay here.</summary>
    public OrderTicket[] Members => members;

    /// <summary>Which leg of a one-cancels-other pair holds for both; when it is done, the other one for itself.</summary>
    public OrderTicket? Carrier { get; set; }

    /// <summary>Whether the children are in the book, or on their way there.</summary>
    public bool IsActive { get; set; } = kind == OrderListKind.OneCancelsOther;

    /// <summary>The carrier has filled: its sibling ends by that, and needs nothing any more.</summary>
    public bool IsSplit { get; set; }

    /// <summary>The least total that an order of it may have: a parent's is not below that of its children (RULES 9.4). In lots; 0: any.</summary>
    public long LeastOf(OrderTicket ticket) =>
        ticket == Parent && !IsActive ? members[1..].Max(child => child.TotalLots) : 0;

    private OrderTicket? Parent => kind == OrderListKind.OneCancelsOther ? null : members[0];

    private bool IsFunded => Parent is { } parent && ListCover.IsFunded(
        parent.Order.Side, parent.Order.QuantityLots, members[1].Order.Side, members[1].Order.QuantityLots);

    /// <summary>What one of its open orders is to hold now.</summary>
    /// <param name="ticket">The order.</param>
    /// <param name="instrument">Gives the values of ticks and lots.</param>
    /// <param name="isOpen">Which orders are open.</param>
    public long HoldOf(OrderTicket ticket, Instrument instrument, Func<OrderTicket, bool> isOpen)
    {
        if (ticket == Parent)
            return ticket.OwnHold(instrument);

        var other = Sibling(ticket);
        var pair = other is not null && isOpen(other);
        if (pair && Carrier != ticket)
            return 0;

        var need = pair && !IsSplit ? Math.Max(ticket.OwnHold(instrument), other!.OwnHold(instrument)) : ticket.OwnHold(instrument);
        // Until the children enter they hold what the parent has bought for them so far.
        return IsFunded && !IsActive
            ? Math.Min(need, HoldRule.SellHold(instrument, Math.Min(Parent!.FilledLots, ticket.LeavesLots)))
            : need;
    }

    /// <summary>The other leg of a one-cancels-other pair.</summary>
    public OrderTicket? Sibling(OrderTicket ticket)
    {
        var first = kind == OrderListKind.OneCancelsOther ? 0 : 1;
        return members.Length < first + 2 || ticket == Parent ? null
            : members[first] == ticket ? members[first + 1]
            : members[first];
    }
}

/// <summary>One account as a book knows it.</summary>
internal sealed class AccountInBook
{
    /// <summary>Sequence of the last record that touched the account.</summary>
    public long LastSequence { get; set; }

    /// <summary>Numbers up to this one are dead here, arrived or not.</summary>
    public long Floor { get; set; }

    /// <summary>Open orders by number.</summary>
    public Dictionary<long, OrderTicket> Open { get; } = [];
}
