using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Checks before the point of no return of a command, in the order of RULES 2. None changes the book.
/// </summary>
internal sealed class EntryChecks(
    OrderStore store, Matcher matcher, Triggers triggers, Pegs pegs, TradingBlocks blocks)
{
    /// <summary>Checks the order against itself and the book's rules alone.</summary>
    public RejectReason CheckAlone(in NewOrder order)
    {
        var reject = OrderRules.Check(in order);
        if (reject != RejectReason.None)
            return reject;

        return store.IsPriceAllowed(order.PriceTicks) && store.IsPriceAllowed(order.Conditions?.TriggerTicks ?? 0)
            && store.IsPriceAllowed(order.Conditions?.ActivationTicks ?? 0)
            ? RejectReason.None
            : RejectReason.InvalidPrice;
    }

    /// <summary>Checks the order against the state of the book.</summary>
    /// <param name="timeNanos">Time of the command.</param>
    /// <param name="order">The order.</param>
    /// <param name="price">Its price, in ticks; a post-only order that slides gets another one.</param>
    public RejectReason CheckState(long timeNanos, in NewOrder order, ref long price)
    {
        var reject = CheckAdmission(timeNanos, in order);
        return reject == RejectReason.None ? CheckBook(in order, ref price) : reject;
    }

    /// <summary>Checks blocks, the phase, the expiry and the static band.</summary>
    public RejectReason CheckAdmission(long timeNanos, in NewOrder order)
    {
        var reject = blocks.IsBlocked(order.Account, order.Owner) ? RejectReason.AccountBlocked : CheckPhase(in order);
        if (reject != RejectReason.None)
            return reject;
        if (order.Conditions?.ExpiryNanos is { } expiry && expiry <= timeNanos)
            return RejectReason.ExpiredAlready;
        return !OrderRules.IsMarket(order.Type) && order.Type is not (OrderType.TrailingStopLimit or OrderType.Leg)
            && store.IsOutsideStaticBand(order.PriceTicks)
            ? RejectReason.PriceBand
            : RejectReason.None;
    }

    /// <summary>Checks triggers, references and room in the book.</summary>
    public RejectReason CheckBook(in NewOrder order, ref long price)
    {
        if (order.Conditions?.TriggerTicks is { } trigger
            && triggers.IsPast(order.Side, order.Type, order.Conditions.TriggerReference, trigger))
            return RejectReason.StopWouldTrigger;

        if (OrderIntake.NeedsConditions(in order) && !HasRoomToKeep(in order))
            return RejectReason.Overflow;
        if (order.Type == OrderType.Pegged && order.TimeInForce == TimeInForce.ImmediateOrCancel
            && pegs.PriceOf(in order) == 0)
            return RejectReason.PegNoReference;
        if (order.Type != OrderType.Limit
            || order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill
            || (order.TimeInForce == TimeInForce.AtTheClose && store.Phase != TradingPhase.Closing))
            return RejectReason.None;

        var taker = matcher.TakerFor(in order);
        return CheckPlace(
            in taker, OrderIntake.TraitsOf(
                in order), order.Conditions?.MinimumLots ?? 0, order.Conditions?.Slide == true,
            ref price);
    }

    public bool HasRoomToKeep(in NewOrder order) =>
        store.ConditionalLots <= OrderStore.MaxConditionalLots - order.QuantityLots;

    private static bool IsPostOnly(in NewOrder order) => order.PostOnly || order.Conditions?.Slide == true;

    /// <summary>Checks that the phase accepts such an order (the table of RULES 13).</summary>
    private RejectReason CheckPhase(in NewOrder order)
    {
        if (store.Phase == TradingPhase.Continuous)
            return order.TimeInForce == TimeInForce.AtTheOpening ? RejectReason.NotInThisPhase : RejectReason.None;
        if (store.PhaseRefusal() is not RejectReason.None and var reject)
            return reject;

        var terms = order.Conditions;
        var triggered = OrderRules.IsTriggered(order.Type);
        var needsMatching = order.Type is OrderType.Pegged or OrderType.Leg
            || (!triggered && order.TimeInForce is TimeInForce.ImmediateOrCancel or TimeInForce.FillOrKill)
            || (!triggered && IsPostOnly(in order))
            || (terms is not null && (terms.AllOrNone || terms.MinimumLots is not null || terms.Amount is not null));
        var tooLate = order.TimeInForce == TimeInForce.AtTheOpening
            && store.Phase is not (TradingPhase.PreOpen or TradingPhase.Opening);
        return needsMatching || tooLate ? RejectReason.NotInThisPhase : RejectReason.None;
    }

    /// <summary>Checks room at the price of a limit order, and that a post-only order would take nothing.</summary>
    /// <param name="taker">The order as it would enter.</param>
    /// <param name="traits">Its flags.</param>
    /// <param name="minimum">Lots it must trade at entry, else it does not rest.</param>
    /// <param name="slides">True if it slides away rather than take.</param>
    /// <param name="price">Its limit, in ticks, after a slide.</param>
    public RejectReason CheckPlace(in Taker taker, Traits traits, long minimum, bool slides, ref long price)
    {
        var isPostOnly = (traits & Traits.PostOnly) != 0;
        // An all-or-none order that would not trade whole would not trade at all.
        var mayTake = isPostOnly && store.Phase == TradingPhase.Continuous
            && ((traits & Traits.AllOrNone) == 0 || matcher.WouldTrade(in taker, taker.Leaves));
        var reject = mayTake ? CheckPostOnly(taker.Side, slides, taker.Leaves, ref price) : RejectReason.None;
        if (reject is RejectReason.InvalidPrice or RejectReason.PriceBand)
            return reject;

        var tree = (traits & Traits.Hidden) != 0 ? taker.Side + Hidden : taker.Side;
        ref var queue = ref store.Ladder[store.Ladder.Find(tree, price)];
        if (queue.Orders > 0 && queue.Lots > OrderStore.MaxLevelLots - taker.Leaves)
            return RejectReason.Overflow;
        return queue.Orders == 0 && store.Sides[tree].Levels >= store.MaxLevels
            && (isPostOnly || WouldRest(in taker, (traits & Traits.AllOrNone) != 0, minimum))
            ? RejectReason.TooManyLevels
            : reject;
    }

    /// <summary>Checks the same for an order in the book that would enter with the given open lots.</summary>
    public RejectReason CheckPlace(int slot, long lots, bool slides, ref long price)
    {
        var taker = matcher.TakerFor(slot, price);
        taker.Leaves = lots;
        var minimum = store.Has(slot, Traits.Conditional) ? store.ConditionsOf(slot).Minimum : 0;
        return CheckPlace(in taker, store.Entries[slot].Traits, minimum, slides
            && store.Has(slot, Traits.Slide), ref price);
    }

    /// <summary>Returns true if any quantity of a limit order would rest.</summary>
    private bool WouldRest(in Taker taker, bool allOrNone, long minimum)
    {
        if (store.Phase != TradingPhase.Continuous)
            return true;

        if (allOrNone)
            return !matcher.WouldTrade(in taker, taker.Leaves);

        var dry = taker;
        matcher.Match<DryRun>(ref dry);
        var traded = taker.Leaves - dry.Leaves - dry.Prevented;
        return traded >= minimum && dry.Leaves > 0 && !dry.Ended
            && (dry.Stop != EndReason.Band || store.Rules.DynamicBandMode == BandMode.Auction);
    }

    /// <summary>
    /// Rejects or slides a post-only order if anything on the other side could meet it, displayed or not, its owner's
    /// or not (RULES 4.7, 4.8).
    /// </summary>
    public RejectReason CheckPostOnly(int side, bool slides, long lots, ref long price)
    {
        var best = BestFor(side, lots);
        if (best == 0 || SignedPriceKey(side, price) < SignedPriceKey(side, best))
            return RejectReason.None;
        if (!slides)
            return RejectReason.PostOnlyWouldTake;

        var slid = side == Buy ? best - 1 : best + 1;
        if (slid < store.Rules.MinPriceTicks || slid > store.Rules.MaxPriceTicks)
            return RejectReason.InvalidPrice;
        if (store.IsOutsideStaticBand(slid))
            return RejectReason.PriceBand;

        price = slid;
        return RejectReason.None;
    }

    /// <summary>Returns the best price at which an order of this size would trade; 0 for none.</summary>
    public long BestFor(int side, long lots)
    {
        var contra = side ^ 1;
        var best = store.Sides[contra].Best == 0 ? 0 : store.Ladder.PriceOf(store.Sides[contra].Best);
        for (var level = store.Sides[contra + Hidden].Best; level != 0; level = store.NextWorse(contra + Hidden, level))
        {
            var price = store.Ladder.PriceOf(level);
            if (best != 0 && SignedPriceKey(side, best) <= SignedPriceKey(side, price))
                break;

            for (var slot = store.Ladder[level].First; slot != 0; slot = store.Entries[slot].Next)
            {
                if (!store.Has(slot, Traits.AllOrNone) || store.Entries[slot].Leaves <= lots)
                    return price;
            }
        }

        return best;
    }
}
