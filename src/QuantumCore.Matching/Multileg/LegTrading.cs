using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Trades of orders that stand aside: legs of multi-leg orders, which trade only with the other legs (RULES 16).
/// </summary>
internal sealed class LegTrading(
    OrderBook book, Matcher matcher, TakerPhase takers, OrderEndings endings, Triggers triggers,
    OffLadderOrders waiting)
{
    public void TakeQuotes(long timeNanos, long orderId, long priceTicks, long lots, bool goesOn)
    {
        var slot = BeginAside(timeNanos, orderId, lots);
        var taker = matcher.TakerFor(slot, priceTicks);
        taker.IsSilent = true;
        var left = lots;
        var at = new MatchCursor { Side = taker.Side ^ 1, IsDisplayed = true, Price = priceTicks };
        ref var queue = ref book.Ladder[book.Ladder.Find(at.Side, priceTicks)];
        var (maker, last) = (queue.First, queue.Last);
        while (left > 0 && maker != 0)
        {
            // An iceberg's next slice goes behind these orders and was not among these quotes.
            var next = maker == last ? 0 : book.Entries[maker].Next;
            if (book.Entries[maker].Owner != taker.Owner || taker.Owner == 0)
            {
                var quantity = Math.Min(left, book.Counted(maker));
                at.Slot = maker;
                matcher.Trade(ref taker, ref at, quantity);
                left -= quantity;
            }

            maker = next;
        }

        if (left > 0)
            throw new InvalidOperationException(
                $"Order {orderId} was to take {lots} lots at {priceTicks}; {left} are not there.");
        Diminish(slot, lots);
        if (!goesOn)
            book.Conclude();
    }

    public void Cross(long timeNanos, long takerId, long makerId, long priceTicks, long lots)
    {
        var maker = BeginAside(timeNanos, makerId, lots);
        var taker = BeginAside(timeNanos, takerId, lots);
        if (book.Entries[maker].Side == book.Entries[taker].Side || priceTicks is < 1 or > Instrument.PriceTicksLimit)
            throw new InvalidOperationException($"Orders {takerId} and {makerId} can't trade at {priceTicks}.");

        book.LastTradeNumber++;
        book.AppendTrade(
            IndexOf(book.Entries[taker].Side), takerId, makerId, priceTicks, lots, book.Entries[taker].Leaves - lots,
            book.Entries[maker].Leaves - lots);
        Diminish(maker, lots);
        Diminish(taker, lots);
        ConcludeIfDone(takerId);
    }

    public void Sweep(long timeNanos, long orderId, long priceTicks)
    {
        var slot = BeginAside(timeNanos, orderId, 1);
        triggers.BeginPrints();
        var taker = matcher.TakerFor(slot, book.ConditionsOf(slot).Price);
        if (SignedPriceKey(taker.Side, priceTicks) < SignedPriceKey(taker.Side, taker.Limit))
            taker.Limit = priceTicks;
        matcher.Match<Execution>(ref taker);
        if (!taker.Ended)
            Diminish(slot, book.Entries[slot].Leaves - taker.Leaves);
        ConcludeIfDone(orderId);
    }

    public void Proceed(long timeNanos, long orderId)
    {
        var slot = BeginAside(timeNanos, orderId, 1);
        waiting.AsideCount--;
        takers.Enter(slot, book.ConditionsOf(slot).Price);
        book.Conclude();
    }

    /// <summary>Finds an order that stands aside with enough lots. The caller knows that it exists.</summary>
    private int BeginAside(long timeNanos, long orderId, long lots)
    {
        if (book.FindOpen(orderId, out var slot) != RejectReason.None || book.Entries[slot].Place != OrderPlace.Aside
            || lots < 1 || lots > book.Entries[slot].Leaves || timeNanos < book.LastTimeNanos
            || timeNanos >= book.NextExpiryNanos
            || book.Phase != TradingPhase.Continuous)
            throw new InvalidOperationException(
                $"Order {orderId} does not stand aside with {lots} lots at {timeNanos}.");

        book.Begin();
        book.LastTimeNanos = timeNanos;
        return slot;
    }

    /// <summary>
    /// Settles the book once an order is done: the order is one taker phase, however many parts it has.
    /// </summary>
    private void ConcludeIfDone(long orderId)
    {
        if (book.FindOpen(orderId, out _) != RejectReason.None)
            book.Conclude();
    }

    private void Diminish(int slot, long lots)
    {
        book.Entries[slot].Leaves -= lots;
        if (book.Entries[slot].Leaves == 0)
            endings.Complete(slot);
    }
}
