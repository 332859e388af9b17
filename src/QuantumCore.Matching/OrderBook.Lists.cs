using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Order lists (RULES 9; FIX tag 1385) and commands about many orders (10.9).
public sealed partial class OrderBook
{
    /// <summary>
    /// Index, from 0, of the order for which the last list was rejected; -1 if it was not for a single order.
    /// </summary>
    public int RefusedOfList { get; private set; } = -1;

    /// <summary>
    /// Enters orders that depend on each other: Accepted for each, ListChanged, then the events of the working ones.
    /// One-cancels-other: a limit or take-profit leg and a stop leg. One-triggers-other: the parent, then its child.
    /// One-triggers-one-cancels-other: the parent, then the two legs.
    /// </summary>
    /// <remarks>
    /// The list is rejected as a whole. Reject reasons: BadRequest (the wrong number of orders for the kind), any
    /// reason of <see cref="Submit"/> for one of them (for waiting children, only those of the order alone),
    /// InvalidCombination (legs that do not fit each other), ListPrices (the legs are not on both sides of the last
    /// price).
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="kind">Kind of the list.</param>
    /// <param name="legs">The orders.</param>
    /// <param name="firstOrderId">Public id of the first; the others follow without gaps. 0 if rejected.</param>
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
    /// Cancels all orders that match a filter, by id: Ended for each, with its dependants in the place of its id.
    /// Without a match, nothing happens. Reject reasons: BadRequest (an undefined side), TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="reason">Reason in the events; not None.</param>
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
    /// Cancels the open orders of these ids as one: Ended for each, by id, with its dependants in the place of its id;
    /// then the book settles once. An id that does not ascend, or has no open order, is skipped. Reject reason:
    /// TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderIds">Public ids of the orders, ascending.</param>
    /// <param name="reason">Reason in the events; not None.</param>
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
    /// Uses the kill switch: blocks further orders of an account or owner, and ends the open ones (KillSwitch), by id.
    /// Reject reasons: BadRequest (not exactly one of account and owner, or a side), TimeRegression.
    /// </summary>
    public RejectReason Block(long timeNanos, in OrderFilter who)
    {
        Begin();
        if (!NamesSomeone(in who))
            return RejectReason.BadRequest;
        var reject = CancelMany(timeNanos, in who, EndReason.KillSwitch);
        if (reject != RejectReason.None)
            return reject;

        AddBlock(in who);
        return RejectReason.None;
    }

