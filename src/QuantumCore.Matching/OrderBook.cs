using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// The order book of one instrument: commands in, events out, with priority by price, then display, then time.
/// </summary>
/// <remarks>
/// <para>Prices are in ticks (1 to 2^47), quantities in lots (1 to 2^53), times in nanoseconds that never go back. The
/// book reads no clock and draws no random number: the same commands give the same events.</para>
/// <para>A command is either rejected with one reason, and then nothing has changed, or done. Its events are in
/// <see cref="Events"/> until the next command. Only time may pass with a rejection: orders due by the command's time
/// have expired, and their events are there. A rejection never throws. If a command throws, it is a bug (or memory is
/// exhausted): discard the book and restore it.</para>
/// <para>A plain limit order in a book in continuous trading takes a fast path (<c>EnterPlain</c>, <c>Sweep</c>). One
/// general loop (<c>Match</c>) decides everything else and gives the same result for plain orders.</para>
/// <para>Not thread-safe.</para>
/// </remarks>
public sealed partial class OrderBook
{
    /// <summary>Maximum open lots at one price, so that sums of lots at a level cannot overflow.</summary>
    public const long MaxLevelLots = 1L << 62;

    /// <summary>
    /// Maximum open lots of all orders with conditions: they may meet at a price that no check foresaw.
    /// </summary>
    public const long MaxConditionalLots = 1L << 61;

    // Sides of the ladder. Even ones descend in price, as bids do; odd ones ascend, as asks do.
    private const int Buy = 0;
    private const int Sell = 1;
    private const int Dark = 2;
    private const int Triggers = 4;
    private const int AtMarket = 12;
    private const int SidesOfLadder = 14;

    /// <summary>Price beyond every limit, for a side without orders.</summary>
    private const long OutOfReach = long.MaxValue;

    /// <summary>
    /// An open order: 64 bytes. The fields that matching uses come first. Rarely used fields are next to them, so that
    /// entering an order touches one place in memory, not two.
    /// </summary>
    private struct Entry
    {
        public long Id;
        public long Leaves;
        public int Next;
        public int Previous;

        /// <summary>Its level; 0 if it is in no queue.</summary>
        public int Level;
        public Side Side;
        public OrderPlace Place;
        public Traits Traits;

        public long Account;
        public long TotalLots;
        public long Owner;

        /// <summary>Priority of its queue position, or of its right to one: smaller is earlier. 0 for none.</summary>
        public long Priority;
    }

    private struct BookSide
    {
        /// <summary>The best price as a taker of the other side sees it: higher is farther (see Toward).</summary>
        public long Reach;
        public int Best;

        /// <summary>
        /// The level behind the best one; 0 if unknown. In a sparse book, most levels come and go at the best price,
        /// and the next best one then needs no search.
        /// </summary>
        public int Second;
        public int Levels;
    }

    /// <summary>Reasons that keep a plain order from the fast path.</summary>
    [Flags]
    private enum Care
    {
        None = 0,
        Phase = 1,
        Rules = 2,
        DarkOrders = 4,
        Blocked = 8,
    }

    [InlineArray(SidesOfLadder)]
    private struct BookSides
    {
        private BookSide _first;
    }

    private const int FirstEntries = 16;

    // These are structs within the book, which saves a load on the way to their content. Never copy them.
    private PriceLadder _ladder = new(SidesOfLadder);
    private OrderIndex _index = new(FirstEntries);
    private BookSides _sides;

    // Slot 0 means none. A free slot has id 0, and its Next is the next free one. Lengths are powers of two.
    private Entry[] _entries = new Entry[FirstEntries];
    private int _entriesUsed = 1;
    private int _freeEntry;

    private BookEvent[] _events = new BookEvent[16];
    private int _eventCount;

    private Care _care;

    /// <summary>True if the book has orders that a command may trigger, move or fill (see Settle).</summary>
    private bool _watching;
    private long _nextPriority = 1;

