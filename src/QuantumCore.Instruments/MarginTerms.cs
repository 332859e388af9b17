using System.Collections.Immutable;

namespace QuantumCore.Instruments;

/// <summary>What a part of a position needs as margin.</summary>
/// <param name="UpTo">The part ends at this position, quote minor units at the mark price.</param>
/// <param name="InitialPpm">To open it, millionths of its value.</param>
/// <param name="MaintenancePpm">To keep it, millionths of its value.</param>
public readonly record struct MarginTier(long UpTo, int InitialPpm, int MaintenancePpm);

/// <summary>
/// Requirements by size, marginal as tax brackets: a rate is of the part of the position inside its tier, so that one more lot never
/// jumps.
/// </summary>
/// <param name="Tiers">From the smallest; the last has no end (<see cref="long.MaxValue"/>). Rates never fall.</param>
/// <param name="FloorPerLot">The least that a lot needs, quote minor units; 0 for none.</param>
public sealed record MarginTable(ImmutableArray<MarginTier> Tiers, long FloorPerLot = 0)
{
    /// <summary>Most tiers.</summary>
    public const int TiersLimit = 20;

    /// <summary>Highest rate, millionths: an initial margin of the whole value, and as much again for what may go against a short one.</summary>
    public const int RateLimit = 2_000_000;

    /// <summary>One rate for all sizes.</summary>
    public static MarginTable Flat(int initialPpm, int maintenancePpm, long floorPerLot = 0) =>
        new([new MarginTier(long.MaxValue, initialPpm, maintenancePpm)], floorPerLot);

    /// <summary>What a position needs by its rates, in millionths of a quote minor unit, exactly.</summary>
    /// <param name="value">Its value at the mark price, quote minor units, not negative.</param>
    /// <param name="maintenance">To keep it; else to open it.</param>
    public Int128 Weighted(Int128 value, bool maintenance)
    {
        if (Tiers.Length == 1)
        {
            return Wide.Product(value, maintenance ? Tiers[0].MaintenancePpm : Tiers[0].InitialPpm);
        }

        Int128 sum = 0;
        long from = 0;
        foreach (var tier in Tiers)
        {
            var part = Int128.Min(value, tier.UpTo) - from;
            if (part <= 0)
            {
                break;
            }

            sum += Wide.Product(part, maintenance ? tier.MaintenancePpm : tier.InitialPpm);
            from = tier.UpTo;
        }

        return sum;
    }

    /// <summary>Why this is no table, as a sentence; null when it is one.</summary>
    public string? Check()
    {
        if (Tiers.IsDefaultOrEmpty || Tiers.Length > TiersLimit || Tiers[^1].UpTo != long.MaxValue)
        {
            return $"a table has 1 to {TiersLimit} tiers, the last without an end";
        }

        var before = new MarginTier(0, 0, 0);
        foreach (var tier in Tiers)
        {
            if (tier.UpTo <= before.UpTo || tier.InitialPpm < before.InitialPpm || tier.MaintenancePpm < before.MaintenancePpm)
            {
                return "tiers are in the sequence of their sizes, and rates do not fall with size";
            }

            if (tier.MaintenancePpm < 1 || tier.InitialPpm > RateLimit || tier.MaintenancePpm > RateLimit)
            {
                return $"rates are 1 to {RateLimit} millionths";
            }

            before = tier;
        }

        return FloorPerLot is < 0 or > 1L << 40 ? "a floor is 0 to 2^40 minor units a lot" : null;
    }
}

/// <summary>On what terms an instrument is traded on margin.</summary>
public sealed record MarginTerms
{
    /// <summary>What a long position needs.</summary>
    public required MarginTable Long { get; init; }

    /// <summary>What a short position needs; null: nobody goes short.</summary>
    public MarginTable? Short { get; init; }

    /// <summary>Below this mark price, in ticks, a short position needs what <see cref="CheapShort"/> says; 0 for never.</summary>
    public long CheapBelowTicks { get; init; }

    /// <summary>What a short position of a cheap share needs.</summary>
    public MarginTable? CheapShort { get; init; }

    /// <summary>Lots that there are to lend; located by account out of these.</summary>
    public long LendableLots { get; init; }

    /// <summary>Fee of borrowed units, millionths of their value a year.</summary>
    public int BorrowPpm { get; init; }

    /// <summary>Lots that must stand on a side of the book for its price to count for the mark price.</summary>
    public long ImpactLots { get; init; } = 1;

