using QuantumCore.Instruments;

namespace QuantumCore.Matching;

// Orders that stand aside: legs of strategy orders, which trade only with the other legs (RULES 16). What they trade,
// and when, is decided by who sees all books of the group; each command here is the part of one book.
public sealed partial class OrderBook
{
    private int _aside;

    /// <summary>
    /// The best displayed quote of a side that is not this owner's: what a leg can count on. All-or-none and hidden
    /// orders and reserves of icebergs are none.
    /// </summary>
    /// <param name="side">Side of the quote.</param>
    /// <param name="exceptOwner">Whose orders don't count; 0 for nobody's.</param>
    /// <param name="priceTicks">Its price; 0 when there is none.</param>
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
    /// The quotes of a side as <see cref="TryGetQuote"/> would tell them one after the other if they were taken; the
    /// book itself stays as it is, and must, as long as they are asked for.
    /// </summary>
    public QuotesInTurn QuotesOf(Side side, long exceptOwner) => new(this, IndexOf(side), exceptOwner);

    /// <summary>Quotes that are taken on trial; see <see cref="QuotesOf"/>.</summary>
    public sealed class QuotesInTurn
    {
        private readonly OrderBook _book;
        private readonly int _side;
        private readonly long _except;

        // Who stands at the price, in line, and what an iceberg has behind what it shows.
        private readonly LinkedList<(long Shown, long Reserve, long Display)> _line = new();
        private int _level;

        internal QuotesInTurn(OrderBook book, int side, long except)
        {
            (_book, _side, _except) = (book, side, except);
            _level = book._sides[side].Best;
            StandInLine();
        }

        /// <summary>The price of the quote.</summary>
        public long PriceTicks => _book._ladder.PriceOf(_level);

        /// <summary>Lots displayed there; 0 when there is no quote any more.</summary>
        public long Lots { get; private set; }

        /// <summary>Takes lots of the quote, at most all of it; icebergs show their next ones.</summary>
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

    /// <summary>What <see cref="Admit"/> would refuse an order for now, a leg <see cref="Submit"/>; nothing changes.</summary>
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
    /// The prices in ticks, bounds included, at which the bands let anything trade now: the dynamic one by the last price
    /// (RULES 12.2), and the static one, beyond which orders may stand that came before it (12.5). Without bands all
    /// prices; none where the low one is above the high one.
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

            void Narrow((long Low, long High) band) => (low, high) = (Math.Max(low, band.Low), Math.Min(high, band.High));
        }
    }

    /// <summary>
    /// The best price at which an order of a side and size would meet anyone at all, displayed or not; 0 for none.
    /// </summary>
    public long FirstPriceFor(Side side, long lots) => BestFor(IndexOf(side), lots);

    /// <summary>
    /// Takes an order in as <see cref="Submit"/> does, and refuses it as Submit does, but lets it stand aside until
    /// <see cref="Proceed"/>. For an order without conditions.
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its id; 0 when refused.</param>
    public RejectReason Admit(long timeNanos, in NewOrder order, out long orderId)
    {
        Begin();
        return SubmitWithCare(timeNanos, in order, aside: true, out orderId);
    }

    /// <summary>
    /// An order that stands aside trades with displayed quotes of others at one price: Trade for each. Not a print:
    /// neither the last price nor stops follow it (RULES 7.1).
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="priceTicks">The price of the quotes.</param>
    /// <param name="lots">At most what <see cref="TryGetQuote"/> finds there.</param>
    /// <param name="goesOn">
    /// Its taker phase goes on, here or in another book: what it sets off comes with <see cref="EndPhase"/> (RULES 3).
    /// </param>
    /// <exception cref="InvalidOperationException">These quotes are not there: whoever decided saw another book.</exception>
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
            // What an iceberg shows next stands behind them, and was not among these quotes.
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
            throw new InvalidOperationException($"Order {orderId} was to take {lots} lots at {priceTicks}; {left} are not there.");
        Diminish(slot, lots);
        if (!goesOn)
            Conclude();
    }

    /// <summary>The taker phase of an order that stands, or stood, aside is over: what it has set off comes.</summary>
    /// <param name="timeNanos">That of its last part.</param>
    public void EndPhase(long timeNanos)
    {
        if (timeNanos != LastTimeNanos)
            throw new InvalidOperationException($"A phase that was begun at {LastTimeNanos} does not end at {timeNanos}.");

        Begin();
        Conclude();
    }

    /// <summary>
    /// Two orders that stand aside trade with each other: Trade. Not a print.
    /// </summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="takerId">The order that came later.</param>
    /// <param name="makerId">The other one, of the other side.</param>
    /// <param name="priceTicks">Any price, 1 to 2^47.</param>
    /// <param name="lots">At most what both have open.</param>
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

    /// <summary>An order that stands aside meets the book, by every rule but to rest, up to a price within its limit.</summary>
    /// <param name="timeNanos">Not before <see cref="LastTimeNanos"/>.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="priceTicks">It trades no farther.</param>
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

    /// <summary>An order that stands aside enters, as if it came now.</summary>
    public void Proceed(long timeNanos, long orderId)
    {
        var slot = BeginAside(timeNanos, orderId, 1);
        _aside--;
        Enter(slot, ConditionsOf(slot).Price);
        Conclude();
    }

    /// <summary>It stands nowhere in the book until it is told to trade.</summary>
    private void StandAside(int slot, in NewOrder order, long price)
    {
        if (!Has(slot, Traits.Conditional))
            Keep(slot, in order, price);
        _entries[slot].Place = OrderPlace.Aside;
        _aside++;
    }

    private bool IsLeg(int slot) => Has(slot, Traits.Conditional) && ConditionsOf(slot).Type == OrderType.Leg;

    /// <summary>Finds an order that stands aside, with enough lots. Whoever asks knows that it is there.</summary>
    private int BeginAside(long timeNanos, long orderId, long lots)
    {
        if (FindOpen(orderId, out var slot) != RejectReason.None || _entries[slot].Place != OrderPlace.Aside
            || lots < 1 || lots > _entries[slot].Leaves || timeNanos < LastTimeNanos || timeNanos >= _nextExpiry
            || Phase != TradingPhase.Continuous)
            throw new InvalidOperationException($"Order {orderId} does not stand aside with {lots} lots at {timeNanos}.");

        Begin();
        LastTimeNanos = timeNanos;
        return slot;
    }

    /// <summary>What an order sets off comes when it is done: it is one taker phase, however many parts it has.</summary>
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
