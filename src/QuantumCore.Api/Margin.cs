using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Margin figures of an account, in its currency, at the newest mark prices.</summary>
/// <param name="Currency">Margin currency of the account.</param>
/// <param name="Symbol">The only instrument that an isolated account may trade; null for any.</param>
/// <param name="State">Margin state.</param>
/// <param name="Equity">Value of the account with all positions closed at the mark prices.</param>
/// <param name="InitialMargin">Initial margin of its positions and open orders.</param>
/// <param name="MaintenanceMargin">Maintenance margin of its positions.</param>
/// <param name="Excess">Equity above the initial margin; negative for a shortage.</param>
/// <param name="Withdrawable">Amount that may be withdrawn or transferred.</param>
/// <param name="AccruedInterest">Accrued interest and borrow fees, not charged yet.</param>
/// <param name="CallAmount">Amount missing to keep its positions; 0 for none.</param>
/// <param name="Deadline">End of the margin call; null without a call.</param>
/// <param name="IsStale">True if a mark price is missing or stale: orders that add risk are rejected.</param>
/// <param name="Positions">Positions by symbol.</param>
/// <param name="Groups">Margin groups of its positions with their credits; null for none.</param>
public sealed record AccountMargin(
    string Currency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Symbol,
    MarginState State,
    decimal Equity,
    decimal InitialMargin,
    decimal MaintenanceMargin,
    decimal Excess,
    decimal Withdrawable,
    decimal AccruedInterest,
    decimal CallAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UtcTime? Deadline,
    bool IsStale,
    IReadOnlyList<MarginPosition> Positions,
    IReadOnlyList<MarginGroupCredit>? Groups = null);

/// <summary>Credit of a margin group: the reduction of the sum of single position requirements.</summary>
/// <param name="Group">Margin group.</param>
/// <param name="CreditPpm">Part of the smaller side's requirement that is waived, in millionths.</param>
/// <param name="InitialCredit">Reduction of the initial margin, with open orders at their worst.</param>
/// <param name="MaintenanceCredit">Reduction of the maintenance margin.</param>
public sealed record MarginGroupCredit(string Group, int CreditPpm, decimal InitialCredit, decimal MaintenanceCredit);

/// <summary>Position and margin of an account in one symbol.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Quantity">Position; negative is short.</param>
/// <param name="MarkPrice">The mark price; null for none.</param>
/// <param name="InitialMargin">Initial margin by itself, open orders included.</param>
/// <param name="MaintenanceMargin">Maintenance margin by itself.</param>
/// <param name="BuyingPower">Value of further purchases that the account can margin.</param>
/// <param name="Located">Units located for short selling.</param>
/// <param name="BankruptcyPrice">Price at which closing the position leaves the account with nothing; null for
/// none.</param>
/// <param name="Group">Margin group of the position; null for none.</param>
public sealed record MarginPosition(
    string Symbol,
    decimal Quantity,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? MarkPrice,
    decimal InitialMargin,
    decimal MaintenanceMargin,
    decimal BuyingPower,
    [property: JsonPropertyOrder(1)] decimal Located,
    decimal? BankruptcyPrice = null,
    [property: JsonPropertyOrder(1)] string? Group = null);

/// <summary>Kind of an account: cash or margin.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Margin">Margin state; null for a cash account.</param>
public sealed record AccountKind(string Account, AccountMargin? Margin = null);

/// <summary>Margin rates for part of a position.</summary>
/// <param name="InitialPpm">Initial margin, in millionths of the value.</param>
/// <param name="MaintenancePpm">Maintenance margin, in millionths of the value.</param>
/// <param name="UpTo">Position value at which the tier ends; null for the last tier.</param>
public sealed record MarginTier(
    int InitialPpm, int MaintenancePpm, [property: JsonPropertyOrder(-1)] decimal? UpTo = null);

/// <summary>Margin rates by position size.</summary>
/// <param name="Tiers">Tiers from the smallest. A rate applies to the part of the position inside its tier.</param>
/// <param name="FloorPerLot">Minimum margin of one lot.</param>
public sealed record MarginTable(IReadOnlyList<MarginTier> Tiers, [property: JsonRequired] decimal FloorPerLot = 0)
{
    /// <summary>Returns a table with one rate for all sizes.</summary>
    public static MarginTable Flat(int initialPpm, int maintenancePpm, decimal floorPerLot = 0) =>
        new([new MarginTier(initialPpm, maintenancePpm)], floorPerLot);
}

/// <summary>Margin terms of an instrument.</summary>
public sealed record MarginTerms
{
    /// <summary>The instrument.</summary>
    public required string Symbol { get; init; }

