using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Checks and accepts the orders of a list (RULES 9).</summary>
internal sealed class ListIntake(
    OrderStore store, OrderLists lists, EntryChecks checks, OrderIntake intake, TradingBlocks blocks)
{
    /// <summary>Index of the order for which the list was rejected; -1 if it was not for a single order.</summary>
    public int Refused { get; set; } = -1;

    public RejectReason CheckAlone(OrderListKind kind, ReadOnlySpan<NewOrder> legs)
    {
        var count = kind.OrderCount();
        if (count != legs.Length || count == 0)
            return RejectReason.BadRequest;

        for (var i = 0; i < legs.Length; i++)
        {
            if (OrderRules.Check(in legs[i]) == RejectReason.BadRequest)
                return RefuseForOne(i, RejectReason.BadRequest);
        }

        if (!ListRules.FitTogether(kind, legs))
            return RejectReason.InvalidCombination;

        // The first leg's reason wins (RULES 9.6).
        for (var i = 0; i < legs.Length; i++)
        {
            var reject = checks.CheckAlone(in legs[i]);
            if (reject != RejectReason.None)
                return RefuseForOne(i, reject);
        }

        return RejectReason.None;
    }

    private RejectReason RefuseForOne(int leg, RejectReason reason)
    {
        Refused = leg;
        return reason;
    }

    public RejectReason CheckState(
        long timeNanos, OrderListKind kind, ReadOnlySpan<NewOrder> legs, Span<long> prices)
    {
        if (store.Phase != TradingPhase.Continuous && !blocks.IsBlocked(legs[0].Account, legs[0].Owner))
            return store.PhaseRefusal() is not RejectReason.None and var closed ? closed : RejectReason.NotInThisPhase;

        var isPair = kind == OrderListKind.OneCancelsOther;
        var lots = 0L;
        for (var i = 0; i < legs.Length; i++)
        {
            prices[i] = legs[i].PriceTicks;
            lots += legs[i].QuantityLots;
            var reject = isPair
                || i == 0 ? checks.CheckAdmission(timeNanos, in legs[i]) : CheckWaiting(timeNanos, in legs[i]);
            if (reject == RejectReason.None && isPair
                && !ListRules.Straddle(store.LastPriceTicks, in legs[0], in legs[1]))
                return checks.CheckAdmission(timeNanos, in legs[1]) is not RejectReason.None and var before
                    ? RefuseForOne(1, before)
                    : RejectReason.ListPrices;
            if (reject == RejectReason.None && (isPair || i == 0))
                reject = checks.CheckBook(in legs[i], ref prices[i]);
            if (reject != RejectReason.None)
                return RefuseForOne(i, reject);
        }

        return store.ConditionalLots > OrderStore.MaxConditionalLots - lots ? RejectReason.Overflow : RejectReason.None;
    }

    /// <summary>
    /// Checks a child that waits for its parent. Its state in the book at that time is not checked now.
    /// </summary>
    private RejectReason CheckWaiting(long timeNanos, in NewOrder order) =>
        blocks.IsBlocked(order.Account, order.Owner) ? RejectReason.AccountBlocked
        : order.Conditions?.ExpiryNanos is { } expiry && expiry <= timeNanos ? RejectReason.ExpiredAlready
        : RejectReason.None;

    public void Start(OrderListKind kind, ReadOnlySpan<NewOrder> legs, ReadOnlySpan<long> prices)
    {
        Span<int> slots = stackalloc int[3];
        for (var i = 0; i < legs.Length; i++)
            slots[i] = intake.Accept(in legs[i], prices[i]);
        lists.TieTogether(kind, slots[..legs.Length], prices);
        store.Append(BookEventKind.ListChanged, default, EndReason.None, store.LastOrderId - legs.Length + 1, 0, 0, 0);
        if (kind != OrderListKind.OneCancelsOther)
        {
            _ = intake.Start(slots[0], prices[0]);
            return;
        }

        // Start the waiting leg before the other one can fill.
        var first = ListRules.IsTarget(in legs[0]) ? 1 : 0;
        _ = intake.Start(slots[first], prices[first]);
        _ = intake.Start(slots[1 - first], prices[1 - first]);
    }
}
