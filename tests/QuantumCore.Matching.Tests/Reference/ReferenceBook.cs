using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// DECISIONS: where RULES.md is silent or can be read in two ways.
//
// Commands
//  D1  A refusal leaves no trace, except that what was due by its time has expired (RULES 3: expiries, then Rej): then
//      these events and the time stand. A refusal of the request alone (never journaled; for an amendment judged before
//      the expiries) and of a time that goes back leaves no trace at all.
//  D2  UNKNOWN_ORDER, ORDER_CLOSED, STALE, then the request-alone checks of the new values, come before
//      TIME_REGRESSION (RULES 2).
//  D3  Reduce: find, QUANTITY, TIME_REGRESSION, CLOSED, WOULD_GROW, then as Amend. An amendment that ends its order
//      (10.3) is asked for nothing more than the request alone and Closed.
//  D4  SetMark, SetReference, SetLast, Correct take 1 to 2^47, else PRICE. SetLast is no print. SetRules out of range:
//      BadRequest. An undefined mode, list kind, wrong number of legs, undefined side of a filter: BadRequest. A
//      change of phase that is not in the table, also to the same or to an undefined phase: NotInThisPhase.
//  D5  Block and Unblock name an account or an owner, one of both, not owner 0 (nobody), and no side; else BadRequest.
//      Unblocking what is not blocked does nothing.
//  D6  Orders, levels and sums are small enough not to overflow; the Overflow refusal of a level is not modelled.
// Checks
//  D7  Limits of BookRules hold for limit, cap, protection price (when not 0), trigger and activation, in entry and
//      amendment: PRICE. The limit of a trailing stop stops at its own price (how far it may go: no limit for the
//      band of 12.1) or, without one, at the bound it goes to. A display makes no more parts than OrderRules allows,
//      in entry and amendment; only the total of an iceberg that grows may break that too.
//  D8  A market order with IOC is refused in call phases like any IOC (4.2: never rests, even for an instant).
//  D9  MAX_LEVELS counts prices of orders that rest, displayed and not displayed ones apart, each up to the limit;
//      pegs, and stops when they trigger, are not refused by it, children when they enter are. A taker is refused only
//      when a dry run says that something of it would rest. The price looked at is the one after a slide.
//  D10 Post-only: an own or a hidden contra counts; an all-or-none one larger than the order does not (it is
// passed over). A slide that leaves MinPrice..MaxPrice: PRICE, before MAX_LEVELS; the slid price is not judged by the
// band.  D11 Request-alone conflicts: see Alone. Slide alone means post-only. List legs: OCO = Limit, TakeProfit or
//      TakeProfitLimit + any stop or trailing stop, same side and quantity; parent = Limit, FOK only without conditions
//      and post-only; child not by amount: else COMBINATION, which comes before the legs' own checks. No check of
//      child quantity at entry. AON with IOC is FOK as a parent too. State checks leg by leg, LIST_PRICES at its
//      rank in each; of a Pending leg: blocked, session, expiry.
// D12 LIST_PRICES: a take-profit leg counts with its trigger; a trailing stop has no price to compare, anywhere.
// Checked      also when what counts of a leg is amended while its sibling is open. Equal is refused.
// Taker phase
//  D13 An all-or-none order larger than what is wanted, or than what the amount buys, is passed over, for good; one
//      that an amount finds when it buys no lot is not. Then bounds (protection and band, the tighter of those violated
//      names the reason), then "amount buys no lot".
//  D14 Protection starts at the first order that is next in priority, also an own one that STP removes.
//  D15 The band stops on both sides: a maker below the lower bound stops a buyer as well.
//  D16 A peg's remainder counts as a GTC limit in 12.3: it rests, then parks.
//  D17 List consequences (Can LIST, Can OCO, List Done) come directly after the event that caused them, so between
//      Exp maker and Exp taker of STP. A decrement to 0 ends the sibling with all its leaves.
// Settle
//  D18 One round: all AON once (buyers first, each side in price-prio order), pegs once, one evaluation, one queued
//      order; repeated while anything happened. AON are candidates when a price that rested since the last look reaches
//      them; on entering Continuous all are. On entering Continuous the pegs come first (RULES 14 step 11).
//  D19 Pegs: all that change leave, then by id each re-enters or, without a reference, parks. A price outside
//      MinPrice..MaxPrice is no price. A cap amendment that leads to another price loses priority (Amend
//      lose, phase), else it keeps it (8.4); a parked one comes back with a cap it can stand at.
//  D20 Can OCO comes directly after each Trig, before the next Trig.
// D21 Quote and mark are looked at when triggers are evaluated, with the value of then. Trailing on them ratchets then.
//      A trailing trigger that would be below 0 is 0: never hit. Activation: sell from above (ref ≥), buy from below.
//      An order whose trigger, trail or price is amended to what it is already is not judged again (10.1). Only a
//      trigger that changes makes earlier prints not count (7.7).
//  D22 Children are separate items of the queue, by id; a child that ended meanwhile is skipped. A refused child has
// Activated, then Ended LIST, at the price it was entered with. A child stop that is past its trigger: Activated,
// Triggered, phase, in one turn; in      a call phase it is armed like any other.
//  D23 A band stop: State, Parks, queue entries, Indicative. A queued child that the call phase can't hold (IOC, FOK,
// minimum, post-only, AON): Activated, Ended SESSION; a peg: Activated, Parked. An at-the-opening child is refused.
// D24 Children of parents filled by an auction that Continuous does not follow stay Pending and are queued in the order
//      of the fills when Continuous begins.
// Amend, replace, mass
//  D25 Price and larger total lose priority of resting and held orders (a held one gets a new prio at once). Armed,
//      pending and parked orders have none: Detail 0, and a halt lets them be amended (10.5).
//      Pending: session and expiry are checked, nothing of the market. PriceTicks on a market order (a triggered stop
//      is one),
//      DisplayLots on one without, TriggerTicks on a trailing or triggered one, the other kind of trail, ExpiryNanos
//      without GTD: COMBINATION. A slide slides on a price amendment only; a larger total that would take is refused.
//  D26 OCO total: it has to suit both legs (parts of an iceberg, minimum of a waiting child), else QUANTITY. Both
//      Amended, leg first; then the phase of the one that rests, if it grew (whichever was named).
//  D27 Replace: mode, find, COMBINATION (leg of any list), request alone, time; then state. In Halt and
// Closed the whole command is refused in every mode (13; blocked comes first). ReplaceFailure says in every mode why
// the old      one could not be cancelled.
//  D28 Mass cancel: the filter's orders and those their end takes along, all by id; the latter with LIST.
// Auctions and phases
//  D29 Uncross transitions expire leftovers also without volume. Closed without uncross: leftovers, State, Parks, DAY.
//      Leftover reason: by time in force (AT_OPEN, AT_CLOSE), else AUCTION_END.
//      13.1's original priority is that of the acceptance, of a child that of its activation.
//  D30 No event for the tip of an iceberg in an auction. One print for the uncross, its price.
// D31 Extensions are counted per call phase. A book left crossed by the collar halts before Continuous only; it may
// close.  D32 Indicative ignores the collar. It is sent at the end of the command, the last of its events: of one that
// entered      a call phase always, later when it differs from the last sent (also after SetReference, SetLast,
// expiries of a      refused command).
// Strategies
//  D34 A leg stands aside in any phase until it ends; it trades in Continuous only. It is judged by no band and has no
// place in the book. It is neither amended, reduced nor replaced, and replaces nothing: COMBINATION, in every mode.
//  D35 Between Admit and Proceed what the parts set off waits, children in the queue too. Each part has a band and a
//      protection of its own (12.2, 5.1), measured when it begins; a band that stops a part stops no more than it.
//  D36 Judge judges by the book as it is, with what is due by then still in it.
// Event fields not named by BookEvent's remarks
//  D33 As the remarks of BookEvent say. Prevented leaves are those before the Ended that follow. Amended lose: shown 0,
//      it is out of the book. Ended Detail 1 only while it rests. Protection price in events is the one given, not the
//      one found. By amount: leaves 0 throughout.

