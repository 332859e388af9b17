using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Memory of a book: its orders in their queues on the price ladder, the events of the last command, and the numbers
/// that several of the book's parts read, with the price bands and phases that they imply.
/// </summary>
/// <remarks>
/// The book derives from its memory, so that the fast path reaches both through one reference. The other parts of a
/// book are objects that are given this memory, or the book where they need its commands or all of its parts.
/// </remarks>
public class OrderStore
{
    /// <summary>Maximum open lots at one price, so that sums of lots at a level cannot overflow.</summary>
    public const long MaxLevelLots = 1L << 62;

    /// <summary>
    /// Maximum open lots of all orders with conditions: they may meet at a price that no check foresaw.
    /// </summary>
    public const long MaxConditionalLots = 1L << 61;

    private const int FirstEntries = 16;

    /// <summary>Flags that an order without conditions may have.</summary>
    internal const Traits PlainTraits = Traits.Day | Traits.PostOnly;

    /// <summary>Flags of orders that the fast path cannot remove, because more than their queue counts them.</summary>
    internal const Traits NotPlain = Traits.Conditional | Traits.Hidden | Traits.MarketOrder;

    internal const int SelfTradeShift = 12;

    // These are structs within the book, which saves a load on the way to their content. Never copy them.
    internal PriceLadder Ladder = new(SidesOfLadder);

    internal OrderIndex Index = new(FirstEntries);
    internal BookSides Sides;

    // Slot 0 means none. A free slot has id 0, and its Next is the next free one. Lengths are powers of two.
    internal OrderRecord[] Entries = new OrderRecord[FirstEntries];

    internal int EntriesUsed = 1;
    internal int FreeEntry;
    private int[] _conditionOf = [];
    private Conditions[] _conditions = new Conditions[4];
    private int _conditionsUsed = 1;
    private int _freeCondition;
    internal BookEvent[] EventBuffer = new BookEvent[16];
    internal int EventCount;
    internal SlowPath SlowPathReasons;

    /// <summary>True if the book has orders that a command may trigger, move or fill (see Settle).</summary>
    internal bool Watching;

    internal long NextPriority = 1;
    internal long ConditionalLots;
    internal int AllOrNoneCount;
    internal int ArmedCount;

    // The order in its taker phase, and its limit; 0 between phases.
    internal int EnteringSlot;

    internal long EnteringPrice;

    // Orders and levels that dry runs and checks of waiting orders looked at, for tests of the cost.
    internal long Visited;

