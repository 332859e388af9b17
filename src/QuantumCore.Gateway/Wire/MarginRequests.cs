namespace QuantumCore.Gateway.Wire;

// What is absent is null here, never a default: the generated reader sets every member, and an initializer would be lost.

/// <summary>On what terms an instrument is traded on margin.</summary>
internal sealed record MarginTermsText
{
    public MarginTableText? Long { get; init; }

    public MarginTableText? Short { get; init; }

    public string? CheapBelow { get; init; }

    public MarginTableText? CheapShort { get; init; }

    public string? Lendable { get; init; }

    public int BorrowPpm { get; init; }

    public string? ImpactQuantity { get; init; }

    public int? SpreadLimitPpm { get; init; }

    public string? StepQuantity { get; init; }

    /// <summary>The margin group it belongs to; absent: none.</summary>
    public string? Group { get; init; }

    public string? Why { get; init; }
}

/// <summary>Requirements by the size of a position.</summary>
internal sealed record MarginTableText
{
    public MarginTierText[]? Tiers { get; init; }

    public string? FloorPerLot { get; init; }
}

/// <summary>A tier of requirements; the last has no end.</summary>
internal sealed record MarginTierText
{
    public string? UpTo { get; init; }

    public int InitialPpm { get; init; }

    public int MaintenancePpm { get; init; }
}

/// <summary>How margin accounts of a currency are lent to, called and liquidated.</summary>
internal sealed record MarginPolicyText
{
    public int LoanPpm { get; init; }

    public int? DayBasis { get; init; }

    public int CallSeconds { get; init; }

    public int? LiquidationPpm { get; init; }

    public int? TargetPpm { get; init; }

    public int? FeePpm { get; init; }

    /// <summary>Whether those who gained pay what insurance fund and house leave of a deficit.</summary>
    public bool SharesOut { get; init; }

    /// <summary>What the house pays of a deficit before it is shared out.</summary>
    public string? Skin { get; init; }

    public string? Why { get; init; }
}

/// <summary>What a margin group's sides take off each other's requirement.</summary>
internal sealed record MarginGroupText
{
    /// <summary>Of the smaller side's requirement, millionths; 0 for none.</summary>
    public int? CreditPpm { get; init; }

    public string? Why { get; init; }
}

/// <summary>What kind an account is of: the currency of a margin account, nothing for a cash account.</summary>
internal sealed record AccountKindText
{
    public string? Currency { get; init; }

    /// <summary>The one instrument that an isolated margin account trades.</summary>
    public string? Symbol { get; init; }

    public string? Why { get; init; }
}

/// <summary>Units that an account may borrow to go short.</summary>
internal sealed record LocateText
{
    public string? Symbol { get; init; }

    public string? Quantity { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/symbols/{symbol}/pin</c>.</summary>
internal sealed record PinText
{
    /// <summary>A silo's name, its tag, or a role; absent: any silo again.</summary>
    public string? Silo { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/holidays</c>.</summary>
internal sealed record HolidaysText
{
    /// <summary>All of them from the day after tomorrow on, such as 2026-12-25.</summary>
    public List<string>? Holidays { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/buy-ins</c>.</summary>
internal sealed record BuyInText
{
    /// <summary>The name of the order; the same one again is the same buy-in.</summary>
    public string? Id { get; init; }

    public string? Account { get; init; }

    public string? Symbol { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/buy-in-days</c>.</summary>
internal sealed record BuyInDaysText
{
    /// <summary>Business days, 0 to 100.</summary>
    public int? Days { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/corporate-actions</c>.</summary>
internal sealed record CorporateActionText
{
    public string? Id { get; init; }

    /// <summary>dividend, split or symbolChange</summary>
    public string? Type { get; init; }

    public string? Symbol { get; init; }

    /// <summary>Who had units at the beginning of this UTC day; absent: now.</summary>
    public string? ExDate { get; init; }

    /// <summary>Paid on this UTC day; absent: as soon as it is entered.</summary>
    public string? PayDate { get; init; }

    /// <summary>Cash for one unit; of a split what one new unit is worth.</summary>
    public string? Amount { get; init; }

    /// <summary>Of a split: new units to old ones, such as 3:2.</summary>
    public string? Ratio { get; init; }

    /// <summary>Of a symbol change: what the instrument is called from then on.</summary>
    public string? NewSymbol { get; init; }

    /// <summary>Of a symbol change: what its units are called from then on; absent where symbol and units have one name: the new symbol.</summary>
    public string? NewAsset { get; init; }

    public string? Why { get; init; }
}
