using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>Kind of a risk limit. Numbers are journaled and never change.</summary>
public enum LimitKind : byte
{
    /// <summary>Quantity of one order, in lots.</summary>
    OrderQuantity = 1,

    /// <summary>Price times quantity of one order at the worst price it may trade at, in quote minor units.</summary>
    OrderValue = 2,

    /// <summary>Number of open orders in the symbol.</summary>
    OpenOrders = 3,

    /// <summary>
    /// Position in the base asset if all open orders of the account were filled, long or short, in lots.
    /// </summary>
    Position = 4,

    /// <summary>Time for which a duplicate of an earlier order is rejected, in milliseconds.</summary>
    DuplicateWindow = 5,

    /// <summary>Orders per second.</summary>
    OrdersPerSecond = 6,

    /// <summary>Burst of orders allowed by a limit of orders per second; without it, one second's worth.</summary>
    OrderBurst = 7,

    /// <summary>
    /// Value traded in the UTC day plus what open buys would add, in quote minor units. For a short sale, open sells
    /// count too.
    /// </summary>
    DailyVolume = 8,

    /// <summary>Loss realised in the UTC day, fees included, at which buying stops, in quote minor units.</summary>
    DailyLoss = 9,

    /// <summary>
    /// Fat finger: quantity of one order as a multiple of the account's usual order in the symbol. A larger order is
    /// rejected.
    /// </summary>
    QuantityMultiple = 10,

    /// <summary>
    /// Kill switch: orders within <see cref="KillWindow"/>. An order above it is rejected and freezes the account.
    /// </summary>
    KillOrders = 11,

    /// <summary>
    /// Kill switch: value of the orders within <see cref="KillWindow"/>, in quote minor units. An order above it is
    /// rejected and freezes the account.
    /// </summary>
    KillValue = 12,

    /// <summary>Length of the window of <see cref="KillOrders"/> and <see cref="KillValue"/>, in seconds.</summary>
    KillWindow = 13,

    /// <summary>
    /// Kill switch: loss realised in the UTC day, fees included, in quote minor units. Reaching it freezes the account.
    /// </summary>
    KillLoss = 14,
}

/// <summary>Scope of a risk limit: one symbol, all symbols quoted in an asset, or everything.</summary>
public static class LimitScope
{
    /// <summary>Scope of everything the account enters.</summary>
    public const string All = "*";

    /// <summary>Returns the scope of all symbols quoted in an asset.</summary>
    public static string PaidIn(string asset) => All + asset;

    /// <summary>Returns the asset of a <see cref="PaidIn"/> scope; null for any other scope.</summary>
    public static string? AssetOf(string scope) =>
        scope.Length > 1 && scope.StartsWith(All, StringComparison.Ordinal) ? scope[1..] : null;

    /// <summary>
    /// Returns true if a limit kind applies to a scope. Quantities need a symbol. Values need a symbol or a currency.
    /// Counts and rates of orders need a symbol or everything.
    /// </summary>
    public static bool Has(string scope, LimitKind kind) => kind switch
    {
        LimitKind.OrderQuantity or LimitKind.Position => !scope.StartsWith(All, StringComparison.Ordinal),
        LimitKind.OrderValue or LimitKind.DailyVolume or LimitKind.DailyLoss or LimitKind.KillValue
            or LimitKind.KillLoss => scope != All,
        LimitKind.OpenOrders or LimitKind.DuplicateWindow or LimitKind.OrdersPerSecond or LimitKind.OrderBurst
            or LimitKind.QuantityMultiple or LimitKind.KillOrders => AssetOf(scope) is null,
        LimitKind.KillWindow => true,
        _ => false,
    };
}

/// <summary>A risk limit of an account.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Most">Maximum allowed, in the kind's unit, from 0.</param>
[GenerateSerializer, Immutable, Alias("account-limit")]
public readonly record struct AccountLimit(LimitKind Kind, long Most);