    /// <summary>Margin rates of long positions.</summary>
    public required MarginTable Long { get; init; }

    /// <summary>Margin rates of short positions; null forbids short selling.</summary>
    public MarginTable? Short { get; init; }

    /// <summary>Mark price below which <see cref="CheapShort"/> applies to short positions.</summary>
    public decimal? CheapBelow { get; init; }

    /// <summary>Margin rates of short positions at prices below <see cref="CheapBelow"/>.</summary>
    public MarginTable? CheapShort { get; init; }

    /// <summary>Units available to lend.</summary>
    public decimal Lendable { get; init; }

    /// <summary>Borrow fee, in millionths of the value a year.</summary>
    public int BorrowPpm { get; init; }

    /// <summary>
    /// Quantity that must rest on a side of the book for its price to count for the mark price; null for one lot.
    /// </summary>
    public decimal? ImpactQuantity { get; init; }

    /// <summary>Widest spread that counts for the mark price, in millionths.</summary>
    public int SpreadLimitPpm { get; init; } = 50_000;

    /// <summary>Largest quantity of one liquidation step; null for no limit.</summary>
    public decimal? StepQuantity { get; init; }

    /// <summary>Margin group in which long and short positions partly offset each other; null for none.</summary>
    public string? Group { get; init; }
}

/// <summary>Lending, margin call and liquidation rules of a currency's margin accounts.</summary>
public sealed record MarginPolicy
{
    /// <summary>The currency.</summary>
    public required string Asset { get; init; }

    /// <summary>Interest on borrowed cash, millionths a year.</summary>
    public int LoanPpm { get; init; }

    /// <summary>Days of an interest year: 360 or 365.</summary>
    public int DayBasis { get; init; } = 360;

    /// <summary>Time until the deadline of a margin call, in seconds.</summary>
    public int CallSeconds { get; init; }

    /// <summary>
    /// Part of the maintenance margin, in millionths, below which equity is liquidated without waiting for the
    /// deadline. Null for the default: 700,000 if calls have a deadline, else 1,000,000.
    /// </summary>
    public int? LiquidationPpm { get; init; }

    /// <summary>Part of the maintenance margin at which a liquidation stops, in millionths.</summary>
    public int TargetPpm { get; init; } = 1_100_000;

    /// <summary>Liquidation fee for the insurance fund, in millionths.</summary>
    public int FeePpm { get; init; } = 5_000;

    /// <summary>
    /// True to share out what the insurance fund and <see cref="Skin"/> leave of a deficit. Accounts pay that gained
    /// that day on what the account lost on. False: the house pays it.
    /// </summary>
    public bool SharesOut { get; init; }

    /// <summary>Amount of a deficit that the house pays before the rest is shared out; 0 or null for none.</summary>
    public decimal? Skin { get; init; }
}

/// <summary>A locate: units that an account may borrow to sell short.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Quantity">Number of units.</param>
public sealed record Locate(string Account, string Symbol, decimal Quantity);

/// <summary>Offset between the long and short positions of a margin group.</summary>
/// <param name="Group">Group named by margin terms: 1 to 20 capital letters, digits, points or hyphens.</param>
/// <param name="CreditPpm">Part of the smaller side's requirement that is waived, in millionths, 0 to 1,000,000; 0
/// removes it.</param>
public sealed record MarginGroup(string Group, int CreditPpm);

/// <summary>Balance of an insurance fund.</summary>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">Balance.</param>
public sealed record InsuranceFund(string Asset, decimal Amount);

/// <summary>A deficit that is being shared out.</summary>
/// <param name="Account">Account with the deficit, <c>ACC-n</c>.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Shared">Amount that others are to pay.</param>
/// <param name="Time">Time at which the house paid it. Gains of this UTC day count.</param>
public sealed record SharedDeficit(string Account, string Asset, decimal Shared, UtcTime Time);

/// <summary>All margin rules.</summary>
/// <param name="Instruments">Terms of instruments traded on margin.</param>
/// <param name="Currencies">Policies of currencies that have their own.</param>
/// <param name="Groups">Margin groups with a credit.</param>
/// <param name="Locates">Locates by account; only for administrators.</param>
/// <param name="Insurance">Insurance funds; only for administrators.</param>
/// <param name="Deficits">Deficits that are being shared out; only for administrators.</param>
public sealed record MarginRulebook(
    IReadOnlyList<MarginTerms> Instruments,
    IReadOnlyList<MarginPolicy> Currencies,
    IReadOnlyList<MarginGroup> Groups,
    IReadOnlyList<Locate>? Locates = null,
    IReadOnlyList<InsuranceFund>? Insurance = null,
    IReadOnlyList<SharedDeficit>? Deficits = null);
