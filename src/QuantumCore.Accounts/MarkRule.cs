using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>
/// The mark price: the median of the index, the book's middle and its last price, where the book's may not be far from the index. So a
/// print or an empty book pulls it no further than that. Without an index it follows the book at a limited speed.
/// </summary>
public static class MarkRule
{
    /// <summary>How far from the index the book's prices count, millionths.</summary>
    public const int IndexPpm = 20_000;

    /// <summary>How far the mark price goes in one update where there is no index, millionths.</summary>
    public const int StepPpm = 5_000;

    /// <summary>The mark price in ticks; 0 where there is nothing to tell it.</summary>
    /// <param name="index">The index; 0 for none. So are the others.</param>
    /// <param name="before">The mark price before.</param>
    /// <param name="middle">The middle of the book, where it is deep enough.</param>
    /// <param name="last">The last price.</param>
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

    /// <summary>The middle of two sides of a book, half to even; 0 where a side is missing or they are too far apart.</summary>
    /// <param name="bid">Where a quantity can be sold, in ticks.</param>
    /// <param name="ask">Where it can be bought.</param>
    /// <param name="spreadLimitPpm">How far they may be apart, millionths of the middle.</param>
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
