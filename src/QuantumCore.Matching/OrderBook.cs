using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// The order book of one instrument: commands in, events out, by price and then by time.
/// </summary>
/// <remarks>
/// <para>Prices are ticks (1 to 2^47), quantities lots (1 to 2^53), times nanoseconds that never go back. The book
/// reads no clock and draws no random number: the same commands give the same events.</para>
/// <para>A command is either refused with one reason, and then nothing at all has changed, or done; its events are
/// in <see cref="Events"/> until the next command. A refusal never throws. If a command throws, the fault is ours
/// (or memory is out): throw the book away and restore it.</para>
/// <para>Not safe for use by several threads at once.</para>
/// </remarks>
public sealed partial class OrderBook
{
    /// <summary>Most open lots at one price. Sums of lots at a level therefore cannot overflow.</summary>
    public const long MaxLevelLots = 1L << 62;

    private const int Buy = 0;
    private const int Sell = 1;

    /// <summary>What a side without orders offers to a taker: no limit reaches it.</summary>
    private const long OutOfReach = long.MaxValue;

    /// <summary>An order's place in the queue of its level. Read and written by matching: 32 bytes.</summary>
    private struct Entry
    {
        public long Id;
        public long Leaves;
        public int Next;
        public int Previous;
        public int Level;
        public Side Side;
    }

    /// <summary>What matching does not look at.</summary>
    private struct EntryTerms
    {
        public long Account;
        public long TotalLots;
    }

    private struct BookSide
    {
        /// <summary>The best price as a taker of the other side sees it: higher is farther (see Toward).</summary>
        public long Reach;
        public int Best;
        public int Levels;
    }

    private readonly PriceLadder _ladder = new();
    private readonly OrderIndex _index = new();
    private readonly BookSide[] _sides = new BookSide[2];

    // Slot 0 stands for none. A free slot has id 0, and its Next is the next free one.
    private Entry[] _entries = new Entry[16];
    private EntryTerms[] _terms = new EntryTerms[16];
    private int _entriesUsed = 1;
    private int _freeEntry;

    private BookEvent[] _events = new BookEvent[16];
    private int _eventCount;

