using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Kind of a book event. The numbers are journaled and never change.</summary>
public enum BookEventKind : byte
{
    /// <summary>A new order got its id.</summary>
    Accepted = 1,

    /// <summary>A taker traded with a maker, at the maker's price.</summary>
    Trade = 2,

    /// <summary>An order's remainder entered the book, last at its price.</summary>
    Rested = 3,

    /// <summary>An open order's terms changed; <see cref="BookEvent.Detail"/> is 1 if it lost its priority.</summary>
    Amended = 4,

    /// <summary>An order ended with open quantity; a filled order has no such event.</summary>
    Ended = 5,

    /// <summary>An iceberg displays its next slice, last at its price.</summary>
    Refilled = 6,

    /// <summary>A pegged order moved to another price.</summary>
    Repriced = 7,

    /// <summary>
    /// An order left the book and waits. A peg has no reference, or the phase has no pegs. An at-the-close order's
    /// auction was broken off.
    /// </summary>
    Parked = 8,

    /// <summary>Two orders of one owner met and did not trade.</summary>
    SelfTradePrevented = 9,

    /// <summary>A stop or take-profit triggered.</summary>
    Triggered = 10,

    /// <summary>A child of a list enters because its parent is filled.</summary>
    Activated = 11,

    /// <summary>A list began or is done; <see cref="BookEvent.Detail"/> is 1 if done.</summary>
    ListChanged = 12,

    /// <summary>An auction found its price; its trades follow.</summary>
    Uncrossed = 13,

    /// <summary>A trade of an auction: buyer and seller, no taker.</summary>
    AuctionTrade = 14,

    /// <summary>The indicative auction result changed.</summary>
    Indicative = 15,

    /// <summary>The trading phase changed.</summary>
    PhaseChanged = 16,

    /// <summary>The auction was extended, because its price is outside the collar.</summary>
    Extended = 17,

    /// <summary>A trade was busted.</summary>
    Busted = 18,

    /// <summary>A trade's price was corrected.</summary>
    Corrected = 19,
}

/// <summary>An event of a book, of fixed size. Only the book fills it in; a copy is a value.</summary>
/// <remarks>
/// Only the book uses the setters: it writes events in place, which saves a copy for each. The eight words are two
/// vectors, so that an event is two writes instead of seven. A processor has room for about sixty writes that wait for
/// memory, and events would take most of it.
/// </remarks>
public record struct BookEvent
{
    // Head (from the lowest byte: kind, side, reason, detail), order, price, lots.
    private Vector256<long> _first;

    // Open lots, maker, the maker's open lots, reject reason.
    private Vector256<long> _second;

    /// <summary>Makes an event with these values, for comparing.</summary>
    public BookEvent(
        BookEventKind kind,
        Side side,
        EndReason endReason,
        long orderId,
        long makerId,
        long priceTicks,
        long quantityLots,
        long leavesLots,
        long makerLeavesLots,
        byte detail = 0,
        RejectReason refusal = RejectReason.None)
    {
        _first = Vector256.Create(Head(kind, side, endReason, detail), orderId, priceTicks, quantityLots);
        _second = Vector256.Create(leavesLots, makerId, makerLeavesLots, (long)refusal);
    }

    /// <summary>Kind of the event.</summary>
    public readonly BookEventKind Kind => unchecked((BookEventKind)_first[0]);

    /// <summary>
    /// Side of <see cref="OrderId"/>: the taker's for a trade, Buy for an auction trade. 0 if there is no order, and
    /// for ListChanged.
    /// </summary>
    public readonly Side Side => unchecked((Side)(_first[0] >> 8));

    /// <summary>Reason of the end; <see cref="EndReason.None"/> for the other kinds.</summary>
    public readonly EndReason EndReason => unchecked((EndReason)(_first[0] >> 16));

    /// <summary>
    /// Detail by kind. Rested: 0 displayed, 1 not displayed, 2 a market order in a call phase.
    /// Accepted: 1 if a post-only order slid.
    /// Amended: 1 if priority was lost.
    /// SelfTradePrevented: the <see cref="SelfTradePrevention"/>.
    /// ListChanged: 1 if done.
    /// PhaseChanged: the <see cref="TradingPhase"/>.
    /// Ended: 1 if the order was displayed, 2 for a market order by amount.
    /// </summary>
    public byte Detail
    {
        readonly get => unchecked((byte)(_first[0] >> 24));
        internal set => _first = _first.WithElement(0, (_first[0] & 0x00FF_FFFF) | ((long)value << 24));
    }

