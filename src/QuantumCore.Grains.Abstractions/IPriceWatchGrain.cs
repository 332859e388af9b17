using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

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
