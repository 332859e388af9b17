using QuantumCore.Instruments;

namespace QuantumCore.MarketData;

/// <summary>One price level of a book.</summary>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Open quantity in lots; 0 in an update means that the level is gone.</param>
/// <param name="Orders">Number of orders.</param>
public readonly record struct BookLevel(long PriceTicks, long QuantityLots, int Orders);

/// <summary>A trade as the public sees it.</summary>
/// <param name="Sequence">The book's sequence.</param>
/// <param name="Index">Position within that sequence, from 0.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="TakerSide">Side of the aggressive order; says nothing where <paramref name="IsAuction"/>.</param>
/// <param name="ChangedTicks">Its price since it was changed, in ticks; 0: it is void; null: it is as it was made.</param>
/// <param name="IsOfLeg">The trade is one of a strategy's leg, which leaves the last price alone.</param>
/// <param name="IsAuction">The trade is one of an auction's: neither order took.</param>
public readonly record struct BookTrade(
    long Sequence, int Index, long TimeNanos, long PriceTicks, long QuantityLots, Side TakerSide, long? ChangedTicks = null, bool IsOfLeg = false, bool IsAuction = false)
{
    /// <summary>The trade with another price from now on, in ticks; 0: it is void. At the price it was made at it is as it was made.</summary>
    public BookTrade At(long priceTicks) => this with { ChangedTicks = priceTicks == PriceTicks ? null : priceTicks };
}

/// <summary>A trade of before was declared void, or has another price.</summary>
/// <param name="Sequence">The book's sequence with it.</param>
/// <param name="TimeNanos">When it was changed, Unix nanoseconds.</param>
/// <param name="Trade">The trade, as it was made.</param>
/// <param name="BeforeTicks">The price that held until then, in ticks.</param>
/// <param name="PriceTicks">The price that holds now, in ticks; 0: it is void.</param>
public readonly record struct BookTradeChange(long Sequence, long TimeNanos, BookTrade Trade, long BeforeTicks, long PriceTicks);

/// <summary>The book by price at a sequence, best level first.</summary>
public sealed record BookSnapshot(
    long Sequence, long TimeNanos, IReadOnlyList<BookLevel> Bids, IReadOnlyList<BookLevel> Asks);

/// <summary>
/// What changed between two sequences: levels with their new size, best first, trades as they were made, and changes of trades of before,
/// both oldest first.
/// </summary>
public sealed record BookChanges(
    long PreviousSequence,
    long Sequence,
    long TimeNanos,
    IReadOnlyList<BookLevel> Bids,
    IReadOnlyList<BookLevel> Asks,
    IReadOnlyList<BookTrade> Trades,
    IReadOnlyList<BookTradeChange> TradeChanges);
