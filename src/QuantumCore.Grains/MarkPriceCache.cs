using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// A silo's mark prices of instruments on margin, computed each second from what books have made durable. An account
/// records the price it uses, so a difference of a tick between silos does no harm.
/// </summary>
public sealed class MarkPriceCache(
    InstrumentCatalog catalog, IGrainFactory grains, TimeProvider time, ILogger<MarkPriceCache> log)
{
    /// <summary>Maximum age of an index; an older one does not count.</summary>
    public static readonly TimeSpan IndexLifetime = TimeSpan.FromSeconds(10);

    private const int Levels = 50;

    private readonly ConcurrentDictionary<string, MarkPrice> _marks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _trading = new(StringComparer.Ordinal);

    /// <summary>Returns the newest mark price of a symbol, or null for none.</summary>
    public MarkPrice? Of(string symbol) => _marks.TryGetValue(symbol, out var mark) ? mark : null;

    /// <summary>Returns true if an order could trade in a symbol now.</summary>
    public bool IsTrading(string symbol) => _trading.GetValueOrDefault(symbol);

    /// <summary>
    /// Recomputes the mark prices. A symbol whose book does not answer keeps its price, which grows old.
    /// </summary>
    public async Task RefreshAsync()
    {
        foreach (var margined in catalog.Margin.Instruments)
        {
            try
            {
                await RefreshAsync(margined);
            }
            catch (Exception e)
            {
                GrainLog.AgentFailed(log, e);
            }
        }
    }

    private async Task RefreshAsync(MarginInstrument margined)
    {
        var symbol = margined.Instrument.Symbol;
        var state = await (await catalog.BookAsync(symbol)).State(symbol);
        var market = grains.GetGrain<IMarketDataGrain>(symbol);
        var depth = await market.Depth(Levels);
        var trades = await market.Trades(1);
        var now = time.UnixNanos();
        var isOpen = !state.IsHalted && state.Phase == TradingPhase.Continuous;
        _trading[symbol] = isOpen;
        var index = IsFresh(state.MarkNanos, IndexLifetime, now) ? state.MarkPriceTicks : 0;
        var middle = isOpen
            ? MarkRule.Middle(Impact(depth.Bids, margined), Impact(depth.Asks, margined), margined.Terms.SpreadLimitPpm)
            : 0;
        var last = isOpen && !trades.IsEmpty && IsFresh(trades[0].TimeNanos, MarkRule.Lifetime, now)
            ? trades[0].PriceTicks
            : 0;
        var ticks = MarkRule.Ticks(index, Of(symbol)?.PriceTicks ?? 0, middle, last);
        if (ticks > 0 && margined.IsInRange(ticks, 0))
        {
            _marks[symbol] = new MarkPrice(
                symbol, ticks, index > 0 ? MarkSource.Index : MarkSource.Book, Math.Max(state.Sequence, depth.Sequence),
                now);
        }
    }

    private static bool IsFresh(long timeNanos, TimeSpan lifetime, long now) =>
        timeNanos > 0 && now - timeNanos <= lifetime.Nanos();

    /// <summary>
    /// Returns the price at which a side of the book reaches the impact quantity, in ticks; 0 if it has less.
    /// </summary>
    private static long Impact(ImmutableArray<DepthLevel> levels, MarginInstrument margined)
    {
        long lots = 0;
        foreach (var level in levels)
        {
            lots += level.QuantityLots;
            if (lots >= margined.Terms.ImpactLots)
            {
                return level.PriceTicks;
            }
        }

        return 0;
    }
}
