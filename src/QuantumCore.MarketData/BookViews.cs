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
/// <param name="TakerSide">Side of the aggressive order.</param>
public readonly record struct BookTrade(
    long Sequence, int Index, long TimeNanos, long PriceTicks, long QuantityLots, Side TakerSide);

/// <summary>The book by price at a sequence, best level first.</summary>
public sealed record BookSnapshot(
    long Sequence, long TimeNanos, IReadOnlyList<BookLevel> Bids, IReadOnlyList<BookLevel> Asks);

/// <summary>What changed between two sequences: levels with their new size, best first, and trades, oldest first.</summary>
public sealed record BookChanges(
    long PreviousSequence,
    long Sequence,
    long TimeNanos,
    IReadOnlyList<BookLevel> Bids,
    IReadOnlyList<BookLevel> Asks,
    IReadOnlyList<BookTrade> Trades);
