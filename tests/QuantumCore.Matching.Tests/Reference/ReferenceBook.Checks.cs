using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RULES 2: reasons of rejection, in the order of precedence.
internal sealed partial class ReferenceBook
{
    private static bool IsIn(long value, long lowest, long highest) => value >= lowest && value <= highest;

    private static bool IsPrice(long ticks) => IsIn(ticks, 1, Instrument.PriceTicksLimit);

    private static bool AreValid(BookRules rules) =>
        IsPrice(rules.MinPriceTicks) && IsPrice(rules.MaxPriceTicks) && rules.MinPriceTicks <= rules.MaxPriceTicks
        && (rules.ProtectionTicks is not { } ticks || IsIn(ticks, 0, Instrument.PriceTicksLimit))
        && (rules.StaticBandBasisPoints is not { } band || IsIn(band, 0, 9_999))
        && (rules.DynamicBandBasisPoints is not { } dynamic || IsIn(dynamic, 0, 9_999))
        && (rules.AuctionCollarBasisPoints is not { } collar || IsIn(collar, 0, 9_999))
        && rules.DynamicBandMode <= BandMode.Auction
        && rules.MaxExtensions >= 0;

    /// <summary>Checks the request alone: undefined values, COMBINATION, QUANTITY, PRICE.</summary>
    private RejectReason Alone(in NewOrder terms)
    {
        if (!IsDefined(in terms))
            return RejectReason.BadRequest;
        var order = new ReferenceOrder(in terms);
        if (Conflicts(order))
            return RejectReason.InvalidCombination;
        if (HasBadQuantity(order))
            return RejectReason.InvalidQuantity;
        return HasBadPrice(order) ? RejectReason.InvalidPrice : RejectReason.None;
    }

    private static bool IsDefined(in NewOrder terms) =>
        (int)terms.Side is 1 or 2
        && (int)terms.Type is >= 1 and <= 10
        && (int)terms.TimeInForce is 0 or 1 or 2 or 3 or 4 or 6 or 7
        && (int)terms.SelfTrade <= 6
        && (int)(terms.Conditions?.TriggerReference ?? 0) <= 2
        && (int)(terms.Conditions?.Peg ?? 0) <= 3;

    private static bool Conflicts(ReferenceOrder order)
    {
        var asked = order.Conditions;
        var time = order.Terms.TimeInForce;
        var atAuction = time is TimeInForce.AtTheOpening or TimeInForce.AtTheClose;
        var fok = time == TimeInForce.FillOrKill;
        var atOnce = fok || time == TimeInForce.ImmediateOrCancel;
        var market = order.Type == OrderType.Market;
        var trails = asked.TrailTicks is not null || asked.TrailBasisPoints is not null;

        // Time in force and type.
        var conflict = time == TimeInForce.GoodTillDate != asked.ExpiryNanos is not null;
        conflict |= market && time == TimeInForce.GoodTillDate;
        conflict |= order.IsLeg
            && (atAuction || order.PostOnly || asked.Hidden || asked.AllOrNone || asked.DisplayLots is not null
                || asked.MinimumLots is not null);
        conflict |= order.IsStop && atAuction;
        conflict |= order.IsStop && order.HasNoLimit && atOnce; // 7.11
        // Settings of another type, or missing settings of the type.
        conflict |= asked.TriggerTicks is not null && (!order.IsStop || order.IsTrailing);
        conflict |= asked.TriggerReference != TriggerReference.Last && !order.IsStop;
        conflict |= trails && !order.IsTrailing;
        conflict |= asked.TrailTicks is not null && asked.TrailBasisPoints is not null;
        conflict |= asked.ActivationTicks is not null && !order.IsTrailing;
        conflict |= asked.LimitOffsetTicks is not null != (order.Type == OrderType.TrailingStopLimit);
        conflict |= asked.ProtectionTicks is not null && !order.HasNoLimit;
        conflict |= asked.DoNotReduce && (market || order.IsLeg || order.IsPeg || order.IsTrailing);
        // 8.1, 8.6: pegs.
        conflict |= asked.Peg != PegReference.None != order.IsPeg;
        conflict |= asked.PegOffsetTicks != 0 && !order.IsPeg;
        conflict |= asked.Peg == PegReference.Market && asked.PegOffsetTicks == 0;
        conflict |= order.IsPeg
            && (asked.AllOrNone || fok || atAuction || asked.DisplayLots is not null || order.PostOnly);
        // 4.5: minimum quantity.
        conflict |= asked.MinimumLots is not null
            && (fok || atAuction || asked.AllOrNone || order.PostOnly || order.IsStop || order.IsPeg || order.ByAmount);
        // 4.6: all-or-none.
        conflict |= asked.AllOrNone
            && (asked.DisplayLots is not null || asked.Hidden || order.IsStop || order.ByAmount || atAuction);
        // 4.9: post-only.
        conflict |= order.PostOnly && (atOnce || atAuction || order.HasNoLimit);
        conflict |= asked.Slide && order.IsStop;
        // 5.2: by amount.
        conflict |= order.ByAmount
            && (!market || fok || atAuction || asked.DisplayLots is not null
                || order.Terms.SelfTrade == SelfTradePrevention.Decrement);
        // 6.5: hidden and iceberg.
        conflict |= asked.Hidden && (asked.DisplayLots is not null || order.HasNoLimit || atOnce);
        conflict |= asked.DisplayLots is not null && (order.HasNoLimit || atOnce);
        return conflict;
    }

