using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Order lists (RULES 9; FIX tag 1385) and commands about many orders (10.9).
public sealed partial class OrderBook
{
    /// <summary>
    /// Of the list that was refused last: the place of the order it was refused for, from 0; -1 when it was for no one of them.
    /// </summary>
    public int RefusedOfList { get; private set; } = -1;

    /// <summary>
    /// Enters orders that depend on each other: Accepted for each, ListChanged, then what the working ones do. One-
    /// cancels-other: a limit or take-profit leg and a stop leg. One-triggers-other: the parent, then its child.
    /// One-triggers-one-cancels-other: the parent, then the two legs.
    /// </summary>
    /// <remarks>
    /// Refused whole: BadRequest (not as many orders as the kind has), what <see cref="Submit"/> would refuse one of
    /// them for (children that wait: only what can be said of them alone), InvalidCombination (legs that don't fit
    /// each other), ListPrices (the legs are not on both sides of the last price).
    /// </remarks>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="kind">How they depend on each other.</param>
    /// <param name="legs">The orders.</param>
    /// <param name="firstOrderId">Id of the first; the others follow without gaps. 0 when refused.</param>
    public RejectReason SubmitList(
        long timeNanos, OrderListKind kind, ReadOnlySpan<NewOrder> legs, out long firstOrderId)
    {
        Begin();
        firstOrderId = 0;
        RefusedOfList = -1;
        var reject = CheckListAlone(kind, legs);
        if (reject == RejectReason.None)
            reject = BringTo(timeNanos);
        Span<long> prices = stackalloc long[3];
        if (reject == RejectReason.None)
            reject = CheckListState(timeNanos, kind, legs, prices);
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        firstOrderId = LastOrderId + 1;
        StartList(kind, legs, prices);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Cancels all orders a filter names, by id: Ended for each, and in the place of its id what ends with them.
    /// None fits: nothing happens. Refused: BadRequest (an undefined side), TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="filter">Which orders.</param>
    /// <param name="reason">What the events say; not None.</param>
    public RejectReason CancelMany(long timeNanos, in OrderFilter filter, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        var reject = BeginAt(
            timeNanos, filter.Side is null or Side.Buy or Side.Sell ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Choose(in filter, reason);
        EndAll();
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Cancels the open orders of these ids as one: Ended for each, by id, and in the place of its id what ends with them; then the book settles once.
    /// An id that does not rise, or of no open order, is passed over. Refused: TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderIds">Which orders, rising.</param>
    /// <param name="reason">What the events say; not None.</param>
    public RejectReason CancelThese(long timeNanos, ReadOnlySpan<long> orderIds, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        var reject = BeginAt(timeNanos, RejectReason.None);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        var last = 0L;
        foreach (var id in orderIds)
        {
            if (id > last && FindOpen(id, out var slot) == RejectReason.None)
                Choose(slot, reason);
            last = Math.Max(last, id);
        }

        ChooseRelatives();
        EndAll();
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// The kill switch: no more orders of an account or owner, and those that are open end (KillSwitch), by id.
    /// Refused: BadRequest (not exactly one of account and owner, or a side), TimeRegression.
    /// </summary>
    public RejectReason Block(long timeNanos, in OrderFilter who)
    {
        Begin();
        if (!NamesSomeone(in who))
            return RejectReason.BadRequest;
        var reject = CancelMany(timeNanos, in who, EndReason.KillSwitch);
        if (reject != RejectReason.None)
            return reject;

        if (who.Account is { } account)
            _ = _blockedAccounts.Add(account);
        if (who.Owner is { } owner)
            _ = _blockedOwners.Add(owner);
        Mind(Care.Blocked, on: true);
        return RejectReason.None;
    }

    /// <summary>Lets an account or owner enter orders again. Refused: BadRequest, TimeRegression.</summary>
    public RejectReason Unblock(long timeNanos, in OrderFilter who)
    {
        var reject = BeginAt(timeNanos, NamesSomeone(in who) ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        if (who.Account is { } account)
            _ = _blockedAccounts.Remove(account);
        if (who.Owner is { } owner)
            _ = _blockedOwners.Remove(owner);
        Mind(Care.Blocked, _blockedAccounts.Count + _blockedOwners.Count > 0);
        Conclude();
        return RejectReason.None;
    }

    private static bool NamesSomeone(in OrderFilter who) =>
        who.Side is null && (who.Account is not null ? who.Owner is null : who.Owner is not (null or 0));

    private RejectReason CheckListAlone(OrderListKind kind, ReadOnlySpan<NewOrder> legs)
    {
        var count = kind.OrderCount();
        if (count != legs.Length || count == 0)
            return RejectReason.BadRequest;

        for (var i = 0; i < legs.Length; i++)
        {
            if (OrderRules.Check(in legs[i]) == RejectReason.BadRequest)
                return RefuseForOne(i, RejectReason.BadRequest);
        }

        var fits = kind switch
        {
            OrderListKind.OneCancelsOther => ArePair(in legs[0], in legs[1]),
            OrderListKind.OneTriggersOther => IsParent(in legs[0]) && IsChild(in legs[1]),
            _ => IsParent(in legs[0]) && IsChild(in legs[1]) && IsChild(in legs[2]) && ArePair(in legs[1], in legs[2]),
        };
        if (!fits)
            return RejectReason.InvalidCombination;

        // The first leg's reason wins (RULES 9.6).
        for (var i = 0; i < legs.Length; i++)
        {
            var reject = CheckAlone(in legs[i]);
            if (reject != RejectReason.None)
                return RefuseForOne(i, reject);
        }

        return RejectReason.None;
    }

    private RejectReason RefuseForOne(int leg, RejectReason reason)
    {
        RefusedOfList = leg;
        return reason;
    }

    /// <summary>A parent is a limit order; fill or kill only without any other instruction.</summary>
    private static bool IsParent(in NewOrder order)
    {
        var kills = order.TimeInForce == TimeInForce.FillOrKill
            || (order.TimeInForce == TimeInForce.ImmediateOrCancel && order.Conditions?.AllOrNone == true);
        return order.Type == OrderType.Limit
            && !(kills && (order.PostOnly || (order.Conditions is { } terms && terms != s_noConditions)));
    }

    private static readonly OrderConditions s_noConditions = new();

    /// <summary>A child has a quantity, and comes when its parent is filled: an opening is over by then (RULES 13).</summary>
    private static bool IsChild(in NewOrder order) =>
        order.Conditions?.Amount is null && order.Type != OrderType.Leg && order.TimeInForce != TimeInForce.AtTheOpening;

    /// <summary>Two legs of one side and size: one that waits for the better price, one for the worse.</summary>
    private static bool ArePair(in NewOrder a, in NewOrder b) => a.Side == b.Side && a.QuantityLots == b.QuantityLots
        && IsTarget(in a) != IsTarget(in b) && IsStop(in a) != IsStop(in b);

    private static bool IsTarget(in NewOrder order) => order.Type == OrderType.Limit || OrderRules.IsTakeProfit(order.Type);

    private static bool IsStop(in NewOrder order) => OrderRules.IsTriggered(order.Type) && !OrderRules.IsTakeProfit(order.Type);

    private RejectReason CheckListState(
        long timeNanos, OrderListKind kind, ReadOnlySpan<NewOrder> legs, Span<long> prices)
    {
        if (Phase != TradingPhase.Continuous && !IsBlocked(legs[0].Account, legs[0].Owner))
            return PhaseRefusal() is not RejectReason.None and var closed ? closed : RejectReason.NotInThisPhase;

        var isPair = kind == OrderListKind.OneCancelsOther;
        var lots = 0L;
        for (var i = 0; i < legs.Length; i++)
        {
            prices[i] = legs[i].PriceTicks;
            lots += legs[i].QuantityLots;
            var reject = isPair || i == 0 ? CheckStanding(timeNanos, in legs[i]) : CheckWaiting(timeNanos, in legs[i]);
            if (reject == RejectReason.None && isPair && !StraddlesLast(in legs[0], in legs[1]))
                return CheckStanding(timeNanos, in legs[1]) is not RejectReason.None and var before ? RefuseForOne(1, before) : RejectReason.ListPrices;
            if (reject == RejectReason.None && (isPair || i == 0))
                reject = CheckBook(in legs[i], ref prices[i]);
            if (reject != RejectReason.None)
                return RefuseForOne(i, reject);
        }

        return _conditionalLots > MaxConditionalLots - lots ? RejectReason.Overflow : RejectReason.None;
    }

    /// <summary>A child that waits for its parent: what it may meet then is not asked now.</summary>
    private RejectReason CheckWaiting(long timeNanos, in NewOrder order) =>
        IsBlocked(order.Account, order.Owner) ? RejectReason.AccountBlocked
        : order.Conditions?.ExpiryNanos is { } expiry && expiry <= timeNanos ? RejectReason.ExpiredAlready
        : RejectReason.None;

    private bool StraddlesLast(in NewOrder a, in NewOrder b)
    {
        var target = PriceOfLeg(IsTarget(in a) ? a : b);
        var stop = PriceOfLeg(IsTarget(in a) ? b : a);
        return AreInOrder(a.Side, target, LastPriceTicks, stop);
    }

    /// <summary>What a leg waits for; 0 when that is not known: a trailing stop.</summary>
    private static long PriceOfLeg(in NewOrder leg) =>
        leg.Type == OrderType.Limit ? leg.PriceTicks : leg.Conditions?.TriggerTicks ?? 0;

    /// <summary>Sellers wait for a higher price and protect themselves from a lower one; buyers the other way. 0 is unknown.</summary>
    private static bool AreInOrder(Side side, long target, long last, long stop)
    {
        if (side == Side.Buy)
            (target, stop) = (stop, target);
        return (target == 0 || stop == 0 || target > stop)
            && (last == 0 || ((target == 0 || target > last) && (stop == 0 || stop < last)));
    }

    /// <summary>Whether two legs that wait together are still on the right sides of each other.</summary>
    private bool AreLegsInOrder(int slot)
    {
        var sibling = Sibling(slot);
        if (sibling == 0)
            return true;

        var target = OrderRules.IsTakeProfit(ConditionsOf(slot).Type) || ConditionsOf(slot).Type == OrderType.Limit ? slot : sibling;
        return AreInOrder(_entries[slot].Side, WaitsFor(target), 0, WaitsFor(target == slot ? sibling : slot));
    }

    private long WaitsFor(int slot)
    {
        ref var kept = ref ConditionsOf(slot);
        return kept.Type == OrderType.Limit ? kept.Price : OrderRules.IsTrailing(kept.Type) ? 0 : kept.Trigger;
    }

    private void StartList(OrderListKind kind, ReadOnlySpan<NewOrder> legs, ReadOnlySpan<long> prices)
    {
        Span<int> slots = stackalloc int[3];
        for (var i = 0; i < legs.Length; i++)
            slots[i] = Accept(in legs[i], prices[i]);
        TieTogether(kind, slots[..legs.Length], prices);
        Append(BookEventKind.ListChanged, default, EndReason.None, LastOrderId - legs.Length + 1, 0, 0, 0);
        if (kind != OrderListKind.OneCancelsOther)
        {
            _ = Start(slots[0], prices[0]);
            return;
        }

        // The leg that waits is there before the other one can fill.
        var first = IsTarget(in legs[0]) ? 1 : 0;
        _ = Start(slots[first], prices[first]);
        _ = Start(slots[1 - first], prices[1 - first]);
    }

    private void TieTogether(OrderListKind kind, ReadOnlySpan<int> slots, ReadOnlySpan<long> prices)
    {
        var list = TakeList();
        ref var members = ref _lists[list];
        members = new OrderList { Kind = kind, Alive = slots.Length, FirstId = _entries[slots[0]].Id };
        for (var i = 0; i < slots.Length; i++)
            Join(slots[i], list, prices[i]);
        var legs = kind == OrderListKind.OneCancelsOther ? slots : slots[1..];
        if (kind != OrderListKind.OneCancelsOther)
        {
            members.Parent = slots[0];
            ConditionsOf(slots[0]).Role = ListRole.Parent;
            foreach (var child in legs)
                _entries[child].Place = OrderPlace.Pending;
        }

        members.FirstLeg = legs[0];
        members.SecondLeg = legs.Length > 1 ? legs[1] : 0;
        foreach (var leg in legs)
            ConditionsOf(leg).Role = legs.Length > 1 ? ListRole.Leg : ListRole.Child;
    }

    private int TakeList()
    {
        if (_freeList != 0)
        {
            var list = _freeList;
            _freeList = (int)_lists[list].FirstId;
            return list;
        }

        if (_listsUsed == _lists.Length)
            Array.Resize(ref _lists, _lists.Length * 2);
        return _listsUsed++;
    }

    /// <summary>A plain limit order becomes more than that by being in a list.</summary>
    private void Join(int slot, int list, long price)
    {
        if (!Has(slot, Traits.Conditional))
        {
            ref var plain = ref Attach(slot);
            plain = new Conditions
            {
                Type = OrderType.Limit,
                Price = price,
                TimeInForce = Has(slot, Traits.Day) ? TimeInForce.Day : TimeInForce.GoodTillCancel,
                Protection = -1,
                Amount = -1,
            };
            _conditionalLots += _entries[slot].TotalLots;
        }

        ConditionsOf(slot).List = list;
        _entries[slot].Traits |= Traits.Listed;
    }
}
