namespace QuantumCore.Gateway.Markets;

/// <summary>A symbol of the index.</summary>
/// <param name="LastTicks">Its last price, in ticks.</param>
/// <param name="CloseTicks">Its last price before the current day, in ticks.</param>
/// <param name="Weight">Its weight relative to the others.</param>
public readonly record struct IndexMember(long LastTicks, long CloseTicks, long Weight);

/// <summary>
/// The exchange's own index: the last prices of its symbols against their previous closes, in basis points. Whole
/// numbers only.
/// </summary>
public static class MarketIndex
{
    /// <summary>The index at the previous close.</summary>
    public const long PreviousClose = 10_000;

    private const long Scale = 1_000_000;

    // A symbol that multiplied its price counts with this multiple at most, so that the sum has room.
    private const long Most = 100 * Scale;

    /// <summary>
    /// Returns the weighted average of the symbols' ratios of last price to previous close. It is rounded up, so that
    /// rounding never makes a fall reach a level. Symbols without a price or weight do not count. Null if none counts.
    /// </summary>
    public static long? Value(IEnumerable<IndexMember> members)
    {
        var (sum, weights) = (Int128.Zero, Int128.Zero);
        foreach (var (last, close, weight) in members)
        {
            if (last > 0 && close > 0 && weight > 0)
            {
                sum += weight * Int128.Min((Int128)last * Scale / close, Most);
                weights += weight;
            }
        }

        var unit = weights * (Scale / PreviousClose);
        return weights == 0 ? null : (long)((sum + unit - 1) / unit);
    }
}