    private static bool HasBadQuantity(ReferenceOrder order)
    {
        var asked = order.Conditions;
        if (asked.Amount is { } amount)
            return order.Total != 0 || !IsIn(amount, 1, 1L << 62);
        return !IsIn(order.Total, 1, Instrument.QuantityLotsLimit)
            || (asked.DisplayLots is { } display && !IsDisplay(display, order.Total))
            || (asked.MinimumLots is { } minimum && !IsIn(minimum, 1, order.Total));
    }

    /// <summary>RULES 2: returns true if the display gives a valid number of parts.</summary>
    private static bool IsDisplay(long display, long total) =>
        IsIn(display, 1, total) && (total + display - 1) / display <= OrderRules.IcebergPartsLimit;

    private bool HasBadPrice(ReferenceOrder order)
    {
        var asked = order.Conditions;
        if (!IsGoodPrice(order, order.Terms.PriceTicks))
            return true;
        if (order.IsStop && !order.IsTrailing && !IsIn(order.Trigger, Rules.MinPriceTicks, Rules.MaxPriceTicks))
            return true;
        if (order.IsTrailing && !IsPrice(asked.TrailTicks ?? 0) && !IsIn(asked.TrailBasisPoints ?? 0, 1, 9_999))
            return true;
        return (asked.ActivationTicks is { } activation && !IsIn(activation, Rules.MinPriceTicks, Rules.MaxPriceTicks))
            || !IsIn(asked.PegOffsetTicks, 0, Instrument.PriceTicksLimit)
            || !IsIn(asked.ProtectionTicks ?? 0, 0, Instrument.PriceTicksLimit)
            || !IsIn(asked.LimitOffsetTicks ?? 0, 0, Instrument.PriceTicksLimit);
    }

    /// <summary>Returns true for a valid limit, cap or protection price; 0 if none is needed (D7).</summary>
    private bool IsGoodPrice(ReferenceOrder order, long ticks) =>
        ticks == 0
            ? order.HasNoLimit || order.IsPeg || (order.Type == OrderType.TrailingStopLimit && !order.IsTriggered)
            : IsIn(ticks, Rules.MinPriceTicks, Rules.MaxPriceTicks);