    /// <summary>A wider spread than this, millionths of its middle, does not count for the mark price.</summary>
    public int SpreadLimitPpm { get; init; } = 50_000;

    /// <summary>Most lots of one step of a liquidation.</summary>
    public long StepLots { get; init; } = Instrument.QuantityLotsLimit;

    /// <summary>The margin group whose long and short positions secure each other in part; empty for none.</summary>
    public string Group { get; init; } = "";

    /// <summary>Whether it is a name of a margin group: 1 to 20 capital letters, digits, points or hyphens.</summary>
    public static bool IsGroupName(string text) => Instrument.IsName(text, 20);

    /// <summary>Why a text is no name of a group, as a sentence.</summary>
    public const string NoGroupName = "a group's name is 1 to 20 capital letters, digits, points or hyphens";

    /// <summary>Why these are no terms of an instrument, as a sentence; null when they are.</summary>
    public string? Check()
    {
        if ((Long.Check() ?? Short?.Check() ?? CheapShort?.Check()) is { } wrong)
        {
            return wrong;
        }

        if ((CheapShort is null) != (CheapBelowTicks == 0) || (CheapShort is not null && Short is null) || CheapBelowTicks < 0)
        {
            return "a table of cheap shares comes with the price below which they are cheap, and a table of short positions";
        }

        if (LendableLots is < 0 or > Instrument.QuantityLotsLimit || ImpactLots is < 1 or > Instrument.QuantityLotsLimit
            || StepLots is < 1 or > Instrument.QuantityLotsLimit)
        {
            return "lendable, impact and step quantities are lots of an order";
        }

        if (Group.Length > 0 && !IsGroupName(Group))
        {
            return NoGroupName;
        }

        return BorrowPpm is < 0 or > 10_000_000 || SpreadLimitPpm is < 1 or > 1_000_000
            ? "borrowPpm is 0 to 10000000, spreadLimitPpm 1 to 1000000"
            : null;
    }
}

/// <summary>How accounts that are paid in a currency are lent to, called and liquidated.</summary>
public sealed record MarginPolicy
{
    /// <summary>Most that the house pays before a deficit is shared out, minor units.</summary>
    public const long SkinLimit = 1L << 60;

    /// <summary>Interest on borrowed cash, millionths a year.</summary>
    public int LoanPpm { get; init; }

    /// <summary>Days of a year of interest: 360 or 365.</summary>
    public int DayBasis { get; init; } = 360;

    /// <summary>How long a called account has to come back above its maintenance margin, seconds; 0 for no time.</summary>
    public int CallSeconds { get; init; }

    /// <summary>Equity below this part of the maintenance margin, millionths, waits for no deadline.</summary>
    public int LiquidationPpm { get; init; } = 1_000_000;

    /// <summary>A liquidation stops at this part of the maintenance margin, millionths.</summary>
    public int TargetPpm { get; init; } = 1_100_000;

    /// <summary>Fee of what is liquidated, millionths of its value, for the insurance fund.</summary>
    public int FeePpm { get; init; } = 5_000;

    /// <summary>
    /// Whether accounts that gained on the day on what an account lost on pay what insurance fund and <see cref="Skin"/> leave of its deficit;
    /// else the house does.
    /// </summary>
    public bool SharesOut { get; init; }

    /// <summary>What the house pays of a deficit before it is shared out, minor units.</summary>
    public long Skin { get; init; }

    /// <summary>Why this is no policy, as a sentence; null when it is one.</summary>
    public string? Check() =>
        LoanPpm is < 0 or > 10_000_000 || DayBasis is not (360 or 365) ? "loanPpm is 0 to 10000000, dayBasis 360 or 365"
        : CallSeconds is < 0 or > 864_000 ? "callSeconds is 0 to 864000"
        : LiquidationPpm is < 0 or > 1_000_000 || TargetPpm is < 1_000_000 or > 5_000_000 || FeePpm is < 0 or > 100_000
            ? "liquidationPpm is 0 to 1000000, targetPpm 1000000 to 5000000, feePpm 0 to 100000"
        : Skin is < 0 or > SkinLimit || (Skin > 0 && !SharesOut) ? $"skin is 0 to {SkinLimit}, and something only where sharesOut is true"
        : null;
}

/// <summary>Where a mark price comes from. Numbers are journaled and never change.</summary>
public enum MarkSource : byte
{
    /// <summary>The index, and the book's middle and last price near it.</summary>
    Index = 1,

    /// <summary>The book's middle and last price, near the mark price before: there is no index.</summary>
    Book = 2,
}
