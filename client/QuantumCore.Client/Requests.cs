using System.Text.Json.Serialization;

namespace QuantumCore.Client;

internal sealed record OrderBatch(IReadOnlyList<PlaceOrder> Orders);

internal sealed record DepositOrder(string Key, string Asset, decimal Amount);

internal sealed record TransferRequest(string Key, string To, string Asset, decimal Amount);

internal sealed record DemoFundsRequest(string? Asset);

internal sealed record WithdrawalRequest(string Key, string Asset, decimal Amount, string Destination);

internal sealed record OwnerRequest(string Owner);

internal sealed record OrderListRequest(OrderListKind Kind, IReadOnlyList<PlaceOrder> Orders);

internal sealed record PhaseRequest(
    TradingPhase Phase, PhaseReason? Reason, long? ForSeconds, TradingPhase? Then, long? ThenForSeconds, string? Why);

internal sealed record PriceRequest(decimal Price, string? Why = null);

internal sealed record TradeRequest(string Trade, decimal? Price, string? Why);

internal sealed record BlockRequest(string? Symbol, string? Why);

internal sealed record FreezeOrder(string? Why);

internal sealed record LimitsOrder(
    string Symbol,
    decimal? MaxOrderQuantity,
    decimal? MaxOrderValue,
    int? MaxOpenOrders,
    decimal? MaxPosition,
    int? DuplicateWindowMillis,
    int? MaxOrdersPerSecond,
    int? OrderBurst,
    decimal? MaxDailyVolume,
    decimal? MaxDailyLoss,
    string? Why)
{
    /// <summary>Owner, for an owner's limits.</summary>
    public string? Owner { get; init; }

    public IReadOnlyList<OwnerShare>? Shares { get; init; }

    public int? MaxQuantityMultiple { get; init; }

    public int? KillOrders { get; init; }

    public decimal? KillValue { get; init; }

    public int? KillWindowSeconds { get; init; }

    public decimal? KillDailyLoss { get; init; }

    internal static LimitsOrder From(RiskLimits limits, string? why) => new(
        limits.Symbol,
        limits.MaxOrderQuantity,
        limits.MaxOrderValue,
        limits.MaxOpenOrders,
        limits.MaxPosition,
        limits.DuplicateWindowMillis,
        limits.MaxOrdersPerSecond,
        limits.OrderBurst,
        limits.MaxDailyVolume,
        limits.MaxDailyLoss,
        why)
    {
        MaxQuantityMultiple = limits.MaxQuantityMultiple,
        KillOrders = limits.KillOrders,
        KillValue = limits.KillValue,
        KillWindowSeconds = limits.KillWindowSeconds,
        KillDailyLoss = limits.KillDailyLoss,
    };
}

internal sealed record FeesOrder(string Asset, IReadOnlyList<FeeTier> Tiers, decimal MinimumFee, string? Why);

internal sealed record AccountKindOrder(string? Currency, string? Symbol, string? Why);

internal sealed record HolidaysOrder(IReadOnlyList<string> Holidays, string? Why);

internal sealed record BuyInOrder(string Id, string Account, string Symbol, string? Why);

internal sealed record BuyInDaysOrder(int Days, string? Why);

internal sealed record PinOrder(string? Silo, string? Why);

internal sealed record CorporateActionOrder(
    string Id, CorporateActionType Type, string Symbol, string? ExDate, string? PayDate, decimal? Amount, string? Ratio,
    string? Why,
    string? NewSymbol = null, string? NewAsset = null);

internal sealed record LocateOrder(string Symbol, decimal Quantity, string? Why);

internal sealed record MarginTermsOrder(
    MarginTable Long,
    MarginTable? Short,
    decimal? CheapBelow,
    MarginTable? CheapShort,
    decimal Lendable,
    int BorrowPpm,
    decimal? ImpactQuantity,
    int SpreadLimitPpm,
    decimal? StepQuantity,
    string? Group,
    string? Why)
{
    internal static MarginTermsOrder From(MarginTerms terms, string? why) => new(
        terms.Long,
        terms.Short,
        terms.CheapBelow,
        terms.CheapShort,
        terms.Lendable,
        terms.BorrowPpm,
        terms.ImpactQuantity,
        terms.SpreadLimitPpm,
        terms.StepQuantity,
        terms.Group,
        why);
}

internal sealed record MarginPolicyOrder(
    int LoanPpm, int DayBasis, int CallSeconds, int? LiquidationPpm, int TargetPpm, int FeePpm, bool SharesOut,
    decimal? Skin, string? Why)
{
    internal static MarginPolicyOrder From(MarginPolicy policy, string? why) => new(
        policy.LoanPpm, policy.DayBasis, policy.CallSeconds, policy.LiquidationPpm, policy.TargetPpm, policy.FeePpm,
        policy.SharesOut, policy.Skin, why);
}

internal sealed record MarginGroupOrder(int CreditPpm, string? Why);

internal sealed record AlertRequest(string Symbol, decimal Price, bool? Above);

internal sealed record BreakerRequest(long Index, long PreviousClose);

/// <summary>Rules to change; <c>none</c> for those to remove.</summary>
internal sealed record RulesRequest(
    [property: JsonConverter(typeof(DecimalOrNone))] decimal? Protection,
    [property: JsonConverter(typeof(NumberOrNone))] int? StaticBand,
    [property: JsonConverter(typeof(NumberOrNone))] int? DynamicBand,
    BandMode? DynamicBandMode,
    [property: JsonConverter(typeof(NumberOrNone))] int? AuctionCollar,
    int? MaxExtensions,
    [property: JsonConverter(typeof(NumberOrNone))] int? AuctionSeconds,
    string? Why)
{
    internal static RulesRequest From(BookRules rules, string? why) => new(
        rules.Protection, rules.StaticBand, rules.DynamicBand, rules.DynamicBandMode, rules.AuctionCollar,
        rules.MaxExtensions, rules.AuctionSeconds, why);
}
