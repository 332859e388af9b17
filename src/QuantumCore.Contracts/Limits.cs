using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>What a risk limit limits. Numbers are journaled and never change.</summary>
public enum LimitKind : byte
{
    /// <summary>Quantity of one order, in lots.</summary>
    OrderQuantity = 1,

    /// <summary>Price times quantity of one order at the worst price it may trade at, in quote minor units.</summary>
    OrderValue = 2,

    /// <summary>Number of open orders in the symbol.</summary>
    OpenOrders = 3,

    /// <summary>What the account would have of the base asset, or be short of, if its open orders were filled, in lots.</summary>
    Position = 4,

    /// <summary>How long an order like one before is refused, in milliseconds.</summary>
    DuplicateWindow = 5,

    /// <summary>Orders a second.</summary>
    OrdersPerSecond = 6,

    /// <summary>Orders at once, where there is a limit of orders a second; without it as many as in a second.</summary>
    OrderBurst = 7,

    /// <summary>Value traded in the UTC day, and what open buys would add, for a short sale open sells too, in quote minor units.</summary>
    DailyVolume = 8,

    /// <summary>Loss realised in the UTC day, fees included, from which on nothing is bought, in quote minor units.</summary>
    DailyLoss = 9,
}

/// <summary>What a risk limit is about: one symbol, all that are paid in an asset, or everything.</summary>
public static class LimitScope
{
    /// <summary>Everything the account enters.</summary>
    public const string All = "*";

    /// <summary>All symbols that are paid in an asset.</summary>
    public static string PaidIn(string asset) => All + asset;

    /// <summary>The asset of <see cref="PaidIn"/>; null for another scope.</summary>
    public static string? AssetOf(string scope) =>
        scope.Length > 1 && scope.StartsWith(All, StringComparison.Ordinal) ? scope[1..] : null;

    /// <summary>
    /// Whether a limit means something here: quantities are of a symbol, values of a currency, and how often orders come is of
    /// one symbol or of everything.
    /// </summary>
    public static bool Has(string scope, LimitKind kind) => kind switch
    {
        LimitKind.OrderQuantity or LimitKind.Position => !scope.StartsWith(All, StringComparison.Ordinal),
        LimitKind.OrderValue or LimitKind.DailyVolume or LimitKind.DailyLoss => scope != All,
        LimitKind.OpenOrders or LimitKind.DuplicateWindow or LimitKind.OrdersPerSecond or LimitKind.OrderBurst => AssetOf(scope) is null,
        _ => false,
    };
}

/// <summary>One risk limit of an account.</summary>
/// <param name="Kind">What is limited.</param>
/// <param name="Most">The most that is allowed, in the kind's unit, from 0.</param>
[GenerateSerializer, Immutable, Alias("account-limit")]
public readonly record struct AccountLimit(LimitKind Kind, long Most);

/// <summary>Risk limits that are set together.</summary>
/// <param name="Symbol">The book, or another scope (<see cref="LimitScope"/>).</param>
/// <param name="Limits">By kind; a kind that is not there has no limit.</param>
[GenerateSerializer, Immutable, Alias("symbol-limits")]
public sealed record SymbolLimits(string Symbol, ImmutableArray<AccountLimit> Limits);

/// <summary>An administrator's order to set all risk limits of an account, or of every account, in a scope.</summary>
/// <param name="Symbol">The book, or another scope (<see cref="LimitScope"/>); for every account a book.</param>
/// <param name="Limits">All of them, each kind once; empty for none.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("limits-request")]
public sealed record LimitsRequest(string Symbol, ImmutableArray<AccountLimit> Limits, string By, string Why)
{
    /// <summary>Why the limits can't be set, as a sentence; null when they can.</summary>
    /// <param name="forEveryone">They are every account's, who share no window of time.</param>
    public string? Check(bool forEveryone = false)
    {
        if (Limits.DistinctBy(limit => limit.Kind).Count() != Limits.Length)
        {
            return "each kind of limit comes once";
        }

        foreach (var (kind, most) in Limits)
        {
            if (!LimitScope.Has(Symbol, kind))
            {
                return $"'{Symbol}' has no such limit: quantities are limited by symbol, values by symbol or currency, orders by symbol or altogether";
            }

            if (forEveryone && kind is (LimitKind.DuplicateWindow or LimitKind.OrdersPerSecond or LimitKind.OrderBurst))
            {
                return "how often orders come is limited for one account, not for several together";
            }

            if (most < 0 || most > MostOf(kind))
            {
                return $"this limit is 0 to {MostOf(kind)}";
            }
        }

        return Limits.Any(limit => limit.Kind == LimitKind.OrderBurst) && Limits.All(limit => limit.Kind != LimitKind.OrdersPerSecond)
            ? "a burst needs a limit of orders a second"
            : null;
    }

    /// <summary>The largest limit of a kind, in its unit.</summary>
    public static long MostOf(LimitKind kind) => kind switch
    {
        LimitKind.DuplicateWindow => 60_000,
        LimitKind.OrdersPerSecond or LimitKind.OrderBurst => 1_000_000,
        _ => long.MaxValue,
    };
}
