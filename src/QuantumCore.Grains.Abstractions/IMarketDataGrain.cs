using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Market data of one symbol.</summary>
[Alias("market-data")]
public interface IMarketDataGrain : IGrainWithStringKey
{
    /// <summary>Returns the book by price (L2), with at most the given number of levels per side.</summary>
    [Alias("depth")]
    ValueTask<DepthView> Depth(int levels);

    /// <summary>Returns the newest trades, newest first.</summary>
    [Alias("trades")]
    ValueTask<ImmutableArray<PublicTrade>> Trades(int limit);

    /// <summary>
    /// Returns the book's last price, in ticks; 0 for none. A split scales it. Trades of multi-leg orders' legs, with
    /// quotes or with each other, do not count.
    /// </summary>
    [Alias("last-price")]
    ValueTask<long> LastPrice();

    /// <summary>
    /// Waits a few seconds for changes after a sequence; returns null on timeout. 0 returns a snapshot at once.
    /// </summary>
    [Alias("wait")]
    ValueTask<MarketUpdate?> WaitForUpdate(long afterSequence);

    /// <summary>
    /// Forwards the book's published records to the symbol's <see cref="IPriceWatchGrain"/> for half a minute.
    /// </summary>
    [Alias("forward")]
    ValueTask ForwardTrades();

    /// <summary>
    /// Returns the first displayed orders of each side, at most the given number per side. The first call waits until
    /// the book's records are replayed.
    /// </summary>
    [Alias("orders")]
    ValueTask<OrderByOrderUpdate> DisplayedOrders(int limit);

    /// <summary>
    /// Waits a few seconds for market-by-order (L3) changes after a sequence; returns null on timeout. 0 returns all
    /// displayed orders at once. The first call waits until the book's records are replayed.
    /// </summary>
    [Alias("wait-orders")]
    ValueTask<OrderByOrderUpdate?> WaitForOrders(long afterSequence);
}
