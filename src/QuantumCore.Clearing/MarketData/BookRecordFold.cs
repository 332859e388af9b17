using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Applies a book's records to the public view.</summary>
public static class BookRecordFold
{
    /// <summary>Advances a view to the record's sequence, which must be the next one.</summary>
    public static void Apply(MarketBook book, long sequence, BookRecord record)
    {
        book.Advance(sequence, record.TimeNanos);
        switch (record)
        {
            case OrderAccepted accepted:
                Accept(book, accepted);
                break;
            case OrdersClosed closed:
                Close(book, closed.Orders);
                break;
            case AllClosed all:
                Close(book, all.Orders);
                break;
            case OrderReduced reduced:
                book.Reduce(reduced.Side, reduced.PriceTicks, reduced.ReducedLots);
                break;
            case BookTurn turn:
                Apply(book, turn);
                break;
        }
    }

    /// <summary>
    /// Adds the record's trades, in sequence. An earlier trade that it changes is added as it is now.
    /// </summary>
    public static void AddTrades(List<BookTrade> trades, long sequence, BookRecord record)
    {
        if (record is OrderAccepted accepted)
        {
            trades.AddRange(accepted.Fills.Select((fill, index) => new BookTrade(
                sequence, index, record.TimeNanos, fill.PriceTicks, fill.QuantityLots, accepted.Order.Side)));
        }
        else if (record is BookTurn turn)
        {
            trades.AddRange(turn.Trades().Select((trade, index) => new BookTrade(
                sequence, index, record.TimeNanos, trade.PriceTicks, trade.QuantityLots, trade.TakerSide,
                IsOfLeg: IsOfLeg(record, in trade), IsAuction: trade.IsAuction)));
            if (ChangeOfTrade.Of(turn) is { Trade.Place: var place, Now: var now }
                && trades.FindIndex(trade => (trade.Sequence, trade.Index) == (place.Sequence, place.Index)) is >= 0
                    and var at)
            {
                trades[at] = trades[at].At(now?.PriceTicks ?? 0);
            }
        }
    }

    /// <summary>
    /// Returns the last price after a record, as its book has it. Trades of multi-leg orders' legs with quotes or with
    /// each other do not change it. A split scales it, rounded down.
    /// </summary>
    /// <param name="lastTicks">The last price before, in ticks; 0 for none.</param>
    /// <param name="record">The record.</param>
    public static long LastPrice(long lastTicks, BookRecord record)
    {
        if (record is OrderAccepted { Fills: [.., var fill] })
        {
            return fill.PriceTicks;
        }

        foreach (var step in record is BookTurn trading ? trading.Steps : [])
        {
            lastTicks = step is TradeMade { Trade: var trade } && !IsOfLeg(record, in trade)
                ? trade.PriceTicks
                : lastTicks;
        }

        return lastTicks != 0 && record is BookTurn { Command: AdjustOrders { Adjustment: { IsSplit: true } split } }
            ? Math.Clamp(split.PriceOf(Side.Buy, lastTicks), 1, Instrument.PriceTicksLimit)
            : lastTicks;
    }

    /// <summary>
    /// Returns true for a trade of a multi-leg order, which an action of the command names; false for a trade of an
    /// order that entered or swept the book.
    /// </summary>
    private static bool IsOfLeg(BookRecord record, in MatchedTrade trade)
    {
        foreach (var act in record is BookTurn { Command: ActOnLegs legs } ? legs.Acts : [])
        {
            if (act is TakeQuotesAct take ? take.OrderId == trade.Taker.OrderId
                : act is CrossAct cross
                    && (cross.OrderId, cross.MakerId) == (trade.Taker.OrderId, trade.Maker.OrderId))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Applies a record, which holds the levels after it. What is not displayed changes none.</summary>
    private static void Apply(MarketBook book, BookTurn turn)
    {
        foreach (var step in turn.Steps)
        {
            if (step is TradeMade { Trade: var trade })
            {
                book.Print(
                    trade.TakerSide, trade.PriceTicks, trade.QuantityLots, IsOfLeg(turn, in trade), trade.IsAuction);
            }
        }

        if (ChangeOfTrade.Of(turn) is { } change)
        {
            var ((place, nanos, made), before, now) = change;
            book.ChangeTrade(
                new(
                    place.Sequence, place.Index, nanos, made.PriceTicks, made.QuantityLots, made.TakerSide,
                    IsAuction: made.IsAuction),
                before.PriceTicks, now?.PriceTicks ?? 0);
        }

        foreach (var level in turn.Levels)
        {
            book.Set(level.Side, level.PriceTicks, level.Lots, level.Orders);
        }
    }

    private static void Accept(MarketBook book, OrderAccepted accepted)
    {
        if (accepted.Replaced is { } replaced)
        {
            book.Remove(replaced.Side, replaced.PriceTicks, replaced.LeavesLots);
        }

        foreach (var fill in accepted.Fills)
        {
            book.Trade(accepted.Order.Side, fill.PriceTicks, fill.QuantityLots, fill.MakerLeavesLots);
        }

        if (accepted.LeavesLots > 0)
        {
            book.Add(accepted.Order.Side, accepted.Order.PriceTicks, accepted.LeavesLots);
        }
    }

    private static void Close(MarketBook book, ImmutableArray<ClosedOrder> orders)
    {
        foreach (var order in orders)
        {
            book.Remove(order.Side, order.PriceTicks, order.LeavesLots);
        }
    }
}
