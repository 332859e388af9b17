using System.Collections.Immutable;

namespace QuantumCore.Instruments;

/// <summary>Margin rates of one part of a position.</summary>
/// <param name="UpTo">Upper end of the part, quote minor units of position value at the mark price.</param>
/// <param name="InitialPpm">Initial margin rate, millionths of the part's value.</param>
/// <param name="MaintenancePpm">Maintenance margin rate, millionths of the part's value.</param>
public readonly record struct MarginTier(long UpTo, int InitialPpm, int MaintenancePpm);

/// <summary>
/// Margin requirements by position size, marginal like tax brackets. A rate applies only to the part of the position
/// inside its tier, so that one more lot never causes a jump.
/// </summary>
/// <param name="Tiers">
/// Tiers in ascending order; the last has no end (<see cref="long.MaxValue"/>). Rates never fall.
/// </param>
/// <param name="FloorPerLot">Minimum requirement of a lot, quote minor units; 0 for none.</param>
public sealed record MarginTable(ImmutableArray<MarginTier> Tiers, long FloorPerLot = 0)
{
    /// <summary>Maximum number of tiers.</summary>
    public const int TiersLimit = 20;

    /// <summary>
    /// Maximum rate, millionths: an initial margin of the whole value, and as much again for adverse moves of a short
    /// position.
    /// </summary>
    public const int RateLimit = 2_000_000;

    /// <summary>Makes a table with one rate for all sizes.</summary>
    public static MarginTable Flat(int initialPpm, int maintenancePpm, long floorPerLot = 0) =>
        new([new MarginTier(long.MaxValue, initialPpm, maintenancePpm)], floorPerLot);

    /// <summary>
    /// Returns the requirement of a position by its rates, in millionths of a quote minor unit, exactly.
    /// </summary>
    /// <param name="value">Value of the position at the mark price, quote minor units, not negative.</param>
    /// <param name="maintenance">True for the maintenance margin; false for the initial margin.</param>
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

    /// <summary>Validates the table. Returns the error as a sentence, or null if it is valid.</summary>
    public string? Check()
    {
        if (Tiers.IsDefaultOrEmpty || Tiers.Length > TiersLimit || Tiers[^1].UpTo != long.MaxValue)
        {
            return $"a table has 1 to {TiersLimit} tiers, the last without an end";
        }

        var before = new MarginTier(0, 0, 0);
        foreach (var (i, tier) in Tiers.Index())
        {
            if (tier.UpTo <= before.UpTo || tier.InitialPpm < before.InitialPpm
                || tier.MaintenancePpm < before.MaintenancePpm)
            {
                return "tiers are in the sequence of their sizes, and rates do not fall with size";
            }

            if ((RangeCheck.Outside("maintenancePpm", tier.MaintenancePpm, 1, RateLimit)
                ?? RangeCheck.Outside("initialPpm", tier.InitialPpm, 0, RateLimit)) is { } wrong)
            {
                return $"tier {i + 1}: {wrong.Sentence}";
            }

            before = tier;
        }

        return FloorPerLot is < 0 or > 1L << 40 ? "a floor is 0 to 2^40 minor units a lot" : null;
    }
}

/// <summary>Margin terms of an instrument.</summary>
public sealed record MarginTerms
{
    /// <summary>Requirements of long positions.</summary>
    public required MarginTable Long { get; init; }

    /// <summary>Requirements of short positions; null if short selling is not allowed.</summary>
    public MarginTable? Short { get; init; }

    /// <summary>
    /// Mark price, in ticks, below which <see cref="CheapShort"/> applies to short positions; 0 for never.
    /// </summary>
    public long CheapBelowTicks { get; init; }

    /// <summary>Requirements of short positions in a cheap share.</summary>
    public MarginTable? CheapShort { get; init; }

    /// <summary>Lendable pool, in lots, from which accounts get their locates.</summary>
    public long LendableLots { get; init; }

    /// <summary>Borrow fee, millionths of the borrowed units' value per year.</summary>
    public int BorrowPpm { get; init; }

    /// <summary>Lots that one side of the book must have for its price to count for the mark price.</summary>
    public long ImpactLots { get; init; } = 1;

    /// <summary>Maximum spread that counts for the mark price, millionths of its middle.</summary>
    public int SpreadLimitPpm { get; init; } = 50_000;

    /// <summary>Maximum lots of one liquidation step.</summary>
    public long StepLots { get; init; } = Instrument.QuantityLotsLimit;

    /// <summary>The margin group whose long and short positions offset each other in part; empty for none.</summary>
    public string Group { get; init; } = "";