    /// <summary>An empty book.</summary>
    /// <param name="maxLevels">Most price levels on each side.</param>
    public OrderBook(int maxLevels = 100_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLevels, 1);
        MaxLevels = maxLevels;
        _sides[Buy].Reach = OutOfReach;
        _sides[Sell].Reach = OutOfReach;
    }

    /// <summary>Most price levels on each side.</summary>
    public int MaxLevels { get; }

    /// <summary>The id given last; ids are 1, 2, 3 … without gaps. 0 before the first.</summary>
    public long LastOrderId { get; private set; }

    /// <summary>Time of the last command that was not refused.</summary>
    public long LastTimeNanos { get; private set; }

    /// <summary>Orders that rest in the book.</summary>
    public int OpenOrders { get; private set; }

    /// <summary>All events of the last command, in order; empty after a refusal. Valid until the next command.</summary>
    public ReadOnlySpan<BookEvent> Events => _events.AsSpan(0, _eventCount);

    /// <summary>
    /// Enters an order: Accepted, then its trades, then Rested or Ended if something is left.
    /// </summary>
    /// <remarks>
    /// Refused for, in this order: BadRequest (an undefined side, type or time in force), InvalidCombination,
    /// InvalidQuantity, InvalidPrice, TimeRegression, TooManyLevels, Overflow (its level would pass
    /// <see cref="MaxLevelLots"/>), PostOnlyWouldTake.
    /// </remarks>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its id; 0 when refused.</param>
    public RejectReason Submit(long timeNanos, in NewOrder order, out long orderId)
    {
        _eventCount = 0;
        orderId = 0;
        var reject = CheckRequest(in order);
        if (reject == RejectReason.None)
            reject = timeNanos < LastTimeNanos ? RejectReason.TimeRegression : CheckState(in order, leaving: 0);
        if (reject != RejectReason.None)
            return reject;

        // Point of no return.
        LastTimeNanos = timeNanos;
        orderId = Enter(in order);
        return RejectReason.None;
    }

    /// <summary>Takes an order out: Ended. Refused: UnknownOrder, OrderClosed, TimeRegression.</summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="reason">What the event says; not None.</param>
    public RejectReason Cancel(long timeNanos, long orderId, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        _eventCount = 0;
        var reject = FindOpen(orderId, out var slot);
        if (reject == RejectReason.None && timeNanos < LastTimeNanos)
            reject = RejectReason.TimeRegression;
        if (reject != RejectReason.None)
            return reject;

        // Point of no return.
        LastTimeNanos = timeNanos;
        End(slot, reason);
        return RejectReason.None;
    }

    /// <summary>
    /// Makes an order smaller where it stands: Reduced; or Ended (Amended) when the new total is filled already.
    /// The same total again is no refusal: Reduced with 0 lots. Refused: UnknownOrder, OrderClosed,
    /// InvalidQuantity, TimeRegression, WouldGrow.
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="newTotalLots">Filled and open together, 0 to 2^53; 0 ends the order like any total it passed.</param>
    public RejectReason Reduce(long timeNanos, long orderId, long newTotalLots)
    {
        _eventCount = 0;
        var reject = FindOpen(orderId, out var slot);
        if (reject == RejectReason.None)
            reject = CheckReduction(timeNanos, slot, newTotalLots);
        if (reject != RejectReason.None)
            return reject;

        // Point of no return.
        LastTimeNanos = timeNanos;
        ref var entry = ref _entries[slot];
        ref var total = ref _terms[slot].TotalLots;
        var takenOff = total - newTotalLots;
        if (takenOff >= entry.Leaves)
        {
            End(slot, EndReason.Amended);
            return RejectReason.None;
        }

        total = newTotalLots;
        entry.Leaves -= takenOff;
        _ladder[entry.Level].Lots -= takenOff;
        Append(
            BookEventKind.Amended, entry.Side, EndReason.None, orderId, _ladder.PriceOf(entry.Level), newTotalLots,
            entry.Leaves);
        return RejectReason.None;
    }

    /// <summary>
    /// Ends an order and enters another as one command: Ended (Replaced), then the events of the new one. The two
    /// never meet. If the new one is refused, judged against the book without the old one, the old one stands as it
    /// was. Refused: UnknownOrder, OrderClosed, then as <see cref="Submit"/>.
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">The order that ends.</param>
    /// <param name="order">The order that enters.</param>
    /// <param name="newOrderId">Its id; 0 when refused.</param>
    public RejectReason Replace(long timeNanos, long orderId, in NewOrder order, out long newOrderId)
    {
        _eventCount = 0;
        newOrderId = 0;
        var reject = FindOpen(orderId, out var slot);
        if (reject == RejectReason.None)
            reject = CheckRequest(in order);
        if (reject == RejectReason.None)
            reject = timeNanos < LastTimeNanos ? RejectReason.TimeRegression : CheckState(in order, leaving: slot);
        if (reject != RejectReason.None)
            return reject;

        // Point of no return.
        LastTimeNanos = timeNanos;
        End(slot, EndReason.Replaced);
        newOrderId = Enter(in order);
        return RejectReason.None;
    }

    private static int IndexOf(Side side) => (int)side - 1;

    /// <summary>
    /// A price as a taker of this side sees it: a limit reaches a price when Toward(limit) is not below
    /// Toward(price). One comparison then serves both sides without a branch that no one can predict.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Toward(int side, long priceTicks) => priceTicks ^ -side;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextWorse(int side, int level) => side == Buy ? _ladder.Below(level) : _ladder.Above(level);

    private RejectReason FindOpen(long orderId, out int slot)
    {
        slot = 0;
        if (orderId < 1 || orderId > LastOrderId)
            return RejectReason.UnknownOrder;

        slot = _index.Find(orderId);
        return _entries[slot].Id == orderId ? RejectReason.None : RejectReason.OrderClosed;
    }
}
