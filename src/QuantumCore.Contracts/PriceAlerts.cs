using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A price alert set by the owner of an account.</summary>
/// <param name="Id">Its number, unique in its account and never reused.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="IsAbove">True: a trade at the price or above fires it. False: a trade at the price or below.</param>
/// <param name="MadeNanos">Time at which it was set, Unix nanoseconds.</param>
/// <param name="FiredTicks">Price of the trade that fired it, in ticks; 0 while it waits.</param>
/// <param name="FiredNanos">Time of the trade that fired it, Unix nanoseconds; 0 while it waits.</param>
[GenerateSerializer, Immutable, Alias("price-alert")]
public sealed record PriceAlert(
    long Id, string Symbol, long PriceTicks, bool IsAbove, long MadeNanos, long FiredTicks = 0, long FiredNanos = 0)
{
    /// <summary>Maximum number of alerts of one account.</summary>
    public const int MostOfOne = 50;

    /// <summary>Maximum number of waiting alerts of one symbol.</summary>
    public const int MostOfSymbol = 10_000;

    /// <summary>True once it has fired.</summary>
    public bool HasFired => FiredNanos > 0;
}

/// <summary>All alerts of an account, as they are on disk.</summary>
/// <param name="Version">Grows with each change; 0 before the first one.</param>
/// <param name="SinceNanos">
/// Time at which the account's alerts were first kept, Unix nanoseconds. A store that lost them has another time.
/// </param>
/// <param name="Alerts">Waiting and fired alerts, oldest first.</param>
[GenerateSerializer, Immutable, Alias("account-alerts")]
public sealed record AccountAlerts(long Version, long SinceNanos, ImmutableArray<PriceAlert> Alerts);

/// <summary>A request to set an alert.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="IsAbove">True: a trade at the price or above fires it. False: a trade at the price or below.</param>
/// <param name="AfterSequence">
/// The book's sequence at the request; earlier trades do not fire the alert. -1 if not known.
/// </param>
/// <param name="ReachedTicks">The last price, in ticks, if it fires the alert at once; else 0.</param>
[GenerateSerializer, Immutable, Alias("alert-request")]
public sealed record AlertRequest(
    string Symbol, long PriceTicks, bool IsAbove, long AfterSequence, long ReachedTicks = 0);

/// <summary>The outcome of an <see cref="AlertRequest"/>.</summary>
/// <param name="Reason">None; Forbidden if the account has too many; Overloaded if too many wait in the symbol.</param>
/// <param name="Alert">The alert, or an equal one that already waits; null if it was rejected.</param>
[GenerateSerializer, Immutable, Alias("alert-result")]
public sealed record AlertResult(RejectReason Reason, PriceAlert? Alert);

/// <summary>An alert as its symbol watches it.</summary>
/// <param name="Account">Its account.</param>
/// <param name="Id">Its number in the account.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="IsAbove">True: a trade at the price or above fires it. False: a trade at the price or below.</param>
/// <param name="AfterSequence">The book's sequence up to which trades do not fire it; -1 for the current one.</param>
/// <param name="FiredTicks">Price of the trade that fired it, in ticks; 0 while it waits.</param>
/// <param name="FiredNanos">Time of the trade that fired it, Unix nanoseconds; 0 while it waits.</param>
[GenerateSerializer, Immutable, Alias("watched-price")]
public sealed record WatchedPrice(
    long Account, long Id, long PriceTicks, bool IsAbove, long AfterSequence, long FiredTicks = 0, long FiredNanos = 0);
