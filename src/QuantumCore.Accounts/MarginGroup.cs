using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>Instruments whose long and short positions secure each other in part.</summary>
/// <param name="name">Its name.</param>
/// <param name="creditPpm">What of the smaller side's requirement is not asked for, millionths, 0 to 1,000,000.</param>
/// <remarks>
/// With a credit of at most the whole smaller side, what both sides need never falls when one of them grows: closing anything never raises it.
/// </remarks>
public sealed class MarginGroup(string name, int creditPpm)
{
    /// <summary>A credit of the whole smaller side.</summary>
    public const int CreditLimit = 1_000_000;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>What of the smaller side's requirement is not asked for, millionths.</summary>
    public int CreditPpm => creditPpm;

    /// <summary>What is still asked for of the smaller side, millionths.</summary>
    internal int RestPpm => CreditLimit - creditPpm;

    /// <summary>What is not asked for, rounded down, quote minor units.</summary>
    /// <param name="longs">What the long positions need one by one.</param>
    /// <param name="shorts">What the short positions need one by one.</param>
    public Int128 Credit(Int128 longs, Int128 shorts) => Rounding.DivDown(creditPpm * Int128.Min(longs, shorts), CreditLimit);

    /// <summary>What both sides need together, quote minor units.</summary>
    /// <param name="longs">What the long positions need one by one.</param>
    /// <param name="shorts">What the short positions need one by one.</param>
    public Int128 Required(Int128 longs, Int128 shorts) => longs + shorts - Credit(longs, shorts);
}

/// <summary>What the sides of a group need one by one, quote minor units.</summary>
/// <param name="Longs">Of the long positions together.</param>
/// <param name="Shorts">Of the short positions together.</param>
public readonly record struct GroupSides(Int128 Longs, Int128 Shorts)
{
    /// <summary>What is needed to keep the positions of a group.</summary>
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

/// <summary>What a group takes off what its positions need one by one, quote minor units.</summary>
/// <param name="Initial">Of the initial margin.</param>
/// <param name="Maintenance">Of the margin to keep them.</param>
public readonly record struct GroupRelief(Int128 Initial, Int128 Maintenance)
{
    /// <summary>Of all groups that the positions belong to.</summary>
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

    /// <summary>Of one group.</summary>
    public static GroupRelief Of(MarginGroup group, ReadOnlySpan<MarginPosition> positions)
    {
        var kept = GroupSides.Of(group, positions);
        return new(OfInitial(group, positions), group.Credit(kept.Longs, kept.Shorts));
    }

    /// <summary>
    /// What both sides need together at the worst of all mixtures of fills. Any symbol ends anywhere between all its sells and all its buys, and what a group
    /// needs is the larger of two sums over its symbols: the long ones in full and the short ones in part, or the other way round. So each
    /// symbol is taken at its worst in each of the sums: nothing less is safe, and orders that close never raise it.
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