    /// <summary>Creates an empty book in continuous trading, without bands.</summary>
    /// <param name="maxLevels">Maximum number of price levels on each side, displayed and not displayed each.</param>
    public OrderBook(int maxLevels = 100_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLevels, 1);
        MaxLevels = maxLevels;
        for (var side = 0; side < SidesOfLadder; side++)
            _sides[side].Reach = OutOfReach;
    }

    /// <summary>
    /// Maximum number of price levels on each side. Displayed levels and levels that are not displayed are counted
    /// separately.
    /// </summary>
    public int MaxLevels { get; }

    /// <summary>The last id issued; ids are 1, 2, 3 … without gaps. 0 before the first.</summary>
    public long LastOrderId => _index.Newest;

    /// <summary>Number of trades and auction trades so far. A trade's number is its place among them, from 1.</summary>
    public long LastTradeNumber { get; private set; }

    /// <summary>Time of the last command that was not rejected, Unix nanoseconds.</summary>
    public long LastTimeNanos { get; private set; }

    /// <summary>
    /// Sets the time back after a fast clock dated the last command in the future. Orders that expired by it stay
    /// expired.
    /// </summary>
    /// <param name="timeNanos">New time, Unix nanoseconds, from 0 to <see cref="LastTimeNanos"/>.</param>
    public void TurnBack(long timeNanos)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeNanos);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeNanos, LastTimeNanos);
        LastTimeNanos = timeNanos;
    }

    /// <summary>Number of open orders, in any place.</summary>
    public int OpenOrders { get; private set; }

    /// <summary>
    /// All events of the last command, in sequence; empty after a rejection. Valid until the next command.
    /// </summary>
    public ReadOnlySpan<BookEvent> Events => _events.AsSpan(0, _eventCount);

    /// <summary>
    /// Enters an order: Accepted, then its own events, then their consequences.
    /// </summary>
    /// <remarks>
    /// Reject reasons, in this order: BadRequest (an undefined side, type or time in force), InvalidCombination (see
    /// <see cref="OrderRules.Conflict"/>), InvalidQuantity, InvalidPrice, TimeRegression, AccountBlocked, SymbolHalted,
    /// SymbolClosed or NotInThisPhase, ExpiredAlready, PriceBand, StopWouldTrigger, TooManyLevels, Overflow (its level
    /// would exceed <see cref="MaxLevelLots"/>), PegNoReference, PostOnlyWouldTake (RULES 2).
    /// </remarks>
    /// <param name="timeNanos">Time of the command, not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its public id; 0 if rejected.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Submit(long timeNanos, in NewOrder order, out long orderId)
    {
        // By far the most common case first: an order that meets no other and rests at an open level.
        var side = IndexOf(order.Side);
        var price = order.PriceTicks;
        ref var place = ref _index.NextPlace;
        if (IsPlainLimit(in order) && timeNanos >= LastTimeNanos && timeNanos < _nextExpiry && _care == Care.None
            && _freeEntry != 0 && place == 0 && Toward(side, price) < _sides[side ^ 1].Reach)
        {
            if (!_ladder.FindRecent(side, price, out var level))
                return SubmitFar(timeNanos, in order, out orderId);

            ref var queue = ref _ladder[level];
            if (queue.Orders == 0)
                return SubmitAlone(timeNanos, in order, level, ref place, out orderId);

            if (queue.Lots <= MaxLevelLots - Instrument.QuantityLotsLimit)
            {
                orderId = Join(timeNanos, in order, level, ref queue, ref place);
                return _watching ? Settled() : RejectReason.None;
            }
        }

        return SubmitOther(timeNanos, in order, out orderId);
    }

    /// <summary>
    /// Cancels an order: Ended, and with it its dependants. Reject reasons: UnknownOrder, OrderClosed, TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="reason">Reason in the event; not None.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Cancel(long timeNanos, long orderId, EndReason reason)
    {
        // By far the most common case first: a plain resting order.
        ref var place = ref _index.Place(orderId);
        if (timeNanos >= LastTimeNanos && timeNanos < _nextExpiry && reason != EndReason.None)
        {
            var slot = place;
            ref var entry = ref _entries[slot];
            ref var queue = ref _ladder[entry.Level];
            if (entry.Id == orderId && IsPlainResting(in entry))
            {
                place = 0;
                ReplaceFailure = RejectReason.None;
                LastTimeNanos = timeNanos;
                if (queue.Orders != 1)
                    EndOneOfMany(slot, ref entry, ref queue, reason);
                else
                    EndAlone(slot, ref entry, ref queue, reason);
                if (_watching || _care != Care.None)
                    Conclude();
                return RejectReason.None;
            }
        }

        return CancelOther(timeNanos, orderId, reason);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RejectReason CancelOther(long timeNanos, long orderId, EndReason reason)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((byte)reason, (byte)EndReason.None, nameof(reason));
        Begin();
        var reject = Find(timeNanos, orderId, out var slot);
        if (reject != RejectReason.None)
            return Refuse(reject);

        // Point of no return.
        LastTimeNanos = timeNanos;
        End(slot, reason);
        Conclude();
        return RejectReason.None;
    }

    // A side is 1 or 2 wherever this is called.
    private static int IndexOf(Side side) => unchecked((int)side - 1);

    /// <summary>
    /// Returns a price as a taker of this side sees it: a limit reaches a price if Toward(limit) is not below
    /// Toward(price). One comparison serves both sides, without an unpredictable branch.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Toward(int side, long priceTicks) => unchecked(priceTicks ^ -(side & 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextWorse(int side, int level) => (side & 1) == Buy ? _ladder.Below(level) : _ladder.Above(level);

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

        if (timeNanos < _nextExpiry)
            return false;

        ExpireDue(timeNanos);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private RejectReason FindOpen(long orderId, out int slot)
    {
        slot = _index.Find(orderId);
        return slot != 0 ? RejectReason.None
            : orderId < 1 || orderId > LastOrderId ? RejectReason.UnknownOrder
            : RejectReason.OrderClosed;
    }

    /// <summary>Begins a command: clears the results of the previous one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Begin()
    {
        _eventCount = 0;
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

    /// <summary>Ends a rejected command: orders may have expired by its time.</summary>
    private RejectReason Refuse(RejectReason reason)
    {
        if (_eventCount > 0)
            TellIndicative();
        return reason;
    }

    /// <summary>Ends every command that did not take the shortest path.</summary>
    private void Conclude()
    {
        if (_watching)
            Settle();
        if ((_care & Care.Phase) != 0)
            TellIndicative();
    }
}
