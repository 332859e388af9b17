using System.Text.Json.Serialization;

namespace QuantumCore.Client;

// Requests as the exchange reads them: numbers as the caller wrote them, so that a rejection can name the value. Absent
// members are null, never a default: the generated reader sets every member, so an initializer would be lost.

/// <summary>New trading phase, with its reason and the phase that follows.</summary>
internal sealed record PhaseBody
{
    public string? Phase { get; init; }

    public string? Reason { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? ForSeconds { get; init; }

    public string? Then { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? ThenForSeconds { get; init; }

    public string? Why { get; init; }
}

/// <summary>A mark or reference price.</summary>
internal sealed record PriceBody
{
    public string? Price { get; init; }

    public string? Why { get; init; }
}

/// <summary>Rules of a book; an absent rule stays, <c>none</c> removes a rule.</summary>
internal sealed record RulesBody
{
    public string? Protection { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? StaticBand { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? DynamicBand { get; init; }

    public string? DynamicBandMode { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? AuctionCollar { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxExtensions { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? AuctionSeconds { get; init; }

    public string? Why { get; init; }
}

/// <summary>Trade to bust, or to correct to another price.</summary>
internal sealed record TradeBody
{
    public string? Trade { get; init; }

    public string? Price { get; init; }

    public string? Why { get; init; }
}

/// <summary>Block of an account in one symbol, or everywhere without a symbol, and its reason.</summary>
internal sealed record BlockBody
{
    public string? Symbol { get; init; }

    public string? Why { get; init; }
}

/// <summary>All risk limits of an account, or of every account, in a scope; an absent limit means none.</summary>
internal record LimitsBody
{
    public string? Symbol { get; init; }

    public string? MaxOrderQuantity { get; init; }

    public string? MaxOrderValue { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxOpenOrders { get; init; }

    public string? MaxPosition { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? DuplicateWindowMillis { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxOrdersPerSecond { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? OrderBurst { get; init; }

    public string? MaxDailyVolume { get; init; }

    public string? MaxDailyLoss { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? MaxQuantityMultiple { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? KillOrders { get; init; }

    public string? KillValue { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? KillWindowSeconds { get; init; }

    public string? KillDailyLoss { get; init; }

    public string? Why { get; init; }
}

/// <summary>Limits of an owner across its accounts.</summary>
internal sealed record OwnerLimitsBody : LimitsBody
{
    public string? Owner { get; init; }

    public List<OwnerShareBody?>? Shares { get; init; }
}

/// <summary>Weight of an account's share.</summary>
internal sealed record OwnerShareBody
{
    public string? Account { get; init; }

    public int? Weight { get; init; }
}

/// <summary>Reason to freeze or unfreeze an account.</summary>
internal sealed record FreezeBody
{
    public string? Why { get; init; }
}

/// <summary>Market index, and its close of the day before.</summary>
internal sealed record BreakerBody
{
    [JsonConverter(typeof(NumberText))]
    public string? Index { get; init; }

    [JsonConverter(typeof(NumberText))]
    public string? PreviousClose { get; init; }
}

/// <summary>Margin terms of an instrument.</summary>
internal sealed record MarginTermsBody
{
    public MarginTableBody? Long { get; init; }

    public MarginTableBody? Short { get; init; }

    public string? CheapBelow { get; init; }

    public MarginTableBody? CheapShort { get; init; }

    public string? Lendable { get; init; }

    public int BorrowPpm { get; init; }

    public string? ImpactQuantity { get; init; }

    public int? SpreadLimitPpm { get; init; }

    public string? StepQuantity { get; init; }

    /// <summary>Margin group of the instrument; none if absent.</summary>
    public string? Group { get; init; }

    public string? Why { get; init; }
}

/// <summary>Requirements by the size of a position.</summary>
internal sealed record MarginTableBody
{
    public MarginTierBody?[]? Tiers { get; init; }

    public string? FloorPerLot { get; init; }
}

/// <summary>A tier of requirements; the last has no end.</summary>
internal sealed record MarginTierBody
{
    public string? UpTo { get; init; }

    public int InitialPpm { get; init; }

    public int MaintenancePpm { get; init; }
}

/// <summary>Lending, margin call and liquidation policy for margin accounts of a currency.</summary>
internal sealed record MarginPolicyBody
{
    public int LoanPpm { get; init; }

    public int? DayBasis { get; init; }

    public int CallSeconds { get; init; }

    public int? LiquidationPpm { get; init; }

    public int? TargetPpm { get; init; }

    public int? FeePpm { get; init; }

    /// <summary>True if accounts with gains pay the part of a deficit that insurance fund and house leave.</summary>
    public bool SharesOut { get; init; }

    /// <summary>House's contribution to a deficit before it is shared out, a decimal amount of the currency.</summary>
    public string? Skin { get; init; }

    public string? Why { get; init; }
}

/// <summary>Credit that the two sides of a margin group give to each other's requirement.</summary>
internal sealed record MarginGroupBody
{
    /// <summary>Credit, in millionths of the smaller side's requirement; 0 for none.</summary>
    public int? CreditPpm { get; init; }

    public string? Why { get; init; }
}

/// <summary>Kind of an account: with a currency a margin account, without one a cash account.</summary>
internal sealed record AccountKindBody
{
    public string? Currency { get; init; }

    /// <summary>Only instrument that an isolated margin account trades.</summary>
    public string? Symbol { get; init; }

    public string? Why { get; init; }
}

/// <summary>Units that an account may borrow to go short.</summary>
internal sealed record LocateBody
{
    public string? Symbol { get; init; }

    public string? Quantity { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/symbols/{symbol}/pin</c>.</summary>
internal sealed record PinBody
{
    /// <summary>Name of a silo, its tag, or a role; any silo if absent.</summary>
    public string? Silo { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/holidays</c>.</summary>
internal sealed record HolidaysBody
{
    /// <summary>All holidays from the day after tomorrow on, such as 2026-12-25.</summary>
    public List<string?>? Holidays { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/buy-ins</c>.</summary>
internal sealed record BuyInBody
{
    /// <summary>Id of the buy-in's order; the same id again is the same buy-in.</summary>
    public string? Id { get; init; }

    public string? Account { get; init; }

    public string? Symbol { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/buy-in-days</c>.</summary>
internal sealed record BuyInDaysBody
{
    /// <summary>Number of business days, 0 to 100.</summary>
    public int? Days { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/corporate-actions</c>.</summary>
internal sealed record CorporateActionBody
{
    public string? Id { get; init; }

    /// <summary>Type: dividend, split or symbolChange.</summary>
    public string? Type { get; init; }

    public string? Symbol { get; init; }

    /// <summary>Ex-date: holders at the beginning of this UTC day are entitled; now if absent.</summary>
    public string? ExDate { get; init; }

    /// <summary>UTC day of payment; as soon as it is entered if absent.</summary>
    public string? PayDate { get; init; }

    /// <summary>Cash for one unit; for a split, the value of one new unit.</summary>
    public string? Amount { get; init; }

    /// <summary>For a split: ratio of new to old units, such as 3:2.</summary>
    public string? Ratio { get; init; }

    /// <summary>For a symbol change: new symbol of the instrument.</summary>
    public string? NewSymbol { get; init; }

    /// <summary>
    /// For a symbol change: new name of its units. If absent, it is the new symbol, provided that symbol and units have
    /// the same name.
    /// </summary>
    public string? NewAsset { get; init; }

    public string? Why { get; init; }
}

/// <summary>Fee schedule of an asset.</summary>
internal sealed record FeesBody
{
    public string? Asset { get; init; }

    public FeeTierBody?[]? Tiers { get; init; }

    public string? MinimumFee { get; init; }

    public string? Why { get; init; }
}

/// <summary>Tier of a fee schedule.</summary>
internal sealed record FeeTierBody
{
    public string? FromVolume { get; init; }

    public int MakerFeePpm { get; init; }

    public int TakerFeePpm { get; init; }
}
