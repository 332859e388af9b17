using System.Runtime.CompilerServices;
using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// The order book of one instrument: commands in, events out, by price, then what is displayed, then time.
/// </summary>
/// <remarks>
/// <para>Prices are ticks (1 to 2^47), quantities lots (1 to 2^53), times nanoseconds that never go back. The book
/// reads no clock and draws no random number: the same commands give the same events.</para>
/// <para>A command is either refused with one reason, and then nothing has changed, or done; its events are in
/// <see cref="Events"/> until the next command. The one thing a refusal may bring is time: orders that were due to
/// expire by the time of the command have expired, and their events are there. A refusal never throws. If a command
/// throws, the fault is ours (or memory is out): throw the book away and restore it.</para>
/// <para>A plain limit order in a book in continuous trading takes a short path (<c>EnterPlain</c>, <c>Sweep</c>);
/// everything else is decided by one general loop (<c>Match</c>), which gives the same result for plain orders.</para>
/// <para>Not safe for use by several threads at once.</para>
/// </remarks>
public sealed partial class OrderBook
{
    /// <summary>Most open lots at one price. Sums of lots at a level therefore cannot overflow.</summary>
    public const long MaxLevelLots = 1L << 62;

    /// <summary>Most open lots of all orders that carry conditions: they may meet at a price that no check foresaw.</summary>
    public const long MaxConditionalLots = 1L << 61;

    // Sides of the ladder. Even ones are in falling order of price, as bids are; odd ones rise, as asks do.
    private const int Buy = 0;
    private const int Sell = 1;
    private const int Dark = 2;
    private const int Triggers = 4;
    private const int AtMarket = 12;
    private const int SidesOfLadder = 14;

    /// <summary>What a side without orders offers to a taker: no limit reaches it.</summary>
    private const long OutOfReach = long.MaxValue;

    /// <summary>
    /// An open order: 64 bytes. First what matching reads and writes; what it looks at only when it must is next to
    /// that, so that to enter an order touches one place in memory, not two.
    /// </summary>
    private struct Entry
    {
        public long Id;
        public long Leaves;
        public int Next;
        public int Previous;

        /// <summary>0 when it stands in no queue.</summary>
        public int Level;
        public Side Side;
        public OrderPlace Place;
        public Traits Traits;

        public long Account;
        public long TotalLots;
        public long Owner;

        /// <summary>When it got its place in the queue, or its right to one: smaller is earlier. 0: it has none.</summary>
        public long Priority;
    }

    private struct BookSide
    {
        /// <summary>The best price as a taker of the other side sees it: higher is farther (see Toward).</summary>
        public long Reach;
        public int Best;

        /// <summary>
        /// The level behind the best one; 0 when that is not known. In a sparse book most levels come and go before all
        /// others, and what is best then need not be looked for.
        /// </summary>
        public int Second;
        public int Levels;
    }

    /// <summary>What keeps a plain order from the short path.</summary>
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

    // These are structs within the book, which spares a load on the way to what they hold; never copy them.
    private PriceLadder _ladder = new(SidesOfLadder);
    private OrderIndex _index = new(FirstEntries);
    private BookSides _sides;

    // Slot 0 stands for none. A free slot has id 0, and its Next is the next free one. Powers of two.
    private Entry[] _entries = new Entry[FirstEntries];
    private int _entriesUsed = 1;
    private int _freeEntry;

    private BookEvent[] _events = new BookEvent[16];
    private int _eventCount;

    private Care _care;

    /// <summary>Whether anything in the book waits for what a command may bring (see Settle).</summary>
    private bool _watching;
    private long _nextPriority = 1;

