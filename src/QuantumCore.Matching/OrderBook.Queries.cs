using QuantumCore.Instruments;

namespace QuantumCore.Matching;

public sealed partial class OrderBook
{
    /// <summary>
    /// A fingerprint of everything that decides what the book does next, whatever its memory looks like.
    /// </summary>
    /// <remarks>
    /// Mixed are, in this order: 1, then every buy order in priority order (best price first, then first in line);
    /// 2, then every sell order in priority order; <see cref="LastOrderId"/>; <see cref="LastTimeNanos"/>. An order
    /// counts as id, account, price, total, leaves. The hash starts at 0xCBF29CE484222325; to mix a 64-bit word is
    /// <c>hash = (hash ^ word) * 0x100000001B3; hash ^= hash &gt;&gt; 32</c>. Walks the whole book.
    /// </remarks>
    public ulong StateHash
    {
        get
        {
            var hash = 0xCBF2_9CE4_8422_2325UL;
            foreach (var side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
            {
                hash = Mix(hash, (long)side);
                foreach (var order in Orders(side))
                {
                    hash = Mix(hash, order.OrderId);
                    hash = Mix(hash, order.Account);
                    hash = Mix(hash, order.PriceTicks);
                    hash = Mix(hash, order.TotalLots);
                    hash = Mix(hash, order.LeavesLots);
                }
            }

            return Mix(Mix(hash, LastOrderId), LastTimeNanos);
        }
    }

    /// <summary>The open order with this id; false when it was never issued or has ended.</summary>
    public bool TryGetOrder(long orderId, out RestingOrder order)
    {
        var open = FindOpen(orderId, out var slot) == RejectReason.None;
        order = open ? OrderIn(slot) : default;
        return open;
    }

    /// <summary>The best price of a side and the open lots there; false when the side is empty.</summary>
    public bool TryGetBest(Side side, out long priceTicks, out long lots)
    {
        var best = _sides[IndexOf(side)].Best;
        priceTicks = best == 0 ? 0 : _ladder.PriceOf(best);
        lots = _ladder[best].Lots;
        return best != 0;
    }

    /// <summary>Price levels of a side.</summary>
    public int LevelCount(Side side) => _sides[IndexOf(side)].Levels;

    /// <summary>Copies levels of a side, best first.</summary>
    /// <returns>How many: the side has no more, or the destination is full.</returns>
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

    /// <summary>Open orders of a side in priority order: best price first, then first in line.</summary>
    /// <remarks>For <c>foreach</c>, without allocation. A command in between makes the enumeration meaningless.</remarks>
    public OrdersInPriority Orders(Side side) => new(this, IndexOf(side));

    private RestingOrder OrderIn(int slot)
    {
        ref var entry = ref _entries[slot];
        ref var terms = ref _terms[slot];
        return new RestingOrder(
            entry.Id, terms.Account, entry.Side, _ladder.PriceOf(entry.Level), terms.TotalLots, entry.Leaves);
    }

    private static ulong Mix(ulong hash, long word)
    {
        // A hash wraps.
        hash = unchecked((hash ^ (ulong)word) * 0x100_0000_01B3UL);
        return hash ^ (hash >> 32);
    }

    /// <summary>The open orders of one side; see <see cref="OrderBook.Orders"/>.</summary>
    public struct OrdersInPriority
    {
        private readonly OrderBook _book;
        private readonly int _side;
        private int _level;
        private int _slot;

        internal OrdersInPriority(OrderBook book, int side)
        {
            _book = book;
            _side = side;
        }

        /// <summary>The order the enumeration stands at.</summary>
        public readonly RestingOrder Current => _book.OrderIn(_slot);

        /// <summary>Itself, before its first order.</summary>
        public readonly OrdersInPriority GetEnumerator() => new(_book, _side);

        /// <summary>Goes on to the next order; false when there is none.</summary>
        public bool MoveNext()
        {
            if (_slot != 0 && _book._entries[_slot].Next is not 0 and var next)
            {
                _slot = next;
                return true;
            }

            _level = _level == 0 ? _book._sides[_side].Best : _book.NextWorse(_side, _level);
            _slot = _book._ladder[_level].First;
            return _slot != 0;
        }
    }
}
