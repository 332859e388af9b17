using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

// Orders that stand aside: legs of multi-leg orders, which trade only with the other legs (RULES 16). The grain that
// sees all books of the group decides what they trade and when. Each command here is the part of one book.
public sealed partial class OrderBook
{
    private int AsideCount;

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
    /// Returns the best price at which an order of a side and size would meet any order, displayed or not; 0 for none.
    /// </summary>
    public long FirstPriceFor(Side side, long lots) => BestFor(IndexOf(side), lots);

    /// <summary>
    /// Accepts an order as <see cref="Submit"/> does, with the same reject reasons, but lets it stand aside until
    /// <see cref="Proceed"/>. For an order without conditions.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="order">The order.</param>
    /// <param name="orderId">Its public id; 0 if rejected.</param>
    public RejectReason Admit(long timeNanos, in NewOrder order, out long orderId)
    {
        Begin();
        return SubmitSlow(timeNanos, in order, aside: true, out orderId);
    }

    /// <summary>
    /// Trades an order that stands aside with displayed quotes of others at one price: a Trade for each. The trades are
    /// not prints: they affect neither the last price nor stops (RULES 7.1).
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="priceTicks">Price of the quotes, in ticks.</param>
    /// <param name="lots">Quantity in lots, at most what <see cref="OrderStore.TryGetQuote"/> finds there.</param>
    /// <param name="goesOn">
    /// True if its taker phase continues, here or in another book: triggered orders wait for <see cref="EndPhase"/>
    /// (RULES 3).
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// These quotes do not exist: the decision was made on another state of the book.
    /// </exception>
    public void TakeQuotes(long timeNanos, long orderId, long priceTicks, long lots, bool goesOn = false) =>
        TakeQuotesNow(timeNanos, orderId, priceTicks, lots, goesOn);

    private void TakeQuotesNow(long timeNanos, long orderId, long priceTicks, long lots, bool goesOn)
    {
        var slot = BeginAside(timeNanos, orderId, lots);
        var taker = TakerFor(slot, priceTicks);
        taker.IsSilent = true;
        var left = lots;
        var at = new MatchCursor { Side = taker.Side ^ 1, IsLit = true, Price = priceTicks };
        ref var queue = ref Ladder[Ladder.Find(at.Side, priceTicks)];
        var (maker, last) = (queue.First, queue.Last);
        while (left > 0 && maker != 0)
        {
            // An iceberg's next slice goes behind these orders and was not among these quotes.
            var next = maker == last ? 0 : Entries[maker].Next;
            if (Entries[maker].Owner != taker.Owner || taker.Owner == 0)
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
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="takerId">Public id of the order that came later.</param>
    /// <param name="makerId">Public id of the other order, on the other side.</param>
    /// <param name="priceTicks">Any price, in ticks, 1 to 2^47.</param>
    /// <param name="lots">Quantity in lots, at most what both have open.</param>
    /// <exception cref="InvalidOperationException">They are not two such orders.</exception>
    public void Cross(long timeNanos, long takerId, long makerId, long priceTicks, long lots) =>
        CrossNow(timeNanos, takerId, makerId, priceTicks, lots);

    private void CrossNow(long timeNanos, long takerId, long makerId, long priceTicks, long lots)
    {
        var maker = BeginAside(timeNanos, makerId, lots);
        var taker = BeginAside(timeNanos, takerId, lots);
        if (Entries[maker].Side == Entries[taker].Side || priceTicks is < 1 or > Instrument.PriceTicksLimit)
            throw new InvalidOperationException($"Orders {takerId} and {makerId} can't trade at {priceTicks}.");

        LastTradeNumber++;
        AppendTrade(
            IndexOf(Entries[taker].Side), takerId, makerId, priceTicks, lots, Entries[taker].Leaves - lots,
            Entries[maker].Leaves - lots);
        Diminish(maker, lots);
        Diminish(taker, lots);
        ConcludeIfDone(takerId);
    }

    /// <summary>
    /// Matches an order that stands aside against the book, by every rule except resting, up to a price within its
    /// limit.
    /// </summary>
    /// <param name="timeNanos">Time of the command, not before <see cref="OrderStore.LastTimeNanos"/>.</param>
    /// <param name="orderId">Public id of the order.</param>
    /// <param name="priceTicks">The worst price at which it trades, in ticks.</param>
    public void Sweep(long timeNanos, long orderId, long priceTicks) =>
        SweepNow(timeNanos, orderId, priceTicks);

    private void SweepNow(long timeNanos, long orderId, long priceTicks)
    {
        var slot = BeginAside(timeNanos, orderId, 1);
        BeginPrints();
        var taker = TakerFor(slot, ConditionsOf(slot).Price);
        if (Toward(taker.Side, priceTicks) < Toward(taker.Side, taker.Limit))
            taker.Limit = priceTicks;
        Match<Execution>(ref taker);
        if (!taker.Ended)
            Diminish(slot, Entries[slot].Leaves - taker.Leaves);
        ConcludeIfDone(orderId);
    }

    /// <summary>Enters an order that stands aside, as if it came now.</summary>
    public void Proceed(long timeNanos, long orderId) =>
        ProceedNow(timeNanos, orderId);

    private void ProceedNow(long timeNanos, long orderId)
    {
        var slot = BeginAside(timeNanos, orderId, 1);
        AsideCount--;
        Enter(slot, ConditionsOf(slot).Price);
        Conclude();
    }

    /// <summary>Lets an order stand aside: it has no place in the book until it is told to trade.</summary>
    private void StandAside(int slot, in NewOrder order, long price)
    {
        if (!Has(slot, Traits.Conditional))
            Keep(slot, in order, price);
        Entries[slot].Place = OrderPlace.Aside;
        AsideCount++;
    }

    /// <summary>Finds an order that stands aside with enough lots. The caller knows that it exists.</summary>
    private int BeginAside(long timeNanos, long orderId, long lots)
    {
        if (FindOpen(orderId, out var slot) != RejectReason.None || Entries[slot].Place != OrderPlace.Aside
            || lots < 1 || lots > Entries[slot].Leaves || timeNanos < LastTimeNanos || timeNanos >= NextExpiryNanos
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
        Entries[slot].Leaves -= lots;
        if (Entries[slot].Leaves == 0)
            Complete(slot);
    }
}