/// <summary>The rules implemented as plainly as possible: one list of orders, searched linearly.</summary>
internal sealed partial class ReferenceBook(int maxLevels = 100_000)
{
    private readonly int _maxLevels = maxLevels;

    // All open orders, by id.
    private readonly List<ReferenceOrder> _open = [];
    private readonly HashSet<long> _blockedAccounts = [];
    private readonly HashSet<long> _blockedOwners = [];
    private readonly HashSet<long> _busted = [];
    private long _lastPrio;
    private long _timeBefore;

    public List<BookEvent> Events { get; } = [];

    public RejectReason ReplaceFailure { get; private set; }

    public TradingPhase Phase { get; private set; }

    public BookRules Rules { get; private set; } = BookRules.None;

    public long LastPriceTicks { get; private set; }

    public long MarkPriceTicks { get; private set; }

    public long ReferencePriceTicks { get; private set; }

    public long LastTradeNumber { get; private set; }

    public long LastOrderId { get; private set; }

    public long LastTimeNanos { get; private set; }

    public int OpenOrders => _open.Count;

    public RejectReason Submit(long time, in NewOrder terms, out long orderId)
    {
        orderId = 0;
        Clear();
        var reason = Alone(in terms);
        if (reason != RejectReason.None)
            return reason;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        var order = new ReferenceOrder(in terms) { Id = LastOrderId + 1 };
        reason = CheckEntry(order);
        if (reason == RejectReason.None)
        {
            orderId = order.Id;
            Accept(order);
            Enter(order);
        }

        return Finish(reason);
    }

