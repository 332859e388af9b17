using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>How a margin account stands.</summary>
public enum MarginState
{
    /// <summary>Its equity covers the initial margin.</summary>
    [JsonStringEnumMemberName("healthy")] Healthy = 1,

    /// <summary>Equity below the initial margin: it may only reduce, and gives nothing away.</summary>
    [JsonStringEnumMemberName("restricted")] Restricted = 2,

    /// <summary>Equity below the maintenance margin, until a deadline.</summary>
    [JsonStringEnumMemberName("called")] Called = 3,

    /// <summary>Its positions are closed for it.</summary>
    [JsonStringEnumMemberName("liquidating")] Liquidating = 4,
}

/// <summary>A margin account in numbers, in its currency, at the newest mark prices.</summary>
/// <param name="Currency">What it is paid in and owes.</param>
/// <param name="State">How it stands.</param>
/// <param name="Equity">What it would have if everything were closed at the mark prices.</param>
/// <param name="InitialMargin">What its positions and open orders need.</param>
/// <param name="MaintenanceMargin">What its positions need to be kept.</param>
/// <param name="Excess">Equity beyond the initial margin; less than zero where it is short of it.</param>
/// <param name="Withdrawable">What it may give away.</param>
/// <param name="AccruedInterest">Interest and borrow fees that are not charged yet.</param>
/// <param name="CallAmount">What it is short of to keep its positions; 0 for nothing.</param>
/// <param name="Deadline">When a call ends; null for no call.</param>
/// <param name="IsStale">A mark price is missing or old: nothing that adds risk is accepted.</param>
/// <param name="Positions">What it has by symbol.</param>
/// <param name="Groups">Groups of its positions, and what they take off; null for none.</param>
/// <param name="Symbol">The one instrument that an isolated account trades; null for any.</param>
public sealed record AccountMargin(
    string Currency,
    MarginState State,
    decimal Equity,
    decimal InitialMargin,
    decimal MaintenanceMargin,
    decimal Excess,
    decimal Withdrawable,
    decimal AccruedInterest,
    decimal CallAmount,
    DateTimeOffset? Deadline,
    bool IsStale,
    IReadOnlyList<MarginPosition> Positions,
    IReadOnlyList<MarginGroupCredit>? Groups = null,
    string? Symbol = null);

/// <summary>What a margin group takes off what the positions of an account need one by one.</summary>
/// <param name="Group">The group.</param>
/// <param name="CreditPpm">What of the smaller side's requirement is not asked for, millionths.</param>
/// <param name="InitialCredit">Taken off the initial margin, open orders at their worst.</param>
/// <param name="MaintenanceCredit">Taken off the maintenance margin.</param>
public sealed record MarginGroupCredit(string Group, int CreditPpm, decimal InitialCredit, decimal MaintenanceCredit);

/// <summary>A margin account in one symbol.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Quantity">What it has; less than zero is short.</param>
/// <param name="MarkPrice">The mark price; null for none.</param>
/// <param name="InitialMargin">What it needs by itself, open orders included.</param>
/// <param name="MaintenanceMargin">What it needs by itself to be kept.</param>
/// <param name="BuyingPower">For what value more may be bought.</param>
/// <param name="Located">What it may be short of.</param>
/// <param name="BankruptcyPrice">The price at which nothing is left of the account when the position is closed at it; null for none.</param>
/// <param name="Group">The margin group it belongs to; null for none.</param>
public sealed record MarginPosition(
    string Symbol,
    decimal Quantity,
    decimal? MarkPrice,
    decimal InitialMargin,
    decimal MaintenanceMargin,
    decimal BuyingPower,
    decimal Located,
    decimal? BankruptcyPrice = null,
    string? Group = null);

/// <summary>What kind an account is of.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Margin">How it stands; null for a cash account.</param>
public sealed record AccountKind(string Account, AccountMargin? Margin = null);

/// <summary>What a part of a position needs.</summary>
/// <param name="InitialPpm">To open it, millionths of its value.</param>
/// <param name="MaintenancePpm">To keep it.</param>
/// <param name="UpTo">The part ends at a position of this value; null for the last.</param>
public sealed record MarginTier(int InitialPpm, int MaintenancePpm, decimal? UpTo = null);

/// <summary>What positions need by their size.</summary>
/// <param name="Tiers">From the smallest; a rate is of the part of the position inside its tier.</param>
/// <param name="FloorPerLot">The least that a lot needs.</param>
public sealed record MarginTable(IReadOnlyList<MarginTier> Tiers, decimal FloorPerLot = 0)
{
    /// <summary>One rate for all sizes.</summary>
    public static MarginTable Flat(int initialPpm, int maintenancePpm, decimal floorPerLot = 0) =>
        new([new MarginTier(initialPpm, maintenancePpm)], floorPerLot);
}