/// <summary>Risk limits of one scope, set together.</summary>
/// <param name="Symbol">The book, or another scope (<see cref="LimitScope"/>).</param>
/// <param name="Limits">Limits by kind; a missing kind has no limit.</param>
[GenerateSerializer, Immutable, Alias("symbol-limits")]
public sealed record SymbolLimits(string Symbol, ImmutableArray<AccountLimit> Limits);

/// <summary>An administrator's request to set all risk limits of an account, or of every account, in a scope.</summary>
/// <param name="Symbol">
/// The book, or another scope (<see cref="LimitScope"/>); a book if it is for every account.
/// </param>
/// <param name="Limits">All limits of the scope, each kind once; empty for none.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("limits-request")]
public sealed record LimitsRequest(string Symbol, ImmutableArray<AccountLimit> Limits, string By, string Why)
{
    /// <summary>Validates the limits. Returns the error as a sentence, or null if they can be set.</summary>
    /// <param name="forEveryone">
    /// True if the limits apply to every account. Accounts share no time window, and a kill switch is of one account.
    /// </param>
    public string? Check(bool forEveryone = false)
    {
        if (Limits.DistinctBy(limit => limit.Kind).Count() != Limits.Length)
        {
            return "each kind of limit comes once";
        }

        foreach (var (kind, most) in Limits)
        {
            if (CheckKind(kind, forEveryone) is { } wrong)
            {
                return wrong;
            }

            if (most < LeastOf(kind) || most > MostOf(kind))
            {
                return $"this limit is {LeastOf(kind)} to {MostOf(kind)}";
            }
        }

        return CheckPairs();
    }

    /// <summary>Returns the error as a sentence if this scope can't have a limit of a kind; else null.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="forEveryone">True if the limits apply to every account.</param>
    public string? CheckKind(LimitKind kind, bool forEveryone) =>
        !LimitScope.Has(Symbol, kind)
            ? $"'{Symbol}' has no such limit: quantities are limited by symbol, values by symbol or currency, orders by symbol or altogether"
        : !forEveryone || !IsOfOneAccount(kind) ? null
        : kind < LimitKind.QuantityMultiple
            ? "how often orders come is limited for one account, not for several together"
        : "a multiple of the usual quantity and a kill switch are set for one account, not for several together";

    private string? CheckPairs()
    {
        bool Has(LimitKind kind) => Limits.Any(limit => limit.Kind == kind);
        return Has(LimitKind.OrderBurst) && !Has(LimitKind.OrdersPerSecond) ? "a burst needs a limit of orders a second"
            : Has(LimitKind.KillWindow) != (Has(LimitKind.KillOrders) || Has(LimitKind.KillValue))
                ? "a kill switch of orders or value needs a window, and a window needs one of them"
            : null;
    }

    /// <summary>Returns true if a limit of this kind is set for one account only.</summary>
    private static bool IsOfOneAccount(LimitKind kind) =>
        kind is LimitKind.DuplicateWindow or LimitKind.OrdersPerSecond or LimitKind.OrderBurst
            or >= LimitKind.QuantityMultiple;

    /// <summary>
    /// Returns the smallest allowed limit of a kind. A kill switch at 0 would freeze the account at once.
    /// </summary>
    public static long LeastOf(LimitKind kind) => kind >= LimitKind.QuantityMultiple ? 1 : 0;

    /// <summary>Returns the largest allowed limit of a kind, in its unit.</summary>
    public static long MostOf(LimitKind kind) => kind switch
    {
        LimitKind.DuplicateWindow => 60_000,
        LimitKind.OrdersPerSecond or LimitKind.OrderBurst or LimitKind.QuantityMultiple or LimitKind.KillOrders =>
            1_000_000,
        LimitKind.KillWindow => 86_400,
        _ => long.MaxValue,
    };
}

/// <summary>An administrator's request to freeze an account.</summary>
/// <param name="Closes">True for a kill switch: its orders must be cancelled too.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("freeze-request")]
public sealed record FreezeRequest(bool Closes, string By, string Why);