    /// <summary>Lets an account or owner enter orders again. Reject reasons: BadRequest, TimeRegression.</summary>
    public RejectReason Unblock(long timeNanos, in OrderFilter who)
    {
        var reject = BeginAt(timeNanos, NamesSomeone(in who) ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        RemoveBlock(in who);
        Conclude();
        return RejectReason.None;
    }

    private void AddBlock(in OrderFilter who)
    {
        if (who.Account is { } account)
            _ = BlockedAccounts.Add(account);
        if (who.Owner is { } owner)
            _ = BlockedOwners.Add(owner);
        NoteBlocks();
    }

    private void RemoveBlock(in OrderFilter who)
    {
        if (who.Account is { } account)
            _ = BlockedAccounts.Remove(account);
        if (who.Owner is { } owner)
            _ = BlockedOwners.Remove(owner);
        NoteBlocks();
    }

    /// <summary>Tells the fast path if anybody is blocked.</summary>
    private void NoteBlocks() => Mind(SlowPath.Blocked, BlockedAccounts.Count + BlockedOwners.Count > 0);

    /// <summary>Returns true for a filter that names exactly one account or owner.</summary>
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

        if (!FitTogether(kind, legs))
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

    /// <summary>Returns true if the orders can form a list of a kind; their number is right.</summary>
    private static bool FitTogether(OrderListKind kind, ReadOnlySpan<NewOrder> legs) => kind switch
    {
        OrderListKind.OneCancelsOther => ArePair(in legs[0], in legs[1]),
        OrderListKind.OneTriggersOther => IsParent(in legs[0]) && IsChild(in legs[1]),
        _ => IsParent(in legs[0]) && IsChild(in legs[1]) && IsChild(in legs[2]) && ArePair(in legs[1], in legs[2]),
    };

    private RejectReason RefuseForOne(int leg, RejectReason reason)
    {
        RefusedOfList = leg;
        return reason;
    }

    /// <summary>
    /// Returns true for a valid parent: a limit order, fill or kill only without any other instruction.
    /// </summary>
    private static bool IsParent(in NewOrder order)
    {
        var kills = order.TimeInForce == TimeInForce.FillOrKill
            || (order.TimeInForce == TimeInForce.ImmediateOrCancel && order.Conditions?.AllOrNone == true);
        return order.Type == OrderType.Limit
            && !(kills && (order.PostOnly || (order.Conditions is { } terms && terms != s_noConditions)));
    }

    private static readonly OrderConditions s_noConditions = new();

    /// <summary>
    /// Returns true for a valid child: it has a quantity, and no at-the-open order, since an opening is over by then
    /// (RULES 13).
    /// </summary>
    private static bool IsChild(in NewOrder order) =>
        order.Conditions?.Amount is null && order.Type != OrderType.Leg
            && order.TimeInForce != TimeInForce.AtTheOpening;

    /// <summary>
    /// Returns true for two legs of one side and size: one waits for the better price, one for the worse.
    /// </summary>
    private static bool ArePair(in NewOrder a, in NewOrder b) => a.Side == b.Side && a.QuantityLots == b.QuantityLots
        && IsTarget(in a) != IsTarget(in b) && IsStop(in a) != IsStop(in b);

    private static bool IsTarget(in NewOrder order) =>
        order.Type == OrderType.Limit || OrderRules.IsTakeProfit(order.Type);

    private static bool IsStop(in NewOrder order) =>
        OrderRules.IsTriggered(order.Type) && !OrderRules.IsTakeProfit(order.Type);

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
            if (reject == RejectReason.None && isPair && !Straddle(LastPriceTicks, in legs[0], in legs[1]))
                return CheckStanding(timeNanos, in legs[1]) is not RejectReason.None and var before
                    ? RefuseForOne(1, before)
                    : RejectReason.ListPrices;
            if (reject == RejectReason.None && (isPair || i == 0))
                reject = CheckBook(in legs[i], ref prices[i]);
            if (reject != RejectReason.None)
                return RefuseForOne(i, reject);
        }

