namespace QuantumCore.Gateway.Wire;

// Absent members are null here, never a default: the generated reader sets every member, so an initializer would be
// lost.

/// <summary>Margin terms of an instrument.</summary>
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

    /// <summary>Margin group of the instrument; none if absent.</summary>
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

/// <summary>Lending, margin call and liquidation policy for margin accounts of a currency.</summary>
internal sealed record MarginPolicyText
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
internal sealed record MarginGroupText
{
    /// <summary>Credit, in millionths of the smaller side's requirement; 0 for none.</summary>
    public int? CreditPpm { get; init; }

    public string? Why { get; init; }
}

/// <summary>Kind of an account: with a currency a margin account, without one a cash account.</summary>
internal sealed record AccountKindText
{
    public string? Currency { get; init; }

    /// <summary>Only instrument that an isolated margin account trades.</summary>
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
    /// <summary>Name of a silo, its tag, or a role; any silo if absent.</summary>
    public string? Silo { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/holidays</c>.</summary>
internal sealed record HolidaysText
{
    /// <summary>All holidays from the day after tomorrow on, such as 2026-12-25.</summary>
    public List<string>? Holidays { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/buy-ins</c>.</summary>
internal sealed record BuyInText
{
    /// <summary>Id of the buy-in's order; the same id again is the same buy-in.</summary>
    public string? Id { get; init; }

    public string? Account { get; init; }

    public string? Symbol { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/settlement/{venue}/buy-in-days</c>.</summary>
internal sealed record BuyInDaysText
{
    /// <summary>Number of business days, 0 to 100.</summary>
    public int? Days { get; init; }

    public string? Why { get; init; }
}

/// <summary>A body of <c>POST /admin/corporate-actions</c>.</summary>
internal sealed record CorporateActionText
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
