using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A price that the owner of an account waits for.</summary>
/// <param name="Id">Its number, unique in its account for ever.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="IsAbove">True: a trade at the price or above fires it. False: a trade at the price or below.</param>
/// <param name="MadeNanos">When it was set, Unix nanoseconds.</param>
/// <param name="FiredTicks">Price of the trade that fired it, in ticks; 0 while it waits.</param>
/// <param name="FiredNanos">Time of the trade that fired it, Unix nanoseconds; 0 while it waits.</param>
[GenerateSerializer, Immutable, Alias("price-alert")]
public sealed record PriceAlert(
    long Id, string Symbol, long PriceTicks, bool IsAbove, long MadeNanos, long FiredTicks = 0, long FiredNanos = 0)
{
    /// <summary>Alerts of one account at most.</summary>
    public const int MostOfOne = 50;

    /// <summary>Alerts that wait in one symbol at most.</summary>
    public const int MostOfSymbol = 10_000;

    /// <summary>True once it has fired.</summary>
    public bool HasFired => FiredNanos > 0;
}

/// <summary>All alerts of an account, as they are on disk.</summary>
/// <param name="Version">Grows with each change; 0 before the first one.</param>
/// <param name="SinceNanos">Since when the account's alerts are kept, Unix nanoseconds. A store that lost them has another time.</param>
/// <param name="Alerts">Those that wait and those that have fired, the oldest first.</param>
[GenerateSerializer, Immutable, Alias("account-alerts")]
public sealed record AccountAlerts(long Version, long SinceNanos, ImmutableArray<PriceAlert> Alerts);

/// <summary>An alert that is to be set.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="IsAbove">Whether a trade at the price or above fires it, or one at the price or below.</param>
/// <param name="AfterSequence">The book's sequence when it was asked for: earlier trades don't fire it. -1 if it is not known.</param>
/// <param name="ReachedTicks">The last price if it fires the alert at once; else 0.</param>
[GenerateSerializer, Immutable, Alias("alert-request")]
public sealed record AlertRequest(string Symbol, long PriceTicks, bool IsAbove, long AfterSequence, long ReachedTicks = 0);

/// <summary>The outcome of an <see cref="AlertRequest"/>.</summary>
/// <param name="Reason">None; Forbidden: the account has too many; Overloaded: too many wait in the symbol.</param>
/// <param name="Alert">The alert, or one like it that waits already; null if it was refused.</param>
[GenerateSerializer, Immutable, Alias("alert-result")]
public sealed record AlertResult(RejectReason Reason, PriceAlert? Alert);

/// <summary>An alert as its symbol watches it.</summary>
/// <param name="Account">Its account.</param>
/// <param name="Id">Its number in the account.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="IsAbove">Whether a trade at the price or above fires it, or one at the price or below.</param>
/// <param name="AfterSequence">The book's sequence up to which trades don't fire it; -1 for that of now.</param>
/// <param name="FiredTicks">Price of the trade that fired it, in ticks; 0 while it waits.</param>
/// <param name="FiredNanos">Time of the trade that fired it, Unix nanoseconds; 0 while it waits.</param>
[GenerateSerializer, Immutable, Alias("watched-price")]
public sealed record WatchedPrice(
    long Account, long Id, long PriceTicks, bool IsAbove, long AfterSequence, long FiredTicks = 0, long FiredNanos = 0);

/// <summary>
/// The price alerts of one account, keyed by its number in decimal. Every change is on disk before anybody is told. An
/// alert fires once, and stays until its owner removes it.
/// </summary>
[Alias("price-alerts")]
public interface IPriceAlertsGrain : IGrainWithStringKey
{
    /// <summary>Gives all alerts as they are on disk.</summary>
    [AlwaysInterleave, Alias("alerts")]
    ValueTask<AccountAlerts> Alerts();

    /// <summary>Waits until the alerts have another version than this one, some seconds at most: null then.</summary>
    [AlwaysInterleave, Alias("wait")]
    ValueTask<AccountAlerts?> WaitForChange(long version);

    /// <summary>Sets an alert. One like it that waits already is given instead.</summary>
    [Alias("add")]
    ValueTask<AlertResult> Add(AlertRequest request);

    /// <summary>Removes an alert, fired or not, and gives those that are left. An unknown number changes nothing.</summary>
    [Alias("remove")]
    ValueTask<AccountAlerts> Remove(long id);

    /// <summary>Fires alerts of a symbol. Repeated until the watch of the symbol hears <see cref="IPriceWatchGrain.Forget"/>.</summary>
    [OneWay, Alias("fire")]
    Task Fire(string symbol, ImmutableArray<WatchedPrice> fired);
}

/// <summary>
/// The prices that accounts wait for in one symbol, keyed by the symbol. The symbol's market data hands it the book's records;
/// what it has missed it reads from the journal.
/// </summary>
[Alias("price-watch")]
public interface IPriceWatchGrain : IGrainWithStringKey
{
    /// <summary>Watches a price from its sequence on. True once that is on disk; false: too many wait in the symbol.</summary>
    [Alias("watch")]
    ValueTask<bool> Watch(WatchedPrice price);

    /// <summary>Watches prices of an account no more: they have fired, or were removed.</summary>
    [OneWay, Alias("forget")]
    Task Forget(long account, ImmutableArray<long> ids);

    /// <summary>Takes what a book has published.</summary>
    [OneWay, Alias("take")]
    Task Take(BookBatch batch);

    /// <summary>Wakes the watch, so that it looks for what was traded while nobody was awake.</summary>
    [OneWay, Alias("follow")]
    Task Follow();
}

/// <summary>The grains of price alerts.</summary>
public static class PriceAlertGrains
{
    /// <summary>The price alerts of an account, by its number.</summary>
    public static IPriceAlertsGrain PriceAlerts(this IGrainFactory grains, long account) =>
        grains.GetGrain<IPriceAlertsGrain>(account.ToString(CultureInfo.InvariantCulture));

    /// <summary>The prices that are waited for in a symbol.</summary>
    public static IPriceWatchGrain PriceWatch(this IGrainFactory grains, string symbol) => grains.GetGrain<IPriceWatchGrain>(symbol);
}