    private RejectReason AloneList(OrderListKind kind, ReadOnlySpan<NewOrder> legs)
    {
        var count = kind switch
        {
            OrderListKind.OneCancelsOther or OrderListKind.OneTriggersOther => 2,
            OrderListKind.OneTriggersOneCancelsOther => 3,
            _ => 0,
        };
        if (count == 0 || legs.Length != count)
            return RejectReason.BadRequest;
        for (var i = 0; i < count; i++)
        {
            if (!IsDefined(in legs[i]))
            {
                RefusedOfList = i;
                return RejectReason.BadRequest;
            }
        }

        // D11: the shape of the list.
        var fits = kind == OrderListKind.OneCancelsOther || IsParent(in legs[0]);
        fits &= kind == OrderListKind.OneTriggersOther || ArePair(in legs[count - 2], in legs[count - 1]);
        fits &= legs[^1].Conditions?.Amount is null && legs[^1].Type != OrderType.Leg;
        // 13: lists come when a book matches, so children can't come in time for an opening.
        for (var i = kind == OrderListKind.OneCancelsOther ? count : 1; i < count; i++)
            fits &= legs[i].TimeInForce != TimeInForce.AtTheOpening;
        if (!fits)
            return RejectReason.InvalidCombination;

        // 9.6: the first leg's reason wins.
        for (var i = 0; i < count; i++)
        {
            var reason = Alone(in legs[i]);
            if (reason != RejectReason.None)
            {
                RefusedOfList = i;
                return reason;
            }
        }

        return RejectReason.None;
    }

    /// <summary>9.4: returns true for a limit order; fill-or-kill only without other instructions.</summary>
    private static bool IsParent(in NewOrder leg)
    {
        var order = new ReferenceOrder(in leg);
        return leg.Type == OrderType.Limit
            && (!order.FillOrKill || (!order.PostOnly && order.Conditions == new OrderConditions()));
    }

    /// <summary>
    /// 9.1: returns true for a pair of the same side and quantity, a limit or take-profit leg and a stop leg.
    /// </summary>
    private static bool ArePair(in NewOrder one, in NewOrder other) =>
        one.Side == other.Side && one.QuantityLots == other.QuantityLots
        && ((IsLimitLeg(one.Type) && IsStopLeg(other.Type)) || (IsStopLeg(one.Type) && IsLimitLeg(other.Type)));

    private static bool IsLimitLeg(OrderType type) =>
        type is OrderType.Limit or OrderType.TakeProfit or OrderType.TakeProfitLimit;

    private static bool IsStopLeg(OrderType type) =>
        type is OrderType.Stop or OrderType.StopLimit or OrderType.TrailingStop or OrderType.TrailingStopLimit;

    private RejectReason CheckListEntry(ReferenceList list)
    {
        // 13: lists enter in Continuous only.
        if (Phase != TradingPhase.Continuous && !IsBlocked(list.Legs[0]))
            return SessionName();
        foreach (var leg in list.Legs)
        {
            var pending = list.Kind != OrderListKind.OneCancelsOther && leg != list.Legs[0];
            var reason = pending ? CheckNoMarket(leg) : CheckEntry(leg);
            if (reason == RejectReason.None)
                continue;
            // Wrong sides concern both legs, and the checks before are applied to the other one too (2).
            var other = reason == RejectReason.ListPrices ? CheckEntry(list.Legs[1]) : reason;
            RefusedOfList = other == RejectReason.ListPrices ? -1 : other != reason ? 1 : list.Legs.IndexOf(leg);
            return other;
        }

        return RejectReason.None;
    }

    private bool IsBlocked(ReferenceOrder order) =>
        _blockedAccounts.Contains(order.Terms.Account) || _blockedOwners.Contains(order.Terms.Owner);

    private RejectReason SessionName() => Phase switch
    {
        TradingPhase.Halt => RejectReason.SymbolHalted,
        TradingPhase.Closed => RejectReason.SymbolClosed,
        _ => RejectReason.NotInThisPhase,
    };

