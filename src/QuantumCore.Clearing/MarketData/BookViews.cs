using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>A price level of a book.</summary>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Open quantity, in lots; 0 in an update removes the level.</param>
/// <param name="Orders">Number of orders.</param>
public readonly record struct BookLevel(long PriceTicks, long QuantityLots, int Orders);

/// <summary>A public trade.</summary>
/// <param name="Sequence">Book sequence of the trade.</param>
/// <param name="Index">Position within that sequence, from 0.</param>
/// <param name="TimeNanos">Time, in Unix nanoseconds.</param>
/// <param name="PriceTicks">Price in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="TakerSide">Side of the taker; meaningless if <paramref name="IsAuction"/>.</param>
/// <param name="ChangedTicks">Corrected price, in ticks; 0 if busted; null if unchanged.</param>
/// <param name="IsOfLeg">True for a strategy leg's trade, which does not change the last price.</param>
/// <param name="IsAuction">True for an auction trade, which has no taker.</param>
public readonly record struct BookTrade(
    long Sequence, int Index, long TimeNanos, long PriceTicks, long QuantityLots, Side TakerSide,
    long? ChangedTicks = null, bool IsOfLeg = false, bool IsAuction = false)
{
    /// <summary>
    /// Returns the trade with a new price, in ticks; 0 busts it. The original price makes it unchanged again.
    /// </summary>
    public BookTrade At(long priceTicks) => this with { ChangedTicks = priceTicks == PriceTicks ? null : priceTicks };
}

/// <summary>A bust or price correction of an earlier trade.</summary>
/// <param name="Sequence">Book sequence of the change.</param>
/// <param name="TimeNanos">Time of the change, in Unix nanoseconds.</param>
/// <param name="Trade">Original trade.</param>
/// <param name="BeforeTicks">Price before the change, in ticks.</param>
/// <param name="PriceTicks">Price after the change, in ticks; 0 if busted.</param>
public readonly record struct BookTradeChange(
    long Sequence, long TimeNanos, BookTrade Trade, long BeforeTicks, long PriceTicks);

/// <summary>A book by price level at a sequence, best level first.</summary>
public sealed record BookSnapshot(
    long Sequence, long TimeNanos, IReadOnlyList<BookLevel> Bids, IReadOnlyList<BookLevel> Asks);

/// <summary>
/// Changes between two sequences: levels with their new size, best first, original trades, and changes of earlier
/// trades. Trades and changes are oldest first.
/// </summary>
public sealed record BookChanges(
    long PreviousSequence,
    long Sequence,
    long TimeNanos,
    IReadOnlyList<BookLevel> Bids,
    IReadOnlyList<BookLevel> Asks,
    IReadOnlyList<BookTrade> Trades,
    IReadOnlyList<BookTradeChange> TradeChanges);
