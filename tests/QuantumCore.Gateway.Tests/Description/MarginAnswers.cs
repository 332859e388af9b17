namespace QuantumCore.Gateway.Tests.Description;

/// <summary>Margin of an account.</summary>
internal sealed record MarginAnswer(
    string Currency,
    string State,
    string Equity,
    string InitialMargin,
    string MaintenanceMargin,
    string Excess,
    string Withdrawable,
    string AccruedInterest,
    string CallAmount,
    bool IsStale,
    IReadOnlyList<MarginPositionAnswer> Positions,
    string Deadline = "",
    IReadOnlyList<MarginGroupLineAnswer> Groups = null!,
    string Symbol = "");

/// <summary>Credit of a group against the requirements of an account's single positions.</summary>
internal sealed record MarginGroupLineAnswer(
    string Group, int CreditPpm, string InitialCredit, string MaintenanceCredit);

/// <summary>A position of a margin account.</summary>
internal sealed record MarginPositionAnswer(
    string Symbol,
    string Quantity,
    string InitialMargin,
    string MaintenanceMargin,
    string BuyingPower,
    string Located,
    string MarkPrice = "",
    string BankruptcyPrice = "",
    string Group = "");

/// <summary>An account's margin.</summary>
internal sealed record AccountMarginAnswer(string Account, MarginAnswer Margin = null!);

/// <summary>Margin rules.</summary>
internal sealed record MarginRulesAnswer(
    IReadOnlyList<MarginTermsAnswer> Instruments, IReadOnlyList<MarginPolicyAnswer> Currencies,
    IReadOnlyList<MarginGroupAnswer> Groups);

/// <summary>Margin rules, with locates, insurance funds and deficits.</summary>
internal sealed record MarginBooksAnswer(
    IReadOnlyList<MarginTermsAnswer> Instruments,
    IReadOnlyList<MarginPolicyAnswer> Currencies,
    IReadOnlyList<MarginGroupAnswer> Groups,
    IReadOnlyList<LocateAnswer> Locates,
    IReadOnlyList<InsuranceAnswer> Insurance,
    IReadOnlyList<DeficitAnswer> Deficits);

/// <summary>Margin terms of an instrument.</summary>
internal sealed record MarginTermsAnswer(
    string Symbol,
    MarginTableAnswer Long,
    string Lendable,
    int BorrowPpm,
    string ImpactQuantity,
    int SpreadLimitPpm,
    string StepQuantity,
    MarginTableAnswer Short = null!,
    string CheapBelow = "",
    MarginTableAnswer CheapShort = null!,
    string Group = "");

/// <summary>Requirements by tier.</summary>
internal sealed record MarginTableAnswer(IReadOnlyList<MarginTierAnswer> Tiers, string FloorPerLot);

/// <summary>Requirements up to a value; the last tier has no end.</summary>
internal sealed record MarginTierAnswer(int InitialPpm, int MaintenancePpm, string UpTo = "");

/// <summary>Margin policy of a currency.</summary>
internal sealed record MarginPolicyAnswer(
    string Asset, int LoanPpm, int DayBasis, int CallSeconds, int LiquidationPpm, int TargetPpm, int FeePpm,
    bool SharesOut, string Skin = "");

/// <summary>Credit of a group.</summary>
internal sealed record MarginGroupAnswer(string Group, int CreditPpm);

/// <summary>Quantity that an account may sell short.</summary>
internal sealed record LocateAnswer(string Account, string Symbol, string Quantity);

/// <summary>Amount of an insurance fund.</summary>
internal sealed record InsuranceAnswer(string Asset, string Amount);

/// <summary>A deficit that is being shared out.</summary>
internal sealed record DeficitAnswer(string Account, string Asset, string Shared, string Time);
