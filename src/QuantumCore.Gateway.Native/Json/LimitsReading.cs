using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Reads risk limits, and shows them as values of the API.</summary>
internal static class LimitsReading
{
    /// <summary>Reads the limits that a request sets.</summary>
    /// <param name="text">The request.</param>
    /// <param name="unit">Unit of its quantities and amounts.</param>
    /// <param name="by">Label of the caller's key.</param>
    /// <param name="forEveryone">True for limits of every account.</param>
    public static (Refusal? Refusal, LimitsRequest Request) Read(
        Api.LimitsBody text, LimitUnit unit, string by, bool forEveryone = false)
    {
        var limits = ImmutableArray.CreateBuilder<AccountLimit>();
        foreach (var (kind, field, given) in FieldsOf(text))
        {
            if (given is null)
                continue;
            var request = new LimitsRequest(unit.Scope, [], "", "");
            // Limits that need another one are checked below.
            if (request.CheckKind(kind, forEveryone) is { } wrong)
                return (Refusal.Malformed(field, FeesReading.Sentence(wrong)), request);
            if (unit.Parse(kind, given, out var most) is not DecimalError.None and var error)
                return (
                    Refusal.Malformed(field, RefusalText.NotOnScale(field, given, error, unit.ScaleOf(kind))), request);
            var bound = Math.Clamp(most, LimitsRequest.LeastOf(kind), LimitsRequest.MostOf(kind));
            if (bound != most)
            {
                return (new Refusal(
                    RejectReason.BadRequest, field, bound.ToString(CultureInfo.InvariantCulture),
                    OrderChecks.Outside(RejectReason.BadRequest, field, given, most, unit.ScaleOf(kind))?.Detail),
                    request);
            }


            limits.Add(new AccountLimit(kind, most));
        }

        var all = new LimitsRequest(unit.Scope, limits.ToImmutable(), by, text.Why ?? "");
        var refusal = WhyReading.Check(text.Why)
            ?? (all.Check(forEveryone) is { } reason
                ? Refusal.Malformed(FieldAtFault(text), FeesReading.Sentence(reason))
                : null);
        return (refusal, all);
    }

    /// <summary>Returns the limits of a scope.</summary>
    public static Api.RiskLimits ToApi(this SymbolLimits of, LimitUnit unit)
    {
        long? Raw(LimitKind kind) =>
            of.Limits.FirstOrDefault(limit => limit.Kind == kind) is { Kind: var found, Most: var most }
                && found == kind
                ? most
                : null;
        int? Count(LimitKind kind) => (int?)Raw(kind);
        decimal? Amount(LimitKind kind) => Raw(kind) is { } most ? unit.DecimalOf(kind, most) : null;
        return new Api.RiskLimits
        {
            Symbol = of.Symbol,
            DuplicateWindowMillis = Count(LimitKind.DuplicateWindow),
            MaxOrdersPerSecond = Count(LimitKind.OrdersPerSecond),
            OrderBurst = Count(LimitKind.OrderBurst),
            MaxOrderQuantity = Amount(LimitKind.OrderQuantity),
            MaxOrderValue = Amount(LimitKind.OrderValue),
            MaxOpenOrders = Raw(LimitKind.OpenOrders),
            MaxPosition = Amount(LimitKind.Position),
            MaxDailyVolume = Amount(LimitKind.DailyVolume),
            MaxDailyLoss = Amount(LimitKind.DailyLoss),
            MaxQuantityMultiple = Count(LimitKind.QuantityMultiple),
            KillOrders = Count(LimitKind.KillOrders),
            KillValue = Amount(LimitKind.KillValue),
            KillWindowSeconds = Count(LimitKind.KillWindow),
            KillDailyLoss = Amount(LimitKind.KillLoss),
        };
    }

    // Each limit by itself is right: one of them lacks another.
    private static string FieldAtFault(Api.LimitsBody text) =>
        NameOf(text.OrderBurst is not null && text.MaxOrdersPerSecond is null
            ? LimitKind.OrderBurst
            : LimitKind.KillWindow);

