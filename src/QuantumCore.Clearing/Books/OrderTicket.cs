using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>State that the book machine keeps beside an open order: its command and its fees so far.</summary>
internal sealed class OrderTicket(SubmitOrder order, long orderId, long sequence)
{
    /// <summary>The order as entered, with later changes of its conditions.</summary>
    public SubmitOrder Order { get; private set; } = order;

    /// <summary>Its public id.</summary>
    public long OrderId => orderId;

    /// <summary>Sequence of the record that entered it.</summary>
    public long Sequence => sequence;

    /// <summary>Total quantity, in lots, without what self-trade prevention removed.</summary>
    public long TotalLots { get; set; } = order.QuantityLots;

    /// <summary>Filled quantity, in lots.</summary>
    public long FilledLots { get; set; }

    /// <summary>Its fees so far.</summary>
    public OrderFees Fees { get; set; } = new(
        order.Side, new FeeTerms(order.MakerFeePpm, order.TakerFeePpm, order.MinimumFee));

    /// <summary>Lots removed by self-trade prevention; the core counts them in its total.</summary>
    public long PreventedLots { get; set; }

    /// <summary>
    /// Its hold, if <see cref="Order"/> is more than plain, minor units. A plain order's hold follows from its lots.
    /// </summary>
    public long Hold { get; set; }

    /// <summary>Remaining amount of an order by amount, in ticks times lots; -1 for any other.</summary>
    public long AmountLeft { get; set; } = order.Conditions.Decode()?.Amount ?? -1;

    /// <summary>Kind for the limits of the book. <see cref="BookTickets"/> counts and changes it.</summary>
    public OrderKind Kind { get; set; }

    /// <summary>Its list; null for none.</summary>
    public TicketList? List { get; set; }

    /// <summary>Open quantity, in lots.</summary>
    public long LeavesLots => TotalLots - FilledLots;

    /// <summary>True if records of plain orders can represent it completely.</summary>
    public bool IsPlain => Order.IsPlain && List is null && PreventedLots == 0;

    /// <summary>Returns its hold by itself, minor units of the asset it gives.</summary>
    public long OwnHold(Instrument instrument) => AmountLeft >= 0
        ? HoldRule.AmountHold(instrument, Order.PriceTicks, AmountLeft, Fees)
        : HoldRule.Hold(instrument, Order.PriceTicks, LeavesLots, Fees);

    /// <summary>Fills lots, and returns the fee that this adds.</summary>
    public long Charge(Int128 notional, int ratePpm, long lots)
    {
        var before = Fees.Due;
        Fees = Fees.After(notional, ratePpm);
        FilledLots += lots;
        return Fees.Due - before;
    }

    /// <summary>Returns the kind of an order by the limits of its book.</summary>
    /// <param name="order">The order.</param>
    /// <param name="waits">True if it still waits for a trigger or for its parent's fill.</param>
    public static OrderKind KindOf(SubmitOrder order, bool waits) => waits || order.Conditions is not null
        ? BookLimits.KindOf(order.Type, order.TimeInForce, order.Conditions.Decode(), waits)
        : OrderKind.Plain;

    /// <summary>Returns its end for a record.</summary>
    public ClosedOrder ToClosed(EndReason reason) => new(
        Order.Account,
        Order.Number,
        OrderId,
        Order.Side,
        Order.PriceTicks,
        reason,
        FilledLots,
        LeavesLots);

    /// <summary>Adjusts its prices and conditions for a corporate action that has already changed its lots.</summary>
    public void Adjust(in OrderAdjustment adjustment) => Order = Order with
    {
        PriceTicks = adjustment.PriceOf(Order.Side, Order.PriceTicks),
        Conditions = EncodedConditions.From(adjustment.Of(Order.Side, Order.Conditions.Decode(), TotalLots)),
    };

    /// <summary>Applies conditions that the book has changed.</summary>
    public void Change(ConditionChanges changes) => Order = Order with
    {
        PriceTicks = changes.WorstTicks ?? Order.PriceTicks,
        Conditions = EncodedConditions.From(changes.Of(Order.Conditions.Decode())),
    };
}

/// <summary>Orders of one list, and the holds they share.</summary>
internal sealed class TicketList(OrderListKind kind, OrderTicket[] members)
{
    /// <summary>Kind of the list.</summary>
    public OrderListKind Kind => kind;

    /// <summary>Its orders, in the sequence of the list, including those that are done.</summary>
    public OrderTicket[] Members => members;

    /// <summary>
    /// The leg of a one-cancels-other pair that holds for both. Once it is done, the other one holds for itself.
    /// </summary>
    public OrderTicket? Carrier { get; set; }

    /// <summary>True if the children are in the book or on their way there.</summary>
    public bool IsActive { get; set; } = kind == OrderListKind.OneCancelsOther;

    /// <summary>True once the carrier has filled: its sibling ends and needs no hold.</summary>
    public bool IsSplit { get; set; }

    /// <summary>
    /// Returns the minimum total of an order of the list, in lots; 0 for none. A parent's total is at least that of its
    /// children (RULES 9.4).
    /// </summary>
    public long LeastOf(OrderTicket ticket) =>
        ticket == Parent && !IsActive ? members[1..].Max(child => child.TotalLots) : 0;

    private OrderTicket? Parent => kind == OrderListKind.OneCancelsOther ? null : members[0];

    private bool IsFunded => Parent is { } parent && ListCover.IsFunded(
        parent.Order.Side, parent.Order.QuantityLots, members[1].Order.Side, members[1].Order.QuantityLots);

    /// <summary>Returns the hold of one of its open orders, minor units.</summary>
    /// <param name="ticket">The order.</param>
    /// <param name="instrument">The instrument, for the values of ticks and lots.</param>
    /// <param name="isOpen">Returns true if an order is open.</param>
    public long HoldOf(OrderTicket ticket, Instrument instrument, Func<OrderTicket, bool> isOpen)
    {
        if (ticket == Parent)
            return ticket.OwnHold(instrument);

        var other = Sibling(ticket);
        var pair = other is not null && isOpen(other);
        if (pair && Carrier != ticket)
            return 0;

        var need = pair && !IsSplit
            ? Math.Max(ticket.OwnHold(instrument), other!.OwnHold(instrument))
            : ticket.OwnHold(instrument);
        // Until the children enter, their hold is the quantity that the parent has bought so far.
        return IsFunded && !IsActive
            ? Math.Min(need, HoldRule.SellHold(instrument, Math.Min(Parent!.FilledLots, ticket.LeavesLots)))
            : need;
    }

    /// <summary>Returns the other leg of a one-cancels-other pair, or null.</summary>
    public OrderTicket? Sibling(OrderTicket ticket)
    {
        var first = kind == OrderListKind.OneCancelsOther ? 0 : 1;
        return members.Length < first + 2 || ticket == Parent ? null
            : members[first] == ticket ? members[first + 1]
            : members[first];
    }
}

/// <summary>An account as a book knows it.</summary>
internal sealed class AccountInBook
{
    /// <summary>Sequence of the last record that touched the account.</summary>
    public long LastSequence { get; set; }

    /// <summary>Number up to which orders can never be open here, arrived or not.</summary>
    public long Floor { get; set; }

    /// <summary>Open orders by number.</summary>
    public Dictionary<long, OrderTicket> Open { get; } = [];

    /// <summary>Number of its open orders of each kind but plain; null before the first.</summary>
    public int[]? Kinds { get; set; }
}