    /// <summary>Index of the order that caused the last rejection of a list; -1 for none.</summary>
    public int RefusedOfList { get; private set; } = -1;

    public RejectReason SubmitList(long time, OrderListKind kind, ReadOnlySpan<NewOrder> legs, out long firstOrderId)
    {
        firstOrderId = 0;
        RefusedOfList = -1;
        Clear();
        var reason = AloneList(kind, legs);
        if (reason != RejectReason.None)
            return reason;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        var list = new ReferenceList { Kind = kind };
        foreach (ref readonly var leg in legs)
            list.Legs.Add(new ReferenceOrder(in leg) { Id = LastOrderId + 1 + list.Legs.Count, List = list });
        reason = CheckListEntry(list);
        if (reason == RejectReason.None)
        {
            firstOrderId = LastOrderId + 1;
            EnterList(list);
        }

        return Finish(reason);
    }

    public RejectReason Cancel(long time, long orderId, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        Clear();
        var inTime = Begin(time);
        var refusal = Find(orderId, out var order);
        if (!inTime)
            return refusal == RejectReason.None ? RejectReason.TimeRegression : refusal;
        if (refusal == RejectReason.None)
            End(order!, reason);
        return Finish(refusal);
    }

    public RejectReason CancelMany(long time, in ReferenceFilter filter, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        Clear();
        if (filter.Side is not (null or Side.Buy or Side.Sell))
            return RejectReason.BadRequest;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        EndMany(filter, reason);
        return Finish(RejectReason.None);
    }

    /// <summary>10.9: blocks, then cancels (kill switch).</summary>
    public RejectReason Block(long time, in ReferenceFilter filter)
    {
        Clear();
        if (filter.Account is null == filter.Owner is null || filter.Owner == 0 || filter.Side is not null)
            return RejectReason.BadRequest;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        _ = filter.Account is { } account ? _blockedAccounts.Add(account) : _blockedOwners.Add(filter.Owner!.Value);
        EndMany(filter, EndReason.KillSwitch);
        return Finish(RejectReason.None);
    }

    public RejectReason Unblock(long time, in ReferenceFilter filter)
    {
        Clear();
        if (filter.Account is null == filter.Owner is null || filter.Owner == 0 || filter.Side is not null)
            return RejectReason.BadRequest;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        _ = filter.Account is { } account
            ? _blockedAccounts.Remove(account)
            : _blockedOwners.Remove(filter.Owner!.Value);
        return Finish(RejectReason.None);
    }

    /// <summary>1.6: treats accounts of one owner as one, including orders that are open already.</summary>
    public RejectReason SetOwner(long time, long account, long owner)
    {
        Clear();
        if (!Begin(time))
            return RejectReason.TimeRegression;

        foreach (var order in _open.FindAll(order => order.Terms.Account == account))
            order.Terms = order.Terms with { Owner = owner };
        return Finish(RejectReason.None);
    }

    public RejectReason SetPhase(long time, TradingPhase phase)
    {
        Clear();
        if (!Begin(time))
            return RejectReason.TimeRegression;
        if (!MayFollow(Phase, phase))
            return Finish(RejectReason.NotInThisPhase);

        ChangePhase(phase);
        return Finish(RejectReason.None);
    }

    public RejectReason SetMark(long time, long priceTicks) => SetPrice(time, priceTicks, () =>
    {
        MarkPriceTicks = priceTicks;
        // 7.8: since entry, whatever the phase; 7.7: nothing triggers then.
        foreach (var order in _open)
        {
            if (Phase != TradingPhase.Continuous && order is { Stay: Stay.Armed, IsDue: false }
                && order.Conditions.TriggerReference == TriggerReference.Mark)
                Ratchet(order, priceTicks);
        }
    });

    public RejectReason SetReference(long time, long priceTicks) =>
        SetPrice(time, priceTicks, () => ReferencePriceTicks = priceTicks);

    public RejectReason SetLast(long time, long priceTicks) =>
        SetPrice(time, priceTicks, () => LastPriceTicks = priceTicks);

