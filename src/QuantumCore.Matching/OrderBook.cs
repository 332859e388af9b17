using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// The order book of one instrument: commands in, events out, with priority by price, then display, then time.
/// </summary>
/// <remarks>
/// <para>Prices are in ticks (1 to 2^47), quantities in lots (1 to 2^53), times in nanoseconds that never go back. The
/// book reads no clock and draws no random number: the same commands give the same events.</para>
/// <para>A command is either rejected with one reason, and then nothing has changed, or done. Its events are in
/// <see cref="OrderStore.Events"/> until the next command. Only time may pass with a rejection: orders due by the
/// command's time have expired, and their events are there. A rejection never throws. If a command throws, it is a bug
/// (or memory is exhausted): discard the book and restore it.</para>
/// <para>A plain limit order in a book in continuous trading takes a fast path (<c>EnterPlain</c>, <c>Sweep</c>). One
/// general loop (<c>Match</c>) decides everything else and gives the same result for plain orders.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed partial class OrderBook : OrderStore
{
    internal readonly HashSet<long> Busted = [];

    private readonly OrderEndings _endings;
    private readonly Matcher _matcher;
    private readonly EntryChecks _checks;
    private readonly OrderIntake _intake;
    private readonly ListIntake _listIntake;
    private readonly AmendmentChecks _amendmentChecks;
    private readonly Amendments _amendments;
    private readonly Adjustments _adjustments;
    private readonly Settling _settling;
    private readonly PhaseChanges _phases;
    private readonly LegTrading _legs;

    /// <summary>Creates an empty book in continuous trading, without bands.</summary>
    /// <param name="maxLevels">Maximum number of price levels on each side, displayed and not displayed each.</param>
    public OrderBook(int maxLevels = 100_000)
        : base(maxLevels)
    {
        Triggers = new Triggers(this);
        Pegs = new Pegs(this);
        Lists = new OrderLists(this);
        Expiries = new Expiries(this);
        Blocks = new TradingBlocks(this);
        Waiting = new OffLadderOrders(this);
        AllOrNone = new AllOrNoneWatch(this);
        Pricing = new AuctionPricing(this);

        _endings = new OrderEndings(this, Triggers, Pegs, Lists, Waiting, AllOrNone);
        _matcher = new Matcher(this, _endings, Lists, Triggers);
        var takers = new TakerPhase(this, _matcher, _endings, Triggers, AllOrNone);
        var pegMoves = new PegMovement(this, Pegs, _endings, takers);
        Auction = new Auction(this, Pricing, _endings, Lists, Triggers);

        _checks = new EntryChecks(this, _matcher, Triggers, Pegs, Blocks);
        _intake = new OrderIntake(this, takers, pegMoves, Triggers, Waiting, Expiries);
        _listIntake = new ListIntake(this, Lists, _checks, _intake, Blocks);
        _settling = new Settling(
            this, Triggers, Pegs, Waiting, AllOrNone, Lists, _endings, _checks, takers, pegMoves, _intake);
        _phases = new PhaseChanges(
            this, Auction, _endings, takers, pegMoves, Pegs, Waiting, AllOrNone, _intake, _settling);
        takers.BandReached = _phases.StopAtBand;

        _amendmentChecks = new AmendmentChecks(this, _checks, Lists, Triggers, Pegs);
        _amendments = new Amendments(
            this, _amendmentChecks, _endings, takers, pegMoves, Pegs, Lists, Triggers, Expiries, AllOrNone);
        _adjustments = new Adjustments(this, _endings, takers, _amendments, Triggers, Pegs);
        _legs = new LegTrading(this, _matcher, takers, _endings, Triggers, Waiting);
    }

    internal Triggers Triggers { get; }

    internal Pegs Pegs { get; }

    internal OrderLists Lists { get; }

    internal Expiries Expiries { get; }

    internal TradingBlocks Blocks { get; }

    internal OffLadderOrders Waiting { get; }

    internal AllOrNoneWatch AllOrNone { get; }

    internal AuctionPricing Pricing { get; }

    internal Auction Auction { get; }

    /// <summary>
    /// Sets the time back after a fast clock dated the last command in the future. Orders that expired by it stay
    /// expired.
    /// </summary>
    /// <param name="timeNanos">New time, Unix nanoseconds, from 0 to <see cref="OrderStore.LastTimeNanos"/>.</param>
    public void TurnBack(long timeNanos)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeNanos);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeNanos, LastTimeNanos);
        LastTimeNanos = timeNanos;
    }

    /// <summary>
    /// Enters an order: Accepted, then its own events, then their consequences.
    /// </summary>
    /// <remarks>
    /// Reject reasons, in this order: BadRequest (an undefined side, type or time in force), InvalidCombination (see
    /// <see cref="OrderRules.Conflict"/>), InvalidQuantity, InvalidPrice, TimeRegression, AccountBlocked, SymbolHalted,
    /// SymbolClosed or NotInThisPhase, ExpiredAlready, PriceBand, StopWouldTrigger, TooManyLevels, Overflow (its level
    /// would exceed <see cref="OrderStore.MaxLevelLots"/>), PegNoReference, PostOnlyWouldTake (RULES 2).
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its public id; 0 if rejected.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Submit(long timeNanos, in NewOrder order, out long orderId)
    {
        // By far the most common case first: an order that meets no other and rests at an open level.
        var side = IndexOf(order.Side);
        var price = order.PriceTicks;
        ref var place = ref Index.NextPlace;
        if (IsPlainLimit(in order) && timeNanos >= LastTimeNanos && timeNanos < NextExpiryNanos
            && SlowPathReasons == SlowPath.None
            && FreeEntry != 0 && place == 0 && SignedPriceKey(side, price) < Sides[side ^ 1].BestKey)
        {
            if (!Ladder.FindRecent(side, price, out var level))
                return SubmitFar(timeNanos, in order, out orderId);

            ref var queue = ref Ladder[level];
            if (queue.Orders == 0)
                return SubmitAlone(timeNanos, in order, level, ref place, out orderId);

            if (queue.Lots <= MaxLevelLots - Instrument.QuantityLotsLimit)
            {
                orderId = Join(timeNanos, in order, level, ref queue, ref place);
                return Watching ? Settled() : RejectReason.None;
            }
        }

        return SubmitOther(timeNanos, in order, out orderId);
    }

    /// <summary>
    /// Cancels an order: Ended, and with it its dependants. Reject reasons: UnknownOrder, OrderClosed, TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="reason">Reason in the event; not None.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Cancel(long timeNanos, long orderId, EndReason reason)
    {
        // By far the most common case first: a plain resting order.
        ref var place = ref Index.Place(orderId);
        if (timeNanos >= LastTimeNanos && timeNanos < NextExpiryNanos && reason != EndReason.None)
        {
            var slot = place;
            ref var entry = ref Entries[slot];
            ref var queue = ref Ladder[entry.Level];
            if (entry.Id == orderId && IsPlainResting(in entry))
            {
                place = 0;
                ReplaceFailure = RejectReason.None;
                LastTimeNanos = timeNanos;
                if (queue.Orders != 1)
                    EndOneOfMany(slot, ref entry, ref queue, reason);
                else
                    EndAlone(slot, ref entry, ref queue, reason);
                if (Watching || SlowPathReasons != SlowPath.None)
                    Conclude();
                return RejectReason.None;
            }
        }

        return CancelOther(timeNanos, orderId, reason);
    }

    /// <summary>
    /// Changes an open order: Amended, or Ended (Amended) if the new total is done already. With a new price or a
    /// larger total, the order loses its priority and meets the other side again.
    /// </summary>
    /// <remarks>
    /// Reject reasons: UnknownOrder, OrderClosed, StaleLeaves, InvalidCombination (a value the order does not have),
    /// InvalidQuantity, InvalidPrice, TimeRegression, SymbolHalted (would lose priority), SymbolClosed, ExpiredAlready,
    /// PriceBand, ListPrices, StopWouldTrigger, TooManyLevels, Overflow, PostOnlyWouldTake.
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="amendment">The new values.</param>
    public RejectReason Amend(long timeNanos, long orderId, Amendment amendment)
    {
        ArgumentNullException.ThrowIfNull(amendment);
        Begin();
        var reject = FindToAmend(timeNanos, orderId, amendment, out var slot);
        var price = 0L;
        if (reject == RejectReason.None)
            reject = _amendmentChecks.Check(timeNanos, slot, amendment, out price);
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        _amendments.Apply(slot, amendment, price);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Reduces an order in place: Amended, or Ended (Amended) if the new total is done already. The same total again is
    /// not rejected. Reject reasons: UnknownOrder, OrderClosed, InvalidCombination (a leg), InvalidQuantity,
    /// TimeRegression, SymbolClosed, WouldGrow.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="newTotalLots">
    /// Filled and open lots together, 0 to 2^53. Any total at or below what is done ends the order.
    /// </param>
    public RejectReason Reduce(long timeNanos, long orderId, long newTotalLots)
    {
        Begin();
        var reject = FindToReduce(timeNanos, orderId, newTotalLots, out var slot);
        if (reject == RejectReason.None && Phase == TradingPhase.Closed)
            reject = RejectReason.SymbolClosed;
        if (reject == RejectReason.None && newTotalLots > Entries[slot].TotalLots)
            reject = RejectReason.WouldGrow;
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        _amendments.Resize(slot, newTotalLots);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Ends an order and enters another in one command: Ended (Replaced), then the events of the new one. The two never
    /// meet: the new one is checked against the book without the old one.
    /// </summary>
    /// <remarks>
    /// In atomic mode, a rejection leaves the old order as it was. Reject reasons: BadRequest (an undefined mode),
    /// UnknownOrder, OrderClosed, InvalidCombination (an order of a list; a leg, old or new), then as
    /// <see cref="Submit"/>. In the other modes, the old order may end although the new one is rejected. Then its end
    /// is in <see cref="OrderStore.Events"/>, and <see cref="OrderStore.ReplaceFailure"/> has the outcome of the
    /// cancel.
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order that ends.</param>
    /// <param name="order">The order that enters.</param>
    /// <param name="newOrderId">Public id of the new order; 0 if rejected.</param>
    /// <param name="mode">Behaviour if one half fails.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Replace(
        long timeNanos, long orderId, in NewOrder order, out long newOrderId, ReplaceMode mode = ReplaceMode.Atomic)
    {
        Begin();
        newOrderId = 0;
        if (mode > ReplaceMode.AllowFailure)
            return RejectReason.BadRequest;
        var found = FindOpen(orderId, out var slot);
        if (mode == ReplaceMode.Atomic && found == RejectReason.None && SlowPathReasons == SlowPath.None
            && timeNanos < NextExpiryNanos
            && timeNanos >= LastTimeNanos && !Has(slot, Traits.Conditional) && CanReplacePlain(in order))
        {
            LastTimeNanos = timeNanos;
            ref var entry = ref Entries[slot];
            ref var queue = ref Ladder[entry.Level];
            if (IsPlainResting(in entry))
            {
                Index.Remove(orderId);
                if (queue.Orders != 1)
                    EndOneOfMany(slot, ref entry, ref queue, EndReason.Replaced);
                else
                    EndAlone(slot, ref entry, ref queue, EndReason.Replaced);
            }
            else
            {
                _endings.End(slot, EndReason.Replaced);
            }

            newOrderId = EnterPlain(in order);
            if (Watching)
                _settling.Settle();
            return RejectReason.None;
        }

        ReplaceFailure = found;
        var stops = found != RejectReason.None && mode != ReplaceMode.AllowFailure;
        if (!stops)
        {
            var wrong =
                order.Type == OrderType.Leg || (found == RejectReason.None && (Has(slot, Traits.Listed) || IsLeg(slot)))
                ? RejectReason.InvalidCombination
                : _checks.CheckAlone(in order);
            if (wrong != RejectReason.None)
                return wrong;
        }

        var reject = BringTo(timeNanos);
        if (reject != RejectReason.None)
            return stops ? found : reject;

        ReplaceFailure = found = FindOpen(orderId, out slot);
        if (found != RejectReason.None && mode != ReplaceMode.AllowFailure)
            return Refuse(found);
        return ReplaceSlot(timeNanos, found == RejectReason.None ? slot : 0, in order, out newOrderId, mode);
    }

    /// <summary>
    /// Index, from 0, of the order for which the last list was rejected; -1 if it was not for a single order.
    /// </summary>
    public int RefusedOfList => _listIntake.Refused;

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
        _listIntake.Refused = -1;
        var reject = _listIntake.CheckAlone(kind, legs);
        if (reject == RejectReason.None)
            reject = BringTo(timeNanos);
        Span<long> prices = stackalloc long[3];
        if (reject == RejectReason.None)
            reject = _listIntake.CheckState(timeNanos, kind, legs, prices);
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        firstOrderId = LastOrderId + 1;
        _listIntake.Start(kind, legs, prices);
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
        _endings.Choose(in filter, reason);
        _endings.EndAll();
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
                _endings.Choose(slot, reason);
            last = Math.Max(last, id);
        }

        _endings.ChooseRelatives();
        _endings.EndAll();
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
        if (!TradingBlocks.NamesSomeone(in who))
            return RejectReason.BadRequest;
        var reject = CancelMany(timeNanos, in who, EndReason.KillSwitch);
        if (reject != RejectReason.None)
            return reject;

        Blocks.Add(in who);
        return RejectReason.None;
    }

    /// <summary>Lets an account or owner enter orders again. Reject reasons: BadRequest, TimeRegression.</summary>
    public RejectReason Unblock(long timeNanos, in OrderFilter who)
    {
        var reject =
            BeginAt(timeNanos, TradingBlocks.NamesSomeone(in who) ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Blocks.Remove(in who);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Sets the mark price and triggers the orders that wait for it. Reject reasons: InvalidPrice, TimeRegression.
    /// </summary>
    public RejectReason SetMark(long timeNanos, long priceTicks)
    {
        var reject = BeginAtPrice(timeNanos, priceTicks);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        MarkPriceTicks = priceTicks;
        // While the book does not match, nothing triggers, but orders that follow the mark have seen it (RULES 7.8).
        if (Phase != TradingPhase.Continuous)
            Triggers.FollowMark();

        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Sets the last price without a trade, for a book with an earlier history. It triggers nothing. Reject reasons:
    /// InvalidPrice, TimeRegression.
    /// </summary>
    public RejectReason SetLast(long timeNanos, long priceTicks)
    {
        var reject = BeginAtPrice(timeNanos, priceTicks);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        LastPriceTicks = priceTicks;
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Changes the phase: PhaseChanged, preceded by the auction that ends the old phase, and followed by what the new
    /// one causes. Reject reasons: NotInThisPhase (not possible from here), TimeRegression.
    /// </summary>
    /// <remarks>
    /// The auction may be extended (Extended), so that the phase stays. If its price is confined to the collar and the
    /// book is still crossed, the symbol halts instead of going to Continuous (RULES 12.7).
    /// </remarks>
    public RejectReason SetPhase(long timeNanos, TradingPhase phase)
    {
        var reject = BeginAt(timeNanos);
        if (reject != RejectReason.None)
            return reject;
        if (!Phase.LeadsTo(phase))
            return Refuse(RejectReason.NotInThisPhase);

        LastTimeNanos = timeNanos;
        _phases.ChangePhase(phase);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Sets the reference price of the static band: the previous close. Reject reasons: InvalidPrice, TimeRegression.
    /// </summary>
    public RejectReason SetReference(long timeNanos, long priceTicks)
    {
        var reject = BeginAtPrice(timeNanos, priceTicks);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        ReferencePriceTicks = priceTicks;
        Conclude();
        return RejectReason.None;
    }

    /// <summary>Advances the time: due orders expire. Reject reason: TimeRegression.</summary>
    public RejectReason AdvanceTime(long timeNanos)
    {
        var reject = BeginAt(timeNanos);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Sets the book's rules. Orders in the book stay, whatever the rules. Reject reasons: BadRequest (a value out of
    /// range), TimeRegression.
    /// </summary>
    public RejectReason SetRules(long timeNanos, BookRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var reject = BeginAt(timeNanos, rules.IsInRange ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Rules = rules;
        Mind(SlowPath.Rules, rules.HasBands);
        // Pegs may have lost or found a possible price.
        Pegs.ForgetQuotes();
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Busts a trade: Busted. Orders are not reopened, and no price is undone (RULES 15.3). Reject reasons:
    /// UnknownTrade, TimeRegression.
    /// </summary>
    public RejectReason Bust(long timeNanos, long tradeNumber)
    {
        Begin();
        var reject = JudgeTrade(timeNanos, tradeNumber);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        _ = Busted.Add(tradeNumber);
        Append(BookEventKind.Busted, default, EndReason.None, tradeNumber, 0, 0, 0);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Corrects a trade's price: Corrected. Reject reasons: InvalidPrice, UnknownTrade, TimeRegression.
    /// </summary>
    public RejectReason Correct(long timeNanos, long tradeNumber, long priceTicks)
    {
        Begin();
        if (priceTicks is < 1 or > Instrument.PriceTicksLimit)
            return RejectReason.InvalidPrice;
        var reject = JudgeTrade(timeNanos, tradeNumber);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        Append(BookEventKind.Corrected, default, EndReason.None, tradeNumber, priceTicks, 0, 0);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Sets the owners of accounts for all of their open orders, in any place. Nothing trades or ends by it. Later
    /// orders carry their own owner. Reject reason: TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="owners">
    /// Owners by account, as in <see cref="NewOrder.Owner"/>; 0 for none. Other accounts keep theirs.
    /// </param>
    public RejectReason SetOwners(long timeNanos, IReadOnlyDictionary<long, long> owners)
    {
        ArgumentNullException.ThrowIfNull(owners);
        var reject = BeginAt(timeNanos);
        if (reject != RejectReason.None)
            return reject;

        LastTimeNanos = timeNanos;
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            ref var entry = ref Entries[slot];
            if (entry.Id != 0 && owners.TryGetValue(entry.Account, out var owner))
                entry.Owner = owner;
        }

        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Adjusts every open order. First, orders that cannot follow end (Ended, CorporateAction). Then changed orders are
    /// reported by id (Amended). Then orders that rested before rest again (Rested): buys first, by old price, then by
    /// old time.
    /// </summary>
    /// <remarks>
    /// <para>A split needs a halted or closed book. Limits, stops and take-profits follow it, with any time in force
    /// and display. Orders of lists, trailing stops, pegs, market orders and legs end. The last, mark and reference
    /// prices are converted to new units.</para>
    /// <para>A dividend lowers the prices that a price fall would reach: those of buys, except buys that wait for a
    /// rise, and those of sells that wait for a fall. All others stay, and so do orders that must not be reduced. Legs
    /// end.</para>
    /// <para>An order ends if one of its prices would fall below the lowest, or if its lots would exceed the maximum.
    /// Reject reasons: BadRequest (an adjustment out of range), TimeRegression, NotInThisPhase (a split outside of Halt
    /// and Closed), Overflow (more lots than <see cref="OrderStore.MaxConditionalLots"/>).</para>
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="adjustment">The adjustment of prices and lots.</param>
    /// <param name="lowestTicks">
    /// Lowest price of an order, in ticks, from 1; the book's rules apply if theirs is higher.
    /// </param>
    public RejectReason Adjust(long timeNanos, in OrderAdjustment adjustment, long lowestTicks = 1)
    {
        var reject =
            BeginAt(timeNanos, adjustment.IsValid && lowestTicks >= 1 ? RejectReason.None : RejectReason.BadRequest);
        if (reject != RejectReason.None)
            return reject;
        if (adjustment.IsSplit && PhaseRefusal() == RejectReason.None)
            return Refuse(RejectReason.NotInThisPhase);
        var lowest = Math.Max(lowestTicks, Rules.MinPriceTicks);
        if (adjustment.IsSplit && !adjustment.EndsAll
            && _adjustments.LotsAfter(in adjustment, lowest) > MaxConditionalLots)
            return Refuse(RejectReason.Overflow);

        // Point of no return.
        LastTimeNanos = timeNanos;
        _adjustments.EndWhatCannotFollow(in adjustment, lowest);
        _adjustments.Adjust(in adjustment);
        if (adjustment.IsSplit)
            _adjustments.AdjustReferences(in adjustment);
        Conclude();
        return RejectReason.None;
    }

    /// <summary>
    /// Returns the reason for which <see cref="Admit"/>, or <see cref="Submit"/> for a leg, would reject an order now.
    /// Changes nothing.
    /// </summary>
    public RejectReason Judge(long timeNanos, in NewOrder order)
    {
        var price = order.PriceTicks;
        var reject = _checks.CheckAlone(in order);
        return reject != RejectReason.None ? reject
            : timeNanos < LastTimeNanos ? RejectReason.TimeRegression
            : _checks.CheckState(timeNanos, in order, ref price) is not RejectReason.None and var state ? state
            : _checks.HasRoomToKeep(in order) ? RejectReason.None
            : RejectReason.Overflow;
    }

    /// <summary>
    /// Returns the best price at which an order of a side and size would meet any order, displayed or not; 0 for none.
    /// </summary>
    public long FirstPriceFor(Side side, long lots) => _checks.BestFor(IndexOf(side), lots);

    /// <summary>
    /// Accepts an order as <see cref="Submit"/> does, with the same reject reasons, but lets it stand aside until
    /// <see cref="Proceed"/>. For an order without conditions.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its public id; 0 if rejected.</param>
    public RejectReason Admit(long timeNanos, in NewOrder order, out long orderId)
    {
        Begin();
        return SubmitSlow(timeNanos, in order, aside: true, out orderId);
    }

    /// <summary>
    /// Trades an order that stands aside with displayed quotes of others at one price: a Trade for each. The trades are
    /// not prints: they affect neither the last price nor stops (RULES 7.1).
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="priceTicks">Price of the quotes, in ticks.</param>
    /// <param name="lots">Quantity in lots, at most what <see cref="OrderStore.TryGetQuote"/> finds there.</param>
    /// <param name="goesOn">
    /// True if its taker phase continues, here or in another book: triggered orders wait for <see cref="EndPhase"/>
    /// (RULES 3).
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// These quotes do not exist: the decision was made on another state of the book.
    /// </exception>
    public void TakeQuotes(long timeNanos, long orderId, long priceTicks, long lots, bool goesOn = false) =>
        _legs.TakeQuotes(timeNanos, orderId, priceTicks, lots, goesOn);

    /// <summary>Ends the taker phase of an order that stands or stood aside, and executes what it triggered.</summary>
    /// <param name="timeNanos">Time of the phase's last part.</param>
    public void EndPhase(long timeNanos)
    {
        if (timeNanos != LastTimeNanos)
            throw new InvalidOperationException(
                $"A phase that was begun at {LastTimeNanos} does not end at {timeNanos}.");

        Begin();
        Conclude();
    }

    /// <summary>
    /// Trades two orders that stand aside with each other: Trade. Not a print.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="takerId">Public id of the order that came later.</param>
    /// <param name="makerId">Public id of the other order, on the other side.</param>
    /// <param name="priceTicks">Any price, in ticks, 1 to 2^47.</param>
    /// <param name="lots">Quantity in lots, at most what both have open.</param>
    /// <exception cref="InvalidOperationException">They are not two such orders.</exception>
    public void Cross(long timeNanos, long takerId, long makerId, long priceTicks, long lots) =>
        _legs.Cross(timeNanos, takerId, makerId, priceTicks, lots);

    /// <summary>
    /// Matches an order that stands aside against the book, by every rule except resting, up to a price within its
    /// limit.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="priceTicks">The worst price at which it trades, in ticks.</param>
    public void Sweep(long timeNanos, long orderId, long priceTicks) =>
        _legs.Sweep(timeNanos, orderId, priceTicks);

    /// <summary>Enters an order that stands aside, as if it came now.</summary>
    public void Proceed(long timeNanos, long orderId) =>
        _legs.Proceed(timeNanos, orderId);

    /// <summary>
    /// Fingerprint of everything that decides what the book does next, independent of its memory layout.
    /// </summary>
    /// <remarks>
    /// It mixes the numbers of <see cref="Snapshot"/> in that sequence. The hash starts at 0xCBF29CE484222325. A 64-bit
    /// number is mixed by <c>hash = (hash ^ number) * 0x100000001B3; hash ^= hash &gt;&gt; 32</c>. Walks the whole
    /// book.
    /// </remarks>
    public ulong StateHash
    {
        get
        {
            var sink = new HashSink { Hash = 0xCBF2_9CE4_8422_2325UL };
            new BookStateWriter(this).Write(ref sink);
            return sink.Hash;
        }
    }

    /// <summary>
    /// Returns the whole book as bytes. The same state gives the same bytes, whatever commands led to it.
    /// </summary>
    /// <remarks>
    /// Version 2: the letters QCBK, a version byte, then numbers as zigzag LEB128. First comes the book: limits,
    /// counters, prices, phase, rules, blocks, busted trades, prints not yet seen by triggers, orders that wait to
    /// enter. Then come the resting buy orders and the resting sell orders, both in priority order, all others by id,
    /// and the lists. A CRC-32C of everything before it, little-endian, ends the snapshot.
    /// </remarks>
    public byte[] Snapshot()
    {
        var sink = new SnapshotWriter(256 + (OpenOrders * 24L));
        new BookStateWriter(this).Write(ref sink);
        return sink.Finish();
    }

    /// <summary>Restores the book of a snapshot. It continues exactly like the book that was written.</summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are damaged, of an unknown version, or not a possible state of a book.
    /// </exception>
    public static OrderBook Restore(ReadOnlySpan<byte> snapshot)
    {
        var reader = new SnapshotReader(snapshot);
        var book = new OrderBook((int)reader.Read(1, int.MaxValue, "maxLevels"));
        new BookStateReader(book).Read(ref reader);
        if (book.Audit() is { } wrong)
            throw new InvalidDataException($"Snapshot of a book: {wrong}.");

        // A state has exactly one encoding.
        var echo = new SnapshotEcho(snapshot);
        new BookStateWriter(book).Write(ref echo);
        return book;
    }

    /// <summary>
    /// Returns an inconsistency in the book's own memory as a sentence. Returns null if there is none; an inconsistency
    /// is a bug of the book. Walks the whole book, every link in both directions.
    /// </summary>
    public string? Audit() => new MemoryAudit(this).Run() ?? new StateAudit(this).Run();

    /// <summary>Finds an open order for a command, after advancing the book to the command's time.</summary>
    private RejectReason Find(long timeNanos, long orderId, out int slot)
    {
        var reject = FindOpen(orderId, out slot);
        return MovesOn(timeNanos, ref reject) ? FindOpen(orderId, out slot) : reject;
    }

    /// <summary>
    /// Advances the book to the time of a command about an order, unless the request alone is rejected. Returns true if
    /// something expired, so that the order must be checked again.
    /// </summary>
    private bool MovesOn(long timeNanos, ref RejectReason reject)
    {
        if (IsOfRequestAlone(reject))
            return false;
        if (timeNanos < LastTimeNanos)
        {
            reject = reject == RejectReason.None ? RejectReason.TimeRegression : reject;
            return false;
        }

        if (timeNanos < NextExpiryNanos)
            return false;

        ExpireDue(timeNanos);
        return true;
    }

    /// <summary>
    /// Finds an order to amend: it exists, has the expected open quantity, and has the values to change. Due orders
    /// expire first, unless the request alone is rejected.
    /// </summary>
    private RejectReason FindToAmend(long timeNanos, long orderId, Amendment amendment, out int slot)
    {
        var reject = _amendmentChecks.JudgeChange(orderId, amendment, out slot);
        return MovesOn(timeNanos, ref reject) ? _amendmentChecks.JudgeChange(orderId, amendment, out slot) : reject;
    }

    private RejectReason FindToReduce(long timeNanos, long orderId, long total, out int slot)
    {
        var reject = _amendmentChecks.JudgeReduction(orderId, total, out slot);
        return MovesOn(timeNanos, ref reject) ? _amendmentChecks.JudgeReduction(orderId, total, out slot) : reject;
    }

    private static bool IsOfRequestAlone(RejectReason reason) =>
        reason is RejectReason.InvalidCombination or RejectReason.InvalidQuantity or RejectReason.InvalidPrice;

    private RejectReason ReplaceSlot(long timeNanos, int old, in NewOrder order, out long newOrderId, ReplaceMode mode)
    {
        newOrderId = 0;
        var price = order.PriceTicks;
        var reject =
            old == 0
                ? _checks.CheckState(timeNanos, in order, ref price)
                : _amendmentChecks.CheckWithout(old, timeNanos, in order, ref price);
        var replaces = PhaseRefusal() == RejectReason.None;
        if (reject != RejectReason.None && (mode == ReplaceMode.Atomic || old == 0 || !replaces))
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        if (old != 0)
            _endings.End(old, EndReason.Replaced);
        if (reject == RejectReason.None)
            newOrderId = _intake.Start(_intake.Accept(in order, price), price);
        Conclude();
        return reject;
    }

    private RejectReason SubmitSlow(long timeNanos, in NewOrder order, bool aside, out long orderId)
    {
        orderId = 0;
        var reject = _checks.CheckAlone(in order);
        if (reject == RejectReason.None)
            reject = BringTo(timeNanos);
        var price = order.PriceTicks;
        if (reject == RejectReason.None)
            reject = _checks.CheckState(timeNanos, in order, ref price);
        // A plain order that stands aside is kept like an order with conditions.
        if (reject == RejectReason.None && aside && !_checks.HasRoomToKeep(in order))
            reject = RejectReason.Overflow;
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        var slot = _intake.Accept(in order, price);
        orderId = Entries[slot].Id;
        if (aside || order.Type == OrderType.Leg)
            _intake.StandAside(slot, in order, price);
        else
            _ = _intake.Start(slot, price);
        Conclude();
        return RejectReason.None;
    }

    private RejectReason JudgeTrade(long timeNanos, long tradeNumber)
    {
        var reject = BringTo(timeNanos);
        if (reject != RejectReason.None)
            return reject;
        return tradeNumber < 1 || tradeNumber > LastTradeNumber || Busted.Contains(tradeNumber)
            ? Refuse(RejectReason.UnknownTrade)
            : RejectReason.None;
    }

    /// <summary>Begins a command: clears the results of the previous one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Begin()
    {
        EventCount = 0;
        ReplaceFailure = RejectReason.None;
    }

    /// <summary>
    /// Begins an operator's command: rejects an error of the command alone, or advances the book to its time.
    /// </summary>
    private RejectReason BeginAt(long timeNanos, RejectReason wrong = RejectReason.None)
    {
        Begin();
        return wrong != RejectReason.None ? wrong : BringTo(timeNanos);
    }

    /// <summary>Begins an operator's command with a price.</summary>
    private RejectReason BeginAtPrice(long timeNanos, long priceTicks) => BeginAt(
        timeNanos, priceTicks is < 1 or > Instrument.PriceTicksLimit ? RejectReason.InvalidPrice : RejectReason.None);

    /// <summary>Advances the book to the time of a command: due orders expire first.</summary>
    private RejectReason BringTo(long timeNanos)
    {
        if (timeNanos < LastTimeNanos)
            return RejectReason.TimeRegression;
        if (timeNanos >= NextExpiryNanos)
            ExpireDue(timeNanos);
        return RejectReason.None;
    }

    /// <summary>Expires due orders, then settles the book (RULES 3.1).</summary>
    private void ExpireDue(long timeNanos)
    {
        while (Expiries.TryTakeDue(timeNanos, out var slot))
            _endings.Choose(slot, EndReason.GoodTillDate);
        if (!_endings.HasChosen)
            return;

        LastTimeNanos = timeNanos;
        _endings.EndAll();
        if (Watching)
            _settling.Settle();
    }

    /// <summary>Ends a rejected command: orders may have expired by its time.</summary>
    private RejectReason Refuse(RejectReason reason)
    {
        if (EventCount > 0)
            Auction.TellIndicative();
        return reason;
    }

    /// <summary>Ends every command that did not take the shortest path.</summary>
    internal void Conclude()
    {
        if (Watching)
            _settling.Settle();
        if ((SlowPathReasons & SlowPath.Phase) != 0)
            Auction.TellIndicative();
    }
}