    /// <summary>
    /// Returns true for a valid name of a margin group: 1 to 20 capital letters, digits, points or hyphens.
    /// </summary>
    public static bool IsGroupName(string text) => Instrument.IsName(text, 20);

    /// <summary>Error message for an invalid group name.</summary>
    public const string NoGroupName = "a group's name is 1 to 20 capital letters, digits, points or hyphens";

    /// <summary>Validates the terms. Returns the invalid field and a sentence, or null if they are valid.</summary>
    public (string Field, string Sentence)? Check()
    {
        foreach (var (field, table) in new[] { ("long", Long), ("short", Short), ("cheapShort", CheapShort) })
        {
            if (table?.Check() is { } wrong)
            {
                return (field, wrong);
            }
        }

        if ((CheapShort is null) != (CheapBelowTicks == 0) || (CheapShort is not null && Short is null)
            || CheapBelowTicks < 0)
        {
            return ("cheapBelow",
                "a table of cheap shares comes with the price below which they are cheap, and a table of short positions");
        }

        var wrongLots = LendableLots is < 0 or > Instrument.QuantityLotsLimit ? "lendable"
            : ImpactLots is < 1 or > Instrument.QuantityLotsLimit ? "impactQuantity"
            : StepLots is < 1 or > Instrument.QuantityLotsLimit ? "stepQuantity" : null;
        if (wrongLots is not null)
        {
            return (wrongLots, "lendable, impact and step quantities are lots of an order");
        }

        if (Group.Length > 0 && !IsGroupName(Group))
        {
            return ("group", NoGroupName);
        }

        return RangeCheck.Outside("borrowPpm", BorrowPpm, 0, 10_000_000)
            ?? RangeCheck.Outside("spreadLimitPpm", SpreadLimitPpm, 1, 1_000_000);
    }
}

/// <summary>Margin policy of a currency: loans, margin calls and liquidation.</summary>
public sealed record MarginPolicy
{
    /// <summary>Maximum of <see cref="Skin"/>, minor units.</summary>
    public const long SkinLimit = 1L << 60;

    /// <summary>Interest on borrowed cash, millionths per year.</summary>
    public int LoanPpm { get; init; }

    /// <summary>Days per year for interest: 360 or 365.</summary>
    public int DayBasis { get; init; } = 360;

    /// <summary>
    /// Time an account has after a margin call to return above its maintenance margin, seconds; 0 for none.
    /// </summary>
    public int CallSeconds { get; init; }

    /// <summary>
    /// Part of the maintenance margin, millionths. Equity below it is liquidated without waiting for the deadline.
    /// </summary>
    public int LiquidationPpm { get; init; } = 1_000_000;

    /// <summary>Part of the maintenance margin at which a liquidation stops, millionths.</summary>
    public int TargetPpm { get; init; } = 1_100_000;

    /// <summary>Liquidation fee, millionths of the liquidated value, paid to the insurance fund.</summary>
    public int FeePpm { get; init; } = 5_000;

    /// <summary>
    /// True if a deficit beyond insurance fund and <see cref="Skin"/> is shared out among accounts that gained that day
    /// on what the account lost on. Otherwise the house pays it.
    /// </summary>
    public bool SharesOut { get; init; }

    /// <summary>Part of a deficit that the house pays before the rest is shared out, minor units.</summary>
    public long Skin { get; init; }

    /// <summary>Validates the policy. Returns the invalid field and a sentence, or null if it is valid.</summary>
    public (string Field, string Sentence)? Check() =>
        RangeCheck.Outside("loanPpm", LoanPpm, 0, 10_000_000)
        ?? (DayBasis is not (360 or 365) ? ("dayBasis", $"the dayBasis {DayBasis} is not one of 360, 365")
            : default((string, string)?))
        ?? RangeCheck.Outside("callSeconds", CallSeconds, 0, 864_000)
        ?? RangeCheck.Outside("liquidationPpm", LiquidationPpm, 0, 1_000_000)
        ?? RangeCheck.Outside("targetPpm", TargetPpm, 1_000_000, 5_000_000)
        ?? RangeCheck.Outside("feePpm", FeePpm, 0, 100_000)
        ?? (Skin is < 0 or > SkinLimit || (Skin > 0 && !SharesOut)
            ? ("skin", $"the skin is 0 to {SkinLimit}, and something only where sharesOut is true")
            : default((string, string)?));
}

/// <summary>Source of a mark price. Numbers are journaled and never change.</summary>
public enum MarkSource : byte
{
    /// <summary>The index, and the book's middle and last price near it.</summary>
    Index = 1,

    /// <summary>The book's middle and last price, near the previous mark price: there is no index.</summary>
    Book = 2,
}