        return ConditionalLots > MaxConditionalLots - lots ? RejectReason.Overflow : RejectReason.None;
    }

    /// <summary>
    /// Checks a child that waits for its parent. Its state in the book at that time is not checked now.
    /// </summary>
    private RejectReason CheckWaiting(long timeNanos, in NewOrder order) =>
        IsBlocked(order.Account, order.Owner) ? RejectReason.AccountBlocked
        : order.Conditions?.ExpiryNanos is { } expiry && expiry <= timeNanos ? RejectReason.ExpiredAlready
        : RejectReason.None;

    /// <summary>Returns true if the legs of a pair are on both sides of the last price; 0 for none.</summary>
    private static bool Straddle(long lastTicks, in NewOrder a, in NewOrder b)
    {
        var target = PriceOfLeg(IsTarget(in a) ? a : b);
        var stop = PriceOfLeg(IsTarget(in a) ? b : a);
        return AreInOrder(a.Side, target, lastTicks, stop);
    }

    /// <summary>Returns the price that a leg waits for; 0 for a trailing stop, which has none yet.</summary>
    private static long PriceOfLeg(in NewOrder leg) =>
        leg.Type == OrderType.Limit ? leg.PriceTicks : leg.Conditions?.TriggerTicks ?? 0;

    /// <summary>
    /// Returns true if the prices are in order: sellers wait for a higher price and protect themselves from a lower
    /// one, buyers the reverse. 0 means unknown.
    /// </summary>
    private static bool AreInOrder(Side side, long target, long last, long stop)
    {
        if (side == Side.Buy)
            (target, stop) = (stop, target);
        return (target == 0 || stop == 0 || target > stop)
            && (last == 0 || ((target == 0 || target > last) && (stop == 0 || stop < last)));
    }

    /// <summary>Returns true if two legs that wait together are still on the right sides of each other.</summary>
    private bool AreLegsInOrder(int slot)
    {
        var sibling = Sibling(slot);
        if (sibling == 0)
            return true;

        var target = IsTargetLeg(slot) ? slot : sibling;
        return AreInOrder(Entries[slot].Side, WaitsFor(target), 0, WaitsFor(target == slot ? sibling : slot));
    }

    /// <summary>Returns the other leg of a one-cancels-other pair while it is open, else 0.</summary>
    private int Sibling(int slot)
    {
        if (!Has(slot, Traits.Listed))
            return 0;

        ref var kept = ref ConditionsOf(slot);
        if (kept.Role != ListRole.Leg)
            return 0;
        ref var members = ref ListAt(kept.List);
        return members.FirstLeg == slot ? members.SecondLeg : members.FirstLeg;
    }

    /// <summary>Returns true for the leg of a pair that waits for the better price.</summary>
    private bool IsTargetLeg(int slot) =>
        ConditionsOf(slot).Type == OrderType.Limit || OrderRules.IsTakeProfit(ConditionsOf(slot).Type);

    /// <summary>Returns the price that a leg waits for; 0 for a trailing stop.</summary>
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

        // Start the waiting leg before the other one can fill.
        var first = IsTarget(in legs[0]) ? 1 : 0;
        _ = Start(slots[first], prices[first]);
        _ = Start(slots[1 - first], prices[1 - first]);
    }

    private void TieTogether(OrderListKind kind, ReadOnlySpan<int> slots, ReadOnlySpan<long> prices)
    {
        var list = TakeList();
        ref var members = ref _lists[list];
        members = new OrderList { Kind = kind, Alive = slots.Length, FirstId = Entries[slots[0]].Id };
        for (var i = 0; i < slots.Length; i++)
            AddMember(slots[i], list, prices[i]);
        var legs = kind == OrderListKind.OneCancelsOther ? slots : slots[1..];
        if (kind != OrderListKind.OneCancelsOther)
        {
            members.Parent = slots[0];
            ConditionsOf(slots[0]).Role = ListRole.Parent;
            foreach (var child in legs)
                Entries[child].Place = OrderPlace.Pending;
        }

        members.FirstLeg = legs[0];
        members.SecondLeg = legs.Length > 1 ? legs[1] : 0;
        foreach (var leg in legs)
            ConditionsOf(leg).Role = legs.Length > 1 ? ListRole.Leg : ListRole.Child;
    }

    private OrderList[] _lists = new OrderList[4];
    private int _freeList;

    /// <summary>Number of places for lists that were ever used, with place 0, which means none.</summary>
    private int ListsUsed { get; set; } = 1;

    /// <summary>Returns the list in a place; it has no member alive if the place is free.</summary>
    private ref OrderList ListAt(int list) => ref _lists[list];

    /// <summary>Takes a free place for a list.</summary>
    private int TakeList()
    {
        if (_freeList != 0)
        {
            var list = _freeList;
            _freeList = (int)_lists[list].FirstId;
            return list;
        }

        if (ListsUsed == _lists.Length)
            Array.Resize(ref _lists, _lists.Length * 2);
        return ListsUsed++;
    }

    /// <summary>Frees the place of a list without members.</summary>
    private void CloseList(int list)
    {
        _lists[list] = new OrderList { FirstId = _freeList };
        _freeList = list;
    }

    /// <summary>Joins an order to a list. A plain limit order gets an entry among the conditions.</summary>
    private void AddMember(int slot, int list, long price)
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
            ConditionalLots += Entries[slot].TotalLots;
        }

        ConditionsOf(slot).List = list;
        Entries[slot].Traits |= Traits.Listed;
    }
}
