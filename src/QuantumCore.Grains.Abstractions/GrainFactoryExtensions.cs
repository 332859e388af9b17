using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Returns grain references by their natural keys.</summary>
public static class GrainFactoryExtensions
{
    /// <summary>Maximum number of cached references of each kind.</summary>
    private const int ReferencesLimit = 65_536;

    // Cached because Orleans reads the interface's attributes for each new reference: 4 % of an order's CPU time.
    private static readonly ConditionalWeakTable<IGrainFactory, ConcurrentDictionary<long, IAccountGrain>> s_accounts =
        [];
    private static readonly ConditionalWeakTable<IGrainFactory, ConcurrentDictionary<string, IOrderBookGrain>> s_books =
        [];

    /// <summary>Returns the grain of an account, by the account's number.</summary>
    public static IAccountGrain Account(this IGrainFactory grains, long account)
    {
        var known = s_accounts.GetOrCreateValue(grains);
        return known.TryGetValue(account, out var grain)
            ? grain
            : Keep(known, account, grains.GetGrain<IAccountGrain>(account.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Returns the grain of a book, or of a group of books, by its key.</summary>
    public static IOrderBookGrain Book(this IGrainFactory grains, string key)
    {
        var known = s_books.GetOrCreateValue(grains);
        return known.TryGetValue(key, out var grain) ? grain : Keep(known, key, grains.GetGrain<IOrderBookGrain>(key));
    }

    /// <summary>Returns the only catalog grain.</summary>
    public static ICatalogGrain Catalog(this IGrainFactory grains) => grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key);

    /// <summary>Returns the only ledger grain.</summary>
    public static ILedgerGrain Ledger(this IGrainFactory grains) =>
        grains.GetGrain<ILedgerGrain>(EventStreams.LedgerKey);

    /// <summary>Returns the price alerts of an account, by the account's number.</summary>
    public static IPriceAlertsGrain PriceAlerts(this IGrainFactory grains, long account) =>
        grains.GetGrain<IPriceAlertsGrain>(account.ToString(CultureInfo.InvariantCulture));

    /// <summary>Returns the watch of a symbol's prices.</summary>
    public static IPriceWatchGrain PriceWatch(this IGrainFactory grains, string symbol) =>
        grains.GetGrain<IPriceWatchGrain>(symbol);

    private static TGrain Keep<TKey, TGrain>(ConcurrentDictionary<TKey, TGrain> known, TKey key, TGrain grain)
        where TKey : notnull
    {
        if (known.Count >= ReferencesLimit)
            known.Clear();
        return known[key] = grain;
    }
}