    private static IEnumerable<(LimitKind Kind, string Field, string? Given)> FieldsOf(Api.LimitsBody text) => new[]
    {
        (LimitKind.DuplicateWindow, text.DuplicateWindowMillis),
        (LimitKind.OrdersPerSecond, text.MaxOrdersPerSecond),
        (LimitKind.OrderBurst, text.OrderBurst),
        (LimitKind.OrderQuantity, text.MaxOrderQuantity),
        (LimitKind.OrderValue, text.MaxOrderValue),
        (LimitKind.OpenOrders, text.MaxOpenOrders),
        (LimitKind.Position, text.MaxPosition),
        (LimitKind.DailyVolume, text.MaxDailyVolume),
        (LimitKind.DailyLoss, text.MaxDailyLoss),
        (LimitKind.QuantityMultiple, text.MaxQuantityMultiple),
        (LimitKind.KillOrders, text.KillOrders),
        (LimitKind.KillValue, text.KillValue),
        (LimitKind.KillWindow, text.KillWindowSeconds),
        (LimitKind.KillLoss, text.KillDailyLoss),
    }.Select(field => (field.Item1, NameOf(field.Item1), field.Item2));

    private static string NameOf(LimitKind kind) => kind switch
    {
        LimitKind.OrderQuantity => "maxOrderQuantity",
        LimitKind.OrderValue => "maxOrderValue",
        LimitKind.OpenOrders => "maxOpenOrders",
        LimitKind.Position => "maxPosition",
        LimitKind.DuplicateWindow => "duplicateWindowMillis",
        LimitKind.OrdersPerSecond => "maxOrdersPerSecond",
        LimitKind.OrderBurst => "orderBurst",
        LimitKind.DailyVolume => "maxDailyVolume",
        LimitKind.DailyLoss => "maxDailyLoss",
        LimitKind.QuantityMultiple => "maxQuantityMultiple",
        LimitKind.KillOrders => "killOrders",
        LimitKind.KillValue => "killValue",
        LimitKind.KillWindow => "killWindowSeconds",
        LimitKind.KillLoss => "killDailyLoss",
    };
}

/// <summary>Unit of the limits of a scope.</summary>
/// <param name="Scope">A symbol, or another scope (<see cref="LimitScope"/>).</param>
/// <param name="Instrument">Instrument of the symbol; null for another scope.</param>
/// <param name="Money">Asset of values; null if the scope has none.</param>
internal sealed record LimitUnit(string Scope, Instrument? Instrument, Asset? Money)
{
    /// <summary>Returns the unit of a listed scope; null if it is not listed.</summary>
    public static async ValueTask<LimitUnit?> FindAsync(Listings listings, string? scope)
    {
        if (scope is null or LimitScope.All)
            return scope is null ? null : new LimitUnit(scope, null, null);
        if (LimitScope.AssetOf(scope) is { } asset)
            return await listings.FindAssetAsync(asset) is { } money ? new LimitUnit(scope, null, money) : null;
        return await listings.FindAsync(scope) is { } instrument
            ? new LimitUnit(scope, instrument, instrument.Quote)
            : null;
    }

    /// <summary>Returns true if a kind is a count, not a decimal.</summary>
    public static bool IsCount(LimitKind kind) =>
        kind is LimitKind.OpenOrders or LimitKind.DuplicateWindow or LimitKind.OrdersPerSecond
        or LimitKind.OrderBurst or LimitKind.QuantityMultiple or LimitKind.KillOrders or LimitKind.KillWindow;

    /// <summary>Parses a limit of a kind that is valid in the scope.</summary>
    public DecimalError Parse(LimitKind kind, string text, out long most) =>
        IsCount(kind) ? DecimalText.TryParse(text, 0, out most)
        : kind is LimitKind.OrderQuantity or LimitKind.Position ? Instrument!.TryParseQuantity(text, out most)
        : DecimalText.TryParse(text, Money!.Decimals, out most);

    /// <summary>Returns the scale of a kind that is valid in the scope.</summary>
    public ValueScale ScaleOf(LimitKind kind)
    {
        var (least, most) = (LimitsRequest.LeastOf(kind), LimitsRequest.MostOf(kind));
        return IsCount(kind) ? ValueScale.OfInteger(least, most)
            : kind is LimitKind.OrderQuantity or LimitKind.Position
                ? ValueScale.OfQuantity(Instrument!) with { Least = least, Most = most }
            : ValueScale.OfAmount(Money!, least, most);
    }

    /// <summary>Returns the limit as a decimal.</summary>
    public decimal DecimalOf(LimitKind kind, long most) => kind is LimitKind.OrderQuantity or LimitKind.Position
        ? Instrument!.QuantityOf(most)
        : Money!.AmountOf(most);
}