    /// <summary>An empty book in continuous trading, without bands.</summary>
    /// <param name="maxLevels">Most price levels on each side; of what is displayed and of what is not, each.</param>
    public OrderBook(int maxLevels = 100_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLevels, 1);
        MaxLevels = maxLevels;
        for (var side = 0; side < SidesOfLadder; side++)
            _sides[side].Reach = OutOfReach;
    }

    /// <summary>
    /// Most price levels on each side: displayed and not displayed ones are counted separately, each up to here.
    /// </summary>
    public int MaxLevels { get; }

    /// <summary>The id given last; ids are 1, 2, 3 … without gaps. 0 before the first.</summary>
    public long LastOrderId => _index.Newest;

    /// <summary>Trades and auction trades so far: each one's number is its place among them, from 1.</summary>
    public long LastTradeNumber { get; private set; }

    /// <summary>Time of the last command that was not refused.</summary>
    public long LastTimeNanos { get; private set; }

    /// <summary>Lets time go back: the last command was dated by a clock that ran ahead. Orders that expired by it stay expired.</summary>
    /// <param name="timeNanos">From 0 to <see cref="LastTimeNanos"/>.</param>
    public void TurnBack(long timeNanos)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeNanos);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeNanos, LastTimeNanos);
        LastTimeNanos = timeNanos;
    }

    /// <summary>Orders that are open, wherever they stand.</summary>
    public int OpenOrders { get; private set; }

    /// <summary>All events of the last command, in order; empty after a refusal. Valid until the next command.</summary>
    public ReadOnlySpan<BookEvent> Events => _events.AsSpan(0, _eventCount);

    /// <summary>
    /// Enters an order: Accepted, then what it does, then what that sets off.
    /// </summary>
    /// <remarks>
    /// Refused for, in this order: BadRequest (an undefined side, type or time in force), InvalidCombination (see
    /// <see cref="OrderRules.Conflict"/>), InvalidQuantity, InvalidPrice, TimeRegression, AccountBlocked,
    /// SymbolHalted, SymbolClosed or NotInThisPhase, ExpiredAlready, PriceBand, StopWouldTrigger, TooManyLevels,
    /// Overflow (its level would pass <see cref="MaxLevelLots"/>), PegNoReference, PostOnlyWouldTake (RULES 2).
    /// </remarks>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its id; 0 when refused.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Submit(long timeNanos, in NewOrder order, out long orderId)
    {
        // The commonest order by far first: it meets no one, and all of it rests where others do.
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
    /// Takes an order out: Ended, and with it what depends on it. Refused: UnknownOrder, OrderClosed,
    /// TimeRegression.
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="reason">What the event says; not None.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public RejectReason Cancel(long timeNanos, long orderId, EndReason reason)
    {
        // The commonest order by far first: a plain one that rests.
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

    // A side is 1 or 2 wherever this is asked.
    private static int IndexOf(Side side) => unchecked((int)side - 1);

    /// <summary>
    /// A price as a taker of this side sees it: a limit reaches a price when Toward(limit) is not below
    /// Toward(price). One comparison then serves both sides without a branch that no one can predict.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Toward(int side, long priceTicks) => unchecked(priceTicks ^ -(side & 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextWorse(int side, int level) => (side & 1) == Buy ? _ladder.Below(level) : _ladder.Above(level);

    /// <summary>Finds an open order for a command; brings the book to the time of the command first.</summary>
    private RejectReason Find(long timeNanos, long orderId, out int slot)
    {
        var reject = FindOpen(orderId, out slot);
        return MovesOn(timeNanos, ref reject) ? FindOpen(orderId, out slot) : reject;
    }

    /// <summary>
    /// Brings the book to the time of a command about an order, unless the request alone is refused. True: something
    /// has expired, so that the order is to be judged again.
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

    /// <summary>What every command begins with: what the one before it left to be read is gone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Begin()
    {
        _eventCount = 0;
        ReplaceFailure = RejectReason.None;
    }

    /// <summary>Begins a command of the operator: refused for what is wrong with it alone, or the book is at its time.</summary>
    private RejectReason BeginAt(long timeNanos, RejectReason wrong = RejectReason.None)
    {
        Begin();
        return wrong != RejectReason.None ? wrong : BringTo(timeNanos);
    }

    /// <summary>What a refusal ends with: orders may have expired by the time of the command.</summary>
    private RejectReason Refuse(RejectReason reason)
    {
        if (_eventCount > 0)
            TellIndicative();
        return reason;
    }

    /// <summary>What every command but the plainest ends with.</summary>
    private void Conclude()
    {
        if (_watching)
            Settle();
        if ((_care & Care.Phase) != 0)
            TellIndicative();
    }
}