    /// <summary>
    /// Public id of the order: the taker for a trade, the buyer for an auction trade, the first order of a list. Busted
    /// and Corrected: the number of the trade.
    /// </summary>
    public long OrderId
    {
        readonly get => _first[1];
        internal set => _first = _first.WithElement(1, value);
    }

    /// <summary>
    /// Price, in ticks. Trade: price of the trade.
    /// SelfTradePrevented: price of the resting order.
    /// Triggered: trigger price.
    /// Indicative, Uncrossed, Extended: auction price, 0 for none.
    /// Corrected: new price.
    /// Busted, ListChanged, PhaseChanged: 0.
    /// Amended, for a peg that leaves the book: its new price, 0 if it parks.
    /// Otherwise the order's current price. For a market order, that is its protection price, 0 for none and when it
    /// rests. For an untriggered stop, it is its trigger, 0 before a trailing one has any. For a peg outside the book
    /// (Accepted, Activated, Parked), it is its cap, 0 for none.
    /// </summary>
    public long PriceTicks
    {
        readonly get => _first[2];
        internal set => _first = _first.WithElement(2, value);
    }

    /// <summary>
    /// Lots. Accepted, Activated, Amended, Parked, Triggered: the order's total.
    /// Trade, AuctionTrade, SelfTradePrevented: quantity of the match.
    /// Rested, Refilled: displayed lots; 0 if not displayed; open lots of a market order in a call phase. Ended:
    /// released lots, or the rest of an amount. Repriced: the previous price in ticks, 0 if the peg was parked.
    /// Indicative, Uncrossed: lots, at most 2^63 - 1. Extended: number of extensions so far. Otherwise 0.
    /// </summary>
    public long QuantityLots
    {
        readonly get => _first[3];
        internal set => _first = _first.WithElement(3, value);
    }

    /// <summary>
    /// Open lots of <see cref="OrderId"/> after the event; always 0 for a market order by amount.
    /// SelfTradePrevented: before the Ended that may follow.
    /// Indicative: the imbalance, positive if buyers are left.
    /// </summary>
    public long LeavesLots
    {
        readonly get => _second[0];
        internal set => _second = _second.WithElement(0, value);
    }

    /// <summary>Trade, SelfTradePrevented: the resting order. AuctionTrade: the seller. Otherwise 0.</summary>
    public long MakerId
    {
        readonly get => _second[1];
        internal set => _second = _second.WithElement(1, value);
    }

    /// <summary>
    /// Trade, AuctionTrade, SelfTradePrevented: open lots of <see cref="MakerId"/> after the event.
    /// Amended: displayed lots.
    /// Triggered: its limit from then on, in ticks, 0 for a market order.
    /// Otherwise 0.
    /// </summary>
    public long MakerLeavesLots
    {
        readonly get => _second[2];
        internal set => _second = _second.WithElement(2, value);
    }

    /// <summary>
    /// Ended, for a list's child that was to enter: reason why it was rejected then (RULES 9.4). Otherwise None.
    /// </summary>
    public RejectReason Refusal
    {
        readonly get => unchecked((RejectReason)_second[3]);
        internal set => _second = _second.WithElement(3, (long)value);
    }

    /// <summary>Sets an event without another order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(
        BookEventKind kind, Side side, EndReason reason, byte detail, long orderId, long price, long quantity,
        long leaves)
    {
        _first = Vector256.Create(Head(kind, side, reason, detail), orderId, price, quantity);
        _second = Vector256.CreateScalar(leaves);
    }

    /// <summary>Sets the Rested event of an order that was just accepted and rests whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetRested(in BookEvent accepted)
    {
        // It equals the accepted event except for the kind, the lowest byte.
        _first = accepted._first + Vector256.CreateScalar((long)BookEventKind.Rested - (long)BookEventKind.Accepted);
        _second = accepted._second;
    }

    /// <summary>Sets a trade.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetTrade(
        Side side, long takerId, long makerId, long price, long quantity, long leaves, long makerLeaves)
    {
        _first = Vector256.Create(Head(BookEventKind.Trade, side, EndReason.None, 0), takerId, price, quantity);
        _second = Vector256.Create(leaves, makerId, makerLeaves, 0);
    }

    private static long Head(BookEventKind kind, Side side, EndReason reason, byte detail) =>
        unchecked((uint)kind | ((uint)side << 8) | ((uint)reason << 16) | ((uint)detail << 24));
}