/// <summary>On what terms an instrument is traded on margin.</summary>
public sealed record MarginTerms
{
    /// <summary>The instrument.</summary>
    public required string Symbol { get; init; }

    /// <summary>What a long position needs.</summary>
    public required MarginTable Long { get; init; }

    /// <summary>What a short position needs; null: nobody goes short.</summary>
    public MarginTable? Short { get; init; }

    /// <summary>Below this mark price a short position needs what <see cref="CheapShort"/> says.</summary>
    public decimal? CheapBelow { get; init; }

    /// <summary>What a short position of a cheap share needs.</summary>
    public MarginTable? CheapShort { get; init; }

    /// <summary>What there is to lend.</summary>
    public decimal Lendable { get; init; }

    /// <summary>Fee of borrowed units, millionths of their value a year.</summary>
    public int BorrowPpm { get; init; }

    /// <summary>What must stand on a side of the book for its price to count for the mark price; null for one lot.</summary>
    public decimal? ImpactQuantity { get; init; }

    /// <summary>A wider spread, millionths, does not count for the mark price.</summary>
    public int SpreadLimitPpm { get; init; } = 50_000;

    /// <summary>Most of one step of a liquidation; null for no limit.</summary>
    public decimal? StepQuantity { get; init; }

    /// <summary>The margin group whose long and short positions secure each other in part; null for none.</summary>
    public string? Group { get; init; }
}

/// <summary>How margin accounts of a currency are lent to, called and liquidated.</summary>
public sealed record MarginPolicy
{
    /// <summary>The currency.</summary>
    public required string Asset { get; init; }

    /// <summary>Interest on borrowed cash, millionths a year.</summary>
    public int LoanPpm { get; init; }

    /// <summary>Days of a year of interest: 360 or 365.</summary>
    public int DayBasis { get; init; } = 360;

    /// <summary>How long a called account has, seconds.</summary>
    public int CallSeconds { get; init; }

    /// <summary>
    /// Equity below this part of the maintenance margin, millionths, waits for no deadline; null for what is usual: 700,000 where there is
    /// one, else 1,000,000.
    /// </summary>
    public int? LiquidationPpm { get; init; }

    /// <summary>A liquidation stops at this part of the maintenance margin, millionths.</summary>
    public int TargetPpm { get; init; } = 1_100_000;

    /// <summary>Fee of what is liquidated, millionths, for the insurance fund.</summary>
    public int FeePpm { get; init; } = 5_000;

    /// <summary>
    /// Whether accounts that gained on the day on what an account lost on pay what insurance fund and <see cref="Skin"/> leave of its deficit;
    /// else the house does.
    /// </summary>
    public bool SharesOut { get; init; }

    /// <summary>What the house pays of a deficit before it is shared out; 0 or null for nothing.</summary>
    public decimal? Skin { get; init; }
}

/// <summary>Units that an account may borrow to go short.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Quantity">How many.</param>
public sealed record Locate(string Account, string Symbol, decimal Quantity);

/// <summary>What the long and short positions of a margin group take off each other's requirement.</summary>
/// <param name="Group">The group, which margin terms name: 1 to 20 capital letters, digits, points or hyphens.</param>
/// <param name="CreditPpm">What of the smaller side's requirement is not asked for, millionths, 0 to 1,000,000; 0 is none.</param>
public sealed record MarginGroup(string Group, int CreditPpm);

/// <summary>What is left of an insurance fund.</summary>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">How much.</param>
public sealed record InsuranceFund(string Asset, decimal Amount);

/// <summary>A deficit that is being shared out.</summary>
/// <param name="Account">Whose it is, <c>ACC-n</c>.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Shared">What others are to pay of it.</param>
/// <param name="Time">When the house has paid it: gains of this UTC day count.</param>
public sealed record SharedDeficit(string Account, string Asset, decimal Shared, DateTimeOffset Time);

/// <summary>What is agreed about margin.</summary>
/// <param name="Instruments">Terms of what is traded on margin.</param>
/// <param name="Currencies">Policies of currencies that have their own.</param>
/// <param name="Locates">What was located for whom; for administrators alone.</param>
/// <param name="Insurance">The insurance funds; for administrators alone.</param>
/// <param name="Groups">Groups that have a credit.</param>
/// <param name="Deficits">Deficits that are being shared out; for administrators alone.</param>
public sealed record MarginRulebook(
    IReadOnlyList<MarginTerms> Instruments,
    IReadOnlyList<MarginPolicy> Currencies,
    IReadOnlyList<Locate>? Locates = null,
    IReadOnlyList<InsuranceFund>? Insurance = null,
    IReadOnlyList<MarginGroup>? Groups = null,
    IReadOnlyList<SharedDeficit>? Deficits = null);
