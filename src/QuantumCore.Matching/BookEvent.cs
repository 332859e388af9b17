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

    /// <summary>A pegged order left the book: it has no reference, or the phase has no pegs.</summary>
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
/// <remarks>The setters are for the book alone: it writes events in place, which spares a copy for each.</remarks>
public record struct BookEvent
{
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
        byte detail = 0)
    {
        Kind = kind;
        Side = side;
        EndReason = endReason;
        OrderId = orderId;
        MakerId = makerId;
        PriceTicks = priceTicks;
        QuantityLots = quantityLots;
        LeavesLots = leavesLots;
        MakerLeavesLots = makerLeavesLots;
        Detail = detail;
    }

    /// <summary>What happened.</summary>
    public BookEventKind Kind { get; internal set; }

    /// <summary>Side of <see cref="OrderId"/>: for a trade the taker's.</summary>
    public Side Side { get; internal set; }

    /// <summary>Why it ended; <see cref="EndReason.None"/> for the other kinds.</summary>
    public EndReason EndReason { get; internal set; }

    /// <summary>
    /// Rested: 0 displayed, 1 not displayed, 2 a market order in a call phase. Accepted: 1 when a post-only order
    /// slid. Amended: 1 when priority was lost. SelfTradePrevented: the <see cref="SelfTradePrevention"/>.
    /// ListChanged: 1 when done. PhaseChanged: the <see cref="TradingPhase"/>. Ended: 1 when the order was displayed.
    /// Ended of a market order by amount: 2.
    /// </summary>
    public byte Detail { get; internal set; }

    /// <summary>
    /// The order the event is about: for a trade the taker, for an auction trade the buyer, for a list its first
    /// order. Busted and Corrected: the number of the trade.
    /// </summary>
    public long OrderId { get; internal set; }

    /// <summary>Trade, SelfTradePrevented: the resting order. AuctionTrade: the seller. Otherwise 0.</summary>
    public long MakerId { get; internal set; }

    /// <summary>
    /// Trade: the price traded. Triggered: the trigger price. Indicative, Uncrossed: the auction price, 0 for none.
    /// Otherwise the order's price now: for a market order its protection price, 0 for none; for an untriggered stop
    /// its trigger.
    /// </summary>
    public long PriceTicks { get; internal set; }

    /// <summary>
    /// Accepted, Amended: the order's total. Trade, SelfTradePrevented: those lots. Rested, Refilled: lots shown; not
    /// displayed, 0. Ended: lots that were released, or the amount. Repriced: the price before in ticks, 0 when it
    /// was parked. Indicative, Uncrossed: lots (2^63 - 1 for any more). Extended: how often by now.
    /// </summary>
    public long QuantityLots { get; internal set; }

    /// <summary>
    /// Open lots of <see cref="OrderId"/> after the event. Indicative: the imbalance, positive when buyers are left.
    /// </summary>
    public long LeavesLots { get; internal set; }

    /// <summary>
    /// Trade, AuctionTrade, SelfTradePrevented: open lots of <see cref="MakerId"/> after the event. Amended: lots
    /// shown now. Otherwise 0.
    /// </summary>
    public long MakerLeavesLots { get; internal set; }
}
