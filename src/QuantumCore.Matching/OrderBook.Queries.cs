using QuantumCore.Instruments;

namespace QuantumCore.Matching;

public sealed partial class OrderBook
{
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
        var best = _sides[IndexOf(side)].Best;
        priceTicks = best == 0 ? 0 : _ladder.PriceOf(best);
        lots = _ladder[best].Lots;
        return best != 0;
    }

    /// <summary>Returns the number of displayed price levels of a side.</summary>
    public int LevelCount(Side side) => _sides[IndexOf(side)].Levels;

    /// <summary>Copies displayed levels of a side, best first.</summary>
    /// <returns>Number of levels copied: all levels of the side, or as many as the destination holds.</returns>
    public int CopyLevels(Side side, Span<PriceLevel> destination)
    {
        var copied = 0;
        var level = _sides[IndexOf(side)].Best;
        for (; level != 0 && copied < destination.Length; level = NextWorse(IndexOf(side), level))
        {
            ref var queue = ref _ladder[level];
            destination[copied++] = new PriceLevel(_ladder.PriceOf(level), queue.Lots, queue.Orders);
        }

        return copied;
    }

    /// <summary>Returns the displayed level at a price; with 0 lots and orders if there is none.</summary>
    public PriceLevel LevelAt(Side side, long priceTicks)
    {
        if (priceTicks is < 1 or > Instrument.PriceTicksLimit)
            return new PriceLevel(priceTicks, 0, 0);
        ref var queue = ref _ladder[_ladder.Find(IndexOf(side), priceTicks)];
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
        for (var slot = 1; slot < _entriesUsed; slot++)
        {
            if (_entries[slot].Id != 0 && _entries[slot].Place == place)
                found.Add(_entries[slot].Id);
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
        if (FindOpen(orderId, out var slot) != RejectReason.None || _entries[slot].Place != OrderPlace.Resting)
            return false;

        var orders = 0;
        var lots = 0L;
        var displayed = !Has(slot, Traits.Dark | Traits.AtMarket);
        for (var ahead = _entries[slot].Previous; ahead != 0; ahead = _entries[ahead].Previous)
        {
            orders++;
            lots += displayed ? Counted(ahead) : 0;
        }

        if (Has(slot, Traits.Dark))
        {
            ref var shown =
                ref _ladder[_ladder.Find(IndexOf(_entries[slot].Side), _ladder.PriceOf(_entries[slot].Level))];
            orders += shown.Orders;
            lots += shown.Lots;
        }

        position = new QueuePosition(orders, lots);
        return true;
    }

    /// <summary>Returns the order right behind a resting one in its queue; 0 if it is last.</summary>
    internal long OrderBehind(long orderId) => _entries[_entries[_index.Find(orderId)].Next].Id;

    /// <summary>Returns the display quantity of an open iceberg, in lots; 0 for all others.</summary>
    internal long DisplayOf(long orderId) => FindOpen(orderId, out var slot) == RejectReason.None
        && Has(slot, Traits.Iceberg) ? ConditionsOf(slot).Display : 0;

    private RestingOrder OrderIn(int slot)
    {
        ref var entry = ref _entries[slot];
        var resting = entry.Place == OrderPlace.Resting;
        var shown = resting && (entry.Traits & (Traits.Dark | Traits.AtMarket)) == 0;
        var price = resting ? PriceNow(slot) : LimitOf(slot);
        return new RestingOrder(
            entry.Id, entry.Account, entry.Side, price, entry.TotalLots, entry.Leaves, entry.Owner, entry.Place,
            shown ? Counted(slot) : 0, entry.Place == OrderPlace.Armed ? ConditionsOf(slot).Trigger : 0);
    }

    /// <summary>The resting orders of one side; see <see cref="OrderBook.Orders"/>.</summary>
    public struct OrdersInPriority
    {
        private readonly OrderBook _book;
        private readonly int _side;
        private int _lit;
        private int _dark;
        private int _slot;
        private bool _started;

        internal OrdersInPriority(OrderBook book, int side)
        {
            _book = book;
            _side = side;
        }

        /// <summary>The current order of the enumeration.</summary>
        public readonly RestingOrder Current => _book.OrderIn(_slot);

        internal readonly int Slot => _slot;

        /// <summary>Returns a new enumeration, before its first order.</summary>
        public readonly OrdersInPriority GetEnumerator() => new(_book, _side);

        /// <summary>Moves to the next order; returns false if there is none.</summary>
        public bool MoveNext()
        {
            if (_slot != 0 && _book._entries[_slot].Next is not 0 and var next)
            {
                _slot = next;
                return true;
            }

            if (!_started)
            {
                _started = true;
                _lit = _book._sides[_side].Best;
                _dark = _book._sides[_side + Dark].Best;
                _slot = _book._ladder[_book._sides[_side + AtMarket].Best].First;
                if (_slot != 0)
                    return true;
            }

            _slot = _book._ladder[NextLevel()].First;
            return _slot != 0;
        }

        /// <summary>
        /// Returns the better of the next displayed level and the next one that is not; displayed first at one price.
        /// </summary>
        private int NextLevel()
        {
            var ladder = _book._ladder;
            var lit = _dark == 0
                || (_lit != 0 && Toward(_side ^ 1, ladder.PriceOf(_lit)) <= Toward(_side ^ 1, ladder.PriceOf(_dark)));
            var level = lit ? _lit : _dark;
            if (level == 0)
                return 0;
            if (lit)
                _lit = _book.NextWorse(_side, level);
            else
                _dark = _book.NextWorse(_side + Dark, level);
            return level;
        }
    }
}
