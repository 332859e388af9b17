using System.Collections.Immutable;
using System.Globalization;
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
public sealed record AlertRequest(string Symbol, long PriceTicks, bool IsAbove, long AfterSequence, long ReachedTicks = 0);

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

/// <summary>
/// The price alerts of one account, keyed by its number in decimal. Every change is on disk before it is published. An
/// alert fires once and stays until its owner removes it.
/// </summary>
[Alias("price-alerts")]
public interface IPriceAlertsGrain : IGrainWithStringKey
{
    /// <summary>Returns all alerts as they are on disk.</summary>
    [AlwaysInterleave, Alias("alerts")]
    ValueTask<AccountAlerts> Alerts();

    /// <summary>Waits a few seconds for alerts of another version than this one. Returns null on timeout.</summary>
    [AlwaysInterleave, Alias("wait")]
    ValueTask<AccountAlerts?> WaitForChange(long version);

    /// <summary>Sets an alert. Returns an equal one instead if it already waits.</summary>
    [Alias("add")]
    ValueTask<AlertResult> Add(AlertRequest request);

    /// <summary>Removes an alert, fired or not, and returns the rest. An unknown number changes nothing.</summary>
    [Alias("remove")]
    ValueTask<AccountAlerts> Remove(long id);

    /// <summary>
    /// Fires alerts of a symbol. Repeated until the symbol's watch gets <see cref="IPriceWatchGrain.Forget"/>.
    /// </summary>
    [OneWay, Alias("fire")]
    Task Fire(string symbol, ImmutableArray<WatchedPrice> fired);
}

/// <summary>
/// The waiting price alerts of one symbol, keyed by the symbol. The symbol's market data grain hands it the book's
/// records. It reads missed records from the journal.
/// </summary>
[Alias("price-watch")]
public interface IPriceWatchGrain : IGrainWithStringKey
{
    /// <summary>
    /// Watches a price from its sequence on. Returns true once it is on disk; false if too many alerts wait in the
    /// symbol.
    /// </summary>
    [Alias("watch")]
    ValueTask<bool> Watch(WatchedPrice price);

    /// <summary>Stops watching alerts of an account that have fired or were removed.</summary>
    [OneWay, Alias("forget")]
    Task Forget(long account, ImmutableArray<long> ids);

    /// <summary>Processes records that a book has published.</summary>
    [OneWay, Alias("take")]
    Task Take(BookBatch batch);

    /// <summary>Activates the watch, so that it catches up with trades made while it was inactive.</summary>
    [OneWay, Alias("follow")]
    Task Follow();
}

/// <summary>Returns the grains of price alerts.</summary>
public static class PriceAlertGrains
{
    /// <summary>Returns the price alerts of an account, by its number.</summary>
    public static IPriceAlertsGrain PriceAlerts(this IGrainFactory grains, long account) =>
        grains.GetGrain<IPriceAlertsGrain>(account.ToString(CultureInfo.InvariantCulture));

    /// <summary>Returns the watch of a symbol's prices.</summary>
    public static IPriceWatchGrain PriceWatch(this IGrainFactory grains, string symbol) => grains.GetGrain<IPriceWatchGrain>(symbol);
}
