using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Orders that stand aside: legs of multi-leg orders, which trade only with the other legs (RULES 16). The grain that
// sees all books of the group decides what they trade and when. Each command here is the part of one book.
public sealed partial class OrderBook
{
    private int _aside;

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
        for (var level = _sides[index].Best; level != 0; level = NextWorse(index, level))
        {
            lots = _ladder[level].Lots;
            for (var slot = exceptOwner == 0 ? 0 : _ladder[level].First; slot != 0; slot = _entries[slot].Next)
                lots -= _entries[slot].Owner == exceptOwner ? Counted(slot) : 0;
            if (lots > 0)
            {
                priceTicks = _ladder.PriceOf(level);
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

    /// <summary>Quotes taken on trial; see <see cref="QuotesOf"/>.</summary>
    public sealed class QuotesInTurn
    {
        private readonly OrderBook _book;
        private readonly int _side;
        private readonly long _except;

        // Orders at the price, in queue order, with displayed lots, an iceberg's reserve and its display quantity.
        private readonly LinkedList<(long Shown, long Reserve, long Display)> _line = new();
        private int _level;

        internal QuotesInTurn(OrderBook book, int side, long except)
        {
            (_book, _side, _except) = (book, side, except);
            _level = book._sides[side].Best;
            StandInLine();
        }

        /// <summary>Price of the quote, in ticks.</summary>
        public long PriceTicks => _book._ladder.PriceOf(_level);

        /// <summary>Lots displayed there; 0 if there is no quote any more.</summary>
        public long Lots { get; private set; }

        /// <summary>Takes lots of the quote, at most all of it; icebergs display their next slices.</summary>
        public void Take(long lots)
        {
            for (var left = lots; left > 0 && _line.First is { } first;)
            {
                var (shown, reserve, display) = first.Value;
                _line.RemoveFirst();
                var taken = Math.Min(shown, left);
                left -= taken;
                Lots -= taken;
                if (taken < shown)
                    _line.AddFirst((shown - taken, reserve, display));
                else if (reserve > 0)
                    Show(reserve, display);
            }

            if (Lots == 0)
            {
                _level = _book.NextWorse(_side, _level);
                StandInLine();
            }
        }

        private void StandInLine()
        {
            for (; _level != 0 && Lots == 0; _level = Lots == 0 ? _book.NextWorse(_side, _level) : _level)
            {
                for (var slot = _book._ladder[_level].First; slot != 0; slot = _book._entries[slot].Next)
                {
                    if (_except == 0 || _book._entries[slot].Owner != _except)
                        StandInLine(slot);
                }
            }
        }

        private void StandInLine(int slot)
        {
            var shown = _book.Counted(slot);
            var display = _book.Has(slot, Traits.Iceberg) ? _book.ConditionsOf(slot).Display : 0;
            _line.AddLast((shown, _book._entries[slot].Leaves - shown, display));
            Lots += shown;
        }

        private void Show(long reserve, long display)
        {
            var shown = Math.Min(reserve, display);
            _line.AddLast((shown, reserve - shown, display));
            Lots += shown;
        }
    }

    /// <summary>
    /// Returns the reason for which <see cref="Admit"/>, or <see cref="Submit"/> for a leg, would reject an order now.
    /// Changes nothing.
    /// </summary>
    public RejectReason Judge(long timeNanos, in NewOrder order)
    {
        var price = order.PriceTicks;
        var reject = CheckAlone(in order);
        return reject != RejectReason.None ? reject
            : timeNanos < LastTimeNanos ? RejectReason.TimeRegression
            : CheckState(timeNanos, in order, ref price) is not RejectReason.None and var state ? state
            : HasRoomToKeep(in order) ? RejectReason.None
            : RejectReason.Overflow;
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
            if (_rules.DynamicBandBasisPoints is { } moves)
                Narrow(BandAround(LastPriceTicks != 0 ? LastPriceTicks : ReferencePriceTicks, moves));
            if (_rules.StaticBandBasisPoints is { } stands)
                Narrow(BandAround(ReferencePriceTicks, stands));
            return (low, high);

            void Narrow((long Low, long High) band) =>
                (low, high) = (Math.Max(low, band.Low), Math.Min(high, band.High));
        }
    }

    /// <summary>
    /// Returns the best price at which an order of a side and size would meet any order, displayed or not; 0 for none.
    /// </summary>
    public long FirstPriceFor(Side side, long lots) => BestFor(IndexOf(side), lots);

    /// <summary>
    /// Accepts an order as <see cref="Submit"/> does, with the same reject reasons, but lets it stand aside until
    /// <see cref="Proceed"/>. For an order without conditions.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its public id; 0 if rejected.</param>
    public RejectReason Admit(long timeNanos, in NewOrder order, out long orderId)
    {
        Begin();
        return SubmitWithCare(timeNanos, in order, aside: true, out orderId);
    }

    /// <summary>
    /// Trades an order that stands aside with displayed quotes of others at one price: a Trade for each. The trades are
    /// not prints: they affect neither the last price nor stops (RULES 7.1).
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="priceTicks">Price of the quotes, in ticks.</param>
    /// <param name="lots">Quantity in lots, at most what <see cref="TryGetQuote"/> finds there.</param>
    /// <param name="goesOn">
    /// True if its taker phase continues, here or in another book: triggered orders wait for <see cref="EndPhase"/>
    /// (RULES 3).
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// These quotes do not exist: the decision was made on another state of the book.
    /// </exception>
    public void TakeQuotes(long timeNanos, long orderId, long priceTicks, long lots, bool goesOn = false)
    {
        var slot = BeginAside(timeNanos, orderId, lots);
        var taker = TakerFor(slot, priceTicks);
        taker.IsSilent = true;
        var left = lots;
        var at = new Cursor { Side = taker.Side ^ 1, IsLit = true, Price = priceTicks };
        ref var queue = ref _ladder[_ladder.Find(at.Side, priceTicks)];
        var (maker, last) = (queue.First, queue.Last);
        while (left > 0 && maker != 0)
        {
            // An iceberg's next slice goes behind these orders and was not among these quotes.
            var next = maker == last ? 0 : _entries[maker].Next;
            if (_entries[maker].Owner != taker.Owner || taker.Owner == 0)
            {
                var quantity = Math.Min(left, Counted(maker));
                at.Slot = maker;
                Trade(ref taker, ref at, quantity);
                left -= quantity;
            }

            maker = next;
        }

        if (left > 0)
            throw new InvalidOperationException(
                $"Order {orderId} was to take {lots} lots at {priceTicks}; {left} are not there.");
        Diminish(slot, lots);
        if (!goesOn)
            Conclude();
    }

    /// <summary>Ends the taker phase of an order that stands or stood aside, and executes what it triggered.</summary>
    /// <param name="timeNanos">Time of the phase's last part.</param>
    public void EndPhase(long timeNanos)
    {
        if (timeNanos != LastTimeNanos)
            throw new InvalidOperationException(
                $"A phase that was begun at {LastTimeNanos} does not end at {timeNanos}.");

        Begin();
        Conclude();
    }

    /// <summary>
    /// Trades two orders that stand aside with each other: Trade. Not a print.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="takerId">Public id of the order that came later.</param>
    /// <param name="makerId">Public id of the other order, on the other side.</param>
    /// <param name="priceTicks">Any price, in ticks, 1 to 2^47.</param>
    /// <param name="lots">Quantity in lots, at most what both have open.</param>
    /// <exception cref="InvalidOperationException">They are not two such orders.</exception>
    public void Cross(long timeNanos, long takerId, long makerId, long priceTicks, long lots)
    {
        var maker = BeginAside(timeNanos, makerId, lots);
        var taker = BeginAside(timeNanos, takerId, lots);
        if (_entries[maker].Side == _entries[taker].Side || priceTicks is < 1 or > Instrument.PriceTicksLimit)
            throw new InvalidOperationException($"Orders {takerId} and {makerId} can't trade at {priceTicks}.");

        LastTradeNumber++;
        AppendTrade(
            IndexOf(_entries[taker].Side), takerId, makerId, priceTicks, lots, _entries[taker].Leaves - lots,
            _entries[maker].Leaves - lots);
        Diminish(maker, lots);
        Diminish(taker, lots);
        ConcludeIfDone(takerId);
    }

    /// <summary>
    /// Matches an order that stands aside against the book, by every rule except resting, up to a price within its
    /// limit.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="priceTicks">The worst price at which it trades, in ticks.</param>
    public void Sweep(long timeNanos, long orderId, long priceTicks)
    {
        var slot = BeginAside(timeNanos, orderId, 1);
        BeginPrints();
        var taker = TakerFor(slot, ConditionsOf(slot).Price);
        if (Toward(taker.Side, priceTicks) < Toward(taker.Side, taker.Limit))
            taker.Limit = priceTicks;
        Match<Execution>(ref taker);
        if (!taker.Ended)
            Diminish(slot, _entries[slot].Leaves - taker.Leaves);
        ConcludeIfDone(orderId);
    }

    /// <summary>Enters an order that stands aside, as if it came now.</summary>
    public void Proceed(long timeNanos, long orderId)
    {
        var slot = BeginAside(timeNanos, orderId, 1);
        _aside--;
        Enter(slot, ConditionsOf(slot).Price);
        Conclude();
    }

    /// <summary>Lets an order stand aside: it has no place in the book until it is told to trade.</summary>
    private void StandAside(int slot, in NewOrder order, long price)
    {
        if (!Has(slot, Traits.Conditional))
            Keep(slot, in order, price);
        _entries[slot].Place = OrderPlace.Aside;
        _aside++;
    }

    private bool IsLeg(int slot) => Has(slot, Traits.Conditional) && ConditionsOf(slot).Type == OrderType.Leg;

    /// <summary>Finds an order that stands aside with enough lots. The caller knows that it exists.</summary>
    private int BeginAside(long timeNanos, long orderId, long lots)
    {
        if (FindOpen(orderId, out var slot) != RejectReason.None || _entries[slot].Place != OrderPlace.Aside
            || lots < 1 || lots > _entries[slot].Leaves || timeNanos < LastTimeNanos || timeNanos >= _nextExpiry
            || Phase != TradingPhase.Continuous)
            throw new InvalidOperationException(
                $"Order {orderId} does not stand aside with {lots} lots at {timeNanos}.");

        Begin();
        LastTimeNanos = timeNanos;
        return slot;
    }

    /// <summary>
    /// Settles the book once an order is done: the order is one taker phase, however many parts it has.
    /// </summary>
    private void ConcludeIfDone(long orderId)
    {
        if (FindOpen(orderId, out _) != RejectReason.None)
            Conclude();
    }

    private void Diminish(int slot, long lots)
    {
        _entries[slot].Leaves -= lots;
        if (_entries[slot].Leaves == 0)
            Complete(slot);
    }
}
