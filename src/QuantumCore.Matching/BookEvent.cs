using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>What happened in a book. The numbers are journaled and never change.</summary>
public enum BookEventKind : byte
{
    /// <summary>A new order got its id.</summary>
    Accepted = 1,

    /// <summary>A taker met a maker, at the maker's price.</summary>
    Trade = 2,

    /// <summary>An order's remainder entered the book, last at its price.</summary>
    Rested = 3,

    /// <summary>An open order's terms changed; <see cref="BookEvent.Detail"/> is 1 when it lost its priority.</summary>
    Amended = 4,

    /// <summary>An order ended with something left; a filled order has no such event.</summary>
    Ended = 5,

    /// <summary>An iceberg shows its next lots, last at its price.</summary>
    Refilled = 6,

    /// <summary>A pegged order moves to another price.</summary>
    Repriced = 7,

    /// <summary>
    /// An order left the book and waits: a pegged one has no reference, or the phase has no pegs; the closing auction of
    /// one for the close was broken off.
    /// </summary>
    Parked = 8,

    /// <summary>Two orders of one owner met and did not trade.</summary>
    SelfTradePrevented = 9,

    /// <summary>A stop or take-profit triggered.</summary>
    Triggered = 10,

    /// <summary>A child of a list enters: its parent is filled.</summary>
    Activated = 11,

    /// <summary>A list began or is done; <see cref="BookEvent.Detail"/> is 1 when done.</summary>
    ListChanged = 12,

    /// <summary>An auction found its price; its trades follow.</summary>
    Uncrossed = 13,

    /// <summary>A trade of an auction: buyer and seller, no taker.</summary>
    AuctionTrade = 14,

    /// <summary>What an auction would give now.</summary>
    Indicative = 15,

    /// <summary>The trading phase changed.</summary>
    PhaseChanged = 16,

    /// <summary>The auction goes on: its price is outside the collar.</summary>
    Extended = 17,

    /// <summary>A trade was declared void.</summary>
    Busted = 18,

    /// <summary>A trade's price was corrected.</summary>
    Corrected = 19,
}

/// <summary>One event of a book, of fixed size. Only the book fills it in; a copy is a value.</summary>
/// <remarks>
/// The setters are for the book alone: it writes events in place, which spares a copy for each. Its eight words are
/// two vectors, so that an event is two writes and not seven: a processor has room for some sixty writes that wait
/// for memory, and events would take most of it.
/// </remarks>
public record struct BookEvent
{
    // Head (from the lowest byte: kind, side, reason, detail), order, price, lots.
    private Vector256<long> _first;

    // Open lots, maker, the maker's open lots, refusal.
    private Vector256<long> _second;

    /// <summary>An event with these values; for comparing.</summary>
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

    /// <summary>What happened.</summary>
    public readonly BookEventKind Kind => unchecked((BookEventKind)_first[0]);

    /// <summary>
    /// Side of <see cref="OrderId"/>: for a trade the taker's, for an auction trade Buy. 0 where there is no order, and
    /// for ListChanged.
    /// </summary>
    public readonly Side Side => unchecked((Side)(_first[0] >> 8));

    /// <summary>Why it ended; <see cref="EndReason.None"/> for the other kinds.</summary>
    public readonly EndReason EndReason => unchecked((EndReason)(_first[0] >> 16));

    /// <summary>
    /// Rested: 0 displayed, 1 not displayed, 2 a market order in a call phase. Accepted: 1 when a post-only order
    /// slid. Amended: 1 when priority was lost. SelfTradePrevented: the <see cref="SelfTradePrevention"/>.
    /// ListChanged: 1 when done. PhaseChanged: the <see cref="TradingPhase"/>. Ended: 1 when the order was displayed.
    /// Ended of a market order by amount: 2.
    /// </summary>
    public byte Detail
    {
        readonly get => unchecked((byte)(_first[0] >> 24));
        internal set => _first = _first.WithElement(0, (_first[0] & 0x00FF_FFFF) | ((long)value << 24));
    }

    /// <summary>
    /// The order the event is about: for a trade the taker, for an auction trade the buyer, for a list its first
    /// order. Busted and Corrected: the number of the trade.
    /// </summary>
    public long OrderId
    {
        readonly get => _first[1];
        internal set => _first = _first.WithElement(1, value);
    }

    /// <summary>
    /// Trade: the price traded. SelfTradePrevented: the resting order's. Triggered: the trigger price. Indicative,
    /// Uncrossed, Extended: the auction price, 0 for none. Corrected: the new price. Busted, ListChanged, PhaseChanged:
    /// 0. Otherwise the order's price now: for a market order its protection price, 0 for none and when it rests; for
    /// an untriggered stop its trigger, 0 before a trailing one has any; for a peg that does not stand in the book
    /// (Accepted, Activated, Parked) its cap, 0 for none. Amended of a peg that leaves the book: where it goes, 0 when
    /// it parks.
    /// </summary>
    public long PriceTicks
    {
        readonly get => _first[2];
        internal set => _first = _first.WithElement(2, value);
    }

    /// <summary>
    /// Accepted, Activated, Amended, Parked, Triggered: the order's total. Trade, AuctionTrade, SelfTradePrevented:
    /// those lots. Rested, Refilled: lots shown; not displayed, 0; of a market order in a call phase its open lots.
    /// Ended: lots that were released, or the amount that is left. Repriced: the price before in ticks, 0 when it was
    /// parked. Indicative, Uncrossed: lots (2^63 - 1 for any more). Extended: how often by now. Otherwise 0.
    /// </summary>
    public long QuantityLots
    {
        readonly get => _first[3];
        internal set => _first = _first.WithElement(3, value);
    }

    /// <summary>
    /// Open lots of <see cref="OrderId"/> after the event; of a market order by amount always 0. SelfTradePrevented:
    /// before the Ended that may follow. Indicative: the imbalance, positive when buyers are left.
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
    /// Trade, AuctionTrade, SelfTradePrevented: open lots of <see cref="MakerId"/> after the event. Amended: lots
    /// shown now. Triggered: its limit from then on in ticks, 0 for a market order. Otherwise 0.
    /// </summary>
    public long MakerLeavesLots
    {
        readonly get => _second[2];
        internal set => _second = _second.WithElement(2, value);
    }

    /// <summary>
    /// Ended of a list's child that was to enter: why it was refused then (RULES 9.4). Otherwise None.
    /// </summary>
    public RejectReason Refusal
    {
        readonly get => unchecked((RejectReason)_second[3]);
        internal set => _second = _second.WithElement(3, (long)value);
    }

    /// <summary>Makes it an event that has no other order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(
        BookEventKind kind, Side side, EndReason reason, byte detail, long orderId, long price, long quantity, long leaves)
    {
        _first = Vector256.Create(Head(kind, side, reason, detail), orderId, price, quantity);
        _second = Vector256.CreateScalar(leaves);
    }

    /// <summary>Makes it the Rested of an order that was just accepted, and rests whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetRested(in BookEvent accepted)
    {
        // But for the kind, which is the lowest byte, it says the same.
        _first = accepted._first + Vector256.CreateScalar((long)BookEventKind.Rested - (long)BookEventKind.Accepted);
        _second = accepted._second;
    }

    /// <summary>Makes it a trade.</summary>
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