    /// <summary>8, 10: checks an order that only waits for its parent.</summary>
    private RejectReason CheckNoMarket(ReferenceOrder order) =>
        IsBlocked(order) ? RejectReason.AccountBlocked
        : order.Expiry <= LastTimeNanos ? RejectReason.ExpiredAlready
        : RejectReason.None;

    /// <summary>Runs checks 8 to 16 of the precedence for an entering order, and determines its price.</summary>
    private RejectReason CheckEntry(ReferenceOrder order)
    {
        if (IsBlocked(order))
            return RejectReason.AccountBlocked;
        if (!IsAccepted(order))
            return SessionName();
        if (order.Expiry <= LastTimeNanos)
            return RejectReason.ExpiredAlready;
        return CheckMarket(order, activation: false, slides: true);
    }

    /// <summary>Runs checks 11 to 16.</summary>
    private RejectReason CheckMarket(ReferenceOrder order, bool activation, bool slides)
    {
        if (IsOutsideStaticBand(order))
            return RejectReason.PriceBand;
        if (!AreListPricesInOrder(order, activation))
            return RejectReason.ListPrices;
        // 7.5: a child stop triggers at once instead.
        if (!activation && order.WaitsForTrigger && IsHit(order, ReferenceFor(order)))
            return RejectReason.StopWouldTrigger;
        return order.WaitsForTrigger || order.IsLeg || IsHeldNow(order) ? RejectReason.None : CheckPlace(order, slides);
    }

    /// <summary>Runs checks 14 to 16: the order's place in the book.</summary>
    private RejectReason CheckPlace(ReferenceOrder order, bool slides)
    {
        if (order.IsPeg)
        {
            // 15: only an IOC peg is rejected, the others park.
            order.Price = Phase == TradingPhase.Continuous ? PegPrice(order) : 0;
            return order.Price == 0 && order.Terms.TimeInForce == TimeInForce.ImmediateOrCancel
                ? RejectReason.PegNoReference
                : RejectReason.None;
        }

        // 4.7: an order that would not trade completely would not match.
        var mayTake = order.PostOnly && Phase == TradingPhase.Continuous
            && (!order.AllOrNone || DryRun(order).Traded == order.Leaves);
        var contra = mayTake ? BestPriceItWouldTake(order) : 0;
        // 4.8: one tick away from it.
        if (contra != 0 && order.Conditions.Slide && slides)
        {
            order.Price = contra + (order.Side == Side.Buy ? -1 : 1);
            order.Slid = true;
            contra = 0;
            if (!IsIn(order.Price, Rules.MinPriceTicks, Rules.MaxPriceTicks))
                return RejectReason.InvalidPrice;
            // 12.1: not by a slide either.
            if (IsOutsideStaticBand(order))
                return RejectReason.PriceBand;
        }

        if (WouldBeOneLevelTooMany(order))
            return RejectReason.TooManyLevels;
        return contra != 0 ? RejectReason.PostOnlyWouldTake : RejectReason.None; // 4.7
    }

    /// <summary>13: returns true if the phase accepts the order.</summary>
    private bool IsAccepted(ReferenceOrder order)
    {
        var time = order.Terms.TimeInForce;
        if (!IsCall)
            return Phase == TradingPhase.Continuous && time != TimeInForce.AtTheOpening;
        if (order.IsStop)
            return true;
        if (time == TimeInForce.AtTheOpening)
            return Phase is TradingPhase.PreOpen or TradingPhase.Opening;
        return FitsCall(order) && !order.IsPeg && !order.IsLeg;
    }

    /// <summary>
    /// Returns true for orders without amount, IOC, FOK, all-or-none, minimum quantity and post-only.
    /// </summary>
    private static bool FitsCall(ReferenceOrder order)
    {
        // 4.2: an IOC order never rests; so a market order of this kind does not either (D8).
        return !order.ByAmount && order.Terms.TimeInForce != TimeInForce.ImmediateOrCancel && !order.FillOrKill
            && !order.AllOrNone && order.Minimum == 0
            && !order.PostOnly;
    }