    public RejectReason AdvanceTime(long time)
    {
        Clear();
        return Begin(time) ? Finish(RejectReason.None) : RejectReason.TimeRegression;
    }

    public RejectReason SetRules(long time, BookRules rules)
    {
        Clear();
        if (!AreValid(rules))
            return RejectReason.BadRequest;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        Rules = rules;
        return Finish(RejectReason.None);
    }

    /// <summary>15.3: adds an event and changes nothing else.</summary>
    public RejectReason Bust(long time, long tradeNumber)
    {
        Clear();
        if (!Begin(time))
            return RejectReason.TimeRegression;
        if (tradeNumber < 1 || tradeNumber > LastTradeNumber || !_busted.Add(tradeNumber))
            return Finish(RejectReason.UnknownTrade);

        Tell(BookEventKind.Busted, default, tradeNumber);
        return Finish(RejectReason.None);
    }

    public RejectReason Correct(long time, long tradeNumber, long priceTicks)
    {
        Clear();
        if (priceTicks is < 1 or > Instrument.PriceTicksLimit)
            return RejectReason.InvalidPrice;
        if (!Begin(time))
            return RejectReason.TimeRegression;
        if (tradeNumber < 1 || tradeNumber > LastTradeNumber || _busted.Contains(tradeNumber))
            return Finish(RejectReason.UnknownTrade);

        Tell(BookEventKind.Corrected, default, tradeNumber, price: priceTicks);
        return Finish(RejectReason.None);
    }

    private RejectReason SetPrice(long time, long priceTicks, Action set)
    {
        Clear();
        if (priceTicks is < 1 or > Instrument.PriceTicksLimit)
            return RejectReason.InvalidPrice;
        if (!Begin(time))
            return RejectReason.TimeRegression;

        set();
        return Finish(RejectReason.None);
    }

    private void Clear()
    {
        Events.Clear();
        ReplaceFailure = RejectReason.None;
    }

    /// <summary>1.2, 3.1: rejects a time that goes back; else due orders expire and the book settles.</summary>
    private bool Begin(long time)
    {
        if (time < LastTimeNanos)
            return false;

        _timeBefore = LastTimeNanos;
        LastTimeNanos = time;
        if (ExpireDue())
            Settle();
        return true;
    }

    /// <summary>
    /// Settles, then reports the indicative price. A rejected command without events leaves no trace (D1).
    /// </summary>
    private RejectReason Finish(RejectReason reason)
    {
        if (reason != RejectReason.None && Events.Count == 0)
        {
            LastTimeNanos = _timeBefore;
            return reason;
        }

        Settle();
        TellIndicative();
        return reason;
    }

    private RejectReason Find(long orderId, out ReferenceOrder? order)
    {
        order = null;
        if (orderId < 1 || orderId > LastOrderId)
            return RejectReason.UnknownOrder;

        foreach (var open in _open)
        {
            if (open.Id == orderId)
                order = open;
        }

        return order is null ? RejectReason.OrderClosed : RejectReason.None;
    }

    private bool IsCall => Phase is TradingPhase.PreOpen or TradingPhase.Opening or TradingPhase.Volatility
        or TradingPhase.Closing;

    /// <summary>Returns the price for events (D33).</summary>
    private static long PriceNow(ReferenceOrder order) =>
        order.WaitsForTrigger ? order.Trigger
        : order.IsPeg && (order.Price == 0 || order.Stay is Stay.Parked or Stay.Pending) ? order.Cap
        : order.HasNoLimit && order.Stay == Stay.Resting ? 0
        : order.Price;

    /// <summary>Adds an event about an order, with its current price and open lots.</summary>
    private void Say(
        BookEventKind kind, ReferenceOrder order, long lots = 0, byte detail = 0, long shown = 0, long? price = null) =>
        Events.Add(new BookEvent(
            kind, order.Side, EndReason.None, order.Id, 0, price ?? PriceNow(order), lots, order.Leaves, shown,
            detail));

    private void Tell(
        BookEventKind kind, Side side, long id = 0, long maker = 0, long price = 0, long lots = 0, long leaves = 0,
        long makerLeaves = 0, byte detail = 0) =>
        Events.Add(new BookEvent(kind, side, EndReason.None, id, maker, price, lots, leaves, makerLeaves, detail));
}

/// <summary>Filter of orders by account, owner and side; null does not restrict.</summary>
internal readonly record struct ReferenceFilter(long? Account = null, long? Owner = null, Side? Side = null)
{
    public bool Covers(ReferenceOrder order) =>
        (Account is not { } account || account == order.Terms.Account)
        && (Owner is not { } owner || owner == order.Terms.Owner)
        && (Side is not { } side || side == order.Side);
}
