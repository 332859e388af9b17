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

    /// <summary>An order became smaller and kept its place.</summary>
    Reduced = 4,

    /// <summary>An order ended with something left; a filled order has no such event.</summary>
    Ended = 5,
}

/// <summary>One event of a book, of fixed size. Only the book fills it in; a copy is a value.</summary>
public record struct BookEvent
{
    /// <summary>An event as a journal stored it.</summary>
    public BookEvent(
        BookEventKind kind,
        Side side,
        EndReason endReason,
        long orderId,
        long makerId,
        long priceTicks,
        long quantityLots,
        long leavesLots,
        long makerLeavesLots)
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
    }

    // The setters are for the book alone: it writes events in place, which spares a copy for each.

    /// <summary>What happened.</summary>
    public BookEventKind Kind { get; internal set; }

    /// <summary>Side of <see cref="OrderId"/>: for a trade the taker's.</summary>
    public Side Side { get; internal set; }

    /// <summary>Why it ended; <see cref="EndReason.None"/> for the other kinds.</summary>
    public EndReason EndReason { get; internal set; }

    /// <summary>The order the event is about: for a trade the taker.</summary>
    public long OrderId { get; internal set; }

    /// <summary>Trade: the resting order. Otherwise 0.</summary>
    public long MakerId { get; internal set; }

    /// <summary>
    /// Trade: the price traded. Otherwise the order's price: for a market order its protection price, 0 for none.
    /// </summary>
    public long PriceTicks { get; internal set; }

    /// <summary>
    /// Accepted: the order's total. Trade: lots traded. Rested: lots that entered the book.
    /// Reduced: lots taken off (0 when the order had that size already). Ended: lots that were released.
    /// </summary>
    public long QuantityLots { get; internal set; }

    /// <summary>Open lots of <see cref="OrderId"/> after the event.</summary>
    public long LeavesLots { get; internal set; }

    /// <summary>Trade: open lots of <see cref="MakerId"/> after the event. Otherwise 0.</summary>
    public long MakerLeavesLots { get; internal set; }
}
