using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Computes the mark price: the median of the index, the book's middle and its last price. The book's prices are first
/// limited to a distance from the index, so a single print or an empty book cannot pull it further. Without an index,
/// it follows the book at a limited speed.
/// </summary>
public static class MarkRule
{
    /// <summary>Maximum distance of the book's prices from the index, millionths.</summary>
    public const int IndexPpm = 20_000;

    /// <summary>Maximum change of the mark price in one update without an index, millionths.</summary>
    public const int StepPpm = 5_000;

    /// <summary>Maximum age of a mark price; an older one does not count.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Returns the mark price, in ticks; 0 if no price is known.</summary>
    /// <param name="index">The index price, in ticks; 0 for none.</param>
    /// <param name="before">The previous mark price, in ticks; 0 for none.</param>
    /// <param name="middle">The middle of the book, if it is deep enough, in ticks; 0 for none.</param>
    /// <param name="last">The last price, in ticks; 0 for none.</param>
    public static long Ticks(long index, long before, long middle, long last)
    {
        if (index == 0 && middle == 0 && last == 0)
        {
            return 0;
        }

        var (centre, reach) = index > 0 ? (index, IndexPpm) : (before, StepPpm);
        return centre == 0
            ? Mean(middle == 0 ? last : middle, last == 0 ? middle : last)
            : Median(centre, Near(centre, reach, middle), Near(centre, reach, last));
    }

    /// <summary>
    /// Returns the middle of a book in ticks, rounded half to even; 0 if a side is missing or the spread is too wide.
    /// </summary>
    /// <param name="bid">Price at which a quantity can be sold, in ticks; 0 for none.</param>
    /// <param name="ask">Price at which it can be bought, in ticks; 0 for none.</param>
    /// <param name="spreadLimitPpm">Maximum spread, millionths of the middle.</param>
    public static long Middle(long bid, long ask, int spreadLimitPpm)
    {
        var middle = bid == 0 || ask == 0 ? 0 : Mean(bid, ask);
        return middle == 0 || (Int128)(ask - bid) * 1_000_000 > (Int128)middle * spreadLimitPpm ? 0 : middle;
    }

    private static long Near(long centre, int reach, long price) => price == 0 ? 0 : (long)Int128.Clamp(
        price,
        Rounding.DivUp((Int128)centre * (1_000_000 - reach), 1_000_000),
        Rounding.DivDown((Int128)centre * (1_000_000 + reach), 1_000_000));

    private static long Median(long centre, long one, long other)
    {
        if (one == 0 || other == 0)
        {
            return one + other == 0 ? centre : Mean(centre, one + other);
        }

        return Math.Max(Math.Min(one, other), Math.Min(Math.Max(one, other), centre));
    }

    private static long Mean(long one, long other) => (long)Rounding.DivHalfEven((Int128)one + other, 2);
}