    private bool IsHeldNow(ReferenceOrder order) =>
        order.Terms.TimeInForce == TimeInForce.AtTheClose && Phase != TradingPhase.Closing;

    /// <summary>12.1: returns the band, with both bounds rounded inwards; null if there is none.</summary>
    private static (long Low, long High)? Band(long reference, int? basisPoints)
    {
        if (reference == 0 || basisPoints is not { } width)
            return null;
        var low = reference * (10_000 - width);
        return ((low + 9_999) / 10_000, reference * (10_000 + width) / 10_000);
    }

    private bool IsOutsideStaticBand(ReferenceOrder order)
    {
        // A limit, a stop's limit, a cap; protection prices and limits that come from a trigger are none of these.
        var isLimit =
            !order.HasNoLimit && !order.IsLeg && !(order.Type == OrderType.TrailingStopLimit && order.WaitsForTrigger);
        var price = order.IsPeg ? order.Cap : isLimit ? order.Price : 0;
        return price != 0 && Band(ReferencePriceTicks, Rules.StaticBandBasisPoints) is var (low, high)
            && !IsIn(price, low, high);
    }

    /// <summary>
    /// 9.1, 9.5: returns true if prices are in order. Sell: limit above last above stop; buy: reversed.
    /// </summary>
    private bool AreListPricesInOrder(ReferenceOrder order, bool activation, ReferenceOrder? openSibling = null)
    {
        if (OpenSibling(order) is not { } sibling)
            return true;

        var (limit, stop) = IsStopLeg(order.Type) ? (sibling, order) : (order, sibling);
        var away = order.Side == Side.Sell ? 1 : -1;
        var limitPrice = (limit.IsStop ? limit.Trigger : limit.Price) * away;
        var last = activation || LastPriceTicks == 0 ? (long?)null : LastPriceTicks * away;
        var stopPrice = stop.IsTrailing ? (long?)null : stop.Trigger * away; // D12
        // A comparison with null is false. An unchanged leg is not compared with the last price again.
        return !(limitPrice <= stopPrice || (limit != openSibling && limitPrice <= last)
            || (stop != openSibling && last <= stopPrice));
    }

    /// <summary>4.7: returns the price of the best order it would meet, 0 for none. Bands are ignored.</summary>
    private long BestPriceItWouldTake(ReferenceOrder order) =>
        NextMaker(order, _open, []) is { } maker && order.Reaches(maker.Price) ? maker.Price : 0;

    /// <summary>
    /// MAX_LEVELS: returns true if a new level would be one too many; joining a level is always allowed (D9).
    /// </summary>
    private bool WouldBeOneLevelTooMany(ReferenceOrder order)
    {
        if (order.HasNoLimit || _open.Count < _maxLevels)
            return false;

        var prices = new HashSet<long>();
        foreach (var other in _open)
        {
            if (other.Stay == Stay.Resting && other.Side == order.Side && other.IsHidden == order.IsHidden
                && !other.HasNoLimit)
                _ = prices.Add(other.Price);
        }

        return prices.Count >= _maxLevels && !prices.Contains(order.Price) && WouldRest(order);
    }

    private bool WouldRest(ReferenceOrder order)
    {
        if (Phase != TradingPhase.Continuous || order.PostOnly)
            return true;
        if (order.FillOrKill || order.Terms.TimeInForce == TimeInForce.ImmediateOrCancel)
            return false;

        var (traded, stop, leaves) = DryRun(order);
        if (order.AllOrNone)
            return traded < order.Leaves;
        return traded >= order.Minimum && leaves > 0 && stop != StoppedBy.SelfTrade
            && (stop != StoppedBy.Band || Rules.DynamicBandMode == BandMode.Auction);
    }
}