    internal OrderStore(int maxLevels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLevels, 1);
        MaxLevels = maxLevels;
        for (var side = 0; side < SidesOfLadder; side++)
            Sides[side].BestKey = FarthestKey;
    }

    /// <summary>
    /// Maximum number of price levels on each side. Displayed levels and levels that are not displayed are counted
    /// separately.
    /// </summary>
    public int MaxLevels { get; }

    /// <summary>The last id issued; ids are 1, 2, 3 … without gaps. 0 before the first.</summary>
    public long LastOrderId => Index.Newest;

    /// <summary>Number of trades and auction trades so far. A trade's number is its place among them, from 1.</summary>
    public long LastTradeNumber { get; internal set; }

    /// <summary>Time of the last command that was not rejected, Unix nanoseconds.</summary>
    public long LastTimeNanos { get; internal set; }

    /// <summary>Number of open orders, in any place.</summary>
    public int OpenOrders { get; internal set; }

    /// <summary>
    /// All events of the last command, in sequence; empty after a rejection. Valid until the next command.
    /// </summary>
    public ReadOnlySpan<BookEvent> Events => EventBuffer.AsSpan(0, EventCount);

    /// <summary>
    /// Reason why the cancel half of the last command failed, if that was a replacement. None if it succeeded, and
    /// after any other command.
    /// </summary>
    public RejectReason ReplaceFailure { get; internal set; }

    /// <summary>The current phase; a new book is in continuous trading.</summary>
    public TradingPhase Phase { get; internal set; }

    /// <summary>The rules that its operator set.</summary>
    public BookRules Rules { get; internal set; } = BookRules.None;

    /// <summary>Price of the last trade, in ticks; 0 before the first (see <see cref="OrderBook.SetLast"/>).</summary>
    public long LastPriceTicks { get; internal set; }

    /// <summary>The mark price, in ticks; 0 before it is set.</summary>
    public long MarkPriceTicks { get; internal set; }

    /// <summary>
    /// Reference price of the static band, in ticks: the last auction price, or the one from
    /// <see cref="OrderBook.SetReference"/>; 0 for none.
    /// </summary>
    public long ReferencePriceTicks { get; internal set; }

    /// <summary>Time at which the next order is due to expire, Unix nanoseconds; 2^63 - 1 for never.</summary>
    public long NextExpiryNanos { get; internal set; } = long.MaxValue;

    /// <summary>Prices that the static band allows now; null without a band or a reference price.</summary>
    public PriceRange? StaticBand
    {
        get
        {
            if (Rules.StaticBandBasisPoints is not { } points || ReferencePriceTicks == 0)
                return null;

            var (low, high) = PriceBands.Around(ReferencePriceTicks, points);
            return new PriceRange(low, high);
        }
    }

    /// <summary>
    /// Prices, in ticks and inclusive, at which the bands allow trades now. The dynamic band is around the last price
    /// (RULES 12.2). The static band also counts, because earlier orders may rest beyond it (12.5). Without bands, all
    /// prices; if the low price is above the high one, none.
    /// </summary>
    public (long LowTicks, long HighTicks) TradingBand
    {
        get
        {
            var (low, high) = (1L, Instrument.PriceTicksLimit);
            if (Rules.DynamicBandBasisPoints is { } moves)
                Narrow(PriceBands.Around(LastPriceTicks != 0 ? LastPriceTicks : ReferencePriceTicks, moves));
            if (Rules.StaticBandBasisPoints is { } stands)
                Narrow(PriceBands.Around(ReferencePriceTicks, stands));
            return (low, high);

            void Narrow((long Low, long High) band) =>
                (low, high) = (Math.Max(low, band.Low), Math.Min(high, band.High));
        }
    }

    /// <summary>Returns the open order with this id; false if it was never issued or has ended.</summary>
    public bool TryGetOrder(long orderId, out RestingOrder order)
    {
        var open = FindOpen(orderId, out var slot) == RejectReason.None;
        order = open ? OrderIn(slot) : default;
        return open;
    }

    /// <summary>
    /// Returns the best displayed price of a side and the lots displayed there; false if nothing is displayed.
    /// </summary>
    public bool TryGetBest(Side side, out long priceTicks, out long lots)
    {
        var best = Sides[IndexOf(side)].Best;
        priceTicks = best == 0 ? 0 : Ladder.PriceOf(best);
        lots = Ladder[best].Lots;
        return best != 0;
    }

    /// <summary>Returns the number of displayed price levels of a side.</summary>
    public int LevelCount(Side side) => Sides[IndexOf(side)].Levels;

    /// <summary>Copies displayed levels of a side, best first.</summary>
    /// <returns>Number of levels copied: all levels of the side, or as many as the destination holds.</returns>
    public int CopyLevels(Side side, Span<PriceLevel> destination)
    {
        var copied = 0;
        var level = Sides[IndexOf(side)].Best;
        for (; level != 0 && copied < destination.Length; level = NextWorse(IndexOf(side), level))
        {
            ref var queue = ref Ladder[level];
            destination[copied++] = new PriceLevel(Ladder.PriceOf(level), queue.Lots, queue.Orders);
        }

        return copied;
    }

    /// <summary>Returns the displayed level at a price; with 0 lots and orders if there is none.</summary>
    public PriceLevel LevelAt(Side side, long priceTicks)
    {
        if (priceTicks is < 1 or > Instrument.PriceTicksLimit)
            return new PriceLevel(priceTicks, 0, 0);
        ref var queue = ref Ladder[Ladder.Find(IndexOf(side), priceTicks)];
        return new PriceLevel(priceTicks, queue.Lots, queue.Orders);
    }

    /// <summary>
    /// Returns the resting orders of a side in priority order: market orders of a call phase, then by price, displayed
    /// first at one price, then by time.
    /// </summary>
    /// <remarks>For <c>foreach</c>, without allocation. A command in between invalidates the enumeration.</remarks>
    public OrdersInPriority Orders(Side side) => new(this, IndexOf(side));

    /// <summary>Returns the ids of the open orders in a place, ascending. Looks at every order.</summary>
    public long[] OrdersAt(OrderPlace place)
    {
        var found = new List<long>();
        for (var slot = 1; slot < EntriesUsed; slot++)
        {
            if (Entries[slot].Id != 0 && Entries[slot].Place == place)
                found.Add(Entries[slot].Id);
        }

        found.Sort();
        return [.. found];
    }

    /// <summary>
    /// Returns the queue position of a resting order; false if it does not rest. Walks the queue in front of it.
    /// </summary>
    public bool TryGetQueuePosition(long orderId, out QueuePosition position)
    {
        position = default;
        if (FindOpen(orderId, out var slot) != RejectReason.None || Entries[slot].Place != OrderPlace.Resting)
            return false;

        var orders = 0;
        var lots = 0L;
        var displayed = !Has(slot, Traits.Hidden | Traits.MarketOrder);
        for (var ahead = Entries[slot].Previous; ahead != 0; ahead = Entries[ahead].Previous)
        {
            orders++;
            lots += displayed ? Counted(ahead) : 0;
        }

        if (Has(slot, Traits.Hidden))
        {
            ref var shown =
                ref Ladder[Ladder.Find(IndexOf(Entries[slot].Side), Ladder.PriceOf(Entries[slot].Level))];
            orders += shown.Orders;
            lots += shown.Lots;
        }

        position = new QueuePosition(orders, lots);
        return true;
    }

    /// <summary>
    /// Returns the best displayed quote of a side that is not this owner's, which a leg can count on. All-or-none
    /// orders, hidden orders and reserves of icebergs do not count.
    /// </summary>
    /// <param name="side">Side of the quote.</param>
    /// <param name="exceptOwner">Owner whose orders do not count; 0 for none.</param>
    /// <param name="priceTicks">Its price, in ticks; 0 if there is none.</param>
    /// <param name="lots">Lots displayed there.</param>
    public bool TryGetQuote(Side side, long exceptOwner, out long priceTicks, out long lots)
    {
        var index = IndexOf(side);
        for (var level = Sides[index].Best; level != 0; level = NextWorse(index, level))
        {
            lots = Ladder[level].Lots;
            for (var slot = exceptOwner == 0 ? 0 : Ladder[level].First; slot != 0; slot = Entries[slot].Next)
                lots -= Entries[slot].Owner == exceptOwner ? Counted(slot) : 0;
            if (lots > 0)
            {
                priceTicks = Ladder.PriceOf(level);
                return true;
            }
        }

        priceTicks = lots = 0;
        return false;
    }

    /// <summary>
    /// Returns the quotes of a side as successive calls of <see cref="TryGetQuote"/> would if they were taken. The book
    /// does not change, and must not while they are read.
    /// </summary>
    public QuotesInTurn QuotesOf(Side side, long exceptOwner) => new(this, IndexOf(side), exceptOwner);

    /// <summary>Returns the order right behind a resting one in its queue; 0 if it is last.</summary>
    internal long OrderBehind(long orderId) => Entries[Entries[Index.Find(orderId)].Next].Id;

    /// <summary>Returns the display quantity of an open iceberg, in lots; 0 for all others.</summary>
    internal long DisplayOf(long orderId) => FindOpen(orderId, out var slot) == RejectReason.None
        && Has(slot, Traits.Iceberg) ? ConditionsOf(slot).Display : 0;

    internal RestingOrder OrderIn(int slot)
    {
        ref var entry = ref Entries[slot];
        var resting = entry.Place == OrderPlace.Resting;
        var shown = resting && (entry.Traits & (Traits.Hidden | Traits.MarketOrder)) == 0;
        var price = resting ? PriceNow(slot) : LimitOf(slot);
        return new RestingOrder(
            entry.Id, entry.Account, entry.Side, price, entry.TotalLots, entry.Leaves, entry.Owner, entry.Place,
            shown ? Counted(slot) : 0, entry.Place == OrderPlace.Armed ? ConditionsOf(slot).Trigger : 0);
    }

    internal void Mind(SlowPath care, bool on) =>
        SlowPathReasons = on ? SlowPathReasons | care : SlowPathReasons & ~care;

    internal bool IsPriceAllowed(long price) =>
        price == 0 || (price >= Rules.MinPriceTicks && price <= Rules.MaxPriceTicks);

    internal bool IsOutsideStaticBand(long price) =>
        price != 0 && StaticBand is { } band && (price < band.LowestTicks || price > band.HighestTicks);

    internal RejectReason PhaseRefusal() => Phase switch
    {
        TradingPhase.Halt => RejectReason.SymbolHalted,
        TradingPhase.Closed => RejectReason.SymbolClosed,
        _ => RejectReason.None,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal RejectReason FindOpen(long orderId, out int slot)
    {
        slot = Index.Find(orderId);
        return slot != 0 ? RejectReason.None
            : orderId < 1 || orderId > LastOrderId ? RejectReason.UnknownOrder
            : RejectReason.OrderClosed;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int NextWorse(int side, int level) => (side & 1) == Buy ? Ladder.Below(level) : Ladder.Above(level);

    internal long BestDisplayed(int side) => Sides[side].Best == 0 ? 0 : Ladder.PriceOf(Sides[side].Best);

    /// <summary>Returns the side of the ladder on which a resting order stands.</summary>
    internal int SideOf(int slot)
    {
        ref var entry = ref Entries[slot];
        var side = IndexOf(entry.Side);
        return (entry.Traits & Traits.MarketOrder) != 0 ? side + MarketOrders
            : (entry.Traits & Traits.Hidden) != 0 ? side + Hidden
            : side;
    }

    /// <summary>Returns the order at a price right before this one; 0 if this one is first.</summary>
    internal int LastBefore(int slot, int side, long price)
    {
        var before = Ladder[Ladder.Find(side, price)].Last;
        while (before != 0 && Entries[before].Priority > Entries[slot].Priority)
            before = Entries[before].Previous;
        return before;
    }

    internal bool Has(int slot, Traits trait) => (Entries[slot].Traits & trait) != 0;

    internal ref Conditions ConditionsOf(int slot) => ref _conditions[_conditionOf[slot]];

    /// <summary>Returns true for a stop or take-profit that has not triggered yet.</summary>
    internal bool IsWaitingStop(int slot) => Has(slot, Traits.Conditional)
        && OrderRules.IsTriggered(ConditionsOf(slot).Type) && !ConditionsOf(slot).Triggered;

    /// <summary>Returns true if an order that enters now has no limit.</summary>
    internal bool IsMarketNow(int slot) =>
        Has(slot, Traits.Conditional) && OrderRules.IsMarket(ConditionsOf(slot).Type);

    internal bool IsLeg(int slot) => Has(slot, Traits.Conditional) && ConditionsOf(slot).Type == OrderType.Leg;

    internal SelfTradePrevention SelfTradeOf(int slot) =>
        (SelfTradePrevention)((int)Entries[slot].Traits >> SelfTradeShift);

    /// <summary>Returns the lots of an order that are filled or were prevented.</summary>
    internal long Done(int slot) => Entries[slot].TotalLots - Entries[slot].Leaves;

    /// <summary>
    /// Returns the current price of an open order: its trigger before it triggers, its level, or its limit.
    /// </summary>
    internal long PriceNow(int slot)
    {
        ref var entry = ref Entries[slot];
        if ((entry.Traits & Traits.MarketOrder) != 0)
            return 0;
        if (entry.Place == OrderPlace.Resting)
            return Ladder.PriceOf(entry.Level);
        if (slot == EnteringSlot && entry.Place == OrderPlace.Entering)
            return EnteringPrice;
        if ((entry.Traits & Traits.Conditional) == 0)
            return 0;
        return IsWaitingStop(slot) ? ConditionsOf(slot).Trigger : ConditionsOf(slot).Price;
    }

    /// <summary>Returns the limit, cap or protection of an open order.</summary>
    internal long LimitOf(int slot) => Has(slot, Traits.Conditional) ? ConditionsOf(slot).Price : PriceNow(slot);

    /// <summary>Returns true if it has a queue position, or the right to one.</summary>
    internal bool HasPriority(int slot) => Entries[slot].Place is OrderPlace.Resting or OrderPlace.Held;

    /// <summary>Sets and returns the displayed lots of an iceberg; returns all open lots of any other order.</summary>
    internal long Show(int slot)
    {
        var leaves = Entries[slot].Leaves;
        if (!Has(slot, Traits.Iceberg))
            return leaves;

        ref var conditions = ref ConditionsOf(slot);
        return conditions.Shown = Math.Min(conditions.Display, leaves);
    }

    /// <summary>Returns the lots of an order that its level counts.</summary>
    internal long Counted(int slot) => Has(slot, Traits.Iceberg) && Entries[slot].Level != 0
        ? ConditionsOf(slot).Shown
        : Entries[slot].Leaves;

    /// <summary>Puts an order last at its price. It already has its priority.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enqueue(int slot, int side, long price, long lots)
    {
        var level = LevelFor(side, price);
        ref var queue = ref Ladder[level];
        var last = queue.Last;
        ref var entry = ref Entries[slot];
        entry.Next = 0;
        entry.Previous = last;
        entry.Level = level;

        // Without an order before it, this writes to slot 0, which is never read.
        Entries[last].Next = slot;
        queue.First = last == 0 ? slot : queue.First;
        queue.Last = slot;
        queue.Lots += lots;
        queue.Orders++;
        queue.Conditional += (int)(entry.Traits & Traits.Conditional);
    }

    /// <summary>Puts an order behind another at its price; behind 0 means first.</summary>
    internal void EnqueueBehind(int slot, int before, int side, long price, long lots)
    {
        var level = LevelFor(side, price);
        ref var queue = ref Ladder[level];
        ref var entry = ref Entries[slot];
        var next = before == 0 ? queue.First : Entries[before].Next;
        entry.Next = next;
        entry.Previous = before;
        entry.Level = level;
        Entries[before].Next = slot;
        Entries[next].Previous = slot;
        queue.First = before == 0 ? slot : queue.First;
        queue.Last = next == 0 ? slot : queue.Last;
        queue.Lots += lots;
        queue.Orders++;
        queue.Conditional += (int)(entry.Traits & Traits.Conditional);
    }

    /// <summary>Removes an order from anywhere in its queue, given its lots as the queue counts them.</summary>
    internal void Dequeue(int slot, int side, long lots)
    {
        ref var entry = ref Entries[slot];
        var level = entry.Level;
        ref var queue = ref Ladder[level];
        entry.Level = 0;
        if (queue.Orders == 1)
        {
            CloseEmpty(side, level);
            return;
        }

        var next = entry.Next;
        var previous = entry.Previous;
        Entries[previous].Next = next;
        Entries[next].Previous = previous;
        queue.First = previous == 0 ? next : queue.First;
        queue.Last = next == 0 ? previous : queue.Last;
        queue.Lots -= lots;
        queue.Orders--;
        queue.Conditional -= (int)(entry.Traits & Traits.Conditional);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int LevelFor(int side, long price)
    {
        var level = Ladder.Find(side, price);
        return Ladder[level].Orders == 0 ? OpenLevel(side, level, price) : level;
    }

    internal int OpenLevel(int side, int level, long price)
    {
        level = Ladder.Open(side, price, level);
        ref var own = ref Sides[side];
        own.Levels++;
        // From the view of a taker on the other side, the best price is the lowest.
        var key = SignedPriceKey(side ^ 1, price);
        if (key < own.BestKey)
        {
            own.BestKey = key;
            own.Second = own.Best;
            own.Best = level;
        }
        else if (own.Second != 0 && key < SignedPriceKey(side ^ 1, Ladder.PriceOf(own.Second)))
        {
            own.Second = level;
        }

        return level;
    }

    /// <summary>Closes a level whose last order leaves.</summary>
    internal void CloseEmpty(int side, int level)
    {
        ref var own = ref Sides[side];
        if (own.Best == level)
        {
            // The next worse level is looked up only when needed, because it may be far away.
            SetBest(side, NextBest(side, level));
        }
        else if (own.Second == level)
        {
            own.Second = 0;
        }

        own.Levels--;
        Ladder.Close(level);
    }

    /// <summary>Closes the best level, emptied by a taker.</summary>
    /// <returns>The next worse level of the side.</returns>
    internal int CloseLevel(int side, int level)
    {
        var next = NextBest(side, level);
        Sides[side].Levels--;
        Ladder.Close(level);
        return next;
    }

    /// <summary>Returns the level behind the best one, which is about to close.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextBest(int side, int level)
    {
        ref var own = ref Sides[side];
        var next = own.Second != 0 ? own.Second : NextWorse(side, level);
        own.Second = 0;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetBest(int side, int level)
    {
        ref var own = ref Sides[side];
        if (own.Best == level)
            return;

        own.Best = level;
        own.BestKey = level == 0 ? FarthestKey : SignedPriceKey(side ^ 1, Ladder.PriceOf(level));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int TakeSlot()
    {
        var slot = FreeEntry;
        if (slot == 0)
            return TakeNewSlot();

        FreeEntry = Entries[slot].Next;
        return slot;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeNewSlot()
    {
        if (EntriesUsed == Entries.Length)
        {
            Array.Resize(ref Entries, Entries.Length * 2);
            Index.Reserve(Entries.Length);
        }

        return EntriesUsed++;
    }

    internal void Free(int slot)
    {
        ref var entry = ref Entries[slot];
        Index.Remove(entry.Id);
        entry.Id = 0;
        entry.Next = FreeEntry;
        FreeEntry = slot;
    }

    /// <summary>
    /// Gives an order an entry among the conditions; the entry still holds an earlier order's values.
    /// </summary>
    internal ref Conditions Attach(int slot)
    {
        if (_conditionOf.Length < Entries.Length)
            Array.Resize(ref _conditionOf, Entries.Length);
        var at = _freeCondition;
        if (at != 0)
        {
            _freeCondition = _conditions[at].List;
        }
        else
        {
            if (_conditionsUsed == _conditions.Length)
                Array.Resize(ref _conditions, _conditions.Length * 2);
            at = _conditionsUsed++;
        }

        _conditionOf[slot] = at;
        Entries[slot].Traits |= Traits.Conditional;
        return ref _conditions[at];
    }

    internal void Detach(int slot)
    {
        var at = _conditionOf[slot];
        _conditionOf[slot] = 0;
        _conditions[at] = new Conditions { List = _freeCondition };
        _freeCondition = at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Append(
        BookEventKind kind, Side side, EndReason reason, long orderId, long price, long quantity, long leaves) =>
        NextEvent().Set(kind, side, reason, 0, orderId, price, quantity, leaves);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AppendTrade(
        int side, long takerId, long makerId, long price, long quantity, long leaves, long makerLeaves) =>
        NextEvent().SetTrade(SideAt(side), takerId, makerId, price, quantity, leaves, makerLeaves);

    /// <summary>The last appended event, for adding details.</summary>
    internal ref BookEvent Told => ref EventBuffer[EventCount - 1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref BookEvent NextEvent()
    {
        var events = EventBuffer;
        var count = EventCount;
        if ((uint)count >= (uint)events.Length)
            events = MoreEvents();
        EventCount = unchecked(count + 1);
        return ref events[count];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private BookEvent[] MoreEvents()
    {
        Array.Resize(ref EventBuffer, EventBuffer.Length * 2);
        return EventBuffer;
    }
}
