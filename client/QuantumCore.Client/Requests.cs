using System.Globalization;

namespace QuantumCore.Client;

internal sealed record OrderBatchRequest(IReadOnlyList<PlaceOrder> Orders);

internal sealed record OrderListRequest(OrderListKind Kind, IReadOnlyList<PlaceOrder> Orders);

/// <summary>Requests of the API from the SDK's types: numbers as text.</summary>
internal static class Requests
{
    public static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    public static string? Text(decimal? value) => value is { } given ? Text(given) : null;

    public static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string? Text(DateOnly? day) => day is { } given ? Text(given) : null;

    public static string? Text(long? value) => value?.ToString(CultureInfo.InvariantCulture);

    public static string? Word<T>(T? value)
        where T : struct, Enum => value is { } given ? EnumWords<T>.Text(given) : null;

    public static LimitsBody Of(RiskLimits limits, string? why) => Fill(new LimitsBody(), limits, why);

    public static OwnerLimitsBody Of(string owner, RiskLimits limits, IEnumerable<OwnerShare>? shares, string? why) =>
        Fill(new OwnerLimitsBody(), limits, why) with
        {
            Owner = owner,
            Shares = shares?.Select(
                static OwnerShareBody? (share) => new() { Account = share.Account, Weight = share.Weight }).ToList(),
        };

    public static FeesBody Of(FeeSchedule schedule, string? why) => new()
    {
        Asset = schedule.Asset,
        Tiers =
        [
            .. schedule.Tiers.Select(static tier => new FeeTierBody
            {
                FromVolume = Text(tier.FromVolume),
                MakerFeePpm = tier.MakerFeePpm,
                TakerFeePpm = tier.TakerFeePpm,
            }),
        ],
        MinimumFee = Text(schedule.MinimumFee),
        Why = why,
    };

    public static MarginTermsBody Of(MarginTerms terms, string? why) => new()
    {
        Long = Of(terms.Long),
        Short = terms.Short is { } shorts ? Of(shorts) : null,
        CheapBelow = Text(terms.CheapBelow),
        CheapShort = terms.CheapShort is { } cheap ? Of(cheap) : null,
        Lendable = Text(terms.Lendable),
        BorrowPpm = terms.BorrowPpm,
        ImpactQuantity = Text(terms.ImpactQuantity),
        SpreadLimitPpm = terms.SpreadLimitPpm,
        StepQuantity = Text(terms.StepQuantity),
        Group = terms.Group,
        Why = why,
    };

    public static MarginPolicyBody Of(MarginPolicy policy, string? why) => new()
    {
        LoanPpm = policy.LoanPpm,
        DayBasis = policy.DayBasis,
        CallSeconds = policy.CallSeconds,
        LiquidationPpm = policy.LiquidationPpm,
        TargetPpm = policy.TargetPpm,
        FeePpm = policy.FeePpm,
        SharesOut = policy.SharesOut,
        Skin = Text(policy.Skin),
        Why = why,
    };

    public static RulesBody Of(BookRules rules, string? why) => new()
    {
        Protection = rules.Protection < 0 ? "none" : Text(rules.Protection),
        StaticBand = Rule(rules.StaticBand),
        DynamicBand = Rule(rules.DynamicBand),
        DynamicBandMode = Word(rules.DynamicBandMode),
        AuctionCollar = Rule(rules.AuctionCollar),
        MaxExtensions = Text(rules.MaxExtensions),
        AuctionSeconds = Rule(rules.AuctionSeconds),
        Why = why,
    };

    public static NewUserBody Of(NewUser user)
    {
        var (name, pwd, role, account) = user;
        return new() { Name = name, Password = pwd, Role = EnumWords<UserRole>.Text(role), Account = account };
    }

    public static UserBody Of(UserChange change)
    {
        var (role, state, pwd, authenticator) = change;
        return new() { Role = Word(role), State = state, Password = pwd, Authenticator = authenticator };
    }

    public static SignalBody Of(Signal signal) => new()
    {
        Key = signal.Key,
        Symbol = signal.Symbol,
        Action = EnumWords<SignalAction>.Text(signal.Action),
        Quantity = Text(signal.Quantity),
        Price = Text(signal.Price),
        Time = signal.Time is { } time ? CalendarTimeText.Text(time) : null,
    };

    public static SignalStrategyBody Of(SignalStrategyTerms terms) => new()
    {
        Accounts = [
            .. terms.Accounts.Select(
                static target => new SignalTargetBody { Account = target.Account, Percent = target.Percent })],
        Symbols = terms.Symbols is { } symbols ? [.. symbols] : null,
        Policy = EnumWords<SignalPolicy>.Text(terms.Policy),
        Passphrase = terms.Passphrase,
        NewSecret = terms.NewSecret,
        Closed = terms.Closed,
        MostInWindow = terms.MostInWindow,
        WindowSeconds = terms.WindowSeconds,
        MostFailures = terms.MostFailures,
        PauseSeconds = terms.PauseSeconds,
        MaxAgeSeconds = terms.MaxAgeSeconds,
    };

    private static string? Rule(int? value) => value < 0 ? "none" : Text(value);

    private static MarginTableBody Of(MarginTable table) => new()
    {
        Tiers =
        [
            .. table.Tiers.Select(static tier => new MarginTierBody
            {
                UpTo = Text(tier.UpTo),
                InitialPpm = tier.InitialPpm,
                MaintenancePpm = tier.MaintenancePpm,
            }),
        ],
        FloorPerLot = Text(table.FloorPerLot),
    };

    private static T Fill<T>(T request, RiskLimits limits, string? why)
        where T : LimitsBody => (T)(request with
        {
            Symbol = limits.Symbol,
            MaxOrderQuantity = Text(limits.MaxOrderQuantity),
            MaxOrderValue = Text(limits.MaxOrderValue),
            MaxOpenOrders = Text(limits.MaxOpenOrders),
            MaxPosition = Text(limits.MaxPosition),
            DuplicateWindowMillis = Text(limits.DuplicateWindowMillis),
            MaxOrdersPerSecond = Text(limits.MaxOrdersPerSecond),
            OrderBurst = Text(limits.OrderBurst),
            MaxDailyVolume = Text(limits.MaxDailyVolume),
            MaxDailyLoss = Text(limits.MaxDailyLoss),
            MaxQuantityMultiple = Text(limits.MaxQuantityMultiple),
            KillOrders = Text(limits.KillOrders),
            KillValue = Text(limits.KillValue),
            KillWindowSeconds = Text(limits.KillWindowSeconds),
            KillDailyLoss = Text(limits.KillDailyLoss),
            Why = why,
        });
}
