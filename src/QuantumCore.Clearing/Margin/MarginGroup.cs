using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>A group of instruments whose long and short positions offset each other in part.</summary>
/// <param name="name">Its name.</param>
/// <param name="creditPpm">Part of the smaller side's requirement that is waived, millionths, 0 to 1,000,000.</param>
/// <remarks>
/// The credit is at most the whole smaller side, so the joint requirement never falls when a side grows. Closing
/// anything never raises it.
/// </remarks>
public sealed class MarginGroup(string name, int creditPpm)
{
    /// <summary>Credit of the whole smaller side, millionths.</summary>
    public const int CreditLimit = 1_000_000;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Part of the smaller side's requirement that is waived, millionths.</summary>
    public int CreditPpm => creditPpm;

    /// <summary>Part of the smaller side's requirement that remains, millionths.</summary>
    internal int RestPpm => CreditLimit - creditPpm;

    /// <summary>Returns the credit, rounded down, quote minor units.</summary>
    /// <param name="longs">Sum of the long positions' own requirements, quote minor units.</param>
    /// <param name="shorts">Sum of the short positions' own requirements, quote minor units.</param>
    public Int128 Credit(Int128 longs, Int128 shorts) =>
        Rounding.DivDown(creditPpm * Int128.Min(longs, shorts), CreditLimit);

    /// <summary>Returns the joint requirement of both sides, quote minor units.</summary>
    /// <param name="longs">Sum of the long positions' own requirements, quote minor units.</param>
    /// <param name="shorts">Sum of the short positions' own requirements, quote minor units.</param>
    public Int128 Required(Int128 longs, Int128 shorts) => longs + shorts - Credit(longs, shorts);
}

/// <summary>Requirements of the two sides of a group before its credit, quote minor units.</summary>
/// <param name="Longs">Sum over the long positions.</param>
/// <param name="Shorts">Sum over the short positions.</param>
public readonly record struct GroupSides(Int128 Longs, Int128 Shorts)
{
    /// <summary>Returns the maintenance margins of the sides of a group.</summary>
    public static GroupSides Of(MarginGroup group, ReadOnlySpan<MarginPosition> positions)
    {
        var (longs, shorts) = ((Int128)0, (Int128)0);
        foreach (ref readonly var position in positions)
        {
            if (position.Of.Group == group)
            {
                var kept = position.Maintenance;
                (longs, shorts) = position.Units > 0 ? (longs + kept, shorts) : (longs, shorts + kept);
            }
        }

        return new(longs, shorts);
    }
}

/// <summary>Credit of a group: the reduction of its positions' own requirements, quote minor units.</summary>
/// <param name="Initial">Reduction of the initial margin.</param>
/// <param name="Maintenance">Reduction of the maintenance margin.</param>
public readonly record struct GroupRelief(Int128 Initial, Int128 Maintenance)
{
    /// <summary>Sums the credits of all groups of the positions.</summary>
    public static GroupRelief Of(ReadOnlySpan<MarginPosition> positions)
    {
        GroupRelief sum = default;
        for (var i = 0; i < positions.Length; i++)
        {
            if (positions[i].Of.Group is { CreditPpm: > 0 } group && IsFirst(group, positions[..i]))
            {
                var relief = Of(group, positions[i..]);
                sum = new(sum.Initial + relief.Initial, sum.Maintenance + relief.Maintenance);
            }
        }

        return sum;
    }

    /// <summary>Returns the credit of one group.</summary>
    public static GroupRelief Of(MarginGroup group, ReadOnlySpan<MarginPosition> positions)
    {
        var kept = GroupSides.Of(group, positions);
        return new(OfInitial(group, positions), group.Credit(kept.Longs, kept.Shorts));
    }

    /// <summary>
    /// Returns the reduction of the initial margin at the worst mixture of fills. Any symbol ends between all its sells
    /// and all its buys. A group's requirement is the larger of two sums over its symbols: long ones in full and short
    /// ones in part, or the reverse. So each symbol counts with its worst case in each sum. Nothing less is safe, and
    /// orders that close positions never raise it.
    /// </summary>
    private static Int128 OfInitial(MarginGroup group, ReadOnlySpan<MarginPosition> positions)
    {
        Int128 alone = 0, longsInFull = 0, shortsInFull = 0;
        foreach (ref readonly var position in positions)
        {
            if (position.Of.Group == group)
            {
                var (asLong, asShort) = (position.InitialAsLong, position.InitialAsShort);
                alone += Int128.Max(asLong, asShort);
                longsInFull += Int128.Max(asLong * MarginGroup.CreditLimit, asShort * group.RestPpm);
                shortsInFull += Int128.Max(asLong * group.RestPpm, asShort * MarginGroup.CreditLimit);
            }
        }

        return alone - Rounding.DivUp(Int128.Max(longsInFull, shortsInFull), MarginGroup.CreditLimit);
    }

    private static bool IsFirst(MarginGroup group, ReadOnlySpan<MarginPosition> before)
    {
        foreach (ref readonly var position in before)
        {
            if (position.Of.Group == group)
            {
                return false;
            }
        }

        return true;
    }
}
